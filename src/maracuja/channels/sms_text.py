"""How a text becomes text messages: alphabet, parts, price; and names that may send them.

The counts are those of 3GPP TS 23.038 and 23.040. A part never ends inside a letter: neither the
escaped ones of the extension table nor those of two UTF-16 units are cut.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NamedTuple

from maracuja.channels.sms_letters import latin_letters, plain_letters, plain_spaces

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION: Final = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E,
    "|": 0x40, "€": 0x65,
}  # fmt: skip
ESCAPE: Final = 0x1B
PARTS_MAX: Final = 255  # a header counts them in one octet
ALPHA_CHARS_MAX: Final = 11

_CODES: Final = {letter: n for n, letter in enumerate(BASIC) if n != ESCAPE}
_EXTENDED: Final = {code: letter for letter, code in EXTENSION.items()}
_GSM: Final = re.compile(f"[{re.escape(''.join(_CODES) + ''.join(EXTENSION))}]*")
_TWICE: Final = re.compile(f"[{re.escape(''.join(EXTENSION))}]")


class Alphabet(StrEnum):
    """In which code a message goes; its units are septets or 16-bit units."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


class Letters(StrEnum):
    """How far the letters of a text may be changed where that saves parts."""

    KEPT = "kept"  # only no-break spaces become plain
    PLAIN = "plain"  # typographic quotes, dashes and dots too
    LATIN = "latin"  # and Cyrillic is written in Latin letters


# Units of a message that stands alone; of a part, beside a header with an 8-bit or 16-bit number.
ALONE: Final = {Alphabet.GSM7: 160, Alphabet.UCS2: 70}
JOINED: Final = {
    8: {Alphabet.GSM7: 153, Alphabet.UCS2: 67},
    16: {Alphabet.GSM7: 152, Alphabet.UCS2: 66},
}


class Segments(NamedTuple):
    """A text cut into parts; joined they are the text."""

    alphabet: Alphabet
    parts: tuple[str, ...]

    def price(self, price_per_part: float) -> float:
        """What it costs, in the currency of the price of one part."""
        return round(len(self.parts) * price_per_part, 6)


class Choice(NamedTuple):
    """One way of writing a text: what it says then, and in how many parts."""

    letters: Letters
    text: str
    alphabet: Alphabet
    parts: int
    saved: int  # parts fewer than with the letters kept


def alphabet_of(text: str) -> Alphabet:
    """GSM-7 where every letter is in its tables; one that is not turns the whole into UCS-2."""
    return Alphabet.GSM7 if _GSM.fullmatch(text) else Alphabet.UCS2


def units(text: str, alphabet: Alphabet) -> int:
    """How many units a text takes: letters of the extension table and beyond 16 bits take two."""
    if alphabet is Alphabet.GSM7:
        return len(text) + len(_TWICE.findall(text))
    return len(text) + sum(letter > "\uffff" for letter in text)


def split(text: str, reference_bits: int = 8) -> Segments:
    """The text in one part, or in parts that leave room for a header (8-bit or 16-bit number)."""
    alphabet = alphabet_of(text)
    whole = units(text, alphabet)
    if whole <= ALONE[alphabet]:
        return Segments(alphabet, (text,))
    room = JOINED[reference_bits][alphabet]
    if whole == len(text):  # each letter takes one
        return Segments(alphabet, tuple(text[n : n + room] for n in range(0, whole, room)))
    parts: list[str] = []
    begin = used = 0
    for at, letter in enumerate(text):
        size = 1 + _is_double(letter, alphabet)
        if used + size > room:
            parts.append(text[begin:at])
            begin, used = at, 0
        used += size
    parts.append(text[begin:])
    return Segments(alphabet, tuple(parts))


def _is_double(letter: str, alphabet: Alphabet) -> bool:
    return letter in EXTENSION if alphabet is Alphabet.GSM7 else letter > "\uffff"


def encode(text: str, alphabet: Alphabet) -> bytes:
    """One octet for each septet (not packed), or UTF-16 with the high octet first."""
    if alphabet is Alphabet.UCS2:
        return text.encode("utf-16-be", "replace")
    found = bytearray()
    for letter in text:
        if letter in EXTENSION:
            found += bytes((ESCAPE, EXTENSION[letter]))
        else:
            found.append(_CODES[letter])
    return bytes(found)


def decode(octets: bytes, alphabet: Alphabet) -> str:
    """The text of a message; octets that mean nothing are shown as spaces or signs of doubt."""
    if alphabet is Alphabet.UCS2:
        return octets.decode("utf-16-be", "replace")
    letters: list[str] = []
    escaped = False
    for octet in octets:
        code = octet & 0x7F
        if code == ESCAPE and not escaped:
            escaped = True
            continue
        # An unknown extension shows as the basic letter of the code, after 23.038.
        letters.append(_EXTENDED.get(code, BASIC[code]) if escaped else BASIC[code])
        escaped = False
    return "".join(letters).replace("\x1b", " ")


# ---------------------------------------------------------------- other letters


def written(text: str, letters: Letters, language: str) -> str:
    """The text with its letters changed as far as that."""
    if letters is Letters.LATIN:
        return latin_letters(plain_spaces(text), language)
    return plain_letters(plain_spaces(text)) if letters is Letters.PLAIN else plain_spaces(text)


def fitted(text: str, letters: Letters, language: str, reference_bits: int = 8) -> Segments:
    """The parts of a text whose letters are changed no further than wanted, and only to save."""
    kept = plain_spaces(text)
    best = split(kept, reference_bits)
    for more in (Letters.PLAIN, Letters.LATIN):
        if letters is Letters.KEPT or (more is Letters.LATIN and letters is Letters.PLAIN):
            break
        said = written(text, more, language)
        changed = best if said == kept else split(said, reference_bits)
        best = changed if len(changed.parts) < len(best.parts) else best
    return best


def choices(text: str, language: str, reference_bits: int = 8) -> list[Choice]:
    """Every way of writing a text, and the parts that it saves: for whoever writes it."""
    found: list[Choice] = []
    for letters in Letters:
        changed = written(text, letters, language)
        cut = split(changed, reference_bits)
        kept = found[0].parts if found else len(cut.parts)
        found.append(Choice(letters, changed, cut.alphabet, len(cut.parts), kept - len(cut.parts)))
    return found


# ---------------------------------------------------------------- who sends


class SenderKind(StrEnum):
    """What a sender's name is; to a word nobody can answer."""

    WORD = "word"
    SHORT = "short"
    NUMBER = "number"


_WORD: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 .,&+_-]{1,11}")
_SHORT: Final = re.compile(r"[0-9]{3,8}")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")


def sender_kind(sender: str) -> SenderKind | None:
    """A word of up to 11 letters and digits, a short number, or one as +380...; else None."""
    if _NUMBER.fullmatch(sender):
        return SenderKind.NUMBER
    if _SHORT.fullmatch(sender):
        return SenderKind.SHORT
    return SenderKind.WORD if _WORD.fullmatch(sender) and sender == sender.strip() else None
