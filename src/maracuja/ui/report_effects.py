"""The parts of the page that show effects: intervals on one scale, row under row.

They never colour an interval that holds zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from maracuja.stats import words
from maracuja.stats.breakdown import Breakdown
from maracuja.stats.compare import Comparison
from maracuja.stats.intervals import Interval
from maracuja.stats.report import LiftReport, TwinLifts
from maracuja.ui import report_svg as svg
from maracuja.ui import report_words as say
from maracuja.ui.report_experiment import differs, shrunken

Row = tuple[str, Interval, str, float | None]  # name, interval, tone, simulator's truth


def lift_card(report: LiftReport, language: str) -> str:
    """Lift in conversions and revenue: primary, variants, whole audience, programme."""
    truth = report.plan.truth
    groups: list[tuple[str, list[Row]]] = []
    for measure in ("conversions", "revenue"):
        true_lift = truth.lift if truth and measure == "conversions" else None
        rows = [
            _row(
                say.label("primary", language), getattr(report.primary, measure), report, true_lift
            )
        ]
        rows += [
            _row(
                f"{say.label('variant', language)} {lifts.variant}",
                getattr(lifts, measure),
                report,
            )
            for lifts in report.variants
        ]
        rows.append(_row(say.label("whole", language), getattr(report.whole, measure), report))
        if report.programme:
            beside = getattr(report.programme, measure)
            rows.append(_row(say.label("programme", language), beside, report))
        groups.append((say.label(measure, language), rows))
    note = say.label("lift_note", language)
    told = ""
    if truth:
        lift = words.percent(truth.lift, language, signed=True)
        extra = words.counted(truth.extra_conversions, "conversion", language, signed=True)
        told = (
            '<p class="note"><svg class="key" viewBox="-8 -8 16 16"><path class="truth" '
            'd="M0 -7 L6 0 L0 7 L-6 0 Z"/></svg> '
            f"{say.label('truth', language)}: {lift}, {escape(extra)}</p>"
        )
    return (
        f'<section class="card"><h2>{say.label("lift", language)}</h2>'
        f'<p class="note">{note}</p>{_forest(groups, language)}{told}</section>'
    )


def twins_card(report: LiftReport, language: str) -> str:
    """Personal variants against the generic twin; nothing where there is no twin."""
    if not report.twins:
        return ""
    groups = [
        (f"{twins.variant} / {twins.twin}", _twin_rows(twins, report, language))
        for twins in report.twins
    ]
    return (
        f'<section class="card"><h2>{say.label("twins", language)}</h2>'
        f'<p class="note">{say.label("twins_note", language)}</p>'
        f"{_forest(groups, language)}</section>"
    )


def _twin_rows(twins: TwinLifts, report: LiftReport, language: str) -> list[Row]:
    return [
        _row(say.label(comparison.measure.value, language), comparison, report)
        for comparison in (twins.clicks, twins.conversions, twins.revenue)
        if comparison is not None
    ]


def _row(name: str, comparison: Comparison, report: LiftReport, truth: float | None = None) -> Row:
    interval = comparison.lift_as_of(final=report.final)
    return name, interval, svg.tone(interval.sign, trusted=report.trusted), truth


def _forest(
    groups: Sequence[tuple[str, Sequence[Row]]],
    language: str,
    *,
    parts: int = 5,
    labels_max: int = 7,
) -> str:
    """Rows of intervals on one scale of so many parts, under the names of their groups."""
    rows = [row for _, group in groups for row in group]
    scale = svg.axis(
        [interval for _, interval, _, _ in rows],
        [truth for *_, truth in rows if truth is not None],
        parts=parts,
    )
    lines = ""
    for title, group in groups:
        lines += f'<div class="group">{escape(title)}</div>' if title else ""
        for name, interval, tone, truth in group:
            value, ends = say.lift_texts(interval, language)
            value = f'<b class="{tone}">{escape(value)}</b>' if ends else escape(value)
            lines += (
                f'<div class="name">{escape(name)}</div>'
                f'<div class="plot">{svg.strip(interval, scale, tone, truth)}</div>'
                f'<div class="figure">{value} <small>{escape(ends)}</small></div>'
            )
    step = scale.ticks[1] - scale.ticks[0]
    every = 2 if len(scale.ticks) > labels_max else 1
    texts = [
        words.percent(tick, language, 0 if step >= 0.01 else 1, signed=True)
        if round(tick / step) % every == 0
        else ""
        for tick in scale.ticks
    ]
    return (
        f'<div class="forest">{lines}<div class="gap"></div>'
        f'<div class="plot scale">{svg.ticks(scale, texts)}</div><div class="gap"></div></div>'
    )


def breakdown_card(table: Breakdown, report: LiftReport, language: str) -> str:
    """Lift by a fact known before the draw; coloured only what survives the correction."""
    title = say.label("breakdown", language).format(fact=say.fact_name(table.fact, language))
    rows: list[Row] = [
        (
            say.fact_value(row.value, language),
            row.conversions.lift_as_of(final=report.final),
            svg.tone(row.shown, trusted=report.trusted),
            None,
        )
        for row in table.rows
    ]
    note = f"{say.label('causal_note', language)} {differs(table, report, language)}".strip()
    expected = [
        f"{say.fact_value(row.value, language)}: {told}"
        for row, told in zip(table.rows, shrunken(table, language), strict=True)
        if told
    ]
    below = f'<p class="note">{escape("; ".join(expected))}</p>' if expected else ""
    return (
        f'<section class="card"><h2>{escape(title)} '
        f'<span class="pill accent">{say.label("causal", language)}</span></h2>'
        f'<p class="note">{escape(note)}</p>'
        f"{_forest([('', rows)], language, parts=3, labels_max=3)}{below}</section>"
    )
