"""The report of a campaign: who is compared with whom, what is counted, what is refused."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import timedelta

import polars as pl
import pytest
from scipy.stats import norm

from maracuja.errors import BadInput
from maracuja.model import micros
from maracuja.stats.intervals import NotShown
from maracuja.stats.report import LiftReport, NoteCode, lift_report
from maracuja.stats.units import Held
from maracuja.stats.verdict import Finding, NotYet
from tests.unit.stats.audience import NOW, plan, units


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return units()


@pytest.fixture(scope="module")
def report(people: pl.DataFrame) -> LiftReport:
    return lift_report(people, plan(), now=NOW)


def test_the_primary_lift_compares_would_have_been_sent_people(
    people: pl.DataFrame, report: LiftReport
) -> None:
    would = people.filter("would_send")
    sent, held = would.filter(held=""), would.filter(held="campaign")
    one, two = ((arm["converted"] > 0).mean() for arm in (sent, held))
    lift = report.primary.conversions.lift
    assert report.control is Held.CAMPAIGN
    assert report.primary.conversions.treated.n == len(sent)
    assert report.primary.conversions.control.n == len(held)
    assert lift.value == pytest.approx(one / two - 1)
    error = math.sqrt((1 - one) / (one * (len(sent) - 1)) + (1 - two) / (two * (len(held) - 1)))
    assert lift.low == pytest.approx(one / two * math.exp(-norm.ppf(0.975) * error) - 1)


def test_the_whole_audience_stands_beside_it(people: pl.DataFrame, report: LiftReport) -> None:
    whole = report.whole.conversions
    assert whole.treated.n == len(people.filter(held=""))
    assert whole.control.n == len(people.filter(held="campaign"))
    # A fifth of the audience is out of reach of the campaign, so its effect is thinner.
    assert whole.lift.value < report.primary.conversions.lift.value  # type: ignore[operator]


def test_people_whom_no_campaign_reaches_are_a_comparison_of_their_own(
    people: pl.DataFrame, report: LiftReport
) -> None:
    assert report.programme is not None
    control = people.filter((pl.col("held") == "global") & pl.col("would_send"))
    assert report.programme.conversions.control.n == len(control)


def test_revenue_is_in_minor_units_and_adds_up(people: pl.DataFrame, report: LiftReport) -> None:
    revenue = report.primary.revenue
    sent = people.filter(pl.col("would_send") & (pl.col("held") == ""))
    assert revenue.treated.sum == sent["revenue"].sum()
    assert revenue.extra.value == pytest.approx(revenue.difference.value * len(sent))  # type: ignore[operator]


def test_each_variant_stands_against_all_held_people(report: LiftReport) -> None:
    assert [lifts.variant for lifts in report.variants] == ["generic", "personal"]
    for lifts in report.variants:
        assert lifts.conversions.control == report.primary.conversions.control
    treated = sum(lifts.conversions.treated.n for lifts in report.variants)
    assert treated == report.primary.conversions.treated.n


def test_clicks_are_compared_with_the_twin_only(people: pl.DataFrame, report: LiftReport) -> None:
    (twins,) = report.twins
    assert (twins.variant, twins.twin) == ("personal", "generic")
    assert twins.clicks is not None
    rates = people.group_by("variant").agg(pl.col("clicked").mean()).sort("variant")["clicked"]
    assert twins.clicks.lift.value == pytest.approx(rates[1] / rates[0] - 1)
    untold = lift_report(people.with_columns(clicked=None), plan(), now=NOW)
    assert untold.twins[0].clicks is None


def test_what_a_channel_does_not_tell_is_unknown_and_never_zero(report: LiftReport) -> None:
    receipts = report.arms[0].receipts
    assert receipts["delivered"].value == pytest.approx(0.97, abs=0.01)
    for name in ("read", "replied", "complained"):
        assert (receipts[name].count, receipts[name].value) == (None, None)


def test_held_arms_have_orders_but_no_receipts(report: LiftReport) -> None:
    names = [(arm.held.value, arm.variant) for arm in report.arms]
    assert names == [("", ""), ("", "generic"), ("", "personal"), ("campaign", ""), ("global", "")]
    for arm in report.arms:
        assert arm.orders.decision_time is not None
        assert (arm.receipts == {}) == (arm.held is not Held.SENT)


def test_orders_are_recounted(people: pl.DataFrame, report: LiftReport) -> None:
    sent = people.filter(pl.col("would_send") & (pl.col("held") == ""))
    orders = report.arms[0].orders
    assert orders.average_order == sent["revenue"].sum() / sent["converted"].sum()
    assert orders.repeat.count == (sent["converted"] > 1).sum()
    assert orders.repeat.of == orders.buyers == (sent["converted"] > 0).sum()
    assert orders.decision_time is not None
    assert orders.decision_time.median_s == pytest.approx(sent["first_conversion_s"].median())


def test_the_audience_adds_up(people: pl.DataFrame, report: LiftReport) -> None:
    audience = report.audience
    assert audience.people == len(people)
    assert audience.would_send + sum(audience.left_out.values()) == audience.people
    assert audience.left_out == {"no_consent": people.filter(~pl.col("would_send")).height}


def test_facts_known_before_are_causal_and_the_rest_descriptive(report: LiftReport) -> None:
    (city,) = report.breakdowns
    assert (city.fact, [row.value for row in city.rows]) == ("city", ["Kyiv", "London"])
    assert city.differ_p is not None
    assert sum(row.conversions.treated.n for row in city.rows) == report.arms[0].orders.people
    assert [table.fact for table in report.descriptions] == ["device", "clicked"]
    for table in report.descriptions:
        assert sum(row.conversions.of for row in table.rows) == report.audience.sent


def test_several_would_be_channels_are_a_causal_breakdown(people: pl.DataFrame) -> None:
    two = people.with_columns(channel=pl.when(pl.col("pid") % 3 == 0).then(pl.lit("sms")))
    report = lift_report(two, plan(facts=()), now=NOW)
    assert [table.fact for table in report.breakdowns] == ["channel"]


def test_it_is_proven_after_the_window_and_the_arms_are_sound(report: LiftReport) -> None:
    assert report.final
    assert report.trusted
    assert [ratio.name for ratio in report.sample_ratios] == ["audience", "would_send", "variants"]
    assert report.verdict.finding is Finding.PROVEN
    assert report.notes == ()


def test_before_the_window_closes_the_anytime_interval_decides(people: pl.DataFrame) -> None:
    closes = micros(NOW + timedelta(seconds=1))
    report = lift_report(people, plan(closes_us=closes), now=NOW)
    assert not report.final
    assert report.verdict.interval == report.primary.conversions.lift_anytime
    assert [note.code for note in report.notes] == [NoteCode.WINDOW_OPEN]


@pytest.mark.parametrize(("every", "warned"), [(10, False), (5, True)])
def test_who_read_neutral_words_is_counted_and_pointed_at_where_they_are_many(
    people: pl.DataFrame, every: int, warned: bool
) -> None:
    unsaid = pl.when("would_send").then(pl.col("pid") % every == 0)
    report = lift_report(people.with_columns(neutral=unsaid), plan(), now=NOW)
    audience = report.audience
    assert audience.named + audience.neutral == audience.sent
    assert audience.neutral / audience.sent == pytest.approx(1 / every, rel=0.1)
    notes = {note.code: note.people for note in report.notes}
    assert notes == ({NoteCode.NEUTRAL_WORDS: audience.neutral} if warned else {})


def test_texts_that_look_up_no_words_count_none(people: pl.DataFrame) -> None:
    audience = lift_report(people, plan(), now=NOW).audience
    assert (audience.named, audience.neutral) == (0, 0)


def test_arms_of_impossible_sizes_raise_the_alarm(people: pl.DataFrame) -> None:
    lossy = people.filter((pl.col("held") != "campaign") | (pl.col("pid") % 5 > 0))
    report = lift_report(lossy, plan(), now=NOW)
    assert not report.trusted
    assert report.verdict.why_not_yet is NotYet.SAMPLE_RATIO
    assert report.notes[0].code is NoteCode.SAMPLE_RATIO


def test_a_campaign_without_its_own_holdout_uses_the_global_one(people: pl.DataFrame) -> None:
    others = people.filter(pl.col("held") != "campaign")
    report = lift_report(others, plan(shares={"": 0.8, "global": 0.05}), now=NOW)
    assert report.control is Held.GLOBAL
    assert report.programme is None
    assert report.notes[0].code is NoteCode.GLOBAL_AS_CONTROL
    assert report.primary.conversions.control.n == report.notes[0].people


def test_without_any_control_it_describes_but_proves_nothing(people: pl.DataFrame) -> None:
    report = lift_report(people.filter(held=""), plan(shares={"": 1.0}), now=NOW)
    assert report.verdict.why_not_yet is NotYet.NO_CONTROL
    assert report.primary.conversions.lift.reason is NotShown.NO_PEOPLE
    assert [note.code for note in report.notes] == [NoteCode.NO_CONTROL]
    assert report.arms[0].orders.buyers > 0


def test_people_merged_across_arms_are_counted_aloud(people: pl.DataFrame) -> None:
    flagged = people.with_columns(merged_across_arms=pl.col("pid") <= 7)
    (note,) = lift_report(flagged, plan(), now=NOW).notes
    assert (note.code, note.people) == (NoteCode.MERGED_ACROSS_ARMS, 7)


def test_an_empty_audience_gives_a_report(people: pl.DataFrame) -> None:
    report = lift_report(people.clear(), plan(), now=NOW)
    assert report.audience.people == 0
    assert report.verdict.why_not_yet is NotYet.NO_CONTROL


def test_the_order_of_rows_changes_nothing(people: pl.DataFrame, report: LiftReport) -> None:
    shuffled = people.sample(fraction=1.0, shuffle=True, seed=3)
    assert lift_report(shuffled, plan(), now=NOW) == report


def test_a_needless_column_and_absent_optional_ones_do_not_matter(people: pl.DataFrame) -> None:
    bare = people.select("pid", "held", "would_send", "converted", "revenue")
    report = lift_report(
        bare.with_columns(more=1), plan(facts=(), descriptive=(), variants={}), now=NOW
    )
    assert report.variants == ()
    assert report.arms[0].orders.decision_time is None
    assert report.arms[0].receipts["clicked"].value is None


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (lambda f: f.drop("would_send"), "units"),
        (lambda f: f.drop("city"), "units"),
        (lambda f: f.with_columns(held=pl.lit("both")), "units.held"),
        (lambda f: f.with_columns(revenue=None), "units.revenue"),
        (lambda f: pl.concat([f, f.head(1)]), "units.pid"),
    ],
)
def test_a_wrong_frame_is_refused_with_place_and_remedy(
    people: pl.DataFrame, spoil: object, where: str
) -> None:
    with pytest.raises(BadInput) as refused:
        lift_report(spoil(people), plan(), now=NOW)  # type: ignore[operator]
    assert refused.value.where == where
    assert refused.value.fix


def test_the_known_effect_is_found_in_most_audiences() -> None:
    found = [
        lift_report(units(seed=seed), plan(), now=NOW).primary.conversions.lift
        for seed in range(40)
    ]
    covered = sum(lift.low <= 0.5 <= lift.high for lift in found)  # type: ignore[operator]
    assert covered >= 35


def test_importing_the_room_loads_nothing_heavy() -> None:
    code = (
        "import sys, maracuja.stats;"
        "print({'polars', 'numpy', 'scipy', 'babel'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout == "set()\n"


def test_scipy_is_loaded_only_when_a_report_needs_it() -> None:
    code = "import sys, maracuja.stats.report; print('scipy' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout == "False\n"
