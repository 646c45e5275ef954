"""What is known of people whose wait is over: when, about what, and whether it still holds.

It is asked of the lake as it is when they are due, for them alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts
from maracuja.decisions.reasons import Reason, stored
from maracuja.model import TraitType
from maracuja.runtime import entry_carts
from maracuja.runtime.audience import Sources
from maracuja.runtime.entry_progress import SKIPPED
from maracuja.runtime.launch_audience import (
    conditions_of,
    open_sources,
    segments_of,
    template_facts,
)
from maracuja.runtime.launch_chunk import ENTERED
from maracuja.runtime.launch_ground import Ground, catalogue, definitions_in_force
from maracuja.runtime.since_entry import any_since, for_whom
from maracuja.segments.comparing import When
from maracuja.segments.definition import Condition, Did
from maracuja.store import discovered, entries
from maracuja.store.entries import About
from maracuja.templates.needs import needs

Pids = npt.NDArray[np.int64]

EVENT: Final = "event."
LINK: Final = "links.cart"
_BASE: Final = {"pid": pl.Int64, "entered_us": pl.Int64, ENTERED: pl.Int64}
_TYPES: Final[Mapping[TraitType, Any]] = {
    TraitType.TEXT: pl.String(),
    TraitType.NUMBER: pl.Float64(),
    TraitType.BOOLEAN: pl.Boolean(),
    TraitType.DATE: pl.Date(),
    TraitType.TIME: pl.Datetime("us"),
}


def entered_columns(
    conn: Connection,
    ground: Ground,
    run: int,
    facts: RunFacts,
    types: Mapping[str, TraitType],
    now: datetime,
    pids: Pids | None,
) -> pl.DataFrame:
    """The columns of people in a run of a trigger: `pid`, ENTERED, `barred`, and what texts read.

    These are `facts.*`, `event.*` and `cart.*`. Only of `pids`; without them none, with all types.
    Raises SegmentError where a condition does not suit what the data hold.
    """
    about = entries.about(conn, run, [] if pids is None else pids)
    sources = _sources(conn, ground, types, now)
    try:
        return columns_of(conn, facts, about, sources, When(now, ground.zone))
    finally:
        sources.con.close()


def columns_of(
    conn: Connection,
    facts: RunFacts,
    about: Sequence[About],
    sources: Sources,
    when: When,
    *,
    until_due: bool = False,
) -> pl.DataFrame:
    """The same of entries that are told; with `until_due`, what happened later does not count."""
    entered = pl.DataFrame(
        [(one.pid, one.entered_us, one.due_us) for one in about], schema=_BASE, orient="row"
    )
    if until_due:
        entered = entered.with_columns(until_us=ENTERED)
    told = {one.pid: msgspec.json.decode(one.event or b"{}") for one in about}
    reads = _read_by(facts)
    frame = entered.join(barred(facts, sources, when, entered), on="pid", how="left")
    frame = frame.join(_facts(facts, sources, when), on="pid", how="left")
    frame = frame.hstack(event_columns(conn, reads, [told[pid] for pid in frame["pid"]]))
    if any(name.startswith(entry_carts.PREFIX) or name == LINK for name in reads):
        shelf, _ = catalogue(conn)
        carts = entry_carts.carts(sources, told, shelf, when.now)
        frame = frame.join(carts, on="pid", how="left")
        if LINK in reads:  # a link to nothing is worse than none
            empty = pl.when(pl.col(f"{entry_carts.PREFIX}items").is_null()).then(
                pl.lit(stored(Reason.PRODUCT_GONE, "cart"))
            )
            frame = frame.with_columns(barred=pl.coalesce("barred", empty))
    return frame.drop("entered_us", "until_us", strict=False)


def _sources(
    conn: Connection, ground: Ground, types: Mapping[str, TraitType], now: datetime
) -> Sources:
    return open_sources(
        conn,
        ground.lake,
        types,
        segments_of(definitions_in_force(conn)),
        now=now,
        threads=ground.config.lake.threads,
        memory=ground.config.lake.memory,
        cache=ground.cache,
    )


def barred(facts: RunFacts, sources: Sources, when: When, entered: pl.DataFrame) -> pl.DataFrame:
    """Who is no longer to be written to, and why: `pid` and `barred` (reasons.stored).

    `entered` has `pid` and `entered_us`, and `until_us` where what came after it does not count.
    """
    campaign, trigger = facts.campaign, facts.campaign.trigger
    assert trigger is not None
    goals: list[Condition] = []
    if trigger.leave_at_goal and facts.goals:
        goals = [Did(did=facts.goals[0].event, where=facts.goals[0].where)]
    asked = [
        (stored(Reason.GOAL_REACHED), any_since(goals, sources, when, entered)),
        (stored(Reason.HAPPENED), any_since(trigger.unless, sources, when, entered)),
        (stored(Reason.HAPPENED, SKIPPED), any_since(facts.skip_if, sources, when, entered)),
    ]
    if campaign.audience or campaign.exclude:
        everybody = set(entered["pid"].to_list())
        kept = for_whom(conditions_of(campaign), sources, when, entered)
        asked.append((stored(Reason.NOT_IN_AUDIENCE), everybody - kept))
    found: dict[int, str] = {}
    for reason, pids in asked:
        for pid in pids:
            found.setdefault(pid, reason)
    return pl.DataFrame(
        {"pid": list(found), "barred": list(found.values())},
        schema={"pid": pl.Int64, "barred": pl.String},
    )


def _facts(facts: RunFacts, sources: Sources, when: When) -> pl.DataFrame:
    """The facts that the run's templates declare."""
    if not any(template.facts for template in facts.templates.values()):
        return pl.DataFrame(schema={"pid": pl.Int64})
    return template_facts(facts.templates.values(), sources, when)


