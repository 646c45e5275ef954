"""In which country a person is: by their own word, else their telephone, else their zone.

It must never guess from a language or a name: those cross borders.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

UNKNOWN: Final = ""
PREFIX: Final = 4  # the `+` and three digits: as much of a number as tells its country
_LANGUAGES: Final = ("en", "uk", "ru", "mn", "de", "pl", "fr")
_OFTEN: Final = {"uk": "GB", "usa": "US", "рф": "RU", "англія": "GB", "англия": "GB"}


def of_person(said: str | None, phone: str | None, zone: str | None, shop: str) -> str:
    """The country of a person (ISO code, upper case).

    `said` is the trait `country`, `phone` a number in E.164 or its first PREFIX characters,
    `zone` an IANA name. Where none of them tells, it is the shop's; UNKNOWN where that is empty.
    """
    told = (said and of_word(said)) or (phone and _of_prefix(phone[:PREFIX]))
    return told or (zone and of_zone(zone)) or shop


@lru_cache(maxsize=4096)
def _of_prefix(prefix: str) -> str | None:
    """The country of a number's `+` and first three digits."""
    digits = prefix.removeprefix("+")
    if digits[:2] in ("76", "77"):
        return "KZ"
    codes = _calling_codes()
    return next((codes[digits[:n]] for n in (3, 2, 1) if digits[:n] in codes), None)


@lru_cache(maxsize=4096)
def of_zone(name: str) -> str | None:
    """The country of an IANA zone; None for zones of none, such as UTC."""
    return _zones().get(name)


@lru_cache(maxsize=4096)
def of_word(word: str) -> str | None:
    """The country of an ISO code or of its name in one of some languages; None for no country."""
    text = word.strip()
    if len(text) == 2 and text.isascii() and text.upper() in _names().values():
        return text.upper()
    return _names().get(text.casefold())


@lru_cache(maxsize=1)
def _calling_codes() -> Mapping[str, str]:
    """Each calling code with the (main) country that has it."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return {
        str(code): regions[0]
        for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()
        if regions[0] != "001"
    }


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    """The country of each zone, by its present and its older names."""
    from babel.core import get_global

    now: Mapping[str, str] = get_global("zone_territories")
    older: Mapping[str, str] = get_global("zone_aliases")
    known = {**{old: now[new] for old, new in older.items() if new in now}, **now}
    return {zone: country for zone, country in known.items() if country not in ("ZZ", "001")}


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Names of countries in lower case, with their ISO codes; codes of three letters too."""
    from babel import Locale

    known = dict(_OFTEN)
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("ZZ", "EU", "EZ", "UN", "QO"):
                known.setdefault(name.casefold(), code)
    return known
