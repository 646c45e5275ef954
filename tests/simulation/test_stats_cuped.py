"""CUPED moves no effect and narrows as much as it says: test 4 of the validation protocol."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from maracuja.rng import stream
from maracuja.stats.cuped import adjusted
from maracuja.stats.intervals import difference
from maracuja.stats.moments import by_group


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_nothing_is_found_where_nothing_is_and_variance_falls_as_promised(share: float) -> None:
    chance, runs, n = stream(31, "cuped", share), 2_000, 1_500
    estimates, variances, found = np.empty((2, runs)), np.empty((2, runs)), 0
    for run in range(runs):
        known = chance.normal(0, 1, n)
        frame = pl.DataFrame(
            {
                "pid": np.arange(n),
                "treated": chance.random(n) < 0.5,
                "spend": share**0.5 * known + (1 - share) ** 0.5 * chance.normal(0, 1, n),
                "known": known,
            }
        )
        plain = by_group(frame, ["treated"], ["spend"])
        arms = adjusted(frame, "spend", ["known"], arm="treated").arms
        for row, (one, other) in enumerate(
            ((plain[(True,)]["spend"], plain[(False,)]["spend"]), (arms["true"], arms["false"]))
        ):
            estimates[row, run] = one.mean - other.mean
            variances[row, run] = one.variance / one.n + other.variance / other.n
        found += difference(arms["true"], arms["false"]).sign != 0
    assert found / runs == pytest.approx(0.05, abs=2 * (0.05 * 0.95 / runs) ** 0.5)
    error = estimates[1].std() / runs**0.5
    assert abs(estimates[1].mean()) < 3 * error
    assert variances[1].mean() / variances[0].mean() == pytest.approx(1 - share, abs=0.02)
    # The promised variance is that of the estimates, give or take what 2,000 runs can tell.
    assert estimates[1].var() / variances[1].mean() == pytest.approx(1, abs=0.1)
