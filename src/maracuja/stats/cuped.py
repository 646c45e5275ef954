"""CUPED: what people did before the draw takes a part of the noise out of what they did after.

It never moves the effect, whose traces are taken out before anything is learnt: it narrows only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from maracuja.errors import BadInput
from maracuja.model import Record
from maracuja.stats.breakdown import named
from maracuja.stats.moments import Array, SufficientStatistics

FOLDS: Final = 5
PEOPLE_PER_COLUMN_MIN: Final = 20
_RELATIVE_ZERO: Final = 1e-9


Codes = npt.NDArray[np.int64]


class Adjusted(Record, frozen=True):
    """The statistics of each arm with the noise taken out, for any interval of intervals.py.

    `explained` is the share of the variance within arms that went, measured on people by whom the
    adjustment was not made: intervals are narrower by the root of 1 - explained. Where nothing is
    explained it is 0 and the arms are as they were. `nonzero` counts people as before.
    """

    arms: dict[str, SufficientStatistics]
    explained: float


def adjusted(people: pl.DataFrame, measure: str, before: Sequence[str], *, arm: str) -> Adjusted:
    """Adjust `measure` by the columns `before`, known before the draw; one row per person.

    Columns: `pid` (integer), `arm` (text or flag), `measure` (number or flag), and those of
    `before`: numbers, flags, or texts (one flag for each of the most frequent values). Nulls of
    `before` get the mean and a flag of their own. BadInput where a column is missing or `measure`,
    `arm` or `pid` has nulls. Source: Deng et al. 2013; theta pooled over arms, cross-fitted by the
    pid's remainder.
    """
    _check(people, ["pid", arm, measure], before)
    names, arms = _coded(people[arm])
    outcome = _numbers(people[measure])
    raw = _statistics(outcome, outcome, arms, names)
    known = _matrix(people, before)
    if (
        len(people) < PEOPLE_PER_COLUMN_MIN * known.shape[1] * FOLDS // (FOLDS - 1)
        or not known.size
    ):
        return Adjusted(arms=raw, explained=0.0)
    folds = (people["pid"].cast(pl.Int64) % FOLDS).to_numpy()
    gone = _predicted(_within(known, arms), _within(outcome[:, None], arms)[:, 0], known, folds)
    spread = _within(outcome[:, None], arms)
    left = _within((outcome - gone)[:, None], arms)
    whole = float(np.sum(spread * spread))
    explained = 1 - float(np.sum(left * left)) / whole if whole > 0 else 0.0
    if explained <= 0:
        return Adjusted(arms=raw, explained=0.0)
    return Adjusted(arms=_statistics(outcome - gone, outcome, arms, names), explained=explained)


def _predicted(known_within: Array, outcome_within: Array, known: Array, folds: Codes) -> Array:
    """What the columns say about each person, by theta of the other folds; mean zero, shape (n,).

    Theta is a least-squares slope within arms, so that an effect of the message is no part of it.
    """
    squares, products = [], []
    for fold in range(FOLDS):
        rows = folds == fold
        squares.append(known_within[rows].T @ known_within[rows])
        products.append(known_within[rows].T @ outcome_within[rows])
    centred = known - known.mean(axis=0)
    said = np.zeros(len(known))
    for fold in range(FOLDS):
        theta, *_ = np.linalg.lstsq(
            sum(squares) - squares[fold], sum(products) - products[fold], rcond=_RELATIVE_ZERO
        )
        rows = folds == fold
        said[rows] = centred[rows] @ theta
    return said


def _matrix(people: pl.DataFrame, before: Sequence[str]) -> Array:
    """The columns as numbers of deviation one, constant ones left out; shape (n, columns)."""
    columns: list[Array] = []
    for name in before:
        values = people[name]
        if values.dtype.is_numeric() or values.dtype == pl.Boolean:
            numbers = values.cast(pl.Float64).fill_nan(None)
            columns.append(_numbers(numbers.fill_null(strategy="mean").fill_null(0.0)))
            columns.append(_numbers(numbers.is_null()))
        else:
            texts = named(values)
            columns += [_numbers(texts == value) for value in texts.unique().sort()[1:]]
    deviations = [float(column.std()) for column in columns]
    kept = [
        column / deviation
        for column, deviation in zip(columns, deviations, strict=True)
        if deviation > _RELATIVE_ZERO
    ]
    return np.column_stack(kept) if kept else np.zeros((len(people), 0))


def _within(values: Array, arms: Codes) -> Array:
    """Each column less its mean in the person's arm; shape of `values`."""
    sizes = np.bincount(arms)
    means = np.column_stack([np.bincount(arms, weights=column) / sizes for column in values.T])
    apart: Array = values - means[arms]
    return apart


def _statistics(
    values: Array, outcome: Array, arms: Codes, names: Sequence[str]
) -> dict[str, SufficientStatistics]:
    return {
        name: SufficientStatistics(
            n=int(rows.sum()),
            sum=float(values[rows].sum()),
            sum_squares=float(np.sum(values[rows] ** 2)),
            nonzero=int(np.count_nonzero(outcome[rows])),
        )
        for code, name in enumerate(names)
        for rows in [arms == code]
    }


def _coded(arm: pl.Series) -> tuple[list[str], Codes]:
    """The names of the arms in order, and each person's as a number; shape (n,)."""
    texts = arm.cast(pl.String)
    names: list[str] = texts.unique().sort().to_list()
    numbers: Mapping[str, int] = {name: code for code, name in enumerate(names)}
    return names, texts.replace_strict(numbers, return_dtype=pl.Int64).to_numpy()


def _numbers(values: pl.Series) -> Array:
    return values.cast(pl.Float64).to_numpy().astype(np.float64)


def _check(people: pl.DataFrame, full: Sequence[str], before: Sequence[str]) -> None:
    missing = [name for name in (*full, *before) if name not in people.columns]
    if missing:
        raise BadInput(
            f"there is no column {', '.join(missing)}",
            where="cuped",
            fix="Give pid, arm, the measure, and what was known before the draw.",
        )
    for name in full:
        if nulls := people[name].null_count():
            raise BadInput(
                f"{nulls} rows have no {name}", where=f"cuped.{name}", fix="Fill every row."
            )