def _read_by(facts: RunFacts) -> set[str]:
    """What the run's texts read, as needs tell it."""
    return {need.path for template in facts.templates.values() for need in needs(template).paths}


# ---------------------------------------------------------------- the event


def event_columns(
    conn: Connection, reads: set[str], told: Sequence[Mapping[str, Any]]
) -> list[pl.Series]:
    """A column `event.<property>` for each property that is read, typed as it was discovered."""
    known = {one.name: one.type for one in discovered.every(conn, "property")}
    found: dict[str, pl.Series] = {}
    for path in sorted(reads):
        name = property_of(path, known)
        if name and EVENT + name not in found:
            values = [one.get(name) for one in told]
            found[EVENT + name] = _series(EVENT + name, values, known.get(name))
    return list(found.values())


def property_of(path: str, known: Mapping[str, TraitType]) -> str:
    """The property that `event.<path>` means, the longest name that is known; '' for none."""
    if not path.startswith(EVENT):
        return ""
    plain = path.removeprefix(EVENT).partition("[")[0]
    parts = plain.split(".")
    names = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((name for name in names if name in known), parts[0])


def _series(name: str, values: list[Any], kind: TraitType | None) -> pl.Series:
    """The values in the type of the property; what does not fit is unknown."""
    if kind in (TraitType.LIST, TraitType.OBJECT) or any(
        isinstance(value, list | dict) for value in values
    ):
        return _nested(name, values)
    dtype = _TYPES.get(kind or TraitType.TEXT, pl.String())
    return pl.Series(name, [_fitted(value, dtype) for value in values], dtype=dtype)


def _fitted(value: Any, dtype: Any) -> Any:
    """The value as that type; None where it is of another."""
    if value is None or isinstance(value, bool) != (dtype == pl.Boolean()):
        return None
    if dtype == pl.String():
        return value if isinstance(value, str) else str(value)
    if dtype == pl.Float64():
        return float(value) if isinstance(value, int | float) else None
    if dtype in (pl.Date(), pl.Datetime("us")) and isinstance(value, str):
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            return None
        naive = read.replace(tzinfo=None) if read.tzinfo is None else None
        return date(read.year, read.month, read.day) if dtype == pl.Date() else naive or read
    return value if isinstance(value, bool) else None


def _nested(name: str, values: list[Any]) -> pl.Series:
    """Lists of texts, numbers or flat objects; other items are left out."""
    lists = [value if isinstance(value, list) else None for value in values]
    items = [item for one in lists for item in one or []]
    if any(isinstance(item, Mapping) for item in items):
        fields = {
            key: _scalar([item.get(key) for item in items if isinstance(item, Mapping)])
            for key in sorted({k for item in items if isinstance(item, Mapping) for k in item})
        }
        inner: Any = pl.Struct(fields)
        rows = [
            None
            if one is None
            else [
                {key: _fitted(item.get(key), dtype) for key, dtype in fields.items()}
                for item in one
                if isinstance(item, Mapping)
            ]
            for one in lists
        ]
    else:
        inner = _scalar(items)
        rows = [
            None if one is None else [v for v in (_fitted(i, inner) for i in one) if v is not None]
            for one in lists
        ]
    return pl.Series(name, rows, dtype=pl.List(inner))


def _scalar(values: Sequence[Any]) -> Any:
    """The type that values agree on: flags, numbers, else texts."""
    there = [value for value in values if value is not None]
    if there and all(isinstance(value, bool) for value in there):
        return pl.Boolean()
    numbers = there and all(isinstance(v, int | float) and not isinstance(v, bool) for v in there)
    return pl.Float64() if numbers else pl.String()
