"""A chunk of a launch is made durable: its files, its rows, and one transaction that names them.

Files are written under the chunk's natural key and count only once that transaction is committed,
together with the outbox, the waiting and the next part's number.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Final

import polars as pl

from maracuja.commit_points import passed
from maracuja.lake.bodies import write_bodies
from maracuja.lake.decisions import write_decisions
from maracuja.model import LakeFile, micros
from maracuja.runtime import entry_progress, name_cards
from maracuja.runtime.launch_chunk import Decided
from maracuja.runtime.wishing import note_heard
from maracuja.store import accounts, manifest, outbox, runs, waiting
from maracuja.store.outbox import Chunk
from maracuja.store.runs import Run, RunState
from maracuja.store.waiting import Due

if TYPE_CHECKING:
    from maracuja.runtime.launch_work import Round

ROWS_AT_ONCE: Final = 2_000  # of the outbox in one transaction
PART_BITS: Final = 20  # a chunk's number is its run's and its part's: both grow


def commit(
    work: Round,
    run: Run,
    decided: Decided,
    now: datetime,
    names: pl.DataFrame | None = None,
    due: Due | None = None,
) -> bool:
    """Write the files of part `run.next_part`, and make them count in one transaction.

    `names` are the cards of names that came up for the first time. False where the run is no
    longer in the state of `run`, or somebody of those that were `due` waits no more as they did,
    because a receipt came, or a code was given to somebody else: then nothing counts.
    """
    part, codes = run.next_part, work.coupons
    number = run.run << PART_BITS | part
    with work.ground.store.read() as conn:
        if runs.get(conn, run.run).state is not run.state:
            return work.let_go()
    with ThreadPoolExecutor(1, "launch-writes") as writing:  # the disk and the database together
        written = writing.submit(_write_files, work, run, number, decided, names, now)
        channel = _lay_out(work, number, decided, micros(now))
        files = written.result()
    with work.ground.store.write() as conn:
        if (
            runs.get(conn, run.run).state is not run.state
            or (due is not None and not waiting.stand(conn, run.run, due))
            or not (codes is None or codes.claim(conn, decided, run.run, number, now))
        ):
            outbox.forget_rows(conn, number)
            return work.let_go()
        manifest.add(conn, files)
        if decided.bodies.height:
            chunk = _chunk(work, number, path=files[-1].path)
            size, due_us = decided.bodies.height, micros(now)
            outbox.let_count(conn, chunk, size=size, channel=channel, due_us=due_us)
        if run.state is RunState.SENDING:
            waiting.remove(conn, run.run, decided.decisions["pid"])
        waiting.put(conn, run.run, **decided.waiting.to_dict())
        note_heard(conn, work.facts, decided.decisions, micros(now))
        runs.advance(conn, run.run, part)
        entry_progress.go_on(conn, work.facts, run.run, decided, work.columns, now)
        if run.state is RunState.LAUNCHING and part + 1 == run.parts:
            runs.set_state(conn, run.run, RunState.SENDING, micros(now))
        passed("chunk.queued")
    passed("chunk.committed")
    if codes is not None:
        codes.committed(decided)
    return True


def _write_files(
    work: Round,
    run: Run,
    number: int,
    decided: Decided,
    names: pl.DataFrame | None,
    now: datetime,
) -> list[LakeFile]:
    """The files of a chunk: cards of names where there are any, decisions, bodies last."""
    root, files = work.ground.lake, []
    name = f"run-{run.run:09d}-part-{run.next_part:06d}"
    if names is not None and names.height:
        files.append(name_cards.write(root, name, names, number=number, now=now))
    files.append(write_decisions(root, name, decided.decisions, chunk=number, now=now))
    passed("chunk.decisions_written")
    if decided.bodies.height:
        skeletons, bodies = decided.skeletons, decided.bodies
        files.append(write_bodies(root, name, skeletons, bodies, chunk=number, now=now))
        passed("chunk.bodies_written")
    return files


def _lay_out(work: Round, number: int, decided: Decided, now_us: int) -> pl.Series:
    """Write the outbox's rows a few at a time, so that nobody who writes waits for all of them.

    They count once the chunk's own row is there. Returns the channel of each message.
    """
    chunk = _chunk(work, number)
    bodies = decided.bodies
    chosen = decided.decisions.select("pid", "channel")
    with work.ground.store.write() as conn:
        outbox.forget_rows(conn, number)  # of a try that a crash has cut short
        numbers = {name: accounts.number(conn, name) for name in work.facts.campaign.channels}
    channel = bodies.join(chosen, on="pid", how="left", maintain_order="left")[
        "channel"
    ].replace_strict(numbers, return_dtype=pl.Int64)
    for at in range(0, bodies.height, ROWS_AT_ONCE):
        some = slice(at, at + ROWS_AT_ONCE)
        pids = bodies["pid"][some]
        with work.ground.store.write() as conn:
            outbox.add_rows(
                conn,
                chunk,
                pid=pids,
                channel=channel[some],
                due_us=now_us,
                n=range(at, at + len(pids)),
            )
        passed("chunk.laid_out")
    return channel


def _chunk(work: Round, number: int, *, path: str = "") -> Chunk:
    """The chunk of that number, its texts in the file `path`."""
    return Chunk(number, work.run, path, work.facts.lane, work.catalog_rev)
