"""Segment's HTTP API as types, and its limits; nothing here knows sockets or people."""

from __future__ import annotations

from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from maracuja.errors import BadInput, TooLarge

# Segment's documented limits.
EVENT_BYTES_MAX: Final = 32 * 1024
REQUEST_BYTES_MAX: Final = 500 * 1024
EVENTS_MAX: Final = 2500

VERBS: Final = frozenset({"identify", "track", "page", "screen", "alias", "group"})
# `import` is what Segment's older clients call a batch.
CALLS: Final = VERBS | {"batch", "import"}

Id = str | int | None


class Call(msgspec.Struct, rename="camel", gc=False):
    """One event of any verb, as Segment spells it; unknown fields are left out."""

    type: str = ""
    message_id: str | None = None
    user_id: Id = None
    anonymous_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: msgspec.Raw = msgspec.Raw(b"")


class Batch(msgspec.Struct, rename="camel"):
    """A request of many events; its `sentAt` and `context` hold for events without their own."""

    batch: list[Call]
    sent_at: str | None = None
    context: msgspec.Raw = msgspec.Raw(b"")


class RawBatch(msgspec.Struct, rename="camel"):
    """A request of many events that are not looked into, so that one bad event spoils no other."""

    batch: list[msgspec.Raw]
    sent_at: msgspec.Raw = msgspec.Raw(b"")
    context: msgspec.Raw = msgspec.Raw(b"")
    write_key: str | None = None


class RawCall(msgspec.Struct, rename="camel"):
    """The little of a single event that is looked at before the answer."""

    write_key: str | None = None


class Request(NamedTuple):
    """One accepted request as the inbox keeps it: one row, in the order of `seq`."""

    seq: int
    received_us: int
    call: str
    key_kind: str
    context: bytes
    body: bytes


_Outer = TypeVar("_Outer", RawBatch, RawCall)

_raw_batches = msgspec.json.Decoder(RawBatch)
_raw_calls = msgspec.json.Decoder(RawCall)


def check_request(call: str, body: bytes) -> tuple[int, str | None]:
    """How many events a request holds, and the write key it carries in its body.

    Only the outer shape and the sizes are checked: it answers before the 200. Raises `BadInput`
    where the body is not such an object, and `TooLarge` over Segment's limits.
    """
    if call in VERBS:
        if len(body) > EVENT_BYTES_MAX:
            raise TooLarge(
                f"An event of {len(body)} bytes is over the limit of {EVENT_BYTES_MAX}.",
                fix="Send fewer or shorter properties.",
            )
        return 1, _outer(_raw_calls, body).write_key
    if len(body) > REQUEST_BYTES_MAX:
        raise TooLarge(
            f"A request of {len(body)} bytes is over the limit of {REQUEST_BYTES_MAX}.",
            fix="Send smaller batches.",
        )
    batch = _outer(_raw_batches, body)
    if len(batch.batch) > EVENTS_MAX:
        raise TooLarge(
            f"A batch of {len(batch.batch)} events is over the limit of {EVENTS_MAX}.",
            fix="Send smaller batches.",
        )
    return len(batch.batch), batch.write_key


def _outer(decoder: msgspec.json.Decoder[_Outer], body: bytes) -> _Outer:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BadInput(
            f"The body is not the JSON object that was expected: {fault}.",
            fix="Send a JSON object as Segment's HTTP API describes it.",
        ) from fault
