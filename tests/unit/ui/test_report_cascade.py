"""The table of a cascade's channels: the same figures in every form, and never 0 for unknown."""

from __future__ import annotations

import pytest
from rich.console import Console

from maracuja.stats.cascade import ChannelTold, cascade_told
from maracuja.ui import report_cascade

VIBER = ChannelTold(
    channel="viber_business", sent=900, delivered=600, read=300, clicked=90, failed=40,
    fell_back=250, goals=31, cost=36_000,
)  # fmt: skip
TELEGRAM = ChannelTold(
    channel="telegram", sent=50, delivered=None, read=None, clicked=5, failed=1, fell_back=1,
    goals=2, cost=0,
)  # fmt: skip
SMS = ChannelTold(
    channel="sms", sent=200, delivered=190, read=None, clicked=10, failed=3, fell_back=0, goals=9,
    cost=30_000,
)  # fmt: skip
TOLD = cascade_told((VIBER, TELEGRAM, SMS), 960, {"viber_business": 40, "telegram": 0, "sms": 90})


def test_the_dearest_channel_is_the_one_whose_messages_cost_most() -> None:
    assert (TOLD.alone, TOLD.alone_each) == ("sms", 150), "what they cost, not what they should"
    assert (TOLD.cost, TOLD.alone_cost, TOLD.saved) == (66_000, 144_000, 78_000)
    nobody = cascade_told((), 0, {"sms": 90.0, "telegram": 0.0})
    assert (nobody.alone, nobody.alone_cost, nobody.saved) == ("sms", 0, 0)


@pytest.mark.parametrize(
    ("language", "says", "unknown"),
    [("en", "it saved", "unknown"), ("ru", "сэкономлено", "неизвестно"),
     ("uk", "заощаджено", "невідомо")],
)  # fmt: skip
def test_terminal_and_page_say_the_same(language: str, says: str, unknown: str) -> None:
    console = Console(record=True, width=200)
    for part in report_cascade.terminal(TOLD, "UAH", language):
        console.print(part)
    text, page = console.export_text(), report_cascade.card(TOLD, "UAH", language)
    for shown in (text, page):
        assert says in shown and unknown in shown
        assert "900" in shown and "250" in shown and "SMS" in shown
    assert page.count(f">{unknown}<") == 3, "a channel that does not tell is never 0"


def test_a_dear_cascade_and_one_without_prices_are_told_as_they_are() -> None:
    dear = cascade_told((VIBER, SMS), 400, {"viber_business": 40, "sms": 90})
    assert dear.saved < 0 and "saved nothing" in report_cascade.sentence(dear, "UAH", "en")
    free = cascade_told((TELEGRAM,), 50, {"telegram": 0})
    assert "No prices are known" in report_cascade.sentence(free, "UAH", "en")
