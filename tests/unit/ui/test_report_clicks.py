"""Purchases after a click never stand alone: the words that they are no proof stand with them."""

from __future__ import annotations

import io

import msgspec
import pytest
from rich.console import Console, Group

from maracuja.stats.after_click import AfterClick
from maracuja.stats.forms import to_csv
from maracuja.stats.rates import rate
from maracuja.stats.report import lift_report
from maracuja.stats.words import LANGUAGES
from maracuja.ui import report_clicks as clicks
from maracuja.ui.report_html import html
from maracuja.ui.report_terminal import terminal
from tests.unit.stats.audience import NOW, plan, units
from tests.unit.ui.test_report import read

TOLD = (
    AfterClick(
        campaign="spring", channel="email", clicks=140, clickers=120, buyers=rate(30, 120),
        orders=33, revenue=123_400, median_s=7_300.0,
    ),
    AfterClick(
        campaign="spring", channel="sms", clicks=1, clickers=1, buyers=rate(0, 1), orders=0,
        revenue=0, median_s=None,
    ),
)  # fmt: skip
NO_PROOF = {
    "en": "This is no proof",
    "ru": "Это не доказательство",
    "uk": "Це не доказ",
    "mn": "Энэ бол баталгаа биш",
}


def shown(*parts: object) -> str:
    out = io.StringIO()
    Console(file=out, width=160).print(Group(*parts))  # type: ignore[arg-type]
    return " ".join(out.getvalue().split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_says_that_it_is_no_proof(language: str) -> None:
    report = msgspec.structs.replace(lift_report(units(), plan(), now=NOW), after_click=TOLD)
    page = read(html(report, language))
    assert NO_PROOF[language] in page and "25" in page
    assert NO_PROOF[language] in shown(terminal(report, language))


def test_every_campaign_has_its_rows() -> None:
    text = shown(*clicks.terminal(TOLD, "EUR", "en", campaigns=True))
    assert "spring email 120 30 (25.0%) 33 €1,234 2 hours" in text
    assert "spring sms 1 0 (0.0%) 0 €0.00 –" in text


def test_where_nobody_clicked_nothing_is_shown() -> None:
    assert clicks.card((), "EUR", "en") == "" and clicks.terminal((), "EUR", "en") == []
    assert "Nobody has clicked" in shown(*clicks.terminal((), "EUR", "en", campaigns=True))
    report = lift_report(units(), plan(), now=NOW)
    assert NO_PROOF["en"] not in html(report, "en")


def test_every_word_exists_in_every_language() -> None:
    assert all(len(texts) == len(LANGUAGES) for texts in clicks.LABELS.values())


def test_the_figures_are_in_the_csv() -> None:
    report = msgspec.structs.replace(lift_report(units(), plan(), now=NOW), after_click=TOLD)
    table = to_csv(report)
    assert "after_click,,email,revenue,money,123400" in table
    assert "after_click,,email,buyers,count,30" in table
