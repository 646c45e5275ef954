"""How each reason, and what became of a message, is said to a person in words."""

from __future__ import annotations

import re
from typing import Final

from maracuja.decisions.reasons import Outcome, Reason, unreached

LANGUAGES: Final = ("en", "ru", "uk")

_WORDS: Final[dict[Reason, tuple[str, str, str]]] = {
    Reason.HOUR_PASSED: (
        "the hour had passed in the person's own zone when the campaign was launched",
        "в часовом поясе человека этот час уже прошёл, когда кампанию запустили",
        "у часовому поясі людини ця година вже минула, коли кампанію запустили",
    ),
    Reason.LOCAL_TIME: (
        "the time chosen for the person's own zone has not come yet",
        "время, выбранное для часового пояса человека, ещё не наступило",
        "час, обраний для часового поясу людини, ще не настав",
    ),
    Reason.EXPIRED: (
        "the message was no longer current",
        "сообщение уже утратило актуальность",
        "повідомлення вже втратило актуальність",
    ),
    Reason.GONE: (
        "the profile was erased or merged into another after the audience was taken",
        "профиль удалён или объединён с другим после того, как собрали аудиторию",
        "профіль видалено або об'єднано з іншим після того, як зібрали аудиторію",
    ),
    Reason.GOAL_REACHED: (
        "the goal was reached after the event, before the message was due",
        "цель достигнута после события, ещё до сообщения",
        "мети досягнуто після події, ще до повідомлення",
    ),
    Reason.HAPPENED: (
        "something happened in the meantime that makes the message needless",
        "за это время произошло то, что делает сообщение ненужным",
        "за цей час сталося те, що робить повідомлення зайвим",
    ),
    Reason.NOT_IN_AUDIENCE: (
        "the person was not in the audience when the message was due",
        "человек не входил в аудиторию, когда пришло время сообщения",
        "людина не входила до аудиторії, коли настав час повідомлення",
    ),
    Reason.SUPPRESSED: (
        "the address is on the suppression list",
        "адрес находится в стоп-листе",
        "адреса перебуває у стоп-листі",
    ),
    Reason.OPTED_OUT: (
        "the person opted out of this topic",
        "человек отписался от этой темы",
        "людина відписалася від цієї теми",
    ),
    Reason.CONSENT_PENDING: (
        "the person was asked and has not confirmed the consent yet",
        "согласие запрошено, но ещё не подтверждено",
        "згоду запитано, але ще не підтверджено",
    ),
    Reason.CONSENT_UNPROVEN: (
        "the consent was imported without its source or date",
        "согласие импортировано без источника или даты",
        "згоду імпортовано без джерела або дати",
    ),
    Reason.NO_CONSENT: (
        "the person never agreed to this topic on this channel",
        "человек не давал согласия на эту тему в этом канале",
        "людина не давала згоди на цю тему в цьому каналі",
    ),
    Reason.LAW_OPT_IN: (
        "the law of the person's country asks for another kind of consent",
        "закон страны человека требует другого согласия",
        "закон країни людини вимагає іншої згоди",
    ),
    Reason.NO_ADDRESS: (
        "there is no address to reach the person at",
        "нет адреса, по которому можно связаться с человеком",
        "немає адреси, за якою можна зв'язатися з людиною",
    ),
    Reason.RESTRICTED: (
        "the person asked that their data be left alone, and that is not settled yet",
        "человек попросил не трогать его данные, и вопрос ещё не решён",
        "людина попросила не чіпати її дані, і питання ще не вирішено",
    ),
    Reason.OBJECTED: (
        "the person objected to profiling, and the message goes by what people do",
        "человек возразил против профилирования, а сообщение зависит от поведения людей",
        "людина заперечила проти профілювання, а повідомлення залежить від поведінки людей",
    ),
    Reason.UNDER_AGE: (
        "the person is younger than the law of their country asks for marketing",
        "человек младше возраста, с которого закон его страны разрешает рекламу",
        "людина молодша за вік, з якого закон її країни дозволяє рекламу",
    ),
    Reason.MISSING: (
        "the message needs something that is not known about the person",
        "для сообщения не хватает данных о человеке",
        "для повідомлення бракує даних про людину",
    ),
    Reason.STALE: (
        "something that the message needs is known, but too old",
        "данные, нужные сообщению, устарели",
        "дані, потрібні повідомленню, застаріли",
    ),
    Reason.UNSURE: (
        "something that the message needs is only guessed",
        "данные, нужные сообщению, лишь предположительны",
        "дані, потрібні повідомленню, лише припущення",
    ),
    Reason.NOT_GIVEN: (
        "the message would tell the person what they never told us",
        "сообщение выдало бы то, чего человек нам не сообщал",
        "повідомлення виказало б те, чого людина нам не повідомляла",
    ),
    Reason.ON_HOLD: (
        "something of theirs is open: a complaint, a refund or a late order",
        "у человека есть нерешённый вопрос: жалоба, возврат или опоздавший заказ",
        "у людини є невирішене питання: скарга, повернення або замовлення, що запізнюється",
    ),
    Reason.NOT_ABOUT_THIS: (
        "the person wants to hear nothing about this category",
        "человек не хочет ничего слышать об этой категории",
        "людина не хоче нічого чути про цю категорію",
    ),
    Reason.PRODUCT_GONE: (
        "the product is sold out or no longer offered",
        "товар распродан или больше не продаётся",
        "товар розпродано або більше не продається",
    ),
    Reason.TOO_LONG: (
        "the text would have been too long",
        "текст получился бы слишком длинным",
        "текст вийшов би задовгим",
    ),
    Reason.COUPONS_GONE: (
        "no coupon code was left in the pool",
        "в пуле не осталось купонов",
        "у пулі не залишилося купонів",
    ),
    Reason.NOT_RENDERED: (
        "the text could not be written for this person",
        "не удалось составить текст для этого человека",
        "не вдалося скласти текст для цієї людини",
    ),
    Reason.QUIET_HOURS: (
        "it is a quiet hour where the person lives",
        "у человека сейчас тихие часы",
        "у людини зараз тихі години",
    ),
    Reason.LAW_HOURS: (
        "it is an hour at which the law of the person's country lets no advertising arrive",
        "в этот час закон страны человека не разрешает рекламу",
        "у цю годину закон країни людини не дозволяє рекламу",
    ),
    Reason.FREQUENCY_CAP: (
        "the person has heard from us often enough lately",
        "человек уже получил достаточно сообщений за последнее время",
        "людина вже отримала достатньо повідомлень останнім часом",
    ),
    Reason.HELD_OUT: (
        "the person is in the control group",
        "человек входит в контрольную группу",
        "людина належить до контрольної групи",
    ),
    Reason.WINDOW_CLOSED: (
        "the person has not written lately, and the channel takes only approved templates then",
        "человек давно не писал, а канал принимает тогда только одобренные шаблоны",
        "людина давно не писала, а канал приймає тоді лише схвалені шаблони",
    ),
    Reason.UNREACHABLE: (
        "no channel of the cascade reaches the person",
        "ни один канал каскада не доходит до человека",
        "жоден канал каскаду не доходить до людини",
    ),
    Reason.REACHED: (
        "another channel of the cascade had reached the person first",
        "до человека уже дошло сообщение по другому каналу каскада",
        "до людини вже дійшло повідомлення іншим каналом каскаду",
    ),
    Reason.CASCADE: (
        "it is not known yet what the step before comes to",
        "ещё неизвестно, чем закончится предыдущий шаг",
        "ще невідомо, чим завершиться попередній крок",
    ),
    Reason.FOR_THE_WINNER: (
        "the texts are being tested on others: the better one will be sent",
        "тексты проверяются на других людях: будет отправлен лучший",
        "тексти перевіряються на інших людях: буде надіслано кращий",
    ),
    Reason.ASKED_FOR_PAUSE: (
        "the person asked for a pause, and it is not over",
        "человек попросил о паузе, и она ещё не закончилась",
        "людина попросила про паузу, і вона ще не скінчилася",
    ),
    Reason.ASKED_FOR_LESS: (
        "the person asked to hear less often about this topic, and has heard lately",
        "человек просил писать об этом реже, а недавно ему уже писали",
        "людина просила писати про це рідше, а нещодавно їй уже писали",
    ),
    Reason.ASKED_FOR_HOURS: (
        "the person asked to be written to at other hours",
        "человек просил писать в другие часы",
        "людина просила писати в інші години",
    ),
    Reason.CANCELLED: (
        "the campaign was cancelled first",
        "кампанию отменили раньше",
        "кампанію скасували раніше",
    ),
    Reason.PASSED: (
        "all conditions were met",
        "все условия выполнены",
        "усі умови виконано",
    ),
}

