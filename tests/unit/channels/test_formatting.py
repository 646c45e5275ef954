"""Light marks in texts, and words for leaving."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.formatting import to_html, to_plain
from maracuja.channels.leaving import leaves, returns
from maracuja.simulate.vendors.telegram import _text_fault


@pytest.mark.parametrize(
    ("text", "html", "plain"),
    [
        ("*Hello*, _you_", "<b>Hello</b>, <i>you</i>", "Hello, you"),
        ("~12~ 9 & <b>", "<s>12</s> 9 &amp; &lt;b&gt;", "12 9 & <b>"),
        ("*very _very_ much*", "<b>very <i>very</i> much</b>", "very very much"),
        ("code `a*b*c`", "code <code>a*b*c</code>", "code a*b*c"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("* no * mark *", "* no * mark *", "* no * mark *"),
        ("*открыто", "*открыто", "*открыто"),
    ],
)
def test_marks(text: str, html: str, plain: str) -> None:
    assert (to_html(text), to_plain(text)) == (html, plain)


@given(st.text(alphabet="ab *_~`<>&\n", max_size=40))
def test_any_text_becomes_html_that_telegram_takes(text: str) -> None:
    assert not _text_fault(to_html(text), html=True, limit=1000)


@pytest.mark.parametrize("text", ["STOP", " stop. ", "/stop", "Стоп!", "ВІДПИСАТИСЬ", "«стоп»"])
def test_words_for_leaving(text: str) -> None:
    assert leaves(text) and not returns(text)


@pytest.mark.parametrize(
    "text", ["", "stop it, please, I like the blue ones", "stopped", "да", "."]
)
def test_what_is_for_a_person_to_read(text: str) -> None:
    assert not leaves(text)
