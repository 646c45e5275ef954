"""The claims that are made elsewhere, each as one record; nothing outside this room reads them.

They must never enter a plan, a forecast or a default: they are here to be tested.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final

from maracuja.model import Record

SOURCE: Final = "widely quoted in the trade; no study is named"
NAME_OF_TACTIC: Final = "re-engagement"
"""The `tactic` of campaigns to people who have fallen silent."""


class Kind(StrEnum):
    """What a channel is to the trade: the claims are made about these."""

    WEB = "web"  # web push, chat on the site
    APPS = "apps"  # mobile push
    MESSENGERS = "messengers"
    EMAIL = "email"
    SMS = "sms"
    OTHER = "other"


class Scale(StrEnum):
    """What a claimed figure is."""

    LIFT = "lift"  # 0.25: a quarter more
    RATIO = "ratio"  # 2.0: twice as many
    LEVEL = "level"  # 0.25: a quarter of those who got the message


class Against(StrEnum):
    """Which of the shop's own data a claim is held against, and how."""

    PERSONAL_CONVERSION = "personal_conversion"
    PERSONAL_CLICKS = "personal_clicks"
    CLICK_RATE = "click_rate"
    REPEAT = "repeat"
    MATCHED = "matched"
    READ_AGAIN = "read_again"
    CLICKED_AGAIN = "clicked_again"


class Method(Record, frozen=True):
    """How a claim is tested: on which own data, by which estimator, and what it takes."""

    own_data: str
    estimator: str
    needs: str


METHODS: Final = {
    Against.PERSONAL_CONVERSION: Method(
        own_data="People sent a personal variant against people sent its generic twin.",
        estimator="Mantel and Haenszel's ratio of the rates of conversion, over campaigns.",
        needs="A campaign with `generic_twin_of` on that kind of channel.",
    ),
    Against.PERSONAL_CLICKS: Method(
        own_data="People sent a personal variant against people sent its generic twin.",
        estimator="Mantel and Haenszel's ratio of the shares of people who clicked.",
        needs="The same, with tracked links.",
    ),
    Against.CLICK_RATE: Method(
        own_data="Messages of personal variants that arrived, with tracked links.",
        estimator="The share clicked by people, Wilson's interval of the effective number.",
        needs="A campaign with tracked links.",
    ),
    Against.REPEAT: Method(
        own_data="Customers who had bought before, sent to against held out.",
        estimator="Mantel and Haenszel's ratio of the rates of buying again.",
        needs="Campaigns that measure a purchase and hold some people out.",
    ),
    Against.MATCHED: Method(
        own_data="People who drew the content that suits them against those who drew another.",
        estimator="The ratio of both conversions, each segment weighted by its people.",
        needs="A campaign of two contents or more that say whom they suit.",
    ),
    Against.READ_AGAIN: Method(
        own_data="Messages of the tactic `re-engagement` that arrived; e-mail beside.",
        estimator="The share read by people, Wilson's interval of the effective number.",
        needs="Such a campaign in a messenger that tells what is read.",
    ),
    Against.CLICKED_AGAIN: Method(
        own_data="Messages of the tactic `re-engagement` that arrived; e-mail beside.",
        estimator="The share clicked by people, Wilson's interval of the effective number.",
        needs="Such a campaign in a messenger.",
    ),
}


class Claim(Record, frozen=True):
    """A figure or a range that is claimed, on the claim's scale.

    `enough`: a lower end of our interval from which the claim counts as supported. Of a range it
    is the lower end of the range; of one figure for a ratio the place half-way to no effect, on
    the log scale. `low` and `high` of a level that is told as one round figure lie 5 points
    around it. `kind` is None where all channels count.
    """

    id: str
    words: str
    scale: Scale
    against: Against
    low: float
    high: float
    kind: Kind | None = None
    figure: float | None = None  # where one figure is claimed and no range
    source: str = SOURCE

    @property
    def method(self) -> Method:
        """How it is tested."""
        return METHODS[self.against]

    @property
    def enough(self) -> float:
        """From where the lower end of an interval supports the claim."""
        if self.scale is Scale.RATIO:
            return math.sqrt(self.low)
        return self.low

    @property
    def nothing(self) -> float | None:
        """Where there is no effect; a level has no such place."""
        return {Scale.LIFT: 0.0, Scale.RATIO: 1.0, Scale.LEVEL: None}[self.scale]


