"""The settings of Messenger, and what the errors of its Send API and Instagram's mean.

What Meta's public pages leave open can be changed by them; they never hold a token in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from maracuja.channels.meta import (
    BUSY,
    PARAMETER,
    PERMISSION,
    RATE,
    RESTRICTED,
    MetaSettings,
    Table,
)
from maracuja.channels.rulings import Ruling, over, suppress, wait
from maracuja.errors import ConfigError
from maracuja.model import Scope

RULINGS: Final[Mapping[str, Ruling]] = {
    "window": over("window"),
    "gone": suppress("gone"),
    "invalid": suppress("invalid"),
    "refused": suppress("refused"),
    "content": PARAMETER,
    "busy": BUSY,
    "rate": RATE,
    "thread_rate": wait("thread_rate", scope=Scope.HOST, after_s=60.0),
    "restricted": RESTRICTED,
    "permission": PERMISSION,
}
Meaning = Literal[
    "window", "gone", "invalid", "refused", "content", "busy", "rate", "thread_rate",
    "restricted", "permission",
]  # fmt: skip

# Meta's codes with their subcodes; what is not here is as for all products of Meta.
ERRORS: Final[Mapping[str, str]] = {
    "10/2018278": "window",
    "10/2018065": "window",
    "10/2534022": "window",  # on Instagram
    "10/1893063": "restricted",  # the page, for a while
    "551": "gone",
    "551/1545041": "gone",
    "200/1545041": "gone",
    "100/2018001": "invalid",
    "100/2534014": "invalid",  # on Instagram
    "230": "refused",
    "32": "rate",
    "80006": "rate",
    "613/1893016": "thread_rate",
}


class MessengerSettings(MetaSettings, frozen=True):
    """The page, and the app of Meta that writes in its name."""

    page_id: Annotated[
        str,
        Meta(pattern="^([1-9][0-9]{0,31})?$", description="the number of the page"),
    ] = ""
    page_name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._-]{0,100}$",
            description="the page's user name for links into the chat; empty: its number",
        ),
    ] = ""
    link_url: Annotated[
        str, Meta(description="the address that the name follows in links into the chat")
    ] = "https://m.me"
    get_started: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=1000,
            description="what the button for beginning a chat brings back",
        ),
    ] = "GET_STARTED"
    human_agent: Annotated[
        bool,
        Meta(description="Meta has granted Human Agent: an operator may answer for seven days"),
    ] = False
    text_max: Annotated[
        int, Meta(ge=1, le=2000, description="the longest text that Meta takes")
    ] = 2000
    file_mb_max: Annotated[
        int, Meta(ge=1, description="the largest picture, video or file, in megabytes")
    ] = 25
    picture_mb_max: Annotated[int, Meta(ge=1, description="the largest picture, in megabytes")] = (
        25
    )
    profile_fields: Annotated[
        tuple[str, ...],
        Meta(
            description="what Meta is asked about a person; gender and locale need permissions "
            "of their own"
        ),
    ] = ("first_name", "last_name")
    errors: Annotated[
        dict[str, Meaning],
        Meta(
            description="what errors of Meta mean that the table does not know or has wrong, "
            'such as "10/2018278" = "window"'
        ),
    ] = msgspec.field(default_factory=dict)
    rate_per_s: Annotated[
        float, Meta(ge=0, description="messages a second; Meta takes 300, of videos 10")
    ] = 200.0
    address_rate_per_s: Annotated[
        float, Meta(ge=0, description="messages a second to one person")
    ] = 1.0

    def __post_init__(self) -> None:
        """Refuse a page without its number, and errors that are no numbers."""
        super().__post_init__()
        self.check_ids()
        for name in self.profile_fields:
            if not re.fullmatch("[a-z_]{1,40}", name):
                raise ConfigError(f"`{name}` is no field of a profile.", where="profile_fields")
        for name in self.errors:
            if not re.fullmatch(r"[0-9]{1,9}(/[0-9]{1,9})?", name):
                raise ConfigError(
                    f"`{name}` is no error of Meta.",
                    where="errors",
                    fix='Write code/subcode, such as "10/2018278".',
                )

    def check_ids(self) -> None:
        """Refuse an account that has no number."""
        if not self.page_id:
            raise ConfigError(
                "The number of the Facebook page is missing.",
                where="page_id",
                fix="Copy it from the page, under About and Page transparency.",
            )

    @property
    def sender_id(self) -> str:
        """In whose name messages go."""
        return self.page_id

    @property
    def entry_id(self) -> str:
        """Which of the entries of a call are ours: an app may serve several pages."""
        return self.page_id

    @property
    def link_name(self) -> str:
        """What stands for the account in links into the chat; '' where that is not known."""
        return self.page_name or self.page_id


def table(changed: Mapping[str, str]) -> Table:
    """The errors of Messenger and Instagram by code and subcode, with what settings change."""
    found: dict[int | tuple[int, int], Ruling] = {}
    for name, means in {**ERRORS, **changed}.items():
        code, _, subcode = name.partition("/")
        key = (int(code), int(subcode)) if subcode else int(code)
        found[key] = RULINGS[means]
    return found
