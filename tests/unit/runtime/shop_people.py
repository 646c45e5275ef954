"""People of a small shop who may be written to by e-mail, for tests of what it offers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.config import make_config
from maracuja.lake.bodies import read_bodies
from maracuja.lake.files import locate
from maracuja.model import ConsentState, Discovery, FileKind, TraitSource, TraitType, micros
from maracuja.runtime import delivery_texts, launch_control
from maracuja.runtime.launch import Launch
from maracuja.runtime.launch_ground import Ground
from maracuja.store import (
    bulk,
    consents,
    counters,
    definitions,
    discovered,
    manifest,
    meta,
    outbox,
    people,
    runs,
    schema,
    traits,
)
from maracuja.store.engine import Store
from maracuja.store.outbox import Chunk

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STILL = {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
TOPIC = """
kind: topic
id: news
---
kind: goal
id: order
event: Order Completed
value: revenue
---
kind: segment
id: all
where: [{trait: email, known: true}]
---
"""


def apply(store: Store, text: str) -> None:
    """Put definitions in force."""
    with store.write() as conn:
        for one in decode_text(text):
            at = micros(NOON)
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="test", now_us=at)


def make_ground(
    store: Store,
    root: Path,
    size: int,
    known: Mapping[str, tuple[TraitType, Sequence[Any]]] | None = None,
    **settings: Any,
) -> Ground:
    """So many people, pid 1 to `size`, who have agreed; `known` are more of their traits."""
    lake = root / "lake"
    lake.mkdir(exist_ok=True)
    kinds = {"email": (TraitType.TEXT, [f"p{i}@mail.example" for i in range(1, size + 1)])}
    given = {**kinds, **(known or {})}
    docs = traits.assemble(
        {name: list(values) for name, (_, values) in given.items()},
        {"email": list(given["email"][1])},
        source=TraitSource.DECLARED,
        at_us=1,
    )
    with store.write() as conn:
        meta.create(conn, seed=7, reproducible=True)
        counters.take(conn, "pid", size)
        pids = range(1, size + 1)
        people.create(conn, people.next_rev(conn), pids, created_us=1, docs=docs)
        named = {"kind": "external_id", "value": [f"u{pid}" for pid in pids], "pid": list(pids)}
        bulk.insert_columns(conn, schema.identities, {**named, "at_us": 1})
        shown = [
            Discovery("trait", "", name, kind, 1, 1, size, (), 1)
            for name, (kind, _) in given.items()
        ]
        discovered.record(conn, shown)
        consents.record(
            conn,
            pid=list(pids),
            topic="news",
            channel="email",
            state=[ConsentState.OPTED_IN] * size,
            at_us=1,
            recorded_us=1,
            source="form",
        )
    config = make_config(
        {
            "root": str(root),
            "pressure": STILL,
            "shop": {"time_zone": "UTC", "currency": "UAH"},
            "measurement": {"global_holdout": 0.0},
            **settings,
        }
    )
    apply(store, TOPIC.rstrip("-\n"))
    return Ground(store, lake, config)


def launch(ground: Ground, campaign: str, now: datetime = NOON) -> runs.Run:
    """Launch a campaign and decide about everybody that is due."""
    with ground.store.write() as conn:
        run = launch_control.launch(conn, ground, campaign, now)
    tick(ground, now)
    return run


def tick(ground: Ground, now: datetime = NOON) -> None:
    """What is due is decided."""
    work = Launch(ground)
    try:
        due: datetime | None = now
        while due is not None and due <= now:
            due = work.tick(now)
    finally:
        work.close()


def decisions(ground: Ground, now: datetime = NOON) -> pl.DataFrame:
    """All decisions on record."""
    with ground.store.read() as conn:
        files = manifest.live(conn, [FileKind.DECISIONS], micros(now))
    frames = [pl.read_parquet(locate(ground.lake, file.path)) for file in files]
    return pl.concat(frames).sort("at", "pid") if frames else pl.DataFrame()


def texts(ground: Ground, run: int) -> dict[int, str]:
    """What each person is written to in a run, by pid; without the way out."""
    with ground.store.read() as conn:
        chunks: list[Chunk] = outbox.chunks_of_run(conn, run)
    found: dict[int, str] = {}
    for chunk in chunks:
        _, rows = read_bodies(ground.lake, chunk.path)
        bodies = delivery_texts.read(ground.lake, chunk, rows["n"].to_list())
        found |= {one.pid: one.content.text.split("\n")[0] for one in bodies.values()}
    return found
