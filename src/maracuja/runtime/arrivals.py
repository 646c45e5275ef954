"""One batch on its way in: inbox and feed as columns, and as the frame that goes to the lake.

Nothing here writes; the projection does, in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from maracuja.ingest import deliveries, heard
from maracuja.ingest.calls import Request
from maracuja.ingest.checks import CONSENT_EVENT, Rules
from maracuja.ingest.columns import (
    Sparse,
    choose_types,
    flatten,
    make_columns,
    rest_column,
)
from maracuja.ingest.decode import Decoded, decode, message_hashes
from maracuja.ingest.discover import discover
from maracuja.ingest.identity import Mention
from maracuja.model import DeliveryEvent, Discovery, TraitType
from maracuja.runtime.packing import plain_size, unpack
from maracuja.store import feed, inbox
from maracuja.store.people import Pids

Rows = npt.NDArray[np.int64]

OWN_SCHEMA = {
    "pid": pl.Int64(),
    "event": pl.String(),
    "ts_us": pl.Int64(),
    "received_us": pl.Int64(),
    "message_id": pl.String(),
    "message_hash": pl.Int64(),
}


class Arrivals(NamedTuple):
    """What has come in after the watermarks: clients' events, and our own (deliveries, feed)."""

    requests: int
    decoded: Decoded
    told: deliveries.Told
    heard: heard.HeardBatch
    own: pl.DataFrame  # OWN_SCHEMA; its first rows are `told.events`
    own_properties: list[dict[str, Any]]


class Events(NamedTuple):
    """The rows that go to the lake, the types of their columns, and what they show."""

    frame: pl.DataFrame
    types: dict[str, TraitType]  # all known, old and new
    discoveries: list[Discovery]


def unpack_within(batch: inbox.Batch, bytes_max: int) -> inbox.Batch:
    """The first requests of a batch, at least one if any, of at most so many bytes once plain."""
    sizes = np.cumsum([plain_size(body) for body in batch.body], dtype=np.int64)
    count = max(1, int(np.searchsorted(sizes, bytes_max, side="right")))
    short = inbox.Batch._make(column[:count] for column in batch)
    return short._replace(body=[unpack(body) for body in short.body])


def read_arrivals(batch: inbox.Batch, own: feed.Batch, rules: Rules) -> Arrivals:
    """Decode a batch of both. Never raises for what a client or a vendor sent."""
    requests = [Request(*row) for row in zip(*batch, strict=True)]
    internal = [r for r in requests if r.call in deliveries.CALLS]
    told = deliveries.read_deliveries(internal)
    spoken = heard.read_heard(r for r in requests if r.call == heard.CALL)
    ours = {*deliveries.CALLS, heard.CALL}
    decoded = decode((r for r in requests if r.call not in ours), rules)
    frame, properties = _own_events(told.events, told.received_us, own)
    return Arrivals(len(requests), decoded, told, spoken, frame, properties)


def _own_events(
    told: Sequence[DeliveryEvent], received_us: Sequence[int], own: feed.Batch
) -> tuple[pl.DataFrame, list[dict[str, Any]]]:
    objects = msgspec.json.Decoder(dict[str, Any])
    ids = [deliveries.event_id(e) for e in told] + [i.hex() for i in own.message_id]
    frame = pl.DataFrame(
        {
            "pid": [e.pid for e in told] + own.pid,
            "event": [deliveries.EVENTS[e.status] for e in told] + own.event,
            "ts_us": [min(e.at_us, at) for e, at in zip(told, received_us, strict=True)]
            + own.at_us,
            "received_us": [*received_us, *own.at_us],
            "message_id": ids,
            "message_hash": message_hashes(ids),
        },
        schema=OWN_SCHEMA,
    )
    properties = [deliveries.event_properties(e) for e in told]
    return frame, properties + [objects.decode(p) for p in own.properties]


def mentions(decoded: Decoded, rows: Sequence[int]) -> tuple[list[Mention], Rows]:
    """Whom these rows name: the different mentions in order, and which of them each row is."""
    names = ("external_id", "anonymous_id", "previous_id", "email", "phone", "signed")
    says = pl.Series("says", [bool(decoded.traits[row]) for row in rows], dtype=pl.Boolean)
    consents = (pl.col("event") == CONSENT_EVENT) & (pl.col("kind") == "track")
    # What is set matters for browsers only.
    sets = (
        pl.when(pl.col("signed"))
        .then(pl.lit(""))
        .when(pl.col("says"))
        .then(pl.lit("traits"))
        .when(consents)
        .then(pl.lit("consent"))
        .otherwise(pl.lit(""))
    )
    groups = (
        decoded.frame[rows]
        .with_columns(says)
        .with_columns(sets.alias("sets"))
        .with_row_index("row")
        .group_by(*names, "sets", maintain_order=True)
        .agg("row")
    )
    sizes = groups["row"].list.len().to_numpy()
    of = np.empty(len(rows), dtype=np.int64)
    of[groups["row"].explode().to_numpy()] = np.repeat(np.arange(len(sizes)), sizes)
    values = [groups[name].to_list() for name in (*names, "sets")]
    return [Mention(*row) for row in zip(*values, strict=True)], of


