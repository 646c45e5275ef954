"""Which word of a cleaned name field is the given name, and how sure that is.

It never makes a name up: what is not in a table of known names is not said, save for Mongolian
rows, where the place tells it.
"""

from __future__ import annotations

import math
import re
from typing import Final, NamedTuple

from maracuja.language.alphabets import fold
from maracuja.language.cleaning import Cleaned, refusal
from maracuja.language.name_words import PATRONYMIC_TAILS, Word, read_word, titled


class Parts(NamedTuple):
    """A person's name in its parts; the given name is "" when there is none to say.

    `p_name` is the probability that `given` is what the person is called; 0 when `given` is "".
    `flags` are those of the cleaning and of FLAGS, or the reason of the refusal.
    """

    given: str
    patronymic: str
    surname: str
    p_name: float
    flags: tuple[str, ...]


FLAGS: Final = {
    "scripts": "Latin letters inside a Cyrillic word were replaced, or the reverse",
    "latin": "the name was put back from Latin letters",
    "case": "capital and small letters were mended",
    "initials": "the field holds initials",
    "surname_first": "the surname stood before the given name",
    "by_place": "a Mongolian given name told by its place",
    "unknown": "no word of the field is a known name",
    "ambiguous": "more than one word may be the name",
    "surname_like": "the word may as well be a surname",
}

P_MAX: Final = 0.999
"""No field is surer than this."""

# How often, of the fields that could be read so, none of the words is the given name.
_NONE_GIVEN = 0.02
_NONE_GIVEN_OF_SEVERAL = 0.004
_NONE_GIVEN_WITH_INITIAL = 0.1
_NONE_GIVEN_AFTER_INITIAL = 20.0
_BEFORE_PATRONYMIC = 30.0  # the word before a patronymic is the given name so much more often
# How often two known names with "И" or a comma between them are two people's.
_TWO_PEOPLE: Final = {"И": 10.0, "Й": 10.0, "І": 10.0, "Y": 10.0, "comma": 2.0}
_INITIALS_MAX = 1  # two stand for the given name and the patronymic: only a surname is left

_RIVALLED = 0.95  # below it, what makes the name unsure is worth a flag
_P_BY_PLACE = 0.93
_SURNAME_LIKE = 1000.0  # heavier as a surname than a Mongolian given name would be
_CYRILLIC = re.compile("[А-Яа-яЁёӨөҮү]{2,}(?:-[А-Яа-яЁёӨөҮү]+)*")
_FATHERS = re.compile("(?:ын|ийн|ны|ний|гийн|ы|yn|iin|iyn|giin|nii|ny)$")
"""The genitive of a Mongolian father's name, which stands before the given name."""


def parts(cleaned: Cleaned, language: str) -> Parts:
    """The parts of a cleaned name field as a text of this language would name them.

    language: the text's, "ru", "uk", "en" or "mn". Every word is tried as the given name, the
    others being surnames; p_name is the share of the likeliest reading, so it falls when two words
    rival, or when the only word is rarer as a name than as a surname. Source: language.md 4.2.
    """
    if cleaned.refused:
        return Parts("", "", "", 0.0, (*cleaned.flags, cleaned.refused))
    texts = cleaned.text.split(" ")
    long = [text for text in texts if not _is_initial(text)]
    words = [read_word(text, language) for text in long]
    initials = len(texts) - len(long)
    flags = [*cleaned.flags, *(w.change for w in words if w.change)]
    if initials:
        flags.append("initials")
    if flags:
        refused = refusal([fold(w.written) for w in words if w.change])
        if refused:
            return Parts("", "", "", 0.0, tuple(dict.fromkeys((*flags, refused))))
    if language == "mn":
        told = _by_place(texts, words, flags)
        if told is not None:
            return told
    if initials > _INITIALS_MAX:
        return _nothing(words, flags, "unknown")
    leading = len(words) == 1 and _is_initial(texts[0])
    typed, words = _with_tails(long, words)
    return _weighed(
        typed, words, _none_given(len(words), initials, leading), _joined(texts, flags), flags
    )


def _is_initial(text: str) -> bool:
    """Whether the word is an initial: with its dot, or a letter alone."""
    return text[-1] == "." or len(text) == 1


