"""Lists of addresses that must not be written to: taken over from another system, and given away.

A list that is taken never lifts or narrows what stands, and an address that nobody has is kept by
its salted hash alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import Connection

from maracuja.channels import BY_NAME, identity_kind
from maracuja.errors import BadInput
from maracuja.ingest import addresses as written_as
from maracuja.model import micros, moment
from maracuja.store import audit, people, suppressions
from maracuja.store.engine import Store

IMPORTED: Final = "imported"
ROWS_AT_ONCE: Final = 16_000
FAULTS_MAX: Final = 100
WORDS_MAX: Final = 500
COLUMNS: Final = (
    "address", "channel", "scope", "reason", "code", "words", "since", "until", "pid", "digest",
)  # fmt: skip
_ADDRESS: Final = ("address", "email", "e-mail", "mail", "phone", "recipient")
_WHY: Final = ("reason", "words", "why", "comment")


class Row(NamedTuple):
    """One line of a list: the address as it stands, and why."""

    line: int
    address: str
    words: str = ""


class Taken(NamedTuple):
    """How many addresses are new on the list, how many stood there, and which lines are none."""

    added: int
    known: int
    refused: tuple[str, ...]


def read_list(text: Iterable[str]) -> Iterator[Row]:
    """The rows of a list: one address a line, or CSV with a heading such as `email`.

    Raises BadInput where the heading names no address.
    """
    lines = iter(text)
    first = next(lines, "").lstrip("\ufeff")
    separator = ";" if first.count(";") > first.count(",") else "," if "," in first else "\t"
    names = [name.strip().strip('"').lower() for name in first.strip().split(separator)]
    at = next((names.index(name) for name in _ADDRESS if name in names), -1)
    if at < 0 and ("@" in first or len(names) == 1):
        for n, line in enumerate([first, *lines], 1):
            if line.strip():
                yield Row(n, _cells(line, separator)[0].strip())
        return
    if at < 0:
        raise BadInput(
            f"No column of the list is an address: {', '.join(names)[:200]}.",
            where="line 1",
            fix="Call it `email` or `phone`.",
        )
    why = next((names.index(name) for name in _WHY if name in names), -1)
    for n, line in enumerate(lines, 2):
        cells = _cells(line, separator)
        if any(cell.strip() for cell in cells):
            words = cells[why].strip() if 0 <= why < len(cells) else ""
            yield Row(n, cells[at].strip() if at < len(cells) else "", words[:WORDS_MAX])


def _cells(line: str, separator: str) -> list[str]:
    """The cells of a line, at least one; a line that is no CSV is one cell."""
    try:
        return next(csv.reader([line], delimiter=separator), None) or [""]
    except csv.Error:
        return [line]


def take(
    store: Store,
    rows: Iterable[Row],
    *,
    channel: str,
    salt: str,
    country: str,
    actor: str,
    now: datetime,
    reason: str = "",
    marketing_only: bool = False,
) -> Taken:
    """Put the addresses of a list on ours; `reason` stands where a row says none.

    Done chunk by chunk; doing it again changes nothing. Raises BadInput for an unknown channel.
    """
    if channel not in BY_NAME:
        raise BadInput(f"There is no channel `{channel}`.", where="channel")
    added = known = 0
    refused: list[str] = []
    waiting = iter(rows)
    while chunk := list(islice(waiting, ROWS_AT_ONCE)):
        wanted: dict[str, str] = {}
        for row in chunk:
            address = _normal(row.address, channel, country)
            if address:
                wanted.setdefault(address, row.words or reason)
            elif len(refused) < FAULTS_MAX:
                refused.append(f"line {row.line}: `{row.address[:80]}` is no address on {channel}")
        with store.write() as conn:
            new = _add(conn, wanted, channel, salt, now, marketing_only=marketing_only)
        added, known = added + new, known + len(wanted) - new
    if added:
        with store.write() as conn:
            detail = {"channel": channel, "added": added, "known": known}
            audit.add(conn, micros(now), actor, "suppress_list", "workspace", detail)
    return Taken(added, known, tuple(refused))


def _add(
    conn: Connection,
    wanted: dict[str, str],
    channel: str,
    salt: str,
    now: datetime,
    *,
    marketing_only: bool,
) -> int:
    """Those that do not stand there already; how many."""
    addresses = sorted(wanted)
    digests = suppressions.digests(salt, channel, addresses)
    now_us = micros(now)
    standing = suppressions.blocked(conn, channel, digests, now_us, marketing=marketing_only)
    owners = people.find(conn, [identity_kind(channel)] * len(addresses), addresses).tolist()
    new = [n for n in range(len(addresses)) if not standing[n]]
    suppressions.add(
        conn,
        channel=channel,
        digest=[digests[n] for n in new],
        reason=IMPORTED,
        raw=[wanted[addresses[n]] for n in new],
        at_us=now_us,
        scope=suppressions.MARKETING if marketing_only else suppressions.ALL,
        pid=[owners[n] or None for n in new],
    )
    return len(new)


def _normal(address: str, channel: str, country: str) -> str:
    """The address as people's identities have it; '' where it is none."""
    match identity_kind(channel):
        case "email":
            return written_as.email(address) or ""
        case "phone":
            return written_as.phone(address, country) or ""
        case _:
            return address.strip()[:300]


def written(conn: Connection, now: datetime, *, salt: str) -> Iterator[str]:
    """The list in force as CSV, line by line; `address` is there where it is still somebody's."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows = suppressions.current(conn, micros(now))
    known = _addresses(conn, rows, salt)
    for row in rows:
        until = "" if row.until_us is None else moment(row.until_us).isoformat()
        writer.writerow([
            _plain(known.get((row.channel, row.digest), "")), row.channel, row.scope, row.reason,
            row.code, _plain(row.raw), moment(row.at_us).isoformat(), until,
            "" if row.pid is None else row.pid, row.digest.hex(),
        ])  # fmt: skip
    yield out.getvalue()


def _addresses(
    conn: Connection, rows: Sequence[suppressions.Suppression], salt: str
) -> dict[tuple[str, bytes], str]:
    """The addresses of people who are still here, by channel and digest."""
    pids = sorted({row.pid for row in rows if row.pid is not None})
    _, _, values = people.identities_for(conn, pids) if pids else ([], [], [])
    found: dict[tuple[str, bytes], str] = {}
    for channel in sorted({row.channel for row in rows}):
        digests = suppressions.digests(salt, channel, values)
        found |= {(channel, digest): value for digest, value in zip(digests, values, strict=True)}
    return found


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    number = text[:1] == "+" and text[1:].isdigit()
    formula = text[:1] in ("=", "+", "-", "@", "\t", "\r") and not number
    return f"'{text}" if formula else text
