"""Ad spend at work: taken from files and programs, and what came back, beside the messages' own.

Currencies are never mixed: what was spent in one is measured on orders in the same.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from maracuja import zones
from maracuja.campaigns.coupons import end_of
from maracuja.currencies import digits_expr, minor_digits
from maracuja.errors import BadInput
from maracuja.lake import attribution
from maracuja.lake.session import open_session
from maracuja.model import FileKind, micros
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.worth import lifts
from maracuja.store import manifest, people, spend
from maracuja.store.spend import Spend

WINDOW: Final = timedelta(days=30)  # marks older than this bring no order
OWN: Final = "maracuja"  # utm_source of messages, whose worth the lift tells
DAYS_MAX: Final = 3_660
YEARS: Final = (2000, 2999)  # that advertising was, or will be, paid in
_NAMES: Final = {
    "day": "day", "date": "day", "день": "day", "дата": "day",
    "source": "source", "utm_source": "source", "campaign": "campaign",
    "utm_campaign": "campaign", "currency": "currency", "cost": "cost", "spend": "cost",
    "amount": "cost", "amount_spent": "cost", "clicks": "clicks", "link_clicks": "clicks",
    "impressions": "impressions",
}  # fmt: skip


@dataclass(frozen=True)
class SpendRefused:
    """A row that was not taken: its line or number from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class SpendTaken:
    """What became of rows of spending."""

    taken: int
    refused: tuple[SpendRefused, ...] = ()


@dataclass(frozen=True)
class AdReturn:
    """A campaign in one currency (minor units); `returns` is revenue over cost, None for free.

    `people` arrived with its marks, whatever they paid in; `orders` came after them in 30 days.
    """

    source: str
    campaign: str
    currency: str
    cost: int
    clicks: int
    impressions: int
    people: int
    orders: int
    revenue: int
    returns: float | None


@dataclass(frozen=True)
class MessageReturn:
    """A campaign of messages: what they cost, and what they brought beyond the control group.

    Minor units of the shop's currency; `low` to `high` is the interval of the lift report, for
    its whole time. None where there is nothing to compare with.
    """

    campaign: str
    messages: int
    cost: int
    extra: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class SpendReport:
    """The days from `first` to `last`, both included."""

    first: date
    last: date
    currency: str  # of the messages
    ads: tuple[AdReturn, ...]
    messages: tuple[MessageReturn, ...]


def add_file(ground: Ground, path: Path, *, dry: bool = False) -> SpendTaken:
    """Take a CSV with a day, source, campaign and cost; bad rows are refused. Raises BadInput.

    A day that comes again replaces what was told of it before.
    """
    found: list[Spend] = []
    refused: list[SpendRefused] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, row in _lines(file, path):
                try:
                    found.append(spent(row, ground.config.shop.currency))
                except BadInput as fault:
                    refused.append(SpendRefused(line, fault.message))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise BadInput(f"{path} is no CSV in UTF-8: {fault}.") from None
    if not dry:
        with ground.store.write() as conn:
            spend.put(conn, found)
    return SpendTaken(len({one[:4] for one in found}), tuple(refused))


