"""What a channel cannot carry, said before sending: every sentence names the limit.

It knows only capabilities; what one vendor alone forbids stands with that vendor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from maracuja.content import Button, Content, MediaKind, Tap
from maracuja.errors import UnsupportedFeature
from maracuja.model import Capabilities


def refuse(channel: str, can: Capabilities, content: Content) -> None:
    """Raise UnsupportedFeature for the first part of a message that the channel cannot carry."""
    for where, message, fix in _faults(channel, can, content):
        raise UnsupportedFeature(message, where=where, fix=fix)


Fault = tuple[str, str, str]


def _faults(channel: str, can: Capabilities, content: Content) -> Iterator[Fault]:
    yield from _words(channel, can, content)
    yield from _media(channel, can, content)
    yield from _buttons(channel, "buttons", content.buttons, can.buttons, can.button_taps)
    yield from _labels(channel, can, content)
    yield from _buttons(channel, "keyboard", content.keyboard, can.keyboard, can.keyboard_taps)
    yield from _cards(channel, can, content)
    yield from _enclosed(channel, can, content)
    if content.approved is not None and not can.approved:
        yield "approved", f"{channel} knows no templates approved beforehand.", ""
    if content.place is not None and not can.place:
        yield "place", f"{channel} shows no place on a map.", "Use a button with a link to a map."
    if content.link and not can.link:
        yield "link", f"A {channel} message itself leads nowhere.", "Use a button with a url."


def _words(channel: str, can: Capabilities, content: Content) -> Iterator[Fault]:
    caption = bool(content.media) and can.caption_chars_max
    limits = (
        ("text", content.text, caption or can.text_chars_max),
        ("subject", content.subject, can.subject_chars_max),
    )
    for part, value, limit in limits:
        if value and not limit:
            yield part, f"{channel} carries no {part}.", f"Leave out the {part}."
        yield from _long(channel, part, value, limit, beside="media" if caption else "")
    if content.html and not can.html:
        yield "html", f"{channel} carries no HTML.", "Write a text for it."
    if content.formatted and not can.formatted:
        yield "formatted", f"{channel} shows plain words only.", "Take out the marks."
    if content.background and not can.background:
        yield "background", f"{channel} shows every message.", "Leave out `background`."
    shown = content.text or content.html or content.media or content.cards
    empty = not (shown or content.background)
    if empty and content.approved is None and content.place is None:
        yield "text", "The message is empty.", ""


def _long(channel: str, part: str, value: str, limit: int, beside: str = "") -> Iterator[Fault]:
    if limit and len(value) > limit:
        place = f" beside {beside}" if beside else ""
        yield (
            part,
            f"The {part} has {len(value)} characters; {channel} carries {limit}{place}.",
            f"Shorten the {part}.",
        )


def _media(channel: str, can: Capabilities, content: Content) -> Iterator[Fault]:
    for media in content.media:
        if media.kind not in can.media:
            yield "media", f"{channel} carries no {media.kind}.", ""
        if not media.url.startswith("https://"):
            yield "media", f"The {media.kind} is not at an https address.", ""
    yield from _many(channel, "media", "pictures, videos and files", content.media, can.media_max)
    if content.buttons and len(content.media) > can.media_with_buttons:
        some = can.media_with_buttons
        few = f"at most {some}" if some else "no"
        yield "buttons", f"{channel} shows {few} media together with buttons.", ""


def _enclosed(channel: str, can: Capabilities, content: Content) -> Iterator[Fault]:
    files = content.enclosed
    if files and not can.enclosed:
        by_url = MediaKind.FILE in can.media
        fix = "Give its https address as `media`." if by_url else "Send it by email."
        yield "attachments", f"{channel} carries no files inside a message.", fix
        return
    yield from _many(channel, "attachments", "files", files, can.enclosed)
    size = sum(one.size for one in files)
    if size > can.enclosed_bytes_max:
        yield (
            "attachments",
            f"The files have {size} bytes; {channel} carries {can.enclosed_bytes_max}.",
            "Put them at an address and link to it.",
        )


def _many(
    channel: str, where: str, what: str, values: Sequence[object], limit: int
) -> Iterator[Fault]:
    if len(values) > limit:
        can = f"carries {limit}" if limit else "carries none"
        yield where, f"The message has {len(values)} {what}; {channel} {can}.", ""


def _buttons(
    channel: str, where: str, buttons: Sequence[Button], limit: int, taps: Collection[Tap]
) -> Iterator[Fault]:
    yield from _many(channel, where, f"{where}", buttons, limit)
    for button in buttons:
        if button.does not in taps:
            yield (
                where,
                f"A button of {where} that does `{button.does}` is not there on {channel}.",
                f"Use one of {', '.join(sorted(taps))}.",
            )


def _labels(channel: str, can: Capabilities, content: Content) -> Iterator[Fault]:
    on_cards = [button for card in content.cards for button in card.buttons]
    limits = (
        ("buttons", [*content.buttons, *on_cards], can.button_chars_max),
        ("keyboard", content.keyboard, can.keyboard_chars_max),
    )
    for where, buttons, limit in limits:
        for button in buttons:
            if not button.text:
                yield where, "A button has no text.", ""
            yield from _long(channel, where, button.text, limit, beside="its button")
            size = len(button.reply.encode())
            if where == "buttons" and can.reply_bytes_max and size > can.reply_bytes_max:
                yield (
                    where,
                    f"The reply of a button has {size} bytes; {channel} brings back "
                    f"{can.reply_bytes_max}.",
                    "Use a short word.",
                )


def _cards(channel: str, can: Capabilities, content: Content) -> Iterator[Fault]:
    yield from _many(channel, "cards", "cards", content.cards, can.cards)
    for card in content.cards:
        yield from _long(channel, "cards", card.title, can.card_title_chars_max, "a card")
        yield from _long(channel, "cards", card.text, can.card_text_chars_max, "a card")
        yield from _buttons(channel, "cards", card.buttons, can.card_buttons, can.button_taps)
