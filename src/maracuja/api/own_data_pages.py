"""The page that shows people what is kept about them: plain HTML, without scripts."""

from __future__ import annotations

from html import escape
from typing import Any

from maracuja.api.form_words import CHANNELS
from maracuja.api.link_words import WORDS
from maracuja.api.own_data_words import DATA, TRAITS
from maracuja.api.page_frame import framed
from maracuja.campaigns.forms import FieldType
from maracuja.language.numbers import day
from maracuja.runtime.own_data import ConsentSeen, OwnData, TraitSeen, Written

_INPUTS = {FieldType.TEXT: "text", FieldType.NUMBER: "number", FieldType.DATE: "date"}


def own_page(
    found: OwnData, language: str, key: str, *, said: str = "", at: Written | None = None
) -> str:
    """Everything that is kept, with what may be done about it; `said` names the word above.

    `key` comes back with every form of the page, `at` is where a link was sent.
    """
    words = DATA[language]
    where = f"{_channel(at.channel, language)} {at.address}" if at is not None else ""
    note = words.get(said, "").format(address=where)
    above = f'<p role="status">{escape(note)}</p>' if note else ""
    facts = "".join(_trait(one, language, key) for one in found.traits)
    reached = "".join(
        f"<dt>{escape(_channel(kind, language))}</dt><dd>{escape(value)}</dd>"
        for kind, value in found.addresses
    )
    agreed = "".join(_consent(one, language) for one in found.consents)
    nothing = f"<p>{escape(words['nothing'])}</p>"
    whole = ""
    if not found.whole:
        whole = f"<p>{escape(words['whole_text'])}</p>"
        whole += _button("whole", words["whole_button"], language, key)
    inner = (
        f"<h1>{escape(words['title'])}</h1>{above}<p>{escape(words['intro'])}</p>"
        f"<h2>{escape(words['facts'])}</h2>{f'<dl>{facts}</dl>' if facts else nothing}"
        f"<h2>{escape(words['addresses'])}</h2>{f'<dl>{reached}</dl>' if reached else nothing}"
        f"{whole}"
        f"<h2>{escape(words['consents'])}</h2>{f'<dl>{agreed}</dl>' if agreed else nothing}"
        f"<h2>{escape(words['erase_title'])}</h2><p>{escape(words['erase_text'])}</p>"
        f"{_button('erase', words['erase_button'], language, key)}"
    )
    return framed(language, words["title"], inner)


def erase_page(language: str) -> str:
    """The page that asks once more; nothing has happened yet."""
    words = DATA[language]
    inner = (
        f"<h1>{escape(words['erase_sure'])}</h1><p>{escape(words['erase_text'])}</p>"
        f'<form method="post"><input type="hidden" name="lang" value="{language}">'
        f"<button>{escape(words['erase_yes'])}</button></form>"
    )
    return framed(language, words["erase_sure"], inner)


def erased_page(language: str) -> str:
    """The page that says that it is being done."""
    words = DATA[language]
    inner = (
        f'<h1>{escape(words["erased_title"])}</h1><p role="status">'
        f"{escape(words['erased_text'])}</p>"
    )
    return framed(language, words["erased_title"], inner, languages=False)


def over_page(language: str) -> str:
    """The page of a link whose hour is over."""
    text = DATA[language]["over"]
    return framed(language, text, f"<h1>{escape(text)}</h1>", languages=False)


def _button(do: str, text: str, language: str, key: str) -> str:
    return (
        f'<form method="post">{_hidden(language, key)}'
        f'<button name="do" value="{do}" class="quiet">{escape(text)}</button></form>'
    )


def _hidden(language: str, key: str, name: str = "") -> str:
    told = {"lang": language, "key": key, "name": name}
    return "".join(
        f'<input type="hidden" name="{field}" value="{escape(value)}">'
        for field, value in told.items()
        if value
    )


def _trait(seen: TraitSeen, language: str, key: str) -> str:
    words = DATA[language]
    label = TRAITS[language].get(seen.name, seen.name.replace("_", " "))
    source = words[seen.source.name.lower()]
    since = words["since"].format(source=source, day=day(seen.at, language, "year"))
    purpose = words["purpose"].format(purpose=seen.purpose) if seen.purpose else ""
    about = "".join(f"<small>{escape(one)}</small>" for one in (since, purpose) if one)
    if seen.value is None:
        return f"<dt>{escape(label)}</dt><dd><em>{escape(words['hidden'])}</em>{about}</dd>"
    shown = (
        f"<dd>{escape(_said(seen.value, language))}{about}{_acts(seen, label, language, key)}</dd>"
    )
    return f"<dt>{escape(label)}</dt>{shown}"


def _acts(seen: TraitSeen, label: str, language: str, key: str) -> str:
    """What may be done about a trait: changed where it is a plain value, taken away."""
    if seen.fixed:
        return ""
    words, hidden = DATA[language], _hidden(language, key, seen.name)
    entry = _entry(seen, f"{words['value']} ({label})", words)
    change = (
        f'<form method="post">{hidden}{entry}'
        f'<button name="do" value="change" class="small">{escape(words["save"])}</button></form>'
        if entry
        else ""
    )
    take = (
        f'<form method="post">{hidden}<button name="do" value="delete" class="quiet small">'
        f'{escape(words["delete"])}<span class="off"> {escape(label)}</span></button></form>'
    )
    summary = f'{escape(words["change"])}<span class="off"> {escape(label)}</span>'
    return f"<details><summary>{summary}</summary>{change}{take}</details>"


def _entry(seen: TraitSeen, label: str, words: dict[str, str]) -> str:
    if seen.field is FieldType.YES:
        options = "".join(
            f'<option value="{value}"{" selected" if held is seen.value else ""}>'
            f"{escape(words[value])}</option>"
            for value, held in (("yes", True), ("no", False))
        )
        inner = f'<select name="value">{options}</select>'
    elif seen.field in _INPUTS:
        step = ' step="any"' if seen.field is FieldType.NUMBER else ""
        inner = (
            f'<input name="value" type="{_INPUTS[seen.field]}"{step} maxlength="300"'
            f' value="{escape(str(seen.value))}" required>'
        )
    else:
        return ""
    return f'<label class="of">{escape(label)}{inner}</label>'


def _consent(seen: ConsentSeen, language: str) -> str:
    words = DATA[language]
    state = words[seen.state.name.lower()]
    lines = [f"{state}, {day(seen.at, language, 'year')}"]
    if seen.proof is not None:
        proof = seen.proof
        lines.append(words["agreed_text"].format(text=proof.text))
        where = words["agreed_where"].format(
            page=proof.page, ip=proof.ip or "?", version=proof.text_version
        )
        how = words.get(f"by_{proof.how}", "")
        lines.append("; ".join(one for one in (where, how) if one))
    else:
        version = f"{seen.text_version or '–'} {seen.language}".strip()
        lines.append(words["agreed_by"].format(source=seen.source or "–", version=version))
    name = f"{seen.topic}: {_channel(seen.channel, language)}"
    first, *rest = (escape(one) for one in lines)
    small = "".join(f"<small>{one}</small>" for one in rest)
    return f"<dt>{escape(name)}</dt><dd>{first}{small}</dd>"


def _said(value: Any, language: str) -> str:
    if isinstance(value, bool):
        return DATA[language]["yes" if value else "no"]
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _channel(kind: str, language: str) -> str:
    return WORDS[language].get(kind) or CHANNELS.get(kind) or TRAITS[language].get(kind, kind)
