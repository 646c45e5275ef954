"""Our own filters, by hand."""

from __future__ import annotations

from datetime import date

import pytest
from liquid.exceptions import FilterArgumentError
from markupsafe import Markup

from maracuja.templates.filters import button, day, money, number, or_else, picture


@pytest.mark.parametrize(
    ("minor", "currency", "expected"),
    [
        (159_300, "RUB", "1\u00a0593\u00a0₽"),
        (159_305, "UAH", "1\u00a0593,05\u00a0₴"),
        (5, "USD", "0,05\u00a0$"),
        (1_234_567_800, "MNT", "12\u00a0345\u00a0678\u00a0₮"),
        (1500, "JPY", "1\u00a0500\u00a0¥"),
        (-100, "", "-1"),
    ],
)
def test_money(minor, currency, expected):
    assert money(minor, currency) == expected


def test_number():
    assert [number(n) for n in (1500.0, 2.5, 1_234_567)] == [
        "1\u00a0500",
        "2,5",
        "1\u00a0234\u00a0567",
    ]


def test_there_is_no_now():
    with pytest.raises(FilterArgumentError):
        day("now", "%d.%m")
    assert day(date(2026, 5, 2)) == day("2026-05-02") == "02.05.2026"


def test_or_else_keeps_zero_and_false():
    assert [or_else(value, "x") for value in (0, False, "", None)] == [0, False, "x", "x"]


def test_buttons_and_pictures():
    url = "https://a.example/?b=1&c=2"
    html = button("Купить <сразу>", url, link=3, html=True)
    assert isinstance(html, Markup)
    assert 'href="\ue0003\ue001https://a.example/?b=1&amp;c=2\ue002"' in html
    assert "Купить &lt;сразу&gt;</a>" in html
    assert button("Купить", url, link=3, html=False) == f"Купить: \ue0003\ue001{url}\ue002"
    assert 'alt="Кот &amp; пёс" width="300"' in picture(url, "Кот & пёс", 300, html=True)
    assert picture(url, "Кот", html=False) == "Кот"
