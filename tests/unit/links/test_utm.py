"""UTM marks are added, never over what stands there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.links.utm import add_utm, is_web_url

MARKS = {"source": "maracuja", "medium": "email", "campaign": "весна & co"}
ADDED = (
    "utm_source=maracuja&utm_medium=email&utm_campaign=%D0%B2%D0%B5%D1%81%D0%BD%D0%B0%20%26%20co"
)


@pytest.mark.parametrize(
    ("url", "marked"),
    [
        ("https://shop.example", f"https://shop.example/?{ADDED}"),
        (
            "https://shop.example/a?x=1&y=%20z#top",
            f"https://shop.example/a?x=1&y=%20z&{ADDED}#top",
        ),
        ("HTTP://Shop.example/a?a&a=", f"http://Shop.example/a?a&a=&{ADDED}"),
        ("https://shop.example/?UTM_Source=x&utm_medium=&utm_campaign=c", None),
        ("mailto:care@shop.example", None),
        ("tel:+380501112233", None),
        ("javascript:alert(1)", None),
        ("/local", None),
        ("//shop.example/a", None),
        ("https://[bad", None),
        ("#top", None),
    ],
)
def test_marks(url: str, marked: str | None) -> None:
    assert add_utm(url, MARKS) == (url if marked is None else marked)


def test_a_mark_that_is_there_stays() -> None:
    out = add_utm("https://shop.example/?utm_source=own", MARKS)
    assert "utm_source=own" in out and out.count("utm_source") == 1 and "utm_medium=email" in out


@given(st.text(max_size=60))
def test_marking_twice_is_marking_once(tail: str) -> None:
    once = add_utm("https://shop.example/" + tail, MARKS)
    assert add_utm(once, MARKS) == once


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example\r\nX: y",
        "https:// a",
        'https://a/"onclick=',
        "data:text/html,x",
        "https:",
    ],
)
def test_what_may_not_be_led_to(url: str) -> None:
    assert not is_web_url(url)
