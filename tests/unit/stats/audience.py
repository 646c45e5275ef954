"""A made-up audience for tests of reports: arms by the draw, a known effect, known receipts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from maracuja.model import micros
from maracuja.rng import stream
from maracuja.stats.report import ReportPlan

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHARES = {"": 0.8, "campaign": 0.15, "global": 0.05}


def units(people: int = 20_000, *, seed: int = 1, lift: float = 0.5) -> pl.DataFrame:
    """One row per person; people sent to convert at 6 % times (1 + lift), others at 6 %."""
    chance = stream(seed, "audience")
    arm = chance.choice(list(SHARES), people, p=list(SHARES.values()))
    would = chance.random(people) < 0.8
    sent = would & (arm == "")
    variant = chance.choice(["personal", "generic"], people)
    rate = 0.06 * np.where(sent, 1 + lift, 1)
    converted = (chance.random(people) < rate) * (1 + (chance.random(people) < 0.1))
    value = np.round(np.exp(chance.normal(8, 0.6, people)))
    frame = pl.DataFrame(
        {
            "pid": np.arange(1, people + 1),
            "held": arm,
            "would_send": would,
            "converted": converted,
            "revenue": (converted * value).astype(np.int64),
            "variant": variant,
            "channel": np.full(people, "email"),
            "reason": np.where(would, "", "no_consent"),
            "first_conversion_s": np.exp(chance.normal(10, 1, people)),
            "delivered": chance.random(people) < 0.97,
            "clicked": chance.random(people) < np.where(variant == "personal", 0.12, 0.08),
            "city": chance.choice(["Kyiv", "London"], people),
            "device": chance.choice(["phone", "desktop"], people),
        }
    )
    told = pl.Series("told", sent)
    return frame.with_columns(
        pl.when(told).then(pl.col("delivered", "clicked")),
        pl.when(pl.col("converted") > 0).then(pl.col("first_conversion_s")),
    )


def plan(**changes: Any) -> ReportPlan:
    """The plan that belongs to `units`, closed a day ago."""
    fields: dict[str, Any] = {
        "campaign": "autumn",
        "name": "Passion fruit is here",
        "goal": "Order Completed",
        "goal_kind": "sale",
        "currency": "EUR",
        "started_us": micros(NOW - timedelta(days=10)),
        "closes_us": micros(NOW - timedelta(days=1)),
        "window_s": 7 * 86_400,
        "shares": SHARES,
        "variants": {"personal": 0.5, "generic": 0.5},
        "twin": "generic",
        "n_star": 20_000,
        "facts": ("city",),
        "descriptive": ("device",),
    }
    return ReportPlan(**(fields | changes))
