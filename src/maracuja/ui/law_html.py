"""The record of processing, and the proof of a message, as pages that need nothing else.

No script, no font and no address outside; what is shown is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from maracuja.runtime.message_proof import Proof, StepProven
from maracuja.runtime.processing_record import ProcessingRecord

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1b1b;background:#fff}h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .7rem .35rem 0;"
    "border-bottom:1px solid #ccc}th{font-weight:600}"
    "pre{white-space:pre-wrap;background:#f4f4f2;padding:1rem;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}"
    "pre{background:#242424}th,td{border-color:#444}}"
)


def record_html(one: ProcessingRecord) -> str:
    """The record of processing as a page."""
    who = one.controller
    parts = [
        _pairs(
            {
                "Responsible": who.name,
                "Address": who.address,
                "Contact": who.contact,
                "Data protection officer": who.officer,
                "Purposes": "; ".join(one.purposes),
                "People": one.people,
            }
        ),
        "<h2>Channels and recipients</h2>",
        _table(
            ["channel", "recipient", "country", "safeguards", "data", "basis", "kept there"],
            (
                [c.channel, c.recipient, c.country, c.safeguards, ", ".join(c.data), c.basis,
                 c.keeps]
                for c in one.channels
            ),
        ),
        "<h2>Traits</h2>",
        _table(
            ["trait", "purpose", "basis", "class", "kept"],
            ([t.name, t.purpose, t.basis, t.class_, t.kept] for t in one.traits),
        ),
        "<h2>How long data are kept</h2>",
        _table(
            ["data", "days", "by", "oldest"],
            (
                [k.kind, str(k.days or "no limit"), k.by,
                 f"{k.oldest:%Y-%m-%d}" if k.oldest else ""]
                for k in one.retention
            ),
        ),
        "<h2>Security</h2>",
        _list(one.security),
    ]  # fmt: skip
    if one.lacks:
        parts += ["<h2>Not declared yet</h2>", _list(one.lacks)]
    return _page("Record of processing", [f"<p>As of {one.made:%Y-%m-%d %H:%M} UTC.</p>", *parts])


def proof_html(one: Proof) -> str:
    """The proof of a message as a page."""
    parts = [
        _pairs(
            {
                "Message": one.message,
                "Person": "" if one.pid is None else str(one.pid),
                "Campaign": one.campaign,
                "Topic": one.topic,
                "Channel": one.channel,
                "Law": " ".join(filter(None, [one.law, one.country])),
            }
        )
    ]
    if one.text is not None:
        text = one.text
        parts += [
            "<h2>Text</h2>",
            _pairs(
                {
                    "Template": " ".join(filter(None, [
                        text.template,
                        f"version {text.template_version}" if text.template_version else "",
                        text.variant,
                        text.language,
                    ])),
                    "To": text.address,
                    "Subject": text.subject,
                    "SHA-256": text.sha256,
                }
            ),
            f"<pre>{escape(text.text or text.html)}</pre>",
        ]  # fmt: skip
    if one.consent:
        parts += [
            "<h2>Consent, as it stood at that second</h2>",
            _table(
                ["said", "state", "source", "text shown", "address"],
                (
                    [f"{w.said:%Y-%m-%d %H:%M:%S}", w.state, w.source,
                     " ".join(filter(None, [w.text_version, w.language, w.shown])), w.address]
                    for w in one.consent
                ),
            ),
        ]  # fmt: skip
    for title, steps in (("Decision", one.decisions), ("Delivery", one.delivery)):
        if steps:
            parts += [f"<h2>{title}</h2>", _table(["when", "what", "details"], _steps(steps))]
    if one.gaps:
        parts += ["<h2>What is not known</h2>", _list(one.gaps)]
    return _page("Proof of a message", parts)


def _steps(steps: Sequence[StepProven]) -> Iterable[list[str]]:
    for one in steps:
        told = ", ".join(f"{k}: {v}" for k, v in one.detail.items() if v not in (None, ""))
        yield [f"{one.at:%Y-%m-%d %H:%M:%S}", one.says, told]


def _page(title: str, parts: Sequence[str]) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>"
    )


def _pairs(told: Mapping[str, str]) -> str:
    rows = (
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in told.items()
        if value
    )
    return f"<table>{''.join(rows)}</table>"


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(value)}</td>' for value in row)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"
