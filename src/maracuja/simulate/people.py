"""The simulated shop's customers: what the shop knows of them, and the habits that it does not."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from maracuja import rng
from maracuja.simulate.names import COUNTRIES, Country

PASSIONS = ("fruit", "fishing", "clothes", "home")

# What is dirty in any real list of customers.
NAMELESS, SHOUTED, MISSPELT_EMAIL, UNPROVEN = 0.06, 0.03, 0.01, 0.02


def make_people(seed: int, count: int, today: date) -> pl.DataFrame:
    """`count` customers as one row each, the same for the same seed.

    What the shop knows: external_id, email, phone, first_name, last_name, gender, city, language,
    timezone, birthday, bonus, consent (in, out or empty), consent_on, consent_source.
    What only the simulator knows: passion, weekly_rate (chance of an order in a week without
    any message), responsiveness (added to the log odds by a personal message that is read),
    reading (chance of reading), unsubscribing (chance of leaving on reading), hour (favourite).
    """
    shares = np.array([c.share for c in COUNTRIES])
    which = rng.stream(seed, "country").choice(len(COUNTRIES), size=count, p=shares / shares.sum())
    frames = [
        _of_country(seed, country, np.flatnonzero(which == i), today)
        for i, country in enumerate(COUNTRIES)
    ]
    people = pl.concat(frames).sort("n")
    return people.hstack(_habits(seed, count))


def _of_country(seed: int, country: Country, numbers: np.ndarray, today: date) -> pl.DataFrame:
    """What the shop knows of the people of one country; `numbers` are their row numbers."""
    draw = rng.stream(seed, "people", country.language)
    size = len(numbers)
    woman = draw.random(size) < 0.56
    first = np.where(
        woman, draw.choice(country.women, size), draw.choice(country.men, size)
    ).astype(object)
    last = np.where(
        woman, draw.choice(country.surnames_women, size), draw.choice(country.surnames_men, size)
    ).astype(object)
    shouted = draw.random(size) < SHOUTED
    first = np.array([f.upper() if s else f for f, s in zip(first, shouted, strict=True)], object)
    first[draw.random(size) < NAMELESS] = None
    gender = np.where(woman, "female", "male").astype(object)
    gender[draw.random(size) < 0.15] = None
    email = np.array([f"{country.language}{n:06d}@mail.example" for n in numbers], dtype=object)
    misspelt = draw.random(size) < MISSPELT_EMAIL
    email[misspelt] = [e.replace("@", " at ") for e in email[misspelt]]
    email[draw.random(size) < 0.05] = None
    width = 10**country.digits
    phone = [f"{country.dial}{n % width:0{country.digits}d}" for n in numbers]
    born = [date(1960, 1, 1) + timedelta(days=int(d)) for d in draw.integers(0, 16_000, size)]
    said = draw.random(size)
    consent = np.select([said < 0.74, said < 0.80], ["in", "out"], "").astype(object)
    since = [today - timedelta(days=int(d)) for d in draw.integers(91, 900, size)]
    proven = (consent != "") & (draw.random(size) >= UNPROVEN)
    return pl.DataFrame(
        {
            "n": numbers.astype(np.int64),
            "external_id": [f"c{n:06d}" for n in numbers],
            "email": pl.Series(email.tolist(), dtype=pl.String),
            "phone": pl.Series(phone, dtype=pl.String),
            "first_name": pl.Series(first.tolist(), dtype=pl.String),
            "last_name": pl.Series(last.tolist(), dtype=pl.String),
            "gender": pl.Series(gender.tolist(), dtype=pl.String),
            "city": pl.Series(draw.choice(country.cities, size).tolist(), dtype=pl.String),
            "language": pl.Series([country.language] * size, dtype=pl.String),
            "timezone": pl.Series([country.zone] * size, dtype=pl.String),
            "birthday": pl.Series(born, dtype=pl.Date),
            "bonus": pl.Series(draw.integers(0, 31, size) * 100, dtype=pl.Int64),
            "consent": pl.Series(consent.tolist(), dtype=pl.String),
            "consent_on": pl.Series(
                [s if p else None for s, p in zip(since, proven, strict=True)], dtype=pl.Date
            ),
            "consent_source": pl.Series(
                ["checkout form" if p else None for p in proven], dtype=pl.String
            ),
        }
    )


def _habits(seed: int, count: int) -> pl.DataFrame:
    """What only the simulator knows; one row per person."""
    draw = rng.stream(seed, "habits")
    activity = draw.lognormal(0.0, 0.8, count)
    return pl.DataFrame(
        {
            "passion": draw.choice(PASSIONS, count, p=(0.35, 0.2, 0.3, 0.15)),
            "activity": activity,
            "weekly_rate": np.clip(0.045 * activity, 0.002, 0.5),
            "responsiveness": draw.normal(0.75, 0.35, count),
            "reading": draw.beta(4.0, 5.0, count),
            "unsubscribing": draw.beta(1.0, 120.0, count),
            "hour": np.clip(np.round(draw.normal(19.0, 3.5, count)), 7, 23).astype(np.int16),
        }
    )
