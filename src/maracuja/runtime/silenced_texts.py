"""Texts for people who have silenced categories: for them these products are not in the catalogue.

Most have silenced nothing and are rendered together, as without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from maracuja.runtime.silencing import COLUMN, offered
from maracuja.templates.compiled import Rendered

Render = Callable[[pl.DataFrame, pl.DataFrame | None], Rendered]


def in_parts(render: Render, people: pl.DataFrame, products: pl.DataFrame | None) -> Rendered:
    """What `render` makes of these people (n rows), each with the products they may be offered."""
    quiet = COLUMN in people.columns and people[COLUMN].null_count() < people.height
    if products is None or not quiet:
        return render(people, products)
    numbered = people.with_row_index("__row")
    parts: list[tuple[pl.Series, Rendered]] = []
    for (categories,), some in numbered.group_by(COLUMN, maintain_order=True):
        shelf = offered(products, list(categories)) if categories is not None else products
        parts.append((some["__row"], render(some.drop("__row"), shelf)))
    back = pl.concat([rows for rows, _ in parts]).arg_sort()

    def joined(columns: list[pl.Series]) -> pl.Series:
        return pl.concat(columns).gather(back)

    first = parts[0][1]
    unsaid = [one.unsaid for _, one in parts if one.unsaid is not None]
    return replace(
        first,
        slots=pl.concat([one.slots for _, one in parts])[back],
        errors=joined([one.errors for _, one in parts]),
        unsaid=joined(unsaid) if unsaid else None,
    )
