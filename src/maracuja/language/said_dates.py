"""The dates that a text says: tomorrow, this Friday, until 10 March; and which day each means.

It must never ask what day it is: the day of reading is an argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

_WEEK: Final = 7
_SATURDAY: Final = 5
_HALF_YEAR: Final = timedelta(days=183)

# Words that stand so many days after the day of reading.
_DAYS: Final[dict[str, dict[int, str]]] = {
    "en": {-1: "yesterday", 0: "today|tonight", 1: "tomorrow"},
    "ru": {-1: "вчера", 0: "сегодня", 1: "завтра", 2: "послезавтра"},
    "uk": {-1: "вчора|учора", 0: "сьогодні", 1: "завтра", 2: "післязавтра"},
    "mn": {-1: "өчигдөр", 0: "өнөөдөр", 1: "маргааш", 2: "нөгөөдөр"},
}
# The days of the week from Monday on, in the forms in which a day is said.
_WEEKDAYS: Final[dict[str, tuple[str, ...]]] = {
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "ru": (
        "понедельник[ау]?", "вторник[ау]?", "сред[ауые]", "четверг[ау]?", "пятниц[ауые]",
        "суббот[ауые]", "воскресень[еяю]",
    ),
    "uk": (
        "понеділ(?:ок|ка|ку)", "вівтор(?:ок|ка|ку)", "серед[аиуі]", "четвер(?:га|гу)?",
        "п['’ʼ]ятниц[яюі]", "субот[аиуі]", "неділ[яюі]",
    ),
    "mn": ("даваа", "мягмар", "лхагва", "пүрэв", "баасан", "бямба", "ням"),
}  # fmt: skip
# Around a day of the week: {day} stands for it; `next` is the one of the week to come.
_AROUND: Final[dict[str, str]] = {
    "en": r"(?<!every )(?<!each )(?<!black )(?<!good )(?:(?:on|by|until|till|before|from) )?"
    r"(?:this |the coming |(?P<next>next ))?{day}",
    "ru": r"(?:во?|до|ко?|со?|на|эта|этот|это) (?:эт(?:у|от|ой|ого|ому|о) |ближайш\w+ "
    r"|(?P<next>следующ\w+ ))?{day}",
    "uk": r"(?:[вуодзк]|до|від|на|ця|цей|цієї|цього|(?P<next>наступно(?:ї|го))) "
    r"(?:ц(?:ю|ей|ієї|ього) |найближч\w+ |(?P<next2>наступн\w+ ))?{day}",
    "mn": r"(?:энэ |(?P<next>ирэх |дараагийн ))?{day} гараг\w*",
}
_SPANS: Final[dict[str, dict[str, str]]] = {
    "en": {"weekend": "this weekend", "week": "this week", "month": "this month"},
    "ru": {
        "weekend": "(?:в|на) (?:эти |ближайшие )?выходные|(?:на|в) (?:этих )?выходных",
        "week": "на этой неделе|до конца недели",
        "month": "в этом месяце|до конца месяца",
    },
    "uk": {
        "weekend": "(?:у|в|на) (?:ці |найближчі )?вихідні|на (?:цих )?вихідних",
        "week": "(?:на )?цього тижня|до кінця тижня",
        "month": "(?:у |в )?цього місяця|до кінця місяця|цьому місяці",
    },
    "mn": {"week": "энэ долоо хоног\\w*", "month": "энэ сар\\w*"},
}
_MONTHS: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?",
        "aug(?:ust)?", "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
    ),
    "ru": (
        "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
        "октября", "ноября", "декабря",
    ),
    "uk": (
        "січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня",
        "жовтня", "листопада", "грудня",
    ),
}  # fmt: skip
_NUMERIC: Final = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\d.]*\d)")


class Kind(StrEnum):
    """How a date is said."""

    DAY = "day"  # tomorrow
    WEEKDAY = "weekday"  # this Friday
    NEXT = "next"  # next Friday
    WEEKEND = "weekend"
    WEEK = "week"
    MONTH = "month"
    DATE = "date"  # 10 March, with or without a year


class SaidDate(NamedTuple):
    """A date in a text: the words as they stand, and what they count.

    `number` is days for DAY, the weekday (Monday 0) for WEEKDAY and NEXT; for DATE `number` is the
    day of the month, with `month` and `year` (0 where it is not said).
    """

    words: str
    kind: Kind
    number: int = 0
    month: int = 0
    year: int = 0

    @property
    def relative(self) -> bool:
        """Whether it means another day to whoever reads it on another."""
        return self.kind is not Kind.DATE

    def means(self, read: date) -> date | None:
        """The day that it means to whoever reads it on that day; None where there is none.

        A day of the week is the first that is not past; a week, a weekend or a month is its first
        day; a date without a year is the one nearest to the reading.
        """
        try:
            return self._means(read)
        except OverflowError:  # at either end of the calendar
            return None

    def _means(self, read: date) -> date | None:
        """`means`, where the calendar has the days around the reading."""
        monday = read - timedelta(days=read.weekday())
        match self.kind:
            case Kind.DAY:
                return read + timedelta(days=self.number)
            case Kind.WEEKDAY:
                return read + timedelta(days=(self.number - read.weekday()) % _WEEK)
            case Kind.NEXT:
                return monday + timedelta(days=_WEEK + self.number)
            case Kind.WEEKEND:
                return monday + timedelta(days=_SATURDAY)
            case Kind.WEEK:
                return monday
            case Kind.MONTH:
                return read.replace(day=1)
        years = [self.year] if self.year else [read.year - 1, read.year, read.year + 1]
        days = [found for year in years if (found := _day(year, self.month, self.number))]
        near = [one for one in days if self.year or abs(one - read) <= _HALF_YEAR]
        return near[0] if near else None


def said_dates(text: str, language: str) -> list[SaidDate]:
    """The dates that the text says in that language (en, ru, uk, mn), in their order, each once.

    What comes back again and again (every Friday, по пятницам) is none.
    """
    text = " ".join(text.split())
    low = text.lower()
    found: list[tuple[int, SaidDate]] = []
    for pattern, said in _patterns(language):
        for match in pattern.finditer(low):
            words = text[match.start() : match.end()]
            named = {name for name, value in match.groupdict().items() if value}
            kind = Kind.NEXT if named & {"next", "next2"} else said.kind
            if said.kind is Kind.DATE:
                year = int(match["year"] or 0)
                said = said._replace(number=int(match["day"]), year=year)
            found.append((match.start(), said._replace(words=words, kind=kind)))
    for match in _NUMERIC.finditer(low):
        day, month, year = map(int, match.groups())
        found.append((match.start(), SaidDate(match.group(), Kind.DATE, day, month, year)))
    ordered = [said for _, said in sorted(found, key=lambda one: one[0])]
    return list(dict.fromkeys(ordered))


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], SaidDate]]:
    return [(re.compile(rf"(?<!\w){source}(?!\w)"), said) for source, said in _sources(language)]


def _sources(language: str) -> Iterator[tuple[str, SaidDate]]:
    """A pattern for every way in which the language says a date."""
    for days, word in _DAYS.get(language, {}).items():
        yield rf"(?:{word})", SaidDate("", Kind.DAY, days)
    for number, weekday in enumerate(_WEEKDAYS.get(language, ())):
        around = _AROUND[language].replace("{day}", f"(?:{weekday})")
        yield f"(?:{around})", SaidDate("", Kind.WEEKDAY, number)
    for kind, phrase in _SPANS.get(language, {}).items():
        yield f"(?:{phrase})", SaidDate("", Kind(kind))
    for month, name in enumerate(_MONTHS.get(language, ()), 1):
        said = SaidDate("", Kind.DATE, month=month)
        yield (
            rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?:{name})(?: (?P<year>\d{{4}}))?",
            said,
        )
        if language == "en":
            ends = r"(?:st|nd|rd|th)?(?!\d)(?:,? (?P<year>\d{4}))?"
            yield rf"(?:{name}) (?P<day>\d{{1,2}}){ends}", said


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
