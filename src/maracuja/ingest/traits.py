"""What a call says about a person: traits under our names and in one spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from maracuja.ingest import addresses
from maracuja.ingest.refusals import Code

NAME_CHARS_MAX: Final = 100

# Segment's reserved traits; all other names are kept as sent.
RESERVED: Final[dict[str, str]] = {
    "firstName": "first_name",
    "lastName": "last_name",
    "createdAt": "created_at",
}
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d\S*")


class Said(NamedTuple):
    """Traits of one call: values by name (None: forget it), and the parts that are wrong."""

    values: dict[str, Any]
    faults: tuple[tuple[Code, str, str], ...] = ()  # code, the trait as sent, what was shown


def read_traits(sent: Mapping[str, Any], country: str) -> Said:
    """Traits as we name and spell them; a wrong e-mail or phone is a fault and left out.

    `country` (two letters) is where phone numbers without `+` belong. `address.city` becomes
    `city` where that is absent; a moment of birth becomes its date.
    """
    values: dict[str, Any] = {}
    faults: list[tuple[Code, str, str]] = []
    for name, value in sent.items():
        own = RESERVED.get(name, name)
        if not 0 < len(own) <= NAME_CHARS_MAX or not own.isprintable():
            continue
        if own in _ADDRESSES and value is not None:
            code, read = _ADDRESSES[own]
            found = read(str(value), country) if isinstance(value, str | int) else None
            if found is None:
                faults.append((code, name, str(value)))
                continue
            value = found
        elif own == "birthday" and isinstance(value, str):
            moment = _MOMENT.fullmatch(value)
            value = moment.group(1) if moment else value
        values[own] = value
    home = sent.get("address")
    if isinstance(home, dict) and isinstance(home.get("city"), str) and "city" not in values:
        values["city"] = home["city"]
    return Said(values, tuple(faults))


def _email(text: str, _country: str) -> str | None:
    return addresses.email(text)


_ADDRESSES: Final = {
    "email": (Code.BAD_EMAIL, _email),
    "phone": (Code.BAD_PHONE, addresses.phone),
}
