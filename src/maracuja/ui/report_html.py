"""The report as one HTML page that needs nothing else: no script, no font, no address outside.

It never shows a percentage without its interval, nor green where the interval holds zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from maracuja.stats import words
from maracuja.stats.intervals import Interval
from maracuja.stats.rates import UNKNOWN
from maracuja.stats.report import LiftReport, NoteCode
from maracuja.stats.units import Held
from maracuja.stats.verdict import Finding
from maracuja.ui import report_cascade as cascade
from maracuja.ui import report_clicks as clicks
from maracuja.ui import report_counts as counts
from maracuja.ui import report_effects as effects
from maracuja.ui import report_experiment as experiment
from maracuja.ui import report_polls as polls
from maracuja.ui import report_svg as svg
from maracuja.ui import report_wear as wear
from maracuja.ui import report_words as say

_STYLE = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
_TONES = {Finding.PROVEN: "good", Finding.NOT_YET: "calm", Finding.HARMFUL: "bad"}
Row = tuple[str, Interval, str, float | None]  # name, interval, tone, simulator's truth


def html(
    report: LiftReport, language: str = "en", *, leads: Mapping[str, str] | None = None
) -> str:
    """The page in en, ru, uk or mn; `leads` are links at the top, {text: address}.

    BadInput for another language.
    """
    words.checked_language(language)
    parts = [
        _header(report, language, leads or {}),
        _verdict(report, language),
        _alerts(report, language),
        _kpis(report, language),
        effects.lift_card(report, language),
        effects.twins_card(report, language),
        experiment.card(report, language),
        '<div class="two">',
        counts.funnel_card(report, language),
        counts.left_out_card(report, language),
        "</div>",
        cascade.card(report.cascade, report.plan.currency, language) if report.cascade else "",
        _pairs([polls.card(one, language) for one in report.polls]),
        wear.card(report.wear_out, language) if report.wear_out else "",
        clicks.card(report.after_click, report.plan.currency, language),
        counts.arms_card(report, language),
        _pairs([effects.breakdown_card(table, report, language) for table in report.breakdowns]),
        _pairs(
            [counts.description_card(table, report, language) for table in report.descriptions]
        ),
        counts.trust_card(report, language),
    ]
    title = f"{escape(report.plan.name)} · Maracuja"
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main></body></html>\n"
    )


# ---------------------------------------------------------------- the top


def _header(report: LiftReport, language: str, leads: Mapping[str, str]) -> str:
    plan = report.plan
    held = sum(share for arm, share in plan.shares.items() if arm != Held.SENT)
    held_share = held / (sum(plan.shares.values()) or 1)
    facts = [
        say.dates(report, language),
        words.counted(report.audience.people, "person", language),
        f"{words.percent(held_share, language)} {say.label('held_share', language)}",
        f"{say.label('goal', language)}: {plan.goal}, "
        f"{say.label('window', language)} {words.duration(plan.window_s, language)}",
    ]
    links = "".join(
        f'<a href="{escape(address)}">{escape(text)}</a>' for text, address in leads.items()
    )
    state, tone = ("final", "accent") if report.final else ("open", "warn")
    return (
        f'<header><div class="brand">{svg.LOGO}Maracuja '
        f"<span>{say.label('report', language)}</span><nav>{links}</nav></div>"
        f'<div class="headline"><h1>{escape(plan.name)}</h1>'
        f'<span class="pill {tone}">{say.label(state, language)}</span></div>'
        f'<p class="sub">{escape(" · ".join(facts))}</p></header>'
    )


def _verdict(report: LiftReport, language: str) -> str:
    verdict = report.verdict
    lines = words.say(verdict, report.primary.conversions, language, alpha=report.plan.alpha)
    word = say.label(verdict.finding.value, language)
    # The finding stands beside the sentence in large letters, so the sentence need not repeat it.
    first = _without_word(lines[0])
    told = "".join(f"<p>{escape(line)}</p>" for line in (first, *lines[1:]))
    return (
        f'<section class="card verdict {_TONES[verdict.finding]}">'
        f'<div class="word">{word}</div><div>{told}</div></section>'
    )


def _without_word(line: str) -> str:
    _, colon, rest = line.partition(": ")
    return rest[:1].upper() + rest[1:] if colon else line


def _alerts(report: LiftReport, language: str) -> str:
    """What has to be known before any figure is read; the lesser notes stand at the end."""
    urgent = [note for note in report.notes if note.code is not NoteCode.MERGED_ACROSS_ARMS]
    items = "".join(f"<li>{escape(say.said_note(note, language))}</li>" for note in urgent)
    return f'<ul class="alerts">{items}</ul>' if items else ""


def _kpis(report: LiftReport, language: str) -> str:
    final, primary = report.final, report.primary
    extra = primary.conversions.extra_as_of(final=final)
    revenue = primary.revenue.extra_as_of(final=final)
    cards = [
        _extra("extra_conversions", extra, report, language),
        _extra("extra_revenue", revenue, report, language, report.plan.currency),
        _conversion_rates(report, language),
        _unsubscribed(report, language),
    ]
    return f'<section class="kpis">{"".join(cards)}</section>'


def _extra(
    key: str, interval: Interval, report: LiftReport, language: str, currency: str = ""
) -> str:
    value, ends = say.count_texts(interval, language, currency)
    if interval.value is None:
        return _kpi(key, value, escape(ends), "calm", language)
    sure = words.percent(1 - report.plan.alpha, language, 0)
    title = say.label("interval", language).format(sure=sure)
    below = f"{title}: <span>{escape(ends)}</span>"
    return _kpi(key, value, below, svg.tone(interval.sign, trusted=report.trusted), language)


def _conversion_rates(report: LiftReport, language: str) -> str:
    control = next((arm for arm in report.arms if arm.held is report.control), None)
    rate, base = (
        "–" if share is None else words.percent(share, language, 2)
        for share in (
            report.arms[0].orders.conversion_rate,
            control.orders.conversion_rate if control else None,
        )
    )
    below = f"{say.label('against', language)} {base} {say.label('in_control', language)}"
    return _kpi("conversion_rate", rate, escape(below), "calm", language)


def _unsubscribed(report: LiftReport, language: str) -> str:
    rate = report.arms[0].receipts.get("unsubscribed", UNKNOWN)
    below = say.label("no_receipts", language)
    if rate.count is not None:
        below = f"{words.number(rate.count, language)} {say.label('of_sent', language)}"
    return _kpi("unsubscribed", say.rate_text(rate, language, 2), escape(below), "calm", language)


def _kpi(key: str, value: str, below: str, tone: str, language: str) -> str:
    """A figure in large letters; `below` is HTML already."""
    return (
        f'<div class="card"><small>{say.label(key, language)}</small>'
        f'<div class="kpi {tone}">{escape(value)}</div><small>{below}</small></div>'
    )


def _pairs(cards: Sequence[str]) -> str:
    """Cards two in a row; a single one takes the whole width."""
    if len(cards) < 2:
        return "".join(cards)
    return f'<div class="two even">{"".join(cards)}</div>'
