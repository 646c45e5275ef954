"""Pictures, buttons and cards on their way: links signed, replies sealed."""

from __future__ import annotations

import pytest

from maracuja.content import Button, Card, Content, Media, MediaKind
from maracuja.links.making import LinkMaker
from maracuja.links.tokens import Purpose
from maracuja.model import Message
from maracuja.runtime.delivery_texts import Body, make_message
from maracuja.templates.placeholders import inline
from tests.unit.runtime.delivery_world import NOW, RING, facts_of

SHOP = "https://shop.example/sale"


def made(content: Content, channel: str = "telegram") -> Message:
    body = Body(0, 7, b"m" * 16, "only", "en", "42", "spring/0", content, {0: SHOP})
    links = LinkMaker("https://go.example", RING)
    facts = facts_of(channel=channel)
    return make_message(body, facts, links, pid=7, run=1, now=NOW, expires_us=5)


def test_links_of_buttons_and_cards_are_signed() -> None:
    see = Button(text="See", url=inline(0, SHOP))
    content = Content(text="Look", buttons=(see,), cards=(Card(title="A", buttons=(see,)),))
    sent = made(content).content
    for button in (*sent.buttons, *sent.cards[0].buttons):
        ticket = RING.read(button.url.removeprefix("https://go.example/c/"), Purpose.CLICK)
        assert ticket is not None and ticket.pid == 7 and ticket.detail.startswith(SHOP)


def test_a_reply_that_sets_a_trait_is_sealed() -> None:
    content = Content(text="Which?", buttons=(Button(text="M", reply="m", sets="size=M"),))
    (button,) = made(content).content.buttons
    assert RING.unseal(button.reply) == "size=M" and len(button.reply) <= 64


def test_the_parts_of_mail_are_left_out_where_only_words_go() -> None:
    content = Content(text="Hello", subject="Hi", html="<p>Hello</p>", preheader="x", silent=True)
    sent = made(content)
    assert sent.content == Content(text="Hello", silent=True)
    assert sent.expires_us == 5
    mail = made(content, "email").content
    assert mail.subject == "Hi" and "<p>Hello</p>" in mail.html


def test_everything_else_stays_as_it_was() -> None:
    picture = Media(kind=MediaKind.PICTURE, url="https://shop.example/a.jpg", alt="fruit")
    content = Content(
        text="*Look*",
        formatted=True,
        media=(picture,),
        keyboard=(
            Button(text="Me", ask="phone"),
            Button(text="Here", ask="location", beside=True),
        ),
    )
    assert made(content).content == content


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "x"},
        {"text": "x", "url": SHOP, "reply": "y"},
        {"text": "x", "ask": "age"},
        {"text": "x", "url": SHOP, "sets": "size=M"},
        {"text": "x", "reply": "y", "sets": "size"},
    ],
)
def test_a_button_does_one_thing(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        Button(**wrong)
