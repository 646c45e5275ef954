"""The report of a campaign's lift: a pure function of one row per person of its audience.

It never compares people sent to with people not sent to: both arms are read at their would-be
moment, and whoever would not have been sent to counts only in the whole audience.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
import polars as pl

from maracuja.model import Record, micros
from maracuja.stats import rates
from maracuja.stats.adjusting import AdjustedLift
from maracuja.stats.after_click import AfterClick
from maracuja.stats.breakdown import Breakdown, Description, breakdowns, description
from maracuja.stats.cascade import CascadeTold
from maracuja.stats.compare import Comparison, Measure, compare
from maracuja.stats.experiment import ExperimentTold
from maracuja.stats.moments import NOBODY, SufficientStatistics, by_group
from maracuja.stats.polls import PollTold
from maracuja.stats.rates import Orders, Rate
from maracuja.stats.sample_ratio import SampleRatio, sample_ratio
from maracuja.stats.units import Held, checked_units
from maracuja.stats.verdict import LiftVerdict, judge
from maracuja.stats.wear_out import WearOut

NEUTRAL_WARNED: Final = 0.15
"""The share of people with neutral words from which a dry run and a report point at it."""


class Truth(Record, frozen=True):
    """What a simulator knows: the true relative lift, and the true number of extra conversions."""

    lift: float
    extra_conversions: float


class ReportPlan(Record, frozen=True):
    """What was decided before the first look, and the names to show.

    `shares` are the draw's shares of the arms ('' sent, 'campaign', 'global'), `variants` those of
    the variants; `twin` names the generic variant. `n_star` is the number of people of both arms
    stored at launch for looks before the end. `closes_us` is when the last conversion window ends.
    `facts` are columns known before assignment, `descriptive` columns known only afterwards.
    """

    campaign: str
    name: str
    goal: str
    goal_kind: str
    currency: str
    started_us: int
    closes_us: int
    window_s: int
    shares: dict[str, float]
    variants: dict[str, float] = msgspec.field(default_factory=dict)
    twin: str = ""
    n_star: int | None = None
    alpha: float = 0.05
    facts: tuple[str, ...] = ()
    descriptive: tuple[str, ...] = ()
    truth: Truth | None = None


class Audience(Record, frozen=True):
    """How many people there were, and where they went; `left_out` counts by the gate's reason.

    Of the people sent to, `named` read every word about them, `neutral` a neutral one instead of
    some: a name, a gender or a city was not sure. Both are 0 where the texts look up no words.
    """

    people: int
    would_send: int
    sent: int
    held_campaign: int
    held_global: int
    left_out: dict[str, int]
    named: int = 0
    neutral: int = 0


class Arm(Record, frozen=True):
    """People who would have been sent to, of one arm; `variant` is '' for all of them.

    `receipts` are rates among the people sent to: empty for held arms.
    """

    held: Held
    variant: str
    sent: int
    orders: Orders
    receipts: dict[str, Rate]


class Lifts(Record, frozen=True):
    """Conversions and revenue of the same two sets of people; `variant` is '' for all variants."""

    variant: str
    conversions: Comparison
    revenue: Comparison


class TwinLifts(Record, frozen=True):
    """A personal variant against the generic twin, both really sent: so clicks compare too."""

    variant: str
    twin: str
    clicks: Comparison | None  # None where the channel does not tell clicks
    conversions: Comparison
    revenue: Comparison


class NoteCode(StrEnum):
    """What a reader has to know about these numbers: a closed list."""

    WINDOW_OPEN = "window_open"
    SAMPLE_RATIO = "sample_ratio"
    MERGED_ACROSS_ARMS = "merged_across_arms"
    GLOBAL_AS_CONTROL = "global_as_control"
    NO_CONTROL = "no_control"
    NEUTRAL_WORDS = "neutral_words"


class Note(Record, frozen=True):
    """A note and the number of people it is about, where it is about people."""

    code: NoteCode
    people: int | None = None


class LiftReport(Record, frozen=True):
    """Everything that the report shows.

    `primary` compares would-have-been-sent people with the control `control`; `whole` compares the
    whole audience; `programme` compares would-have-been-sent people with the global control group,
    who never hear from any campaign. `variants` are against the same control as `primary`.
    """

    plan: ReportPlan
    made_us: int
    final: bool
    control: Held
    verdict: LiftVerdict
    audience: Audience
    arms: tuple[Arm, ...]
    primary: Lifts
    whole: Lifts
    programme: Lifts | None
    variants: tuple[Lifts, ...]
    twins: tuple[TwinLifts, ...]
    breakdowns: tuple[Breakdown, ...]
    descriptions: tuple[Description, ...]
    sample_ratios: tuple[SampleRatio, ...]
    notes: tuple[Note, ...]
    cascade: CascadeTold | None = None  # what each of its channels did
    polls: tuple[PollTold, ...] = ()  # what people answered
    wear_out: WearOut | None = None  # by how often people had got its text or tactic before
    after_click: tuple[AfterClick, ...] = ()  # purchases after a click: no proof
    experiment: ExperimentTold | None = None  # how its test stands
    adjusted: tuple[AdjustedLift, ...] = ()  # lifts with the noise of people's past taken out

    @property
    def trusted(self) -> bool:
        """Whether the arms have plausible sizes; else no figure may be shown as a finding."""
        return not any(ratio.alarm for ratio in self.sample_ratios)


def lift_report(units: pl.DataFrame, plan: ReportPlan, *, now: datetime) -> LiftReport:
    """The report of `units`, one row per person of the audience (columns: units.py).

    `now` (aware, UTC) decides whether the window has closed, and with that which interval the
    verdict stands on. BadInput when a column is missing or says what it cannot.
    """
    people = checked_units(units, plan.facts + plan.descriptive)
    would = people.filter(pl.col("would_send"))
    final = micros(now) >= plan.closes_us
    compared = would.filter(pl.col("tested"))
    control = _control(would, plan)
    ratios = _sample_ratios(people, would, compared, plan)
    primary = _lifts(would, control, plan)
    alarm = any(ratio.alarm for ratio in ratios)
    arms = _arms(would, compared, plan)
    audience = _audience(people)
    return LiftReport(
        plan=plan,
        made_us=micros(now),
        final=final,
        control=control,
        verdict=judge(primary.conversions, final=final, ratio_alarm=alarm, alpha=plan.alpha),
        audience=audience,
        arms=arms,
        primary=primary,
        whole=_lifts(people, control, plan),
        programme=_lifts(would, Held.GLOBAL, plan)
        if control is Held.CAMPAIGN and plan.shares.get(Held.GLOBAL)
        else None,
        variants=_variants(compared, control, plan),
        twins=_twins(compared, plan),
        breakdowns=_breakdowns(would, control, plan, final=final),
        descriptions=_descriptions(would, plan),
        sample_ratios=ratios,
        notes=_notes(people, audience, control, primary, final=final, alarm=alarm),
    )


def _control(would: pl.DataFrame, plan: ReportPlan) -> Held:
    """The campaign's own holdout; where it has none, the global control group."""
    if plan.shares.get(Held.CAMPAIGN) or (would["held"] == Held.CAMPAIGN).any():
        return Held.CAMPAIGN
    return Held.GLOBAL