# Where the decision says which value it was: `missing:person.city`.
_DETAILED: Final[dict[Reason, tuple[str, str, str]]] = {
    Reason.MISSING: (
        "the person's {name} is not known",
        "о человеке неизвестно: {name}",
        "про людину невідомо: {name}",
    ),
    Reason.STALE: (
        "what is known as the person's {name} is too old",
        "данные о человеке устарели: {name}",
        "дані про людину застаріли: {name}",
    ),
    Reason.UNSURE: (
        "the person's {name} is only guessed",
        "данные о человеке лишь предположительны: {name}",
        "дані про людину лише припущення: {name}",
    ),
    Reason.NOT_GIVEN: (
        "the person never told us this: {name}",
        "человек нам этого не сообщал: {name}",
        "людина нам цього не повідомляла: {name}",
    ),
    Reason.ON_HOLD: (
        "something of theirs is open: {name}",
        "у человека есть нерешённый вопрос: {name}",
        "у людини є невирішене питання: {name}",
    ),
    Reason.NOT_ABOUT_THIS: (
        "the person wants to hear nothing about “{name}”",
        "человек не хочет ничего слышать о «{name}»",
        "людина не хоче нічого чути про «{name}»",
    ),
    Reason.TOO_LONG: (
        "the text would have been too long: {name}",
        "текст получился бы слишком длинным: {name}",
        "текст вийшов би задовгим: {name}",
    ),
}
_NAMES: Final[dict[str, tuple[str, str, str]]] = {
    "first_name": ("first name", "имя", "ім'я"),
    "last_name": ("last name", "фамилия", "прізвище"),
    "gender": ("gender", "пол", "стать"),
    "city": ("city", "город", "місто"),
    "birthday": ("birthday", "день рождения", "день народження"),
    "email": ("e-mail", "адрес почты", "адреса пошти"),
    "phone": ("phone", "телефон", "телефон"),
    "language": ("language", "язык", "мова"),
}
_PLAIN: Final = re.compile(r"(?:products\[)?(?:person|facts)\.(\w+)\]?")

