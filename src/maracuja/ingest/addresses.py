"""E-mail addresses and phone numbers in one spelling, or nothing where they cannot be right."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import phonenumbers

EMAIL_CHARS_MAX: Final = 254
_EMAIL = re.compile(
    r"[^\s@\"(),:;<>\[\\\]\x00-\x1f\x7f]{1,64}"
    r"@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])"
)
_PHONE_NOISE = str.maketrans("", "", " \t\u00a0()-./\u2010\u2011\u2012\u2013")


def email(value: str) -> str | None:
    """The address in lower case without surrounding spaces; None where it is none."""
    text = value.strip().lower()
    if len(text) > EMAIL_CHARS_MAX or _EMAIL.fullmatch(text) is None:
        return None
    local = text.partition("@")[0]
    if local[0] == "." or local[-1] == "." or ".." in local:
        return None
    return text


_TYPES = (
    "fixed_line mobile toll_free premium_rate shared_cost personal_number voip pager uan voicemail"
).split()


class _Country:
    """What is needed to read a country's numbers quickly: code, trunk prefix, patterns."""

    def __init__(self, region: str) -> None:
        meta: Any = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
        self.code = str(meta.country_code)
        self.trunk: str = meta.national_prefix or ""
        self.leading = re.compile(meta.leading_digits) if meta.leading_digits else None
        self.general = re.compile(meta.general_desc.national_number_pattern)
        kinds = [getattr(meta, name) for name in _TYPES]
        patterns = [kind.national_number_pattern for kind in kinds if kind is not None]
        self.types = re.compile("|".join(f"(?:{p})" for p in patterns if p))

    def has(self, national: str) -> bool:
        """Whether such a number exists there, as `phonenumbers` decides it."""
        return bool(self.general.fullmatch(national) and self.types.fullmatch(national))


@lru_cache(maxsize=512)
def _country(region: str) -> _Country | None:
    return _Country(region) if region in phonenumbers.SUPPORTED_REGIONS else None


@lru_cache(maxsize=1024)
def _countries(code: str) -> tuple[_Country, ...]:
    """The countries that share a calling code, in the library's order; none for odd ones."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code), ())
    return tuple(c for c in map(_country, regions) if c is not None)


def is_country(region: str) -> bool:
    """Whether the two letters are a country that has phone numbers."""
    return _country(region) is not None


def phone(value: str, country: str) -> str | None:
    """The number in E.164; None where no such number can exist.

    `country` (two letters) is meant where the number has no `+`. Plain spellings take a quick way
    through the country's own patterns; all others go to `phonenumbers`, which decides alike.
    """
    text = value.translate(_PHONE_NOISE)
    if text[1:].isascii() and text[1:].isdigit():
        if text[0] == "+" and text[1] != "0":
            return _international(text) or _slow(value, country)
        home = _country(country)
        if home is not None and text[0].isdigit():
            return _national(text, home) or _slow(value, country)
    return _slow(value, country)


def _national(text: str, home: _Country) -> str | None:
    """The quick way, for numbers that read in one way only: with or without the trunk prefix."""
    if not home.general.fullmatch(text):
        short = text.removeprefix(home.trunk)
        return f"+{home.code}{short}" if short != text and home.has(short) else None
    prefixed = bool(home.trunk) and text.startswith(home.trunk)
    return f"+{home.code}{text}" if not prefixed and home.has(text) else None


def _international(text: str) -> str | None:
    for digits in (1, 2, 3):
        countries = _countries(text[1 : 1 + digits])
        national = text[1 + digits :]
        for country in countries:
            if country.leading is not None and country.leading.match(national):
                return text if country.has(national) else None
            if country.leading is None and country.has(national):
                return text
        if countries:
            return None
    return None


@lru_cache(maxsize=65536)
def _slow(value: str, country: str) -> str | None:
    if len(value) > 60:
        return None
    try:
        number = phonenumbers.parse(value, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
