"""What the answers to a batch mean for its rows: final, again later, back unsent, or a stop.

It only sorts: what it found is written down by `record`, in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from maracuja.campaigns.cascade import Step
from maracuja.channels import BY_NAME, CODES_BY_NAME, address_kind
from maracuja.channels.base import Channel
from maracuja.channels.limits import Limits
from maracuja.model import Message, Scope, SendResult, Status, Verdict, micros
from maracuja.rng import make_key
from maracuja.runtime import resting
from maracuja.runtime.cascade_closing import close_steps
from maracuja.runtime.delivery_devices import leave_alone, spread, still_gone
from maracuja.runtime.message_events import Told, tell
from maracuja.runtime.resting import Refused
from maracuja.store import (
    accounts,
    audit,
    full_mailboxes,
    health,
    message_parts,
    outbox,
    suppressions,
    vendor_ids,
)
from maracuja.store.outbox import OutboxState

RETRY_S: Final = (60, 300, 900, 3600, 4 * 3600)  # the last one again and again
GIVE_UP_S: Final = 48 * 3600
JITTER: Final = 0.2  # of the wait, either way
HOST_PAUSE_S: Final = 120
REFUSED_PAUSE_S: Final = 3600
REFUSING_HOSTS_MAX: Final = 3  # so many hosts refusing us within REFUSED_PAUSE_S stop the channel


class Parcel(NamedTuple):
    """One claimed message on its way through delivery; `pid` is the canonical one."""

    chunk: int
    n: int
    pid: int
    run: int
    attempts: int  # before this one
    message: bytes
    campaign: str
    variant: str
    address: str
    expires_us: int
    marketing: bool = True
    step: Step | None = None  # of a cascade of so many `steps`
    steps: int = 0
    cost: float = 0.0  # in the shop's currency

    def priced(self, channel: Channel[Any], message: Message) -> Parcel:
        """The parcel with what the message costs: as its step says, else as the channel counts."""
        stated = self.step.price if self.step else None
        if stated is None:
            stated = channel.price(message.content.text, message.language)
        return self._replace(cost=stated)


@dataclass
class Outcomes:
    """What became of a claim, collected until it is recorded."""

    finished: list[tuple[Parcel, OutboxState, int]] = field(default_factory=list)  # due_us
    back: list[tuple[int, int, int]] = field(default_factory=list)  # chunk, n, due_us: unsent
    told: list[Told] = field(default_factory=list)
    bounced: list[tuple[Parcel, SendResult]] = field(default_factory=list)
    full: list[Parcel] = field(default_factory=list)  # no room at the address
    named: list[tuple[Parcel, str]] = field(default_factory=list)  # under which id it is known
    stop: str = ""  # why the channel must stop
    warning: str = ""  # what the operator should know
    held: SendResult | None = None  # the account as a whole must wait

    def close(
        self,
        parcel: Parcel,
        state: OutboxState,
        status: Status,
        channel: str,
        now: datetime,
        *,
        code: str = "",
        raw: str = "",
    ) -> None:
        """A message is over."""
        self.finished.append((parcel, state, 0))
        self.told.append(
            Told(
                at_us=micros(now),
                pid=parcel.pid,
                message=parcel.message,
                status=status,
                channel=channel,
                campaign=parcel.campaign,
                run=parcel.run,
                variant=parcel.variant,
                code=code,
                raw=raw,
                cost=parcel.cost if status is Status.SENT else 0.0,
            )
        )

    def put_back(self, parcel: Parcel, due_us: int) -> None:
        """A message was not begun: it goes later, as if nothing had been."""
        self.back.append((parcel.chunk, parcel.n, due_us))


def retry_at(
    message: bytes, attempts: int, now: datetime, wait_s: float | None = None
) -> datetime | None:
    """When to try again after the attempt number `attempts` (1..); None: give up.

    Waits of 1, 5, 15, 60 minutes and then 4 hours, each longer or shorter by up to a fifth, fixed
    by the message and the attempt; never sooner than the server's own `wait_s`. After 48 hours of
    waiting it is over.
    """
    waited = sum(RETRY_S[min(n, len(RETRY_S) - 1)] for n in range(attempts))
    if waited > GIVE_UP_S:
        return None
    base = RETRY_S[min(attempts, len(RETRY_S)) - 1]
    chance = (make_key("retry", message, attempts) % 10_000) / 5_000 - 1  # -1..1
    return now + timedelta(seconds=max(base * (1 + JITTER * chance), wait_s or 0.0))


class Refusals:
    """Hosts that lately refused us for reputation or policy: several of them stop the channel."""

    def __init__(self) -> None:
        self._at: dict[str, datetime] = {}

    def add(self, host: str, now: datetime) -> int:
        """How many hosts have refused us within the last hour, this one included."""
        since = now - timedelta(seconds=REFUSED_PAUSE_S)
        self._at = {h: at for h, at in self._at.items() if at > since}
        self._at[host] = now
        return len(self._at)


class Book(NamedTuple):
    """What sorting needs to know of a channel, and what it changes there."""

    channel: Channel[Any]
    limits: Limits
    refusals: Refusals
    now: datetime


def sort_answer(out: Outcomes, parcel: Parcel, result: SendResult, book: Book) -> None:
    """Put one message where its answer says; of several devices, where the best one says."""
    if result.others:
        parcel = spread(out, parcel, result, book)
    channel, now, code, raw = book.channel.name, book.now, result.code, result.raw
    match result.verdict:
        case Verdict.ACCEPTED:
            if result.vendor_id and book.channel.keeps_vendor_ids:
                out.named += [(parcel, name) for name in result.vendor_id.split("\n")]
            out.close(parcel, OutboxState.SENT, Status.SENT, channel, now, code=code)
        case Verdict.PERMANENT:
            out.bounced.append((parcel, result))
            out.close(parcel, OutboxState.FAILED, result.status, channel, now, code=code, raw=raw)
        case Verdict.CONTENT:
            if result.full:
                out.full.append(parcel)
            out.close(parcel, OutboxState.FAILED, result.status, channel, now, code=code, raw=raw)
        case Verdict.UNKNOWN if not _may_repeat(book.channel, parcel):
            out.close(parcel, OutboxState.UNKNOWN, Status.UNKNOWN, channel, now, raw=raw)
        case Verdict.OURS if result.scope is Scope.ACCOUNT:
            out.put_back(parcel, micros(now))
            out.stop = out.stop or raw
        case Verdict.OURS:
            _refused_by_host(out, parcel, result, book)
        case Verdict.TEMPORARY | Verdict.UNKNOWN:
            _again(out, parcel, result, book)


def _may_repeat(channel: Channel[Any], parcel: Parcel) -> bool:
    """Whether it may be sent again though it may have arrived: by the vendor's promise or ours."""
    return channel.can.honours_our_id or (channel.repeats_service and not parcel.marketing)


