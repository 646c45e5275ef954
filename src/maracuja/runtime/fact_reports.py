"""Facts about people for a marketer: one person's, and reports over everybody.

Nothing here changes anything; the lake is asked as it stands now.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Final

import polars as pl

from maracuja import zones
from maracuja.errors import BadInput
from maracuja.lake import fact_reports
from maracuja.lake.fact_reports import OUTCOMES
from maracuja.lake.facts import choose, compute_group
from maracuja.runtime.audience import Sources
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.segment_work import opened
from maracuja.segments.comparing import When
from maracuja.segments.computed import COMPUTED, FUNNEL, VISITS_DAYS, Group
from maracuja.store import people

COMPARING: Final = (Group.VALUE, Group.INTEREST)  # scores and bands are made among everybody
MONTHS_MAX: Final = 36
EVENTS_SHOWN: Final = 10


@dataclass(frozen=True)
class FactShown:
    """A computed fact of a person; `origin` says how we came to know it."""

    name: str
    value: Any
    origin: str
    about: str


@dataclass(frozen=True)
class CohortMonth:
    """Those of a cohort who ordered so many months after their first: `retention` of them all.

    `complete`: the month is over.
    """

    after: int
    people: int
    retention: float
    orders: int
    revenue: float
    complete: bool


@dataclass(frozen=True)
class Cohort:
    """The people whose first order was in this month, on the shop's clock (2026-05)."""

    month: str
    people: int
    months: tuple[CohortMonth, ...]


@dataclass(frozen=True)
class FunnelStep:
    """`people` reached the step or a later one; `of_before`, `of_first`: shares, null of none.

    `sent`: whether the shop sends the event of this step at all.
    """

    step: str
    event: str
    people: int
    of_before: float | None
    of_first: float | None
    sent: bool


@dataclass(frozen=True)
class NextStep:
    """What became of so many visits that ended without an order: a share of those known."""

    outcome: str
    times: int
    people: int
    share: float
    days: float | None  # the median until the next visit


@dataclass(frozen=True)
class FirstEvent:
    """The first event of the visit after."""

    event: str
    times: int
    share: float


@dataclass(frozen=True)
class LeftAt:
    """Visits that came so far on the way to an order and ended without one."""

    step: str
    times: int
    people: int
    outcomes: tuple[NextStep, ...]
    first_events: tuple[FirstEvent, ...]
    too_early: int  # left lately, and not back so far: not counted in the shares


@dataclass(frozen=True)
class Decile:
    """A tenth of buyers by lifetime value; 10 is the top. Ties may make it more or less."""

    decile: int
    people: int
    value: float
    share: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Shares:
    """The best and the last buyers by lifetime value, and what they are worth of it all."""

    percent: float
    buyers: int
    value: float
    top_people: int
    top_value: float
    bottom_people: int
    bottom_value: float
    deciles: tuple[Decile, ...]


def of_person(ground: Ground, pid: int, now: datetime) -> list[FactShown]:
    """Every computed fact of a person that there is, by group. Raises NotFound.

    Facts of one category or product are asked of segments and templates.
    """
    when = When(now, ground.zone)
    found: dict[str, Any] = {}
    with ground.store.read() as conn, opened(conn, ground, now) as sources:
        own = people.get(conn, pid).pid
        alone = choose(sources.con, sources.lake, pl.Series("pid", [own], dtype=pl.Int64))
        for group in Group:
            lake = sources.beside_products(sources.lake if group in COMPARING else alone, group)
            frame = compute_group(sources.con, group, lake, when).filter(pl.col("pid") == own)
            found |= {name: values[0] for name, values in frame.to_dict().items() if len(values)}
    return [
        FactShown(name, _plain(found[name]), one.origin.value, one.about)
        for name, one in COMPUTED.items()
        if found.get(name) is not None
    ]


