"""After a crash: what the journal says of the messages that were claimed.

What was begun and not answered is unknown; it is never sent again, except where the vendor
recognises our id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts
from maracuja.channels.base import Answer
from maracuja.commit_points import passed
from maracuja.model import Lane, Status
from maracuja.runtime.delivery_journal import Key, Taken, forget, take_over
from maracuja.runtime.delivery_parcels import Launched, opened
from maracuja.runtime.delivery_results import Book, Outcomes, Parcel, record, sort_answer
from maracuja.runtime.delivery_senders import journal_of
from maracuja.store import accounts, counters, outbox
from maracuja.store.engine import Store
from maracuja.store.outbox import Claimed, OutboxState

CRASH: Final = "crash"  # the code of a message that was with the vendor when the process died


def recover(
    store: Store, root: Path, folder: Path, books: Sequence[Book], salt: str, now: datetime
) -> int:
    """After a start: only what was begun and not answered is unknown; how many that is.

    From here on a process that made one of the claims, if it is still alive, begins and records
    nothing of it. `folder` holds the journals, `root` is the lake's.
    """
    with store.read() as conn:
        names = accounts.names(conn)
    slots = [(code, name, single) for code, name in names.items() for single in (True, False)]
    journals = {
        (code, single): journal_of(folder, name, single=single) for code, name, single in slots
    }
    taken = {slot: take_over(journal.path) for slot, journal in journals.items()}
    launched = Launched()
    with store.write() as conn:
        lost = outbox.claimed(conn)
        kept, answers = [], dict[Key, Answer]()
        for slot, journal in journals.items():
            code, single = slot
            own = (lost.channel == code) & ((lost.lane == Lane.SINGLE) == single)
            if own.any():
                mine = Claimed(*(column[own] for column in lost))
                begun, told = _send_again(conn, mine, taken[slot], journal.counter, books)
                kept.append(begun)
                answers |= told
        unknown = 0
        for begun in kept:
            context = launched.context(conn, begun)
            parcels = [parcel for parcel, _ in opened(root, begun, context)]
            by_name = {book.channel.name: book for book in books}
            for channel, out in _ended(parcels, context.facts, answers, by_name, now).items():
                record(conn, out, channel=channel, salt=salt, now=now)
                unknown += sum(told.code == CRASH for told in out.told)
    for journal in journals.values():
        forget(journal.path)
    passed("delivery.recovered")
    return unknown


def _send_again(
    conn: Connection, lost: Claimed, taken: Taken, counter: str, books: Iterable[Book]
) -> tuple[Claimed, Mapping[Key, Answer]]:
    """Queue again what was claimed and never begun; the rest, and the answers that came to it.

    Where the journal speaks of another claim, or is gone, all may have been begun.
    """
    is_of_it = counters.take(conn, counter) - 1 == taken.claim
    answers = taken.answers if is_of_it else {}
    honouring = {book.channel.code for book in books if book.channel.can.honours_our_id}

    keys = list(zip(lost.chunk.tolist(), lost.n.tolist(), strict=True))
    told = np.array([key in answers for key in keys], dtype=bool)
    begun = np.array([key in taken.begun or not is_of_it for key in keys], dtype=bool)
    keep = told | (begun & ~np.isin(lost.channel, sorted(honouring)))
    untouched, again = ~keep & ~begun, ~keep & begun  # what was begun counts as an attempt
    for some, back in ((untouched, outbox.put_back), (again, _queue_again)):
        back(conn, chunk=lost.chunk[some], n=lost.n[some], due_us=lost.due_us[some])
    return Claimed(*(column[keep] for column in lost)), answers


def _queue_again(conn: Connection, *, chunk: Any, n: Any, due_us: Any) -> int:
    """As put_back, after an attempt of which nobody knows whether it arrived."""
    return outbox.finish(conn, chunk=chunk, n=n, state=int(OutboxState.QUEUED), due_us=due_us)


def _ended(
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
