"""The Latin spellings of a Cyrillic name: passports, maps and how people type.

It goes from Cyrillic to Latin only; the way back is a look-up among known names, never by letter.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice, product
from typing import Final

_MOST = 96

_SHARED: Final = {
    "а": "a", "б": "b", "в": "v", "д": "d", "ж": "zh j", "з": "z", "к": "k c", "кс": "ks x",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f ph", "х": "kh h", "ц": "ts c", "ч": "ch", "ш": "sh", "щ": "shch sch",
    "ю": "iu yu ju", "я": "ia ya ja", "-": "-",
}  # fmt: skip

# A unit is a letter, or letters that are spelt together; ^ and $ mark the ends of a name. The
# first spelling is the passport's where there is one.
_UNITS: Final[dict[str, dict[str, str]]] = {
    "ru": _SHARED
    | {
        "г": "g", "е": "e", "^е": "e ye", "ё": "e yo io", "и": "i", "й": "i y j",
        "ия$": "iia ia iya", "ий$": "ii y iy i ij",
        "ей$": "ei ey ej", "ъ": "ie _", "ь": "_", "ы": "y", "э": "e",
        "ья": "ia ya ja", "ье": "e ie ye", "ьё": "e io yo", "ью": "iu yu ju",
    },
    "uk": _SHARED
    | {
        "г": "h g", "ґ": "g", "зг": "zgh", "е": "e", "є": "ie ye e", "^є": "ye e", "и": "y i",
        "і": "i", "ї": "i yi", "й": "i y", "ій$": "ii iy i y", "ія$": "iia ia iya", "ь": "_",
        "'": "_", "ью": "iu yu",
    },
    "mn": _SHARED
    | {
        "г": "g", "е": "ye e", "ё": "yo", "ж": "j zh", "и": "i", "й": "i y", "ө": "u o", "ү": "u",
        "ъ": "_", "ь": "i _", "ы": "y", "э": "e",
    },
}  # fmt: skip


@cache
def _units(language: str) -> tuple[re.Pattern[str], dict[str, list[str]]]:
    """The language's units, longest first, and the spellings of each."""
    units = _UNITS[language]
    patterns = [
        ("(?<![^-])" if unit.startswith("^") else "")
        + re.escape(unit.strip("^$"))
        + ("(?![^-])" if unit.endswith("$") else "")
        for unit in sorted(units, key=len, reverse=True)
    ]
    spelt = {unit: said.replace("_", "").split(" ") for unit, said in units.items()}
    return re.compile("|".join(patterns)), spelt


def latin_spellings(folded: str, language: str) -> list[str]:
    """The ways to spell a folded Cyrillic name in Latin letters, the passport's first.

    At most 96; none when a letter is not the language's. Source: ICAO Doc 9303 (ru), the Cabinet
    of Ministers' resolution 55 of 2010 (uk), MNS 5217:2012 (mn), and common usage.
    """
    pattern, spelt = _units(language)
    choices: list[list[str]] = []
    at = 0
    for match in pattern.finditer(folded):
        if match.start() != at:
            return []
        unit, at = match.group(), match.end()
        first = match.start() == 0 or folded[match.start() - 1] == "-"
        last = at == len(folded) or folded[at] == "-"
        choices.append(
            (spelt.get(f"^{unit}") if first else None)
            or (spelt.get(f"{unit}$") if last else None)
            or spelt[unit]
        )
    if at != len(folded) or not folded:
        return []
    return list(dict.fromkeys(map("".join, islice(product(*choices), _MOST))))