def may_have_arrived(channel: Channel[Any], parcel: Parcel) -> bool:
    """Whether an earlier attempt may have arrived, though it was repeated.

    Which of them were answered is not kept: one that was repeated is called unknown at its end.
    """
    return parcel.attempts > 0 and _may_repeat(channel, parcel)


def _refused_by_host(out: Outcomes, parcel: Parcel, result: SendResult, book: Book) -> None:
    """Reputation or policy: this message is over, its host is left alone for a while."""
    now, host = book.now, book.channel.host(parcel.address)
    out.close(
        parcel,
        OutboxState.FAILED,
        Status.REJECTED,
        book.channel.name,
        now,
        code=result.code,
        raw=result.raw,
    )
    book.limits.pause(host, now + timedelta(seconds=REFUSED_PAUSE_S))
    words = f"{host} refuses our mail: {result.raw}"
    if book.refusals.add(host, now) >= REFUSING_HOSTS_MAX:
        out.stop = out.stop or f"{REFUSING_HOSTS_MAX} hosts refuse us; the last, {words}"
    else:
        out.warning = words


def _again(out: Outcomes, parcel: Parcel, result: SendResult, book: Book) -> None:
    """Temporary: the account waits, or the host, or this message alone."""
    now, attempt = book.now, parcel.attempts + 1
    if result.scope is Scope.ACCOUNT:
        out.held = result
        out.put_back(parcel, micros(now))
        return
    if result.scope is Scope.HOST:
        wait_s = result.retry_after_s or HOST_PAUSE_S
        book.limits.pause(book.channel.host(parcel.address), now + timedelta(seconds=wait_s))
    at = retry_at(parcel.message, attempt, now, result.retry_after_s)
    if at is not None and micros(at) <= parcel.expires_us:
        out.finished.append((parcel, OutboxState.QUEUED, micros(at)))
        return
    if result.full:
        out.full.append(parcel)
    state, status = OutboxState.FAILED, Status.FAILED
    if result.verdict is Verdict.UNKNOWN or may_have_arrived(book.channel, parcel):
        state, status = OutboxState.UNKNOWN, Status.UNKNOWN
    elif at is not None:
        state, status = OutboxState.EXPIRED, Status.EXPIRED
    out.close(
        parcel,
        state,
        status,
        book.channel.name,
        now,
        code=result.code,
        raw=f"given up after {attempt} attempts: {result.raw}",
    )


