"""Pools of coupon codes as a marketer writes them, and how codes are made and read.

It must never ask for the time nor for chance: codes are made from a secret and their number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Annotated, Final

from msgspec import Meta

from maracuja import zones
from maracuja.campaigns.cascade import fixed_span
from maracuja.model import Record
from maracuja.rng import make_id

LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another
MARKS_MIN: Final = 6  # a shorter code is found by trying
CODE_CHARS_MAX: Final = 64
CODE: Final = "coupon.code"
EXPIRES: Final = "coupon.expires"
_PATTERN: Final = re.compile(r"[A-Za-z0-9_-]*(?:#[A-Za-z0-9_-]*)+")


class CouponPool(Record, frozen=True, tag_field="kind", tag="coupons"):
    """Codes that are given one to each person.

    `ends` is the last day, by the shop's clock, on which its codes work; `valid` how long each
    works from the day it was given ("14 days"). A `personal` code is taken only from the person
    whom it was given to. At `low` free codes and fewer somebody is told. In the `pattern` of made
    codes each # becomes a letter or a digit.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    name: str = ""
    ends: date | None = None
    valid: str = ""
    personal: bool = True
    low: Annotated[int, Meta(ge=0)] = 100
    pattern: str = "########"

    def __post_init__(self) -> None:
        """Refuse a span that cannot be read, and codes that could be guessed."""
        if self.valid and fixed_span(self.valid) < timedelta(days=1):
            raise ValueError("`valid` is a day or longer")
        if len(self.pattern) > CODE_CHARS_MAX or _PATTERN.fullmatch(self.pattern) is None:
            raise ValueError("the `pattern` has Latin letters, digits, - and _, and # for each"
                             " letter that is made")  # fmt: skip
        if self.pattern.count("#") < MARKS_MIN:
            raise ValueError(f"fewer than {MARKS_MIN} # in the `pattern` can be guessed")

    def last_day(self, given: date) -> date | None:
        """The last day on which a code given that day works; None: there is no end."""
        ends = [] if self.ends is None else [self.ends]
        if self.valid:
            ends.append(given + fixed_span(self.valid))
        return min(ends, default=None)


def end_of(day: date | None, zone: str) -> datetime | None:
    """The moment (UTC) at which that day is over by the clock of the zone; None for no day."""
    if day is None:
        return None
    return zones.at_local(day + timedelta(days=1), datetime.min.time(), zone, zone)


def folded(code: str) -> str:
    """A code as it is looked up: in capitals, without blanks around it."""
    return code.strip().upper()


def made(pool: CouponPool, secret: str, first: int) -> Iterator[str]:
    """Codes of the pool from the number `first` on, without end; the same secret, the same codes.

    Who does not know the secret cannot tell them from chance.
    """
    marks = pool.pattern.count("#")
    for number in count(first):
        blocks = (make_id("coupon", secret, pool.id, number, n) for n in range(marks // 16 + 1))
        letters = [LETTERS[byte % len(LETTERS)] for block in blocks for byte in block]
        pieces = pool.pattern.split("#")
        yield "".join(
            f"{piece}{one}" for piece, one in zip(pieces, [*letters[:marks], ""], strict=True)
        )


def code_fault(code: str) -> str:
    """Why a text is no code; '' where it is one."""
    if not code:
        return "there is no code"
    if len(code) > CODE_CHARS_MAX:
        return f"a code has {CODE_CHARS_MAX} letters at most"
    if not code.isprintable() or any(one.isspace() for one in code):
        return "a code has no blanks and no invisible letters"
    return ""
