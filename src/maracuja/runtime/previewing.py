"""What the template editor asks beside a preview: people to read as, and the parts of an SMS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from maracuja.channels.sms_settings import SmsSettings
from maracuja.channels.sms_text import ALONE, JOINED, Letters, choices, fitted, units
from maracuja.config import Config
from maracuja.runtime import people_list
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.people_kept import KeptPeople
from maracuja.runtime.people_list import PersonListed

EACH: Final = 2  # people of a language with a name, and as many without
_NAME: Final = "traits.first_name"
_LANGUAGE: Final = "traits.language"


@dataclass(frozen=True)
class WayShown:
    """One way of writing a text: what it says then, and how many parts fewer it takes."""

    letters: str
    text: str
    parts: int
    saved: int


@dataclass(frozen=True)
class PartsShown:
    """A text as an SMS: its parts as they go out, the room left in the last, and the price.

    `price` is in the shop's currency, 0 where the settings name none; `too_many`: it is refused.
    """

    alphabet: str
    parts: tuple[str, ...]
    left: int
    price: float
    currency: str
    too_many: bool
    ways: tuple[WayShown, ...]


def parts_of(config: Config, text: str, language: str) -> PartsShown:
    """How a text goes out by SMS, by the settings of the main account, or their defaults."""
    settings = config.channels.get("sms")
    bits = settings.reference_bits if isinstance(settings, SmsSettings) else 8
    letters = settings.letters if isinstance(settings, SmsSettings) else Letters.PLAIN
    most = settings.parts_max if isinstance(settings, SmsSettings) else 10
    one = settings.price_per_part if isinstance(settings, SmsSettings) else 0.0
    cut = fitted(text, letters, language, bits)
    room = ALONE[cut.alphabet] if len(cut.parts) == 1 else JOINED[bits][cut.alphabet]
    return PartsShown(
        alphabet=cut.alphabet.value,
        parts=cut.parts,
        left=room - units(cut.parts[-1], cut.alphabet),
        price=cut.price(one),
        currency=config.shop.currency,
        too_many=len(cut.parts) > most,
        ways=tuple(
            WayShown(way.letters.value, way.text, way.parts, way.saved)
            for way in choices(text, language, bits)
        ),
    )


def sample_people(ground: Ground, now: datetime) -> list[PersonListed]:
    """Some real people of each of the shop's languages, with and without a name: the newest."""
    with ground.store.read() as conn:
        frame = KeptPeople(conn, ground, now).frame([_NAME, _LANGUAGE])
        own = pl.col(_LANGUAGE).cast(pl.String).fill_null(ground.config.shop.language)
        named = pl.col(_NAME).cast(pl.String).fill_null("") != ""
        chosen: list[int] = []
        for language in ground.config.shop.languages:
            for has_name in (True, False):
                some = frame.filter(own == language, named == has_name)
                chosen += some.top_k(EACH, by=["created", "pid"])["pid"].sort().to_list()
        return people_list.rows(conn, chosen, ["first_name", "gender", "city"])
