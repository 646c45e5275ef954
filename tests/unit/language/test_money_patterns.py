"""The shop's own patterns of amounts: what is one, which is taken, and what Babel makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.language.money_patterns import chosen, fault, number_of, written
from maracuja.language.numbers import NBSP, money

GOOD = {
    "#,##0₮": "1,593₮",
    "₮#,##0": "₮1,593",
    "#,##0.00 ¤": f"1,593.00{NBSP}₮",
    "¤0": "₮1593",
    "#,##0 төг.": f"1,593{NBSP}төг.",
    "#,##0.##": "1,593",
    "MNT #,##0": f"MNT{NBSP}1,593",
}


@pytest.mark.parametrize("pattern", list(GOOD))
def test_a_pattern_is_what_babel_writes(pattern: str) -> None:
    assert fault({"MNT": pattern}) == ""
    assert money(159_300, "MNT", "mn", pattern) == GOOD[pattern]


@pytest.mark.parametrize(
    "pattern",
    ["", "₮", "#,###", "1,500₮", "#,##0EUR", "#,##0%", "#,##0;(#)", "#,,##0", ",##0", "¤#,##0¤",
     "#,##0'₮'", "#.##0,00", "@@#", "#,##0.", "0\n0", "-#,##0", "#,##0" + "₮" * 40],
)  # fmt: skip
def test_what_is_no_pattern(pattern: str) -> None:
    assert f"`{pattern}` of MNT is no pattern of an amount" == fault({"MNT": pattern})


@pytest.mark.parametrize("key", ["", "mnt", "de", "MN", "TUGRIK"])
def test_what_is_neither_a_currency_nor_a_language(key: str) -> None:
    assert "neither a currency such as MNT nor a language of ru, uk, en, mn" in fault({key: "0"})


def test_the_currency_is_asked_before_the_language() -> None:
    patterns = written({"mn": "¤ #,##0", "MNT": "#,##0₮"})
    assert chosen(patterns, "MNT", "mn") == chosen(patterns, "MNT", "ru") == "#,##0₮"
    assert chosen(patterns, "USD", "mn") == "¤ #,##0"
    assert chosen(patterns, "USD", "ru") == chosen(written({}), "USD", "mn") == ""


PART = st.text(" ¤₮#,0.-'E+;%@1a\u00a0", max_size=8)


@given(PART, st.sampled_from(["#,##0", "0", "#,##0.00", "0.0#", ""]), PART)
def test_whatever_is_taken_for_a_pattern_writes_amounts(
    before: str, number: str, after: str
) -> None:
    pattern = before + number + after
    if fault({"MNT": pattern}) or not written({"MNT": pattern}):
        return
    assert chosen(written({"MNT": pattern}), "MNT", "en") == pattern
    text = money(700, "MNT", "en", pattern)
    assert text.count("7") == 1 and set(number_of(pattern)) <= set("#,0.")
    around = text.replace(NBSP, " ").split("7")[0]
    assert pattern.replace("¤", "₮").replace(NBSP, " ").strip().startswith(around.strip("0, "))
