"""What is said of a text or a tactic that people get again and again: does it wear off?"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from maracuja.stats import words
from maracuja.stats.intervals import Interval
from maracuja.stats.wear_out import EXPOSURES_MAX, Exposure, Wear, WearOut
from maracuja.stats.words import LANGUAGES, checked_language
from maracuja.ui import report_svg as svg
from maracuja.ui import report_words as say

Texts = tuple[str, str, str, str]  # in the order of LANGUAGES

LABELS: Final[dict[str, Texts]] = {
    "template": (
        "Does the text `{name}` wear off?",
        "Приедается ли текст `{name}`?",
        "Чи приїдається текст `{name}`?",
        "`{name}` бичвэр нөлөөгөө алдаж байна уу?",
    ),
    "tactic": (
        "Does the tactic `{name}` wear off?",
        "Приедается ли приём `{name}`?",
        "Чи приїдається прийом `{name}`?",
        "`{name}` арга нөлөөгөө алдаж байна уу?",
    ),
    "time": ("Time", "Раз", "Раз", "Удаа"),
    "or_more": ("{n} and on", "{n} и далее", "{n} і далі", "{n} ба түүнээс олон"),
    "sent": ("Sent", "Отправлено", "Надіслано", "Илгээсэн"),
    "held": ("Held out", "Контроль", "Контроль", "Хяналт"),
    "note": (
        "People held out stand in the row of the message that they would have got, so each row "
        "is parted by the draw alone. A purchase belongs to the last message before it.",
        "Люди из контроля стоят в строке того сообщения, которое получили бы, поэтому каждую "
        "строку делит только жребий. Покупка относится к последнему сообщению перед ней.",
        "Люди з контролю стоять у рядку того повідомлення, яке отримали б, тому кожен рядок "
        "ділить лише жереб. Покупка належить до останнього повідомлення перед нею.",
        "Хяналтын бүлгийн хүмүүс авах байсан мессежийнхээ мөрөнд байгаа тул мөр бүрийг зөвхөн "
        "сугалаа хуваана. Худалдан авалт түүний өмнөх сүүлчийн мессежид хамаарна.",
    ),
    "lost": (
        "not comparable: one arm has lost people",
        "не сравнить: одна из групп теряет людей",
        "не порівняти: одна з груп втрачає людей",
        "харьцуулах боломжгүй: нэг бүлэг хүнээ алдсан",
    ),
    "trend": (
        "From each time to the next, purchases against those held out change by {value} "
        "({low} to {high}).",
        "От раза к разу покупки по сравнению с контролем меняются на {value} "
        "(от {low} до {high}).",
        "Від разу до разу покупки порівняно з контролем змінюються на {value} "
        "(від {low} до {high}).",
        "Удаа бүрд хяналтын бүлэгтэй харьцуулсан худалдан авалт {value} өөрчлөгдөж байна ({low} "
        "– {high}).",
    ),
    "smallest": (
        "The smallest loss from time to time that these numbers could show is {value}.",
        "Наименьшая потеря от раза к разу, которую могли бы показать эти числа: {value}.",
        "Найменша втрата від разу до разу, яку могли б показати ці числа: {value}.",
        "Эдгээр тоо харуулж чадах удаа бүрийн хамгийн бага алдагдал: {value}.",
    ),
    "later": (
        "All that came after: {value} ({low} to {high}).",
        "Всё, что было потом: {value} (от {low} до {high}).",
        "Усе, що було потім: {value} (від {low} до {high}).",
        "Дараа нь ирсэн бүх мессеж: {value} ({low} – {high}).",
    ),
    "nothing_twice": (
        "Nobody has got a text or a tactic twice yet, or the windows are still open.",
        "Ещё никто не получал один текст или приём дважды, или окна ещё открыты.",
        "Ще ніхто не отримував один текст чи прийом двічі, або вікна ще відкриті.",
        "Нэг бичвэр эсвэл аргыг хоёр удаа авсан хүн хараахан алга, эсвэл хугацаа нь дуусаагүй "
        "байна.",
    ),
}
WEARS: Final[dict[Wear, Texts]] = {
    Wear.WEARS_OFF: ("It wears off.", "Приедается.", "Приїдається.", "Нөлөөгөө алдаж байна."),
    Wear.STEADY: (
        "Nothing shows that it wears off.",
        "Не видно, чтобы приедалось.",
        "Не видно, щоб приїдалося.",
        "Нөлөөгөө алдаж буй шинж алга.",
    ),
    Wear.GROWS: (
        "It works better from time to time.",
        "От раза к разу действует сильнее.",
        "Від разу до разу діє сильніше.",
        "Удаа бүрд улам сайн нөлөөлж байна.",
    ),
    Wear.NOT_ENOUGH: (
        "Too few people have got it more than once to say whether it wears off.",
        "Слишком мало людей получили это больше одного раза, чтобы судить.",
        "Замало людей отримали це більше одного разу, щоб судити.",
        "Үүнийг нэгээс олон удаа авсан хүн хэт цөөн тул нөлөөгөө алдаж байгаа эсэхийг хэлэх "
        "боломжгүй.",
    ),
}
GONE: Final[Texts] = (
    "After the {nth} time nothing is left.",
    "После {nth} раза не остаётся ничего.",
    "Після {nth} разу не залишається нічого.",
    "{nth} удаагийн дараа юу ч үлдэхгүй.",
)
SOUR: Final[Texts] = (
    "After the {nth} time it does harm.",
    "После {nth} раза это вредит.",
    "Після {nth} разу це шкодить.",
    "{nth} удаагийн дараа хор болдог.",
)
NTH: Final[tuple[Texts, ...]] = (
    ("first", "первого", "першого", "Эхний"),
    ("second", "второго", "другого", "Хоёр дахь"),
    ("third", "третьего", "третього", "Гурав дахь"),
    ("fourth", "четвёртого", "четвертого", "Дөрөв дэх"),
    ("fifth", "пятого", "п’ятого", "Тав дахь"),
)


def sentences(told: WearOut, language: str) -> tuple[str, ...]:
    """Whether it wears off, after which time nothing is left, and what could be shown."""
    lines = [_of(WEARS[told.wear], language)]
    if told.gone_after is not None:
        nth = _of(NTH[told.gone_after - 1], language)
        lines.append(_of(SOUR if told.harmful else GONE, language).format(nth=nth))
    trend = told.trend
    if trend.value is not None and trend.low is not None and trend.high is not None:
        lines.append(_change("trend", (trend.value, trend.low, trend.high), language))
    later = told.later
    if later and later.value is not None and later.low is not None and later.high is not None:
        lines.append(_change("later", (later.value, later.low, later.high), language))
    if told.wear is Wear.STEADY and told.smallest is not None:
        value = words.percent(told.smallest, language)
        lines.append(_of(LABELS["smallest"], language).format(value=value))
    return tuple(lines)


def title(told: WearOut, language: str) -> str:
    """Of which text or tactic it is."""
    return _of(LABELS["tactic" if told.tactic else "template"], language).format(name=told.name)


def nothing_twice(language: str) -> str:
    """That there is nothing to tell yet."""
    return _of(LABELS["nothing_twice"], language)


def terminal(told: WearOut, language: str) -> list[RenderableType]:
    """A row for each time, and what they say together."""
    table = Table(title=title(told, language), title_justify="left", box=None, pad_edge=False)
    table.add_column(_of(LABELS["time"], language), no_wrap=True)
    for head in ("sent", "held"):
        table.add_column(_of(LABELS[head], language), justify="right")
    table.add_column(say.label("lift", language))
    for one in told.exposures:
        value, ends = _lift(one, language)
        table.add_row(
            _time(one, language),
            say.rate_text(one.sent, language),
            say.rate_text(one.held, language),
            Text.assemble((value, "bold" if ends else "dim"), f" {ends}"),
        )
    return [table, Text(" ".join(sentences(told, language)))]


def card(told: WearOut, language: str) -> str:
    """The same as a card of the page, the lifts on one scale."""
    scale = svg.axis([_drawn(one) for one in told.exposures])
    lines = ""
    for one in told.exposures:
        value, ends = _lift(one, language)
        tone = svg.tone(one.lift.sign, trusted=one.trusted)
        shown = f'<b class="{tone}">{escape(value)}</b>' if ends else escape(value)
        rates = " / ".join(say.rate_text(rate, language) for rate in (one.sent, one.held))
        lines += (
            f'<div class="name">{escape(_time(one, language))} <small>{rates}</small></div>'
            f'<div class="plot">{svg.strip(_drawn(one), scale, tone)}</div>'
            f'<div class="figure">{shown} <small>{escape(ends)}</small></div>'
        )
    said = "".join(f"<p>{escape(line)}</p>" for line in sentences(told, language))
    note = _of(LABELS["note"], language)
    return (
        f'<section class="card"><h2>{escape(title(told, language))}</h2>'
        f'<p class="note">{escape(note)}</p><div class="forest">{lines}</div>{said}</section>'
    )


def wear_out_terminal(all_told: Sequence[WearOut], language: str) -> list[RenderableType]:
    """Every text and tactic, one after the other."""
    if not all_told:
        return [Text(nothing_twice(language))]
    return [part for told in all_told for part in (*terminal(told, language), Text())]


def _lift(one: Exposure, language: str) -> tuple[str, str]:
    if not one.trusted:
        return _of(LABELS["lost"], language), ""
    return say.lift_texts(one.lift, language)


def _drawn(one: Exposure) -> Interval:
    """The lift, where it may be compared."""
    return one.lift if one.trusted else Interval()


def _time(one: Exposure, language: str) -> str:
    if one.time < EXPOSURES_MAX:
        return f"{one.time}."
    return _of(LABELS["or_more"], language).format(n=f"{one.time}.")


def _change(key: str, ends: tuple[float, float, float], language: str) -> str:
    value, low, high = (words.percent(end, language, signed=True) for end in ends)
    return _of(LABELS[key], language).format(value=value, low=low, high=high)


def _of(texts: Texts, language: str) -> str:
    return texts[LANGUAGES.index(checked_language(language))]