def _lines(file: Any, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(file)
    named = {
        heading: _NAMES[plain]
        for heading in reader.fieldnames or ()
        if (plain := re.sub(r"\W+", "_", heading.strip().lower())) in _NAMES
    }
    lacking = {"day", "source", "cost"} - set(named.values())
    if lacking:
        raise BadInput(
            f"{path} has no column `{min(lacking)}`.",
            fix="The columns are day, source, campaign, currency, cost, clicks, impressions.",
        )
    for row in reader:
        yield reader.line_num, {named[k]: v or "" for k, v in row.items() if k in named}


def spent(row: Mapping[str, str], currency: str) -> Spend:
    """A day of a campaign from its texts. Raises BadInput with the reason."""
    try:
        day = date.fromisoformat(row.get("day", "").strip())
    except ValueError:
        raise BadInput(f"`{row.get('day', '')[:40]}` is no day such as 2026-11-22") from None
    own = (row.get("currency", "").strip() or currency).upper()
    if re.fullmatch("[A-Z]{3}", own) is None:
        raise BadInput(f"`{own[:20]}` is no ISO 4217 currency")
    text = re.sub(r"[\s\u00a0\u202f]", "", row.get("cost", "")).replace(",", ".")
    if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", text) is None:
        raise BadInput(f"`{row.get('cost', '')[:40]}` is no cost")
    counts = []
    for name in ("clicks", "impressions"):
        count = re.sub(r"\s", "", row.get(name, "")) or "0"
        if re.fullmatch(r"\d{1,12}", count) is None:
            raise BadInput(f"`{count[:40]}` is no number of {name}")
        counts.append(int(count))
    source = row.get("source", "").strip().lower()[:200]
    if not source:
        raise BadInput("a row needs a source")
    campaign = row.get("campaign", "").strip().lower()[:200]
    minor = int(Decimal(text).scaleb(minor_digits(own)).to_integral_value())
    return Spend(day.isoformat(), source, campaign, own, minor, *counts)


# ---------------------------------------------------------------- what came back


def report(ground: Ground, first: date, last: date, now: datetime) -> SpendReport:
    """What was spent on those days and what came back; raises BadInput for no such days."""
    known = YEARS[0] <= first.year and last.year <= YEARS[1]
    if last < first or (last - first).days > DAYS_MAX or not known:
        raise BadInput("The days end before they begin, or are too many.", where="last")
    since = zones.at_local(first, time(), ground.zone, ground.zone).astimezone(UTC)
    until = end_of(last, ground.zone)
    assert until is not None
    span = since.replace(tzinfo=None), until.astimezone(UTC).replace(tzinfo=None)
    con = _session(ground, now)
    try:
        ordered = attribution.orders(con, *span, WINDOW)
        came = attribution.visits(con, *span)
        costs = attribution.message_costs(con, *span)
    finally:
        con.close()
    with ground.store.read() as conn:
        paid = spend.between(conn, first.isoformat(), last.isoformat())
    currency = ground.config.shop.currency
    return SpendReport(
        first=first,
        last=last,
        currency=currency,
        ads=tuple(_ads(paid, ordered, came, currency)),
        messages=tuple(_messages(ground, costs, now, currency)),
    )


def _session(ground: Ground, now: datetime) -> duckdb.DuckDBPyConnection:
    with ground.store.read() as conn:
        files = manifest.live(conn, (FileKind.EVENTS,), micros(now))
        pids, canonical = people.merged(conn)
    merged = pl.DataFrame({"pid": pids, "canonical": canonical}).to_arrow()
    limits = ground.config.lake
    return open_session(
        ground.lake, files, merged=merged, threads=limits.threads, memory=limits.memory
    )


def _ads(
    paid: list[Spend], ordered: pl.DataFrame, came: pl.DataFrame, currency: str
) -> Iterator[AdReturn]:
    """Each campaign and currency with spending or orders, dearest first; messages are left out."""
    own = pl.when(pl.col("currency") == "").then(pl.lit(currency)).otherwise("currency")
    digits = digits_expr(own)
    minor = (pl.col("revenue") * pl.lit(10.0).pow(digits)).round().cast(pl.Int64)
    brought = {
        row[:3]: row[3:]
        for row in ordered.group_by("source", "campaign", own.alias("paid_in"))
        .agg(pl.len(), minor.sum())
        .iter_rows()
    }
    people_ = {row[:2]: row[2] for row in came.iter_rows()}
    sums: dict[tuple[str, str, str], list[int]] = {}
    for one in paid:
        kept = sums.setdefault((one.source, one.campaign, one.currency), [0, 0, 0])
        for n, value in enumerate((one.cost, one.clicks, one.impressions)):
            kept[n] += value
    keys = set(sums) | {key for key in brought if key[0] not in ("", OWN)}
    for key in sorted(keys, key=lambda key: (-sums.get(key, [0])[0], key)):
        cost, clicks, impressions = sums.get(key, [0, 0, 0])
        orders, revenue = brought.get(key, (0, 0))
        source, campaign, paid_in = key
        yield AdReturn(
            source=source,
            campaign=campaign,
            currency=paid_in,
            cost=cost,
            clicks=clicks,
            impressions=impressions,
            people=people_.get(key[:2], 0),
            orders=orders,
            revenue=revenue,
            returns=round(revenue / cost, 4) if cost else None,
        )


def _messages(
    ground: Ground, costs: Mapping[str, tuple[int, float]], now: datetime, currency: str
) -> Iterator[MessageReturn]:
    """Each campaign that sent something in that time, with its lift."""
    digits = minor_digits(currency)
    worths = lifts(ground, costs, now)
    for name, (messages, cost) in costs.items():
        found = worths.get(name)  # None: it has no goal, or nobody to compare with
        extra = (
            (found.revenue.value, found.revenue.low, found.revenue.high)
            if found
            else (None, None, None)
        )
        yield MessageReturn(name, messages, round(cost * 10**digits), *extra)
