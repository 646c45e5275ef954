"""What a report's headings and columns are called, in English, Russian and Ukrainian."""

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
from maracuja.stats.words import LANGUAGES, checked_language, counted, money, number, percent

# Each label in the order of LANGUAGES.
LABELS: Final[dict[str, tuple[str, str, str]]] = {
    "report": ("Lift report", "Отчёт о приросте", "Звіт про приріст"),
    "final": ("Final", "Итог", "Підсумок"),
    "open": ("Still open", "Ещё идёт", "Ще триває"),
    "proven": ("Proven", "Доказано", "Доведено"),
    "not_yet": ("Not yet", "Пока не доказано", "Поки не доведено"),
    "harmful": ("Harmful", "Вредит", "Шкодить"),
    "people": ("people", "людей", "людей"),
    "held_share": ("held out", "в контроле", "у контролі"),
    "goal": ("goal", "цель", "ціль"),
    "window": ("window", "окно", "вікно"),
    "extra_conversions": ("Extra conversions", "Прирост конверсий", "Приріст конверсій"),
    "extra_revenue": ("Extra revenue", "Прирост выручки", "Приріст виручки"),
    "conversion_rate": ("Conversion rate", "Доля конверсий", "Частка конверсій"),
    "interval": ("{sure} interval", "интервал {sure}", "інтервал {sure}"),
    "against": ("against", "против", "проти"),
    "in_control": ("in the control group", "в контрольной группе", "у контрольній групі"),
    "unsubscribed": ("Unsubscribed", "Отписались", "Відписалися"),
    "of_sent": ("of those sent to", "из получателей", "з отримувачів"),
    "lift": ("What it changed", "Что изменилось", "Що змінилося"),
    "lift_note": (
        "Relative change against people held out. Green: above zero for certain; "
        "red: below; grey: not yet certain.",
        "Относительное изменение против контрольной группы. Зелёное: точно выше нуля; "
        "красное: ниже; серое: пока неясно.",
        "Відносна зміна проти контрольної групи. Зелене: точно вище нуля; "
        "червоне: нижче; сіре: поки неясно.",
    ),
    "conversions": ("Conversions", "Конверсии", "Конверсії"),
    "revenue": ("Revenue", "Выручка", "Виручка"),
    "clicks": ("Clicks", "Клики", "Кліки"),
    "primary": (
        "People who passed every gate",
        "Прошедшие все проверки",
        "Ті, хто пройшов усі перевірки",
    ),
    "whole": ("The whole audience", "Вся аудитория", "Уся аудиторія"),
    "programme": (
        "Against people whom no campaign reaches",
        "Против тех, кому не пишут вовсе",
        "Проти тих, кому не пишуть зовсім",
    ),
    "truth": ("The simulator's true effect", "Истинный эффект симулятора", "Справжній ефект"),
    "variant": ("Variant", "Вариант", "Варіант"),
    "twins": ("Personal against generic", "Личное против общего", "Особисте проти загального"),
    "twins_note": (
        "Both were sent, by the draw, so clicks may be compared too.",
        "Оба варианта отправлены по жребию, поэтому можно сравнивать и клики.",
        "Обидва варіанти надіслано за жеребом, тому можна порівнювати й кліки.",
    ),
    "funnel": ("The way of the messages", "Путь сообщений", "Шлях повідомлень"),
    "audience": ("Audience", "Аудитория", "Аудиторія"),
    "would_send": ("Passed every gate", "Прошли проверки", "Пройшли перевірки"),
    "sent": ("Sent", "Отправлено", "Надіслано"),
    "named": ("With their own words", "С личными словами", "З особистими словами"),
    "neutral": ("With neutral words", "С нейтральными словами", "З нейтральними словами"),
    "delivered": ("Delivered", "Доставлено", "Доставлено"),
    "bounced": ("Bounced", "Не приняты", "Не прийняті"),
    "read": ("Read", "Прочитано", "Прочитано"),
    "machine_read": ("Opened by machines", "Открыто машинами", "Відкрито машинами"),
    "clicked": ("Clicked", "Клик", "Клік"),
    "replied": ("Replied", "Ответили", "Відповіли"),
    "complained": ("Complained", "Пожаловались", "Поскаржилися"),
    "converted": ("Converted", "Конверсия", "Конверсія"),
    "left_out": ("Left out, and why", "Не отправлено, и почему", "Не надіслано, і чому"),
    "arms": ("The arms", "Группы", "Групи"),
    "arm": ("Arm", "Группа", "Група"),
    "people_head": ("People", "Людей", "Людей"),
    "revenue_each": ("Revenue per person", "Выручка на человека", "Виручка на людину"),
    "average_order": ("Average order", "Средний заказ", "Середнє замовлення"),
    "repeat": ("Ordered again", "Заказали ещё раз", "Замовили ще раз"),
    "decision_time": ("Median time to decide", "Медиана раздумий", "Медіана роздумів"),
    "all_sent": ("Not held out", "Вне контроля", "Поза контролем"),
    "held_campaign": ("Held out", "Контроль кампании", "Контроль кампанії"),
    "held_global": ("Global control", "Общий контроль", "Загальний контроль"),
    "breakdown": ("Lift by {fact}", "Прирост: {fact}", "Приріст: {fact}"),
    "causal": ("causal", "причинно", "причинно"),
    "causal_note": (
        "Known before the draw, so each row is an experiment of its own.",
        "Известно до жеребьёвки, поэтому каждая строка сама по себе опыт.",
        "Відомо до жеребкування, тому кожен рядок сам є дослідом.",
    ),
    "differ": (
        "The rows differ ({p}).",
        "Строки различаются ({p}).",
        "Рядки різняться ({p}).",
    ),
    "differ_not": (
        "Nothing shows that the rows differ ({p}): compare them with care.",
        "Не видно, чтобы строки различались ({p}): сравнивайте осторожно.",
        "Не видно, щоб рядки різнилися ({p}): порівнюйте обережно.",
    ),
    "poll": ("Poll", "Опрос", "Опитування"),
    "cascade": ("The cascade", "Каскад", "Каскад"),
    "channel": ("Channel", "Канал", "Канал"),
    "failed": ("Failed", "Не удалось", "Не вдалося"),
    "fell_back": ("Went on to the next", "Перешли к следующему", "Перейшли до наступного"),
    "goals": ("Reached the goal after it", "Достигли цели после", "Досягли мети після"),
    "cost": ("Cost", "Стоимость", "Вартість"),
    "cascade_saved": (
        "The cascade cost {cost}. The same {people} by {alone} alone, one message each at {each}, "
        "would have cost {alone_cost}: it saved {saved}.",
        "Каскад обошёлся в {cost}. Если бы тем же ({people}) писали только через {alone}, по "
        "сообщению за {each}, это стоило бы {alone_cost}: сэкономлено {saved}.",
        "Каскад коштував {cost}. Якби тим самим ({people}) писали лише через {alone}, по "
        "повідомленню за {each}, це коштувало б {alone_cost}: заощаджено {saved}.",
    ),
    "cascade_spent": (
        "The cascade cost {cost}. The same {people} by {alone} alone, one message each at {each}, "
        "would have cost {alone_cost}: it saved nothing.",
        "Каскад обошёлся в {cost}. Если бы тем же ({people}) писали только через {alone}, по "
        "сообщению за {each}, это стоило бы {alone_cost}: экономии нет.",
        "Каскад коштував {cost}. Якби тим самим ({people}) писали лише через {alone}, по "
        "повідомленню за {each}, це коштувало б {alone_cost}: заощадження немає.",
    ),
    "cascade_free": (
        "No prices are known: give the steps a `price` to see what the cascade saved.",
        "Цены неизвестны: укажите `price` у шагов, чтобы видеть, сколько сэкономил каскад.",
        "Ціни невідомі: вкажіть `price` у кроків, щоб бачити, скільки заощадив каскад.",
    ),
    "cascade_note": (
        "Who got which channel was not drawn: the goals of a channel say who bought after it, not "
        "what it changed.",
        "Каналы не разыгрывались: цели канала говорят, кто купил после него, а не что он изменил.",
        "Канали не розігрувалися: цілі каналу кажуть, хто купив після нього, а не що він змінив.",
    ),
    "description": ("Conversion by {fact}", "Конверсия: {fact}", "Конверсія: {fact}"),
    "descriptive": ("descriptive only", "только описание", "лише опис"),
    "descriptive_note": (
        "Known only afterwards: it says who bought, not what the message changed.",
        "Известно лишь потом: видно, кто купил, а не что изменило сообщение.",
        "Відомо лише згодом: видно, хто купив, а не що змінило повідомлення.",
    ),
    "trust": ("Can these numbers be trusted?", "Верить ли числам?", "Чи вірити числам?"),
    "ratio_good": (
        "The arms have the sizes that the draw should give",
        "Размеры групп такие, как положено жеребьёвкой",
        "Розміри груп такі, як належить за жеребкуванням",
    ),
    "ratio_alarm": (
        "The arms do not have the sizes that the draw should give",
        "Размеры групп не такие, как положено жеребьёвкой",
        "Розміри груп не такі, як належить за жеребкуванням",
    ),
    "ratio_audience": ("whole audience", "вся аудитория", "уся аудиторія"),
    "ratio_would_send": ("after the gates", "после проверок", "після перевірок"),
    "ratio_variants": ("variants", "варианты", "варіанти"),
    "method": (
        "Intention to treat: people who would have been sent to are compared at their would-be "
        "moment, whether or not the message arrived. Relative lift on the log-ratio scale. "
        "While the window is open, intervals are anytime-valid.",
        "Сравниваются все, кому сообщение было бы отправлено, с момента, когда это было бы "
        "сделано, дошло оно или нет. Прирост считается по логарифму отношения. Пока окно "
        "открыто, интервалы верны при любом числе взглядов.",
        "Порівнюються всі, кому повідомлення було б надіслано, з моменту, коли це було б "
        "зроблено, дійшло воно чи ні. Приріст рахується за логарифмом відношення. Поки вікно "
        "відкрите, інтервали правильні за будь-якої кількості поглядів.",
    ),
    "unknown": ("unknown", "неизвестно", "невідомо"),
    "other": ("all others", "все остальные", "усі інші"),
    "yes": ("yes", "да", "так"),
    "no": ("no", "нет", "ні"),
    "made": ("Made", "Составлен", "Складено"),
    "fact_channel": ("channel", "канал", "канал"),
    "fact_device": ("device", "устройство", "пристрій"),
    "fact_clicked": ("clicked", "клик", "клік"),
    "fact_city": ("city", "город", "місто"),
    "fact_gender": ("gender", "пол", "стать"),
    "fact_language": ("language", "язык", "мова"),
    "no_people": ("nobody to compare", "не с кем сравнить", "немає з ким порівняти"),
    "too_few_conversions": ("too few conversions", "мало конверсий", "мало конверсій"),
    "no_variation": ("everybody alike", "все одинаковы", "усі однакові"),
    "too_uncertain": ("too uncertain yet", "слишком неясно", "надто неясно"),
    "no_receipts": ("the channel does not tell", "канал не сообщает", "канал не повідомляє"),
    "no_planned_size": ("at the end of the window", "по окончании окна", "після закриття вікна"),
}

