"""What the claims report says, in English, Russian and Ukrainian, by explicit tables."""

from __future__ import annotations

from typing import Final

from maracuja.stats.claims.evidence import Estimate
from maracuja.stats.claims.judging import Because, Judged, Standing
from maracuja.stats.claims.published import SOURCE, Against, Claim, Kind, Scale, Survey
from maracuja.stats.claims.report import BesideKey, ClaimsReport, Tested
from maracuja.stats.words import LANGUAGES, about, checked_language, counted, number, percent
from maracuja.ui.report_words import missing

Texts = tuple[str, str, str]  # in the order of LANGUAGES

# English stands in the list of claims itself.
CLAIMED: Final[dict[str, tuple[str, str]]] = {
    "personal-web": (
        "На сайтах личные слова дают на 15–30 % больше конверсий, чем общие.",
        "На сайтах особисті слова дають на 15–30 % більше конверсій, ніж загальні.",
    ),
    "personal-apps": (
        "В приложениях личные слова дают на 20–40 % больше конверсий, чем общие.",
        "У застосунках особисті слова дають на 20–40 % більше конверсій, ніж загальні.",
    ),
    "personal-messengers": (
        "В мессенджерах личные слова дают на 10–20 % больше конверсий, чем общие.",
        "У месенджерах особисті слова дають на 10–20 % більше конверсій, ніж загальні.",
    ),
    "personal-overall": (
        "В целом личные слова дают на 10–30 % больше конверсий, чем общие.",
        "Загалом особисті слова дають на 10–30 % більше конверсій, ніж загальні.",
    ),
    "clicks-messengers": (
        "В мессенджерах личные слова поднимают долю кликов на 25–35 %.",
        "У месенджерах особисті слова піднімають частку кліків на 25–35 %.",
    ),
    "click-rate-20-30": (
        "В личных сообщениях кликают 20–30 % получивших.",
        "В особистих повідомленнях клікають 20–30 % тих, хто їх отримав.",
    ),
    "click-rate-25-35": (
        "В личных сообщениях кликают 25–35 % получивших.",
        "В особистих повідомленнях клікають 25–35 % тих, хто їх отримав.",
    ),
    "click-rate-25-40": (
        "В личных сообщениях кликают 25–40 % получивших.",
        "В особистих повідомленнях клікають 25–40 % тих, хто їх отримав.",
    ),
    "repeat-six": (
        "Покупатели, которым пишут лично, снова покупают в 6 раз чаще.",
        "Покупці, яким пишуть особисто, знову купують у 6 разів частіше.",
    ),
    "segmentation-double": (
        "Содержание, подобранное к сегменту, удваивает конверсию при том же бюджете.",
        "Зміст, дібраний до сегмента, подвоює конверсію за того самого бюджету.",
    ),
    "re-engagement-read": (
        "Сообщение, которое зовёт вернуться, в мессенджере читают 80 %.",
        "Повідомлення, яке кличе повернутися, у месенджері читають 80 %.",
    ),
    "re-engagement-click": (
        "В сообщении, которое зовёт вернуться, в мессенджере кликают 35 %.",
        "У повідомленні, яке кличе повернутися, у месенджері клікають 35 %.",
    ),
}
SOURCES: Final[dict[str, tuple[str, str]]] = {
    SOURCE: (
        "часто повторяют в отрасли; исследования не называют",
        "часто повторюють у галузі; дослідження не називають",
    ),
    "surveys of stated intent, widely quoted in the trade; no study is named": (
        "опросы о намерениях, которые часто повторяют в отрасли; исследования не называют",
        "опитування про наміри, які часто повторюють у галузі; дослідження не називають",
    ),
}
LABELS: Final[dict[str, Texts]] = {
    "title": ("The claims of the trade", "Что говорят в отрасли", "Що кажуть у галузі"),
    "report": ("Claims report", "Отчёт об утверждениях", "Звіт про твердження"),
    "about": (
        "Each claim stands beside what {shop} has measured itself; campaigns counted: "
        "{campaigns}. No forecast uses a claim.",
        "Рядом с каждым утверждением стоит то, что магазин «{shop}» измерил сам; учтено "
        "кампаний: {campaigns}. Ни в одном прогнозе эти утверждения не участвуют.",
        "Поруч із кожним твердженням стоїть те, що магазин «{shop}» виміряв сам; враховано "
        "кампаній: {campaigns}. У жодному прогнозі ці твердження не беруть участі.",
    ),
    "elsewhere": (
        "claimed elsewhere, {source}, not your data",
        "заявлено не здесь, {source}, это не ваши данные",
        "заявлено не тут, {source}, це не ваші дані",
    ),
    "claimed": ("Claimed elsewhere", "Заявлено не здесь", "Заявлено не тут"),
    "own": ("Your data", "Ваши данные", "Ваші дані"),
    "smallest": (
        "The smallest effect that these data could show: {smallest}.",
        "Наименьший эффект, который могли бы показать эти данные: {smallest}.",
        "Найменший ефект, який могли б показати ці дані: {smallest}.",
    ),
    "smallest_level": (
        "The smallest distance from the claim that these data could show: {smallest} points.",
        "Наименьшее отличие от заявленного, которое могли бы показать эти данные (в процентных "
        "пунктах): {smallest}.",
        "Найменша відмінність від заявленого, яку могли б показати ці дані (у відсоткових "
        "пунктах): {smallest}.",
    ),
    "more": (
        "About {people} more would decide it.",
        "Решили бы ещё примерно {people}.",
        "Вирішили б ще приблизно {people}.",
    ),
    "beyond": (
        "No audience within reach would decide it.",
        "Этого не решит никакая доступная аудитория.",
        "Цього не вирішить жодна досяжна аудиторія.",
    ),
    "from": ("{people}, campaigns: {n}", "{people}, кампаний: {n}", "{people}, кампаній: {n}"),
    "to_run": ("To test it: {what}", "Чтобы проверить: {what}", "Щоб перевірити: {what}"),
    "surveys": ("Surveys, not tested", "Опросы, не проверяются", "Опитування, не перевіряються"),
    "surveys_note": (
        "What people say that they would do is no measure of what they do: these figures are "
        "shown and not tested.",
        "Что люди обещают сделать, не говорит о том, что они делают: эти числа показаны, но не "
        "проверяются.",
        "Що люди обіцяють зробити, не каже про те, що вони роблять: ці числа показано, але не "
        "перевіряються.",
    ),
    "stated": (
        "of those asked say that they would",
        "опрошенных говорят, что сделали бы",
        "опитаних кажуть, що зробили б",
    ),
    "left_out": (
        "Left out, as their arms do not have the sizes that the draw gave them: {names}.",
        "Не учтены, так как размеры групп не те, что дала жеребьёвка: {names}.",
        "Не враховано, бо розміри груп не ті, що дало жеребкування: {names}.",
    ),
    "unmeasured": (
        "Not measured, as their goal cannot be read from the events: {names}.",
        "Не измерены, так как их цель нельзя прочесть из событий: {names}.",
        "Не виміряно, бо їхню ціль не можна прочитати з подій: {names}.",
    ),
    "method": (
        "95% intervals. Supported: at least as much as is claimed is shown. Contradicted: what "
        "is claimed lies outside the interval. Each verdict errs in at most one of forty shops.",
        "Интервалы 95 %. Подтверждается: показано не меньше заявленного. Опровергается: "
        "заявленное лежит вне интервала. Каждый вывод ошибочен не более чем в одном магазине из "
        "сорока.",
        "Інтервали 95 %. Підтверджується: показано не менше за заявлене. Спростовується: "
        "заявлене лежить поза інтервалом. Кожен висновок хибний щонайбільше в одному магазині з "
        "сорока.",
    ),
}  # fmt: skip
NAMES: Final[dict[str, Texts]] = {
    Kind.WEB: ("Web", "Сайт", "Сайт"),
    Kind.APPS: ("Apps", "Приложения", "Застосунки"),
    Kind.MESSENGERS: ("Messengers", "Мессенджеры", "Месенджери"),
    Kind.EMAIL: ("E-mail", "Почта", "Пошта"),
    Kind.SMS: ("SMS", "SMS", "SMS"),
    Kind.OTHER: ("Others", "Другие", "Інші"),
    BesideKey.AT_RANDOM: (
        "Against the same at random",
        "Против того же наугад",
        "Проти того самого навмання",
    ),
}
STANDINGS: Final[dict[Standing, Texts]] = {
    Standing.SUPPORTED: ("Supported", "Подтверждается", "Підтверджується"),
    Standing.CONTRADICTED: ("Contradicted", "Опровергается", "Спростовується"),
    Standing.NOT_SHOWN: ("Not shown", "Не показано", "Не показано"),
    Standing.NOT_ENOUGH_DATA: ("Not enough data", "Мало данных", "Мало даних"),
    Standing.NOT_TESTABLE: ("Not testable here", "Здесь не проверить", "Тут не перевірити"),
}
BECAUSE: Final[dict[Because, Texts]] = {
    Because.AGREES: (
        "Your data agree with it: {own}.",
        "Ваши данные с этим согласны: {own}.",
        "Ваші дані з цим згодні: {own}.",
    ),
    Because.MORE: (
        "Your data show more than is claimed: {own}.",
        "Ваши данные показывают больше заявленного: {own}.",
        "Ваші дані показують більше за заявлене: {own}.",
    ),
    Because.LESS: (
        "There is an effect, but a smaller one than is claimed: {own}.",
        "Эффект есть, но меньше заявленного: {own}.",
        "Ефект є, але менший за заявлений: {own}.",
    ),
    Because.NOTHING: (
        "What is claimed does not fit your data; no effect at all does: {own}.",
        "Заявленное не отвечает вашим данным, а отсутствие эффекта отвечает: {own}.",
        "Заявлене не відповідає вашим даним, а відсутність ефекту відповідає: {own}.",
    ),
    Because.HARM: (
        "In your data it does harm: {own}.",
        "В ваших данных это вредит: {own}.",
        "У ваших даних це шкодить: {own}.",
    ),
    Because.BELOW: (
        "Your own figure lies below what is claimed: {own}.",
        "Ваше число ниже заявленного: {own}.",
        "Ваше число нижче за заявлене: {own}.",
    ),
    Because.SOME: (
        "There is an effect, but whether it is as large as claimed is not shown: {own}.",
        "Эффект есть, но не показано, что он так велик, как заявлено: {own}.",
        "Ефект є, але не показано, що він такий великий, як заявлено: {own}.",
    ),
    Because.OPEN: (
        "It may be as claimed, or lower: {own}.",
        "Может быть, как заявлено, а может быть, и ниже: {own}.",
        "Може бути, як заявлено, а може бути, і нижче: {own}.",
    ),
    Because.FITS_BOTH: (
        "Your data fit the claim as well as no effect at all: {own}.",
        "Ваши данные отвечают и заявленному, и отсутствию эффекта: {own}.",
        "Ваші дані відповідають і заявленому, і відсутності ефекту: {own}.",
    ),
    Because.FEW: (
        "There are too few people, or too few of them did it, for an interval.",
        "Слишком мало людей или действий для интервала.",
        "Замало людей або дій для інтервалу.",
    ),
    Because.WIDE: (
        "Your interval is wider than what is claimed: {own}.",
        "Ваш интервал шире заявленного: {own}.",
        "Ваш інтервал ширший за заявлене: {own}.",
    ),
    Because.NO_DATA: (
        "Nothing of the kind has been sent yet, or its window is still open.",
        "Ничего подобного ещё не отправляли, или окно ещё открыто.",
        "Нічого подібного ще не надсилали, або вікно ще відкрите.",
    ),
}
TO_RUN: Final[dict[Against, Texts]] = {
    Against.PERSONAL_CONVERSION: (
        "give a campaign a generic twin (`generic_twin_of`){on}.",
        "дайте кампании общего двойника (`generic_twin_of`){on}.",
        "дайте кампанії загального двійника (`generic_twin_of`){on}.",
    ),
    Against.PERSONAL_CLICKS: (
        "give a campaign with tracked links a generic twin (`generic_twin_of`){on}.",
        "дайте кампании с учётом кликов общего двойника (`generic_twin_of`){on}.",
        "дайте кампанії з обліком кліків загального двійника (`generic_twin_of`){on}.",
    ),
    Against.CLICK_RATE: (
        "send a campaign with tracked links.",
        "отправьте кампанию с учётом кликов.",
        "надішліть кампанію з обліком кліків.",
    ),
    Against.REPEAT: (
        "hold some customers out of campaigns that measure a purchase (`holdout`).",
        "держите часть покупателей вне кампаний, у которых цель покупка (`holdout`).",
        "тримайте частину покупців поза кампаніями, у яких ціль покупка (`holdout`).",
    ),
    Against.MATCHED: (
        "write two contents, say for whom each is meant (`suits`), and let both be drawn for all.",
        "напишите два содержания, укажите, для кого каждое (`suits`), и разыграйте их среди всех.",
        "напишіть два змісти, вкажіть, для кого кожен (`suits`), і розіграйте їх серед усіх.",
    ),
    Against.READ_AGAIN: (
        "call silent people back in a messenger that tells what is read, with "
        "`tactic: re-engagement`.",
        "позовите умолкших в мессенджере, который сообщает о прочтении, с "
        "`tactic: re-engagement`.",
        "покличте тих, хто замовк, у месенджері, який повідомляє про прочитання, з "
        "`tactic: re-engagement`.",
    ),
    Against.CLICKED_AGAIN: (
        "call silent people back in a messenger, with `tactic: re-engagement`.",
        "позовите умолкших в мессенджере, с `tactic: re-engagement`.",
        "покличте тих, хто замовк, у месенджері, з `tactic: re-engagement`.",
    ),
}
ON: Final[dict[Kind, Texts]] = {
    Kind.WEB: (
        " on web push or in the chat of the site",
        " в веб-пуше или в чате сайта",
        " у веб-пуші або в чаті сайту",
    ),
    Kind.APPS: (" on mobile push", " в пуше приложения", " у пуші застосунку"),
    Kind.MESSENGERS: (" in a messenger", " в мессенджере", " у месенджері"),
}


