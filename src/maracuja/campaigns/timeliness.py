"""Whether a text is still true when it is read: its dates, its codes, its addresses.

It must never ask for the time: the days on which a message may arrive are an argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from maracuja import zones
from maracuja.campaigns.coupons import CODE, CouponPool
from maracuja.campaigns.schedule import Occurrence, last_due
from maracuja.language.said_dates import Kind, SaidDate, said_dates
from maracuja.model import Record
from maracuja.templates.compiled import sources
from maracuja.templates.definition import Template
from maracuja.templates.lints import Finding
from maracuja.templates.needs import shows
from maracuja.templates.slips import readings
from maracuja.templates.tone_lints import shown_on
from maracuja.templates.wording import speech

DAYS_MAX: Final = 366  # of a window that are looked at
_LATELY: Final = timedelta(days=31)  # a date longer past is told of, not announced
_SPANS: Final = (Kind.WEEKEND, Kind.WEEK, Kind.MONTH)
_EPOCH: Final = re.compile(r"[?&](?:expires|expire|exp|expiry)=(\d{10})(?!\d)", re.IGNORECASE)
_SIGNED: Final = re.compile(r"X-(?:Amz|Goog)-Date=(\d{8}T\d{6})Z", re.IGNORECASE)
_SIGNED_S: Final = re.compile(r"X-(?:Amz|Goog)-Expires=(\d{1,7})(?!\d)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://[^\s\"'<>]+")


class Window(Record, frozen=True):
    """When a message of an occurrence may arrive: `first` to `last` by the reader's clock.

    `until` is the moment (UTC) after which none goes out, `until_day` its day by the shop's clock.
    `codes_until` is the last day on which the coupons of the message work; None: there is no end.
    """

    first: date
    last: date
    until: datetime
    until_day: date
    codes_until: date | None = None

    @property
    def days(self) -> list[date]:
        """Every day of it, at most DAYS_MAX."""
        count = min((self.last - self.first).days, DAYS_MAX - 1)
        return [self.first + timedelta(days=n) for n in range(count + 1)]


def window_of(occurrence: Occurrence, expiry: timedelta, zone: str) -> Window:
    """When the messages of an occurrence may arrive: from the moment they are due to their expiry.

    `zone` is the shop's. People elsewhere are taken to live by it, unless each is due by their own
    clock.
    """
    shop = zones.zone(zone)
    until = last_due(occurrence) + expiry
    if occurrence.by_person and occurrence.day is not None and occurrence.at is not None:
        first = occurrence.day
        last = (datetime.combine(first, occurrence.at) + expiry).date()
    else:
        first = occurrence.planned.astimezone(shop).date()
        last = until.astimezone(shop).date()
    return Window(first=first, last=last, until=until, until_day=until.astimezone(shop).date())


def untimely(template: Template, window: Window, channels: Sequence[str] = ()) -> list[Finding]:
    """What of the template would not be true for everybody who reads it in the window.

    An error is what contradicts its own `dates` and `ends`, or an address that ends by itself; a
    warning is a word that means different days, or a date that will be over. `channels` are those
    that it goes out on. Raises TemplateError where a text cannot be parsed.
    """
    found: dict[tuple[str, str], Finding] = {}
    for n, variant in enumerate(template.variants):
        if channels and not shown_on(template, n, channels):
            continue
        language = speech(variant.language) or variant.language.partition("-")[0]
        for reading in readings(template, n):
            for part, text in reading.items():
                where = f"variants[{n}].{part}"
                for said in said_dates(text, language):
                    for finding in _of_date(said, _meant(template, said), window, where):
                        found.setdefault((finding.code, said.words.lower() + where), finding)
        for part, source in sources(template, n).items():
            where = f"variants[{n}].{part}"
            for finding in _of_endings(template, source, window, where):
                found.setdefault((finding.code, finding.message), finding)
    end = window.codes_until
    if end is not None and end < window.until_day and shows(template, CODE):
        ends = _ends(f"a coupon ends on {end}", f"on {window.until_day}", template.id)
        found[ends.code, ends.message] = ends
    return list(found.values())


def with_codes(window: Window, pool: CouponPool | None) -> Window:
    """The window of messages that carry codes of the pool."""
    if pool is None:
        return window
    return msgspec.structs.replace(window, codes_until=pool.last_day(window.first))


def unfounded(template: Template) -> list[Finding]:
    """Words of `dates` and `ends` that the template does not say; TemplateError as above."""
    every, said = "", []
    for n, variant in enumerate(template.variants):
        every += "\n".join(sources(template, n).values()) + "\n"
        language = speech(variant.language) or variant.language.partition("-")[0]
        texts = [text for reading in readings(template, n) for text in reading.values()]
        said += [one.words.lower() for text in texts for one in said_dates(text, language)]
    found = []
    for word in template.dates:
        if not any(_key(word) in one for one in said):
            found.append(_unfounded("dates", word, "no text says a date with these words"))
    for word in template.ends:
        if word not in every:
            found.append(_unfounded("ends", word, "it stands nowhere in the template"))
    return found


def _unfounded(field: str, word: str, told: str) -> Finding:
    return Finding(
        "error",
        "unfounded",
        f"`{field}` names «{word}», but {told}",
        field,
        "Write it as the text does, or leave it out.",
        "What is not found cannot be watched.",
    )


def _key(word: str) -> str:
    return " ".join(word.lower().split())


def _meant(template: Template, said: SaidDate) -> date | None:
    """The day that the template says is meant."""
    words = said.words.lower()
    return next((day for word, day in template.dates.items() if _key(word) in words), None)


def _of_date(said: SaidDate, meant: date | None, window: Window, where: str) -> Iterator[Finding]:
    days = window.days
    if meant is not None:
        wanted = said.means(meant) if said.kind in _SPANS else meant
        wrong = [day for day in days if said.means(day) != wanted]
        if wrong:
            yield Finding(
                "error",
                "wrong_date",
                f"read on {wrong[0]}, «{said.words}» says {said.means(wrong[0])};"
                f" {meant} is meant",
                where,
                "Send it so that it expires before, or write the date itself.",
                "Who comes on the wrong day does not come again.",
            )
        return
    means = {said.means(day): day for day in reversed(days)}
    if said.relative and len(means) > 1:
        (one, first), (other, second) = sorted(means.items(), key=lambda item: item[1])[:2]
        yield Finding(
            "warning",
            "moving_date",
            f"«{said.words}» says {one} to whoever reads it on {first}, and {other} on {second}",
            where,
            "Let the message expire the same day, or write the date itself.",
            "Some messages wait for the morning, or for another channel.",
        )
    day = said.means(window.first)
    if not said.relative and day is not None and window.first - _LATELY <= day < window.last:
        yield Finding(
            "warning",
            "past_date",
            f"«{said.words}» is over for whoever reads it on {window.last}",
            where,
            "Let the message expire by then, or leave the date out.",
            "An invitation to yesterday shows that nobody looked.",
        )


def _of_endings(template: Template, source: str, window: Window, where: str) -> Iterator[Finding]:
    """Codes and addresses that end while the message may still arrive."""
    for word, day in template.ends.items():
        if word in source and day < window.until_day:
            yield _ends(f"`{word}` ends on {day}", f"on {window.until_day}", where)
    for match in _ADDRESS.finditer(source):
        end = _own_end(match.group())
        if end is not None and end < window.until:
            shown = match.group().partition("?")[0]
            told = f"the address {shown} ends by itself at {end:%Y-%m-%d %H:%M} UTC"
            yield _ends(told, f"at {window.until:%Y-%m-%d %H:%M} UTC", where)


def _ends(told: str, until: str, where: str) -> Finding:
    return Finding(
        "error",
        "ends_first",
        f"{told}, and the message may still arrive {until}",
        where,
        "Send it earlier, shorten `expires_after`, or let it work for longer.",
        "A code that is refused at the till is worse than none.",
    )


def _own_end(address: str) -> datetime | None:
    """The moment after which an address says itself that it does not work."""
    if match := _EPOCH.search(address):
        return datetime.fromtimestamp(int(match[1]), UTC)
    begun, lasts = _SIGNED.search(address), _SIGNED_S.search(address)
    if begun is None or lasts is None:
        return None
    try:
        since = datetime.strptime(begun[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        return since + timedelta(seconds=int(lasts[1]))
    except (ValueError, OverflowError):
        return None