NOTES: Final[dict[str, tuple[str, str, str]]] = {
    "window_open": (
        "The conversion window is still open: the figures will grow.",
        "Окно конверсии ещё открыто: числа вырастут.",
        "Вікно конверсії ще відкрите: числа зростуть.",
    ),
    "sample_ratio": (
        "Sample-ratio alarm: do not act on these numbers before the cause is found.",
        "Тревога: размеры групп невозможны. Не действуйте по этим числам, пока не найдена "
        "причина.",
        "Тривога: розміри груп неможливі. Не дійте за цими числами, доки не знайдено причину.",
    ),
    "merged_across_arms": (
        "Turned out to be the same person as somebody in another arm, and kept in the first: "
        "{people}.",
        "Оказались одним лицом с кем-то из другой группы и оставлены в первой: {people}.",
        "Виявилися тією самою особою, що й хтось з іншої групи, і залишені в першій: {people}.",
    ),
    "global_as_control": (
        "The campaign held nobody out itself; the global control group stands in: {people}.",
        "Своей контрольной группы у кампании нет; вместо неё общая: {people}.",
        "Своєї контрольної групи кампанія не має; замість неї загальна: {people}.",
    ),
    "neutral_words": (
        "Many read neutral words, because a name, a gender or a city was not sure: {people}.",
        "Многие прочли нейтральные слова: имя, пол или город были неясны: {people}.",
        "Багато хто прочитав нейтральні слова: ім'я, стать або місто були неясні: {people}.",
    ),
    "no_control": (
        "Nobody was held out: this report can describe, but not prove.",
        "Контроля не было: отчёт описывает, но не доказывает.",
        "Контролю не було: звіт описує, але не доводить.",
    ),
}


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
    gap = ", " if language == "en" else "; "
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
    return (
        str(format_datetime(moment(report.made_us), "d MMM y, HH:mm", tzinfo=UTC, locale=language))
        + " UTC"
    )


def _day(day: datetime, language: str) -> str:
    return str(format_date(day.date(), "d MMM y", locale=language))
