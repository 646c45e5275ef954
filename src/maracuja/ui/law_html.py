"""The record of processing, and the proof of a message, as pages that need nothing else.

No script, no font and no address outside; what is shown is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Final

from maracuja.runtime.message_proof import ConsentProven, Proof, StepProven, TextProven
from maracuja.runtime.processing_record import ProcessingRecord
from maracuja.ui.law_words import checked_language, detail, label, said, step
from maracuja.ui.report_svg import LOGO

_STYLE: Final = "".join(
    Path(__file__).with_name(name).read_text(encoding="utf-8")
    for name in ("report.css", "law.css")
)
_CODE: Final = re.compile(r"`([^`]+)`")
_SECOND: Final = "%Y-%m-%d %H:%M:%S"

Leads = Mapping[str, str]


def record_html(one: ProcessingRecord, language: str = "en", *, leads: Leads | None = None) -> str:
    """The record of processing in en, ru, uk or mn; `leads` are links at the top, {text: address}.

    Raises BadInput for another language.
    """
    say = _Words(checked_language(language))
    who = one.controller
    parts = [
        _pairs(
            {
                say["responsible"]: who.name,
                say["address"]: who.address,
                say["contact"]: who.contact,
                say["officer"]: who.officer,
                say["purposes"]: "; ".join(map(say.told, one.purposes)),
                say["people"]: say.told(one.people),
            }
        ),
        _lacking(one.lacks, say),
        _channels(one, say),
        _traits(one, say),
        _retention(one, say),
        _section(say["security"], _list(map(say.told, one.security))),
    ]
    about = f"{label('as_of', language, f'{one.made:%Y-%m-%d %H:%M}')} · {say['no_advice']}"
    return _page(say["record"], about, parts, say, leads or {})


def proof_html(one: Proof, language: str = "en", *, leads: Leads | None = None) -> str:
    """The proof of a message in en, ru, uk or mn. Raises BadInput for another language."""
    say = _Words(checked_language(language))
    parts = [
        _pairs(
            {
                say["message"]: one.message,
                say["person"]: "" if one.pid is None else f"pid:{one.pid}",
                say["campaign"]: one.campaign,
                say["topic"]: one.topic,
                say["channel"]: one.channel,
                say["law"]: " · ".join(filter(None, [one.law, one.country])),
            }
        ),
        "" if one.text is None else _text(one.text, say),
        _consent(one.consent, say),
        _steps(say["decision"], one.decisions, say),
        _steps(say["delivery"], one.delivery, say),
        _section(say["gaps"], _list(map(say.told, one.gaps))) if one.gaps else "",
    ]
    return _page(say["proof"], "", parts, say, leads or {})


class _Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __getitem__(self, name: str) -> str:
        return label(name, self.language)

    def told(self, text: str) -> str:
        """A sentence of the record or the proof."""
        return said(text, self.language)


def _lacking(lacks: Sequence[str], say: _Words) -> str:
    if not lacks:
        return ""
    told = (_CODE.sub(r"<code>\1</code>", escape(say.told(one))) for one in lacks)
    items = "".join(f"<li>{one}</li>" for one in told)
    return f'<section><h2>{escape(say["lacks"])}</h2><ul class="alerts">{items}</ul></section>'


def _channels(one: ProcessingRecord, say: _Words) -> str:
    names = ["channel", "recipient", "country", "safeguards", "data", "basis", "kept_there"]
    rows = (
        [
            c.channel,
            say.told(c.recipient),
            say.told(c.country),
            c.safeguards,
            ", ".join(map(say.told, c.data)),
            say.told(c.basis),
            say.told(c.keeps),
        ]
        for c in one.channels
    )
    return _section(say["channels"], _table([say[name] for name in names], rows))


def _traits(one: ProcessingRecord, say: _Words) -> str:
    if not one.traits:
        return ""
    names = ["trait", "purpose", "basis", "class", "kept"]
    rows = (
        [t.name, t.purpose, say.told(t.basis), say.told(t.class_), say.told(t.kept)]
        for t in one.traits
    )
    return _section(say["traits"], _table([say[name] for name in names], rows))


def _retention(one: ProcessingRecord, say: _Words) -> str:
    names = ["data", "days", "by", "oldest", "note"]
    rows = (
        [
            say.told(k.kind),
            str(k.days or say.told("no limit")),
            "" if k.by == "no limit" else say.told(k.by),
            f"{k.oldest:%Y-%m-%d}" if k.oldest else "",
            say.told(k.note),
        ]
        for k in one.retention
    )
    return _section(say["retention"], _table([say[name] for name in names], rows))


def _text(one: TextProven, say: _Words) -> str:
    version = one.template_version
    numbered = label("version", say.language, str(version)) if version else ""
    told = _definitions(
        {
            say["template"]: " · ".join(
                filter(None, [one.template, numbered, one.variant, one.language])
            ),
            say["to"]: one.address,
            say["subject"]: one.subject,
            say["digest"]: one.sha256,
        }
    )
    lang = f' lang="{escape(one.language)}"' if one.language else ""
    return _section(say["text"], f"{told}<pre{lang}>{escape(one.text or one.html)}</pre>")


def _consent(words: Sequence[ConsentProven], say: _Words) -> str:
    if not words:
        return ""
    names = ["said", "state", "source", "shown", "address"]
    rows = (
        [
            _utc(one.said),
            say.told(one.state),
            one.source,
            " · ".join(filter(None, [one.text_version, one.language, one.shown])),
            one.address,
        ]
        for one in words
    )
    return _section(say["consent"], _table([say[name] for name in names], rows))


def _steps(title: str, steps: Sequence[StepProven], say: _Words) -> str:
    if not steps:
        return ""
    rows = []
    for one in steps:
        told = {
            name: value
            for name, value in one.detail.items()
            if value not in (None, "", False) and name != "outcome"
        }
        more = "".join(
            f"<span>{escape(detail(name, say.language))}: {escape(say.told(str(value)))}</span>"
            for name, value in told.items()
        )
        cells = [escape(_utc(one.at)), escape(step(one, say.language))]
        rows.append([*cells, f'<div class="more">{more}</div>' if more else ""])
    names = [say[name] for name in ("when", "what", "details")]
    return _section(title, _marked_table(names, rows))


def _utc(at: datetime) -> str:
    return f"{at:{_SECOND}} UTC"


def _page(title: str, about: str, parts: Sequence[str], say: _Words, leads: Leads) -> str:
    links = "".join(
        f'<a href="{escape(address)}">{escape(text)}</a>' for text, address in leads.items()
    )
    nav = f'<nav aria-label="{escape(say["languages"])}">{links}</nav>' if links else ""
    sub = f'<p class="sub">{escape(about)}</p>' if about else ""
    return (
        f'<!doctype html>\n<html lang="{say.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} · Maracuja</title><style>{_STYLE}</style></head>'
        f'<body><main class="record">\n<header><div class="brand">{LOGO}Maracuja{nav}</div>'
        f"<h1>{escape(title)}</h1>{sub}</header>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main></body></html>\n"
    )  # fmt: skip


def _section(title: str, inner: str) -> str:
    return f'<section class="card"><h2>{escape(title)}</h2>{inner}</section>'


def _pairs(told: Mapping[str, str]) -> str:
    inner = _definitions(told)
    return f'<section class="card">{inner}</section>' if inner else ""


def _definitions(told: Mapping[str, str]) -> str:
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in told.items() if value
    )
    return f"<dl>{rows}</dl>" if rows else ""


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return _marked_table(names, ([escape(value) for value in row] for row in rows))


def _marked_table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML; its roles stand when a narrow page lays it out as blocks."""
    head = "".join(f'<th scope="col" role="columnheader">{escape(name)}</th>' for name in names)
    body = "".join(
        '<tr role="row">'
        + "".join(
            f'<td role="cell" data-name="{escape(name)}">{value}</td>'
            for name, value in zip(names, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<table role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"