_OUTCOMES: Final[dict[Outcome, tuple[str, str, str]]] = {
    Outcome.SEND: ("sent", "отправлено", "надіслано"),
    Outcome.GHOST: (
        "held out: everything but the sending was done",
        "контроль: сделано всё, кроме отправки",
        "контроль: зроблено все, крім надсилання",
    ),
    Outcome.WAIT: ("put off", "отложено", "відкладено"),
    Outcome.NEVER: ("not sent", "не отправлено", "не надіслано"),
}

QUEUED: Final = "Message Queued"  # no event: nothing has become of it yet

# What became of a message since it was decided, by the event's own name.
_BECAME: Final[dict[str, tuple[str, str, str]]] = {
    QUEUED: ("to be sent", "будет отправлено", "буде надіслано"),
    "Message Sent": ("sent", "отправлено", "надіслано"),
    "Message Deferred": (
        "put off by the recipient's server",
        "сервер получателя просит подождать",
        "сервер отримувача просить зачекати",
    ),
    "Message Delivered": ("delivered", "доставлено", "доставлено"),
    "Message Read": ("read", "прочитано", "прочитано"),
    "Message Clicked": ("clicked", "переход по ссылке", "перехід за посиланням"),
    "Message Replied": ("replied", "ответ", "відповідь"),
    "Message Bounced": ("bounced", "адрес не принимает почту", "адреса не приймає пошту"),
    "Message Rejected": ("rejected", "отклонено", "відхилено"),
    "Message Failed": ("failed", "не удалось отправить", "не вдалося надіслати"),
    "Message Complained": ("complained", "жалоба на спам", "скарга на спам"),
    "Message Unknown": ("unknown", "неизвестно, дошло ли", "невідомо, чи дійшло"),
    "Subscription Updated": ("subscriptions changed", "подписки изменены", "підписки змінено"),
}
_MACHINE: Final = (" (by a machine)", " (программой)", " (програмою)")


def words(reason: Reason, language: str = "en", detail: str = "") -> str:
    """The reason as half a sentence in en, ru or uk; other languages get English.

    `detail` is the path that it is about, such as `person.city`: "the person's city is not known".
    """
    if detail and reason is Reason.UNREACHABLE:
        why = (f"{c}: {words(Reason(said), language)}" for c, said in unreached(detail).items())
        return f"{_WORDS[reason][_column(language)]} ({'; '.join(why)})"
    if detail and reason in _DETAILED:
        return _DETAILED[reason][_column(language)].format(name=_named(detail, language))
    return _WORDS[reason][_column(language)]


def sentence(outcome: Outcome, reason: Reason, language: str = "en", detail: str = "") -> str:
    """Outcome and reason together: `not sent: the person opted out of this topic`."""
    said = _OUTCOMES[outcome][_column(language)]
    if outcome is Outcome.SEND:
        return said
    return f"{said}: {words(reason, language, detail)}"


def happened(event: str, language: str = "en", *, machine: bool = False) -> str:
    """An event of a message in words, as `Message Clicked`; an event that is none as it is."""
    said = _BECAME.get(event)
    told = said[_column(language)] if said else event
    return told + (_MACHINE[_column(language)] if machine else "")


def _named(path: str, language: str) -> str:
    """A path of a template as people call what it says: `person.first_name`."""
    plain = _PLAIN.fullmatch(path)
    if plain is None:
        return path
    known = _NAMES.get(plain[1])
    return known[_column(language)] if known else plain[1].replace("_", " ")


def _column(language: str) -> int:
    """Which of the three texts."""
    return LANGUAGES.index(language) if language in LANGUAGES else 0
