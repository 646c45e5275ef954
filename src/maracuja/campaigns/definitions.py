"""Campaigns, topics and goals as a marketer writes them."""

from __future__ import annotations

import math
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from maracuja.campaigns.cascade import Cascade, fixed_span
from maracuja.campaigns.experiment import Experiment
from maracuja.campaigns.schedule import HourMinute, Schedule
from maracuja.campaigns.triggers import SeriesMessage, Trigger, contradiction
from maracuja.model import Record, TopicKind
from maracuja.segments.definition import Condition, Property

Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Tag = Annotated[str, Meta(pattern=r"^([a-z0-9][a-z0-9_-]{0,63})?$")]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}$")]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]

VARIANTS_MAX = 10
HOLDOUT_DEFAULT = 0.10


class GoalKind(StrEnum):
    """What reaching the goal means to the shop."""

    SALE = "sale"
    ENGAGEMENT = "engagement"
    SUPPORT = "support"


class Topic(Record, frozen=True, tag_field="kind", tag="topic"):
    """What people agree to hear about; `texts` is what they were shown when they agreed.

    Change `text_version` whenever a text changes: the ledger of consents keeps it.
    """

    id: Id
    type: TopicKind = TopicKind.MARKETING
    names: dict[Language, str] = msgspec.field(default_factory=dict)
    texts: dict[Language, str] = msgspec.field(default_factory=dict)
    text_version: str = "1"
    channels: tuple[str, ...] = ("email",)

    def name_in(self, language: str) -> str:
        """The name in that language, else in English, else in any, else the id."""
        return (
            self.names.get(language)
            or self.names.get("en")
            or next(iter(self.names.values()), self.id)
        )


