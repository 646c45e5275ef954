"""The part of a report that tells of an experiment: its looks, its winner, harm, people's past.

It never shows the plain lift of a test that stopped early.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from babel.dates import format_datetime
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from maracuja.model import moment
from maracuja.stats import words
from maracuja.stats.adjusting import AdjustedLift
from maracuja.stats.breakdown import Breakdown
from maracuja.stats.experiment import ExperimentTold, LookTold
from maracuja.stats.intervals import Interval
from maracuja.stats.report import LiftReport
from maracuja.ui import report_words as say
from maracuja.ui.experiment_words import text

RUNNING, WON, UNDECIDED = "running", "won", "undecided"


class Sheet(NamedTuple):
    """A small table: its title, what stands above the columns, its rows, a note below."""

    title: str
    head: list[str]
    rows: list[list[str]]
    note: str = ""


def terminal(report: LiftReport, language: str) -> list[RenderableType]:
    """What is told, for a narrow terminal; nothing where there is neither test nor past."""
    found: list[RenderableType] = []
    if report.experiment is not None:
        found.append(Text("\n".join(sentences(report.experiment, report, language)), style="bold"))
    for sheet in sheets(report, language):
        table = Table(title=sheet.title, title_justify="left", box=None, pad_edge=False)
        table.show_header = any(sheet.head)
        for n, head in enumerate(sheet.head):
            table.add_column(head, justify="right" if n else "left", no_wrap=n == 0)
        for row in sheet.rows:
            table.add_row(*row)
        found += [table, Text(sheet.note, style="dim")] if sheet.note else [table]
    return found


def card(report: LiftReport, language: str) -> str:
    """The same as a card of the page."""
    told = report.experiment
    lines = sentences(told, report, language) if told is not None else []
    tables = "".join(_html(sheet) for sheet in sheets(report, language))
    if not lines and not tables:
        return ""
    title = text("title" if told is not None else "adjusted", language)
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<section class="card"><h2>{escape(title)}</h2>{said}{tables}</section>'


def sentences(told: ExperimentTold, report: LiftReport, language: str) -> list[str]:
    """How the test stands, what was planned, and what became of those who waited."""
    plan = told.planned.plan
    lines = [
        text(told.standing, language).format(
            winner=told.winner, share=words.percent(min(told.information, 1.0), language, 0)
        ),
        text("planned", language).format(
            people=words.counted(plan.people, "person", language),
            arms=plan.arms,
            lift=words.percent(plan.lift, language, 0),
            rate=words.percent(plan.base_rate, language, 2),
        ),
    ]
    if told.chosen:
        lines.append(text("rolled", language).format(variant=told.chosen, who=told.rolled_by))
    if told.waiting:
        people = words.counted(told.waiting, "person", language)
        lines.append(text("waits", language).format(people=people))
        if told.standing != RUNNING and not told.chosen:
            lines.append(text("choose", language).format(campaign=report.plan.campaign))
    return lines


def sheets(report: LiftReport, language: str) -> list[Sheet]:
    """The tables: looks, the lifts of the leader, factors, harm, people's past."""
    told = report.experiment
    found: list[Sheet] = []
    if told is not None and told.looks:
        found += [_looks(told, language), _lifts(told.looks[-1], language)]
    if told is not None and told.factors is not None:
        found.append(_factors(told, language))
    if told is not None and told.guards:
        found.append(_guards(told, language))
    if report.adjusted:
        found.append(_adjusted(report.adjusted, language))
    return found


def shrunken(table: Breakdown, language: str) -> list[str]:
    """What to expect of each row next time, '' where nothing is said."""
    return [
        ""
        if row.shrunk is None or row.shrunk.value is None
        else text("shrunk", language).format(lift=" ".join(say.lift_texts(row.shrunk, language)))
        for row in table.rows
    ]


def differs(table: Breakdown, report: LiftReport, language: str) -> str:
    """Whether the rows differ at all, after correction for all tables; '' where nobody knows."""
    if (differ_p := table.differ_p_adjusted) is None:
        return ""
    key = "differ" if differ_p < report.plan.alpha else "differ_not"
    return say.label(key, language).format(p=say.p_text(differ_p, language))


