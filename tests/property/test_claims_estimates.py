"""Whatever was counted, an estimate is finite and ordered, and a verdict follows from it."""

from __future__ import annotations

import math

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from maracuja.stats.claims.evidence import Arms, Cell, Estimate, Hits, level, matched, ratio
from maracuja.stats.claims.judging import Standing
from maracuja.stats.claims.published import CLAIMS, Kind
from maracuja.stats.claims.report import Evidence, held_against
from maracuja.stats.wear_out import wear_out

KINDS = st.sampled_from(list(Kind))


@st.composite
def some_arms(draw: st.DrawFn) -> Arms:
    treated, control = (draw(st.integers(0, 2_000)) for _ in range(2))
    return Arms(
        campaign=draw(st.sampled_from("abc")),
        kind=draw(KINDS),
        treated=treated,
        treated_hits=draw(st.integers(0, treated)),
        control=control,
        control_hits=draw(st.integers(0, control)),
    )


@st.composite
def some_hits(draw: st.DrawFn) -> Hits:
    people = draw(st.lists(st.integers(1, 9).flatmap(
        lambda m: st.tuples(st.just(m), st.integers(0, m))), min_size=1, max_size=60))  # fmt: skip
    return Hits(
        kind=draw(st.one_of(st.none(), KINDS)),
        people=len(people),
        messages=sum(m for m, _ in people),
        hits=sum(h for _, h in people),
        hits_squared=sum(h * h for _, h in people),
        hits_messages=sum(h * m for m, h in people),
        messages_squared=sum(m * m for m, _ in people),
    )


@st.composite
def some_cells(draw: st.DrawFn) -> Cell:
    people = draw(st.integers(0, 500))
    return Cell(
        campaign="x",
        segment=draw(st.sampled_from("ab")),
        content=draw(st.sampled_from("ab")),
        share=draw(st.sampled_from([0.0, 0.25, 0.5])),
        people=people,
        hits=draw(st.integers(0, people)),
    )


def sound(own: Estimate, low: float, high: float) -> None:
    told = own.interval
    if told.value is None:
        assert told.reason is not None and told.low is None
        return
    assert told.low is not None and told.high is not None
    assert low <= told.low <= told.value + 1e-9 and told.value <= told.high + 1e-9 <= high + 2e-9
    assert own.error is not None and math.isfinite(own.error)


@given(st.lists(some_arms(), max_size=5))
def test_ratios_are_sound_and_turn_round(arms: list[Arms]) -> None:
    own = ratio(arms)
    sound(own, 0.0, math.inf)
    other = ratio(
        [
            Arms(
                campaign=one.campaign,
                kind=one.kind,
                treated=one.control,
                treated_hits=one.control_hits,
                control=one.treated,
                control_hits=one.treated_hits,
            )
            for one in arms
        ]
    )
    assert (own.interval.value is None) == (other.interval.value is None)
    if own.interval.value is not None and other.interval.value is not None:
        assert math.isclose(own.interval.value * other.interval.value, 1.0, rel_tol=1e-9)


@given(some_hits())
def test_levels_are_sound(hits: Hits) -> None:
    sound(level(hits), 0.0, 1.0)


@given(st.lists(some_cells(), max_size=4, unique_by=lambda one: (one.segment, one.content)))
def test_matching_is_sound(cells: list[Cell]) -> None:
    sound(matched(cells), 0.0, math.inf)
    sound(matched(cells, at_random=True), 0.0, math.inf)


@settings(max_examples=60)
@given(
    st.lists(some_arms(), max_size=4),
    st.lists(some_hits(), max_size=3),
    st.lists(some_cells(), max_size=4, unique_by=lambda one: (one.segment, one.content)),
    st.one_of(st.none(), st.floats(0.0, 1.0)),
)
def test_every_claim_has_a_verdict(
    arms: list[Arms], hits: list[Hits], cells: list[Cell], base: float | None
) -> None:
    evidence = Evidence(
        conversions=tuple(arms), clicks=tuple(arms), again=tuple(arms), cells=tuple(cells),
        clicked=tuple(hits), read_back=tuple(hits), clicked_back=tuple(hits), base=base,
    )  # fmt: skip
    for claim in CLAIMS:
        found = held_against(claim, evidence)
        decided = found.judged.standing in (Standing.SUPPORTED, Standing.CONTRADICTED)
        assert found.own.interval.value is not None or not decided
        assert found.judged.people_more is None or found.judged.people_more >= 0


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9), st.booleans(), st.booleans()),
                max_size=400))  # fmt: skip
def test_wear_out_never_fails(rows: list[tuple[int, int, bool, bool]]) -> None:
    frame = pl.DataFrame(
        rows,
        schema={"pid": pl.Int64, "time": pl.Int64, "treated": pl.Boolean, "converted": pl.Boolean},
        orient="row",
    ).with_columns(share=pl.lit(0.6))
    told = wear_out(frame, "x", tactic=False)
    for one in told.exposures:
        assert one.lift.value is None or math.isfinite(one.lift.value)
    assert told.trend.value is None or math.isfinite(told.trend.value)
