"""Bonuses at work: credited once, spent, looked at; the balance as a trait and as columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

import polars as pl
from sqlalchemy import Connection

from maracuja import zones
from maracuja.campaigns.bonus import AMOUNT_MAX, NEVER, Balance, Entry, balances
from maracuja.campaigns.coupons import end_of
from maracuja.errors import BadInput, Conflict
from maracuja.ingest import addresses
from maracuja.model import Discovery, Privacy, Trait, TraitSource, TraitType, micros, moment
from maracuja.runtime.launch_ground import Ground
from maracuja.store import bonus, discovered, people
from maracuja.templates.offered import BONUS

TRAIT: Final = "bonus_balance"
AT_ONCE: Final = 5_000  # rows in one transaction
TEXT_CHARS_MAX: Final = 200
PEOPLE: Final = ("external_id", "email", "phone", "anonymous_id")
COLUMNS: Final = (*PEOPLE, "source", "key", "amount", "at", "expires", "note")


@dataclass(frozen=True)
class EntryRefused:
    """An entry that was not taken: its line or number from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Taken:
    """What became of entries."""

    taken: int
    there_already: int
    refused: tuple[EntryRefused, ...] = ()


@dataclass(frozen=True)
class EntryShown:
    """A line of the ledger."""

    source: str
    key: str
    amount: int
    at: datetime
    expires_at: datetime | None
    note: str


@dataclass(frozen=True)
class BalanceShown:
    """What a person has, and the ledger that it comes from, oldest first."""

    person: int
    balance: int
    expiring: int
    expires_at: datetime | None
    entries: tuple[EntryShown, ...]


@dataclass(frozen=True)
class Given:
    """An entry as somebody gave it: whom it is for, as (kind, value) of an identity."""

    line: int
    kind: str
    value: str
    source: str
    key: str
    amount: int
    at_us: int
    expires_us: int
    note: str


def record(
    conn: Connection, given: Sequence[Given], now: datetime, country: str
) -> tuple[int, int, list[EntryRefused]]:
    """Enter what was given in one transaction: (new, there already, refused).

    A key that was entered for somebody else, or with another amount, is refused: a ledger is
    never changed.
    """
    values = [_normal(one.kind, one.value, country) for one in given]
    pids = people.find(conn, [one.kind for one in given], values).tolist()
    stands = bonus.standing(conn, [(one.source, one.key) for one in given])
    refused: list[EntryRefused] = []
    fresh: dict[tuple[str, str], Entry] = {}
    there = 0
    canonical = dict(stands)
    for one, pid in zip(given, pids, strict=True):
        key = one.source, one.key
        entry = Entry(pid, one.source, one.key, one.amount, one.at_us, one.expires_us, one.note)
        before = canonical.get(key)
        if not pid:
            refused.append(EntryRefused(one.line, f"nobody has the {one.kind} `{one.value}`"))
        elif before is None:
            fresh[key] = canonical[key] = entry
        elif (before.pid, before.amount) == (pid, one.amount):
            there += 1
        else:
            refused.append(
                EntryRefused(
                    one.line,
                    f"`{one.source}` `{one.key}` was entered with another amount or person",
                )
            )
    new = bonus.add(conn, list(fresh.values()))
    show_balances(conn, sorted({entry.pid for entry in fresh.values()}), now)
    return new, there, refused


def _normal(kind: str, value: str, country: str) -> str:
    if kind == "email":
        return addresses.email(value) or ""
    return (addresses.phone(value, country) or "") if kind == "phone" else value


def show_balances(conn: Connection, pids: Sequence[int], now: datetime) -> None:
    """Keep these people's balances as a trait, so that segments can ask for them."""
    known = people.select_people(conn, pids).pid if pids else []
    if not known:
        return
    now_us = micros(now)
    found = balances(bonus.of_people(conn, known), now_us)
    said = [
        {TRAIT: Trait(found.get(pid, Balance(0)).balance, TraitSource.OBSERVED, 1.0, now_us)}
        for pid in known
    ]
    people.change(conn, people.next_rev(conn), known, set_traits=said, now_us=now_us)
    shown = str(found[known[0]].balance) if known[0] in found else "0"
    kind, size = TraitType.NUMBER, len(known)
    one = Discovery("trait", "", TRAIT, kind, now_us, now_us, size, (shown,), Privacy.PERSONAL)
    discovered.record(conn, [one])


def spend(
    conn: Connection, pid: int, amount: int, source: str, key: str, now: datetime
) -> BalanceShown:
    """Take from a balance, once under its key. Raises Conflict where it does not suffice."""
    if not 0 < amount <= AMOUNT_MAX:
        raise BadInput("Spend a whole amount above 0.", where="amount")
    own = people.get(conn, pid).pid
    before = bonus.standing(conn, [(source, key)]).get((source, key))
    if before is not None and (before.pid, before.amount) != (own, -amount):
        raise Conflict(f"`{source}` `{key}` was entered with another amount or person.")
    if before is None:
        has = show(conn, own, now).balance
        if has < amount:
            raise Conflict(f"The balance is {has}, less than {amount}.", where="amount")
        bonus.add(conn, [Entry(own, source, key, -amount, micros(now))])
        show_balances(conn, [own], now)
    return show(conn, own, now)


