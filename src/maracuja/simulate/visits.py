"""Visits to the simulated shop's site and app, and the Segment calls that they cause."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from maracuja import rng
from maracuja.simulate.people import PASSIONS

SOURCES: Final = ("direct", "google", "instagram", "newsletter", "telegram", "price-portal")
SOURCE_SHARES: Final = (0.30, 0.28, 0.16, 0.10, 0.08, 0.08)
DEVICES: Final = ("mobile", "desktop", "tablet")
DEVICE_SHARES: Final = (0.66, 0.28, 0.06)
BATCH: Final = 500  # calls in one request

Numbers = npt.NDArray[np.int64]


def browsing(seed: int, label: str, people: pl.DataFrame, start: date, days: int) -> pl.DataFrame:
    """Visits without an order over `days` from `start`: columns as `at_moments` gives them."""
    draw = rng.stream(seed, "browsing", label)
    visits = draw.poisson(people["activity"].to_numpy() * 2.2 * days / 90)
    rows = np.repeat(np.arange(people.height), visits)
    return at_moments(seed, f"browsing {label}", people, rows, start, days, ordered=False)


def ordering(seed: int, label: str, people: pl.DataFrame, start: date, days: int) -> pl.DataFrame:
    """Visits with an order at each person's own weekly rate."""
    draw = rng.stream(seed, "ordering", label)
    orders = draw.poisson(people["weekly_rate"].to_numpy() * days / 7)
    rows = np.repeat(np.arange(people.height), orders)
    return at_moments(seed, f"ordering {label}", people, rows, start, days, ordered=True)


def at_moments(
    seed: int,
    label: str,
    people: pl.DataFrame,
    rows: Numbers,
    start: date,
    days: int,
    *,
    ordered: bool,
) -> pl.DataFrame:
    """A visit for each of `rows` (row numbers of `people`) at an hour that suits the person.

    Columns: visit (a name of its own), row, ts (naive UTC), category, ordered.
    """
    draw = rng.stream(seed, "moments", label)
    size = len(rows)
    chosen = people[rows]
    hour = np.clip(chosen["hour"].to_numpy() + np.round(draw.normal(0, 2.0, size)), 0, 23)
    seconds = hour.astype(np.int64) * 3600 + draw.integers(0, 3600, size)
    local = np.datetime64(start, "us") + (
        draw.integers(0, days, size) * 86_400_000_000 + seconds * 1_000_000
    ).astype("timedelta64[us]")
    own = draw.random(size) < 0.7
    category = np.where(own, chosen["passion"].to_numpy(), draw.choice(PASSIONS, size))
    frame = pl.DataFrame(
        {
            "visit": pl.Series([f"{label} {n}" for n in range(size)], dtype=pl.String),
            "row": rows,
            "local": pl.Series(local),
            "zone": chosen["timezone"],
            "category": pl.Series(category.tolist(), dtype=pl.String),
            "ordered": np.full(size, ordered),
        }
    )
    return _to_utc(frame)


def _to_utc(frame: pl.DataFrame) -> pl.DataFrame:
    """Local wall times to UTC, zone by zone; there are four of them."""
    parts = [
        part.with_columns(
            pl.col("local")
            .dt.offset_by("0s")
            .dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            .dt.convert_time_zone("UTC")
            .dt.replace_time_zone(None)
            .alias("ts")
        )
        for (zone,), part in frame.partition_by("zone", as_dict=True).items()
    ]
    if not parts:
        return frame.rename({"local": "ts"}).drop("zone")
    return pl.concat(parts).drop_nulls("ts").drop("local", "zone").sort("ts", "visit")