def _looks(told: ExperimentTold, language: str) -> Sheet:
    names = told.planned.variants
    heads = [text(key, language) for key in ("when", "in")]
    rows = []
    for look in told.looks:
        at = format_datetime(
            moment(look.at_us),
            "MM.dd HH:mm" if language == "mn" else "d MMM HH:mm",
            locale=language,
        )
        rates = [words.percent(look.arms[name].mean, language, 2) for name in names]
        standing = text(f"s_{look.verdict.standing.value}", language)
        share = words.percent(look.fraction, language, 0)
        rows.append([at, share, *rates, _z(look, language), standing])
    return Sheet(
        text("looks", language),
        [*heads, *names, text("z", language), text("outcome", language)],
        rows,
    )


def _z(look: LookTold, language: str) -> str:
    """The nearest of the leader's comparisons to its bound; "–" before one counts."""
    pairs = [pair for pair in look.verdict.pairs if pair.z is not None and pair.bound is not None]
    if not pairs:
        return "–"
    worst = min(pairs, key=lambda pair: abs(pair.z or 0) / (pair.bound or 1))
    return " / ".join(words.number(x or 0, language, 2) for x in (worst.z, worst.bound))


def _lifts(look: LookTold, language: str) -> Sheet:
    verdict = look.verdict
    title = text("lifts", language).format(arm=verdict.leader or "–")
    rows = [
        [text("over", language).format(other=pair.other), _said(pair.lift, language)]
        for pair in verdict.pairs
    ]
    return Sheet(title, ["", ""], rows)


def _factors(told: ExperimentTold, language: str) -> Sheet:
    assert told.factors is not None
    rows = [
        [
            text("factor", language).format(factor=one.factor, level=one.level, other=one.other),
            _said(one.lift, language),
        ]
        for one in told.factors.effects
    ]
    rows.append([text("interaction", language), _said(told.factors.interaction, language)])
    return Sheet(text("factors", language), ["", ""], rows)


def _guards(told: ExperimentTold, language: str) -> Sheet:
    heads = ["", *(text(key, language) for key in ("people", "rate", "limit", "outcome"))]
    rows = [
        [
            text(guard.harm.value, language),
            words.number(guard.count, language),
            "–" if guard.rate is None else words.percent(guard.rate, language, 2),
            words.percent(guard.rate_max, language, 2),
            text("broken" if guard.broken else "kept", language),
        ]
        for guard in told.guards
    ]
    return Sheet(text("guards", language), heads, rows)


def _adjusted(lifts: Sequence[AdjustedLift], language: str) -> Sheet:
    heads = ["", *(text(key, language) for key in ("plain", "without", "explained"))]
    rows = [
        [
            f"{_pair(one, language)}, {say.label(one.measure.value, language).lower()}",
            _said(one.plain, language),
            _said(one.adjusted, language),
            words.percent(one.explained, language, 1),
        ]
        for one in lifts
    ]
    note = text("adjusted_note", language).format(days=lifts[0].days)
    return Sheet(text("adjusted", language), heads, rows, note)


def _pair(one: AdjustedLift, language: str) -> str:
    """Who is compared with whom."""
    if one.treated:
        return f"{one.treated} / {one.control}"
    return f"{text('sent', language)} / {text('control', language)}"


def _said(interval: Interval, language: str) -> str:
    return " ".join(say.lift_texts(interval, language)).strip()


def _html(sheet: Sheet) -> str:
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in sheet.head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in sheet.rows
    )
    head = f"<thead><tr>{top}</tr></thead>" if any(sheet.head) else ""
    note = f'<p class="note">{escape(sheet.note)}</p>' if sheet.note else ""
    return (
        f"<h3>{escape(sheet.title)}</h3>"
        f'<div class="wide"><table>{head}<tbody>{body}</tbody></table></div>{note}'
    )
