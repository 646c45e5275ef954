"""Numbers and verdicts in words: English, Russian, Ukrainian, Mongolian, by explicit tables.

It never glues a count to a noun by itself: the noun's form comes from the language's plural rules.
"""

from __future__ import annotations

from typing import Final

from babel import Locale
from babel.numbers import format_decimal, get_currency_symbol

from maracuja.currencies import minor_digits
from maracuja.errors import BadInput
from maracuja.stats.compare import Comparison
from maracuja.stats.intervals import Interval
from maracuja.stats.verdict import LiftVerdict, NotYet

LANGUAGES: Final = ("en", "ru", "uk", "mn")
WITH_COMMAS: Final = ("en", "mn")  # between thousands; a point before decimals
COUNTABLE: Final = (
    NotYet.MAY_BE_CHANCE,
    NotYet.TOO_UNCERTAIN,
    NotYet.TOO_FEW_CONVERSIONS,
)

# The forms of CLDR's plural categories; "other" is the form beside a fraction.
NOUNS: Final = {
    "en": {
        "person": {"one": "person", "other": "people"},
        "conversion": {"one": "conversion", "other": "conversions"},
        "second": {"one": "second", "other": "seconds"},
        "minute": {"one": "minute", "other": "minutes"},
        "hour": {"one": "hour", "other": "hours"},
        "day": {"one": "day", "other": "days"},
    },
    "ru": {
        "person": {"one": "человек", "few": "человека", "many": "человек", "other": "человека"},
        "conversion": {
            "one": "конверсия",
            "few": "конверсии",
            "many": "конверсий",
            "other": "конверсии",
        },
        "second": {"one": "секунда", "few": "секунды", "many": "секунд", "other": "секунды"},
        "minute": {"one": "минута", "few": "минуты", "many": "минут", "other": "минуты"},
        "hour": {"one": "час", "few": "часа", "many": "часов", "other": "часа"},
        "day": {"one": "день", "few": "дня", "many": "дней", "other": "дня"},
    },
    "uk": {
        "person": {"one": "людина", "few": "людини", "many": "людей", "other": "людини"},
        "conversion": {
            "one": "конверсія",
            "few": "конверсії",
            "many": "конверсій",
            "other": "конверсії",
        },
        "second": {"one": "секунда", "few": "секунди", "many": "секунд", "other": "секунди"},
        "minute": {"one": "хвилина", "few": "хвилини", "many": "хвилин", "other": "хвилини"},
        "hour": {"one": "година", "few": "години", "many": "годин", "other": "години"},
        "day": {"one": "день", "few": "дні", "many": "днів", "other": "дня"},
    },
    "mn": {
        "person": {"one": "хүн", "other": "хүн"},
        "conversion": {"one": "хөрвүүлэлт", "other": "хөрвүүлэлт"},
        "second": {"one": "секунд", "other": "секунд"},
        "minute": {"one": "минут", "other": "минут"},
        "hour": {"one": "цаг", "other": "цаг"},
        "day": {"one": "хоног", "other": "хоног"},
    },
}