class Goal(Record, frozen=True, tag_field="kind", tag="goal"):
    """What counts as a conversion: an event within `window` after the (would-be) message.

    `value` names the numeric property that holds the money, such as `revenue`.
    """

    id: Id
    event: str
    window: str = "7 days"
    where: tuple[Property, ...] = ()
    value: str = ""
    type: GoalKind = GoalKind.SALE
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse a window that cannot be read."""
        fixed_span(self.window)

    @property
    def length(self) -> timedelta:
        """How long after the (would-be) message an event counts."""
        return fixed_span(self.window)


class Variant(Record, frozen=True):
    """One arm of the experiment: a template of its own, or another arm's made generic.

    A `generic_twin_of` gets the same message with the personal facts neutralised. `suits` are the
    traits of those for whom the content is meant; it is drawn for all alike, so that matched can
    be compared with unmatched content. Beside their texts arms may differ in `factors` (two of
    two levels each), in the `order` of a cascade's channels, in the hour `at` which they are due,
    or in how often people hear (`per_week`).
    """

    id: Id
    template: str = ""
    share: Share | None = None
    generic_twin_of: str = ""
    suits: dict[str, str | bool | int] = msgspec.field(default_factory=dict)
    factors: dict[Id, Id] = msgspec.field(default_factory=dict)
    order: tuple[str, ...] = ()
    at: HourMinute | None = None
    per_week: Annotated[int, Meta(ge=1, le=21)] | None = None

    def __post_init__(self) -> None:
        """Refuse an arm with two texts or none."""
        if bool(self.template) == bool(self.generic_twin_of):
            raise ValueError("a variant has either a `template` or a `generic_twin_of`")


class Arm(Record, frozen=True):
    """A variant as it is drawn and rendered; with `twin_of`, the template is made generic."""

    variant: str
    template: str
    share: float
    twin_of: str = ""
    order: tuple[str, ...] = ()
    at: HourMinute | None = None
    per_week: int | None = None


class Tracking(Record, frozen=True):
    """What is measured in the message: clicks through signed links, opens by a pixel."""

    clicks: bool = True
    opens: bool = True


class Campaign(Record, frozen=True, tag_field="kind", tag="campaign"):
    """A message to an audience, once or recurring, with a holdout that shows what it was worth.

    `audience` names a segment or holds conditions, `exclude` names segments. `expires_after`
    counts from the moment at which a person is due. A `trigger` stands in the place of
    `schedule`, and its `messages` in that of one text. `goals` begin with the primary one. A
    `cascade` stands in the place of `channel`: `channels` are those of either.
    `category` is what the message is about: who wants nothing about it is left out.
    `breakdowns` names traits of few values, kept as they are at launch, that the report's lift
    is shown by. With a `test` its variants are tried on a few before the better one goes to all.
    `tactic` is what the message does (re-engagement, reminder), so that campaigns that do the
    same can be measured together. `coupons` names the pool of its codes.
    """

    id: Id
    topic: str
    audience: str | list[Condition] = ""
    name: str = ""
    about: str = ""
    exclude: tuple[str, ...] = ()
    channel: str = "email"
    cascade: Cascade | None = None
    template: str = ""
    variants: tuple[Variant, ...] = ()
    test: Experiment | None = None
    schedule: Schedule = Schedule()
    trigger: Trigger | None = None
    messages: tuple[SeriesMessage, ...] = ()
    expires_after: str = "3 days"
    holdout: Share = HOLDOUT_DEFAULT
    goals: tuple[str, ...] = ()
    category: str = ""
    breakdowns: tuple[str, ...] = ("language", "gender")
    coupons: str = ""
    utm: dict[str, str] = msgspec.field(default_factory=dict)
    tracking: Tracking = Tracking()
    sender: str = ""
    reply_to: str = ""
    tactic: Tag = ""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself without looking at other definitions."""
        fixed_span(self.expires_after)
        if self.cascade is not None and self.channel != "email":
            raise ValueError("a campaign has either a `channel` or a `cascade` of several")
        if self.cascade is not None and self.cascade.waits >= self.expiry:
            raise ValueError(
                "the steps of the cascade wait until the message has expired:"
                " shorten them, or let it expire later"
            )
        if fault := contradiction(
            self.trigger, self.messages, scheduled=self.schedule != Schedule()
        ):
            raise ValueError(fault)
        if self.audience == "" and self.trigger is None:
            raise ValueError("the `audience` is missing: a segment, or conditions")
        if self.messages and self.variants:
            raise ValueError(
                "the messages of a series have one text each: try two texts in a campaign of its"
                " own, with a `trigger` and `variants`"
            )
        if sum(map(bool, (self.template, self.variants, self.messages))) != 1:
            raise ValueError(
                "a campaign has either a `template` or `variants`, or a series of `messages`"
            )
        if len(self.variants) > VARIANTS_MAX:
            raise ValueError(f"more than {VARIANTS_MAX} variants cannot be told apart")
        names = [variant.id for variant in self.variants]
        if len(set(names)) < len(names):
            raise ValueError("two variants have the same id")
        originals = {v.id for v in self.variants if v.template}
        for variant in self.variants:
            if variant.generic_twin_of and variant.generic_twin_of not in originals:
                raise ValueError(
                    f"variant `{variant.id}` is the twin of `{variant.generic_twin_of}`,"
                    " which is no variant with a template"
                )
        unkept = {name for v in self.variants for name in v.suits} - set(self.breakdowns)
        if unkept:
            raise ValueError(
                f"a variant suits people by `{min(unkept)}`, which `breakdowns` does not keep:"
                " add it there"
            )
        given = [v.share for v in self.variants if v.share is not None]
        if given and len(given) < len(names):
            raise ValueError("either every variant has a share or none has")
        if given and not math.isclose(sum(given), 1.0, abs_tol=1e-6):
            raise ValueError(f"the shares sum to {sum(given):g}, not to 1")

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels on which people may be written to: one, or those of the cascade."""
        return (self.channel,) if self.cascade is None else self.cascade.channels

    @property
    def expiry(self) -> timedelta:
        """How long after the moment at which a person is due the message is still current."""
        return fixed_span(self.expires_after)

    def arms(self) -> tuple[Arm, ...]:
        """What each variant comes to; a lone template is the variant `only`."""
        if self.template:
            return (Arm(variant="only", template=self.template, share=1.0),)
        if self.messages:
            return tuple(
                Arm(variant=f"message-{n}", template=one.template, share=1 / len(self.messages))
                for n, one in enumerate(self.messages, 1)
            )
        texts = {variant.id: variant.template for variant in self.variants}
        even = 1.0 / len(self.variants)
        return tuple(
            Arm(
                variant=variant.id,
                template=variant.template or texts[variant.generic_twin_of],
                share=even if variant.share is None else variant.share,
                twin_of=variant.generic_twin_of,
                order=variant.order,
                at=variant.at,
                per_week=variant.per_week,
            )
            for variant in self.variants
        )

    def of_message(self, number: int) -> Campaign:
        """The campaign with one message of its series, from 0, as its only text."""
        if not self.messages:
            return self
        one = self.messages[number]
        expires = one.expires_after or self.expires_after
        return msgspec.structs.replace(
            self, template=one.template, messages=(), expires_after=expires
        )

    def marks(self) -> dict[str, str]:
        """The UTM marks of its links: source, medium and campaign unless given otherwise."""
        medium = self.channel.partition("/")[0]
        return {"source": "maracuja", "medium": medium, "campaign": self.id, **self.utm}
