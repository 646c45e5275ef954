"""Requests of the inbox as checked columns: one row per good event, one refusal per bad one.

It must never raise for what a client sent, and never lose count: accepted + refused == sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec
import polars as pl

from maracuja.ingest import calls
from maracuja.ingest.calls import Call, Request
from maracuja.ingest.checks import Bad, Event, Place, Rules, check
from maracuja.ingest.contexts import Context, Contexts, key_of
from maracuja.ingest.refusals import Code, Refusal, replayable, sentence
from maracuja.ingest.times import correct_clock, parse_times
from maracuja.ingest.traits import Said

SCHEMA: Final[dict[str, pl.DataType]] = {
    "seq": pl.Int64(),
    "n": pl.Int64(),
    "received_us": pl.Int64(),
    "browser": pl.Boolean(),
    "signed": pl.Boolean(),
    "kind": pl.String(),
    "event": pl.String(),
    "external_id": pl.String(),
    "anonymous_id": pl.String(),
    "previous_id": pl.String(),
    "email": pl.String(),
    "phone": pl.String(),
    "message_id": pl.String(),
    "context": pl.Int64(),
    "occurred": pl.String(),
    "sent": pl.String(),
}


class Decoded(NamedTuple):
    """A batch: `frame` has SCHEMA's columns, `ts_us` and `message_hash`; lists follow its rows."""

    frame: pl.DataFrame
    properties: list[dict[str, Any] | None]
    traits: list[dict[str, Any] | None]  # of identify calls
    places: list[Place]
    contexts: list[Context]  # frame["context"] is an index into them
    refused: list[Refusal]  # whole events and, marked so, single traits
    sent: int  # events seen, good and bad


_batches = msgspec.json.Decoder(calls.RawBatch)
_calls = msgspec.json.Decoder(Call)
_texts = msgspec.json.Decoder(str | None)
_FAULTS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def message_hashes(message_ids: Iterable[str]) -> list[int]:
    """`rng.make_key("event", id)` of each id."""
    sha = hashlib.sha256
    hashes = []
    for message_id in message_ids:
        raw = message_id.encode()
        digest = sha(b"\0\0\0\5event" + len(raw).to_bytes(4, "big") + raw).digest()
        hashes.append(int.from_bytes(digest[:8], "big", signed=True))
    return hashes


def decode(requests: Iterable[Request], rules: Rules) -> Decoded:
    """The events of Segment's calls as columns, in the order of arrival; see `Decoded`."""
    reader = _Reader(rules)
    for request in requests:
        reader.read(request)
    return reader.finish()


def refuse(place: Place, code: Code, detail: str = "") -> Refusal:
    """The refusal of a whole event, with a body that can be sent again."""
    request = place.request
    return Refusal(
        received_us=request.received_us,
        call="batch",
        key_kind=request.key_kind,
        key=key_of(request),
        code=code,
        reason=sentence(code, detail),
        place=f"request {request.seq}, event {place.n}",
        body=_alone(place),
    )


def _alone(place: Place) -> bytes:
    """The event in a batch of its own; as it came where it cannot stand in one."""
    raw = bytes(place.raw)
    if place.request.call not in calls.VERBS:
        return replayable(raw, place.sent_at, place.shared)
    try:
        fields = _objects.decode(raw)
    except _FAULTS:
        return raw
    fields["type"] = place.request.call
    return replayable(msgspec.json.encode(fields), None)


_objects = msgspec.json.Decoder(dict[str, Any])


