"""Messages as a page of telephones, one for each reader: no script and no address outside.

Pictures stand as frames with their address, for to load one would tell its server who looks; on
the screen of the template editor alone they are loaded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from maracuja.channels.formatting import to_html
from maracuja.content import Approved, Button, Card, Content, Media, MediaKind, Place
from maracuja.ui.message_terminal import rows
from maracuja.ui.phone_words import does, words_of
from maracuja.ui.report_svg import LOGO

_STYLE: Final = Path(__file__).with_name("message.css").read_text(encoding="utf-8")
_NOTICES: Final = frozenset({"web_push", "mobile_push"})  # shown on a locked screen
_INSIDE: Final = frozenset({"whatsapp", "messenger", "instagram", "web_chat"})
# What a mail brings along shows its words and loads nothing.
_ALONE: Final = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'unsafe-inline'\"><style>body{font:15px/1.45 system-ui,'DejaVu Sans',sans-serif;"
    "margin:14px 16px;overflow-wrap:anywhere}img{max-width:100%}</style>"
)
_PICTURES: Final = "'none'; img-src https: data:"
_ASKED: Final = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)")
_HOLDS: Final = {True: "(min-width: 0)", False: "(max-width: 0)"}
_IN_STYLES: Final = ":/?#[]@!$&*+,;=%~"  # what an address keeps between quotes in a style
_NAMES: Final = {
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "web_push": "Web push",
    "mobile_push": "Push",
    "viber_business": "Viber Business",
    "web_chat": "Web chat",
    "email": "E-mail",
}
_DRAWN: Final = {
    MediaKind.PICTURE: '<svg viewBox="0 0 48 36" aria-hidden="true">'
    '<circle cx="14" cy="11" r="4.5"/><path d="M2 34 17 17l9 10 7-8 13 15z"/></svg>',
    MediaKind.VIDEO: '<svg viewBox="0 0 48 36" aria-hidden="true">'
    '<path d="M18 7v22l18-11z"/></svg>',
    MediaKind.FILE: '<svg viewBox="0 0 48 36" aria-hidden="true">'
    '<path d="M15 3h12l8 8v22H15z"/></svg>',
}

_PIN: Final = (
    '<svg viewBox="0 0 48 36" aria-hidden="true"><path d="M24 34C15 24 13 19 13 13a11 11 0 0 1 22 '
    '0c0 6-2 11-11 21zm0-26a5 5 0 1 0 0 10 5 5 0 0 0 0-10z"/></svg>'
)


class Phone(NamedTuple):
    """What one reader has before their eyes; `error` is why nothing, where `content` is None."""

    who: str
    content: Content | None
    error: str = ""


def page(title: str, channel: str, shop: str, phones: Sequence[Phone], language: str = "") -> str:
    """The page: `title` is the template's, `shop` whom the messages come from."""
    name = name_of(channel)
    shown = "".join(_phone(one, channel, shop, language) for one in phones)
    said = f"{escape(name)} · {escape(language)}" if language else escape(name)
    return (
        f'<!doctype html>\n<html lang="{escape(language or "en")}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · {escape(name)}</title><style>{_STYLE}</style></head>"
        f'<body class="{escape(channel)}"><main>\n'
        f'<header><div class="brand">{LOGO}Maracuja <span>preview</span></div>'
        f'<h1>{escape(title)}</h1><p class="sub">{said}</p></header>\n'
        f'<div class="phones">{shown}</div>\n</main></body></html>\n'
    )


def screen(
    channel: str,
    shop: str,
    content: Content,
    *,
    language: str = "",
    wide: bool = False,
    dark: bool = False,
) -> str:
    """A page of one screen and nothing else, its pictures loaded; `wide`: a mail on a desk.

    What the telephone itself says is in the `language` of the message. It is light or `dark`
    whatever the colours of whoever looks.
    """
    shown = _phone(Phone("", content), channel, shop, language, pictures=True)
    kind = "alone wide" if wide else "alone"
    page = (
        f'<!doctype html>\n<html lang="{escape(language or "en")}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(name_of(channel))}</title><style>{_STYLE}</style></head>"
        f'<body class="{kind} {escape(channel)}">{shown}</body></html>\n'
    )
    scheme = "dark" if dark else "light"
    page = _ASKED.sub(lambda one: _HOLDS[one[1] == scheme], page)
    return page.replace("color-scheme: light dark", f"color-scheme: {scheme}", 1)


