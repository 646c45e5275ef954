"""After a crash: what the journal says of the messages that were claimed.

What was begun and not answered is unknown; it is never sent again, except where the vendor
recognises our id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import starmap
from typing import Final

import numpy as np
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts
from maracuja.channels.base import Answer
from maracuja.model import Status
from maracuja.runtime.delivery_journal import COUNTER, Key, Taken
from maracuja.runtime.delivery_results import Book, Outcomes, Parcel, sort_answer
from maracuja.store import counters, outbox
from maracuja.store.outbox import Claimed, OutboxState

CRASH: Final = "crash"  # the code of a message that was with the vendor when the process died


def send_again(
    conn: Connection, lost: Claimed, taken: Taken, books: Iterable[Book]
) -> tuple[Claimed, Mapping[Key, Answer]]:
    """Queue again what was claimed and never begun; the rest, and the answers that came to it.

    Where the journal speaks of another claim, or is gone, all may have been begun. From here on
    the process that made the claim, if it is still alive, can record nothing of it.
    """
    is_of_it = counters.take(conn, COUNTER) - 1 == taken.claim
    answers = taken.answers if is_of_it else {}
    honouring = {book.channel.code for book in books if book.channel.can.honours_our_id}

    def is_open(chunk: int, n: int, channel: int) -> bool:
        key = (chunk, n)
        if key in answers:
            return True
        begun = key in taken.begun or not is_of_it
        return begun and channel not in honouring

    rows = zip(lost.chunk.tolist(), lost.n.tolist(), lost.channel.tolist(), strict=True)
    keep = np.fromiter(starmap(is_open, rows), dtype=bool)
    outbox.put_back(conn, chunk=lost.chunk[~keep], n=lost.n[~keep], due_us=lost.due_us[~keep])
    return Claimed(*(column[keep] for column in lost)), answers


def ended(
    parcels: Iterable[Parcel],
    facts: Mapping[int, RunFacts],
    answers: Mapping[Key, Answer],
    books: Mapping[str, Book],
    now: datetime,
) -> dict[str, Outcomes]:
    """By channel: what became of messages that were begun; unknown where nothing was answered."""
    found: dict[str, Outcomes] = {}
    for parcel in parcels:
        channel = facts[parcel.run].campaign.channel
        out = found.setdefault(channel, Outcomes())
        answer = answers.get((parcel.chunk, parcel.n))
        book = books.get(channel)
        if answer is not None and book is not None:
            result = book.channel.decode(answer, attempt=parcel.attempts + 1)
            sort_answer(out, parcel, result, book)
        else:
            words = "the process ended while it was being sent"
            state, status = OutboxState.UNKNOWN, Status.UNKNOWN
            out.close(parcel, state, status, channel, now, code=CRASH, raw=words)
    return found
