"""What the script of an embedded form is told."""

from __future__ import annotations

from html import escape
from typing import Any

from maracuja.api import form_pages
from maracuja.api.form_words import FORM
from maracuja.campaigns.forms import Form, said
from maracuja.runtime.form_desk import Held


def described(shown: form_pages.Shown) -> dict[str, Any]:
    """A form as the script builds it."""
    form, language = shown.form, shown.language
    words = FORM[language]
    consent = form.consent_in(language, shown.country)
    entries: list[dict[str, Any]] = [
        {"name": kind, "label": words[kind], "type": {"phone": "tel"}.get(kind, kind)}
        for kind in form.kinds
    ]
    for field in form.fields:
        entries.append(
            {
                "name": field.trait,
                "label": said(field.labels, language),
                "type": field.type.value,
                "required": field.required,
                "options": [
                    {"value": one.value, "label": said(one.labels, language, one.value)}
                    for one in field.options
                ],
            }
        )
    return {
        "ok": True,
        "title": said(form.titles, language),
        "promise": [
            [words["sent"], said(form.sent, language)],
            [words["often"], said(form.often, language)],
        ],
        "fields": entries,
        "choose": words["choose"],
        "optional": words["optional"],
        "topics": [{"value": t.id, "label": t.name_in(language)} for t in shown.topics]
        if len(form.topics) > 1
        else [],
        "about": words["topics"],
        "consent": consent.text,
        "button": words["button"],
        "colour": form.look.colour,
        "ink": form_pages.ink_on(form.look.colour),
        "logo": form.look.logo or "",
        "lang": language,
        "stamp": shown.stamp,
        "source": shown.source,
    }


def script_tag(form: Form, public_url: str) -> str:
    """The line that puts the form into a page of the shop."""
    return f'<script src="{public_url}/f/{form.id}.js" defer></script>'


def plain_tag(form: Form, public_url: str, language: str) -> str:
    """The form as plain HTML, for pages without scripts: it leads to ours, filled in."""
    words = FORM[language]
    types = {"email": "email", "phone": "tel"}
    lines = [
        f'<form method="post" action="{public_url}/f/{form.id}?lang={language}">',
        *(
            f'  <label>{escape(words[kind])} <input type="{types[kind]}" name="{kind}"></label>'
            for kind in form.kinds
        ),
        f"  <button>{escape(words['button'])}</button>",
        "</form>",
    ]
    return "\n".join(lines)


def confirmed_in_words(held: Held, language: str) -> dict[str, str]:
    """What the script is told once a code was right."""
    words = FORM[language]
    return {"title": words["confirmed_title"], "text": said(held.form.thanks, language)}
