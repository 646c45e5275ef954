"""The pages of a sign-up form: asked, answered, confirmed; they work without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from maracuja.api.form_words import CHANNELS, FORM
from maracuja.api.page_frame import framed
from maracuja.campaigns.definitions import Topic
from maracuja.campaigns.forms import Field, FieldType, Form, said
from maracuja.model import Record

Values = Mapping[str, Sequence[str]]

_INPUTS: Final = {
    "email": 'type="email" autocomplete="email" inputmode="email"',
    "phone": 'type="tel" autocomplete="tel"',
}
_TYPES: Final = {FieldType.TEXT: "text", FieldType.NUMBER: "number", FieldType.DATE: "date"}
_KNOWN: Final = {
    "first_name": "given-name",
    "last_name": "family-name",
    "city": "address-level2",
    "birthday": "bday",
}


class Shown(Record, frozen=True):
    """A form as it is shown: in which language, for which country, with which stamp."""

    form: Form
    topics: tuple[Topic, ...]
    language: str
    country: str
    stamp: str
    source: str = ""
    page: str = ""


def form_page(
    shown: Shown, values: Values, faults: Mapping[str, str], *, said_above: str = ""
) -> str:
    """The form with what was filled in, and what is wrong with it, by field."""
    form, words = shown.form, FORM[shown.language]
    title = said(form.titles, shown.language)
    note = words["faults"] if faults else words.get(said_above, "")
    above = f'<p role="alert" tabindex="-1">{escape(note)}</p>' if note else ""
    promise = "".join(
        f"<dt>{escape(words[name])}</dt><dd>{escape(said(texts, shown.language))}</dd>"
        for name, texts in (("sent", form.sent), ("often", form.often))
    )
    inner = (
        f"<h1>{escape(title)}</h1>{above}<dl>{promise}</dl>"
        f'<form method="post" action="/f/{form.id}" novalidate>{_hidden(shown)}'
        f"{fields(shown, values, faults)}"
        f"<button>{escape(words['button'])}</button></form>"
    )
    query = {"source": shown.source, "country": shown.country}
    return _dressed(shown.form, shown.language, title, inner, query=query)


def fields(shown: Shown, values: Values, faults: Mapping[str, str]) -> str:
    """What the form asks for, as HTML: addresses, fields, topics, consent."""
    form, language = shown.form, shown.language
    words = FORM[language]
    parts = []
    alone = len(form.kinds) == 1 and not form.opened
    for kind in form.kinds:
        told = f"{_INPUTS[kind]} required" if alone else _INPUTS[kind]
        parts.append(_entry(kind, words[kind], told, values, faults.get(kind, "")))
    if "address" in faults:
        parts.append(_fault("address", faults["address"]))
    parts += [asked(field, language, values, faults) for field in form.fields]
    if len(form.topics) > 1:
        parts.append(_topics(shown, values, faults.get("topics", "")))
    consent = form.consent_in(language, shown.country)
    ticked = " checked" if values.get("consent") else ""
    fault = faults.get("consent", "")
    parts.append(
        f'<label><input type="checkbox" name="consent" value="yes" required{ticked}'
        f"{_told('consent', fault)}>"
        f'<span lang="{consent.language}">{escape(consent.text)}</span></label>'
        f"{_fault('consent', fault)}"
    )
    return "".join(parts)


def asked(field: Field, language: str, values: Values, faults: Mapping[str, str]) -> str:
    """One field with its label and what is wrong with it."""
    words, label = FORM[language], said(field.labels, language)
    need = " required" if field.required else ""
    fault = faults.get(field.trait, "")
    held = next(iter(values.get(field.trait, ())), "")
    if field.type is FieldType.YES:
        ticked = " checked" if held else ""
        return (
            f'<label><input type="checkbox" name="{field.trait}" value="yes"{need}{ticked}'
            f"{_told(field.trait, fault)}><span>{escape(label)}</span></label>"
            f"{_fault(field.trait, fault)}"
        )
    if field.type is FieldType.CHOICE:
        options = "".join(
            f'<option value="{escape(one.value)}"{" selected" if one.value == held else ""}>'
            f"{escape(said(one.labels, language, one.value))}</option>"
            for one in field.options
        )
        return (
            f'<label class="of">{escape(label)}{_optional(field, words)}'
            f'<select name="{field.trait}"{need}{_told(field.trait, fault)}>'
            f'<option value="">{escape(words["choose"])}</option>{options}</select>'
            f"{_fault(field.trait, fault)}</label>"
        )
    hint = f' autocomplete="{_KNOWN[field.trait]}"' if field.trait in _KNOWN else ""
    told = f'type="{_TYPES[field.type]}"{hint}{need}'
    shown = f"{label} {words['optional']}" if not field.required else label
    return _entry(field.trait, shown, told, values, fault)


def thanks_page(
    shown: Shown, *, must: bool, starts: Mapping[str, str], code: str, wrong: bool = False
) -> str:
    """What is said when the form was taken; `code` is the reference of the code asked for."""
    form, language = shown.form, shown.language
    words = FORM[language]
    title = words["thanks"]
    parts = [f"<h1>{escape(title)}</h1>"]
    own = said(form.thanks, language)
    if own:
        parts.append(f"<p>{escape(own)}</p>")
    if code:
        note = f'<p role="alert">{escape(words["code_wrong"])}</p>' if wrong else ""
        parts.append(
            f'<p role="status">{escape(words["check_code"])}</p>{note}'
            f'<form method="post" action="/f/{form.id}/code">'
            f'<input type="hidden" name="lang" value="{language}">'
            f'<input type="hidden" name="ref" value="{escape(code)}">'
            f'<label class="of">{escape(words["code"])}<input name="code" inputmode="numeric" '
            'autocomplete="one-time-code" maxlength="6" required></label>'
            f"<button>{escape(words['code_button'])}</button></form>"
        )
    if must and "email" in form.kinds:
        parts.append(f'<p role="status">{escape(words["check_email"])}</p>')
    if not must and form.kinds:
        parts.append(f'<p role="status">{escape(words["done"])}</p>')
    for channel, link in starts.items():
        name = CHANNELS.get(channel, channel)
        parts.append(
            f"<p>{escape(words['start'].format(channel=name))}</p>"
            f'<a class="go" href="{escape(link)}" rel="noopener">'
            f"{escape(words['open'].format(channel=name))}</a>"
        )
    return _dressed(form, language, title, "".join(parts), languages=False)


def confirm_page(form: Form, language: str, shop: str, address: str) -> str:
    """The page that a link to confirm leads to: nothing has happened yet."""
    words = FORM[language]
    text = words["confirm_text"].format(shop=shop, address=address)
    inner = (
        f"<h1>{escape(words['confirm_title'])}</h1><p>{escape(text)}</p>"
        f'<form method="post"><input type="hidden" name="lang" value="{language}">'
        f"<button>{escape(words['confirm_button'])}</button></form>"
    )
    return _dressed(form, language, words["confirm_title"], inner)


def confirmed_page(
    form: Form,
    language: str,
    shop: str,
    *,
    answers_to: str = "",
    values: Values | None = None,
    faults: Mapping[str, str] | None = None,
    answered: bool = False,
    code: str = "",
) -> str:
    """What is said once it holds; `answers_to` is where answers to the questions go.

    `code` is the one that the answers were worth.
    """
    words = FORM[language]
    bonus = said(form.bonus.says, language) if form.bonus is not None else ""
    title = words["confirmed_title"]
    text = words["answered"] if answered else words["confirmed_text"].format(shop=shop)
    if answered and bonus:
        text = f"{text} {words['promised'].format(bonus=bonus)}"
    own = said(form.thanks, language)
    inner = f'<h1>{escape(title)}</h1><p role="status">{escape(text)}</p>'
    inner += f"<p>{escape(own)}</p>" if own and not answered else ""
    inner += f"<p>{escape(words['code'])}: <strong>{escape(code)}</strong></p>" if code else ""
    if answers_to and form.questions and not answered:
        head = words["questions"].format(bonus=bonus) if bonus else words["questions_plain"]
        note = f'<p role="alert">{escape(words["faults"])}</p>' if faults else ""
        every = "".join(asked(one, language, values or {}, faults or {}) for one in form.questions)
        inner += (
            f"<h2>{escape(head)}</h2>{note}"
            f'<form method="post" action="{escape(answers_to)}" novalidate>'
            f'<input type="hidden" name="lang" value="{language}">{every}'
            f"<button>{escape(words['send'])}</button></form>"
        )
    return _dressed(form, language, title, inner, languages=False)


def late_page(form: Form, language: str) -> str:
    """The page of a sign-up that nobody can confirm any more."""
    words = FORM[language]
    inner = (
        f"<h1>{escape(words['too_late_title'])}</h1><p>{escape(words['too_late_text'])}</p>"
        f'<a class="go" href="/f/{form.id}?lang={language}">{escape(words["sign_up_again"])}</a>'
    )
    return _dressed(form, language, words["too_late_title"], inner, languages=False)


def refused_page(language: str, word: str) -> str:
    """The page of a form that is none, or of a sending that is not taken."""
    text = FORM[language][word]
    return framed(language, text, f"<h1>{escape(text)}</h1>", languages=False)


def _dressed(
    form: Form,
    language: str,
    title: str,
    inner: str,
    *,
    languages: bool = True,
    query: dict[str, str] | None = None,
) -> str:
    """The page in the form's own colour and with its logo."""
    colour = form.look.colour
    style = f"button{{background:{colour};border-color:{colour};color:{ink_on(colour)}}}"
    return framed(
        language,
        title,
        inner,
        languages=languages,
        query={name: value for name, value in (query or {}).items() if value},
        logo=form.look.logo or "",
        style=style,
    )


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour (#rrggbb)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000" if (light + 0.05) / 0.05 > 1.05 / (light + 0.05) else "#fff"


def _hidden(shown: Shown) -> str:
    told = {
        "stamp": shown.stamp,
        "lang": shown.language,
        "source": shown.source,
        "page": shown.page,
    }
    every = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in told.items()
    )
    # Programs fill in every field; people do not see this one.
    trap = (
        '<div class="off" aria-hidden="true"><input name="website" tabindex="-1" '
        'autocomplete="off"></div>'
    )
    return every + trap