def record(conn: Connection, out: Outcomes, *, channel: str, salt: str, now: datetime) -> None:
    """Write all of it in the caller's transaction: states, feed, suppressions, health."""
    now_us = micros(now)
    several = BY_NAME[channel].several_devices
    if several:
        out.bounced = still_gone(conn, address_kind(channel), out.bounced)
        leave_alone(conn, address_kind(channel), out.bounced, now_us)
    outbox.finish(
        conn,
        chunk=[parcel.chunk for parcel, _, _ in out.finished],
        n=[parcel.n for parcel, _, _ in out.finished],
        state=[int(state) for _, state, _ in out.finished],
        due_us=[due_us for _, _, due_us in out.finished],
    )
    chunk, n, due_us = _columns(out.back)
    outbox.put_back(conn, chunk=chunk, n=n, due_us=due_us)
    close_steps(conn, out.finished, CODES_BY_NAME[channel], now_us)
    tell(conn, out.told)
    vendor_ids.add(
        conn,
        accounts.number(conn, channel),
        vendor_id=[name for _, name in out.named],
        message=[parcel.message for parcel, _ in out.named],
        pid=[parcel.pid for parcel, _ in out.named],
        run=[parcel.run for parcel, _ in out.named],
        at_us=now_us,
    )
    expect_parts(conn, out.named, now_us)
    if out.full:
        digests = suppressions.digests(salt, channel, [parcel.address for parcel in out.full])
        owners = dict(zip(digests, (parcel.pid for parcel in out.full), strict=True))
        full_mailboxes.note(conn, channel, owners, now_us)
    if out.bounced:
        _suppress(conn, out.bounced, channel, salt, now_us, several=several)
    if out.stop or out.warning or out.held:
        _report(conn, out, channel, now_us)


def expect_parts(conn: Connection, named: Sequence[tuple[Parcel, str]], now_us: int) -> None:
    """A message under several ids has gone in parts, of which each is told."""
    several: dict[bytes, list[str]] = {}
    for parcel, name in named:
        several.setdefault(parcel.message, []).append(name)
    for message, names in several.items():
        if len(names) > 1:
            message_parts.expect(conn, message, names, now_us)


def _report(conn: Connection, out: Outcomes, channel: str, now_us: int) -> None:
    """Tell the operator: a stop goes on the record, a warning stands until things go well."""
    if channel in health.paused(conn):
        return  # the first reason stays
    reason = out.stop or out.warning or (out.held.raw if out.held else "")
    health.set_paused(conn, channel, now_us, paused=bool(out.stop), reason=reason)
    if out.stop:
        audit.add(conn, now_us, "delivery", "channel.stop", f"channel:{channel}", reason)


def report_well(conn: Connection, channel: str, now: datetime) -> None:
    """The server takes mail again: what was said about it no longer holds."""
    if channel not in health.paused(conn):
        health.set_paused(conn, channel, micros(now), paused=False)


def _suppress(
    conn: Connection,
    bounced: Sequence[tuple[Parcel, SendResult]],
    channel: str,
    salt: str,
    now_us: int,
    *,
    several: bool,
) -> None:
    digests = suppressions.digests(salt, channel, [parcel.address for parcel, _ in bounced])
    distinct = dict(zip(digests, bounced, strict=True))
    narrow = [result.marketing_only for _, result in distinct.values()]
    suppressions.add(
        conn,
        channel=channel,
        digest=list(distinct),
        scope=[suppressions.MARKETING if one else suppressions.ALL for one in narrow],
        reason=["unsubscribed" if one else "bounced" for one in narrow],
        at_us=now_us,
        until_us=resting.until_us(
            conn,
            [
                Refused(channel, digest, result.code, result.rest_s)
                for digest, (_, result) in distinct.items()
            ],
            now_us,
        ),
        # A person is not suppressed with one of their devices.
        pid=None if several else [parcel.pid for parcel, _ in distinct.values()],
        code=[result.code for _, result in distinct.values()],
        raw=[result.raw for _, result in distinct.values()],
    )


def _columns(rows: Sequence[tuple[int, int, int]]) -> tuple[list[int], list[int], list[int]]:
    return [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]
