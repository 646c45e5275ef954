"""What sets a message off: an event, a wait, what must not have happened; a series of messages.

It must never look at data: who enters is `entering`'s question, who is due the launch's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from maracuja.campaigns.cascade import fixed_span
from maracuja.model import Record
from maracuja.segments import check
from maracuja.segments.definition import Condition, Did, Names, Property, names

MESSAGES_MAX: Final = 10  # of a series
MICROSECOND: Final = timedelta(microseconds=1)


class Trigger(Record, frozen=True):
    """An event that lets its person into the campaign, who is written to when the wait is over.

    `where` are conditions on the event's properties. Nobody is written to for whom one of
    `unless` holds when the message is due, or, with `leave_at_goal`, who has reached the
    campaign's first goal since the event. After `again_after`, counted from the event, the
    same person may enter again; empty: never. With `restart` another such event before the first
    message is due begins the wait anew, and the message is about the newer event.
    """

    event: Names
    where: tuple[Property, ...] = ()
    wait: str = ""
    unless: list[Condition] = msgspec.field(default_factory=list)
    again_after: str = ""
    restart: bool = False
    leave_at_goal: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be read."""
        if not names(self.event) or not all(names(self.event)):
            raise ValueError("the trigger names no event")
        for text in (self.wait, self.again_after):
            if text:
                fixed_span(text)

    @property
    def events(self) -> tuple[str, ...]:
        """The events, any of which lets somebody in."""
        return names(self.event)

    @property
    def again_us(self) -> int | None:
        """How long after an event the next one may let the same person in; None: it may not."""
        return _us(self.again_after) if self.again_after else None


class SeriesMessage(Record, frozen=True):
    """One message of a series; `wait` counts from the message before, or from the entry.

    `unless` leaves out this message alone. Without an `expires_after` the campaign's holds.
    """

    template: str
    wait: str = ""
    from_: Literal["before", "entry"] = msgspec.field(name="from", default="before")
    unless: list[Condition] = msgspec.field(default_factory=list)
    expires_after: Annotated[str, Meta(min_length=1)] | None = None

    def __post_init__(self) -> None:
        """Refuse spans that cannot be read."""
        for text in (self.wait, self.expires_after or ""):
            if text:
                fixed_span(text)

    @property
    def wait_us(self) -> int:
        """The wait in microseconds."""
        return _us(self.wait)


class Then(Record, frozen=True):
    """When the message after this one is due: so long after it, or after the entry."""

    wait_us: int
    from_entry: bool = False


def contradiction(
    trigger: Trigger | None, messages: tuple[SeriesMessage, ...], *, scheduled: bool
) -> str:
    """What of a trigger and its series contradicts itself; '' where nothing does."""
    if trigger is None:
        return "a series of `messages` needs a `trigger`" if messages else ""
    if scheduled:
        return "a campaign has either a `trigger` or a `schedule`"
    if len(messages) > MESSAGES_MAX:
        return f"a series has at most {MESSAGES_MAX} messages"
    if messages and trigger.wait:
        return "in a series every message has its own `wait`: take it out of the trigger"
    return ""


def read_conditions(values: Mapping[str, Any]) -> dict[str, Any]:
    """The raw values of a campaign, the conditions of its trigger and series read.

    Raises SegmentError with the path of the fault.
    """
    found = dict(values)
    trigger, messages = found.get("trigger"), found.get("messages")
    if isinstance(trigger, Mapping):
        found["trigger"] = _read(trigger, "trigger")
    if isinstance(messages, list):
        found["messages"] = [
            _read(one, f"messages[{n}]") if isinstance(one, Mapping) else one
            for n, one in enumerate(messages)
        ]
    return found


def _read(raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    values = dict(raw)
    if values.get("where"):
        told = [{"did": values.get("event") or "-", "where": values["where"]}]
        (did,) = check.decode_conditions(told, where)
        assert isinstance(did, Did)
        values["where"] = did.where
    if isinstance(values.get("unless"), list | Mapping) and values["unless"]:
        values["unless"] = check.decode_conditions(values["unless"], f"{where}.unless")
    return values


def first_wait_us(trigger: Trigger, messages: tuple[SeriesMessage, ...]) -> int:
    """How long after the event the first message is due."""
    return messages[0].wait_us if messages else _us(trigger.wait)


def whole_wait(trigger: Trigger, messages: tuple[SeriesMessage, ...]) -> timedelta:
    """How long after the event the last message may be due, quiet hours aside."""
    if not messages:
        return _us(trigger.wait) * MICROSECOND
    at = latest = 0
    for message in messages:
        at = message.wait_us if message.from_ == "entry" else at + message.wait_us
        latest = max(latest, at)
    return latest * MICROSECOND


def _us(text: str) -> int:
    return fixed_span(text) // MICROSECOND if text else 0
