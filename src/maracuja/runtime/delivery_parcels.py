"""Claimed messages with what they need on their way: their texts and their runs' frozen facts.

It reads only; what a text says is nobody's business here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts, decode_facts
from maracuja.runtime import delivery_texts
from maracuja.runtime.delivery_results import Parcel
from maracuja.runtime.delivery_texts import Body, natural_id
from maracuja.runtime.posted_texts import body_of, facts_of, facts_on
from maracuja.store import accounts, outbox, posted, posted_files
from maracuja.store.outbox import Chunk, Claimed
from maracuja.store.posted import Posted

RUNS_KEPT: Final = 200
FILE_BYTES_MAX: Final = 32_000_000  # of the files of one batch's messages


class Context(NamedTuple):
    """What a claim's messages need on their way.

    `chunks` and `facts` (what runs were launched with) are by number; `single` are the texts of
    those that were asked for one by one and lie in no file, by chunk and n.
    """

    chunks: dict[int, Chunk]
    facts: dict[int, RunFacts]
    single: dict[tuple[int, int], Body]


class Launched:
    """What runs were launched with, decoded once."""

    def __init__(self) -> None:
        self._facts: dict[int, RunFacts] = {}

    def context(self, conn: Connection, claimed: Claimed) -> Context:
        """What the messages of this claim need."""
        chunks = {c.chunk: c for c in outbox.chunks_of(conn, np.unique(claimed.chunk).tolist())}
        runs = {chunk.run for chunk in chunks.values() if chunk.run not in posted.RUNS}
        rest = {chunk.run for chunk in chunks.values()} - runs
        mine = [number for number, chunk in chunks.items() if chunk.run in rest]
        claims = set(zip(claimed.chunk.tolist(), claimed.n.tolist(), strict=True))
        rows = posted.of_chunks(conn, mine).items() if mine else ()
        asked = {place: row for place, row in rows if place in claims}  # what went has no files
        launched, name = self._launched_with(conn, runs).items(), _only_channel(conn, claimed)
        facts = {run: one.on(name) if name else one for run, one in launched}
        facts |= {run: facts_on(name) if name else facts_of(run) for run in rest}
        return Context(chunks, facts, _with_files(conn, asked))

    def _launched_with(self, conn: Connection, runs: set[int]) -> dict[int, RunFacts]:
        kept = self._facts if len(self._facts) < RUNS_KEPT else {}
        new = runs - kept.keys()
        if new:
            frozen = outbox.launched_with(conn, sorted(new))
            self._facts = kept | {run: decode_facts(body) for run, body in frozen.items()}
        return {run: self._facts[run] for run in runs}


def _only_channel(conn: Connection, claimed: Claimed) -> str:
    """The channel or account of a claim, where it is of one alone; else ''."""
    numbers = np.unique(claimed.channel).tolist()
    return accounts.names(conn)[numbers[0]] if len(numbers) == 1 else ""


def _with_files(
    conn: Connection, asked: Mapping[tuple[int, int], Posted]
) -> dict[tuple[int, int], Body]:
    """The texts with the bytes of their files, as far as a batch may hold them."""
    found: dict[tuple[int, int], Body] = {}
    held = 0
    for place, row in sorted(asked.items()):
        body = body_of(row)
        size = sum(file.size for file in body.content.enclosed)
        if size and held + size > FILE_BYTES_MAX and held:
            body = body._replace(later=True)
        elif size:
            held += size
            files = posted_files.of(conn, row.message)
            body = body._replace(content=msgspec.structs.replace(body.content, enclosed=files))
        found[place] = body
    return found


def opened(root: Path, claimed: Claimed, context: Context) -> list[tuple[Parcel, Body | None]]:
    """Each claimed message with its text; None where the text is gone."""
    chunks, facts, single = context
    found: list[tuple[Parcel, Body | None]] = []
    for number in np.unique(claimed.chunk).tolist():
        of_chunk = claimed.chunk == number
        ns = claimed.n[of_chunk].tolist()
        if chunks[number].run in posted.RUNS:
            bodies = {n: single[number, n] for n in ns if (number, n) in single}
        else:
            bodies = delivery_texts.read(root, chunks[number], ns)
        known = facts[chunks[number].run]
        until_us = known.expires_us
        rows = zip(
            ns, claimed.pid[of_chunk].tolist(), claimed.attempts[of_chunk].tolist(), strict=True
        )
        for n, pid, attempts in rows:
            body = bodies.get(n)
            parcel = Parcel(
                chunk=number,
                n=n,
                pid=pid,
                run=chunks[number].run,
                attempts=attempts,
                message=body.message if body else natural_id(known, pid),
                campaign=known.campaign.id,
                variant=body.variant if body else "",
                address=body.address if body else "",
                expires_us=(body.expires_us if body else 0) or until_us,
                marketing=known.marketing,
                step=known.step,
                steps=known.steps,
            )
            found.append((parcel, body))
    return found