def make_events(
    arrivals: Arrivals,
    rows: Sequence[int],
    pids: Pids,
    own_rows: Sequence[int],
    own_pids: Pids,
    known: Mapping[str, TraitType],
) -> Events:
    """The chosen rows of clients' and own events as one frame with typed columns.

    `pids` of shape (rows,) and `own_pids` of shape (own_rows,) say whose they are; `known` are the
    columns there are. The frame has the columns of an event file, but `bucket`.
    """
    decoded = arrivals.decoded
    clients = decoded.frame[rows]
    own = arrivals.own[own_rows]
    height = len(rows) + len(own_rows)
    found = flatten((decoded.properties[row] for row in rows), "properties.")
    context = flatten((c.fields for c in decoded.contexts), "context.")
    fresh = choose_types({**found, **context}, known)
    types = {**known, **fresh}
    discoveries = _discoveries(clients, found, context, types, len(decoded.contexts))
    for name, sparse in flatten(
        (arrivals.own_properties[row] for row in own_rows), "properties.", first_row=len(rows)
    ).items():
        joined = found.setdefault(name, Sparse())
        joined.rows += sparse.rows
        joined.values += sparse.values
    rest: dict[int, dict[str, Any]] = {}
    columns = make_columns(found, types, height, rest)
    columns += _context_columns(context, types, clients["context"], height, rest)
    frame = _fixed(clients, pids, own, own_pids)
    return Events(
        frame=frame.with_columns(rest_column(rest, height)).hstack(columns),
        types=types,
        discoveries=discoveries,
    )


def _fixed(clients: pl.DataFrame, pids: Pids, own: pl.DataFrame, own_pids: Pids) -> pl.DataFrame:
    names = ["pid", "kind", "event", "ts_us", "received_us", "message_id", "message_hash"]
    theirs = clients.with_columns(pl.Series("pid", pids, dtype=pl.Int64))
    ours = own.with_columns(
        pl.Series("pid", own_pids, dtype=pl.Int64), pl.lit("internal").alias("kind")
    )
    both = pl.concat([theirs.select(names), ours.select(names)])
    return both.with_columns(
        pl.col("ts_us").cast(pl.Datetime("us")).alias("ts"),
        pl.col("received_us").cast(pl.Datetime("us")).alias("received"),
    ).drop("ts_us", "received_us")


def _context_columns(
    context: Mapping[str, Sparse],
    types: Mapping[str, TraitType],
    index: pl.Series,
    height: int,
    rest: dict[int, dict[str, Any]],
) -> list[pl.Series]:
    """Columns of the different contexts, spread over the events that share them."""
    if not context:
        return []
    different = 1 + max(max(column.rows) for column in context.values())
    left: dict[int, dict[str, Any]] = {}
    columns = make_columns(context, types, different, left)
    places = index.to_list()
    for row, place in enumerate(places):
        if place in left:
            rest.setdefault(row, {}).update(left[place])
    # A context without any field may lie beyond the last that has some.
    at = pl.Series(places, dtype=pl.UInt32).extend_constant(None, height - len(places))
    at = at.set(at >= different, None)
    return [column.gather(at) for column in columns]


def _discoveries(
    clients: pl.DataFrame,
    found: Mapping[str, Sparse],
    context: Mapping[str, Sparse],
    types: Mapping[str, TraitType],
    contexts: int,
) -> list[Discovery]:
    if clients.is_empty():
        return []
    span = _span(clients)
    names = clients["event"].unique(maintain_order=True).to_list()
    code = {name: i for i, name in enumerate(names)}
    codes = np.fromiter(map(code.__getitem__, clients["event"].to_list()), dtype=np.int64)
    times = np.bincount(clients["context"].to_numpy(), minlength=contexts)
    none: npt.NDArray[np.int64] = np.zeros(contexts, dtype=np.int64)
    return [
        *discover(found, codes, names, scope="property", types=types, span=span),
        *discover(context, none, [""], scope="context", types=types, span=span, times=times),
    ]


def trait_discoveries(
    said: Sequence[Mapping[str, Any] | None],
    clients: pl.DataFrame,
    types: Mapping[str, TraitType],
) -> list[Discovery]:
    """What the traits of these rows show; `types` are those of traits seen before."""
    found: dict[str, Sparse] = {}
    for row, traits in enumerate(said):
        for name, value in (traits or {}).items():
            if value is not None:
                sparse = found.setdefault(name, Sparse())
                sparse.rows.append(row)
                sparse.values.append(value)
    if not found:
        return []
    none: npt.NDArray[np.int64] = np.zeros(len(said), dtype=np.int64)
    return discover(found, none, [""], scope="trait", types=types, span=_span(clients))


def _span(clients: pl.DataFrame) -> tuple[int, int]:
    received = clients["received_us"].to_numpy()
    return int(received.min()), int(received.max())
