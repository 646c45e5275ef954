"""The inbox and the feed on their way to the lake and to people: all of a batch, or nothing.

Files are written first under a name made of the batch's numbers; then one transaction takes the
manifest's rows, the people, what was refused and the watermarks. A crash repeats the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
import polars as pl
from sqlalchemy import Connection

from maracuja.commit_points import passed
from maracuja.ingest import heard as ingest_heard
from maracuja.ingest.checks import Rules
from maracuja.ingest.columns import known_columns
from maracuja.ingest.decode import refuse
from maracuja.ingest.deliveries import PROPERTIES
from maracuja.ingest.refusals import Refusal
from maracuja.lake.events import write_events
from maracuja.lake.seen import Hashes, Seen
from maracuja.model import Discovery, FileKind, Record, TraitType, micros
from maracuja.runtime import cascade_receipts, event_takers, people_changes, read_until
from maracuja.runtime.arrivals import (
    Arrivals,
    make_events,
    read_arrivals,
    trait_discoveries,
    unpack_within,
)
from maracuja.runtime.collector import collector_at_rest
from maracuja.runtime.hearing import Hearing
from maracuja.store import (
    discovered,
    feed,
    inbox,
    keys,
    manifest,
    meta,
    people,
    refused,
    watermarks,
)
from maracuja.store.engine import Store
from maracuja.store.erase import PSEUDONYM_FROM
from maracuja.store.merging import Exposures, never_exposed

REQUESTS_MAX: Final = 20_000
PACKED_BYTES_MAX: Final = 8 * 1024 * 1024
BYTES_MAX: Final = 24 * 1024 * 1024
OWN_MAX: Final = 50_000
REPLAY_MAX: Final = 1_000


class Counts(Record, frozen=True):
    """What became of a batch; accepted + duplicates + refused == sent."""

    requests: int = 0
    sent: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    parts_refused: int = 0  # single traits of events that were otherwise taken
    own: int = 0  # deliveries and the feed, as rows of the lake
    forgotten: int = 0  # such events of people who are not there any more: dropped
    created: int = 0
    merged: int = 0
    files: int = 0

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to do."""
        return self.requests == self.own == self.forgotten == 0


class _Known(NamedTuple):
    """What the projection remembers between batches."""

    seen: Seen
    columns: dict[str, TraitType]  # of the lake
    trait_types: dict[str, TraitType]
    rules: Rules
    salt: str


class Projection:
    """Takes batches from inbox and feed; one at a time, by the holder of the lease.

    It remembers the columns of the lake and the message ids of 30 days, and reads both again
    after any error.
    """

    def __init__(
        self,
        store: Store,
        lake: Path,
        *,
        country: str,
        exposures: Exposures = never_exposed,
        hearing: Hearing | None = None,
    ) -> None:
        self._store = store
        self._lake = lake
        self._country = country
        self._exposures = exposures
        self._hearing = hearing
        self._known: _Known | None = None
        self._observed = people_changes.Observed()

    def project(self, now: datetime, *, limit: int = REQUESTS_MAX) -> Counts:
        """Take the next batch of at most `limit` requests; empty Counts when nothing waits."""
        try:
            with collector_at_rest():
                return self._project(now, limit)
        except BaseException:
            self._known = None
            raise

    def replay(self, now: datetime, numbers: Sequence[int] | None = None) -> int:
        """Put refused events (by default all, 1,000 at most) into the inbox again; how many.

        They go the way of every request; what is refused again is put aside again.
        """
        with self._store.read() as conn:
            waiting = refused.newest(conn, rows_max=REPLAY_MAX) if numbers is None else []
            waiting += [refused.get(conn, number) for number in numbers or ()]
        again = [one for one in sorted(waiting) if one.replayed_us is None]
        if not again:
            return 0
        # Two databases on SQLite: a crash between them replays twice, which de-duplication sees.
        with self._store.write_inbox() as conn:
            inbox.append(conn, [_as_request(one) for one in again])
        with self._store.write() as conn:
            return refused.mark_replayed(conn, [one.id for one in again], micros(now))

    # ------------------------------------------------------------ one batch

    def _project(self, now: datetime, limit: int) -> Counts:
        self._known = known = self._known or self._load(now)
        known.seen.expire(now.date())
        with self._store.read() as conn:
            marks = _Marks(watermarks.get(conn, "inbox"), watermarks.get(conn, "feed"))
            own = feed.read(conn, marks.feed, rows_max=OWN_MAX)
        with self._store.read_inbox() as conn:
            batch = inbox.read(conn, marks.inbox, rows_max=limit, bytes_max=PACKED_BYTES_MAX)
        batch = unpack_within(batch, BYTES_MAX)
        if not batch.seq and not own.seq:
            return Counts()
        until = _Marks(
            batch.seq[-1] if batch.seq else marks.inbox, own.seq[-1] if own.seq else marks.feed
        )
        arrivals = read_arrivals(batch, own, known.rules)
        work = _Work(known, arrivals, self._observed, self._exposures, self._hearing, now)
        with self._store.write() as conn:
            files = work.commit(conn, self._lake, _Span(marks, until))
            passed("projection.people_written")
        passed("projection.committed")
        self._known = known._replace(columns=work.columns, trait_types=work.trait_types)
        for day, hashes in work.hashes():
            known.seen.add(day, hashes)
        self._observed.remember(work.observed)
        if batch.seq:
            with self._store.write_inbox() as conn:
                inbox.delete_until(conn, until.inbox)
            passed("projection.inbox_deleted")
        return work.counts(files)

    def _load(self, now: datetime) -> _Known:
        with self._store.read() as conn:
            names = discovered.every(conn)
            files = manifest.live(conn, [FileKind.EVENTS], micros(now))
            secrets = meta.load(conn)
        self._observed.forget()
        seen_names = (
            (d.first_seen_us, _PREFIXES[d.scope] + d.name, d.type)
            for d in names
            if d.scope in _PREFIXES
        )

        def proves(key: str, external_id: str, proof: str) -> bool:
            signing = keys.signing_secret(secrets.key_secret, key)
            return keys.proves_id(signing, external_id, proof)

        return _Known(
            seen=Seen(self._lake, files, today=now.date()),
            columns=known_columns(seen_names, PROPERTIES),
            trait_types={d.name: d.type for d in names if d.scope == "trait"},
            rules=Rules(country=self._country, proves=proves),
            salt=secrets.suppression_salt,
        )


