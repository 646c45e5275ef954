"""How many may be written to, where they came from, what that cost, and why others went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal

import polars as pl
from sqlalchemy import Connection, select

from maracuja import zones
from maracuja.campaigns.definitions import Topic
from maracuja.channels import channel_of, kept_under
from maracuja.currencies import minor_units
from maracuja.errors import BadInput, NotFound
from maracuja.model import ConsentState, micros
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.segment_work import opened
from maracuja.stats import growth as counting
from maracuja.store import bulk, spend
from maracuja.store.schema import consents, suppressions

Step = Literal["day", "week", "month"]
PERIODS_MAX: Final = 400
OPTED_OUT: Final = "opted out"


@dataclass(frozen=True)
class Period:
    """What changed in a day, week or month; `reachable` is at its end."""

    start: datetime
    gained: int
    lost: int
    reachable: int


@dataclass(frozen=True)
class Source:
    """Where people came from: how many stayed, and what one who stayed has cost.

    `cost` is what was spent on advertising under the same name, in the shop's currency; None where
    nothing was put on record.
    """

    source: str
    gained: int
    lost_later: int
    stays: int
    cost: float | None
    cost_each: float | None


@dataclass(frozen=True)
class Loss:
    """Why people went, and how many."""

    why: str
    lost: int


@dataclass(frozen=True)
class Growth:
    """People who agreed to a topic on a channel and have an address there that works.

    Who has no address there now was never counted, and who was erased is not counted any more.
    """

    topic: str
    channel: str
    currency: str
    periods: list[Period]
    sources: list[Source]
    losses: list[Loss]


def growth(
    ground: Ground,
    topic: str,
    channel: str,
    since: datetime,
    now: datetime,
    *,
    step: Step = "week",
) -> Growth:
    """Gains and losses from `since` until now. Raises NotFound, BadInput."""
    starts = _starts(since, now, step, ground.zone)
    if not starts or len(starts) > PERIODS_MAX:
        raise BadInput(f"It shows 1 to {PERIODS_MAX} periods.", where="since")
    currency = ground.config.shop.currency
    with ground.store.read() as conn:
        found = definitions_in_force(conn).get(("topic", topic))
        if not isinstance(found, Topic):
            raise NotFound(f"There is no topic `{topic}`.")
        moved = _moved(conn, ground, topic, channel, now)
        spent = _spent(conn, starts[0], now, currency, ground.zone)
    low, until = micros(starts[0]), micros(now) + 1
    rows = counting.by_period(moved, [micros(start) for start in starts], until)
    return Growth(
        topic=topic,
        channel=channel,
        currency=currency,
        periods=[
            Period(start, *row)
            for start, row in zip(starts, rows.drop("start_us").rows(), strict=True)
        ],
        sources=[
            _source(name, gained, lost_later, stays, spent.get(name))
            for name, gained, lost_later, stays in counting.by_source(moved, low, until).rows()
        ],
        losses=[Loss(*row) for row in counting.by_reason(moved, low, until).rows()],
    )


def _source(name: str, gained: int, lost_later: int, stays: int, cost: float | None) -> Source:
    each = cost / stays if cost is not None and stays else None
    return Source(name or "unknown", gained, lost_later, stays, cost, each)


def _moved(
    conn: Connection, ground: Ground, topic: str, channel: str, now: datetime
) -> pl.DataFrame:
    """The moments at which people who have an address there came and went."""
    c = consents.c
    query = (
        select(c.pid, c.state, c.at_us, c.source)
        .where(c.topic == topic, c.channel == channel_of(channel))
        .order_by(c.pid, c.n)
    )
    said = bulk.fetch_columns(conn, query)
    agreed = pl.col("state") == ConsentState.OPTED_IN.value
    words = pl.DataFrame(
        {
            "pid": said["pid"],
            "state": said["state"],
            "at_us": said["at_us"],
            "source": said["source"],
        },
        schema={"pid": pl.Int64, "state": pl.Int64, "at_us": pl.Int64, "source": pl.String},
    ).select(
        "pid",
        "at_us",
        agreed.alias("on"),
        pl.when(agreed).then("source").otherwise(pl.lit(OPTED_OUT)).alias("source"),
    )
    with opened(conn, ground, now) as sources:
        there = sources.people.reach([channel_of(channel)], pids=None)
    stops = _stops(conn, channel, now)
    able = there.filter(pl.col(f"reach.{channel_of(channel)}"))["pid"]
    known = pl.concat([able, stops["pid"]]).unique()
    return counting.changes(words.filter(pl.col("pid").is_in(known.implode())), stops)


def _stops(conn: Connection, channel: str, now: datetime) -> pl.DataFrame:
    """Whose address there must not be written to, since when and why."""
    s = suppressions.c
    query = select(s.pid, s.at_us, s.reason).where(
        s.channel == kept_under(channel_of(channel)),
        s.pid.is_not(None),
        (s.until_us.is_(None)) | (s.until_us > micros(now)),
    )
    found = bulk.fetch_columns(conn, query)
    schema = {"pid": pl.Int64, "at_us": pl.Int64, "source": pl.String}
    columns = {"pid": found["pid"], "at_us": found["at_us"], "source": found["reason"]}
    return pl.DataFrame(columns, schema=schema).sort("at_us").unique("pid", keep="first")


def _spent(
    conn: Connection, since: datetime, now: datetime, currency: str, zone: str
) -> dict[str, float]:
    """What was spent on each source since then, in that currency."""
    first, last = (at.astimezone(zones.zone(zone)).date().isoformat() for at in (since, now))
    minor = minor_units(currency)
    found: dict[str, float] = {}
    for one in spend.between(conn, first, last):
        if one.currency == currency:
            found[one.source] = found.get(one.source, 0.0) + one.cost / minor
    return found


def _starts(since: datetime, now: datetime, step: Step, zone: str) -> list[datetime]:
    """The beginnings of the periods by the shop's clock, the first one at or before `since`.

    Of too many it is one more than PERIODS_MAX.
    """
    if step == "month":
        days = zones.months(since, now, zone)[:-1]
    else:
        first, last = (at.astimezone(zones.zone(zone)).date() for at in (since, now))
        if step == "week":
            first -= timedelta(days=first.weekday())
        ahead = range(0, (last - first).days + 1, 7 if step == "week" else 1)
        days = [first + timedelta(days=n) for n in ahead[: PERIODS_MAX + 1]]
    return [zones.at_local(day, time(0), zone, "UTC") for day in days[: PERIODS_MAX + 1]]
