"""How a text speaks: its form of address, its emoji, its sentences, its empty phrases.

It reads constant texts and knows words, not meanings; it never changes a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, Literal

Form = Literal["formal", "informal"]
FORMS: Final[tuple[Form, Form]] = ("formal", "informal")

# Pronouns that say which of the two is spoken to, in every case.
_PRONOUNS: Final[dict[str, dict[Form, str]]] = {
    "ru": {
        "formal": "вы вас вам вами ваш ваша ваше ваши вашего вашей вашему вашим вашу ваших вашими"
        " вашем",
        "informal": "ты тебя тебе тобой тобою твой твоя твоё твое твои твоего твоей твоему твоим"
        " твою твоих твоими твоём твоем",
    },
    "uk": {
        "formal": "ви вас вам вами ваш ваша ваше ваші вашого вашої вашій вашому вашим вашу ваших"
        " вашими вашою",
        "informal": "ти тебе тобі тобою твій твоя твоє твої твого твоєї твоїй твоєму твоїм твою"
        " твоїх твоїми твоєю",
    },
    "mn": {
        "formal": "та таны танд таныг танаас тантай танай танайх",
        "informal": "чи чиний чамд чамайг чамаас чамтай чинийх",
    },
}
# Requests that shops make: the informal word; the formal one has the ending beside it.
_REQUESTS: Final[dict[str, tuple[str, str]]] = {
    "ru": (
        "смотри посмотри выбирай выбери заходи приходи жми нажми забирай забери успей получи купи"
        " покупай закажи заказывай узнай попробуй загляни напиши ответь открой скачай переходи"
        " оформи введи жди возвращайся пиши звони позвони сохрани проверь",
        "те",
    ),
    "uk": (
        "обирай заходь приходь купуй замов замовляй отримай спробуй відкрий завантаж переходь"
        " чекай перевір збережи повертайся завітай введи телефонуй",
        "те",
    ),
}
_IRREGULAR: Final[dict[str, dict[str, str]]] = {  # informal: formal
    "ru": {"возвращайся": "возвращайтесь", "присоединяйся": "присоединяйтесь"},
    "uk": {
        "повертайся": "повертайтеся",
        "дізнайся": "дізнайтеся",
        "дивись": "дивіться",
        "подивись": "подивіться",
        "натисни": "натисніть",
        "забери": "заберіть",
        "встигни": "встигніть",
        "напиши": "напишіть",
        "збережи": "збережіть",
        "введи": "введіть",
        "купи": "купіть",
        "подзвони": "подзвоніть",
    },
}
# Phrases that may go without loss, and what says the same; empty where nothing need.
_EMPTY: Final[dict[str, dict[str, str]]] = {
    "ru": {
        "мы рады сообщить": "",
        "рады сообщить вам": "",
        "сообщаем вам, что": "",
        "хотим сообщить": "",
        "спешим сообщить": "",
        "в связи с тем, что": "потому что",
        "в связи с тем что": "потому что",
        "на сегодняшний день": "сегодня",
        "в настоящее время": "сейчас",
        "в настоящий момент": "сейчас",
        "в целях": "чтобы",
        "для того чтобы": "чтобы",
        "обращаем ваше внимание": "",
        "не упустите возможность": "",
        "уникальная возможность": "",
        "индивидуальный подход": "",
        "широкий ассортимент": "",
    },
    "uk": {
        "ми раді повідомити": "",
        "раді повідомити вам": "",
        "повідомляємо вам, що": "",
        "хочемо повідомити": "",
        "у зв'язку з тим, що": "бо",
        "у зв’язку з тим, що": "бо",
        "на сьогоднішній день": "сьогодні",
        "на даний момент": "зараз",
        "для того щоб": "щоб",
        "з метою": "щоб",
        "звертаємо вашу увагу": "",
        "не пропустіть можливість": "",
        "унікальна можливість": "",
        "широкий асортимент": "",
    },
    "en": {
        "we are pleased to inform you": "",
        "we are happy to announce": "",
        "we are excited to announce": "",
        "we would like to inform you": "",
        "please be advised": "",
        "please note that": "",
        "due to the fact that": "because",
        "in order to": "to",
        "at this point in time": "now",
        "at the present time": "now",
        "in the event that": "if",
        "don't miss this opportunity": "",
        "don't miss out": "",
        "a wide range of": "many",
        "take advantage of": "use",
    },
    "mn": {"танд дуулгахад таатай байна": "", "мэдэгдэхэд таатай байна": ""},
}

_PICTOGRAPH: Final = (
    "[\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff\u2600-\u27bf\u2b50\u2b55"
    "\u2b05-\u2b07\u2b1b\u2b1c\u231a\u231b\u23e9-\u23f3\u23f8-\u23fa]"
)
_ONE: Final = rf"{_PICTOGRAPH}[\ufe0f\U0001f3fb-\U0001f3ff]*"
_EMOJI: Final = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_ONE}(?:\u200d{_ONE})*"
    "|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u3030\u303d]\ufe0f"
)
_SENTENCE: Final = re.compile(r"[^.!?…\n]+")
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’ʼ][^\W_]+)*")


def emoji(text: str) -> list[str]:
    """Every emoji of the text, a family or a flag as one; plain signs such as © are none."""
    return _EMOJI.findall(text)


def words(text: str) -> list[str]:
    """The words of a text; a hyphen or an apostrophe parts none."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text, one a line at least; those without a word are left out."""
    found = (one.group().strip() for one in _SENTENCE.finditer(text))
    return [one for one in found if _WORD.search(one)]


def address_words(text: str, language: str, form: Form) -> list[str]:
    """The words that speak to the reader in that form, each once, as they stand.

    Pronouns, and the requests that shops make; empty for a language without the difference.
    """
    pattern = _address_pattern(language, form)
    if pattern is None:
        return []
    return list(dict.fromkeys(match.group() for match in pattern.finditer(text)))


def knows_address(language: str) -> bool:
    """Whether the language tells two forms of address apart here."""
    return language in _PRONOUNS


def empty_phrases(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Phrases that may go without loss, as they stand, with what says the same or ''."""
    known = _EMPTY.get(language, {})
    low = text.lower().replace("’", "'") if language == "en" else text.lower()
    for phrase, better in known.items():
        at = low.find(phrase)
        if at >= 0:
            yield text[at : at + len(phrase)], better


def find_words(text: str, wanted: Sequence[str]) -> list[tuple[str, str]]:
    """(as asked for, as it stands) for each of the words or phrases that the text has.

    A word is found whole, without regard to capitals or ё; `cheap*` finds every ending too.
    """
    low = text.lower().replace("ё", "е")
    found = []
    for one in wanted:
        if match := _whole(one.lower().replace("ё", "е")).search(low):
            found.append((one, text[match.start() : match.end()]))
    return found


@cache
def _whole(word: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in word.strip("*").split()]
    start = r"\w*" if word.startswith("*") else ""
    end = r"\w*" if word.endswith("*") else ""
    middle = r"\s+".join(parts)
    return re.compile(rf"(?<!\w){start}{middle}{end}(?!\w)")


@cache
def _address_pattern(language: str, form: Form) -> re.Pattern[str] | None:
    if language not in _PRONOUNS:
        return None
    known = set(_PRONOUNS[language][form].split())
    irregular = _IRREGULAR.get(language, {})
    asked, ending = _REQUESTS.get(language, ("", ""))
    regular = set(asked.split()) - set(irregular)
    if form == "informal":
        known |= regular | set(irregular)
    else:
        known |= {one + ending for one in regular} | set(irregular.values())
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(known))})(?!\w)", re.IGNORECASE)