def name_of(channel: str) -> str:
    """The channel as people call it."""
    return _NAMES.get(channel, channel.capitalize())


def _phone(phone: Phone, channel: str, shop: str, language: str, *, pictures: bool = False) -> str:
    if phone.content is None:
        inside = f'<div class="chat"><p class="nothing">Nothing: {escape(phone.error)}</p></div>'
        screen = _head(channel, shop, language) + inside + _field(language)
    elif channel in _NOTICES:
        screen = _locked(phone.content, shop, language)
    elif channel == "email":
        screen = _mail(phone.content, shop, language, pictures=pictures)
    else:
        screen = _chat(phone.content, channel, shop, language)
    return (
        f'<figure><div class="phone"><div class="screen"><div class="bar"><b>9:41</b>'
        f'<i class="signal"></i><i class="battery"></i></div>{screen}</div></div>'
        f"<figcaption>{escape(phone.who)}</figcaption></figure>"
    )


# ---------------------------------------------------------------- a chat


def _chat(content: Content, channel: str, shop: str, language: str) -> str:
    inside = channel in _INSIDE
    bubble = _bubble(content, _lines(content.buttons, language) if inside else "", language)
    own = inside or channel == "viber"
    below = "" if own else _keys(content.buttons, "inline", language)
    keyboard = [*(content.buttons if channel == "viber" else ()), *content.keyboard]
    cards = "".join(_card(card, language) for card in content.cards)
    carousel = f'<div class="cards">{cards}</div>' if cards else ""
    day = f'<span class="day">{words_of(language)["today"]}</span>'
    return (
        _head(channel, shop, language)
        + f'<div class="chat">{day}{bubble}{below}{carousel}</div>'
        + _field(language)
        + _keys(keyboard, "keyboard", language)
    )


def _head(channel: str, shop: str, language: str) -> str:
    name = words_of(language)["web_chat"] if channel == "web_chat" else name_of(channel)
    return (
        f'<div class="head"><span class="back"></span>{_face(shop)}'
        f"<div><b>{escape(shop)}</b><small>{escape(name)}</small></div></div>"
    )


def _face(shop: str) -> str:
    """The shop's first letter, in the place of its picture."""
    letter = next((one for one in shop if one.isalnum()), "")
    return f'<span class="face">{escape(letter.upper())}</span>'


def _field(language: str) -> str:
    return f'<div class="field"><span>{words_of(language)["field"]}</span><i></i></div>'


def _bubble(content: Content, lines: str, language: str) -> str:
    subject = f"<h2>{escape(content.subject)}</h2>" if content.subject else ""
    approved = _approved(content.approved, language) if content.approved is not None else ""
    shown = list(content.media)
    if content.approved is not None and content.approved.header.startswith("https://"):
        shown.insert(0, Media(kind=MediaKind.PICTURE, url=content.approved.header))
    media = "".join(_medium(one) for one in shown)
    album = f'<div class="album n{min(len(shown), 4)}">{media}</div>' if media else ""
    if content.place is not None:
        album += _map(content.place)
    text = _words(content)
    if not (subject or approved or album or text or lines):
        return ""
    silent = words_of(language)["silent"]
    bell = f'<i class="quiet" title="{silent}"></i>' if content.silent else ""
    return (
        f'<div class="bubble">{album}<div class="said">{approved}{subject}{text}'
        f'<span class="time">{bell}9:41</span></div>{lines}</div>'
    )


def _words(content: Content) -> str:
    text = content.text.strip()
    if not text:
        return ""
    return f"<p>{to_html(text) if content.formatted else escape(text, quote=False)}</p>"