class Survey(Record, frozen=True):
    """A share of people asked who said what they would do: stated intent, which is not tested."""

    id: str
    share: float
    source: str = "surveys of stated intent, widely quoted in the trade; no study is named"


CLAIMS: Final = (
    Claim(
        id="personal-web",
        words="On the web, personal words convert 15 to 30% better than generic ones.",
        scale=Scale.LIFT,
        against=Against.PERSONAL_CONVERSION,
        low=0.15,
        high=0.30,
        kind=Kind.WEB,
    ),
    Claim(
        id="personal-apps",
        words="In apps, personal words convert 20 to 40% better than generic ones.",
        scale=Scale.LIFT,
        against=Against.PERSONAL_CONVERSION,
        low=0.20,
        high=0.40,
        kind=Kind.APPS,
    ),
    Claim(
        id="personal-messengers",
        words="In messengers, personal words convert 10 to 20% better than generic ones.",
        scale=Scale.LIFT,
        against=Against.PERSONAL_CONVERSION,
        low=0.10,
        high=0.20,
        kind=Kind.MESSENGERS,
    ),
    Claim(
        id="personal-overall",
        words="Overall, personal words convert 10 to 30% better than generic ones.",
        scale=Scale.LIFT,
        against=Against.PERSONAL_CONVERSION,
        low=0.10,
        high=0.30,
    ),
    Claim(
        id="clicks-messengers",
        words="In messengers, personal words raise the click rate by 25 to 35%.",
        scale=Scale.LIFT,
        against=Against.PERSONAL_CLICKS,
        low=0.25,
        high=0.35,
        kind=Kind.MESSENGERS,
    ),
    Claim(
        id="click-rate-20-30",
        words="Personal messages are clicked by 20 to 30% of those who get them.",
        scale=Scale.LEVEL,
        against=Against.CLICK_RATE,
        low=0.20,
        high=0.30,
    ),
    Claim(
        id="click-rate-25-35",
        words="Personal messages are clicked by 25 to 35% of those who get them.",
        scale=Scale.LEVEL,
        against=Against.CLICK_RATE,
        low=0.25,
        high=0.35,
    ),
    Claim(
        id="click-rate-25-40",
        words="Personal messages are clicked by 25 to 40% of those who get them.",
        scale=Scale.LEVEL,
        against=Against.CLICK_RATE,
        low=0.25,
        high=0.40,
    ),
    Claim(
        id="repeat-six",
        words="Customers who are written to personally buy again 6 times as often.",
        scale=Scale.RATIO,
        against=Against.REPEAT,
        low=6.0,
        high=6.0,
        figure=6.0,
    ),
    Claim(
        id="segmentation-double",
        words="Content matched to the segment doubles the conversion, on the same budget.",
        scale=Scale.RATIO,
        against=Against.MATCHED,
        low=2.0,
        high=2.0,
        figure=2.0,
    ),
    Claim(
        id="re-engagement-read",
        words="80% of people read a message that calls them back in a messenger.",
        scale=Scale.LEVEL,
        against=Against.READ_AGAIN,
        low=0.75,
        high=0.85,
        kind=Kind.MESSENGERS,
        figure=0.80,
    ),
    Claim(
        id="re-engagement-click",
        words="35% of people click in a message that calls them back in a messenger.",
        scale=Scale.LEVEL,
        against=Against.CLICKED_AGAIN,
        low=0.30,
        high=0.40,
        kind=Kind.MESSENGERS,
        figure=0.35,
    ),
)

SURVEYS: Final = (
    Survey(id="stated-90", share=0.90),
    Survey(id="stated-37", share=0.37),
    Survey(id="stated-78", share=0.78),
)
