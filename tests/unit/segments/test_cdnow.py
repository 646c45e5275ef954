from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from examples.cdnow import counts, purchases


@pytest.mark.data
def test_recency_frequency_and_value_on_real_purchases(evaluation_data: Path) -> None:
    folder = evaluation_data / "cdnow"
    rows = purchases(folder)
    assert rows.height == 69_659
    people = rows.group_by("pid").agg(
        last=pl.col("ts").max(),
        first=pl.col("ts").min(),
        orders=pl.len(),
        value=(pl.col("properties.revenue") * 100).round().cast(pl.Int64).sum(),
        lately=(pl.col("ts") > datetime(2022, 1, 2)).sum(),
        average=pl.col("properties.revenue").mean(),
    )
    champions = (
        (pl.col("last") > datetime(2022, 4, 2))
        & (pl.col("orders") >= 5)
        & (pl.col("value") >= 20_000)
    )
    asleep = (pl.col("last") <= datetime(2022, 1, 2)) & (pl.col("value") >= 20_000)
    expected = people.select(
        champions.sum().alias("champions"),
        ((pl.col("orders") == 1) & (pl.col("first") > datetime(2021, 1, 1))).sum().alias("new"),
        asleep.sum().alias("valuable but asleep"),
        ((pl.col("lately") >= 2) & (pl.col("average") > 30)).sum().alias("growing"),
        (champions | asleep).sum().alias("worth a letter"),
    ).to_dicts()[0]
    assert counts(folder) == expected
    assert expected["champions"] > 300