def _topics(shown: Shown, values: Values, fault: str) -> str:
    ticked = set(values.get("topic", ()))
    boxes = "".join(
        f'<label><input type="checkbox" name="topic" value="{topic.id}"'
        f"{' checked' if topic.id in ticked else ''}><span>"
        f"{escape(topic.name_in(shown.language))}"
        f"{_small(topic.texts.get(shown.language, ''))}</span></label>"
        for topic in shown.topics
    )
    legend = escape(FORM[shown.language]["topics"])
    return f"<fieldset><legend>{legend}</legend>{boxes}{_fault('topics', fault)}</fieldset>"


def _small(text: str) -> str:
    return f"<small>{escape(text)}</small>" if text else ""


def _entry(name: str, label: str, told: str, values: Values, fault: str) -> str:
    value = next(iter(values.get(name, ())), "")
    return (
        f'<label class="of">{escape(label)}<input name="{name}" {told} maxlength="300"'
        f' value="{escape(value)}"{_told(name, fault)}>{_fault(name, fault)}</label>'
    )


def _optional(field: Field, words: Mapping[str, str]) -> str:
    return "" if field.required else f" {escape(words['optional'])}"


def _told(name: str, fault: str) -> str:
    return f' aria-invalid="true" aria-describedby="fault-{name}"' if fault else ""


def _fault(name: str, fault: str) -> str:
    return f'<span class="fault" id="fault-{name}">{escape(fault)}</span>' if fault else ""
