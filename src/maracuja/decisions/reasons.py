"""The closed list of reasons that a decision can have, and how it is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """What was decided for one person: only `send` ever reaches the outbox."""

    SEND = "send"
    GHOST = "ghost"  # would have been sent, but is held out
    WAIT = "wait"  # decided again later
    NEVER = "never"


class Reason(StrEnum):
    """Why; in the order of the gates, so that the first that holds is the one on record."""

    HOUR_PASSED = "hour_passed"
    LOCAL_TIME = "local_time"
    EXPIRED = "expired"
    GONE = "gone"
    GOAL_REACHED = "goal_reached"
    HAPPENED = "happened"
    NOT_IN_AUDIENCE = "not_in_audience"
    SUPPRESSED = "suppressed"
    OPTED_OUT = "opted_out"
    CONSENT_PENDING = "consent_pending"
    CONSENT_UNPROVEN = "consent_unproven"
    NO_CONSENT = "no_consent"
    LAW_OPT_IN = "law_opt_in"
    NO_ADDRESS = "no_address"
    UNREACHABLE = "unreachable"
    RESTRICTED = "restricted"
    OBJECTED = "objected"
    UNDER_AGE = "under_age"
    MISSING = "missing"
    STALE = "stale"
    UNSURE = "unsure"
    NOT_GIVEN = "not_given"
    PRODUCT_GONE = "product_gone"
    TOO_LONG = "too_long"
    COUPONS_GONE = "coupons_gone"
    NOT_RENDERED = "not_rendered"
    QUIET_HOURS = "quiet_hours"
    LAW_HOURS = "law_hours"
    FREQUENCY_CAP = "frequency_cap"
    HELD_OUT = "held_out"
    WINDOW_CLOSED = "window_closed"
    REACHED = "reached"
    CASCADE = "cascade"
    FOR_THE_WINNER = "for_the_winner"
    ON_HOLD = "on_hold"
    NOT_ABOUT_THIS = "not_about_this"
    ASKED_FOR_PAUSE = "asked_for_pause"
    ASKED_FOR_LESS = "asked_for_less"
    ASKED_FOR_HOURS = "asked_for_hours"
    CANCELLED = "cancelled"
    PASSED = "passed"


# The number of a reason in the state database: never change one, nor give it again (12 was one).
CODES: Final[dict[Reason, int]] = {
    Reason.LOCAL_TIME: 0,
    Reason.EXPIRED: 1,
    Reason.GONE: 2,
    Reason.SUPPRESSED: 3,
    Reason.OPTED_OUT: 4,
    Reason.CONSENT_PENDING: 5,
    Reason.CONSENT_UNPROVEN: 6,
    Reason.NO_CONSENT: 7,
    Reason.NO_ADDRESS: 8,
    Reason.MISSING: 9,
    Reason.STALE: 10,
    Reason.UNSURE: 11,
    Reason.PRODUCT_GONE: 13,
    Reason.TOO_LONG: 14,
    Reason.NOT_RENDERED: 15,
    Reason.QUIET_HOURS: 16,
    Reason.FREQUENCY_CAP: 17,
    Reason.HELD_OUT: 18,
    Reason.CANCELLED: 19,
    Reason.PASSED: 20,
    Reason.LAW_OPT_IN: 49,
    Reason.LAW_HOURS: 50,
    Reason.UNDER_AGE: 51,
    Reason.OBJECTED: 52,
    Reason.RESTRICTED: 53,
    Reason.HOUR_PASSED: 21,
    Reason.WINDOW_CLOSED: 22,
    Reason.UNREACHABLE: 23,
    Reason.REACHED: 24,
    Reason.CASCADE: 25,
    Reason.COUPONS_GONE: 37,
    Reason.HAPPENED: 34,
    Reason.NOT_IN_AUDIENCE: 35,
    Reason.GOAL_REACHED: 36,
    Reason.ON_HOLD: 40,
    Reason.NOT_ABOUT_THIS: 41,
    Reason.NOT_GIVEN: 42,
    Reason.ASKED_FOR_LESS: 45,
    Reason.ASKED_FOR_HOURS: 46,
    Reason.ASKED_FOR_PAUSE: 47,
    Reason.FOR_THE_WINNER: 30,
}
_BY_CODE: Final = {number: reason for reason, number in CODES.items()}


def code(reason: Reason) -> int:
    """The reason's number in the state database."""
    return CODES[reason]


def reason_of(number: int) -> Reason:
    """The reason with that number; KeyError where there is none."""
    return _BY_CODE[number]


def stored(reason: Reason, detail: str = "") -> str:
    """The reason as a decision keeps it: `missing:person.city`, or only `missing`."""
    return f"{reason.value}:{detail}" if detail else reason.value


def read(kept: str) -> tuple[Reason, str]:
    """Reason and detail of what a decision keeps. ValueError where the reason is none."""
    code, _, detail = kept.partition(":")
    return Reason(code), detail


def in_short(kept: str) -> str:
    """The reason as sums are made by it: which channel failed why in a cascade is left out."""
    return Reason.UNREACHABLE.value if read(kept)[0] is Reason.UNREACHABLE else kept


def unreached(detail: str) -> dict[str, str]:
    """The reason code of each channel, of the detail of `unreachable`: `viber=no_address,...`."""
    return {channel: code for channel, _, code in (p.partition("=") for p in detail.split(","))}
