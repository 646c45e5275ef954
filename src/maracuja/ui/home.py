"""The pages in front: a campaign's report with its ways on, or a welcome with the next steps."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

from maracuja.runtime.message_proof import Proof
from maracuja.runtime.overview import Overview
from maracuja.runtime.processing_record import ProcessingRecord
from maracuja.stats.claims.report import ClaimsReport
from maracuja.stats.report import LiftReport
from maracuja.ui import claims_html, claims_words, law_html
from maracuja.ui.home_reference import reference_body
from maracuja.ui.message_html import screen
from maracuja.ui.report_html import html
from maracuja.ui.report_svg import LOGO
from maracuja.ui.web_app import file as app_file
from maracuja.ui.web_app import page as app_page

__all__ = [
    "app_file",
    "app_page",
    "claims",
    "proof",
    "record",
    "reference",
    "report",
    "screen",
    "welcome",
]

_STYLE: Final = "".join(
    Path(__file__).with_name(name).read_text(encoding="utf-8")
    for name in ("report.css", "home.css")
)
LANGUAGES: Final = {"en": "English", "ru": "Русский", "uk": "Українська", "mn": "Монгол"}

_STEPS: Final = (
    (
        "Bring your people",
        "maracuja import people customers.csv --dry-run",
        "CSV, JSON lines or Parquet; it says what each column becomes before it takes anything.",
    ),
    (
        "Let events come in",
        "POST /v1/batch with a server key",
        "Any of Segment's libraries will do: give it this address and a write key.",
    ),
    (
        "Say whom to tell what",
        "maracuja apply definitions/",
        "Segments, templates, campaigns, topics and goals are files that you keep in git.",
    ),
    (
        "See who would hear, and why not the others",
        "maracuja campaign dry-run spring",
        "Everybody passes the gates; nobody is written to.",
    ),
    (
        "Launch",
        "maracuja campaign launch spring",
        "A control group is held back, so that this page can show what the talking was worth.",
    ),
)


def report(report: LiftReport, language: str, *, shared: bool = False) -> str:
    """A campaign's lift, with ways to the API and to the other languages.

    To whom it is `shared` with, nothing else is open.
    """
    if shared:
        return html(report, language, leads=_other_languages(language))
    others = {
        name: f"/report?campaign={report.plan.campaign}&language={code}"
        for code, name in LANGUAGES.items()
        if code != language
    }
    claims = {claims_words.label("title", language): f"/claims?language={language}"}
    return html(report, language, leads={**others, **claims, "API": "/docs"})


def claims(report: ClaimsReport, language: str, *, shared: bool = False) -> str:
    """The claims of the trade beside the shop's own data."""
    further = {} if shared else {"API": "/docs"}
    return claims_html.html(report, language, leads={**_other_languages(language), **further})


def _other_languages(language: str) -> dict[str, str]:
    return {name: f"?language={code}" for code, name in LANGUAGES.items() if code != language}


def record(record: ProcessingRecord, language: str) -> str:
    """The record of processing, with ways to the other languages."""
    return law_html.record_html(record, language, leads=_lawful_leads(language))


def proof(proof: Proof, language: str) -> str:
    """The proof of a message, with ways to the other languages."""
    return law_html.proof_html(proof, language, leads=_lawful_leads(language))


def _lawful_leads(language: str) -> dict[str, str]:
    return {
        name: f"?form=html&language={code}" for code, name in LANGUAGES.items() if code != language
    }


def welcome(seen: Overview) -> str:
    """What there is in the workspace, and what to do next."""
    steps = "".join(
        f"<li><h2>{escape(title)}</h2><pre>{escape(command)}</pre>"
        f'<p class="note">{escape(text)}</p></li>'
        for title, command, text in _STEPS
    )
    counts = {
        "people": seen.people,
        "products": seen.products,
        "campaigns": seen.campaigns,
        "requests waiting": seen.requests_waiting,
    }
    figures = "".join(
        f'<div class="card"><small>{escape(name)}</small><div class="kpi">{n:,}</div></div>'
        for name, n in counts.items()
    )
    state = _state(seen)
    return _page(
        f"{seen.shop} · Maracuja",
        f'{_header(seen.shop)}<section class="kpis">{figures}</section>{state}'
        f'<section class="card"><ol class="steps">{steps}</ol></section>',
    )


def reference(openapi: Mapping[str, Any]) -> str:
    """The documentation of the API, from its description."""
    return _page("API · Maracuja", _header("The API of this workspace") + reference_body(openapi))


def _state(seen: Overview) -> str:
    """What stands in the way of anything happening."""
    told = []
    if not seen.worker:
        told.append("No worker is running: start one with `maracuja work`.")
    if seen.sending.stopped:
        told.append(f"All sending is stopped: {seen.sending.reason}.")
    if seen.events_refused:
        told.append(
            f"{seen.events_refused:,} events were put aside: see `maracuja events refused`."
        )
    told += [f"{name} is paused: {why}." for name, why in seen.sending.channels.items()]
    items = "".join(f"<li>{escape(one)}</li>" for one in told)
    return f'<ul class="alerts">{items}</ul>' if items else ""


def _header(title: str) -> str:
    return (
        f'<header><div class="brand">{LOGO}Maracuja<nav><a href="/">Home</a>'
        '<a href="/docs">API</a></nav></div>'
        f'<div class="headline"><h1>{escape(title)}</h1></div></header>'
    )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>\n{body}\n</main></body></html>\n"
    )