def label(key: str, language: str, **values: str) -> str:
    """The text of a heading or a sentence; KeyError is ours to mend."""
    return _of(LABELS[key], language).format(**values)


def claim_words(claim: Claim, language: str) -> str:
    """What is claimed, as a sentence."""
    if language == "en":
        return claim.words
    return CLAIMED[claim.id][LANGUAGES.index(language) - 1].replace(" %", "\u00a0%")


def source_words(source: str, language: str) -> str:
    """Where a claim comes from."""
    return source if language == "en" else SOURCES[source][LANGUAGES.index(language) - 1]


def elsewhere(claim: Claim | Survey, language: str) -> str:
    """That the claim was made elsewhere, by whom, and not of this shop."""
    return label("elsewhere", language, source=source_words(claim.source, language))


def claimed_range(claim: Claim, language: str) -> str:
    """The range or the figure that is claimed: "+10% to +20%", "6×", "80%"."""
    if claim.figure is not None:
        return value_text(claim.scale, claim.figure, language, digits=0)
    ends = (value_text(claim.scale, end, language, digits=0) for end in (claim.low, claim.high))
    return " … ".join(ends)


def value_text(scale: Scale, value: float, language: str, digits: int = 1) -> str:
    """A figure on the scale of a claim."""
    if scale is Scale.RATIO:
        return f"{number(value, language, max(digits, int(value % 1 > 0)))}×"
    return percent(value, language, digits, signed=scale is Scale.LIFT)