def _plain(value: Any) -> Any:
    """Times aware, numbers that are whole without a fraction."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    if isinstance(value, float):
        return int(value) if value == int(value) else round(value, 4)
    return value


def cohorts(ground: Ground, now: datetime, *, months: int = 12) -> list[Cohort]:
    """People by the month of their first order, and who came back, in the last `months` cohorts.

    Months are those of the shop's clock.
    """
    if not 1 <= months <= MONTHS_MAX:
        raise BadInput(f"There are 1 to {MONTHS_MAX} months.", where="months")
    with _asked(ground, now) as (sources, when):
        first = fact_reports.first_order(sources.con, sources.lake, when)
        if first is None:
            return []
        days = zones.months(first.replace(tzinfo=UTC), now, ground.zone)
        starts = [
            zones.at_local(day, time(0), ground.zone, "UTC").replace(tzinfo=None) for day in days
        ]
        rows = fact_reports.cohorts(sources.con, sources.lake, when, starts).rows(named=True)
    last = len(days) - 2
    found: dict[int, list[CohortMonth]] = {}
    size: dict[int, int] = {}
    for row in rows:
        cohort, after = row["cohort"], row["month"] - row["cohort"]
        size.setdefault(cohort, row["people"])  # sorted: its own month comes first
        found.setdefault(cohort, []).append(
            CohortMonth(
                after,
                row["people"],
                row["people"] / size[cohort],
                row["orders"],
                round(row["revenue"], 4),
                complete=row["month"] < last,
            )
        )
    return [
        Cohort(f"{days[n]:%Y-%m}", size[n], _with_gaps(kept, last - n))
        for n, kept in sorted(found.items())
        if n > last - months
    ]


def _with_gaps(kept: list[CohortMonth], until: int) -> tuple[CohortMonth, ...]:
    """Every month up to now: one in which nobody came back has none."""
    there = {one.after: one for one in kept}
    return tuple(
        there.get(n, CohortMonth(n, 0, 0.0, 0, 0.0, complete=n < until)) for n in range(until + 1)
    )


def funnel(ground: Ground, now: datetime, *, days: int = 30) -> list[FunnelStep]:
    """How far people came in so many days on the way from a product to an order."""
    _days(days)
    with _asked(ground, now) as (sources, when):
        rows = fact_reports.funnel(sources.con, sources.lake, when, days).rows(named=True)
    found: list[FunnelStep] = []
    for (event, step), row in zip(FUNNEL.items(), rows, strict=True):
        before = found[-1].people if found else 0
        first = found[0].people if found else row["people"]
        found.append(
            FunnelStep(
                step,
                event,
                row["people"],
                row["people"] / before if before else None,
                row["people"] / first if first else None,
                sent=row["events"] > 0,
            )
        )
    return found


def next_steps(
    ground: Ground, now: datetime, *, days: int = 90, within_days: int = 14
) -> list[LeftAt]:
    """What people who did not buy do next, by how far they had come, the furthest first.

    Each visit that touched a product, cart or checkout and ended without an order counts once.
    """
    _days(days)
    if not 1 <= within_days <= days:
        raise BadInput("It is waited for 1 day up to the days looked at.", where="within_days")
    with _asked(ground, now) as (sources, when):
        frame = fact_reports.next_steps(
            sources.con, sources.lake, when, days=days, within_days=within_days
        )
    steps = list(FUNNEL.values())
    return [
        _left_at(steps[n], frame.filter(pl.col("step") == n))
        for n in reversed(range(len(steps) - 1))
        if (frame["step"] == n).any()
    ]


def _left_at(step: str, rows: pl.DataFrame) -> LeftAt:
    known = rows.filter(pl.col("outcome") != "too_early")
    outcomes = known.group_by("outcome").agg(
        times=pl.len(), people=pl.col("pid").n_unique(), days=pl.col("wait_days").median()
    )
    by_name = {row["outcome"]: row for row in outcomes.rows(named=True)}
    events = (
        known.drop_nulls("event")
        .group_by("event")
        .len("times")
        .sort(["times", "event"], descending=[True, False])
        .head(EVENTS_SHOWN)
    )
    whole = max(known.height, 1)
    return LeftAt(
        step=step,
        times=rows.height,
        people=rows["pid"].n_unique(),
        outcomes=tuple(
            NextStep(
                name,
                by_name[name]["times"],
                by_name[name]["people"],
                by_name[name]["times"] / whole,
                None if by_name[name]["days"] is None else round(by_name[name]["days"], 1),
            )
            for name in OUTCOMES
            if name in by_name
        ),
        first_events=tuple(
            FirstEvent(name, times, times / whole) for name, times in events.iter_rows()
        ),
        too_early=rows.height - known.height,
    )


def shares(ground: Ground, now: datetime, *, percent: float = 10.0) -> Shares:
    """What the best and the last buyers are worth, and every tenth of them."""
    if not 0 < percent <= 50:
        raise BadInput("A share is above 0 and at most 50 percent.", where="percent")
    with _asked(ground, now) as (sources, when):
        con, lake = sources.con, sources.lake
        top, bottom, (buyers, value) = fact_reports.shares(con, lake, when, percent)
        rows = fact_reports.deciles(con, lake, when).rows(named=True)
    return Shares(
        percent=percent,
        buyers=buyers,
        value=value,
        top_people=top[0],
        top_value=top[1],
        bottom_people=bottom[0],
        bottom_value=bottom[1],
        deciles=tuple(
            Decile(**row, share=row["value"] / value if value > 0 else None) for row in rows
        ),
    )


def _days(days: int) -> None:
    if not 1 <= days <= VISITS_DAYS:
        raise BadInput(f"There are 1 to {VISITS_DAYS} days to look at.", where="days")


@contextmanager
def _asked(ground: Ground, now: datetime) -> Iterator[tuple[Sources, When]]:
    with ground.store.read() as conn, opened(conn, ground, now) as sources:
        yield sources, When(now, ground.zone)
