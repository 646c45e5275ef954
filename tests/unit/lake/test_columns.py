from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from maracuja.lake.columns import fit, json_text, literal, quote
from maracuja.model import TraitType


@pytest.mark.parametrize(
    ("kind", "values", "fitted"),
    [
        (TraitType.TEXT, ["a", None, 5, True], ["a", None, None, None]),
        (TraitType.NUMBER, [1, 2.5, "3.25", None], [1.0, 2.5, 3.25, None]),
        (TraitType.NUMBER, ["1e3", "nan", " 1", True], [None] * 4),
        (TraitType.NUMBER, [2**53, 2**53 + 1], [2.0**53, None]),
        (TraitType.BOOLEAN, [True, "true", 1, False], [True, None, None, False]),
        (TraitType.DATE, ["1990-05-01", "1990-02-30", "19900501"], [date(1990, 5, 1), None, None]),
        (
            TraitType.TIME,
            ["2026-03-20T10:00:00+03:00", "2026-03-20T10:00:00.5Z", "soon"],
            [datetime(2026, 3, 20, 7), datetime(2026, 3, 20, 10, 0, 0, 500_000), None],
        ),
        (TraitType.LIST, [["a", 1], "x"], ['["a",1]', None]),
        (TraitType.OBJECT, [{"a": 1}, []], ['{"a":1}', None]),
    ],
)
def test_what_fits_a_column(kind: TraitType, values: list[Any], fitted: list[Any]) -> None:
    column, unfit = fit(values, kind)
    assert column.to_list() == fitted
    assert unfit == [i for i, got in enumerate(fitted) if got is None and values[i] is not None]


def test_profiles_keep_lists_as_lists_of_texts() -> None:
    column, unfit = fit([["a", "b"], ["a", 1], []], TraitType.LIST, lists=True)
    assert column.to_list() == [["a", "b"], None, []]
    assert unfit == [1]


def test_names_and_texts_are_quoted_for_sql() -> None:
    assert quote('a"b.c') == '"a""b.c"'
    assert literal("it's") == "'it''s'"
    assert json_text({"b": [1, "я"]}) == '{"b":[1,"я"]}'
