"""Verdicts: which word, which interval decides, how many more people, and all of it in words."""

from __future__ import annotations

import re

import pytest

from maracuja.errors import BadInput
from maracuja.stats import words
from maracuja.stats.compare import Comparison, Measure, compare
from maracuja.stats.moments import NOBODY, SufficientStatistics
from maracuja.stats.verdict import Finding, LiftVerdict, NotYet, judge


def rate(people: int, conversions: int) -> SufficientStatistics:
    return SufficientStatistics(
        n=people, sum=conversions, sum_squares=conversions, nonzero=conversions
    )


def pair(treated: int, control: int, n_star: int | None = 10_000) -> Comparison:
    """9,000 treated and 1,000 control people with so many conversions."""
    return compare(Measure.CONVERSIONS, rate(9_000, treated), rate(1_000, control), n_star=n_star)


def test_an_interval_above_zero_is_proven() -> None:
    verdict = judge(pair(720, 40), final=True)
    assert (verdict.finding, verdict.why_not_yet) == (Finding.PROVEN, None)
    assert verdict.people_more == 0


def test_an_interval_below_zero_is_harmful() -> None:
    assert judge(pair(270, 60), final=True).finding is Finding.HARMFUL


def test_an_interval_with_zero_is_not_yet_and_says_how_many_more() -> None:
    verdict = judge(pair(420, 40), final=True)
    assert (verdict.finding, verdict.why_not_yet) == (Finding.NOT_YET, NotYet.MAY_BE_CHANCE)
    assert verdict.people_more is not None
    proven = compare(
        Measure.CONVERSIONS,
        rate(factor := 9 * (10_000 + verdict.people_more) // 10, round(factor * 420 / 9_000)),
        rate(factor := (10_000 + verdict.people_more) // 10, round(factor * 0.04)),
        n_star=None,
    )
    assert judge(proven, final=True).finding is Finding.PROVEN


def test_before_the_window_closes_only_the_anytime_interval_may_decide() -> None:
    comparison = pair(560, 40)
    assert judge(comparison, final=True).finding is Finding.PROVEN
    early = judge(comparison, final=False)
    assert early.finding is Finding.NOT_YET
    assert early.interval == comparison.lift_anytime


def test_without_a_planned_size_nothing_is_said_early() -> None:
    verdict = judge(pair(720, 40, n_star=None), final=False)
    assert verdict.why_not_yet is NotYet.NO_PLANNED_SIZE


def test_a_sample_ratio_alarm_lets_nothing_be_proven() -> None:
    verdict = judge(pair(720, 40), final=True, ratio_alarm=True)
    assert (verdict.finding, verdict.why_not_yet) == (Finding.NOT_YET, NotYet.SAMPLE_RATIO)


def test_too_few_conversions_say_how_many_people_it_takes_to_have_ten() -> None:
    verdict = judge(pair(720, 5), final=True)
    assert verdict.why_not_yet is NotYet.TOO_FEW_CONVERSIONS
    assert verdict.people_more == 10_000  # twice as many: 5 become 10


def test_nobody_held_out_is_no_control() -> None:
    lonely = compare(Measure.CONVERSIONS, rate(9_000, 300), NOBODY, n_star=None)
    verdict = judge(lonely, final=True)
    assert verdict.why_not_yet is NotYet.NO_CONTROL
    assert verdict.smallest_lift is None


# ---------------------------------------------------------------- in words


def said(comparison: Comparison, language: str, *, final: bool = True) -> tuple[str, ...]:
    return words.say(judge(comparison, final=final), comparison, language)


def test_proven_in_three_languages() -> None:
    assert said(pair(720, 40), "en") == (
        "Proven: conversions rose by 100.0% (95% interval +46.4% to +173.2%). "
        "That is 360\u00a0conversions more than there would have been.",
    )
    assert said(pair(720, 40), "ru") == (
        "Доказано: конверсии выросли на 100,0\u00a0% (интервал 95\u00a0%: от +46,4\u00a0% до "
        "+173,2\u00a0%). Это 360\u00a0конверсий сверх того, что было бы и так.",
    )
    assert said(pair(720, 40), "uk")[0].startswith("Доведено: конверсії зросли на 100,0\u00a0%")


def test_not_yet_says_how_many_more_and_the_smallest_effect() -> None:
    finding, more, smallest = said(pair(420, 40), "en")
    assert finding.startswith("Not yet proven: measured +16.7%, but anything from −15.1% to")
    assert re.fullmatch(
        r"If the effect is as measured, it takes about [\d,]+\u00a0people more to prove it\.", more
    )
    assert smallest == "The smallest effect that these numbers could show is 46.7%."


def test_no_effect_at_all_is_beyond_reach() -> None:
    assert "No audience within reach" in said(pair(360, 40), "en")[1]


def test_every_verdict_has_words_in_every_language() -> None:
    every: list[tuple[Comparison, LiftVerdict]] = [
        (comparison, judge(comparison, final=final, ratio_alarm=alarm))
        for comparison in (
            pair(720, 40),
            pair(270, 60),
            pair(420, 40),
            pair(720, 5),
            compare(Measure.CONVERSIONS, rate(9, 9), rate(9, 9), n_star=None),
            compare(Measure.CONVERSIONS, rate(90, 90), rate(90, 90), n_star=None),
            compare(Measure.CONVERSIONS, NOBODY, NOBODY, n_star=None),
            pair(720, 40, n_star=None),
            pair(720, 40, n_star=10**12),
        )
        for final in (True, False)
        for alarm in (True, False)
    ]
    reached = {verdict.why_not_yet for _, verdict in every}
    assert reached == {None, *NotYet}
    for comparison, verdict in every:
        for language in words.LANGUAGES:
            for line in words.say(verdict, comparison, language):
                assert "{" not in line
                assert "nan" not in line.lower()


@pytest.mark.parametrize(
    ("count", "ru", "uk"),
    [
        (0, "0 человек", "0 людей"),
        (1, "1 человек", "1 людина"),
        (2, "2 человека", "2 людини"),
        (5, "5 человек", "5 людей"),
        (11, "11 человек", "11 людей"),
        (14, "14 человек", "14 людей"),
        (21, "21 человек", "21 людина"),
        (22, "22 человека", "22 людини"),
        (112, "112 человек", "112 людей"),
        (1_001, "1 001 человек", "1 001 людина"),
    ],
)
def test_plural_forms(count: int, ru: str, uk: str) -> None:
    assert words.counted(count, "person", "ru").replace("\u00a0", " ") == ru
    assert words.counted(count, "person", "uk").replace("\u00a0", " ") == uk


def test_numbers_have_each_languages_marks() -> None:
    assert words.number(12_345.678, "en", 1) == "12,345.7"
    assert words.number(12_345.678, "ru", 1) == "12\u00a0345,7"
    assert words.percent(-0.123, "en", signed=True) == "−12.3%"
    assert words.percent(0.123, "uk", signed=True) == "+12,3\u00a0%"
    assert words.percent(-0.00001, "en", signed=True) == "0.0%"


def test_money_has_its_currencys_places_and_sign() -> None:
    assert words.money(12_345, "EUR", "en") == "€123.45"
    assert words.money(-12_345_678, "EUR", "en") == "−€123,457"
    assert words.money(12_345, "UAH", "uk", signed=True) == "+123,45\u00a0₴"
    assert words.money(500, "JPY", "en") == "¥500"
    assert words.money(12_345, "EUR", "uk") == "123,45\u00a0€"
    assert words.money(12_345, "CHF", "en") == "CHF\u00a0123.45"


def test_durations_take_their_largest_whole_unit() -> None:
    assert words.duration(90, "en") == "90\u00a0seconds"
    assert words.duration(7_300, "en") == "2\u00a0hours"
    assert words.duration(5 * 86_400, "ru") == "5\u00a0дней"


def test_another_language_is_refused() -> None:
    with pytest.raises(BadInput, match="do not speak 'de'"):
        said(pair(720, 40), "de")