_PREFIXES: Final = {"property": "properties.", "context": "context."}


class _Marks(NamedTuple):
    """The last numbers taken, of the inbox and of the feed."""

    inbox: int
    feed: int


class _Span(NamedTuple):
    """The numbers of a batch: after one mark, up to and including another."""

    after: _Marks
    until: _Marks

    @property
    def name(self) -> str:
        """The natural key of the batch's files."""
        low, high = self.after, self.until
        return f"inbox-{low.inbox + 1}-{high.inbox}-feed-{low.feed + 1}-{high.feed}"


class _Work:
    """One batch inside its transaction; what it changes in memory holds once that is committed."""

    def __init__(
        self,
        known: _Known,
        arrivals: Arrivals,
        observed: people_changes.Observed,
        exposures: Exposures,
        hearing: Hearing | None,
        now: datetime,
    ) -> None:
        self._hearing = hearing
        self._known = known
        self._arrivals = arrivals
        self._before = observed
        self._exposures = exposures
        self._now = now
        self._rows, self._own_rows = _fresh(known.seen, arrivals)
        self._frame = pl.DataFrame()
        self._unsigned: list[Refusal] = []
        self._heard_hashes = np.empty(0, dtype=np.int64)
        self.columns = known.columns
        self.trait_types = dict(known.trait_types)
        self.observed: dict[int, Mapping[str, str]] = {}

    def commit(self, conn: Connection, lake: Path, span: _Span) -> int:
        """Everything that the batch changes, and the watermarks; returns how many files."""
        decoded, now_us = self._arrivals.decoded, micros(self._now)
        rev = people.next_rev(conn)
        self._named = named = people_changes.resolve(
            conn, rev, decoded, self._rows, now_us=now_us, exposures=self._exposures
        )
        self.observed = people_changes.apply(
            conn, rev, decoded, named, self._before, now_us=now_us
        )
        people_changes.record_consents(conn, decoded, named, now_us=now_us)
        own_pids = self._drop_forgotten(conn)
        told = self._arrivals.told.events
        pairs = zip(self._own_rows, own_pids.tolist(), strict=True)
        heard = [(told[row], pid) for row, pid in pairs if row < len(told)]
        people_changes.suppress(conn, self._known.salt, heard, now_us=now_us, lake=lake)
        people_changes.note_posted(conn, [event for event, _ in heard])
        cascade_receipts.take(conn, self._arrivals, self._own_rows, own_pids, now_us)
        self._hear(conn, rev)
        events = make_events(
            self._arrivals, named.rows, named.pids, self._own_rows, own_pids, self._known.columns
        )
        self.columns, self._frame = events.types, events.frame
        self._discover(conn, events.discoveries)
        files = write_events(
            lake,
            span.name,
            events.frame,
            events.types,
            low=min(span.after.inbox + 1, span.until.inbox),
            high=span.until.inbox,
            now=self._now,
        )
        passed("projection.files_written")
        manifest.add(conn, files)
        event_takers.take(conn, events.frame, events.types, self._now)
        refusals = sorted(named.refused.items())
        self._unsigned = [refuse(decoded.places[row], *why) for row, why in refusals]
        unread = [*self._arrivals.told.refused, *self._arrivals.heard.refused]
        aside = [*decoded.refused, *unread, *self._unsigned]
        refused.add(conn, [_fault(one) for one in aside])
        watermarks.put(conn, "inbox", span.until.inbox)
        watermarks.put(conn, "feed", span.until.feed)
        feed.delete_until(conn, span.until.feed)
        return len(files)

    def _hear(self, conn: Connection, rev: int) -> None:
        """What channels heard, each for the first time; what it tells goes to the feed."""
        rows, seen = read_until.unfolded(conn, self._arrivals.heard.rows), self._known.seen
        if self._hearing is None or not rows:
            return
        own, in_lake = (np.array(h, dtype=np.int64) for h in ingest_heard.hashes(rows))
        new = seen.fresh(own) & seen.fresh(in_lake)
        self._heard_hashes = own[new]
        fresh = [rows[n] for n in np.flatnonzero(new).tolist()]
        at, salt = pl.DataFrame({"received_us": [micros(self._now)]}), self._known.salt
        said = self._hearing.take(conn, rev, fresh, salt, micros(self._now), self._exposures)
        self._learn(conn, [], trait_discoveries(said, at, self.trait_types))

    def _drop_forgotten(self, conn: Connection) -> people.Pids:
        """Leave out what is told late of the erased; the canonical pids of the own rows left.

        A vendor's words may hold an address, and the pid that a token still carries would lead
        from the message to the number that stands for its person. That number itself stays.
        """
        pids = people.canonical(conn, self._arrivals.own["pid"][self._own_rows].to_numpy())
        stays = people.standing(conn, pids) | (pids >= PSEUDONYM_FROM)
        self._forgotten = int((~stays).sum())
        self._own_rows = np.array(self._own_rows, dtype=np.int64)[stays].tolist()
        return pids[stays]

    def hashes(self) -> Iterable[tuple[date, Hashes]]:
        """The message hashes of the rows written, by day of arrival."""
        by_day = self._frame.select(pl.col("received").dt.date().alias("day"), "message_hash")
        for day in by_day["day"].unique().sort().to_list():
            yield day, by_day.filter(pl.col("day") == day)["message_hash"].to_numpy()
        if len(self._heard_hashes):
            yield self._now.date(), self._heard_hashes

    def counts(self, files: int) -> Counts:
        """What became of the batch."""
        decoded = self._arrivals.decoded
        whole = sum(one.whole for one in decoded.refused)
        return Counts(
            requests=self._arrivals.requests,
            sent=decoded.sent,
            accepted=len(self._named.rows),
            duplicates=decoded.frame.height - len(self._rows),
            refused=whole + len(self._unsigned),
            parts_refused=len(decoded.refused) - whole,
            own=len(self._own_rows),
            forgotten=self._forgotten,
            created=self._named.created,
            merged=self._named.merged,
            files=files,
        )

    def _discover(self, conn: Connection, found: Sequence[Discovery]) -> None:
        rows = self._named.rows
        said = [self._arrivals.decoded.traits[row] for row in rows]
        clients = self._arrivals.decoded.frame[rows]
        self._learn(conn, found, trait_discoveries(said, clients, self.trait_types))

    def _learn(
        self, conn: Connection, found: Sequence[Discovery], shown: Sequence[Discovery]
    ) -> None:
        for one in shown:
            self.trait_types.setdefault(one.name, one.type)
        discovered.record(conn, [*found, *shown])


def _fresh(seen: Seen, arrivals: Arrivals) -> tuple[list[int], list[int]]:
    """The rows, clients' and our own, whose message id is new."""
    clients = arrivals.decoded.frame["message_hash"]
    hashes = np.concatenate([clients.to_numpy(), arrivals.own["message_hash"].to_numpy()])
    new = seen.fresh(hashes.astype(np.int64))
    return (
        np.flatnonzero(new[: len(clients)]).tolist(),
        np.flatnonzero(new[len(clients) :]).tolist(),
    )


def _as_request(one: refused.Refused) -> inbox.Request:
    """The event as it came: what its key has proven holds again."""
    caller = msgspec.json.encode({"key": one.key}) if one.key else b""
    return inbox.Request(one.at_us, one.call, one.key_kind, caller, one.body)


def _fault(one: Refusal) -> refused.Fault:
    return refused.Fault(
        at_us=one.received_us,
        call=one.call,
        key_kind=one.key_kind,
        key=one.key,
        code=one.code.value,
        reason=one.reason,
        place=one.place,
        body=one.body,
    )