def show(conn: Connection, pid: int, now: datetime) -> BalanceShown:
    """A person's balance and ledger. Raises NotFound for nobody."""
    own = people.get(conn, pid).pid
    entries = bonus.of_people(conn, [own])
    has = balances(entries, micros(now)).get(own, Balance(0))
    return BalanceShown(
        person=own,
        balance=has.balance,
        expiring=has.expiring,
        expires_at=moment(has.expires_us) if has.expires_us else None,
        entries=tuple(
            EntryShown(
                one.source,
                one.key,
                one.amount,
                moment(one.at_us),
                moment(one.expires_us) if one.expires_us else None,
                one.note,
            )
            for one in entries
        ),
    )


def columns(conn: Connection, people_: pl.DataFrame, now: datetime, zone: str) -> pl.DataFrame:
    """The people with BONUS; empty for who never had a bonus. `zone` is the shop's."""
    found = balances(bonus.of_people(conn, people_["pid"].to_list()), micros(now))
    rows = [
        (
            pid,
            one.balance,
            last_day(one.expires_us, zone),
            one.expiring if one.expires_us else None,
        )
        for pid, one in found.items()
    ]
    frame = pl.DataFrame(rows, schema={"pid": pl.Int64, **BONUS}, orient="row")
    return people_.join(frame, on="pid", how="left", maintain_order="left")


def last_day(expires_us: int, zone: str) -> date | None:
    """The last day on which a bonus is worth something, by the shop's clock."""
    if not expires_us:
        return None
    return (moment(expires_us) - timedelta(seconds=1)).astimezone(zones.zone(zone)).date()


# ---------------------------------------------------------------- files


def add_file(ground: Ground, path: Path, now: datetime, *, dry: bool = False) -> Taken:
    """Enter the rows of a CSV with COLUMNS (of the person one is enough). Raises BadInput.

    The same file again changes nothing.
    """
    refused: list[EntryRefused] = []
    rows = _rows(path, ground.zone, now, refused)
    taken = there = 0
    while some := list(islice(rows, AT_ONCE)):
        if dry:
            taken += len(some)
            continue
        with ground.store.write() as conn:
            new, old, bad = record(conn, some, now, ground.config.shop.country)
        taken, there = taken + new, there + old
        refused += bad
    return Taken(taken, there, tuple(sorted(refused, key=lambda one: one.line)))


def _rows(path: Path, zone: str, now: datetime, refused: list[EntryRefused]) -> Iterator[Given]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            lacking = {"source", "key", "amount"} - set(reader.fieldnames or ())
            if lacking:
                raise BadInput(
                    f"{path} has no column `{min(lacking)}`.",
                    fix=f"The columns are {', '.join(COLUMNS)}.",
                )
            for row in reader:
                try:
                    yield given(row, reader.line_num, zone, now)
                except BadInput as fault:
                    refused.append(EntryRefused(reader.line_num, fault.message))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise BadInput(f"{path} is no CSV in UTF-8: {fault}.") from None


def given(row: dict[str, str], line: int, zone: str, now: datetime) -> Given:
    """One entry from its texts. Raises BadInput with the reason."""
    said = {name: (value or "").strip() for name, value in row.items() if name in COLUMNS}
    who = [(kind, said[kind]) for kind in PEOPLE if said.get(kind)]
    if not who:
        raise BadInput("nobody is named")
    source, key = said.get("source", ""), said.get("key", "")
    if not source or not key or max(len(source), len(key)) > TEXT_CHARS_MAX:
        raise BadInput("an entry needs a source and a key")
    if re.fullmatch(r"[+-]?\d{1,16}", said.get("amount", "")) is None or not int(said["amount"]):
        raise BadInput(f"`{said.get('amount', '')[:40]}` is no whole amount")
    at = _moment(said.get("at", ""), zone) or now
    expires = _moment(said.get("expires", ""), zone, end=True)
    if at > now + timedelta(days=1):
        raise BadInput("it is of the future")
    if expires is not None and (expires <= at or int(said["amount"]) < 0):
        raise BadInput("it ends before it begins, or is spent")
    return Given(
        line=line,
        kind=who[0][0],
        value=who[0][1],
        source=source,
        key=key,
        amount=int(said["amount"]),
        at_us=micros(at),
        expires_us=micros(expires) if expires is not None else NEVER,
        note=said.get("note", "")[:TEXT_CHARS_MAX],
    )


def _moment(text: str, zone: str, *, end: bool = False) -> datetime | None:
    """A day by the shop's clock (its end, where `end`), or a moment; None for nothing."""
    if not text:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            day = date.fromisoformat(text)
            return end_of(day, zone) if end else zones.at_local(day, time(), zone, zone)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise BadInput(f"`{text[:40]}` is no day such as 2026-12-31") from None
    own = found if found.tzinfo else found.replace(tzinfo=zones.zone(zone))
    return own.astimezone(UTC)
