"""Events that other programs want to hear of are put down for them as they come in.

It happens in the transaction that takes the events, so that each is told exactly when it was
taken; the calls are made beside the worker (`outbound_work.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.decoding import decode_stored
from maracuja.campaigns.outbound import Outbound
from maracuja.model import TraitType, micros
from maracuja.segments.comparing import When
from maracuja.segments.matching import matching
from maracuja.store import definitions, outbound, people, traits

KEPT: Final = timedelta(days=30)  # what was given up may be told again for so long
_EXTERNAL: Final = "external_id"
_PARTS: Final = ("properties.", "context.")


def hooks_in_force(conn: Connection) -> list[Outbound]:
    """Every outbound webhook, by id."""
    found = [decode_stored(one.body) for one in definitions.current(conn, "outbound")]
    return [one for one in found if isinstance(one, Outbound)]


def take(
    conn: Connection,
    events: pl.DataFrame,
    types: Mapping[str, TraitType],
    now: datetime,
) -> int:
    """Put down what is to be told of these events, which are new; how many.

    `events` are as they go to the lake (pid, event, ts, message_id, properties ...), `types` the
    types of the columns.
    """
    hooks = [] if events.is_empty() else hooks_in_force(conn)
    if not hooks:
        return 0
    count = 0
    for hook in hooks:
        meant = matching(events, hook.events, hook.where, When(now))
        if meant.height:
            rows = list(told(meant, types, _people(conn, meant["pid"].to_list(), hook.person)))
            new = outbound.New(
                meant["message_id"].to_list(),
                meant["pid"].to_list(),
                [micros(row.replace(tzinfo=UTC)) for row in meant["ts"]],
                rows,
            )
            count += outbound.add(conn, hook.id, new, micros(now))
    outbound.delete_before(conn, micros(now - KEPT))
    return count


def told(
    events: pl.DataFrame,
    types: Mapping[str, TraitType],
    people: Mapping[int, Mapping[str, Any]],
) -> Iterable[bytes]:
    """What is told of each event, as JSON: a call of Segment's, with the person's own id."""
    for row in events.iter_rows(named=True):
        said: dict[str, Any] = {
            "type": "track",
            "event": row["event"],
            "messageId": row["message_id"],
            "timestamp": row["ts"].replace(tzinfo=UTC),
            **people.get(row["pid"], {}),
            "properties": {},
        }
        values = {name: value for name, value in row.items() if name.startswith(_PARTS)}
        values |= msgspec.json.decode(row["rest"]) if row.get("rest") else {}
        for name, value in values.items():
            if value is not None:
                _put(said, name.split("."), _plain(value, types.get(name)))
        yield msgspec.json.encode(said)


def _people(
    conn: Connection, pids: Sequence[int], wanted: Sequence[str]
) -> dict[int, dict[str, Any]]:
    """`userId` of each person that has one, and the wanted traits."""
    asked = sorted(set(pids))
    found: dict[int, dict[str, Any]] = {pid: {} for pid in asked}
    owners, kinds, values = people.identities_for(conn, asked)
    for pid, kind, value in sorted(zip(owners, kinds, values, strict=True)):
        if kind == _EXTERNAL:
            found[pid].setdefault("userId", value)
    if wanted:
        known = people.select_people(conn, asked)
        for pid, doc in zip(known.pid, known.doc, strict=True):
            document = traits.decode(doc)
            found[pid]["traits"] = {
                name: document.traits[name].value for name in wanted if name in document.traits
            } | {kind: value for kind, value in document.addresses.items() if kind in wanted}
    return found


def _put(into: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Set a value under a path; where a value stands in the way, under the rest of its name."""
    for n, part in enumerate(path[:-1]):
        inner = into.setdefault(part, {})
        if not isinstance(inner, dict):
            into[".".join(path[n:])] = value
            return
        into = inner
    into[path[-1]] = value


def _plain(value: Any, kind: TraitType | None) -> Any:
    """A value of a column as JSON has it."""
    if isinstance(value, str) and kind in (TraitType.LIST, TraitType.OBJECT):
        return msgspec.Raw(value.encode())
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
