"""Letters broken by a wrong encoding, put back ("РђРЅРЅР°", "Ð\u0090Ð½Ð½Ð°", "Àííà": Анна).

It must leave every text alone that is not wholly such a misreading.
"""

from __future__ import annotations

import re


def _table(encoding: str) -> dict[str, int]:
    """Which byte each character of a one-byte encoding stood for; holes stand for themselves."""
    made = {}
    for byte in range(256):
        try:
            made[bytes([byte]).decode(encoding)] = byte
        except UnicodeDecodeError:
            made[chr(byte)] = byte
    return made


_CP1251, _CP1252 = _table("cp1251"), _table("cp1252")
_LATIN1_REST = {chr(byte): byte for byte in range(0x80, 0xA0)}
_UTF8_AS_CP1251 = re.compile(
    f"[РСТУ][{re.escape(''.join(c for c, b in _CP1251.items() if 0x80 <= b < 0xC0))}]"
)
_UTF8_AS_CP1252 = re.compile("[ÐÑÒÓÃÂ][\u0080-\u00bfŒœŠšŽžŸƒˆ˜–-…†-•‰‹›€™]")
_CP1251_AS_CP1252 = re.compile("[¨¯²³´¸º¿ÂªÀ-ÿ]{2}")
_TRIMMED = re.compile("([РÐ])(?: |$)")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_NEITHER = re.compile("[^\u0400-\u052f\\s'’ʼ.,()-]")


def _decoded(text: str, table: dict[str, int], encoding: str) -> str | None:
    """The text as its bytes read in another encoding; None when they do not fit."""
    try:
        return bytes(table[c] for c in text).decode(encoding)
    except (KeyError, UnicodeDecodeError):
        return None


def _restored(text: str) -> str | None:
    """The Cyrillic text of which this one is a misreading; None when it is none."""
    for found, table in ((_UTF8_AS_CP1251, _CP1251), (_UTF8_AS_CP1252, _CP1252 | _LATIN1_REST)):
        if found.search(text):
            # "Р " had a no-break space, which somebody's trimming made a plain one
            for tried in (text, _TRIMMED.sub("\\1\u00a0", text)):
                made = _decoded(tried, table, "utf-8")
                if made is not None and (_CYRILLIC.search(made) or _UTF8_AS_CP1252.search(made)):
                    return made
    if _CP1251_AS_CP1252.search(text):
        made = _decoded(text, _CP1252, "cp1251")
        if made is not None and not _NEITHER.search(made):
            return made
    return None


def unbroken(text: str) -> tuple[str, bool]:
    """The text with up to two misreadings undone, and whether any was.

    UTF-8 read as cp1251, cp1252 or latin-1, and cp1251 read as either of the latter. What comes
    out is a proposal: say it only if it is a known name.
    """
    broken = False
    for _ in range(2):
        made = _restored(text)
        if made is None:
            break
        text, broken = made, True
    return text, broken
