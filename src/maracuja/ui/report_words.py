"""How what a report has found is said: its figures, intervals, facts and reasons in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from babel.dates import format_date, format_datetime

from maracuja.decisions.reason_words import words as reason_words
from maracuja.decisions.reasons import read
from maracuja.model import moment
from maracuja.stats.breakdown import OTHER, UNKNOWN_VALUE
from maracuja.stats.intervals import Interval, NotShown
from maracuja.stats.rates import Rate
from maracuja.stats.report import Arm, Audience, LiftReport, Note
from maracuja.stats.units import Held
from maracuja.stats.words import (
    LANGUAGES,
    WITH_COMMAS,
    checked_language,
    counted,
    money,
    number,
    percent,
)
from maracuja.ui.report_labels import LABELS, NOTES

_DAY: Final = "d MMM y"
_DAYS: Final = {"mn": "y.MM.dd"}  # its months are numbers anyway


def label(key: str, language: str) -> str:
    """The text of a heading; KeyError is ours to mend."""
    return LABELS[key][LANGUAGES.index(checked_language(language))]


def words_told(audience: Audience, language: str) -> str:
    """How many of those sent to read words about themselves, and how many neutral ones."""
    worded = audience.named + audience.neutral
    share = percent(audience.neutral / worded, language)
    return (
        f"{label('named', language)}: {number(audience.named, language)} · "
        f"{label('neutral', language)}: {number(audience.neutral, language)} ({share})"
    )


def said_note(note: Note, language: str) -> str:
    """A note as a sentence."""
    text = NOTES[note.code.value][LANGUAGES.index(checked_language(language))]
    people = "" if note.people is None else counted(note.people, "person", language)
    return text.format(people=people)


def reason(code: str, language: str) -> str:
    """Why people were left out; a code that decisions do not know is shown as it is."""
    try:
        why, detail = read(code)
        return reason_words(why, language, detail)
    except ValueError:
        return code.replace("_", " ") or label("unknown", language)


def fact_name(fact: str, language: str) -> str:
    """The name of a fact as a person would say it."""
    key = f"fact_{fact.rpartition('.')[2]}"
    return label(key, language) if key in LABELS else fact.rpartition(".")[2].replace("_", " ")


def fact_value(value: str, language: str) -> str:
    """A value of a fact; flags, missing and gathered values get words."""
    words = {UNKNOWN_VALUE: "unknown", OTHER: "other", "true": "yes", "false": "no"}
    return label(words[value], language) if value in words else value


def arm_name(arm: Arm, language: str) -> str:
    """The name of a row of the arms table."""
    if arm.variant:
        return arm.variant
    keys = {Held.SENT: "all_sent", Held.CAMPAIGN: "held_campaign", Held.GLOBAL: "held_global"}
    return label(keys[arm.held], language)


def rate_text(rate: Rate, language: str, digits: int = 1) -> str:
    """A rate as percent; the word for unknown where the channel does not tell."""
    return (
        label("unknown", language) if rate.value is None else percent(rate.value, language, digits)
    )


def missing(why: NotShown | None, language: str) -> str:
    """Why there is no interval."""
    return label(why.value if why else "unknown", language)


def lift_texts(interval: Interval, language: str) -> tuple[str, str]:
    """An interval of a relative lift as (value, "[low, high]"), or the reason and nothing."""
    if interval.value is None or interval.low is None or interval.high is None:
        return missing(interval.reason, language), ""
    low, high = (
        percent(end, language, signed=True).replace("\u00a0%", "").replace("%", "")
        for end in (interval.low, interval.high)
    )
    gap = ", " if language in WITH_COMMAS else "; "
    return percent(interval.value, language, signed=True), f"[{low}{gap}{high}]"


def count_texts(interval: Interval, language: str, currency: str = "") -> tuple[str, str]:
    """An interval of extra conversions, or of money in `currency`, as (value, "low – high")."""
    if interval.value is None or interval.low is None or interval.high is None:
        return "–", missing(interval.reason, language)

    def text(value: float) -> str:
        if currency:
            return money(value, currency, language, signed=True)
        return ("+" if round(value) > 0 else "") + number(value, language)

    return text(interval.value), f"{text(interval.low)} … {text(interval.high)}"


def p_text(p: float, language: str) -> str:
    """A p-value with its sign: "p = 0.034", or "p < 0.001" for the very small."""
    sign = "<" if p < 0.001 else "="
    return f"p\u00a0{sign}\u00a0{number(max(p, 0.001), language, 3)}"


def dates(report: LiftReport, language: str) -> str:
    """From the start to the end of the window, as dates."""
    start, end = moment(report.plan.started_us), moment(report.plan.closes_us)
    return f"{_day(start, language)} – {_day(end, language)}"


def made_at(report: LiftReport, language: str) -> str:
    """When the report was made."""
    pattern = f"{_DAYS.get(language, _DAY)}, HH:mm"
    return (
        str(format_datetime(moment(report.made_us), pattern, tzinfo=UTC, locale=language)) + " UTC"
    )


def _day(day: datetime, language: str) -> str:
    return str(format_date(day.date(), _DAYS.get(language, _DAY), locale=language))
