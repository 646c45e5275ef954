"""Slips in the words of a message: foreign letters, a gender taken for granted, holes, nearness.

It reads constant texts and the names of variables, never a person's data, and it changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from maracuja.language.alphabets import LETTERS, OWN_LETTERS, repaired_scripts, script_of
from maracuja.language.detect import UNKNOWN, language_of
from maracuja.language.words import agree, kind_of

NAME_MAX: Final = 2  # times that a message says the name before it sounds like a machine
LETTERS_MIN: Final = 40  # fewer letters do not tell their language surely enough to complain
_WORDS_MAX: Final = 5  # of one kind that are listed one by one

_WORD: Final = re.compile(r"[^\W\d_]+")
_SENTENCE_END: Final = re.compile(r"[.!?…\n]")
_ADDRESS: Final = ("", "vocative", "salutation", "or_else", "default", "capitalize", "escape")
_NOT_NAMES: Final = ("user_name", "username", "company_name", "last_name", "surname")
_PURCHASE: Final = re.compile(
    r"(?:^|[._])(?:products?|orders?|cart|purchases?|bought|categor(?:y|ies)|items?|viewed)"
    r"(?:$|[._\[])"
)
_CITY_FILTERS: Final = frozenset(("in_city", "from_city", "to_city"))
_COUNTED: Final = frozenset(("plural", "count", "money", "day", "date", "number_words"))
_NUMBERS: Final = re.compile(
    r"(?:^|[._])(?:count|number|qty|quantity|points?|bonus(?:es)?|balance|days|hours|minutes|"
    r"items|orders|purchases|visits|pieces|stamps|coupons|friends)$"
)
_UNBENT: Final = frozenset(
    """шт руб коп грн р г кг л м см мм км ч мин сек дн тыс млн из и или на в до за от по не это
    ще та або із з у від для які які що чи
    of in on at to from and or for off is are was were left more x per until by""".split()
)
_GREETINGS: Final = {
    "ru": "здравствуйте|здравствуй|привет|приветствуем|добрый день|доброе утро|добрый вечер|"
    "доброго дня|спасибо|поздравляем|поздравляю|с днём рождения|с днем рождения",
    "uk": "вітаю|вітаємо|привіт|добрий день|доброго дня|добрий ранок|доброго ранку|добрий вечір|"
    "доброго вечора|здрастуйте|дякуємо|дякую|з днем народження",
}
_YOU: Final = {"ru": ("вы", "ты"), "uk": ("ви", "ти")}
_BETWEEN: Final = frozenset(
    """не уже вже ещё еще ще давно недавно нещодавно вчера вчора сегодня сьогодні так очень дуже
    бы би б вот ось только лише снова знову всегда завжди никогда ніколи ли же то и і й точно сам
    тоже теж также також раньше раніше сразу одразу когда-то однажды""".split()
)
_BOTH: Final = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}\((?:а|ла(?:сь|ся)?|ась|ая|ся|на)\)", re.I)
_LAST_WORD: Final = re.compile(r"(?<![^\W\d_])([^\W\d_]+)\s*\Z")  # begins where a word does
_HOLE: Final = re.compile(
    r"[,:;–—-]\s*[!.?,…]|^\s*[,!.?;:]|[(«\"]\s*[)»\"]|(?<=\S) +(?=[,!.?;:…])|(?<=\S)  +(?=\S)"
)
_GAP: Final = "\ue000"
_OTHER_VALUE: Final = "\ue001"


class Piece(NamedTuple):
    """A part of a text in its order: constant `text`, or the variable at `path`.

    `filters` are the names of its filters; `missing` is what stands there when the person has no
    value, None where such a person gets no message or another clause; `number` marks values that
    are known to be numbers.
    """

    text: str = ""
    path: str = ""
    filters: tuple[str, ...] = ()
    missing: str | None = None
    number: bool = False


class Slip(NamedTuple):
    """A finding: a stable `code`, what is wrong, where, and what to write instead.

    `at` is the character in the constant text of piece number `piece`; 0 for a variable.
    """

    code: str
    message: str
    at: int
    fix: str
    piece: int = 0


def lint_text(text: str, language: str) -> list[Slip]:
    """The slips in one constant text."""
    return lint_pieces([Piece(text)], language)


def lint_pieces(pieces: Sequence[Piece], language: str) -> list[Slip]:
    """The slips in a text with variables, in the order of the text."""
    found = [
        *_letters(pieces, language),
        *_another_language(pieces, language),
        *_mixed(pieces, language),
        *_genders(pieces, language),
        *_plain_nouns(pieces, language),
        *_commas(pieces, language),
        *_holes(pieces),
        *_nearness(pieces),
    ]
    return sorted(found, key=lambda slip: (slip.piece, slip.at))


# ------------------------------------------------------------------ letters


def _letters(pieces: Sequence[Piece], language: str) -> Iterator[Slip]:
    """Words with letters that the language does not have; Latin words are names of things."""
    if language not in LETTERS:
        return
    seen: set[str] = set()
    for n, at, word in _words(pieces):
        small = word.lower()
        if script_of(word) != "cyrillic" or small in seen or len(seen) == _WORDS_MAX:
            continue
        foreign = "".join(sorted(set(small) - LETTERS[language]))
        if foreign:
            seen.add(small)
            yield Slip(
                "wrong_letters",
                f"«{word}» has letters that {language} does not have: {' '.join(foreign)}",
                at,
                _letters_fix(small, language),
                n,
            )


def _letters_fix(word: str, language: str) -> str:
    if language == "mn" and set(word) & set("їєЇЄ"):
        return "Type ү and ө: ї and є come from an old Mongolian font."
    other = next((name for name in ("ru", "uk", "mn") if set(word) <= LETTERS[name]), "")
    there = f"The word looks {other}: translate it, or" if other else "Translate it, or"
    return f"{there} mend the variant's language."


def _another_language(pieces: Sequence[Piece], language: str) -> Iterator[Slip]:
    text = " ".join(piece.text for piece in pieces if piece.text)
    letters = {letter for letter in text.lower() if letter.isalpha()}
    if sum(map(str.isalpha, text)) < LETTERS_MIN or language not in LETTERS:
        return
    spoken = language_of(text)
    if spoken not in (language, UNKNOWN):
        yield Slip(
            "other_language",
            f"the text is declared {language} and reads as {spoken}",
            0,
            "Translate it, or mend the variant's language.",
        )
    elif language == "mn" and not letters & OWN_LETTERS["mn"]:
        yield Slip(
            "other_language",
            "a Mongolian text of this length without a single ө or ү",
            0,
            "Check the language, and that the keyboard types ө and ү.",
        )


def _mixed(pieces: Sequence[Piece], language: str) -> Iterator[Slip]:
    for n, at, word in _words(pieces):
        if script_of(word) != "mixed":
            continue
        right = repaired_scripts(word, language)
        whole = script_of(right) != "mixed"
        yield Slip(
            "mixed_script",
            f"«{word}» mixes Latin and Cyrillic letters"
            + (": it looks right, but search and spell checks do not know it" if whole else ""),
            at,
            f"Write «{right}» in one alphabet." if whole else "Write it in one alphabet.",
            n,
        )


# ------------------------------------------------------------------ gender


def _genders(pieces: Sequence[Piece], language: str) -> Iterator[Slip]:
    if language not in _YOU:
        return
    for n, piece in enumerate(pieces):
        for both in _BOTH.finditer(piece.text):
            yield Slip(
                "both_genders",
                f"«{both.group()}» shows that a machine writes",
                both.start(),
                "Use `choose` with three forms, or a sentence that needs none.",
                n,
            )
    yield from _before_names(pieces, language)
    yield from _beside_you(pieces, language)


def _before_names(pieces: Sequence[Piece], language: str) -> Iterator[Slip]:
    """дорогой {{ person.first_name }}: a masculine word that stands right before a name."""
    for n, piece in enumerate(pieces[:-1]):
        if not _is_name(pieces[n + 1]):
            continue
        last = _LAST_WORD.search(piece.text)
        if last and kind_of(last[1], language) in ("adjective", "noun"):
            yield from _masculine(last[1], last.start(1), n, language)


def _beside_you(pieces: Sequence[Piece], language: str) -> Iterator[Slip]:
    """ты забыл, {{ name }}, рад: a masculine predicate soon after "you" or a name."""
    for sentence in _sentences(pieces):
        told = False
        for n, at, word in sentence:
            if not word:
                told = _is_name(pieces[n]) and _addresses(pieces[n])
            elif word.lower() in _YOU[language]:
                told = True
            elif told and word.lower() not in _BETWEEN:
                told = False
                bracket = pieces[n].text[at + len(word) :].startswith("(")
                if kind_of(word, language) == "predicate" and not bracket:
                    yield from _masculine(word, at, n, language)


def _masculine(word: str, at: int, n: int, language: str) -> Iterator[Slip]:
    feminine = agree(word, "f", language) or ""
    if feminine.lower() == word.lower():
        return
    yield Slip(
        "masculine_only",
        f"«{word}» takes every reader for a man",
        at,
        f"Write {{{{ person.gender | choose: '{word}', '{feminine}', '…' }}}} with neutral words"
        " in the third place, or a sentence that needs none.",
        n,
    )


# ------------------------------------------------------------------ numbers, commas, holes


def _plain_nouns(pieces: Sequence[Piece], language: str) -> Iterator[Slip]:
    """{{ points }} бонусов: the noun must follow the number. Mongolian nouns do not change."""
    if language == "mn":
        return
    forms = "'item', 'items'" if language == "en" else "'бонус', 'бонуса', 'бонусов'"
    for n, piece in enumerate(pieces[:-1]):
        counted = piece.number or _NUMBERS.search(piece.path)
        if not piece.path or not counted or _COUNTED & set(piece.filters):
            continue
        noun = re.match(r"[ \u00a0]([^\W\d_]{2,})", pieces[n + 1].text)
        if noun is None or noun[1].lower() in _UNBENT or noun[1][0].isupper():
            continue
        yield Slip(
            "plain_noun",
            f"«{noun[1]}» follows the number `{piece.path}` and does not change with it",
            noun.start(1),
            f"Write {{{{ {piece.path} | count: {forms} }}}}.",
            n + 1,
        )


def _commas(pieces: Sequence[Piece], language: str) -> Iterator[Slip]:
    """Russian and Ukrainian set off a name that is spoken to by commas."""
    if language not in _GREETINGS:
        return
    greeting = re.compile(rf"(?:\A|(?<=\W))({_GREETINGS[language]})[ \u00a0]+\Z", re.I)
    for n, piece in enumerate(pieces):
        if not _is_name(piece) or not _addresses(piece):
            continue
        before = pieces[n - 1].text if n else ""
        after = pieces[n + 1].text if n + 1 < len(pieces) else ""
        greeted = greeting.search(before)
        if greeted:
            yield Slip(
                "missing_comma",
                f"no comma between «{greeted[1]}» and the name",
                greeted.end(1),
                f"Write «{greeted[1]}, {{{{ {piece.path} }}}}».",
                n - 1,
            )
        opens = greeted or not before.strip() or before.rstrip()[-1] in ".!?…,\n"
        told = re.match(r"[ \u00a0]+([^\W\d_]+)", after)
        if (
            told
            and opens
            and told[1].lower() not in ("и", "та", "й", "і")
            and not (n and pieces[n - 1].path)
        ):
            yield Slip(
                "missing_comma",
                "no comma after the name that is spoken to",
                0,
                f"Write «{{{{ {piece.path} }}}}, …».",
                n + 1,
            )


def _holes(pieces: Sequence[Piece]) -> Iterator[Slip]:
    """What a person without the value reads: "Здравствуйте, !"."""
    for n, piece in enumerate(pieces):
        if not piece.path or piece.missing is None or piece.missing.strip():
            continue
        before = _until(pieces[:n], backwards=True)
        after = _until(pieces[n + 1 :], backwards=False)
        empty = f"{before}{_GAP}{after}"
        for hole in _HOLE.finditer(empty.replace(_GAP, piece.missing)):
            if hole.start() <= len(before) <= hole.end():
                shown = (before[-30:] + piece.missing + after[:30]).replace(_OTHER_VALUE, "…")
                yield Slip(
                    "hole",
                    f"without `{piece.path}` people read «{shown.strip()}»",
                    0,
                    "Put the whole clause into {% named %} or {% if %}, or give `or_else` a word.",
                    n,
                )
                break


def _until(pieces: Sequence[Piece], *, backwards: bool) -> str:
    """The rest of the line before or after a variable, other variables as one letter."""
    parts: list[str] = []
    for piece in reversed(pieces) if backwards else pieces:
        text = _OTHER_VALUE if piece.path else piece.text
        line = text.rpartition("\n")[2] if backwards else text.partition("\n")[0]
        parts.append(line)
        if line != text:
            break
    return "".join(reversed(parts) if backwards else parts)


# ------------------------------------------------------------------ nearness


def _nearness(pieces: Sequence[Piece]) -> Iterator[Slip]:
    names = [n for n, piece in enumerate(pieces) if _is_name(piece)]
    if len(names) > NAME_MAX:
        yield Slip(
            "name_often",
            f"the name is said {len(names)} times",
            0,
            f"Say it once, at most {NAME_MAX} times: a person who writes does not repeat it.",
            names[NAME_MAX],
        )
    for sentence in _sentences(pieces):
        shown = [n for n, _, word in sentence if not word]
        kinds = {kind: n for n in reversed(shown) for kind in _kinds(pieces[n])}
        if len(kinds) == 3:
            yield Slip(
                "too_close",
                "one sentence holds the name, the city and a purchase",
                0,
                "Leave one of the three out: together they feel like being watched.",
                max(kinds.values()),
            )


def _kinds(piece: Piece) -> Iterator[str]:
    if _is_name(piece):
        yield "name"
    if _CITY_FILTERS & set(piece.filters) or piece.path.rpartition(".")[2].endswith("city"):
        yield "city"
    if _PURCHASE.search(piece.path):
        yield "purchase"


# ------------------------------------------------------------------ reading pieces


def _is_name(piece: Piece) -> bool:
    last = piece.path.rpartition(".")[2]
    return piece.path == "person" or (
        piece.path.startswith("person.") and last.endswith("name") and last not in _NOT_NAMES
    )


def _addresses(piece: Piece) -> bool:
    """Whether the name is spoken to: no case but the vocative."""
    return all(name in _ADDRESS for name in piece.filters)


def _words(pieces: Sequence[Piece]) -> Iterator[tuple[int, int, str]]:
    """Piece, place and word, for every word of the constant texts."""
    for n, piece in enumerate(pieces):
        for word in _WORD.finditer(piece.text):
            yield n, word.start(), word.group()


def _sentences(pieces: Sequence[Piece]) -> Iterator[list[tuple[int, int, str]]]:
    """The words and variables (an empty word) of each sentence, with piece and place."""
    sentence: list[tuple[int, int, str]] = []
    for n, piece in enumerate(pieces):
        if piece.path:
            sentence.append((n, 0, ""))
            continue
        for part in re.finditer(rf"{_WORD.pattern}|{_SENTENCE_END.pattern}", piece.text):
            if _SENTENCE_END.match(part.group()):
                yield sentence
                sentence = []
            else:
                sentence.append((n, part.start(), part.group()))
    yield sentence