def _sample_ratios(
    people: pl.DataFrame, would: pl.DataFrame, compared: pl.DataFrame, plan: ReportPlan
) -> tuple[SampleRatio, ...]:
    """Arms in the whole audience and after the gates, and variants on whom they are compared."""
    checks = [
        ("audience", people["held"], plan.shares),
        ("would_send", would["held"], plan.shares),
        ("variants", compared["variant"].replace("", None).drop_nulls(), plan.variants),
    ]
    return tuple(
        sample_ratio(_counts(column), shares, name=name)
        for name, column, shares in checks
        if len(shares) > 1 and len(column)
    )


def _counts(column: pl.Series) -> dict[str, int]:
    frame = column.to_frame("value").group_by("value").len().sort("value")
    return dict(frame.iter_rows())


def _lifts(people: pl.DataFrame, control: Held, plan: ReportPlan, variant: str = "") -> Lifts:
    """People not held (of one variant) against people held as `control` (of any variant).

    The variant was drawn without looking at the person, so all held people stand for each.
    """
    mine = pl.col("held") == Held.SENT
    if variant:
        mine = mine & (pl.col("variant") == variant)
    arms = people.filter(mine | (pl.col("held") == control))
    groups = by_group(arms, ["held"], [Measure.CONVERSIONS, Measure.REVENUE])
    treated, held = groups.get((Held.SENT,), {}), groups.get((control,), {})
    return Lifts(
        variant=variant,
        conversions=_compare(Measure.CONVERSIONS, treated, held, plan),
        revenue=_compare(Measure.REVENUE, treated, held, plan),
    )


def _compare(
    measure: Measure,
    treated: dict[str, SufficientStatistics],
    control: dict[str, SufficientStatistics],
    plan: ReportPlan,
) -> Comparison:
    return compare(
        measure,
        treated.get(measure, NOBODY),
        control.get(measure, NOBODY),
        n_star=plan.n_star,
        alpha=plan.alpha,
    )


def _variants(would: pl.DataFrame, control: Held, plan: ReportPlan) -> tuple[Lifts, ...]:
    names = _variant_names(would)
    return tuple(_lifts(would, control, plan, name) for name in names) if len(names) > 1 else ()


def _variant_names(would: pl.DataFrame) -> list[str]:
    names: list[str] = would["variant"].unique().sort().to_list()
    return [name for name in names if name]