SENTENCES: Final = {
    "en": {
        "proven": "Proven: conversions rose by {lift} ({sure} interval {low} to {high}). "
        "That is {extra} more than there would have been.",
        "harmful": "Harmful: conversions changed by {lift} ({sure} interval {low} to {high}). "
        "That is {extra}. Stop, and find out what put people off.",
        "may_be_chance": "Not yet proven: measured {lift}, but anything from {low} to {high} "
        "({sure} interval) fits these numbers, chance alone included.",
        "too_few_conversions": "Not yet: fewer than ten conversions in an arm, too few to "
        "compare.",
        "too_uncertain": "Not yet: it is too early for these numbers to say anything.",
        "no_control": "Not yet: nobody was held out, so there is nothing to compare with.",
        "no_variation": "Not yet: everybody did the same, so there is nothing to compare.",
        "no_planned_size": "Not yet: the window is still open, and no size was planned that would "
        "allow looking early.",
        "sample_ratio": "No verdict: the arms do not have the sizes that the draw gave them. "
        "Something loses people in one arm; find it before believing any number here.",
        "people_more": "If the effect is as measured, it takes about {people} more to prove it.",
        "people_more_counts": "It takes about {people} more before anything can be said.",
        "people_more_none": "No audience within reach would prove an effect this small.",
        "smallest": "The smallest effect that these numbers could show is {lift}.",
        "open": "The window is still open; this interval stays valid however often one looks.",
    },
    "ru": {
        "proven": "Доказано: конверсии выросли на {lift} (интервал {sure}: от {low} до {high}). "
        "Это {extra} сверх того, что было бы и так.",
        "harmful": "Вредит: конверсии изменились на {lift} (интервал {sure}: от {low} до "
        "{high}). Это {extra}. Остановите и выясните, что оттолкнуло людей.",
        "may_be_chance": "Пока не доказано: измерено {lift}, но этим числам отвечает всё "
        "от {low} до {high} (интервал {sure}), в том числе чистая случайность.",
        "too_few_conversions": "Пока нет: в одной из групп меньше десяти конверсий, сравнивать "
        "рано.",
        "too_uncertain": "Пока нет: этим числам ещё рано о чём-либо говорить.",
        "no_control": "Пока нет: контрольной группы не было, сравнивать не с чем.",
        "no_variation": "Пока нет: все поступили одинаково, сравнивать нечего.",
        "no_planned_size": "Пока нет: окно ещё открыто, а размер, который позволил бы смотреть "
        "раньше срока, не был задан.",
        "sample_ratio": "Вывода нет: размеры групп не те, что дала жеребьёвка. Где-то теряются "
        "люди одной из групп; найдите где, прежде чем верить этим числам.",
        "people_more": "Если эффект таков, как измерено, для доказательства нужно ещё примерно "
        "{people}.",
        "people_more_counts": "Чтобы можно было что-то сказать, нужно ещё примерно {people}.",
        "people_more_none": "Столь малый эффект не докажет никакая доступная аудитория.",
        "smallest": "Наименьший эффект, который могли бы показать эти числа: {lift}.",
        "open": "Окно ещё открыто; этот интервал верен, сколько бы раз в него ни смотрели.",
    },
    "uk": {
        "proven": "Доведено: конверсії зросли на {lift} (інтервал {sure}: від {low} до {high}). "
        "Це {extra} понад те, що було б і так.",
        "harmful": "Шкодить: конверсії змінилися на {lift} (інтервал {sure}: від {low} до "
        "{high}). Це {extra}. Зупиніть і з’ясуйте, що відштовхнуло людей.",
        "may_be_chance": "Поки не доведено: виміряно {lift}, але цим числам відповідає все "
        "від {low} до {high} (інтервал {sure}), зокрема чиста випадковість.",
        "too_few_conversions": "Поки ні: в одній із груп менше десяти конверсій, порівнювати "
        "зарано.",
        "too_uncertain": "Поки ні: цим числам ще зарано про щось говорити.",
        "no_control": "Поки ні: контрольної групи не було, порівнювати немає з чим.",
        "no_variation": "Поки ні: усі вчинили однаково, порівнювати нічого.",
        "no_planned_size": "Поки ні: вікно ще відкрите, а розмір, який дозволив би дивитися "
        "завчасно, не було задано.",
        "sample_ratio": "Висновку немає: розміри груп не ті, що дало жеребкування. Десь "
        "губляться люди однієї з груп; знайдіть де, перш ніж вірити цим числам.",
        "people_more": "Якщо ефект такий, як виміряно, для доказу потрібно ще приблизно {people}.",
        "people_more_counts": "Щоб можна було щось сказати, потрібно ще приблизно {people}.",
        "people_more_none": "Такий малий ефект не доведе жодна досяжна аудиторія.",
        "smallest": "Найменший ефект, який могли б показати ці числа: {lift}.",
        "open": "Вікно ще відкрите; цей інтервал правильний, скільки б разів у нього не дивилися.",
    },
    "mn": {
        "proven": "Батлагдсан: хөрвүүлэлт {lift} өссөн ({sure}-ийн интервал: {low} – {high}). "
        "Энэ нь аяндаа болох байснаас {extra} илүү.",
        "harmful": "Хортой: хөрвүүлэлт {lift} өөрчлөгдсөн ({sure}-ийн интервал: {low} – {high}). "
        "Энэ нь {extra}. Зогсоогоод, хүмүүст юу таалагдаагүйг олж мэдээрэй.",
        "may_be_chance": "Хараахан батлагдаагүй: {lift} хэмжигдсэн ч эдгээр тоонд {low} – {high} "
        "({sure}-ийн интервал) хооронд юу ч, тэр дундаа санамсаргүй тохиол ч нийцнэ.",
        "too_few_conversions": "Хараахан биш: аль нэг бүлэгт хөрвүүлэлт арваас цөөн тул "
        "харьцуулахад эрт байна.",
        "too_uncertain": "Хараахан биш: эдгээр тоо юм хэлэхэд эрт байна.",
        "no_control": "Хараахан биш: хяналтын бүлэг байгаагүй тул харьцуулах зүйл алга.",
        "no_variation": "Хараахан биш: бүгд ижил үйлдэл хийсэн тул харьцуулах зүйл алга.",
        "no_planned_size": "Хараахан биш: хугацаа дуусаагүй, эрт харахыг зөвшөөрөх хэмжээг "
        "төлөвлөөгүй байна.",
        "sample_ratio": "Дүгнэлт алга: бүлгүүдийн хэмжээ сугалааныхтай таарахгүй байна. Нэг "
        "бүлгийн хүмүүс хаа нэгтээ алдагдаж байна; тоонд итгэхээсээ өмнө хаана болохыг олоорой.",
        "people_more": "Нөлөө хэмжсэнтэй адил бол батлахад дахин {people} орчим хэрэгтэй.",
        "people_more_counts": "Юм хэлэх боломжтой болоход дахин {people} орчим хэрэгтэй.",
        "people_more_none": "Ийм бага нөлөөг ямар ч боломжит хүрээ батлахгүй.",
        "smallest": "Эдгээр тоо харуулж чадах хамгийн бага нөлөө: {lift}.",
        "open": "Хугацаа дуусаагүй; хэдэн ч удаа харсан энэ интервал хүчинтэй.",
    },
}


