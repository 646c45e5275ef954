"""The ledger of consent: every word that a person said about a topic on a channel, and the last.

Nothing here is ever changed: a new word is a new row, and the highest `n` is in force.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Connection, Text, and_, func, select

from maracuja.channels import channel_of
from maracuja.model import ConsentState
from maracuja.store import bulk
from maracuja.store.schema import consents

_KEY: Final = (consents.c.pid, consents.c.topic, consents.c.channel)


class Consent(NamedTuple):
    """One word of a person: what, when, by which source, and which text they saw."""

    topic: str
    channel: str
    n: int
    state: ConsentState
    at_us: int
    recorded_us: int
    source: str
    text_version: str
    language: str
    address: str
    message_id: bytes | None


class Words(NamedTuple):
    """Rows of the ledger as columns, each of n values."""

    pid: list[int]
    topic: list[str]
    channel: list[str]
    n: list[int]
    state: list[int]
    at_us: list[int]
    recorded_us: list[int]
    source: list[str]
    text_version: list[str]
    language: list[str]
    address: list[str]
    message_id: list[bytes | None]


def imported_state(state: ConsentState, source: str, at_us: int | None) -> ConsentState:
    """What an imported consent counts as: an opt-in without source or date is UNPROVEN."""
    if state in (ConsentState.OPTED_IN, ConsentState.SOFT) and (not source or not at_us):
        return ConsentState.UNPROVEN
    return state


def record(
    conn: Connection,
    *,
    pid: Any,
    topic: Any,
    channel: Any,
    state: Any,
    at_us: Any,
    recorded_us: int,
    source: Any,
    text_version: Any = "",
    language: Any = "",
    address: Any = "",
    message_id: Any = None,
) -> int:
    """Add n words as columns (one value stands for all rows, except of `pid`), in order.

    Words about the same (pid, topic, channel) may come several times in one set; the last one is
    in force. Returns how many were added.
    """
    size = len(pid)
    if size == 0:
        return 0
    pids = bulk.as_list(pid)
    topics = [topic] * size if isinstance(topic, str) else bulk.as_list(topic)
    named = [channel] * size if isinstance(channel, str) else bulk.as_list(channel)
    channels = [channel_of(name) for name in named]  # what is said holds for all its accounts
    columns = {
        "pid": pids,
        "topic": topics,
        "channel": channels,
        "n": _next_numbers(conn, pids, topics, channels),
        "state": int(state) if isinstance(state, int) else np.asarray(state, dtype=np.int64),
        "at_us": at_us,
        "recorded_us": recorded_us,
        "source": source,
        "text_version": text_version,
        "language": language,
        "address": address,
        "message_id": message_id,
    }
    return bulk.insert_columns(conn, consents, columns)


def _next_numbers(
    conn: Connection, pids: Sequence[int], topics: Sequence[str], channels: Sequence[str]
) -> list[int]:
    last: dict[tuple[int, str, str], int] = {}
    asked = np.array(pids, dtype=np.int64)
    highest = conn.execute(select(func.max(consents.c.pid))).scalar() or 0
    # Newer people never spoke before.
    for part in bulk.slices(np.unique(asked[asked <= highest])):
        wanted = bulk.given_ids(conn, part)
        query = (
            select(*_KEY, func.max(consents.c.n))
            .join_from(wanted, consents, consents.c.pid == wanted.c.id)
            .group_by(*_KEY)
        )
        for person, topic, channel, n in bulk.fetch(conn, query):
            last[person, topic, channel] = n
    if not last and _each_once(pids, topics, channels):
        return [1] * len(pids)
    numbers = []
    for key in zip(pids, topics, channels, strict=True):
        n = last.get(key, 0) + 1
        last[key] = n
        numbers.append(n)
    return numbers


def _each_once(pids: Sequence[int], topics: Sequence[str], channels: Sequence[str]) -> bool:
    """Whether no (pid, topic, channel) comes twice."""
    import polars as pl

    return not pl.DataFrame({"p": pids, "t": topics, "c": channels}).is_duplicated().any()


def current(
    conn: Connection,
    topic: str,
    channel: str,
    *,
    low: int = 0,
    high: int = 2**62,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """(pids, states in force) of everybody in low <= pid < high who said a word; by pid.

    Each of shape (n,); who is not there has ConsentState.UNKNOWN. One pass over the ledger.
    """
    query = select(consents.c.pid, consents.c.n, consents.c.state).where(
        consents.c.topic == topic,
        consents.c.channel == channel_of(channel),
        consents.c.pid >= low,
        consents.c.pid < high,
    )
    return _last_of_each(*bulk.fetch_integers(conn, query))


def states(conn: Connection, pids: Any, topic: str, channel: str) -> npt.NDArray[np.int8]:
    """The states in force of these canonical pids, aligned with them; shape (n,)."""
    asked = np.asarray(pids, dtype=np.int64)
    said = np.empty((0, 3), dtype=np.int64)
    for part in bulk.slices(np.unique(asked)):
        wanted = bulk.given_ids(conn, part)
        query = select(consents.c.pid, consents.c.n, consents.c.state).join_from(
            wanted,
            consents,
            and_(
                consents.c.pid == wanted.c.id,
                consents.c.topic == topic,
                consents.c.channel == channel_of(channel),
            ),
        )
        said = np.vstack([said, np.stack(bulk.fetch_integers(conn, query), axis=1)])
    people, words = _last_of_each(*said.T)
    return aligned(asked, people, words)


def last_said(
    conn: Connection, pids: Sequence[int]
) -> dict[tuple[int, str, str], tuple[ConsentState, int]]:
    """By (pid, topic, channel) of canonical pids: the state in force, and when it was said."""
    names = [*_KEY, consents.c.n, consents.c.state, consents.c.at_us]
    rows = bulk.rows_where_in(conn, select(*names), consents.c.pid, sorted(set(pids)))
    return {
        (pid, topic, channel): (ConsentState(state), at_us)
        for pid, topic, channel, _, state, at_us in sorted(rows)
    }


def confirmed(conn: Connection, pids: Any, topic: str, channel: str) -> npt.NDArray[np.int64]:
    """Those of these canonical pids who confirmed: their opt-in in force follows a pending word.

    So does one whose source says that it was confirmed elsewhere (`confirmed`, `confirmed: ...`).
    """
    query = select(consents.c.pid, consents.c.n, consents.c.state, consents.c.source).where(
        consents.c.topic == topic, consents.c.channel == channel_of(channel)
    )
    wanted = np.unique(np.asarray(pids, dtype=np.int64))
    said: dict[int, list[tuple[int, int, str]]] = {}
    for pid, n, state, source in bulk.rows_where_in(conn, query, consents.c.pid, wanted):
        said.setdefault(pid, []).append((n, state, source))
    sure = [pid for pid, words in said.items() if _confirms([w[1:] for w in sorted(words)])]
    return np.array(sorted(sure), dtype=np.int64)


def _confirms(words: Sequence[tuple[int, str]]) -> bool:
    """Whether the last of a person's words (state, source) is a confirmed opt-in."""
    (state, source) = words[-1]
    asked = len(words) > 1 and words[-2][0] == ConsentState.PENDING
    by_word = source.partition(":")[0].strip().lower() == "confirmed"
    return state == ConsentState.OPTED_IN and (asked or by_word)


