"""Coupon pools at work: codes put in and made, given by hand, looked at and redeemed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from maracuja import zones
from maracuja.campaigns.coupons import CouponPool, code_fault, end_of, folded, made
from maracuja.campaigns.decoding import decode_stored
from maracuja.errors import BadInput, Conflict, Forbidden, NotFound
from maracuja.model import micros, moment
from maracuja.runtime.coupon_orders import whose
from maracuja.runtime.launch_ground import Ground
from maracuja.store import audit, counters, coupons, definitions, meta, people, runs
from maracuja.store.coupons import Coupon

AT_ONCE: Final = 10_000  # codes in one transaction
MADE_MAX: Final = 1_000_000
FILE_BYTES_MAX: Final = 200_000_000
HEADINGS: Final = ("code", "coupon", "promocode", "promo_code", "промокод", "купон")
ENDS: Final = ("expires", "ends", "valid_until", "until")


@dataclass(frozen=True)
class RowRefused:
    """A row of a file that was not taken, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Added:
    """What became of codes that were put into a pool."""

    taken: int
    there_already: int
    refused: tuple[RowRefused, ...] = ()


@dataclass(frozen=True)
class Earned:
    """What orders with a pool's codes brought, in one currency (minor units)."""

    campaign: str
    currency: str
    orders: int
    revenue: int


@dataclass(frozen=True)
class GivenBy:
    """How many codes a campaign gave ('': by hand, or a program), and how many were used."""

    campaign: str
    given: int
    redeemed: int


@dataclass(frozen=True)
class PoolShown:
    """How a pool stands; `low` where somebody should put codes in."""

    pool: str
    name: str
    ends: date | None
    codes: int
    free: int
    given: int
    redeemed: int
    low: bool
    campaigns: tuple[GivenBy, ...] = ()
    revenue: tuple[Earned, ...] = ()


@dataclass(frozen=True)
class CouponShown:
    """A code as the shop's till sees it; `state` is free, given, redeemed or expired."""

    pool: str
    code: str
    state: str
    personal: bool
    person: int | None
    given_at: datetime | None
    expires_at: datetime | None
    redeemed_at: datetime | None
    order_id: str


def pools(conn: Connection) -> list[CouponPool]:
    """Every pool in force, by id."""
    found = (decode_stored(one.body) for one in definitions.current(conn, "coupons"))
    return [one for one in found if isinstance(one, CouponPool)]


def get(conn: Connection, name: str) -> CouponPool:
    """A pool. Raises NotFound."""
    for pool in pools(conn):
        if pool.id == name:
            return pool
    raise NotFound(f"There is no pool of coupons `{name}`.", fix="Write it, and `apply` it.")


def show(conn: Connection, name: str, now: datetime, currency: str = "") -> PoolShown:
    """How a pool stands, by campaign; `currency` is that of orders that named none."""
    pool = get(conn, name)
    stands = coupons.pool(conn, name, micros(now))
    of_run = {run.run: run.campaign for run in runs.every(conn)}
    given: dict[str, tuple[int, int]] = {}
    for run, n, used in coupons.by_run(conn, name):
        before = given.get(of_run.get(run, ""), (0, 0))
        given[of_run.get(run, "")] = before[0] + n, before[1] + used
    earned: dict[tuple[str, str], tuple[int, int]] = {}
    for run, own, n, sum_ in coupons.revenue(conn, name):
        key = of_run.get(run, ""), own or currency
        orders, before_ = earned.get(key, (0, 0))
        earned[key] = orders + n, before_ + sum_
    return PoolShown(
        pool=pool.id,
        name=pool.name,
        ends=pool.ends,
        codes=stands.codes,
        free=stands.free,
        given=stands.given,
        redeemed=stands.redeemed,
        low=stands.free <= pool.low,
        campaigns=tuple(GivenBy(c, n, used) for c, (n, used) in sorted(given.items())),
        revenue=tuple(Earned(c, own, n, sum_) for (c, own), (n, sum_) in sorted(earned.items())),
    )


# ---------------------------------------------------------------- codes in


