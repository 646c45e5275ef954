"""Inbound webhooks as a marketer writes them: how a CRM's own words become calls of ours.

Secrets never stand in it: it names one of the settings, or ours is given to the CRM.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from maracuja.campaigns.definitions import Id
from maracuja.model import Record

CALLS_MAX = 20
PATH = r"^\$(root)?(\.[^.\[\]\s]+|\[\d+\]|\['[^']+'\])*$"
Path = Annotated[str, Meta(pattern=PATH)]
Plain: TypeAlias = str | int | float | bool


class Value(Record, frozen=True):
    """Where a value is found, and how it is read.

    `words` says what ours is for each of theirs; `default` is taken where there is none.
    """

    path: Path
    read_as: Literal["", "text", "number", "boolean", "seconds", "milliseconds", "lower"] = ""
    words: dict[str, Plain] = msgspec.field(default_factory=dict)
    default: Plain | None = None


Source: TypeAlias = Plain | Value
"""`$.contact.email` is a path into what was sent, anything else stands for itself."""


class Given(Record, frozen=True):
    """What has to be there for a call to be made: that it is known, or what it is."""

    path: Path
    is_one_of: tuple[Plain, ...] = ()


class Mapped(Record, frozen=True):
    """One call that is made of what was sent; a value that is not there is left out."""

    type: Literal["identify", "track", "page", "group", "alias"]
    event: Source = ""
    user_id: Source = ""
    anonymous_id: Source = ""
    previous_id: Source = ""
    group_id: Source = ""
    message_id: Source = ""
    timestamp: Source = ""
    traits: dict[str, Source] = msgspec.field(default_factory=dict)
    properties: dict[str, Source] = msgspec.field(default_factory=dict)
    context: dict[str, Source] = msgspec.field(default_factory=dict)
    when: tuple[Given, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no call could be made of."""
        if self.type == "track" and self.event == "":
            raise ValueError("a `track` needs an `event`")
        if self.user_id == "" and self.anonymous_id == "":
            raise ValueError(f"a call of `{self.type}` needs `user_id` or `anonymous_id`")


class Signature(Record, frozen=True):
    """How the CRM proves that it is the one who calls.

    `hmac-sha256`, `hmac-sha1` and `hmac-sha512` sign the body, `maracuja` signs as we do;
    `token` is the secret itself, in a header or, with `parameter`, in the address.
    """

    scheme: Literal["hmac-sha256", "hmac-sha1", "hmac-sha512", "maracuja", "token"] = "token"
    header: str = "x-signature"
    parameter: str = ""
    prefix: str = ""
    encoding: Literal["hex", "base64"] = "hex"


class Inbound(Record, frozen=True, tag_field="kind", tag="inbound"):
    """What a program tells us at `/h/<id>`, and what it means.

    `each` is the path of a list in what was sent, whose items are read one by one (`$` in the
    calls is then the item, `$root` the whole). `secret` names an entry of [secrets]; without it
    the secret is ours to give away. `example` is something that was sent: the mapping is tried
    on it whenever it changes.
    """

    id: Id
    calls: Annotated[tuple[Mapped, ...], Meta(min_length=1, max_length=CALLS_MAX)]
    name: str = ""
    about: str = ""
    signature: Signature = Signature()
    secret: str = ""
    each: Annotated[str, Meta(pattern=f"{PATH}|^$")] = ""
    example: Any = None
    keep_days: Annotated[int, Meta(ge=1, le=365)] = 30
    paused: bool = False
    secret_version: Annotated[int, Meta(ge=1, le=1000)] = 1


def secret_name(hook: Inbound) -> str:
    """What our own secret for it is made from."""
    return f"inbound:{hook.id}:{hook.secret_version}"