def checked_language(language: str) -> str:
    """The language itself; BadInput where there are no words for it."""
    if language not in LANGUAGES:
        raise BadInput(
            f"reports do not speak {language!r}",
            where="language",
            fix=f"Choose one of {', '.join(LANGUAGES)}.",
        )
    return language


def number(value: float, language: str, digits: int = 0) -> str:
    """A number with the language's separators, rounded to `digits` places."""
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return _minus(format_decimal(round(value, digits) + 0.0, format=pattern, locale=language))


def percent(share: float, language: str, digits: int = 1, *, signed: bool = False) -> str:
    """A share (0.25) as percent: "25.0%", "25,0 %"; with its sign where asked."""
    text = number(abs(share) * 100, language, digits)
    gap = "" if language in WITH_COMMAS else "\u00a0"
    return f"{_sign(share, text, signed=signed)}{text}{gap}%"


def money(minor: float, currency: str, language: str, *, signed: bool = False) -> str:
    """Minor units as money with the currency's own number of decimals, without them from 1,000.

    A currency without a sign is written by its code.
    """
    places = minor_digits(currency)
    major = abs(minor) / 10**places
    text = number(major, language, 0 if major >= 1000 else places)
    symbol = get_currency_symbol(currency, language)
    if symbol == currency:
        symbol = get_currency_symbol(currency, "en")
    sign = _sign(minor, text, signed=signed)
    if language != "en":
        return f"{sign}{text}\u00a0{symbol}"
    gap = "\u00a0" if symbol[-1].isalpha() else ""
    return f"{sign}{symbol}{gap}{text}"


def counted(count: float, noun: str, language: str, *, signed: bool = False) -> str:
    """A rounded count with its noun in the right form: "21 человек", "22 человека"."""
    whole = round(abs(count))
    form = NOUNS[language][noun][Locale(language).plural_form(whole)]
    return f"{_sign(count, str(whole), signed=signed)}{number(whole, language)}\u00a0{form}"


def duration(seconds: float, language: str) -> str:
    """A time in its largest fitting unit, whole: "4 hours"."""
    for noun, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size:
            return counted(seconds / size, noun, language)
    return counted(seconds, "second", language)


def about(people: int) -> int:
    """A number of people that is only an estimate: two figures are meant."""
    scale = int(10 ** max(len(str(people)) - 2, 0))
    return -(-people // scale) * scale


def say(
    verdict: LiftVerdict, primary: Comparison, language: str, *, alpha: float = 0.05
) -> tuple[str, ...]:
    """The verdict in sentences: the finding first, then what it takes and what could be shown."""
    table = SENTENCES[checked_language(language)]
    key = verdict.why_not_yet.value if verdict.why_not_yet else verdict.finding.value
    lines = [table[key].format(**_figures(verdict.interval, primary, language, alpha))]
    more = _more(verdict, language)
    if more:
        lines.append(more)
    if verdict.smallest_lift is not None and verdict.why_not_yet in COUNTABLE:
        lines.append(table["smallest"].format(lift=percent(verdict.smallest_lift, language)))
    if not verdict.final and verdict.interval.reason is None:
        lines.append(table["open"])
    return tuple(lines)


def _figures(
    interval: Interval, primary: Comparison, language: str, alpha: float
) -> dict[str, str]:
    if interval.value is None or interval.low is None or interval.high is None:
        return {}
    signed = {
        name: percent(value, language, signed=True)
        for name, value in (("low", interval.low), ("high", interval.high))
    }
    rose = interval.sign > 0
    extra = primary.extra.value or 0.0
    return {
        "lift": percent(interval.value, language, signed=not rose),
        "sure": percent(1 - alpha, language, 0),
        "extra": counted(extra, "conversion", language, signed=not rose),
        **signed,
    }


def _more(verdict: LiftVerdict, language: str) -> str:
    table = SENTENCES[language]
    why, more = verdict.why_not_yet, verdict.people_more
    if why not in COUNTABLE or more == 0:
        return ""
    if more is None:
        return table["people_more_none"] if why is NotYet.MAY_BE_CHANCE else ""
    key = "people_more" if why is NotYet.MAY_BE_CHANCE else "people_more_counts"
    return table[key].format(people=counted(about(more), "person", language))


def _sign(value: float, text: str, *, signed: bool) -> str:
    """A real minus, a plus where asked; nothing beside a number that rounds to zero."""
    if not any(digit in text for digit in "123456789"):
        return ""
    if value < 0:
        return "\u2212"
    return "+" if signed else ""


def _minus(text: str) -> str:
    return text.replace("-", "\u2212")