def aligned(
    asked: npt.NDArray[np.int64], people: npt.NDArray[np.int64], words: npt.NDArray[np.int8]
) -> npt.NDArray[np.int8]:
    """The words of `current` at the places of `asked`, UNKNOWN where there is none."""
    if len(people) == 0:
        return np.full(len(asked), int(ConsentState.UNKNOWN), dtype=np.int8)
    at = np.minimum(np.searchsorted(people, asked), len(people) - 1)
    unknown = np.int8(ConsentState.UNKNOWN)
    return np.where(people[at] == asked, words[at], unknown).astype(np.int8)


def _last_of_each(
    pids: npt.NDArray[np.int64], numbers: npt.NDArray[np.int64], words: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8]]:
    """The word with the highest number of each pid, by pid."""
    if np.any(pids[1:] <= pids[:-1]):
        order = np.lexsort((numbers, pids))
        pids, words = pids[order], words[order]
    last = np.ones(len(pids), dtype=bool)
    last[:-1] = pids[1:] != pids[:-1]
    return pids[last], words[last].astype(np.int8)


def ledger(conn: Connection, *, after: int = 0, size: int = 16_000) -> Iterator[Words]:
    """The whole ledger as columns, by pid, for exports: whole people, `size` of them at a time."""
    while True:
        people = (
            select(consents.c.pid)
            .where(consents.c.pid > after)
            .distinct()
            .order_by(consents.c.pid)
            .limit(size)
        )
        pids = [pid for (pid,) in bulk.fetch(conn, people)]
        if not pids:
            return
        query = (
            select(*(consents.c[name] for name in Words._fields))
            .where(consents.c.pid > after, consents.c.pid <= pids[-1])
            .order_by(*_KEY, consents.c.n)
        )
        yield Words(**bulk.fetch_columns(conn, query))
        after = pids[-1]


