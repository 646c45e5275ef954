"""Messages as their readers have them: in the terminal, and as a page that needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console

from maracuja.channels import CHANNELS
from maracuja.content import Approved, Button, Card, Content, Media, MediaKind, Place
from maracuja.ui.message_html import Phone, page, screen
from maracuja.ui.message_terminal import message
from maracuja.ui.phone_words import TEXTS

SHOP = "https://shop.example"
CONTENT = Content(
    text="*Ada* <b>& you_</b>, a `code`",
    subject="<i>Subject</i>",
    formatted=True,
    media=(
        Media(kind=MediaKind.PICTURE, url=f"{SHOP}/a.jpg", alt='A "rod"'),
        Media(kind=MediaKind.FILE, url=f"{SHOP}/b.pdf", name="b.pdf"),
    ),
    buttons=(
        Button(text="See", url=f"{SHOP}/rod"),
        Button(text="M", reply="m", sets="size=M"),
        Button(text="L", reply="l", sets="size=L", beside=True),
        Button(text="Code", copy="SALE10"),
    ),
    keyboard=(Button(text="Number", ask="phone"), Button(text="Place", ask="location")),
    cards=(Card(title="Card <1>", text="words", picture=f"{SHOP}/c.jpg", url=f"{SHOP}/c"),),
    approved=Approved(name="order_sent", language="en", parameters=("Ada", "1024")),
    link=f"{SHOP}/all",
    place=Place(latitude=50.45, longitude=30.52),
    silent=True,
)


def in_terminal(content: Content, width: int = 100) -> str:
    console = Console(width=width, record=True, file=StringIO())
    console.print(message(content, "telegram"))
    return console.export_text()


def test_the_terminal_shows_every_part() -> None:
    shown = in_terminal(CONTENT)
    for part in (
        "telegram", "<i>Subject</i>", "Ada <b>& you_</b>, a code", f"▣ {SHOP}/a.jpg", 'A "rod"',
        f"▤ {SHOP}/b.pdf", "sets size=M", "copies SALE10", f"→ {SHOP}/rod", "keyboard",
        "asks for the phone number", "Card <1>", "order_sent", "{{2}} 1024", f"→ {SHOP}/all",
        "without a sound", "50.45, 30.52",
    ):  # fmt: skip
        assert part in shown, part
    (row,) = [line for line in shown.splitlines() if "sets size=M" in line]
    assert "sets size=L" in row, "the second stands beside the first"


def test_a_narrow_terminal_cuts_no_address() -> None:
    shown = in_terminal(CONTENT, width=30)
    letters = re.sub(r"[^\w:/.]", "", shown)
    assert f"{SHOP}/rod" in letters and f"{SHOP}/a.jpg" in letters


class Balance(HTMLParser):
    """Fails where a tag is closed that is not open; keeps what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not {"src", "href", "onclick", "srcset"} & dict(attrs).keys()
        assert tag not in ("script", "img", "link")
        if tag == "iframe":  # a mail's own page: it runs and loads nothing
            assert dict(attrs)["sandbox"] is None
            assert "default-src 'none'" in dict(attrs)["srcdoc"].partition(">")[0]
            self.texts.append(dict(attrs)["srcdoc"])
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        assert "svg" in self.open

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("channel", [channel.name for channel in CHANNELS])
def test_the_page_shows_the_message_and_loads_nothing(channel: str) -> None:
    phones = [Phone("Ada <3", CONTENT), Phone("Bo", None, "missing:person.first_name")]
    source = page("New <rods>", channel, "Shop & Co", phones, "en")
    read = Balance()
    read.feed(source)
    assert not read.open
    text = " ".join(read.texts)
    for part in ("New <rods>", "Shop & Co", "Ada <3", "missing:person.first_name"):
        assert part in text, part
    if channel != "email":  # which carries no such parts
        assert "See" in text and f"{SHOP}/a.jpg" in text and "<b>Ada</b>" in source
    style = source.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style and "@import" not in style and "prefers-color-scheme: dark" in style


def test_buttons_of_viber_stand_below_the_field() -> None:
    button = Button(text="See", url=SHOP)
    source = page("t", "viber", "Shop", [Phone("a", Content(text="x", buttons=(button,)))])
    assert source.index('class="field"') < source.index(">See<")
    source = page("t", "telegram", "Shop", [Phone("a", Content(text="x", buttons=(button,)))])
    assert source.index('class="field"') > source.index(">See<")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("uk", ("Сьогодні", "Повідомлення", "копіює SALE10", "без звуку")),
        ("mn", ("Өнөөдөр", "Мессеж", "SALE10 хуулна", "дуугүй")),
        ("de", ("Today", "Message", "copies SALE10", "without a sound")),
    ],
)
def test_a_telephone_speaks_the_language_of_the_message(
    language: str, words: Sequence[str]
) -> None:
    shown = screen("telegram", "Shop", CONTENT, language=language)
    assert f'<html lang="{language}">' in shown
    assert all(word in shown for word in words)
    assert all(text for texts in TEXTS.values() for text in texts)


def test_a_locked_screen_and_a_chat_of_the_shop_speak_it_too() -> None:
    assert "<small>сейчас</small>" in screen("web_push", "Shop", CONTENT, language="ru")
    assert "<small>Чат на сайті</small>" in screen("web_chat", "Shop", CONTENT, language="uk")


def test_a_mail_is_a_page_of_its_own() -> None:
    mail = Content(text="x", subject="Сэдэв", html='<p onclick="x()">Өглөөний "үнэ"</p>')
    source = page("t", "email", "«Дэлгүүр»", [Phone("a", mail)])
    read = Balance()
    read.feed(source)
    assert any('<p onclick="x()">Өглөөний "үнэ"</p>' in text for text in read.texts)
    assert '<span class="face">Д</span>' in source and "Message</span>" not in source


def test_an_approved_template_shows_its_picture() -> None:
    approved = Approved(name="spring", language="uk", header=f"{SHOP}/a.jpg", parameters=("x",))
    source = page("t", "whatsapp", "Shop", [Phone("a", Content(text="", approved=approved))])
    assert 'class="media picture"' in source and f"<b>{SHOP}" not in source
