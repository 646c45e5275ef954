"""The worker's step for messages asked for one by one: whom, where to, what; then the outbox.

It runs before anything else is sent, and puts them into the service lane; delivery looks once
more at suppression, opt-out and expiry, as for every message.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection

from maracuja.channels import BY_NAME, DEVICE_KINDS, address_kind, address_kinds
from maracuja.decisions.reasons import Reason
from maracuja.errors import MaracujaError, UnsupportedFeature
from maracuja.ingest.identity import EXTERNAL_ID
from maracuja.model import Status, micros, moment
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.message_events import Told, tell
from maracuja.runtime.posted_texts import ID, Texts, Turn, Written, run_of
from maracuja.runtime.posting import Asked, fitting
from maracuja.store import accounts, counters, devices, outbox, people, posted, resolving, traits
from maracuja.store.devices import Told as DeviceTold
from maracuja.store.devices import Word
from maracuja.store.known import known_people
from maracuja.store.outbox import Chunk
from maracuja.store.posted import Posted, PostedState
from maracuja.templates.definition import Template

KEPT: Final = timedelta(days=31)
SWEPT: Final = timedelta(hours=1)


class PostedWork:
    """Takes what is due and queues it; `channels` are those set up, the first preferred."""

    def __init__(self, ground: Ground, channels: Sequence[str]) -> None:
        self._ground = ground
        self._channels = channels
        self._texts = Texts(ground)
        self._swept: datetime | None = None

    def __call__(self, now: datetime) -> datetime | None:
        """Queue one batch of what is due; when to come again, None: when told."""
        store = self._ground.store
        self._sweep(now)
        with store.read() as conn:
            rows = posted.due(conn, micros(now))
        if rows:
            self._take(rows, now)
        with store.read() as conn:
            due_us = posted.next_due(conn)
        return None if due_us is None else max(moment(due_us), now)

    def _take(self, rows: Sequence[Posted], now: datetime) -> None:
        """Write a batch and queue it: words of their own in one transaction, templates in two."""
        plain = [row for row in rows if not msgspec.json.decode(row.body, type=Asked).template]
        if plain:
            with self._ground.store.write(urgent=True) as conn:
                turns, faults = self._routed(conn, plain, _people(conn, plain, micros(now)))
                self._queue(conn, turns, self._written(turns, {}, now), faults, now)
        rest = [row for row in rows if row not in plain] if len(plain) < len(rows) else []
        if not rest:
            return
        with self._ground.store.write(urgent=True) as conn:
            pids = _people(conn, rest, micros(now))
        with self._ground.store.read() as conn:
            known = definitions_in_force(conn)
            turns, faults = self._routed(conn, rest, pids)
        templates = {one.id: one for one in known.values() if isinstance(one, Template)}
        written = self._written(turns, templates, now)
        with self._ground.store.write(urgent=True) as conn:
            self._queue(conn, turns, written, faults, now)

    def _queue(
        self,
        conn: Connection,
        turns: Sequence[Turn],
        written: Sequence[Written | str],
        faults: list[tuple[Posted, int, str, str]],
        now: datetime,
    ) -> None:
        """Into the outbox with what could be written; of the others, that they failed."""
        for channel in sorted({turn.channel for turn in turns}):
            several = [
                (turn, text)
                for turn, text in zip(turns, written, strict=True)
                if turn.channel == channel
            ]
            _queue(conn, channel, several)
            faults += [(t.row, t.pid, x, channel) for t, x in several if isinstance(x, str)]
        _refuse(conn, faults, now)

    def _routed(
        self, conn: Connection, rows: Sequence[Posted], pids: Sequence[int]
    ) -> tuple[list[Turn], list[tuple[Posted, int, str, str]]]:
        """Where each goes, and those who reach nobody, with the reason."""
        found = people.select_people(conn, [pid for pid in pids if pid])
        known = {
            pid: traits.decode(doc).addresses
            for pid, doc in zip(found.pid, found.doc, strict=True)
        }
        turns: list[Turn] = []
        faults: list[tuple[Posted, int, str, str]] = []
        for row, pid in zip(rows, pids, strict=True):
            asked = msgspec.json.decode(row.body, type=Asked)
            if pid not in known:
                faults.append((row, pid, Reason.GONE.value, row.channel))
                continue
            own = row.value
            if row.kind == EXTERNAL_ID:  # only where it was asked for: nobody may look there
                own = BY_NAME[row.channel].address_of(row.value) if row.channel else ""
            channel, address = self._place(row.channel, own, known[pid])
            if address:
                turns.append(Turn(row, asked, pid, channel, address))
            else:
                faults.append((row, pid, Reason.NO_ADDRESS.value, row.channel))
        return turns, faults

    def _place(self, channel: str, own: str, addresses: dict[str, str]) -> tuple[str, str]:
        """The channel and the address there: the one asked for, else the first that reaches."""
        wanted = [channel] if channel else self._channels
        for name in wanted:
            if name not in self._channels:
                continue
            mine = (addresses.get(kind) for kind in address_kinds(name))
            address = own or next(filter(None, mine), "")
            if address:
                return name, address
        return channel, ""

    def _written(
        self, turns: Sequence[Turn], templates: dict[str, Template], now: datetime
    ) -> list[Written | str]:
        """What each reads; a template that is gone or wrong stops its own messages alone."""
        found: dict[bytes, Written | str] = {}
        by_template: dict[str, list[Turn]] = {}
        for turn in turns:
            by_template.setdefault(turn.asked.template, []).append(turn)
        for name, several in by_template.items():
            if name and name not in templates:
                texts: list[Written | str] = [Reason.NOT_RENDERED.value] * len(several)
            else:
                try:
                    texts = self._texts.write(several, templates, now)
                except MaracujaError as fault:
                    texts = [f"{Reason.NOT_RENDERED.value}: {fault}"] * len(several)
            for turn, text in zip(several, texts, strict=True):
                found[turn.row.message] = text if isinstance(text, str) else _carried(turn, text)
        return [found[turn.row.message] for turn in turns]

    def _sweep(self, now: datetime) -> None:
        """Forget what is over for a month, once an hour."""
        if self._swept is not None and now - self._swept < SWEPT:
            return
        with self._ground.store.write() as conn:
            posted.sweep(conn, micros(now - KEPT))
        self._swept = now


def _carried(turn: Turn, text: Written) -> Written | str:
    """The text with what stands beside it, or why the channel cannot carry it."""
    channel = BY_NAME[turn.channel]
    if turn.asked.template:
        whole = turn.asked.beside(text.content)
        text = msgspec.structs.replace(text, content=whole)
    try:
        channel.refuse(fitting(text.content, channel))
    except UnsupportedFeature as fault:
        return f"{fault.code}: {fault.message}"
    return text


def _people(conn: Connection, rows: Sequence[Posted], now_us: int) -> list[int]:
    """Whom each is for; an address that nobody has becomes a person, an id does not: 0."""
    found = _owners(conn, rows)
    names = dict.fromkeys(
        (row.kind, row.value)
        for row, pid in zip(rows, found, strict=True)
        if not pid and row.kind != EXTERNAL_ID
    )
    if names:
        rev = people.next_rev(conn)
        kinds, values = zip(*names, strict=True)
        made = resolving.resolve(
            conn,
            rev,
            resolving.Claims(
                rows=len(names), row=range(len(names)), kind=kinds, value=values, at_us=now_us
            ),
            now_us=now_us,
        )
        pids = made.pid.tolist()
        kinds_of = {(row.kind, row.value): address_kind(row.channel) for row in rows}
        reached = [{kinds_of[name]: name[1]} for name in names]
        people.change(
            conn, rev, pids, set_traits=[{}] * len(pids), set_addresses=reached, now_us=now_us
        )
        new = [
            DeviceTold(pid, kind, value, now_us, Word.ON)
            for pid, (kind, value) in zip(pids, names, strict=True)
            if kind in DEVICE_KINDS
        ]
        devices.tell(conn, rev, new, now_us, known_people)
        found = _owners(conn, rows)
    return found


def _owners(conn: Connection, rows: Sequence[Posted]) -> list[int]:
    """Who is known by each id or address, 0: nobody; a token is whose device it is."""
    found = people.find(conn, [row.kind for row in rows], [row.value for row in rows]).tolist()
    for kind in DEVICE_KINDS:
        mine = [n for n, row in enumerate(rows) if row.kind == kind]
        owners = devices.owners(conn, kind, [rows[n].value for n in mine])
        for n, pid in zip(mine, owners, strict=True):
            found[n] = pid
    return [int(pid) for pid in found]


def _queue(conn: Connection, channel: str, several: Sequence[tuple[Turn, Written | str]]) -> None:
    """A chunk of the service lane for what could be written."""
    ready = [(turn, text) for turn, text in several if isinstance(text, Written)]
    if not ready:
        return
    chunk = Chunk(
        chunk=posted.CHUNK + counters.take(conn, "posted"),
        run=run_of(channel),
        path="",
        lane=0,
        catalog_rev=0,
    )
    for n, (turn, text) in enumerate(ready):
        posted.change(
            conn,
            turn.row.message,
            state=int(PostedState.QUEUED),
            pid=turn.pid,
            chunk=chunk.chunk,
            n=n,
            channel=channel,
            address=turn.address,
            written=msgspec.json.encode(text),
            body=b"",
        )
    outbox.add_chunk(
        conn,
        chunk,
        pid=[turn.pid for turn, _ in ready],
        channel=accounts.number(conn, channel),
        due_us=[turn.row.due_us for turn, _ in ready],
    )


def _refuse(
    conn: Connection, faults: Sequence[tuple[Posted, int, str, str]], now: datetime
) -> None:
    """Say of each that it failed, and why."""
    for row, pid, _, _ in faults:
        posted.change(conn, row.message, state=int(PostedState.REFUSED), pid=pid, body=b"")
    known = [fault for fault in faults if fault[1]]
    told = [
        Told(
            at_us=micros(now),
            pid=pid,
            message=row.message,
            status=Status.FAILED,
            channel=channel,
            campaign=ID,
            code=code.partition(":")[0],
            raw=code,
        )
        for row, pid, code, channel in known
    ]
    tell(conn, told)
    posted.note(
        conn,
        [
            (
                posted.RUN,
                posted.Step(row.message, Status.FAILED, micros(now), code.partition(":")[0], code),
            )
            for row, _, code, _ in faults
        ],
    )
