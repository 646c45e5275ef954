"""The public table of what each channel carries and tells, made from the capabilities alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from maracuja.channels import CHANNELS
from maracuja.channels.base import Channel
from maracuja.content import Tap
from maracuja.model import Capabilities, Status

_RECEIPTS: Final = (
    Status.DELIVERED, Status.READ, Status.CLICKED, Status.REPLIED, Status.BOUNCED,
    Status.COMPLAINED, Status.UNSUBSCRIBED,
)  # fmt: skip


def _limit(limit: int) -> str:
    return f"{limit:,}" if limit else "-"


def _up_to(limit: int, what: Sequence[str], chars: int = 0) -> str:
    if not limit:
        return "-"
    size = f" of {chars}" if chars else ""
    return f"{limit}{size}: {', '.join(sorted(what))}" if what else f"{limit}{size}"


def _cards(can: Capabilities) -> str:
    if not can.cards:
        return "-"
    title, text = can.card_title_chars_max, can.card_text_chars_max
    parts = [f"title {title}"] if title else []
    parts += [f"text {text}"] if text else []
    parts += [f"{can.card_buttons} buttons"] if can.card_buttons else []
    return f"{can.cards}: {', '.join(parts)}" if parts else str(can.cards)


def _window(can: Capabilities) -> str:
    return f"{can.window_s // 3600} h" if can.window_s else "always"


def _poll(can: Capabilities) -> str:
    """The ways in which a poll may be shown, the best first; a link to its page always does."""
    if can.html:
        return "links to its page"
    ways = ["buttons"] if Tap.REPLY in can.button_taps else []
    ways += ["keyboard"] if can.keyboard_brings else []
    ways += ["numbers"] if can.answers_by_number else ["a link to its page"]
    return ", ".join(ways)


ROWS: Final[tuple[tuple[str, Callable[[Capabilities], str]], ...]] = (
    ("address", lambda can: can.address_kind),
    ("text, characters", lambda can: _limit(can.text_chars_max)),
    ("subject or title", lambda can: _limit(can.subject_chars_max)),
    ("text beside media", lambda can: _limit(can.caption_chars_max) if can.media else "-"),
    (
        "formatting",
        lambda can: "HTML" if can.html else "*bold* _italic_" if can.formatted else "-",
    ),
    ("media", lambda can: _up_to(can.media_max, [*can.media])),
    (
        "files inside the message",
        lambda can: f"{can.enclosed}: {can.enclosed_bytes_max:,} bytes" if can.enclosed else "-",
    ),
    ("buttons", lambda can: _up_to(can.buttons, [*can.button_taps], can.button_chars_max)),
    ("reply of a button, bytes", lambda can: _limit(can.reply_bytes_max)),
    ("keyboard", lambda can: _up_to(can.keyboard, [*can.keyboard_taps], can.keyboard_chars_max)),
    ("cards", _cards),
    ("a poll is shown as", _poll),
    ("place on a map", lambda can: "yes" if can.place else "-"),
    ("shows nothing, wakes the app", lambda can: "yes" if can.background else "-"),
    ("approved templates", lambda can: "yes" if can.approved else "-"),
    ("free text after a person's word", _window),
    ("payload of a link into it", lambda can: _limit(can.deep_link_chars_max)),
    ("tells", lambda can: ", ".join(s for s in _RECEIPTS if s in can.receipts)),
    ("knows our id again", lambda can: "yes" if can.honours_our_id else "no"),
)


def matrix(channels: Sequence[type[Channel[Any]]] = CHANNELS) -> list[list[str]]:
    """Rows of texts: the first names the channels, each other begins with what it is about."""
    head = ["", *(channel.name for channel in channels)]
    return [head, *([name, *(cell(one.can) for one in channels)] for name, cell in ROWS)]


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """The rows as a table of Markdown."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines)
