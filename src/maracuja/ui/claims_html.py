"""The claims report as one HTML page that needs nothing else: no script, no address outside.

It never shows what is claimed without the words that it is not the shop's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

from maracuja.stats import words
from maracuja.stats.claims.evidence import Estimate
from maracuja.stats.claims.judging import Standing
from maracuja.stats.claims.published import Claim
from maracuja.stats.claims.report import ClaimsReport, Tested
from maracuja.stats.intervals import Interval
from maracuja.ui import claims_words as say
from maracuja.ui import report_svg as svg

_STYLE: Final = "".join(
    Path(__file__).with_name(name).read_text(encoding="utf-8")
    for name in ("report.css", "claims.css")
)
_TONES: Final = {Standing.SUPPORTED: "good", Standing.CONTRADICTED: "bad"}
BEYOND: Final = 2.0  # how far beyond a claim its drawing goes


def html(
    report: ClaimsReport, language: str = "en", *, leads: Mapping[str, str] | None = None
) -> str:
    """The page in en, ru, uk or mn; `leads` are links at the top, {text: address}.

    BadInput for another language.
    """
    words.checked_language(language)
    cards = [_card(one, language) for one in report.tested]
    pairs = [cards[at : at + 2] for at in range(0, len(cards), 2)]
    parts = [
        _header(report, language, leads or {}),
        _left_out(report, language),
        *(f'<div class="two even">{"".join(pair)}</div>' for pair in pairs),
        _surveys(report, language),
        f'<p class="note">{escape(say.label("method", language))}</p>',
    ]
    title = f"{escape(say.label('title', language))} · Maracuja"
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main></body></html>\n"
    )


def _header(report: ClaimsReport, language: str, leads: Mapping[str, str]) -> str:
    links = "".join(
        f'<a href="{escape(address)}">{escape(text)}</a>' for text, address in leads.items()
    )
    return (
        f'<header><div class="brand">{svg.LOGO}Maracuja '
        f"<span>{say.label('report', language)}</span><nav>{links}</nav></div>"
        f'<div class="headline"><h1>{say.label("title", language)}</h1></div>'
        f'<p class="sub">{escape(say.about_text(report, language))}</p></header>'
    )


def _left_out(report: ClaimsReport, language: str) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in say.missing_campaigns(report, language))
    return f'<ul class="alerts">{items}</ul>' if items else ""


def _card(one: Tested, language: str) -> str:
    """A claim: its words and verdict, the claimed range above our interval on one scale, why."""
    claim, judged = one.claim, one.judged
    tone = _TONES.get(judged.standing, "calm")
    scale = _axis(one)
    rows = _row(
        say.label("claimed", language),
        _band(claim, scale),
        escape(say.claimed_range(claim, language)),
    )
    if one.own.people:
        rows += _own(claim, say.label("own", language), one.own, scale, tone, language)
    for beside in one.beside:
        name = say.row_name(beside.name, language)
        rows += _own(claim, name, beside.own, scale, "calm", language)
    told = "".join(f"<p>{escape(line)}</p>" for line in say.sentences(one, language))
    counts = f" · {say.counts(one.own, language)}" if one.own.people else ""
    return (
        f'<section class="card claim"><div class="headline"><h2>'
        f"{escape(say.claim_words(claim, language))}</h2>"
        f'<span class="pill {tone}">{say.standing(judged, language)}</span></div>'
        f'<p class="note">{escape(say.elsewhere(claim, language))}{escape(counts)}</p>'
        f'<div class="forest">{rows}</div>{told}</section>'
    )


def _own(claim: Claim, name: str, own: Estimate, scale: svg.Axis, tone: str, language: str) -> str:
    """A row of the shop's own: the interval and the figures."""
    text = say.own_text(claim.scale, own, language)
    value, bracket, ends = text.partition(" [")
    figure = f'<b class="{tone}">{escape(value)}</b>' if bracket else escape(value)
    if bracket:
        figure += f" <small>[{escape(ends)}</small>"
    return _row(name, svg.strip(_shifted(own.interval, claim), scale, tone), figure)


def _row(name: str, plot: str, figure: str) -> str:
    return (
        f'<div class="name">{escape(name)}</div><div class="plot">{plot}</div>'
        f'<div class="figure">{figure}</div>'
    )


def _axis(one: Tested) -> svg.Axis:
    """From no effect (of a level: nobody) to beyond what is claimed; zero is no effect."""
    claim = one.claim
    start = claim.nothing or 0.0
    shown = [one.own, *(beside.own for beside in one.beside)]
    ends = [
        end - start
        for own in shown
        for end in (own.interval.low, own.interval.high)
        if end is not None
    ]
    far = (claim.high - start) * BEYOND
    low = max(min([0.0, *ends]), -far) if claim.nothing is not None else 0.0
    high = min(max([(claim.high - start) * 1.2, *ends]), far)
    return svg.Axis(low=low, high=high, ticks=())


def _shifted(interval: Interval, claim: Claim) -> Interval:
    """The interval with no effect at zero, where a strip draws its line."""
    start = claim.nothing or 0.0
    if interval.value is None or interval.low is None or interval.high is None:
        return interval
    return Interval(
        value=interval.value - start, low=interval.low - start, high=interval.high - start
    )


def _band(claim: Claim, scale: svg.Axis) -> str:
    """The claimed range, hollow: it is not measured."""
    start = claim.nothing or 0.0
    low, high = scale.at(claim.low - start), scale.at(claim.high - start)
    zero = f'<line class="zero" x1="{scale.at(0)}%" x2="{scale.at(0)}%" y1="0" y2="100%"/>'
    wide = "" if high > low else " point"
    return (
        f'<svg class="strip" aria-hidden="true">{zero}<rect class="claimed{wide}" x="{low}%" '
        f'width="{max(high - low, 0.8):.2f}%" y="50%" height="14" rx="4" '
        f'transform="translate(0 -7)"/></svg>'
    )


def _surveys(report: ClaimsReport, language: str) -> str:
    """Stated intent, which is shown and not tested."""
    items = "".join(
        f"<li><span>{words.percent(survey.share, language, 0)} "
        f"{escape(say.label('stated', language))}</span>"
        f"<small>{escape(say.elsewhere(survey, language))}</small></li>"
        for survey in report.surveys
    )
    return (
        f'<section class="card"><h2>{say.label("surveys", language)}</h2>'
        f'<p class="note">{escape(say.label("surveys_note", language))}</p>'
        f'<ul class="reasons stated">{items}</ul></section>'
    )