def visit_calls(
    seed: int, label: str, visits: pl.DataFrame, people: pl.DataFrame, goods: pl.DataFrame
) -> pl.DataFrame:
    """The Segment calls of these visits: columns ts (naive UTC) and call (JSON), in time order."""
    draw = rng.stream(seed, "calls", label)
    size = visits.height
    frame = visits.with_columns(
        people["external_id"].gather(visits["row"]).alias("userId"),
        people["city"].gather(visits["row"]).alias("region"),
        pl.Series("source", draw.choice(SOURCES, size, p=SOURCE_SHARES)),
        pl.Series("device", draw.choice(DEVICES, size, p=DEVICE_SHARES)),
        pl.Series("product", _products(draw, visits["category"], goods)),
        pl.Series("quantity", draw.integers(1, 4, size)),
        pl.Series("dwell_s", draw.lognormal(3.4, 0.9, size).round(1)),
        pl.Series("reviews", draw.poisson(0.5, size)),
        pl.Series("added", visits["ordered"].to_numpy() | (draw.random(size) < 0.28)),
        pl.Series("looked", draw.random(size) < 0.85),
    )
    goods = goods.select(
        pl.col("id").alias("product"),
        pl.col("title").alias("name"),
        pl.col("price").cast(pl.Float64),
        "currency",
    )
    frame = frame.join(goods, on="product", how="left", maintain_order="left")
    left = (
        pl.when("ordered")
        .then(pl.lit("thank-you"))
        .when("added")
        .then(pl.lit("cart"))
        .when("looked")
        .then(pl.lit("product"))
        .otherwise(pl.lit("category"))
    )
    frame = frame.with_columns(left.alias("left_at"), revenue=pl.col("price") * pl.col("quantity"))
    every = pl.lit(value=True)
    item = [pl.col("product").alias("product_id")]
    item += [pl.col(n) for n in ("name", "category", "price", "currency")]
    dwell, quantity = pl.col("dwell_s"), pl.col("quantity")
    path = pl.concat_str(pl.lit("/c/"), "category").alias("path")
    looked, added = pl.col("looked") | pl.col("added"), pl.col("added")
    calls = [
        _calls(frame, "page", "Category", every, 0, [path, pl.col("category")]),
        _calls(frame, "track", "Product Viewed", looked, 20, [*item, dwell]),
        _calls(
            frame,
            "track",
            "Reviews Read",
            looked & (pl.col("reviews") > 0),
            45,
            [item[0], pl.col("category"), pl.col("reviews")],
        ),
        _calls(frame, "track", "Product Added", added, 90, [*item, quantity]),
        _calls(
            frame,
            "track",
            "Order Completed",
            pl.col("ordered"),
            240,
            [pl.col("visit").alias("order_id"), *item, quantity, pl.col("revenue")],
        ),
        _calls(frame, "track", "Visit Left", every, 300, [pl.col("left_at").alias("page"), dwell]),
    ]
    return pl.concat(calls).sort("ts", "call")


def _products(draw: rng.Rng, category: pl.Series, goods: pl.DataFrame) -> list[str]:
    """One product of its category for each visit; a few are everybody's favourites."""
    chosen = np.empty(len(category), dtype=object)
    names = category.to_numpy()
    for passion in PASSIONS:
        ids = goods.filter(pl.col("category") == passion)["id"].to_numpy()
        weights = 1.0 / (1.0 + np.arange(len(ids)))
        mask = names == passion
        chosen[mask] = draw.choice(ids, int(mask.sum()), p=weights / weights.sum())
    return list(chosen)


def _calls(
    frame: pl.DataFrame,
    kind: str,
    name: str,
    happens: pl.Expr,
    after_s: int,
    properties: list[pl.Expr],
) -> pl.DataFrame:
    """The calls of one kind: `after_s` seconds into those visits where it happens."""
    named = "event" if kind == "track" else "name"
    at = (pl.col("ts") + timedelta(seconds=after_s)).alias("ts")
    return frame.filter(happens).select(
        at,
        pl.struct(
            pl.lit(kind).alias("type"),
            pl.lit(name).alias(named),
            pl.concat_str("visit", pl.lit(f" {name}")).alias("messageId"),
            "userId",
            at.dt.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").alias("timestamp"),
            pl.struct(properties).alias("properties"),
            pl.struct(
                pl.struct(pl.col("source")).alias("campaign"),
                pl.struct(pl.col("device").alias("type")).alias("device"),
                pl.struct("region").alias("location"),
                pl.struct(pl.col("visit").alias("id")).alias("session"),
            ).alias("context"),
        )
        .struct.json_encode()
        .alias("call"),
    )


def requests(calls: pl.DataFrame) -> list[tuple[datetime, bytes]]:
    """The calls as bodies of `/v1/batch`, each with the naive UTC moment of its last call."""
    bodies = []
    for part in calls.iter_slices(BATCH):
        sent = part["ts"][-1]
        stamp = sent.isoformat(timespec="milliseconds") + "Z"
        body = f'{{"batch":[{",".join(part["call"])}],"sentAt":"{stamp}"}}'
        bodies.append((sent, body.encode()))
    return bodies
