"""A shop that processes die in: its workspace, and what must hold of it afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
from sqlalchemy import func, select

from maracuja import app as composition
from maracuja.app import App
from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.clock import SimClock
from maracuja.lake.bodies import read_bodies
from maracuja.lake.files import verify
from maracuja.model import FileKind, LakeFile, micros
from maracuja.runtime import delivery_journal
from maracuja.runtime.delivery_senders import journal_of
from maracuja.simulate.sink import Received
from maracuja.store import counters, definitions, inbox, manifest, outbox, schema, watermarks
from maracuja.store.outbox import OutboxState

CONNECTIONS = 2
BEGIN = datetime(2026, 11, 16, 19, 30, tzinfo=UTC)
DEFINITIONS = """
kind: topic
id: news
---
kind: goal
id: order
event: Order Completed
value: revenue
---
kind: template
id: hello
variants:
  - language: en
    subject: "{{ person.first_name }}, it is here"
    text: "Hello {{ person.first_name }}: https://shop.example/new {{ links.unsubscribe }}"
"""
CAMPAIGN = """
kind: campaign
id: %s
topic: news
audience: [{trait: email, known: true}]
template: hello
goals: [order]
expires_after: 30 days
"""
ENDS = ("Message Sent", "Message Unknown", "Message Failed", "Message Bounced", "Message Rejected")
FINAL = frozenset(OutboxState) - {OutboxState.QUEUED, OutboxState.CLAIMED}


def customer(i: int) -> str:
    """The external id of the i-th customer."""
    return f"customer-{i:05d}"


def make_shop(
    directory: Path, smtp_port: int, people: int, *, full: bool = False, **settings: Any
) -> dict[str, str]:
    """A workspace with definitions and the file of its customers; its keys.

    Some addresses do not exist; where `full`, some mailboxes are full at first.
    """
    locals_ = {11: "gone", 13: "full"} if full else {11: "gone"}

    def address(i: int) -> str:
        return f"{locals_.get(i % 40, 'person')}{i:05d}@mail.example"

    email = {"port": smtp_port, "connections": CONNECTIONS, "sender": "Shop <shop@shop.example>"}
    shop = {"email": email, "shop": {"time_zone": "UTC"}, **settings}
    made = composition.create(directory, shop, clock=SimClock(BEGIN - timedelta(days=1)), seed=3)
    with composition.opened(directory) as app:
        define(app, DEFINITIONS)
    known = pl.DataFrame({"i": range(people)}).select(
        pl.col("i").map_elements(customer, return_dtype=pl.String).alias("id"),
        pl.col("i").map_elements(address, return_dtype=pl.String).alias("email"),
        pl.format("Name{}", "i").alias("first_name"),
        pl.when(pl.col("i") % 3 == 0).then(pl.lit("Europe/Kyiv")).alias("timezone"),
        pl.lit("in").alias("consent.news.email"),
        pl.lit("2026-01-01").alias("consent.news.email.at"),
        pl.lit("form").alias("consent.news.email.source"),
    )
    known.write_csv(directory / "people.csv")
    return made


def define(app: App, text: str) -> None:
    """Put definitions into the store."""
    with app.store.write() as conn:
        for one in decode_text(text):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="test", now_us=1)


@dataclass
class Found:
    """The whole state of a shop at rest."""

    states: dict[bytes, OutboxState]  # by message
    decisions: pl.DataFrame
    events: pl.DataFrame
    files: list[LakeFile]
    counts: dict[str, int]  # rows of tables


def look(app: App) -> Found:
    """Read all of it, and compare what the database says of files with the files."""
    now = datetime(2100, 1, 1, tzinfo=UTC)
    states: dict[bytes, OutboxState] = {}
    with app.store.read() as conn:
        files = manifest.live(conn, list(FileKind), micros(now))
        for file in files:
            verify(app.lake_root, file)
        rows = conn.execute(select(schema.outbox.c["chunk", "n", "pid", "state"])).all()
        for chunk in conn.execute(select(schema.chunks.c["chunk", "path", "left"])).all():
            mine = {row.n: row for row in rows if row.chunk == chunk.chunk}
            _, bodies = read_bodies(app.lake_root, chunk.path)
            assert bodies["n"].to_list() == sorted(mine), "a row for each text"
            assert bodies["pid"].to_list() == [mine[n].pid for n in sorted(mine)]
            assert chunk.left == sum(row.state <= OutboxState.CLAIMED for row in mine.values())
            for n, message in bodies.select("n", "message").iter_rows():
                states[message] = OutboxState(mine[n].state)
        assert len(states) == len(rows), "a message stands in the outbox once"
        counts = {
            table.name: conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in schema.state.sorted_tables
        }
        passed = watermarks.get(conn, "inbox"), watermarks.get(conn, "feed")
        assert passed[1] == counters.last(conn, "feed"), "the projection has seen it all"
    with app.store.read_inbox() as conn:
        assert passed[0] == inbox.last(conn)
        counts["inbox"] = inbox.size(conn)
    return Found(
        states,
        _read(app, files, FileKind.DECISIONS),
        _read(app, files, FileKind.EVENTS),
        files,
        counts,
    )


def _read(app: App, files: Iterable[LakeFile], kind: FileKind) -> pl.DataFrame:
    paths = [app.lake_root / file.path for file in files if file.kind is kind]
    frames = [pl.read_parquet(path) for path in paths]
    return pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame()


def check_events(found: Found, told: Mapping[str, str], *, erased: Collection[str] = ()) -> None:
    """Each acknowledged event is in the lake once; `told` is message id -> customer."""
    ids = Counter(found.events.filter(pl.col("kind") != "internal")["message_id"].to_list())
    assert not (twice := [i for i, n in ids.items() if n > 1]), f"counted twice: {twice[:5]}"
    wanted = {one for one, who in told.items() if who not in erased}
    assert not (lost := wanted - ids.keys()), f"lost: {sorted(lost)[:5]} of {len(lost)}"


def check_messages(found: Found, received: Iterable[Received], in_flight: int) -> None:
    """Every message ends once, and reached the server as often as its end says."""
    taken = Counter(one.message_id for one in received)
    assert not (twice := [i for i, n in taken.items() if n > 1]), f"sent twice: {twice[:5]}"
    ends = {state: set[bytes]() for state in OutboxState}
    for message, state in found.states.items():
        ends[state].add(message)
    assert {state for state, members in ends.items() if members} <= FINAL, "all are over"
    reached = {bytes.fromhex(one.strip("<>").partition("@")[0]) for one in taken}
    sent, unknown = ends[OutboxState.SENT], ends[OutboxState.UNKNOWN]
    assert sent <= reached <= sent | unknown
    assert len(unknown) == in_flight, "unknown are those in flight at a crash, and no others"
    _check_told(found, ends)
    _check_decided(found)


def _check_told(found: Found, ends: Mapping[OutboxState, set[bytes]]) -> None:
    """The lake tells one end of each message, the one that the outbox says."""
    told = found.events.filter(pl.col("event").is_in(ENDS)).select("event", "properties.message")
    by_message = Counter(told["properties.message"].to_list())
    assert by_message == Counter(message.hex() for message in found.states)
    for event, state in (
        ("Message Sent", OutboxState.SENT),
        ("Message Unknown", OutboxState.UNKNOWN),
    ):
        of_event = told.filter(pl.col("event") == event)["properties.message"].to_list()
        assert sorted(of_event) == sorted(message.hex() for message in ends[state])


def _check_decided(found: Found) -> None:
    """Everybody of a run is decided about once, however often they waited before."""
    over = found.decisions.filter(pl.col("outcome") != "wait")
    assert over.select("run", "pid").is_duplicated().sum() == 0
    decided = found.decisions.select("run", "pid").n_unique()
    assert decided == over.height, "nobody waits for ever"
    sends = over.filter(pl.col("outcome") == "send")["message"].to_list()
    assert sorted(sends) == sorted(found.states), "who is to be sent to stands in the outbox"
    assert found.counts["waiting"] == 0


def in_flight(app: App) -> int:
    """How many messages are with the server, by the word of the database and the journal."""
    journal = journal_of(app.config.directory / delivery_journal.FOLDER, "email", single=False)
    with app.store.read() as conn:
        claimed = outbox.claimed(conn)
        number = counters.last(conn, journal.counter)
    if not len(claimed.n):
        return 0
    said = delivery_journal.read(journal.path)
    assert said.claim == number, "the journal is of the claim that is under way"
    keys = set(zip(claimed.chunk.tolist(), claimed.n.tolist(), strict=True))
    return len(keys & set(said.begun) - said.answers.keys())


def left(app: App) -> int:
    """How many messages are not over."""
    with app.store.read() as conn:
        return outbox.left(conn)


def batch(calls: list[dict[str, Any]]) -> bytes:
    """The body of a request to /v1/batch."""
    return msgspec.json.encode({"batch": calls})
