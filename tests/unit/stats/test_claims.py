"""The list of claims, the estimators against closed forms, and the rules of the verdict."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import msgspec
import pytest
from scipy.stats import binomtest
from scipy.stats.contingency import relative_risk

from maracuja.stats.claims import forms
from maracuja.stats.claims.evidence import (
    Arms,
    Cell,
    Estimate,
    Hits,
    level,
    matched,
    ratio,
    wilson,
)
from maracuja.stats.claims.judging import Because, Standing, as_lift, judge
from maracuja.stats.claims.published import (
    CLAIMS,
    METHODS,
    SURVEYS,
    Against,
    Claim,
    Kind,
    Scale,
)
from maracuja.stats.claims.report import ClaimsReport, Evidence, claims_report
from maracuja.stats.intervals import Interval, NotShown

NOW = datetime(2026, 11, 30, tzinfo=UTC)
BY_ID = {claim.id: claim for claim in CLAIMS}
# Every figure of the trade that has to be there: id, kind of channel, range.
FIGURES = {
    "personal-web": (Kind.WEB, 0.15, 0.30),
    "personal-apps": (Kind.APPS, 0.20, 0.40),
    "personal-messengers": (Kind.MESSENGERS, 0.10, 0.20),
    "personal-overall": (None, 0.10, 0.30),
    "clicks-messengers": (Kind.MESSENGERS, 0.25, 0.35),
    "click-rate-20-30": (None, 0.20, 0.30),
    "click-rate-25-35": (None, 0.25, 0.35),
    "click-rate-25-40": (None, 0.25, 0.40),
}
ROUND = {
    "repeat-six": 6.0,
    "segmentation-double": 2.0,
    "re-engagement-read": 0.80,
    "re-engagement-click": 0.35,
}


def arms(treated: int, hits: int, control: int, control_hits: int, name: str = "c") -> Arms:
    return Arms(
        campaign=name,
        kind=Kind.EMAIL,
        treated=treated,
        treated_hits=hits,
        control=control,
        control_hits=control_hits,
    )


def test_every_figure_of_the_trade_is_in_the_list() -> None:
    assert {c.id: (c.kind, c.low, c.high) for c in CLAIMS if c.figure is None} == FIGURES
    assert {c.id: c.figure for c in CLAIMS if c.figure is not None} == ROUND
    assert [survey.share for survey in SURVEYS] == [0.90, 0.37, 0.78]
    assert len(BY_ID) == len(CLAIMS)
    for claim in CLAIMS:
        assert claim.low <= claim.high and claim.source and claim.words.endswith(".")
        assert claim.figure is None or claim.low <= claim.figure <= claim.high


def test_of_one_campaign_the_ratio_is_that_of_the_textbook() -> None:
    found = ratio([arms(1_000, 90, 800, 50)])
    risk = relative_risk(90, 1_000, 50, 800)
    low, high = risk.confidence_interval(0.95)
    told = found.interval
    assert told.value == pytest.approx(risk.relative_risk)
    assert told.low == pytest.approx(low) and told.high == pytest.approx(high)
    assert (found.people, found.hits, found.base) == (1_800, 140, 0.0625)
    assert found.smallest is not None and found.smallest > 1


def test_campaigns_of_other_rates_do_not_mix_up() -> None:
    """Simpson's campaigns: no effect in either, though all people together show one."""
    found = ratio([arms(9_000, 900, 1_000, 100, "a"), arms(1_000, 10, 9_000, 90, "b")])
    assert found.interval.value == pytest.approx(1.0)
    assert (found.campaigns, found.people) == (2, 20_000)


def test_mantel_and_haenszel_by_hand() -> None:
    """Numbers by the formulas, worked out apart."""
    some = [arms(100, 20, 50, 5, "a"), arms(40, 12, 80, 20, "b")]
    above = 20 * 50 / 150 + 12 * 80 / 120
    below = 5 * 100 / 150 + 20 * 40 / 120
    spread = (25 * 100 * 50 - 20 * 5 * 150) / 150**2 + (32 * 40 * 80 - 12 * 20 * 120) / 120**2
    found = ratio(some)
    assert found.interval.value == pytest.approx(above / below)
    assert found.error == pytest.approx(math.sqrt(spread / (above * below)))


@pytest.mark.parametrize(
    ("some", "reason"),
    [
        ([], NotShown.NO_PEOPLE),
        ([arms(0, 0, 10, 1)], NotShown.NO_PEOPLE),
        ([arms(100, 9, 100, 50)], NotShown.TOO_FEW_CONVERSIONS),
        ([arms(50, 50, 50, 50)], NotShown.NO_VARIATION),
    ],
)
def test_what_cannot_be_estimated_has_its_reason(some: list[Arms], reason: NotShown) -> None:
    assert ratio(some).interval == Interval(reason=reason)


