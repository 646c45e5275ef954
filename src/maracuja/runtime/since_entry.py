"""Conditions asked of people who have entered a campaign, some of them counted from the entry on.

It must never ask about anybody else: a few who are due cost no look at everybody.
"""
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
import polars as pl

from maracuja.lake.facts import choose
from maracuja.runtime.audience import People, Sources, evaluate
from maracuja.segments import definition as d
from maracuja.segments.comparing import When, tests
from maracuja.segments.facts import Fact, outcome
from maracuja.segments.operators import Kind, both
from maracuja.segments.rows import source

SINCE: Final = "since the entry"  # no trait is called so: names have no spaces
_WINDOWS: Final = ("within", "older_than", "since", "until")


class Among:
    """The people of an inner source (audience.People), these alone, with a few columns more."""

    def __init__(self, inner: People, entered: pl.DataFrame, more: pl.DataFrame) -> None:
        self._inner, self._more = inner, more
        self._pids = entered["pid"].unique().sort().to_list()

    def profiles(
        self,
        traits: Sequence[str],
        *,
        pids: Sequence[int] | None,
        buckets: Sequence[int] | None,
        drawn: bool = False,
    ) -> pl.DataFrame:
        """As audience.People; the answers of `more` stand under their names."""
        own = [name for name in traits if f"traits.{name}" in self._more.columns]
        asked = [name for name in traits if name not in own]
        found = self._inner.profiles(asked, pids=self._pids, buckets=buckets, drawn=drawn)
        mine = self._more.select("pid", *(f"traits.{name}" for name in own))
        return found.join(mine, on="pid", how="left", maintain_order="left")

    def consents(
        self, pairs: Sequence[tuple[str, str]], *, pids: Sequence[int] | None
    ) -> pl.DataFrame:
        """As audience.People."""
        return self._inner.consents(pairs, pids=self._pids)

    def reach(self, channels: Sequence[str], *, pids: Sequence[int] | None) -> pl.DataFrame:
        """As audience.People."""
        return self._inner.reach(channels, pids=self._pids)


def for_whom(
    conditions: Sequence[d.Condition], sources: Sources, when: When, entered: pl.DataFrame
) -> set[int]:
    """Those of whom all conditions hold, of the people of `entered` (pid, entered_us).

    Raises SegmentError where a condition does not suit what the data hold.
    """
    if not conditions or entered.is_empty():
        return set()
    among = Among(sources.people, entered, entered.select("pid"))
    return set(evaluate(conditions, replace(sources, people=among), when).pids.tolist())


def any_since(
    conditions: Sequence[d.Condition], sources: Sources, when: When, entered: pl.DataFrame
) -> set[int]:
    """Those of whom any condition holds; `did` without a time of its own counts from the entry.

    `entered` has `pid`, `entered_us` and, where what came later does not count, `until_us`. Raises
    SegmentError where a condition does not suit what the data hold.
    """
    if not conditions or entered.is_empty():
        return set()
    answers: list[pl.DataFrame] = [entered.select("pid")]
    asked = [_rewritten(one, sources, when, entered, answers) for one in conditions]
    more = pl.concat(answers, how="align_left") if len(answers) > 1 else answers[0]
    among = Among(sources.people, entered, more)
    found = evaluate([d.AnyOf(any=asked)], replace(sources, people=among), when)
    return set(found.pids.tolist())


def _rewritten(
    condition: Any,
    sources: Sources,
    when: When,
    entered: pl.DataFrame,
    answers: list[pl.DataFrame],
) -> Any:
    """The condition, with what counts from the entry as a trait of the column that is added."""
    if isinstance(condition, d.AllOf | d.AnyOf | d.NoneOf):
        name = d.word(condition)
        inner = [
            _rewritten(one, sources, when, entered, answers) for one in getattr(condition, name)
        ]
        return msgspec.structs.replace(condition, **{name: inner})
    if not isinstance(condition, d.Did | d.DidNot) or any(
        getattr(condition, name) is not None for name in _WINDOWS
    ):
        return condition
    trait = f"{SINCE} {len(answers)}"
    held = _counted(condition, sources, when, entered)
    answers.append(held.rename({"held": f"traits.{trait}"}))
    return d.Trait(trait=trait, is_=True)


def _counted(
    condition: d.Did | d.DidNot, sources: Sources, when: When, entered: pl.DataFrame
) -> pl.DataFrame:
    """Whether the count of such events since the entry is what the condition asks: pid, held."""
    con = sources.con
    lake = choose(con, sources.lake, entered["pid"].unique())
    until = pl.col("until_us") if "until_us" in entered.columns else pl.lit(None, pl.Int64)
    con.register(
        "entered_at",
        entered.select(
            "pid",
            since=pl.from_epoch("entered_us", "us"),
            until=pl.from_epoch(until, "us"),
        ).to_arrow(),
    )
    events = d.names(d.subject(condition))
    rows = source(events, condition.where, lake, when, Fact(kind="count", events=events))
    query = f"""
        SELECT c.person AS pid, count(*) AS n
        FROM ({rows}) e JOIN chosen c ON c.pid = e.pid JOIN entered_at a ON a.pid = c.person
        WHERE e.ts > a.since AND (a.until IS NULL OR e.ts <= a.until)
        GROUP BY 1
    """
    counted = pl.DataFrame(con.sql(query).to_arrow_table())
    asked = tests(outcome(condition), Kind.NUMBER, when)
    return (
        entered.select(pl.col("pid").unique())
        .join(counted, on="pid", how="left")
        .with_columns(pl.col("n").fill_null(0).cast(pl.Float64))
        .select("pid", held=both(asked, lambda test: test.columns(pl.col("n"))))
    )