class _Reader:
    """Fills rows request by request."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.contexts = Contexts(rules.country)
        self.events: list[Event] = []
        self.properties: list[dict[str, Any] | None] = []
        self.traits: list[dict[str, Any] | None] = []
        self.places: list[Place] = []
        self.refused: list[Refusal] = []
        self.sent = 0

    def read(self, request: Request) -> None:
        """All events of one request."""
        if request.call in calls.VERBS:
            self._read_event(Place(request, None, b"", 0, request.body))
            return
        try:
            batch = _batches.decode(request.body)
            sent_at = _texts.decode(batch.sent_at) if len(batch.sent_at) else None
        except _FAULTS as fault:
            self.sent += 1
            self.refused.append(_unreadable(request, str(fault)))
            return
        shared = bytes(batch.context)
        for n, raw in enumerate(batch.batch):
            self._read_event(Place(request, sent_at, shared, n, raw))

    def _read_event(self, place: Place) -> None:
        self.sent += 1
        request = place.request
        try:
            if len(place.raw) > calls.EVENT_BYTES_MAX:
                raise Bad(Code.TOO_LARGE, str(len(place.raw)))
            call = _calls.decode(place.raw)
            caller = request.context if request.key_kind == "browser" else b""
            at = self.contexts.place(bytes(call.context) or place.shared, caller)
            event, properties, said = check(place, call, self.contexts.all[at], at, self.rules)
        except Bad as bad:
            self.refused.append(refuse(place, bad.code, bad.detail))
            return
        except _FAULTS as fault:
            self.refused.append(refuse(place, Code.MALFORMED, str(fault)))
            return
        self.events.append(event)
        self.properties.append(properties)
        self.traits.append(said.values if said is not None else None)
        self.places.append(place)
        if said is not None and said.faults:
            self.refused += _parts(place, event, said, self.contexts.all[at].signature)

    def finish(self) -> Decoded:
        """The rows as columns, without those whose time is nonsense."""
        columns = zip(*self.events, strict=True) if self.events else [[] for _ in SCHEMA]
        data = dict(zip(SCHEMA, map(list, columns), strict=True))
        frame = pl.DataFrame(data, schema=SCHEMA)
        occurred = parse_times(frame["occurred"])
        wrong = occurred.is_null() & frame["occurred"].is_not_null()
        ts = correct_clock(occurred, parse_times(frame["sent"]), frame["received_us"])
        keep = ts.is_not_null() & ~wrong
        frame = frame.with_columns(
            ts.alias("ts_us"),
            pl.Series("message_hash", message_hashes(data["message_id"]), dtype=pl.Int64),
        )
        if not keep.all():
            for row in (~keep).arg_true().to_list():
                shown = repr(self.events[row].occurred)
                self.refused.append(refuse(self.places[row], Code.BAD_TIMESTAMP, shown))
            rows = keep.arg_true().to_list()
            frame = frame.filter(keep)
            self.properties = [self.properties[row] for row in rows]
            self.traits = [self.traits[row] for row in rows]
            self.places = [self.places[row] for row in rows]
        return Decoded(
            frame=frame,
            properties=self.properties,
            traits=self.traits,
            places=self.places,
            contexts=self.contexts.all,
            refused=self.refused,
            sent=self.sent,
        )


def _unreadable(request: Request, fault: str) -> Refusal:
    return Refusal(
        received_us=request.received_us,
        call=request.call,
        key_kind=request.key_kind,
        key=key_of(request),
        code=Code.MALFORMED,
        reason=sentence(Code.MALFORMED, fault),
        place=f"request {request.seq}",
        body=request.body,
    )


def _parts(place: Place, event: Event, said: Said, signature: str | None) -> list[Refusal]:
    """Traits put aside alone: an identify call of its own, whose id differs from the event's."""
    refusals = []
    for code, name, shown in said.faults:
        ids = {"userId": event.external_id, "anonymousId": event.anonymous_id}
        call = {
            "type": "identify",
            "messageId": f"{event.message_id[:200]}:{name}",
            **{key: value for key, value in ids.items() if value is not None},
            "traits": {name: shown},
            "timestamp": event.occurred,
        }
        if signature is not None:
            call["context"] = {"signature": signature}
        refusals.append(
            Refusal(
                received_us=event.received_us,
                call="batch",
                key_kind=place.request.key_kind,
                key=key_of(place.request),
                code=code,
                reason=sentence(code, repr(shown)),
                place=f"request {event.seq}, event {event.n}, traits.{name}",
                body=replayable(msgspec.json.encode(call), event.sent),
                whole=False,
            )
        )
    return refusals
