"""A message in the terminal as its reader would have it: words, pictures, buttons as boxes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Final

from rich.box import HEAVY, ROUNDED
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from maracuja.channels.formatting import to_html
from maracuja.content import Approved, Button, Card, Content, Media, MediaKind
from maracuja.ui.phone_words import does

_TAG: Final = re.compile(r"<(/?)(b|i|s|code|pre)>")
_STYLES: Final = {"b": "bold", "i": "italic", "s": "strike", "code": "cyan", "pre": "cyan"}
_SIGNS: Final = {MediaKind.PICTURE: "▣", MediaKind.VIDEO: "▶", MediaKind.FILE: "▤"}
_CARD_WIDTH: Final = 30


def message(content: Content, channel: str) -> RenderableType:
    """The message for `Console.print`, in a frame that bears the channel's name."""
    parts: list[RenderableType] = []
    if content.subject:
        parts.append(Text(content.subject, style="bold"))
    if content.approved is not None:
        parts.append(_approved(content.approved))
    parts += [_medium(one) for one in content.media]
    if content.place is not None:
        parts.append(Text(f"⌖ {content.place.latitude}, {content.place.longitude}", "magenta"))
    if content.text.strip():
        parts.append(words(content.text.strip(), formatted=content.formatted))
    if content.link:
        parts.append(Text(f"→ {content.link}", style="dim", overflow="fold"))
    frame = Panel(Group(*parts), title=channel, title_align="left", box=ROUNDED, expand=False)
    below: list[RenderableType] = [frame] if parts else []
    if content.cards:
        below.append(Columns([_card(card) for card in content.cards], padding=(0, 1)))
    below += _boxes(content.buttons)
    if content.keyboard:
        below += [Text("keyboard", style="dim"), *_boxes(content.keyboard)]
    if content.background:
        below.append(Text("shows nothing: the app reads it", style="dim"))
    if content.silent:
        below.append(Text("arrives without a sound", style="dim"))
    return Group(*below)


def words(text: str, *, formatted: bool) -> Text:
    """The text; of a formatted one the marks become styles."""
    if not formatted:
        return Text(text)
    out, styles, at, source = Text(), list[str](), 0, to_html(text)
    for tag in _TAG.finditer(source):
        out.append(unescape(source[at : tag.start()]), " ".join(styles))
        at = tag.end()
        if tag[1]:
            styles.pop()
        else:
            styles.append(_STYLES[tag[2]])
    return out.append(unescape(source[at:]), " ".join(styles))


def rows(buttons: Sequence[Button]) -> list[list[Button]]:
    """Buttons in their rows: each below the one before it, unless it says `beside`."""
    found: list[list[Button]] = []
    for button in buttons:
        if button.beside and found:
            found[-1].append(button)
        else:
            found.append([button])
    return found


def _medium(media: Media) -> Text:
    shown = Text.assemble((f"{_SIGNS[media.kind]} ", "magenta"), (media.url, "dim underline"))
    shown.overflow = "fold"
    said = media.name or media.alt
    return shown.append(f"  {said}") if said else shown


def _boxes(buttons: Sequence[Button]) -> list[RenderableType]:
    found: list[RenderableType] = []
    for row in rows(buttons):
        line = Table.grid(padding=(0, 1))
        line.add_row(*(_box(button) for button in row))
        found.append(line)
    return found


def _box(button: Button) -> Panel:
    inside = Text(button.text, style="bold", justify="center", overflow="fold")
    inside.append(f"\n{does(button)}", "dim not bold")
    return Panel(inside, box=HEAVY, border_style="blue", expand=False)


def _card(card: Card) -> Panel:
    parts: list[RenderableType] = []
    if card.picture:
        parts.append(_medium(Media(kind=MediaKind.PICTURE, url=card.picture)))
    if card.text:
        parts.append(Text(card.text))
    if card.url:
        parts.append(Text(f"→ {card.url}", style="dim", overflow="fold"))
    title = Text(card.title, style="bold")
    return Panel(
        Group(title, *parts, *_boxes(card.buttons)), width=_CARD_WIDTH, border_style="magenta"
    )


def _approved(approved: Approved) -> RenderableType:
    """The vendor has the words: what is known here are its name and what fills its places."""
    head = Text.assemble(
        ("approved template ", "dim"), (approved.name, "bold"), (f", {approved.language}", "dim")
    )
    filled = [f"{{{{{n}}}}} {text}" for n, text in enumerate(approved.parameters, 1)]
    header = [f"header {approved.header}"] if approved.header else []
    return Group(head, *(Text(line) for line in (*header, *filled)))
