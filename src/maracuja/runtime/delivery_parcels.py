"""Claimed messages with what they need on their way: their texts and their runs' frozen facts.

It reads only; what a text says is nobody's business here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts, decode_facts
from maracuja.runtime import delivery_texts
from maracuja.runtime.delivery_results import Parcel
from maracuja.runtime.delivery_texts import Body, natural_id
from maracuja.store import outbox
from maracuja.store.outbox import Chunk, Claimed

RUNS_KEPT: Final = 200


class Launched:
    """What runs were launched with, decoded once."""

    def __init__(self) -> None:
        self._facts: dict[int, RunFacts] = {}

    def context(
        self, conn: Connection, claimed: Claimed
    ) -> tuple[dict[int, Chunk], dict[int, RunFacts]]:
        """The chunks of a claim by number, and what their runs were launched with."""
        chunks = {c.chunk: c for c in outbox.chunks_of(conn, np.unique(claimed.chunk).tolist())}
        runs = {chunk.run for chunk in chunks.values()}
        new = runs - self._facts.keys()
        if new:
            if len(self._facts) > RUNS_KEPT:
                self._facts.clear()
                new = runs
            frozen = outbox.launched_with(conn, sorted(new))
            self._facts.update({run: decode_facts(body) for run, body in frozen.items()})
        return chunks, {run: self._facts[run] for run in runs}


def opened(
    root: Path, claimed: Claimed, chunks: Mapping[int, Chunk], facts: Mapping[int, RunFacts]
) -> list[tuple[Parcel, Body | None]]:
    """Each claimed message with its text; None where the text is gone."""
    found: list[tuple[Parcel, Body | None]] = []
    for number in np.unique(claimed.chunk).tolist():
        of_chunk = claimed.chunk == number
        ns = claimed.n[of_chunk].tolist()
        bodies = delivery_texts.read(root, chunks[number], ns)
        known = facts[chunks[number].run]
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
                expires_us=known.expires_us,
                marketing=known.marketing,
            )
            found.append((parcel, body))
    return found
