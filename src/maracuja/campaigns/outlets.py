"""Places where the shop sells: their hours, and which of them is nearest to each person."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from maracuja.errors import BadInput
from maracuja.model import Record

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EARTH_KM: Final = 6371.0088  # the mean radius
PEOPLE_AT_ONCE: Final = 2_000
CLOSED: Final = "closed"
_SPAN: Final = re.compile(r"([01]?\d|2[0-4])[:.]([0-5]\d)\s*[-–—]\s*([01]?\d|2[0-4])[:.]([0-5]\d)")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
Floats = npt.NDArray[np.float64]


class Hours(Record, frozen=True):
    """Opening hours: `week` of each day from Monday, `days` of single dates, which go first.

    A span is (start, end) in minutes from midnight; one that ends before it starts ends the next
    day. No span: closed.
    """

    week: tuple[tuple[tuple[int, int], ...], ...] = ((),) * 7
    days: dict[str, tuple[tuple[int, int], ...]] = msgspec.field(default_factory=dict)

    @property
    def told(self) -> bool:
        """Whether anything is known of them."""
        return any(self.week) or bool(self.days)

    def on(self, day: date) -> tuple[tuple[int, int], ...]:
        """The spans that begin on a day."""
        return self.days.get(day.isoformat(), self.week[day.weekday()])

    def said(self, day: date) -> str | None:
        """`09:00–13:00, 14:00–18:00`; None where it is closed, or nothing is known."""
        return ", ".join(f"{_clock(a)}–{_clock(b)}" for a, b in self.on(day)) or None

    @property
    def written(self) -> str:
        """The same hours as `read_hours` reads them; '' where nothing is known."""
        parts, begin = [], 0
        for end in range(1, 8):
            if end < 7 and self.week[end] == self.week[begin]:
                continue
            if self.week[begin]:
                named = DAYS[begin] if end - begin == 1 else f"{DAYS[begin]}-{DAYS[end - 1]}"
                parts.append(f"{named} {_written(self.week[begin])}")
            begin = end
        parts += [f"{day} {_written(spans)}" for day, spans in sorted(self.days.items())]
        return "; ".join(parts)

    def open_at(self, wall: datetime) -> bool | None:
        """Whether it is open at a time of its own clock; None where nothing is known."""
        if not self.told:
            return None
        minute = wall.hour * 60 + wall.minute
        today = any(a <= minute < (b if b > a else b + 1440) for a, b in self.on(wall.date()))
        before = self.on(wall.date() - timedelta(days=1))
        return today or any(b <= a and minute < b for a, b in before)


def read_hours(text: str) -> Hours:
    """Hours as people write them: `mon-fri 09:00-18:00; sat 10:00-15:00; 2026-12-25 closed`.

    Raises BadInput with what cannot be read.
    """
    week: list[tuple[tuple[int, int], ...]] = [()] * 7
    days: dict[str, tuple[tuple[int, int], ...]] = {}
    for part in filter(None, (one.strip() for one in re.split("[;\n]", text.lower()))):
        named, _, rest = part.partition(" ")
        spans = _spans(rest, part)
        if _DAY.fullmatch(named):
            try:
                days[date.fromisoformat(named).isoformat()] = spans
            except ValueError:
                raise BadInput(f"`{named}` is no day") from None
            continue
        for number in _weekdays(named, part):
            week[number] = spans
    return Hours(week=tuple(week), days=days)


def _spans(text: str, part: str) -> tuple[tuple[int, int], ...]:
    if text.strip() == CLOSED:
        return ()
    found = [(int(a) * 60 + int(b), int(c) * 60 + int(d)) for a, b, c, d in _SPAN.findall(text)]
    left = _SPAN.sub("", text).replace(",", "").strip()
    if not found or left or any(max(span) > 1440 or span[0] == 1440 for span in found):
        raise BadInput(f"`{part[:60]}` says no hours", fix="Write mon-fri 09:00-18:00.")
    return tuple(found)


def _weekdays(named: str, part: str) -> list[int]:
    found: list[int] = []
    for one in named.split(","):
        first, dash, last = one.partition("-")
        if first == "daily":
            first, dash, last = "mon", "-", "sun"
        if first[:3] not in DAYS or (dash and last[:3] not in DAYS):
            raise BadInput(f"`{part[:60]}` names no day", fix="Write mon, tue ... sun, or a date.")
        low = DAYS.index(first[:3])
        high = DAYS.index(last[:3]) if dash else low
        found += [(low + n) % 7 for n in range((high - low) % 7 + 1)]
    return found


def _written(spans: tuple[tuple[int, int], ...]) -> str:
    return ", ".join(f"{_clock(a)}-{_clock(b)}" for a, b in spans) or CLOSED


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def nearest(
    latitude: Floats, longitude: Floats, places: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], Floats]:
    """For each point (degrees, shape (n,)) the number of the nearest place, and how far (km).

    `places` has shape (m, 2): latitude and longitude; m > 0. Haversine's formula, on a sphere.
    """
    chosen = np.zeros(len(latitude), dtype=np.int64)
    distance = np.zeros(len(latitude))
    there = np.radians(places)
    for at in range(0, len(latitude), PEOPLE_AT_ONCE):
        some = slice(at, at + PEOPLE_AT_ONCE)
        phi, lam = np.radians(latitude[some])[:, None], np.radians(longitude[some])[:, None]
        h = (
            np.sin((there[:, 0] - phi) / 2) ** 2
            + np.cos(phi) * np.cos(there[:, 0]) * np.sin((there[:, 1] - lam) / 2) ** 2
        )
        best = h.argmin(axis=1)
        chosen[some] = best
        least = np.clip(h[np.arange(len(best)), best], 0.0, 1.0)
        distance[some] = 2 * EARTH_KM * np.arcsin(np.sqrt(least))
    return chosen, distance


def city_key(city: str) -> str:
    """A city as it is compared: without its kind, case and dots (г. Москва, м. Київ)."""
    plain = re.sub(r"[^\w\s-]", " ", city.casefold())
    return " ".join(re.sub(r"^\s*(г|м|город|місто|хот)\s+", "", plain).split())