def test_an_interval_of_single_messages_is_wilsons() -> None:
    one_each = Hits(
        kind=Kind.EMAIL,
        people=200,
        messages=200,
        hits=50,
        hits_squared=50,
        hits_messages=50,
        messages_squared=200,
    )
    found = level(one_each)
    exact = binomtest(50, 200).proportion_ci(method="wilson")
    assert found.interval.value == 0.25
    assert found.interval.low == pytest.approx(exact.low, abs=2e-3)
    assert found.interval.high == pytest.approx(exact.high, abs=2e-3)


def test_people_who_always_do_the_same_count_once() -> None:
    """Ten messages to each of 100 people, of whom 30 click at all ten: no more than 100 people."""
    same = Hits(
        kind=Kind.EMAIL,
        people=100,
        messages=1_000,
        hits=300,
        hits_squared=3_000,
        hits_messages=3_000,
        messages_squared=10_000,
    )
    found = level(same).interval
    low, high = wilson(0.3, 100)
    assert found.low == pytest.approx(low, abs=2e-3)
    assert found.high == pytest.approx(high, abs=2e-3)


@pytest.mark.parametrize("hits", [0, 40])
def test_nobody_and_everybody_have_an_interval_too(hits: int) -> None:
    some = Hits(
        kind=Kind.SMS, people=40, messages=40, hits=hits, hits_squared=hits,
        hits_messages=hits, messages_squared=40,
    )  # fmt: skip
    found = level(some)
    exact = binomtest(hits, 40).proportion_ci(method="wilson")
    assert found.interval.low == pytest.approx(exact.low, abs=1e-9)
    assert found.interval.high == pytest.approx(exact.high, abs=1e-9)


def cell(segment: str, content: str, share: float, people: int, hits: int) -> Cell:
    return Cell(
        campaign="x", segment=segment, content=content, share=share, people=people, hits=hits
    )


def test_matched_content_is_held_against_that_of_others() -> None:
    some = [
        cell("a", "a", 0.5, 1_000, 100),
        cell("a", "b", 0.5, 1_000, 50),
        cell("b", "b", 0.5, 500, 60),
        cell("b", "a", 0.5, 500, 30),
    ]
    against_others = matched(some)
    assert against_others.interval.value == pytest.approx(2.0)
    at_random = matched(some, at_random=True)
    assert at_random.interval.value == pytest.approx(2 / 1.5)
    assert against_others.people == 3_000
    assert at_random.error is not None and against_others.error is not None
    assert at_random.error < against_others.error


def test_segments_that_nobody_else_was_compared_in_are_left_out() -> None:
    alone = [cell("a", "a", 0.5, 1_000, 100), cell("b", "a", 0.5, 1_000, 100)]
    assert matched(alone).interval.reason is NotShown.NO_PEOPLE


def estimate(low: float, high: float, people: int = 10_000) -> Estimate:
    return Estimate(
        interval=Interval(value=(low + high) / 2, low=low, high=high),
        people=people,
        hits=100,
        error=0.05,
        smallest=0.1,
    )


@pytest.mark.parametrize(
    ("claim", "low", "high", "standing", "because"),
    [
        ("personal-overall", 0.11, 0.25, Standing.SUPPORTED, Because.AGREES),
        ("personal-overall", 0.35, 0.60, Standing.SUPPORTED, Because.MORE),
        ("personal-overall", 0.02, 0.09, Standing.CONTRADICTED, Because.LESS),
        ("personal-overall", -0.05, 0.09, Standing.CONTRADICTED, Because.NOTHING),
        ("personal-overall", -0.30, -0.02, Standing.CONTRADICTED, Because.HARM),
        ("personal-overall", 0.02, 0.25, Standing.NOT_SHOWN, Because.SOME),
        ("personal-overall", -0.05, 0.25, Standing.NOT_ENOUGH_DATA, Because.FITS_BOTH),
        ("segmentation-double", 1.6, 2.3, Standing.SUPPORTED, Because.AGREES),
        ("segmentation-double", 1.3, 2.3, Standing.NOT_SHOWN, Because.SOME),
        ("segmentation-double", 1.7, 1.95, Standing.CONTRADICTED, Because.LESS),
        ("segmentation-double", 2.1, 2.6, Standing.SUPPORTED, Because.MORE),
        ("segmentation-double", 0.9, 1.1, Standing.CONTRADICTED, Because.NOTHING),
        ("segmentation-double", 0.5, 0.9, Standing.CONTRADICTED, Because.HARM),
        ("segmentation-double", 0.9, 2.5, Standing.NOT_ENOUGH_DATA, Because.FITS_BOTH),
        ("repeat-six", 1.5, 3.0, Standing.CONTRADICTED, Because.LESS),
        ("click-rate-20-30", 0.22, 0.26, Standing.SUPPORTED, Because.AGREES),
        ("click-rate-20-30", 0.40, 0.44, Standing.SUPPORTED, Because.MORE),
        ("click-rate-20-30", 0.05, 0.08, Standing.CONTRADICTED, Because.BELOW),
        ("click-rate-20-30", 0.18, 0.24, Standing.NOT_SHOWN, Because.OPEN),
        ("click-rate-20-30", 0.10, 0.34, Standing.NOT_ENOUGH_DATA, Because.WIDE),
        ("re-engagement-read", 0.77, 0.83, Standing.SUPPORTED, Because.AGREES),
        ("re-engagement-read", 0.60, 0.74, Standing.CONTRADICTED, Because.BELOW),
    ],
)
def test_the_rules_of_the_verdict(
    claim: str, low: float, high: float, standing: Standing, because: Because
) -> None:
    found = judge(BY_ID[claim], estimate(low, high))
    assert (found.standing, found.because) == (standing, because)
    decided = standing in (Standing.SUPPORTED, Standing.CONTRADICTED)
    assert (found.people_more == 0) or not decided