def _medium(media: Media) -> str:
    said = media.name or media.alt
    caption = f"<b>{escape(said)}</b>" if said else ""
    # The style only names the picture: it is loaded where one screen stands alone.
    seen = f"url('{quote(media.url, safe=_IN_STYLES)}')" if media.url.startswith("https:") else ""
    style = f' style="--seen:{escape(seen)}"' if seen and media.kind is MediaKind.PICTURE else ""
    return (
        f'<div class="media {media.kind}"{style}>{_DRAWN[media.kind]}'
        f"<div>{caption}<small>{escape(media.url)}</small></div></div>"
    )


def _map(place: Place) -> str:
    return (
        f'<div class="media place">{_PIN}<small>{place.latitude}, {place.longitude}</small></div>'
    )


def _keys(buttons: Sequence[Button], kind: str, language: str) -> str:
    """Buttons as keys in their rows."""
    lines = "".join(
        f'<div class="row">{"".join(_key(button, language) for button in row)}</div>'
        for row in rows(buttons)
    )
    return f'<div class="{kind}">{lines}</div>' if lines else ""


def _key(button: Button, language: str) -> str:
    title = escape(does(button, language))
    return f'<span class="key {button.does}" title="{title}">{escape(button.text)}</span>'


def _lines(buttons: Sequence[Button], language: str) -> str:
    """Buttons as lines of the bubble itself."""
    return "".join(f'<div class="line">{_key(button, language)}</div>' for button in buttons)


def _card(card: Card, language: str) -> str:
    picture = _medium(Media(kind=MediaKind.PICTURE, url=card.picture)) if card.picture else ""
    text = f"<p>{escape(card.text)}</p>" if card.text else ""
    return (
        f'<div class="card">{picture}<div class="said"><b>{escape(card.title)}</b>{text}</div>'
        f"{_lines(card.buttons, language)}</div>"
    )


def _approved(approved: Approved, language: str) -> str:
    """The vendor keeps the words: what is known here is what fills its places."""
    words = "" if approved.header.startswith("https://") else approved.header
    filled = "".join(
        f"<li><code>{{{{{n}}}}}</code> {escape(text)}</li>"
        for n, text in enumerate(approved.parameters, 1)
    )
    header = f"<b>{escape(words)}</b>" if words else ""
    return (
        f'<div class="approved"><small>{words_of(language)["approved"]}</small>{header}'
        f"<b>{escape(approved.name)}</b> <small>{escape(approved.language)}</small>"
        f"<ul>{filled}</ul></div>"
    )


# ---------------------------------------------------------------- a mail


def _mail(content: Content, shop: str, language: str, *, pictures: bool) -> str:
    """Its HTML as a page of its own that can do nothing; else its text."""
    inside = f'<div class="said">{_words(content)}</div>'
    if content.html:
        alone = _ALONE.replace("'none'", _PICTURES, 1) if pictures else _ALONE
        title = words_of(language)["letter"]
        framed = escape(alone + content.html)
        inside = f'<iframe sandbox title="{title}" srcdoc="{framed}"></iframe>'
    return (
        f'<div class="mail"><h2>{escape(content.subject)}</h2><div class="from">{_face(shop)}'
        f"<div><b>{escape(shop)}</b></div><small>9:41</small></div>{inside}</div>"
    )


# ---------------------------------------------------------------- a locked screen


def _locked(content: Content, shop: str, language: str) -> str:
    title = f"<b>{escape(content.subject)}</b>" if content.subject else ""
    media = "".join(_medium(one) for one in content.media)
    actions = "".join(_key(button, language) for button in content.buttons)
    row = f'<div class="actions">{actions}</div>' if actions else ""
    return (
        '<div class="locked"><div class="clock">9:41</div>'
        f'<div class="notice"><div class="from">{_face(shop)}'
        f"<small>{escape(shop)}</small><small>{words_of(language)['now']}</small></div>"
        f"{title}{_words(content)}{media}{row}</div></div>"
    )
