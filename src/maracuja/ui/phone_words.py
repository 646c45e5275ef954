"""What a telephone says by itself around a message, in the language of the message."""

from __future__ import annotations

from typing import Final

from maracuja.content import Button, Tap
from maracuja.stats.words import LANGUAGES

# Each text in the order of LANGUAGES.
TEXTS: Final[dict[str, tuple[str, str, str, str]]] = {
    "today": ("Today", "Сегодня", "Сьогодні", "Өнөөдөр"),
    "now": ("now", "сейчас", "зараз", "одоо"),
    "field": ("Message", "Сообщение", "Повідомлення", "Мессеж"),
    "letter": ("mail", "письмо", "лист", "захидал"),
    "web_chat": ("Web chat", "Чат на сайте", "Чат на сайті", "Сайтын чат"),
    "silent": ("without a sound", "без звука", "без звуку", "дуугүй"),
    "approved": (
        "approved template",
        "утверждённый шаблон",
        "затверджений шаблон",
        "баталсан загвар",
    ),
    "copies": ("copies {what}", "копирует {what}", "копіює {what}", "{what} хуулна"),
    "phone": (
        "asks for the phone number",
        "просит номер телефона",
        "просить номер телефону",
        "утасны дугаар асууна",
    ),
    "place": ("asks for the place", "просит место", "просить місце", "байршил асууна"),
    "sets": ("sets {what}", "запоминает {what}", "запам’ятовує {what}", "{what} тэмдэглэнэ"),
    "answers": ("answers {what}", "отвечает {what}", "відповідає {what}", "{what} гэж хариулна"),
}


def words_of(language: str) -> dict[str, str]:
    """The texts in a language; in English where there are none in it."""
    at = LANGUAGES.index(language) if language in LANGUAGES else 0
    return {name: texts[at] for name, texts in TEXTS.items()}


def does(button: Button, language: str = "en") -> str:
    """What pressing it does, in a few words."""
    say = words_of(language)
    match button.does:
        case Tap.URL:
            return f"→ {button.url}"
        case Tap.COPY:
            return say["copies"].format(what=button.copy)
        case Tap.PHONE:
            return say["phone"]
        case Tap.LOCATION:
            return say["place"]
        case _:
            key, what = ("sets", button.sets) if button.sets else ("answers", button.reply)
            return say[key].format(what=what)
