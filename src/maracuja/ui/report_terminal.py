"""The report in the terminal: the same findings as on the page, as rich renderables."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from maracuja.stats import words
from maracuja.stats.compare import Comparison
from maracuja.stats.rates import UNKNOWN
from maracuja.stats.report import Arm, LiftReport, Truth
from maracuja.stats.units import Held
from maracuja.stats.verdict import Finding
from maracuja.ui import report_cascade, report_clicks, report_experiment, report_polls, report_wear
from maracuja.ui import report_words as say

_COLOURS = {Finding.PROVEN: "green", Finding.NOT_YET: "yellow", Finding.HARMFUL: "red"}
_SIGNS = {1: "bold green", 0: "bold", -1: "bold red"}
_NAME_WIDTH = 24


def terminal(report: LiftReport, language: str = "en") -> RenderableType:
    """The report in en, ru, uk or mn for `Console.print`; BadInput for another language."""
    words.checked_language(language)
    parts: list[RenderableType] = [
        _head(report, language),
        _verdict(report, language),
        *(Text(f"! {say.said_note(note, language)}", style="yellow") for note in report.notes),
        *_effects(report, language),
    ]
    if report.plan.truth:
        parts.append(_truth(report.plan.truth, language))
    parts += report_experiment.terminal(report, language)
    if report.cascade is not None:
        parts += [*report_cascade.terminal(report.cascade, report.plan.currency, language)]
    parts += report_polls.terminal(report.polls, language)
    if report.wear_out is not None:
        parts += report_wear.terminal(report.wear_out, language)
    parts += report_clicks.terminal(report.after_click, report.plan.currency, language)
    parts += [_arms(report, language), *_breakdowns(report, language)]
    parts += [*_descriptions(report, language), _trust(report, language)]
    return Group(*(line for part in parts for line in (part, Text())))


def brief(report: LiftReport, language: str) -> Group:
    """Only what it is about, and what it was worth."""
    return Group(_head(report, language), _verdict(report, language))


def tried(report: LiftReport, language: str) -> Group:
    """Only what it is about, and how its test went."""
    return Group(_head(report, language), *report_experiment.terminal(report, language))


def _head(report: LiftReport, language: str) -> Text:
    people = words.counted(report.audience.people, "person", language)
    state = say.label("final" if report.final else "open", language)
    head = Text.assemble(
        (report.plan.name, "bold magenta"), f"\n{say.dates(report, language)} · {people} · {state}"
    )
    if report.audience.named or report.audience.neutral:
        head.append(f"\n{say.words_told(report.audience, language)}")
    return head


def _verdict(report: LiftReport, language: str) -> Panel:
    verdict = report.verdict
    lines = words.say(verdict, report.primary.conversions, language, alpha=report.plan.alpha)
    return Panel("\n".join(lines), border_style=_COLOURS[verdict.finding], expand=False)


def _effects(report: LiftReport, language: str) -> Sequence[Table]:
    """A table for each measure, so that every lift stands on one line of a narrow terminal."""
    rows = [(say.label("primary", language), report.primary)]
    rows += [
        (f"{say.label('variant', language)} {lifts.variant}", lifts) for lifts in report.variants
    ]
    rows.append((say.label("whole", language), report.whole))
    if report.programme:
        rows.append((say.label("programme", language), report.programme))
    currencies = {"conversions": "", "revenue": report.plan.currency}
    tables = []
    for measure, currency in currencies.items():
        table = _small(f"{say.label('lift', language)}: {say.label(measure, language).lower()}")
        table.add_column(justify="right", no_wrap=True)
        for name, lifts in rows:
            effect = lifts.conversions if measure == "conversions" else lifts.revenue
            table.add_row(
                name,
                _lift(effect, report, language),
                _extra(effect, report, language, currency),
            )
        tables.append(table)
    for twins in report.twins:
        table = _small(f"{twins.variant} / {twins.twin}")
        for comparison in (twins.clicks, twins.conversions):
            if comparison is not None:
                name = say.label(comparison.measure.value, language)
                table.add_row(name, _lift(comparison, report, language))
        tables.append(table)
    return tables


def _lift(comparison: Comparison, report: LiftReport, language: str) -> Text:
    interval = comparison.lift_as_of(final=report.final)
    value, ends = say.lift_texts(interval, language)
    style = _SIGNS[interval.sign if report.trusted else 0] if ends else "dim"
    return Text.assemble((value, style), f" {ends}")


def _extra(comparison: Comparison, report: LiftReport, language: str, currency: str) -> str:
    return say.count_texts(comparison.extra_as_of(final=report.final), language, currency)[0]


def _truth(truth: Truth, language: str) -> Text:
    lift = words.percent(truth.lift, language, signed=True)
    extra = words.counted(truth.extra_conversions, "conversion", language, signed=True)
    return Text(f"◇ {say.label('truth', language)}: {lift}, {extra}", style="cyan")


def _arms(report: LiftReport, language: str) -> Table:
    """A column for each arm, so that narrow terminals can show it."""
    table = Table(
        title=say.label("arms", language), title_justify="left", box=None, pad_edge=False
    )
    table.add_column("", no_wrap=True)
    for arm in report.arms:
        table.add_column(say.arm_name(arm, language), justify="right")
    figures = [_arm_figures(arm, report.plan.currency, language) for arm in report.arms]
    for key in figures[0]:
        table.add_row(say.label(key, language), *(column[key] for column in figures))
    return table


def _arm_figures(arm: Arm, currency: str, language: str) -> dict[str, str]:
    """The figures of one arm by label, "–" where they make no sense."""
    orders = arm.orders
    rate, order, took = orders.conversion_rate, orders.average_order, orders.decision_time
    figures = {"people_head": words.number(orders.people, language)}
    for name in ("delivered", "read", "clicked", "replied", "unsubscribed", "complained"):
        told = say.rate_text(arm.receipts.get(name, UNKNOWN), language, 2)
        figures[name] = told if arm.held is Held.SENT else "–"
    return figures | {
        "conversion_rate": "–" if rate is None else words.percent(rate, language, 2),
        "average_order": "–" if order is None else words.money(order, currency, language),
        "repeat": "–" if orders.repeat.value is None else say.rate_text(orders.repeat, language),
        "decision_time": "–" if took is None else words.duration(took.median_s, language),
    }


def _breakdowns(report: LiftReport, language: str) -> Sequence[Table]:
    tables = []
    for breakdown in report.breakdowns:
        fact = say.fact_name(breakdown.fact, language)
        title = say.label("breakdown", language).format(fact=fact)
        table = _small(f"{title} ({say.label('causal', language)})")
        expected = report_experiment.shrunken(breakdown, language)
        if any(expected):
            table.add_column()
        for row, next_time in zip(breakdown.rows, expected, strict=True):
            interval = row.conversions.lift_as_of(final=report.final)
            value, ends = say.lift_texts(interval, language)
            style = _SIGNS[row.shown if report.trusted else 0] if ends else "dim"
            shown = Text.assemble((value, style), f" {ends}")
            table.add_row(say.fact_value(row.value, language), shown, next_time)
        table.caption = report_experiment.differs(breakdown, report, language)
        table.caption_justify = "left"
        tables.append(table)
    return tables


def _descriptions(report: LiftReport, language: str) -> Sequence[Table]:
    tables = []
    for description in report.descriptions:
        fact = say.fact_name(description.fact, language)
        title = say.label("description", language).format(fact=fact)
        table = _small(f"{title} ({say.label('descriptive', language)})")
        for row in description.rows:
            table.add_row(
                say.fact_value(row.value, language),
                f"{say.rate_text(row.conversions, language, 2)} "
                f"({words.counted(row.conversions.of, 'person', language)})",
            )
        tables.append(table)
    return tables


def _trust(report: LiftReport, language: str) -> Text:
    lines = Text()
    for ratio in report.sample_ratios:
        key, style = ("ratio_alarm", "red") if ratio.alarm else ("ratio_good", "green")
        lines.append("✗ " if ratio.alarm else "✓ ", style=style)
        lines.append(
            f"{say.label(key, language)} ({say.label(f'ratio_{ratio.name}', language)}), "
            f"{say.p_text(ratio.p, language)}\n"
        )
    return lines


def _small(title: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, show_header=False)
    table.add_column(min_width=_NAME_WIDTH)
    table.add_column(no_wrap=True)
    return table
