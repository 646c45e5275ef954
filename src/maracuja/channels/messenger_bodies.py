"""The bodies of Messenger and Instagram: words, attachments, quick replies, two templates.

It never sends half of a message: words that an attachment cannot carry are refused, and the words
beside a picture become the title and the text of one card.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from maracuja.channels.formatting import titled
from maracuja.content import Button, Card, Content, Media, MediaKind, Tap

TITLE_CHARS_MAX: Final = 80
CARD_TEXT_CHARS_MAX: Final = 80
BUTTON_WORDS_MAX: Final = 640  # of a text above buttons
_TYPES: Final = {
    MediaKind.PICTURE: "image",
    MediaKind.VIDEO: "video",
    MediaKind.FILE: "file",
}

Fault = tuple[str, str, str]


def faults(channel: str, content: Content, *, reply_bytes_max: int) -> Iterator[Fault]:
    """What the capabilities cannot say: part, sentence and cure of each fault."""
    media = content.media[0] if content.media else None
    if content.cards:
        yield from _cards_faults(channel, content)
    elif media is not None and media.kind is not MediaKind.PICTURE:
        if content.text or content.buttons:
            yield (
                "text" if content.text else "buttons",
                f"{channel} shows a {media.kind} by itself, without words and buttons.",
                "Send a picture, or the words alone.",
            )
    elif media is not None and (content.text or content.buttons):
        yield from _picture_faults(channel, content.text)
    elif content.buttons and len(content.text) > BUTTON_WORDS_MAX:
        yield (
            "text",
            f"The text has {len(content.text)} characters; {channel} carries "
            f"{BUTTON_WORDS_MAX} above buttons.",
            "Shorten the text.",
        )
    for key in content.keyboard:
        if len(key.reply.encode()) > reply_bytes_max:
            yield (
                "keyboard",
                f"The reply of a button has {len(key.reply.encode())} bytes; {channel} brings "
                f"back {reply_bytes_max}.",
                "Use a short word.",
            )


def _cards_faults(channel: str, content: Content) -> Iterator[Fault]:
    beside = {"text": content.text, "media": content.media, "buttons": content.buttons}
    for where in (name for name, part in beside.items() if part):
        yield where, f"{channel} shows cards by themselves.", "Put it on the cards."
    for card in content.cards:
        if not card.title:
            yield "cards", "A card has no title.", ""
        if not (card.text or card.picture or card.buttons):
            yield "cards", f"A card of {channel} needs more than a title.", "Add a picture."
        if card.picture and not card.picture.startswith("https://"):
            yield "cards", "The picture of a card is not at an https address.", ""


def _picture_faults(channel: str, text: str) -> Iterator[Fault]:
    title, below = titled(text)
    if not title:
        yield "text", f"Buttons below a picture need words on {channel}.", "Add a line."
    for part, limit in ((title, TITLE_CHARS_MAX), (below, CARD_TEXT_CHARS_MAX)):
        if len(part) > limit:
            yield (
                "text",
                f"Beside a picture {channel} shows a first line of {TITLE_CHARS_MAX} characters "
                f"and {CARD_TEXT_CHARS_MAX} more below it; here one has {len(part)}.",
                "Break the line, or shorten the text.",
            )


def message_body(content: Content, reference: str) -> dict[str, Any]:
    """The `message` of a call, for a content without faults.

    `reference` comes back with each pressed button: it says which message was answered.
    """
    body = _shown(content, reference)
    if content.keyboard:
        body["quick_replies"] = [_quick_reply(key, reference) for key in content.keyboard]
    return body


def _shown(content: Content, reference: str) -> dict[str, Any]:
    if content.cards:
        return _template("generic", elements=[_element(c, reference) for c in content.cards])
    if content.media:
        (media,) = content.media
        if not content.text:
            return _attachment(_TYPES[media.kind], {"url": media.url})
        return _template("generic", elements=[_picture(media, content, reference)])
    if content.buttons:
        buttons = _buttons(content.buttons, reference)
        return _template("button", text=content.text, buttons=buttons)
    return {"text": content.text}


def _attachment(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"attachment": {"type": kind, "payload": payload}}


def _template(kind: str, **fields: Any) -> dict[str, Any]:
    return _attachment("template", {"template_type": kind, **fields})


def _picture(media: Media, content: Content, reference: str) -> dict[str, Any]:
    """A picture with words: a card of its own, on which a press leads nowhere else."""
    title, below = titled(content.text)
    card = Card(title=title, text=below, picture=media.url, buttons=content.buttons)
    return _element(card, reference)


def _element(card: Card, reference: str) -> dict[str, Any]:
    element: dict[str, Any] = {"title": card.title}
    if card.text:
        element["subtitle"] = card.text
    if card.picture:
        element["image_url"] = card.picture
    if card.url:
        element["default_action"] = {"type": "web_url", "url": card.url}
    if card.buttons:
        element["buttons"] = _buttons(card.buttons, reference)
    return element


def _buttons(buttons: Sequence[Button], reference: str) -> list[dict[str, Any]]:
    return [_button(button, reference) for button in buttons]


def _button(button: Button, reference: str) -> dict[str, Any]:
    if button.does is Tap.URL:
        return {"type": "web_url", "url": button.url, "title": button.text}
    return {
        "type": "postback",
        "title": button.text,
        "payload": with_reference(reference, button.reply),
    }


def _quick_reply(key: Button, reference: str) -> dict[str, Any]:
    if key.does is Tap.PHONE:  # Messenger writes the person's own number on it
        return {"content_type": "user_phone_number"}
    return {
        "content_type": "text",
        "title": key.text,
        "payload": with_reference(reference, key.reply),
    }


def with_reference(reference: str, reply: str) -> str:
    """What a pressed button brings back: our reference of the message, a space, the reply."""
    return f"{reference} {reply}"