def own_text(scale: Scale, own: Estimate, language: str) -> str:
    """An own figure with its interval, or why there is none."""
    told = own.interval
    if told.value is None or told.low is None or told.high is None:
        return missing(told.reason, language)
    low, high = (value_text(scale, end, language) for end in (told.low, told.high))
    return f"{value_text(scale, told.value, language)} [{low} … {high}]"


def row_name(name: str, language: str) -> str:
    """What a figure beside is called."""
    return _of(NAMES[name], language)


def standing(judged: Judged, language: str) -> str:
    """The verdict in a word or two."""
    return _of(STANDINGS[judged.standing], language)


def counts(own: Estimate, language: str) -> str:
    """Of how many people and campaigns an own figure is."""
    people = counted(own.people, "person", language)
    if not own.campaigns:
        return people
    return label("from", language, people=people, n=number(own.campaigns, language))


def sentences(one: Tested, language: str) -> tuple[str, ...]:
    """Why the claim stands as it does, what could be shown, and what would decide it."""
    claim, own, judged = one.claim, one.own, one.judged
    shown = own_text(claim.scale, own, language)
    lines = [_of(BECAUSE[judged.because], language).format(own=shown)]
    if own.smallest is not None:
        if claim.scale is Scale.LEVEL:
            points = number(own.smallest * 100, language, 1)
            lines.append(label("smallest_level", language, smallest=points))
        else:
            smallest = value_text(claim.scale, own.smallest, language)
            lines.append(label("smallest", language, smallest=smallest))
    if judged.standing in (Standing.SUPPORTED, Standing.CONTRADICTED):
        return tuple(lines)
    if judged.standing is not Standing.NOT_SHOWN:
        on = _of(ON[claim.kind], language) if claim.kind else ""
        what = _of(TO_RUN[claim.against], language).format(on=on)
        lines.append(label("to_run", language, what=what))
    if judged.people_more:
        people = counted(about(judged.people_more), "person", language)
        lines.append(label("more", language, people=people))
    elif judged.people_more is None and own.people:
        lines.append(label("beyond", language))
    return tuple(lines)


def missing_campaigns(report: ClaimsReport, language: str) -> tuple[str, ...]:
    """Which campaigns take no part, and why."""
    found = {"left_out": report.left_out, "unmeasured": report.unmeasured}
    return tuple(
        label(key, language, names=", ".join(names)) for key, names in found.items() if names
    )


def about_text(report: ClaimsReport, language: str) -> str:
    """What the report is about."""
    return label("about", language, shop=report.shop, campaigns=number(report.campaigns, language))


def _of(texts: Texts, language: str) -> str:
    return texts[LANGUAGES.index(checked_language(language))]
