"""What a WhatsApp message looks like on the wire: words, media, buttons, lists, cards, templates.

Source: Meta's OpenAPI v23.0, and `pywa` for what that lacks: links, carousels. It refuses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from maracuja.channels.formatting import titled
from maracuja.content import Approved, Button, Card, Content, Media, MediaKind, Place, Tap

BUTTONS_MAX: Final = 3  # more answers than that become a list
_KINDS: Final = {MediaKind.PICTURE: "image", MediaKind.VIDEO: "video", MediaKind.FILE: "document"}
# On the button that opens a list.
_CHOOSE: Final = {"en": "Choose", "ru": "Выбрать", "uk": "Обрати", "mn": "Сонгох"}


def body_of(content: Content, language: str) -> dict[str, Any]:
    """The `type` of a message and the part that has its name."""
    if content.approved is not None:
        return {"type": "template", "template": _template(content, content.approved)}
    if content.place is not None:
        return {"type": "location", "location": _location(content.place, content.text)}
    if content.cards:
        return _interactive("carousel", content.text, {"cards": _cards(content.cards)})
    if content.buttons:
        return _with_buttons(content, language)
    if content.media:
        (media,) = content.media
        kind = _KINDS[media.kind]
        caption = {"caption": content.text} if content.text else {}
        return {"type": kind, kind: {**_media(media), **caption}}
    preview = "https://" in content.text
    return {"type": "text", "text": {"body": content.text, "preview_url": preview}}


def _location(place: Place, text: str) -> dict[str, str]:
    """A point on the map; of words, the first line is its name, the rest its address."""
    name, address = titled(text)
    said = {
        "latitude": str(place.latitude),
        "longitude": str(place.longitude),
        "name": name,
        "address": one_line(address),
    }
    return {key: value for key, value in said.items() if value}


def _media(media: Media) -> dict[str, Any]:
    name = {"filename": media.name} if media.kind is MediaKind.FILE and media.name else {}
    return {"link": media.url, **name}


# ---------------------------------------------------------------- inside the window


def _interactive(
    kind: str, text: str, action: dict[str, Any], media: Sequence[Media] = ()
) -> dict[str, Any]:
    head: dict[str, Any] = {}
    for one in media:
        head = {"header": {"type": _KINDS[one.kind], _KINDS[one.kind]: _media(one)}}
    body = {"body": {"text": text}}
    return {"type": "interactive", "interactive": {"type": kind, **head, **body, "action": action}}


def _with_buttons(content: Content, language: str) -> dict[str, Any]:
    """Answers to press, a list of answers, one link, or the question where the person is."""
    buttons, text = content.buttons, content.text
    match buttons[0].does:
        case Tap.URL:
            return _interactive("cta_url", text, _link(buttons[0]), content.media)
        case Tap.LOCATION:
            return _interactive("location_request_message", text, {"name": "send_location"})
    if len(buttons) <= BUTTONS_MAX:
        made = [
            {"type": "reply", "reply": {"id": one.reply, "title": one.text}} for one in buttons
        ]
        return _interactive("button", text, {"buttons": made}, content.media)
    rows = [{"id": one.reply, "title": one.text} for one in buttons]
    choose = _CHOOSE.get(language.partition("-")[0], _CHOOSE["en"])
    return _interactive("list", text, {"button": choose, "sections": [{"rows": rows}]})


def _link(button: Button) -> dict[str, Any]:
    return {
        "name": "cta_url",
        "parameters": {"display_text": button.text, "url": button.url},
    }


def _cards(cards: Sequence[Card]) -> list[dict[str, Any]]:
    return [
        {
            "card_index": n,
            "type": "cta_url",
            "header": {"type": "image", "image": {"link": card.picture}},
            "body": {"text": card_text(card)},
            "action": _card_action(card.buttons),
        }
        for n, card in enumerate(cards)
    ]


def card_text(card: Card) -> str:
    """What stands below a card's picture: its title in bold, its text below."""
    return f"*{card.title}*\n{card.text}" if card.text else f"*{card.title}*"


def _card_action(buttons: Sequence[Button]) -> dict[str, Any]:
    if buttons[0].does is Tap.URL:
        return _link(buttons[0])
    made = [
        {"type": "quick_reply", "quick_reply": {"id": one.reply, "title": one.text}}
        for one in buttons
    ]
    return {"buttons": made}


# ---------------------------------------------------------------- templates


def _template(content: Content, approved: Approved) -> dict[str, Any]:
    """The template's name and what fills its places; deterministic, as Meta's contract asks."""
    parts = [
        *_header(content, approved),
        *_texts(approved.parameters, approved.names),
        *_pressed(content.buttons),
        *_template_cards(content.cards),
    ]
    return {
        "name": approved.name,
        "language": {"code": approved.language, "policy": "deterministic"},
        **({"components": parts} if parts else {}),
    }


def _header(content: Content, approved: Approved) -> list[dict[str, Any]]:
    if approved.header.startswith("https://"):
        return [_picture(approved.header)]
    if approved.header:
        words = {"type": "text", "text": one_line(approved.header)}
        return [{"type": "header", "parameters": [words]}]
    kinds = [(_KINDS[media.kind], media) for media in content.media]
    return [
        {"type": "header", "parameters": [{"type": kind, kind: _media(media)}]}
        for kind, media in kinds
    ]


def _picture(url: str) -> dict[str, Any]:
    return {"type": "header", "parameters": [{"type": "image", "image": {"link": url}}]}


def _texts(texts: Sequence[str], names: Sequence[str] = ()) -> list[dict[str, Any]]:
    if not texts:
        return []
    made: list[dict[str, Any]] = [{"type": "text", "text": one_line(text)} for text in texts]
    for one, name in zip(made, names, strict=False):
        one["parameter_name"] = name
    return [{"type": "body", "parameters": made}]


def one_line(text: str) -> str:
    """The text as a parameter may be: neither line ends nor tabs nor rows of spaces."""
    return " ".join(text.split())


def link_end(url: str) -> str:
    """What follows the host: a template's button is approved as https://host/{{1}}."""
    address = urlsplit(url)
    return url.removeprefix(f"{address.scheme}://{address.netloc}/") if address.netloc else url


def _pressed(buttons: Sequence[Button]) -> list[dict[str, Any]]:
    """What the template's own buttons bring back, open or copy."""
    made = []
    for n, button in enumerate(buttons):
        match button.does:
            case Tap.URL:
                kind, parameter = "url", {"type": "text", "text": link_end(button.url)}
            case Tap.COPY:
                kind, parameter = "copy_code", {"type": "coupon_code", "coupon_code": button.copy}
            case _:
                kind, parameter = "quick_reply", {"type": "payload", "payload": button.reply}
        made.append(
            {"type": "button", "sub_type": kind, "index": str(n), "parameters": [parameter]}
        )
    return made


def _template_cards(cards: Sequence[Card]) -> list[dict[str, Any]]:
    """The cards of a carousel: picture, text as the one parameter of each, buttons."""
    if not cards:
        return []
    made = [
        {
            "card_index": n,
            "components": [
                _picture(card.picture),
                *_texts([card.text] if card.text else []),
                *_pressed(card.buttons),
            ],
        }
        for n, card in enumerate(cards)
    ]
    return [{"type": "carousel", "cards": made}]
