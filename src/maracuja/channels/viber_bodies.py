"""What a Viber message looks like on the wire: words, media, the grid of buttons, cards.

It knows no account: who sends and to whom is put beside it.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from maracuja.content import Button, Card, Content, Media, MediaKind, Tap

COLUMNS: Final = 6  # of the grid
ROWS_MAX: Final = 12  # of a keyboard
LABEL_MAX: Final = 250  # characters of a button, its escapes among them
CARD_TEXT_MAX: Final = 250  # characters of one cell, its tags among them
PICTURE_ROWS: Final = 3
TEXT_ROWS: Final = 2
URL_MAX: Final = 2000
VIDEO_BYTES_MAX: Final = 27_262_976
VIDEO_S_MAX: Final = 180
FILE_BYTES_MAX: Final = 52_428_800
FILE_NAME_MAX: Final = 256
PICTURES: Final = (".jpeg", ".jpg", ".png", ".gif")
TAPPED: Final = "tap:"  # before the reply of a pressed button: people do not write it
START: Final = "/start"

FORBIDDEN: Final = frozenset(
    "action apk app bat bin cmd com command cpl csh exe gadget inf1 ins inx ipa isu job jse ksh "
    "lnk msc msi msp mst osx out paf pif ps1 reg rgs run sct shb shs u3p vb vbe vbs vbscript "
    "workflow ws wsf".split(" ")
)

Fault = tuple[str, str, str]  # where, what, what to do


# ---------------------------------------------------------------- what cannot be


def fault_of(content: Content) -> Fault | None:
    """What of a message that fits the capabilities Viber still does not show; None: nothing."""
    if content.buttons and content.keyboard:
        return "keyboard", "Viber shows buttons or a keyboard, not both.", ""
    if content.cards and (content.text or content.media):
        return (
            "cards",
            "Viber shows neither words nor media beside cards.",
            "Put them on a card, or send them before.",
        )
    if content.place is not None and (content.text or content.media or content.cards):
        return "place", "Viber shows a place alone.", "Send the words before it."
    for media in content.media:
        fault = _media_fault(media, content.text)
        if fault is not None:
            return fault
    rows = len(_rows([*content.buttons, *content.keyboard]))
    if rows > ROWS_MAX:
        return (
            "buttons" if content.buttons else "keyboard",
            f"The buttons stand in {rows} rows; viber shows {ROWS_MAX}.",
            "Put some beside others.",
        )
    every = (*content.buttons, *content.keyboard, *(b for c in content.cards for b in c.buttons))
    for button in every:
        if len(_label(button)) > LABEL_MAX:
            where = "buttons" if button in content.buttons else "keyboard"
            return (
                where if button in (*content.buttons, *content.keyboard) else "cards",
                f"A button has {len(_label(button))} characters as Viber counts them, & and < "
                f"as several; it shows {LABEL_MAX}.",
                "Shorten its words.",
            )
    links = [button.url for button in (*content.buttons, *content.keyboard)]
    if any(len(link) > URL_MAX for link in links):
        return "buttons", f"An address has more than {URL_MAX} characters.", ""
    for card in content.cards:
        if len(_words(card)) > CARD_TEXT_MAX:
            return (
                "cards",
                f"The words of a card have {len(_words(card))} characters as Viber counts them, "
                f"with their tags; it shows {CARD_TEXT_MAX}.",
                "Shorten the text of the card.",
            )
    return None


def _label(button: Button) -> str:
    """The words of a button as Viber is given them."""
    return html.escape(button.text, quote=False)


def _media_fault(media: Media, text: str) -> Fault | None:
    path = urlsplit(media.url).path.lower()
    match media.kind:
        case MediaKind.PICTURE:
            if not path.endswith(PICTURES):
                return "media", f"The address of a picture ends in {', '.join(PICTURES)}.", ""
            return None
        case MediaKind.VIDEO:
            limit, right = VIDEO_BYTES_MAX, path.endswith(".mp4")
            if not right:
                return "media", "The address of a video ends in .mp4.", ""
            if media.duration_s > VIDEO_S_MAX:
                return "media", f"The video is longer than {VIDEO_S_MAX} seconds.", ""
        case _:
            limit = FILE_BYTES_MAX
            _, dot, ending = media.name.lower().rpartition(".")
            if not dot or len(media.name) > FILE_NAME_MAX:
                return (
                    "media",
                    f"A file has a name of {FILE_NAME_MAX} characters with .ending.",
                    "",
                )
            if ending in FORBIDDEN:
                return "media", f"Viber carries no .{ending} files.", ""
    if not 0 < media.size <= limit:
        return "media", f"Viber asks for the size of a {media.kind}, up to {limit:,} bytes.", ""
    if text:
        return "text", f"Viber shows no words beside a {media.kind}.", "Send them before it."
    return None


# ---------------------------------------------------------------- bodies


def fill(body: dict[str, Any], content: Content, color: str) -> None:
    """Put the content into the body of send_message."""
    if content.cards:
        body.update(type="rich_media", rich_media=carousel(content.cards, color))
        body["alt_text"] = "\n".join(filter(None, (card.title for card in content.cards)))
    elif content.place is not None:
        where = {"lat": content.place.latitude, "lon": content.place.longitude}
        body.update(type="location", location=where)
    elif content.media:
        body.update(_media(content.media[0], content.text))
    else:
        body.update(type="text", text=content.text)
    buttons = content.buttons or content.keyboard
    if buttons:
        # A key is written into the chat by its text; a button's reply comes to us in silence.
        body["keyboard"] = keyboard(buttons, color, silent=bool(content.buttons))


def welcome(text: str, button: str, payload: str, color: str) -> dict[str, Any]:
    """The answer to whoever opens the chat: words, and the button by which they agree."""
    start = {
        "Columns": COLUMNS,
        "Rows": 1,
        "ActionType": "reply",
        "ActionBody": f"{START} {payload}".strip(),
        "Text": html.escape(button, quote=False),
        "Silent": True,
        **_color(color),
    }
    keys = {"Type": "keyboard", "DefaultHeight": False, "Buttons": [start]}
    return {"type": "text", "text": text, "keyboard": keys}


def _media(media: Media, text: str) -> dict[str, Any]:
    match media.kind:
        case MediaKind.PICTURE:
            made: dict[str, Any] = {"type": "picture", "text": text, "media": media.url}
        case MediaKind.VIDEO:
            made = {"type": "video", "media": media.url, "size": media.size}
            if media.duration_s:
                made["duration"] = media.duration_s
        case _:
            name = media.name
            return {"type": "file", "media": media.url, "size": media.size, "file_name": name}
    if media.thumbnail:
        made["thumbnail"] = media.thumbnail
    return made


def keyboard(buttons: Sequence[Button], color: str, *, silent: bool) -> dict[str, Any]:
    """The grid below the input field: rows of 6 columns, shared by what stands side by side."""
    cells = []
    for row in _rows(buttons):
        share, more = divmod(COLUMNS, len(row))
        for at, button in enumerate(row):
            cell = {"Columns": share + (at < more), "Rows": 1, **_cell(button, color)}
            if button.reply and (silent or button.sets):
                cell.update(ActionBody=TAPPED + button.reply, Silent=True)
            elif button.reply:
                cell["ActionBody"] = button.text
            cells.append(cell)
    return {"Type": "keyboard", "DefaultHeight": False, "Buttons": cells}


def carousel(cards: Sequence[Card], color: str) -> dict[str, Any]:
    """Cards of the same height: a new one begins where the rows of the one before are full."""
    picture_rows = PICTURE_ROWS if any(card.picture for card in cards) else 0
    button_rows = max(len(card.buttons) for card in cards)
    cells: list[dict[str, Any]] = []
    for card in cards:
        rows = TEXT_ROWS + button_rows - len(card.buttons)
        if card.picture:
            cells.append({**_leads(card), "Rows": picture_rows, "Image": card.picture})
        else:
            rows += picture_rows
        words = {"Text": _words(card), "TextSize": "regular", "TextHAlign": "left"}
        cells.append({**_leads(card), "Rows": rows, **words, "TextVAlign": "middle"})
        for button in card.buttons:
            cell = {"Columns": COLUMNS, "Rows": 1, **_cell(button, color)}
            if button.reply:
                cell.update(ActionBody=TAPPED + button.reply, Silent=True)
            cells.append(cell)
    return {
        "Type": "rich_media",
        "ButtonsGroupColumns": COLUMNS,
        "ButtonsGroupRows": picture_rows + TEXT_ROWS + button_rows,
        "BgColor": "#FFFFFF",
        "Buttons": cells,
    }


def _leads(card: Card) -> dict[str, Any]:
    """A cell of a card that leads where the card does, or nowhere."""
    if card.url:
        return {"Columns": COLUMNS, "ActionType": "open-url", "ActionBody": card.url}
    return {"Columns": COLUMNS, "ActionType": "none", "ActionBody": "none"}


def _words(card: Card) -> str:
    title = f"<b>{html.escape(card.title, quote=False)}</b>" if card.title else ""
    return "<br>".join(filter(None, (title, html.escape(card.text, quote=False))))


def _cell(button: Button, color: str) -> dict[str, Any]:
    actions = {
        Tap.URL: ("open-url", button.url),
        Tap.REPLY: ("reply", button.reply),
        Tap.PHONE: ("share-phone", "phone"),
        Tap.LOCATION: ("location-picker", "location"),
    }
    action, body = actions[button.does]
    return {
        "ActionType": action,
        "ActionBody": body,
        "Text": _label(button),
        "TextSize": "regular",
        **_color(color),
    }


def _color(color: str) -> dict[str, str]:
    return {"BgColor": color} if color else {}


def _rows(buttons: Sequence[Button]) -> list[list[Button]]:
    """Buttons in their rows: each below the one before it, unless it says `beside`."""
    found: list[list[Button]] = []
    for button in buttons:
        if button.beside and found and len(found[-1]) < COLUMNS:
            found[-1].append(button)
        else:
            found.append([button])
    return found