def _none_given(words: int, initials: int, leading: bool) -> float:
    """The odds of all words being surnames, from their number and the initials beside them."""
    if not initials:
        return _NONE_GIVEN if words == 1 else _NONE_GIVEN_OF_SEVERAL
    return _NONE_GIVEN_AFTER_INITIAL if leading else _NONE_GIVEN_WITH_INITIAL


def _joined(texts: list[str], flags: list[str]) -> float:
    """The weight of the words being two people's names, from what stands between them."""
    between = max((_TWO_PEOPLE.get(text, 0.0) for text in texts[1:-1]), default=0.0)
    return max(between, _TWO_PEOPLE["comma"] if "comma" in flags else 0.0)


def _nothing(words: list[Word], flags: list[str], why: str) -> Parts:
    """No name to say; a surname may still be there."""
    surname = " ".join(word.written for word in words if not word.patronymic and not word.given)
    patronymic = next((word.written for word in words if word.patronymic), "")
    return Parts("", patronymic, surname, 0.0, tuple(dict.fromkeys((*flags, why))))


def _weighed(
    typed: list[str], words: list[Word], none_given: float, two_people: float, flags: list[str]
) -> Parts:
    """The likeliest reading of the words, one of them being the given name."""
    odds = [word.odds for word in words]
    if not any(odds):
        return _nothing(words, flags, "unknown")
    patronymic = False
    for at in range(len(words) - 1, -1, -1):
        if patronymic:
            odds[at] *= _BEFORE_PATRONYMIC
        patronymic = words[at].patronymic
    best = odds.index(max(odds))
    against = none_given
    if two_people and len(words) > 1:
        against += two_people * math.prod(word.odds for word in words if not word.patronymic)
    p = odds[best] / (sum(odds) + against)
    given = words[best]
    surnames = [word.written for word in words if word is not given and not word.patronymic]
    if surnames and any(not word.patronymic for word in words[:best]):
        flags.append("surname_first")
    if not given.change and given.given != typed[best]:
        flags.append("case")
    if p < _RIVALLED:
        flags.append("ambiguous" if sum(map(bool, odds)) > 1 else "surname_like")
    return Parts(
        given.given,
        _patronymic(words, best),
        " ".join(surnames),
        min(p, P_MAX),
        tuple(dict.fromkeys(flags)),
    )


def _patronymic(words: list[Word], given: int) -> str:
    """The patronymic of the row: the one after the given name before any other."""
    told = (word.written for word in (*words[given + 1 :], *words[:given]) if word.patronymic)
    return next(told, "")


def _with_tails(typed: list[str], words: list[Word]) -> tuple[list[str], list[Word]]:
    """The words with "Али оглы" as one patronymic."""
    for at in range(len(words) - 1, 0, -1):
        tail = fold(words[at].written)
        if tail in PATRONYMIC_TAILS:
            father = words[at - 1]
            joined = father._replace(
                written=f"{father.written} {tail}", given="", odds=0.0, patronymic=True
            )
            words = [*words[: at - 1], joined, *words[at + 1 :]]
            typed = [*typed[:at], *typed[at + 1 :]]
    return typed, words


# --- Mongolian: father's initial or father's name first, given name last


def _by_place(texts: list[str], words: list[Word], flags: list[str]) -> Parts | None:
    """A Mongolian row read by its order; None when nothing says that it is one.

    The father's initial ("Б.Болд") or his name in the genitive ("Батын Болд") comes first. One
    word alone, or two known names side by side, are left to the table; a known name before an
    unknown one may be the father's, so neither is said.
    """
    if not words or len(texts) < 2 or _is_initial(texts[-1]) or words[-1].patronymic:
        return None
    initial = _is_initial(texts[0])
    father = words[-2] if len(words) > 1 else None
    genitive = (
        father is not None
        and not father.given
        and _FATHERS.search(fold(father.written)) is not None
    )
    last = words[-1]
    if not (initial and len(words) == 1) and not genitive:
        fathers_first = father is not None and not last.given and last.as_surname < _SURNAME_LIKE
        return _nothing(words, flags, "ambiguous") if fathers_first else None
    if not last.given and (last.as_surname > _SURNAME_LIKE or not _CYRILLIC.fullmatch(texts[-1])):
        return None
    p = P_MAX if last.given else _P_BY_PLACE
    fathers = father.written if father is not None else ""
    return Parts(
        last.given or titled(texts[-1]),
        "",
        fathers,
        p,
        tuple(dict.fromkeys((*flags, "by_place"))),
    )
