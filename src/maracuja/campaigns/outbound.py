"""Outbound webhooks as a marketer writes them: which events another program is told, and where.

Secrets never stand in it: each webhook's is made from the workspace's own.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from maracuja.campaigns.definitions import Id
from maracuja.model import Record
from maracuja.segments.definition import Property

EVENTS_MAX = 50
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class Outbound(Record, frozen=True, tag_field="kind", tag="outbound"):
    """Tell a program at `url` of these events of people, signed, until it has taken them.

    `where` are properties that must hold; `person` names the traits that are told with each;
    `batch` is how many events one call may hold. `secret_version` begins with 1: with the next
    number calls are signed by the new secret and the old one, for as long as it stands so.
    """

    id: Id
    url: Annotated[str, Meta(min_length=1, max_length=2000)]
    events: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=EVENTS_MAX)]
    name: str = ""
    about: str = ""
    where: tuple[Property, ...] = ()
    person: tuple[Name, ...] = ()
    batch: Annotated[int, Meta(ge=1, le=500)] = 50
    paused: bool = False
    secret_version: Annotated[int, Meta(ge=1, le=1000)] = 1

    def __post_init__(self) -> None:
        """Refuse what is told twice."""
        if len(set(self.events)) < len(self.events):
            raise ValueError("an event is named twice")


def secret_names(hook: Outbound) -> tuple[str, ...]:
    """What the secrets are made from that sign its calls, the one in force first."""
    last = max(1, hook.secret_version - 1)
    return tuple(f"outbound:{hook.id}:{n}" for n in range(hook.secret_version, last - 1, -1))
