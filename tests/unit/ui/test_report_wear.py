"""Wear-out in words: in the terminal, as a card of the report, in three languages."""

from __future__ import annotations

import io

import msgspec
import pytest
from rich.console import Console, Group

from maracuja.stats.forms import to_csv
from maracuja.stats.intervals import Interval, NotShown
from maracuja.stats.rates import rate
from maracuja.stats.report import lift_report
from maracuja.stats.wear_out import EXPOSURES_MAX, Exposure, Wear, WearOut
from maracuja.stats.words import LANGUAGES
from maracuja.ui import report_wear as wear
from maracuja.ui.report_html import html
from maracuja.ui.report_terminal import terminal
from tests.unit.stats.audience import NOW, plan, units
from tests.unit.ui.test_report import read

DOWN = Interval(value=-0.1, low=-0.15, high=-0.05, p=0.001)


def exposure(time: int, value: float, *, trusted: bool = True) -> Exposure:
    lift = Interval(value=value, low=value - 0.1, high=value + 0.1, p=0.5)
    return Exposure(time=time, sent=rate(60, 1_000), held=rate(5, 100), lift=lift, trusted=trusted)


def told(gone: int | None = 3, *, harmful: bool = False, worn: Wear = Wear.WEARS_OFF) -> WearOut:
    later = (
        Interval(value=-0.2, low=-0.3, high=-0.1)
        if harmful
        else Interval(value=0, low=-0.1, high=0.1)
    )
    return WearOut(
        name="<nudge>",
        tactic=True,
        exposures=(exposure(1, 0.4), exposure(2, 0.2, trusted=False), exposure(EXPOSURES_MAX, 0)),
        wear=worn,
        trend=DOWN,
        smallest=0.03,
        gone_after=gone,
        later=later if gone else None,
        harmful=harmful,
    )


def shown(one: WearOut, language: str) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(Group(*wear.terminal(one, language)))
    return " ".join(out.getvalue().split())


@pytest.mark.parametrize(
    ("language", "gone", "harm"),
    [
        ("en", "After the third time nothing is left.", "After the third time it does harm."),
        ("ru", "После третьего раза не остаётся ничего.", "После третьего раза это вредит."),
        ("uk", "Після третього разу не залишається нічого.", "Після третього разу це шкодить."),
    ],
)
def test_it_is_said_when_nothing_is_left(language: str, gone: str, harm: str) -> None:
    assert gone in shown(told(), language)
    assert harm in shown(told(harmful=True), language)
    assert gone in read(wear.card(told(), language)).replace("\u00a0", " ")


def test_what_does_not_wear_off_says_what_could_have_been_shown() -> None:
    text = shown(told(None, worn=Wear.STEADY), "en")
    assert "Nothing shows that it wears off." in text and "3.0%" in text
    assert "nothing is left" not in text


def test_a_row_that_lost_people_has_no_figure() -> None:
    text = shown(told(), "en")
    assert "not comparable" in text and "+20.0%" not in text
    assert "6. and on" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_shows_it_on_the_page_and_in_the_terminal(language: str) -> None:
    report = msgspec.structs.replace(lift_report(units(), plan(), now=NOW), wear_out=told())
    page = html(report, language)
    assert "&lt;nudge&gt;" in page and "<nudge>" not in page
    read(page)
    out = io.StringIO()
    Console(file=out, width=120).print(terminal(report, language))
    assert "<nudge>" in out.getvalue()


def test_every_word_exists_in_every_language() -> None:
    assert set(wear.WEARS) == set(Wear) and len(wear.NTH) == EXPOSURES_MAX - 1
    for texts in (*wear.LABELS.values(), *wear.WEARS.values(), *wear.NTH, wear.GONE, wear.SOUR):
        assert len(texts) == len(LANGUAGES)


def test_too_little_is_a_sentence() -> None:
    few = WearOut(
        name="x",
        tactic=False,
        exposures=(exposure(1, 0.1),),
        wear=Wear.NOT_ENOUGH,
        trend=Interval(reason=NotShown.TOO_FEW_CONVERSIONS),
    )
    assert "Too few people" in shown(few, "en")
    assert "twice yet" in wear.nothing_twice("en")


def test_the_figures_are_in_the_csv() -> None:
    report = msgspec.structs.replace(lift_report(units(), plan(), now=NOW), wear_out=told())
    rows = [line for line in to_csv(report).splitlines() if line.startswith("wear_out,<nudge>")]
    assert len(rows) == 4 and rows[-1].startswith("wear_out,<nudge>,trend,conversions,lift,-0.1")
