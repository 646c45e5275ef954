"""Why nothing was decided about a person, said in words; decisions themselves: `reason_words`."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from maracuja.decisions.reason_words import Texts, column


class Absence(StrEnum):
    """Why a campaign has decided nothing about somebody; some name it, or what lets people in."""

    NOT_LAUNCHED = "not_launched"
    TO_COME = "to_come"  # of all campaigns: those whose audience is still to be frozen
    WOULD_BE_IN = "would_be_in"
    WOULD_NOT_BE_IN = "would_not_be_in"
    DECIDING = "deciding"
    IN_NOW = "in_now"
    OUT = "out"
    NOT_DUE = "not_due"
    NOTHING_LEFT = "nothing_left"
    NOT_LET_IN = "not_let_in"


_WORDS: Final[dict[Absence, Texts]] = {
    Absence.NOT_LAUNCHED: (
        "The campaign `{name}` has not been launched.",
        "Кампания `{name}` не запущена.",
        "Кампанію `{name}` не запущено.",
        "`{name}` кампанит ажлыг эхлүүлээгүй байна.",
    ),
    Absence.TO_COME: (
        "Nothing is decided yet, and the worker has still to freeze the audience of {name}.",
        "Решений ещё нет: аудитория {name} пока не зафиксирована.",
        "Рішень ще немає: аудиторію {name} поки не зафіксовано.",
        "Шийдвэр хараахан алга: {name} кампанит ажлын хүрээг тогтоогоогүй байна.",
    ),
    Absence.WOULD_BE_IN: (
        "The campaign `{name}` is launched, but its audience is not yet frozen: the worker does"
        " that when it is due. As things stand the person would be in it.",
        "Кампания `{name}` запущена, но её аудитория фиксируется, когда подойдёт срок."
        " Сейчас человек в неё вошёл бы.",
        "Кампанію `{name}` запущено, але її аудиторія фіксується, коли настане час."
        " Зараз людина до неї увійшла б.",
        "`{name}` кампанит ажлыг эхлүүлсэн ч хүрээ нь хугацаа болоход тогтоно. Одоогийн байдлаар "
        "тухайн хүн багтах байсан.",
    ),
    Absence.WOULD_NOT_BE_IN: (
        "The campaign `{name}` is launched, but its audience is not yet frozen: the worker does"
        " that when it is due. As things stand the person would not be in it.",
        "Кампания `{name}` запущена, но её аудитория фиксируется, когда подойдёт срок."
        " Сейчас человек в неё не вошёл бы.",
        "Кампанію `{name}` запущено, але її аудиторія фіксується, коли настане час."
        " Зараз людина до неї не увійшла б.",
        "`{name}` кампанит ажлыг эхлүүлсэн ч хүрээ нь хугацаа болоход тогтоно. Одоогийн байдлаар "
        "тухайн хүн багтахгүй байсан.",
    ),
    Absence.DECIDING: (
        "The campaign `{name}` is still deciding about its audience.",
        "Кампания `{name}` ещё принимает решения о своей аудитории.",
        "Кампанія `{name}` ще ухвалює рішення про свою аудиторію.",
        "`{name}` кампанит ажил хүрээнийхээ талаар шийдвэрээ гаргаж байна.",
    ),
    Absence.IN_NOW: (
        "The person was not in the audience when it was frozen; they would be now.",
        "Человека не было в аудитории, когда её зафиксировали; сейчас он бы в неё вошёл.",
        "Людини не було в аудиторії, коли її зафіксували; зараз вона б до неї увійшла.",
        "Хүрээг тогтоох үед тухайн хүн багтаагүй; одоо бол багтах байсан.",
    ),
    Absence.OUT: (
        "The person was not in the audience when it was frozen, and would not be now.",
        "Человека не было в аудитории, когда её зафиксировали, и сейчас он бы в неё не вошёл.",
        "Людини не було в аудиторії, коли її зафіксували, і зараз вона б до неї не увійшла.",
        "Хүрээг тогтоох үед тухайн хүн багтаагүй, одоо ч багтахгүй.",
    ),
    Absence.NOT_DUE: (
        "The person has entered, and the message is not due yet.",
        "Человек уже в кампании, но время сообщения ещё не пришло.",
        "Людина вже в кампанії, але час повідомлення ще не настав.",
        "Тухайн хүн кампанит ажилд орсон, мессеж илгээх цаг хараахан болоогүй байна.",
    ),
    Absence.NOTHING_LEFT: (
        "The person has entered before, and nothing is left to be sent.",
        "Человек уже был в кампании, и отправлять больше нечего.",
        "Людина вже була в кампанії, і надсилати більше нічого.",
        "Тухайн хүн өмнө нь кампанит ажилд орсон, илгээх зүйл үлдээгүй.",
    ),
    Absence.NOT_LET_IN: (
        "No event {name} has let the person in since the campaign was launched.",
        "С запуска кампании не было события {name}, которое включило бы в неё человека.",
        "Від запуску кампанії не було події {name}, яка включила б до неї людину.",
        "Кампанит ажлыг эхлүүлснээс хойш тухайн хүнийг оруулах {name} үйл явдал болоогүй.",
    ),
}
_OR: Final = (" or ", " или ", " або ", " эсвэл ")


def say(absence: Absence, language: str = "en", name: str = "") -> str:
    """The sentence in one of the languages of reasons; others get English."""
    return _WORDS[absence][column(language)].format(name=name)


def one_of(names: list[str], language: str = "en") -> str:
    """Names side by side, of which any will do: `A` or `B`."""
    return _OR[column(language)].join(f"`{name}`" for name in names)
