"""What a country's law asks of marketing, as plain records: each rule says where it stands.

It is no legal advice, and must never be taken for any: the sets are a start for a lawyer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from maracuja.decisions.quiet import QuietHours
from maracuja.model import Record


class Kind(StrEnum):
    """Kinds of channels that laws tell apart."""

    MAIL = "mail"
    PHONE = "phone"  # whatever goes to a telephone number
    MESSENGER = "messenger"
    PUSH = "push"
    SITE = "site"  # the shop's own pages


KIND_OF: Final[Mapping[str, Kind]] = {
    "email": Kind.MAIL,
    "sms": Kind.PHONE,
    "viber_business": Kind.PHONE,
    "whatsapp": Kind.MESSENGER,
    "telegram": Kind.MESSENGER,
    "viber": Kind.MESSENGER,
    "messenger": Kind.MESSENGER,
    "instagram": Kind.MESSENGER,
    "web_push": Kind.PUSH,
    "mobile_push": Kind.PUSH,
    "web_chat": Kind.SITE,
    "webhook": Kind.PHONE,  # what stands behind it is not known: as strict as any
}
"""The kind of each channel; an account such as telegram/promo is of its channel's."""


class Consent(StrEnum):
    """What marketing needs before it."""

    PRIOR = "prior"  # the person said yes beforehand
    SOFT = "soft"  # or bought, was told, and did not say no


class Double(StrEnum):
    """Whether a yes has to be confirmed from the address itself."""

    ASKED = "asked"  # without it, it does not count
    ADVISED = "advised"  # it proves who said yes
    UNASKED = "unasked"


class Right(StrEnum):
    """What a person may ask of whoever holds their data."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"


class Stated(Record, frozen=True):
    """Where a rule stands: `law`, or by advice alone (taken over from elsewhere, or custom)."""

    source: str
    url: str
    law: bool = True


class OptIn(Record, frozen=True):
    """What a kind of channel needs before marketing."""

    needs: Consent
    double: Double
    stated: Stated


class Hours(Record, frozen=True):
    """Marketing may arrive from `start` until `end` by the person's own clock."""

    start: time
    end: time
    stated: Stated

    @property
    def quiet(self) -> QuietHours:
        """The other hours."""
        return QuietHours(start=self.end, end=self.start)


class Age(Record, frozen=True):
    """Whoever is known to be younger gets no marketing and is no part of profiling."""

    years: int
    stated: Stated


class Deadline(Record, frozen=True):
    """Within how many days a request is answered; `more` may be added once, with a reason.

    `working` days are Monday to Friday: public holidays are counted as working days, so that the
    clock is never late.
    """

    days: int
    stated: Stated
    working: bool = False
    more: int = 0


class Breach(Record, frozen=True):
    """After a leak was noticed: how soon the authority is told, and when the people are."""

    hours: int
    authority: str
    people: str
    stated: Stated


class LawSet(Record, frozen=True):
    """The rules of one law. `countries` are ISO codes; `keep` and `notes` are said, not enforced.

    `sender`: that a message says who sends it.
    """

    id: str
    name: str
    countries: tuple[str, ...]
    opt_in: Mapping[Kind, OptIn]
    hours: tuple[Hours, ...]
    sender: Stated
    age: Age
    rights: Mapping[Right, Deadline]
    breach: Breach
    special: Stated
    profiling: Stated
    keep: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Own(Record, frozen=True):
    """What the shop asks of itself on top: it can only be stricter than the law.

    `advice`: recommended hours hold as if they were law. A confirmation that is only advised is
    asked for by `double_opt_in`: it would silence everybody who agreed without one.
    """

    minimum_age: int = 0
    double_opt_in: bool = False
    soft_opt_in: bool = True
    advice: bool = False


class Effective(Record, frozen=True):
    """What holds for people of one law in this shop: the strictest of law and shop."""

    id: str
    age: int
    quiet: tuple[QuietHours, ...]
    soft: frozenset[Kind]
    double: frozenset[Kind]


def every_kind(rule: OptIn, **other: OptIn) -> Mapping[Kind, OptIn]:
    """The same rule for every kind of channel, except for those that are named."""
    return {kind: other.get(kind.value, rule) for kind in Kind}


def every_right(deadline: Deadline, **other: Deadline) -> Mapping[Right, Deadline]:
    """The same time for every right, except for those that are named."""
    return {right: other.get(right.value, deadline) for right in Right}


def advice(said: str, url: str = "docs/law.md") -> Stated:
    """What no law says: custom, or taken over from elsewhere."""
    return Stated(source=said, url=url, law=False)


def strictest(law: LawSet, own: Own) -> Effective:
    """Law and shop together; the person's own wishes are asked for elsewhere, and add to it."""
    return Effective(
        id=law.id,
        age=max(law.age.years, own.minimum_age),
        quiet=tuple(h.quiet for h in law.hours if h.stated.law or own.advice),
        soft=frozenset(
            kind
            for kind, rule in law.opt_in.items()
            if rule.needs is Consent.SOFT and own.soft_opt_in
        ),
        double=frozenset(
            kind
            for kind, rule in law.opt_in.items()
            if own.double_opt_in or rule.double is Double.ASKED
        ),
    )


def kind_of(channel: str) -> Kind:
    """The kind of a channel or of an account; what is not known is treated as a telephone."""
    return KIND_OF.get(channel.partition("/")[0], Kind.PHONE)


def due(deadline: Deadline, since: datetime, *, extended: bool = False) -> datetime:
    """The moment by which a request that came at `since` has to be answered (aware, UTC)."""
    days = deadline.days + (deadline.more if extended else 0)
    if not deadline.working:
        return since + timedelta(days=days)
    day = since
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day