def generate(ground: Ground, name: str, count: int, now: datetime, *, actor: str) -> Added:
    """Make codes for a pool. Raises NotFound, and BadInput for more than MADE_MAX at once."""
    if not 0 < count <= MADE_MAX:
        raise BadInput(f"Between 1 and {MADE_MAX:,} codes are made at once.", where="count")
    with ground.store.write() as conn:
        pool, secret = get(conn, name), meta.load(conn).key_secret
        first = counters.take(conn, f"coupon made {name}", count)
        audit.add(conn, micros(now), actor, "make_coupons", f"coupons:{name}", str(count))
    codes = made(pool, secret, first)
    taken = 0
    for _ in range(0, count, AT_ONCE):
        some = list(islice(codes, min(AT_ONCE, count - taken)))
        with ground.store.write() as conn:
            taken += coupons.add(conn, name, [(folded(code), code) for code in some])
    return Added(taken, 0)


def add(
    ground: Ground, name: str, path: Path, now: datetime, *, actor: str, dry: bool = False
) -> Added:
    """Put the codes of a CSV into a pool: a column `code`, and `expires` where each has an end.

    A file without a heading holds a code a line. What is no code is refused with its line; what
    is there already stays. Raises NotFound, and BadInput for a file that cannot be read.
    """
    refused: list[RowRefused] = []
    rows = _read(path, ground.zone, refused)
    return _add(ground, name, rows, refused, now, actor=actor, dry=dry)


def add_text(ground: Ground, name: str, text: str, now: datetime, *, actor: str) -> Added:
    """Put codes that somebody has pasted into a pool, as `add` does those of a file."""
    refused: list[RowRefused] = []
    rows = _rows(text.lstrip("\ufeff").splitlines(), ground.zone, refused)
    return _add(ground, name, rows, refused, now, actor=actor)


def _add(
    ground: Ground,
    name: str,
    rows: Iterator[tuple[str, int]],
    refused: list[RowRefused],
    now: datetime,
    *,
    actor: str,
    dry: bool = False,
) -> Added:
    """Put codes into a pool, so many in a transaction; `refused` is filled while they are read."""
    with ground.store.read() as conn:
        get(conn, name)
    taken = there = 0
    while some := list(islice(rows, AT_ONCE)):
        different = {folded(code): (code, until) for code, until in some}
        fresh = len(different)
        if not dry:
            with ground.store.write() as conn:
                fresh = coupons.add(
                    conn,
                    name,
                    [(key, code) for key, (code, _) in different.items()],
                    works_until_us=[until for _, until in different.values()],
                )
        taken += fresh
        there += len(some) - fresh
    if not dry:
        with ground.store.write() as conn:
            audit.add(conn, micros(now), actor, "add_coupons", f"coupons:{name}", str(taken))
    return Added(taken, there, tuple(refused))