def history(conn: Connection, pid: int) -> list[Consent]:
    """Every word of a canonical pid, by topic, channel and order."""
    names = [consents.c[name] for name in Consent._fields]
    query = select(*names).where(consents.c.pid == pid).order_by(*_KEY, consents.c.n)
    return [Consent(*row)._replace(state=ConsentState(row[3])) for row in bulk.fetch(conn, query)]


def counts(conn: Connection) -> list[tuple[str, str, ConsentState, int]]:
    """How many people stand in each (topic, channel, state), ordered by them."""
    newest = select(*_KEY, func.max(consents.c.n).label("n")).group_by(*_KEY).subquery()
    c = consents.c
    query = (
        select(c.topic, c.channel, c.state, func.count())
        .join_from(
            newest,
            consents,
            and_(
                c.pid == newest.c.pid,
                c.topic == newest.c.topic,
                c.channel == newest.c.channel,
                c.n == newest.c.n,
            ),
        )
        .group_by(c.topic, c.channel, c.state)
        .order_by(c.topic, c.channel, c.state)
    )
    return [(t, ch, ConsentState(s), n) for t, ch, s, n in bulk.fetch(conn, query)]


def move(conn: Connection, losers: Sequence[int], winners: Sequence[int], now_us: int) -> None:
    """Carry the words of merged people over; where either had opted out, out is in force.

    The words of both stand in the order of their times; where that would end in another state, a
    closing word of source `merge` says that the person is out.
    """
    names = list(consents.c.keys())
    pair = dict(zip(losers, winners, strict=True))
    involved = sorted({*losers, *winners})
    rows = bulk.rows_where_in(conn, select(*consents.c), consents.c.pid, involved)
    by_key: dict[tuple[int, str, str], dict[int, list[dict[str, Any]]]] = {}
    for row in sorted(rows, key=lambda r: r[:4]):
        word = dict(zip(names, row, strict=True))
        winner = pair.get(word["pid"], word["pid"])
        spoken = by_key.setdefault((winner, word["topic"], word["channel"]), {})
        spoken.setdefault(word["pid"], []).append(word)
    moved: list[dict[str, Any]] = []
    for (winner, *_), spoken in by_key.items():
        if set(spoken) == {winner}:
            continue
        words = sorted(
            (w for said in spoken.values() for w in said), key=lambda w: (w["at_us"], w["pid"])
        )
        outs = [s[-1] for s in spoken.values() if s[-1]["state"] == ConsentState.OPTED_OUT]
        if outs and words[-1]["state"] != ConsentState.OPTED_OUT:
            closing = {**outs[-1], "source": "merge", "recorded_us": now_us}
            words.append(closing)
        for n, word in enumerate(words, 1):
            moved.append({**word, "pid": winner, "n": n})
    _delete_of(conn, [key for key, spoken in by_key.items() if set(spoken) != {key[0]}], losers)
    if moved:
        bulk.insert_columns(conn, consents, {n: [w[n] for w in moved] for n in names})


def _delete_of(
    conn: Connection, keys: Sequence[tuple[int, str, str]], losers: Sequence[int]
) -> None:
    c = consents.c
    gone = bulk.given_ids(conn, losers, name="gone")
    conn.execute(consents.delete().where(c.pid.in_(select(gone.c.id))))
    if not keys:
        return
    pids, topics, channels = zip(*keys, strict=True)
    old = bulk.given(
        conn,
        "old",
        pid=(BigInteger(), pids),
        topic=(Text(), topics),
        channel=(Text(), channels),
    )
    conn.execute(
        consents.delete().where(
            select(old.c.pid)
            .where(old.c.pid == c.pid, old.c.topic == c.topic, old.c.channel == c.channel)
            .exists(),
            c.pid.in_(select(old.c.pid)),
        )
    )
