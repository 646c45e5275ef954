"""The last word on texts before they are sent: as written at launch, or written again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from maracuja.campaigns.facts import RunFacts
from maracuja.decisions.reasons import Reason
from maracuja.runtime.delivery_checks import by_run
from maracuja.runtime.delivery_results import Parcel
from maracuja.runtime.delivery_texts import Body
from maracuja.store.outbox import Chunk

Renew = Callable[[Chunk, RunFacts, Sequence[Body], datetime], list[Body | Reason]]
"""Writes texts again where what they show has changed since (see launch_again.Renewal)."""


def as_written(
    chunk: Chunk, facts: RunFacts, bodies: Sequence[Body], now: datetime
) -> list[Body | Reason]:
    """Every text as it was written at launch."""
    return list(bodies)


def renewed(
    passed: Sequence[tuple[Parcel, Body]],
    chunks: Mapping[int, Chunk],
    facts: Mapping[int, RunFacts],
    renew: Renew,
    now: datetime,
) -> tuple[list[tuple[Parcel, Body]], list[tuple[Parcel, Reason]]]:
    """The texts as they read now, and those who can no longer be written to, with the reason."""
    kept: list[tuple[Parcel, Body]] = []
    refused: list[tuple[Parcel, Reason]] = []
    for number, places in by_run([parcel.chunk for parcel, _ in passed]).items():
        chunk = chunks[number]
        several = [passed[place] for place in places]
        bodies = [body._replace(pid=parcel.pid) for parcel, body in several]
        fresh = renew(chunk, facts[chunk.run], bodies, now)
        for (parcel, _), new in zip(several, fresh, strict=True):
            if isinstance(new, Body):
                kept.append((parcel, new))
            else:
                refused.append((parcel, new))
    return kept, refused
