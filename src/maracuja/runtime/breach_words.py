"""The texts that tell of a breach, to the authority and to the people: a draft for a person.

Nothing is sent from here, and what is not known stands in square brackets.
"""

from __future__ import annotations

from typing import Final

from maracuja.campaigns.law import Controller
from maracuja.decisions.law_sets import BY_ID, DEFAULT
from maracuja.errors import BadInput
from maracuja.runtime.breach_work import AUTHORITY, PEOPLE, BreachShown

LANGUAGES: Final = ("en", "ru", "uk", "mn")
_WHEN: Final = "%Y-%m-%d %H:%M UTC"

_TEXTS: Final[dict[tuple[str, str], str]] = {
    (AUTHORITY, "en"): (
        "To: {authority}\n\n{shop} ({address}) reports a breach of personal data under {rule}.\n"
        "What happened: {what}.\nWhen: {span}; noticed on {noticed}.\n"
        "Kinds of data: {data}.\nPeople: about {people}.\n"
        "Likely consequences: [consequences].\nMeasures taken: {measures}.\nContact: {contact}."
    ),
    (AUTHORITY, "ru"): (
        "Кому: {authority}\n\n{shop} ({address}) сообщает об утечке персональных данных"
        " ({rule}).\nЧто произошло: {what}.\nКогда: {span}; обнаружено {noticed}.\n"
        "Виды данных: {data}.\nЧисло людей: около {people}.\n"
        "Вероятные последствия: [consequences].\nПринятые меры: {measures}.\nКонтакт: {contact}."
    ),
    (AUTHORITY, "uk"): (
        "Кому: {authority}\n\n{shop} ({address}) повідомляє про витік персональних даних"
        " ({rule}).\nЩо сталося: {what}.\nКоли: {span}; виявлено {noticed}.\n"
        "Види даних: {data}.\nКількість людей: близько {people}.\n"
        "Імовірні наслідки: [consequences].\nВжиті заходи: {measures}.\nКонтакт: {contact}."
    ),
    (AUTHORITY, "mn"): (
        "Хэнд: {authority}\n\n{shop} ({address}) хувийн мэдээлэл алдагдсаныг мэдээлж байна"
        " ({rule}).\nЮу болсон: {what}.\nХэзээ: {span}; илрүүлсэн: {noticed}.\n"
        "Мэдээллийн төрөл: {data}.\nХүний тоо: ойролцоогоор {people}.\n"
        "Гарч болзошгүй үр дагавар: [consequences].\nАвсан арга хэмжээ: {measures}.\n"
        "Холбоо барих: {contact}."
    ),
    (PEOPLE, "en"): (
        "Your data at {shop}: what happened, and what you can do\n\n"
        "On {noticed} we noticed that {what}. It concerns: {data}.\n"
        "What it may mean for you: [consequences].\nWhat we have done: {measures}.\n"
        "What you can do: [advice].\nAsk us: {contact}."
    ),
    (PEOPLE, "ru"): (
        "Ваши данные в {shop}: что произошло и что можно сделать\n\n"
        "{noticed} мы обнаружили: {what}. Это касается: {data}.\n"
        "Чем это может грозить: [consequences].\nЧто мы сделали: {measures}.\n"
        "Что можете сделать вы: [advice].\nСпросите нас: {contact}."
    ),
    (PEOPLE, "uk"): (
        "Ваші дані в {shop}: що сталося і що можна зробити\n\n"
        "{noticed} ми виявили: {what}. Це стосується: {data}.\n"
        "Чим це може загрожувати: [consequences].\nЩо ми зробили: {measures}.\n"
        "Що можете зробити ви: [advice].\nЗапитайте нас: {contact}."
    ),
    (PEOPLE, "mn"): (
        "{shop} дахь таны мэдээлэл: юу болсон, та юу хийж болох вэ\n\n"
        "Бид {noticed} дараахыг илрүүллээ: {what}. Энэ нь дараах мэдээлэлд хамаарна: {data}.\n"
        "Танд ямар нөлөөтэй байж болох: [consequences].\nБидний авсан арга хэмжээ: {measures}.\n"
        "Та юу хийж болох: [advice].\nБиднээс асуугаарай: {contact}."
    ),
}


def text(
    leak: BreachShown, to: str, law: str, controller: Controller, shop: str, language: str = "en"
) -> str:
    """A draft for a law's authority, or for the people, in one of LANGUAGES. Raises BadInput."""
    if (to, language) not in _TEXTS:
        raise BadInput(
            f"There is no text to `{to}` in `{language}`.",
            fix=f"To {AUTHORITY} or {PEOPLE}, in {', '.join(LANGUAGES)}.",
        )
    rule = BY_ID.get(law, DEFAULT).breach
    since = f"{leak.since:{_WHEN}}" if leak.since else "[from]"
    until = f"{leak.until:{_WHEN}}" if leak.until else "[until]"
    return _TEXTS[to, language].format(
        authority=rule.authority,
        rule=rule.stated.source,
        shop=controller.name or shop,
        address=controller.address or "[address]",
        contact=controller.officer or controller.contact or "[contact]",
        what=leak.what,
        span=f"{since} – {until}",
        noticed=f"{leak.noticed:{_WHEN}}",
        data=leak.data or "[kinds of data]",
        people="[number]" if leak.people is None else leak.people,
        measures=leak.measures or "[measures]",
    )