def test_a_handful_of_people_show_no_level() -> None:
    assert judge(BY_ID["click-rate-20-30"], estimate(0.0, 0.02, people=99)).because is Because.FEW


def test_without_data_the_shop_is_told_how_many_it_takes() -> None:
    nothing = Estimate(interval=Interval(reason=NotShown.NO_PEOPLE))
    known = judge(BY_ID["personal-messengers"], nothing, base=0.05)
    unknown = judge(BY_ID["personal-messengers"], nothing)
    assert (known.standing, known.because) == (Standing.NOT_TESTABLE, Because.NO_DATA)
    assert known.people_more is not None and 50_000 < known.people_more < 80_000
    assert unknown.people_more is None
    reads = judge(BY_ID["re-engagement-read"], nothing)
    assert reads.people_more is not None and 200 < reads.people_more < 300


def test_a_ratio_is_told_as_a_lift_where_a_lift_is_claimed() -> None:
    told = as_lift(ratio([arms(1_000, 120, 1_000, 100)]))
    assert told.interval.value == pytest.approx(0.2)
    assert told.smallest is not None and 0 < told.smallest < 1


def whole() -> Evidence:
    """A shop that has tried everything."""
    web, chat = (
        Arms(campaign=name, kind=kind, treated=20_000, treated_hits=2_400, control=20_000,
             control_hits=2_000)
        for name, kind in (("w", Kind.WEB), ("m", Kind.MESSENGERS))
    )  # fmt: skip
    seen = [
        Hits(kind=kind, people=1_000, messages=1_000, hits=hits, hits_squared=hits,
             hits_messages=hits, messages_squared=1_000)
        for kind, hits in ((Kind.MESSENGERS, 800), (Kind.EMAIL, 300), (None, 550))
    ]  # fmt: skip
    return Evidence(
        conversions=(web, chat),
        clicks=(chat,),
        again=(arms(10_000, 1_000, 5_000, 400),),
        clicked=tuple(seen),
        read_back=tuple(seen),
        base=0.05,
        campaigns=2,
        left_out=("broken",),
    )


def report() -> ClaimsReport:
    return claims_report(whole(), shop="Passion fruit", now=NOW)


def test_each_claim_is_tested_on_its_own_data() -> None:
    found = {one.claim.id: one for one in report().tested}
    assert list(found) == [claim.id for claim in CLAIMS]
    assert found["personal-web"].own.people == 40_000
    assert found["personal-apps"].judged.standing is Standing.NOT_TESTABLE
    assert found["personal-messengers"].judged.standing is Standing.SUPPORTED
    overall = found["personal-overall"]
    assert overall.own.people == 80_000 and overall.own.campaigns == 2
    assert [one.name for one in overall.beside] == ["web", "messengers"]
    assert found["repeat-six"].judged.because is Because.LESS
    read = found["re-engagement-read"]
    assert read.own.interval.value == 0.8 and read.judged.standing is Standing.SUPPORTED
    assert [(one.name, one.own.interval.value) for one in read.beside] == [("email", 0.3)]
    assert found["re-engagement-click"].judged.standing is Standing.NOT_TESTABLE
    rates = found["click-rate-20-30"]
    assert rates.own.interval.value == 0.55
    assert [one.name for one in rates.beside] == ["messengers", "email"]


def test_the_forms_hold_every_claim_and_survey() -> None:
    found = report()
    again = msgspec.json.decode(forms.to_json(found), type=ClaimsReport)
    assert again == found
    table = forms.to_csv(found)
    for claim in CLAIMS:
        assert claim.id in table and claim.source in table
    assert "stated-90" in table and "NaN" not in table and "nan" not in table


def test_every_test_has_a_claim() -> None:
    assert {claim.against for claim in CLAIMS} == set(Against)
    assert {claim.scale for claim in CLAIMS} == set(Scale)
    assert set(METHODS) == set(Against)
    for method in METHODS.values():
        assert method.own_data and method.estimator and method.needs
    assert all(isinstance(claim, Claim) for claim in CLAIMS)
