"""Who has which conversation open and who is writing there, as their pages say themselves.

Nothing is kept: a sign is good for some seconds, ends with its socket, and decides nothing.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Final, NamedTuple

import msgspec

from maracuja.clock import monotonic_s
from maracuja.errors import BadInput
from maracuja.runtime.team_members import MemberShown

SIGN_S: Final = 12.0  # pages repeat theirs every 5 s
SIGN_CHARS_MAX: Final = 200


class Sign(msgspec.Struct, frozen=True, tag_field="t", tag="here", forbid_unknown_fields=True):
    """What a page says of who sits before it; no conversation: they have gone on."""

    conversation: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{0,64}$")] = ""
    writing: bool = False


class Colleague(NamedTuple):
    """Somebody else who looks at a conversation."""

    name: str
    writing: bool


class Beside(NamedTuple):
    """A conversation, and who else is there."""

    conversation: str
    members: tuple[Colleague, ...]


class _Seat(NamedTuple):
    """One page: whose it is, what it said last, and how long that is good for."""

    member: MemberShown
    sign: Sign
    until_s: float


def read_sign(text: str) -> Sign:
    """What a page says.

    Raises:
        BadInput: it is no sign.
    """
    try:
        return msgspec.json.decode(text[:SIGN_CHARS_MAX], type=Sign)
    except (msgspec.DecodeError, RecursionError) as fault:
        raise BadInput(f"That is no sign of anybody: {fault}.") from None


class Presence:
    """The pages that look at conversations, each known by the event that wakes its socket."""

    def __init__(self) -> None:
        self._seats: dict[asyncio.Event, _Seat] = {}

    def say(self, page: asyncio.Event, member: MemberShown, sign: Sign) -> None:
        """Take a sign; whoever sees something new by it is woken."""
        before = self._seats.get(page)
        if sign.conversation:
            self._seats[page] = _Seat(member, sign, monotonic_s() + SIGN_S)
        elif before:
            del self._seats[page]
        if before is None or before.sign != sign:
            self._wake({sign.conversation, before.sign.conversation if before else ""})

    def leave(self, page: asyncio.Event) -> None:
        """The page is gone."""
        seat = self._seats.pop(page, None)
        if seat:
            self._wake({seat.sign.conversation})

    def forget(self) -> None:
        """Give up whoever has not made a sign for too long."""
        now_s = monotonic_s()
        for page in [one for one, seat in self._seats.items() if seat.until_s < now_s]:
            self.leave(page)

    def beside(self, page: asyncio.Event) -> Beside | None:
        """Who else is where this page is, by name, once each; None where it is nowhere."""
        own = self._seats.get(page)
        if own is None:
            return None
        there = [
            seat
            for seat in self._seats.values()
            if seat.sign.conversation == own.sign.conversation and seat.member.id != own.member.id
        ]
        writing = {seat.member.id for seat in there if seat.sign.writing}
        names = {seat.member.id: seat.member.name or seat.member.email for seat in there}
        found = sorted((name, member) for member, name in names.items())
        members = tuple(Colleague(name, member in writing) for name, member in found)
        return Beside(own.sign.conversation, members)

    def _wake(self, conversations: set[str]) -> None:
        for page, seat in self._seats.items():
            if seat.sign.conversation in conversations:
                page.set()