def _read(path: Path, zone: str, refused: list[RowRefused]) -> Iterator[tuple[str, int]]:
    """(code, until when it works or 0) of a file's rows; what is none goes to `refused`."""
    if path.stat().st_size > FILE_BYTES_MAX:
        raise BadInput(f"{path} is longer than {FILE_BYTES_MAX:,} bytes.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(file, zone, refused)
    except (UnicodeDecodeError, csv.Error) as fault:
        raise BadInput(f"{path} is no CSV in UTF-8: {fault}") from None


def _rows(lines: Iterable[str], zone: str, refused: list[RowRefused]) -> Iterator[tuple[str, int]]:
    at, ends = 0, -1
    for line, row in enumerate(csv.reader(lines), 1):
        names = [cell.strip().lower() for cell in row]
        if line == 1 and (named := [n for n, one in enumerate(names) if one in HEADINGS]):
            at = named[0]
            ends = next((n for n, one in enumerate(names) if one in ENDS), -1)
            continue
        if not any(names):
            continue
        code = row[at].strip() if at < len(row) else ""
        if fault := code_fault(code):
            refused.append(RowRefused(line, fault))
            continue
        try:
            said = row[ends].strip() if 0 <= ends < len(row) else ""
            end = end_of(date.fromisoformat(said), zone) if said else None
        except (ValueError, OverflowError):
            refused.append(RowRefused(line, f"`{row[ends][:40]}` is no date such as 2026-12-31"))
            continue
        yield code, micros(end) if end is not None else 0


# ---------------------------------------------------------------- codes out


def give(ground: Ground, name: str, pid: int, now: datetime) -> CouponShown:
    """Give a person a code outside of any campaign; who has one that still works keeps it.

    Raises NotFound, and Conflict where no code is left.
    """
    with ground.store.write() as conn:
        pool = get(conn, name)
        own = people.get(conn, pid).pid
        held = coupons.held(conn, name, [own], until_us=micros(now)).get(own)
        if held is None:
            held = _handed(conn, pool, own, now, ground.zone)
    return shown(held, pool, now)


def _handed(conn: Connection, pool: CouponPool, pid: int, now: datetime, zone: str) -> Coupon:
    now_us = micros(now)
    for one in coupons.free(conn, pool.id, 1, until_us=now_us, now_us=now_us):
        end = end_of(pool.last_day(now.astimezone(zones.zone(zone)).date()), zone)
        ends = [micros(end)] if end is not None else []
        ends += [one.works_until_us] if one.works_until_us else []
        expires_us = min(ends, default=0)
        if 0 < expires_us <= now_us:
            break
        coupons.hand(conn, pool.id, one, pid, expires_us=expires_us, now_us=now_us)
        return coupons.find(conn, [one.folded])[0]
    raise Conflict(
        f"No coupon of `{pool.id}` is left.", fix="Put codes into the pool, or make some."
    )


def look(conn: Connection, code: str, now: datetime, *, pid: int | None = None) -> CouponShown:
    """A code as it stands; of several pools the person's own first. Raises NotFound."""
    found = whose(coupons.find(conn, [folded(code)]), pid or 0)
    if found is None:
        raise NotFound("There is no such coupon.", where="code", fix="Look at what was typed.")
    return shown(found, get(conn, found.pool), now)


def redeem(
    conn: Connection,
    code: str,
    now: datetime,
    *,
    pid: int | None,
    order_id: str = "",
    revenue: int | None = None,
    currency: str = "",
) -> CouponShown:
    """Redeem a code at the till, once; the same order again changes nothing.

    `pid` is the person who shows it, `revenue` in minor units. Raises NotFound, Forbidden (a
    personal code in another's hands, or nobody said whose), Conflict (used, ended, not given).
    """
    found = whose(coupons.find(conn, [folded(code)]), pid or 0)
    if found is None:
        raise NotFound("There is no such coupon.", where="code", fix="Look at what was typed.")
    pool = get(conn, found.pool)
    if found.redeemed_us and order_id and found.order_id == order_id:
        return shown(found, pool, now)
    if fault := _refusal(found, pool, pid, now):
        raise fault
    used = found._replace(
        redeemed_us=micros(now),
        order_id=order_id,
        revenue=revenue,
        currency=currency.upper(),
    )
    if not coupons.redeem(conn, [used]):
        raise Conflict("This coupon was used just now.", where="code")
    return shown(used, pool, now)


def _refusal(
    found: Coupon, pool: CouponPool, pid: int | None, now: datetime
) -> Forbidden | Conflict | None:
    """Why a code is not taken; None where it is."""
    if found.redeemed_us:
        return Conflict("This coupon was used already.", where="code")
    if found.pid is None:
        return Conflict("This coupon was given to nobody yet.", where="code")
    if found.expires_us and found.expires_us <= micros(now):
        return Conflict("This coupon has ended.", where="code")
    if pool.personal and pid is None:
        return Forbidden(
            "This coupon is personal.", where="person", fix="Say who shows it: `external_id`."
        )
    if pool.personal and pid != found.pid:
        return Forbidden("This coupon was given to somebody else.", where="person")
    return None


def shown(one: Coupon, pool: CouponPool, now: datetime) -> CouponShown:
    """A code for people to read."""
    ended = 0 < one.expires_us <= micros(now)
    state = "redeemed" if one.redeemed_us else "free" if one.pid is None else "given"
    return CouponShown(
        pool=one.pool,
        code=one.code,
        state="expired" if ended and not one.redeemed_us else state,
        personal=pool.personal,
        person=one.pid,
        given_at=_at(one.given_us),
        expires_at=_at(one.expires_us),
        redeemed_at=_at(one.redeemed_us),
        order_id=one.order_id,
    )


def _at(us: int) -> datetime | None:
    return moment(us) if us else None


def of_person(conn: Connection, pids: Sequence[int], now: datetime) -> list[CouponShown]:
    """The codes that a person was given, for an export."""
    known = {pool.id: pool for pool in pools(conn)}
    return [
        shown(one, known.get(one.pool, CouponPool(id="gone")), now)
        for one in coupons.of_people(conn, pids)
    ]