def _twins(would: pl.DataFrame, plan: ReportPlan) -> tuple[TwinLifts, ...]:
    """Each personal variant against the generic twin, among people not held."""
    names = _variant_names(would)
    if plan.twin not in names:
        return ()
    sent = would.filter(pl.col("held") == Held.SENT)
    told = "clicked" in sent.columns and sent["clicked"].count() > 0
    measures = [Measure.CONVERSIONS, Measure.REVENUE]
    if told:
        sent = sent.with_columns(pl.col("clicked").alias(Measure.CLICKS))
        measures.append(Measure.CLICKS)
    groups = by_group(sent, ["variant"], measures)
    twin = groups.get((plan.twin,), {})
    return tuple(
        TwinLifts(
            variant=name,
            twin=plan.twin,
            clicks=_compare(Measure.CLICKS, mine, twin, plan) if told else None,
            conversions=_compare(Measure.CONVERSIONS, mine, twin, plan),
            revenue=_compare(Measure.REVENUE, mine, twin, plan),
        )
        for name in names
        if name != plan.twin
        for mine in [groups.get((name,), {})]
    )


def _breakdowns(
    would: pl.DataFrame, control: Held, plan: ReportPlan, *, final: bool
) -> tuple[Breakdown, ...]:
    held = pl.col("held")
    both = would.filter((held == Held.SENT) | (held == control))
    both = both.with_columns(treated=held == Held.SENT)
    facts = [*plan.facts]
    if both["channel"].n_unique() > 1:
        facts.append("channel")
    return breakdowns(both, facts, n_star=plan.n_star, final=final, alpha=plan.alpha)


def _descriptions(would: pl.DataFrame, plan: ReportPlan) -> tuple[Description, ...]:
    sent = would.filter(pl.col("sent"))
    facts = [*plan.descriptive]
    if "clicked" in sent.columns and sent["clicked"].count():
        facts.append("clicked")
    return tuple(description(sent, fact) for fact in facts)


def _audience(people: pl.DataFrame) -> Audience:
    counts = _counts(people["held"])
    neutral = people.filter(pl.col("sent"))["neutral"].drop_nulls()
    return Audience(
        people=len(people),
        would_send=int(people["would_send"].sum()),
        sent=int(people["sent"].sum()),
        held_campaign=counts.get(Held.CAMPAIGN, 0),
        held_global=counts.get(Held.GLOBAL, 0),
        left_out=_counts(people.filter(~pl.col("would_send"))["reason"]),
        named=int((~neutral).sum()),
        neutral=int(neutral.sum()),
    )


def _arms(would: pl.DataFrame, compared: pl.DataFrame, plan: ReportPlan) -> tuple[Arm, ...]:
    """Everybody not held, each variant where there are several, then the held arms."""
    names = _variant_names(compared)
    treated, tested = (one.filter(pl.col("held") == Held.SENT) for one in (would, compared))
    arms = [_arm(treated, Held.SENT, "")]
    if len(names) > 1:
        arms += [_arm(tested.filter(pl.col("variant") == name), Held.SENT, name) for name in names]
    return (
        *arms,
        *(
            _arm(would.filter(pl.col("held") == held), held, "")
            for held in (Held.CAMPAIGN, Held.GLOBAL)
            if plan.shares.get(held) or (would["held"] == held).any()
        ),
    )


def _arm(people: pl.DataFrame, held: Held, variant: str) -> Arm:
    sent = people.filter(pl.col("sent"))
    return Arm(
        held=held,
        variant=variant,
        sent=len(sent),
        orders=rates.orders(people),
        receipts=rates.receipts(sent) if held is Held.SENT else {},
    )


def _notes(
    people: pl.DataFrame,
    audience: Audience,
    control: Held,
    primary: Lifts,
    *,
    final: bool,
    alarm: bool,
) -> tuple[Note, ...]:
    merged = int(people["merged_across_arms"].sum())
    nobody = not primary.conversions.control.n
    neutral, worded = audience.neutral, audience.named + audience.neutral
    notes = [
        (alarm, Note(code=NoteCode.SAMPLE_RATIO)),
        (not final, Note(code=NoteCode.WINDOW_OPEN)),
        (nobody, Note(code=NoteCode.NO_CONTROL)),
        (
            control is Held.GLOBAL and not nobody,
            Note(code=NoteCode.GLOBAL_AS_CONTROL, people=primary.conversions.control.n),
        ),
        (
            neutral > NEUTRAL_WARNED * worded,
            Note(code=NoteCode.NEUTRAL_WORDS, people=neutral),
        ),
        (merged > 0, Note(code=NoteCode.MERGED_ACROSS_ARMS, people=merged)),
    ]
    return tuple(note for holds, note in notes if holds)
