"""Whatever is written as a segment, it is read, said and compiled, or refused by SegmentError."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from maracuja.errors import SegmentError
from maracuja.segments.check import Known as Names
from maracuja.segments.check import check, decode, decode_conditions
from maracuja.segments.comparing import When
from maracuja.segments.definition import FIELDS, WORDS, Segment
from maracuja.segments.facts import Fact
from maracuja.segments.predicate import needs
from maracuja.segments.queries import count_sql, fact_sql, step_sql
from maracuja.segments.rows import Lake
from maracuja.segments.words import LANGUAGES, say

WHEN = When(datetime(2026, 6, 1, tzinfo=UTC), "Europe/Kyiv")
COLUMNS = {"rest": "VARCHAR", "properties.amount": "DOUBLE", "properties.day": "DATE"}

words = st.sampled_from([*WORDS, *FIELDS, "if", "kind"])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.dates(),
    st.datetimes(),
    st.sampled_from(["30 days", "2026-05-01", "0001-01-01", "9999-12-31", "amount", "day", "any"]),
    words,
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(words, st.text(max_size=5), st.integers()), inner, max_size=5),
    ),
    max_leaves=12,
)
conditions = st.recursive(
    st.dictionaries(words, scalars, max_size=4),
    lambda inner: st.dictionaries(
        words, st.one_of(scalars, st.lists(inner, max_size=3)), max_size=4
    ),
    max_leaves=8,
)


def queries(wanted: Fact, lake: Lake) -> list[str]:
    if wanted.kind == "sequence":
        return [step_sql(wanted, n, lake, WHEN) for n in range(len(wanted.steps))]
    return [(count_sql if wanted.kind == "count" else fact_sql)(wanted, lake, WHEN)]


def use(raw: object) -> Segment:
    """All that is done with a segment before there are people."""
    segment = decode(raw)
    for language in LANGUAGES:
        assert say(segment.where, language)
    check(segment, Names(traits={}, events=(), properties={}, segments={}))
    for wanted in needs(segment.where).facts:
        with contextlib.suppress(SegmentError):
            assert all(sql.startswith("SELECT") for sql in queries(wanted, Lake(COLUMNS)))
    return segment


@settings(max_examples=300, deadline=None)
@given(raw=st.one_of(values, st.fixed_dictionaries({"id": st.just("a"), "where": values})))
def test_anything_is_read_or_refused(raw: Any) -> None:
    with contextlib.suppress(SegmentError):
        use(raw)


@settings(max_examples=500, deadline=None)
@given(where=st.lists(conditions, max_size=3))
def test_anything_like_a_condition_is_read_or_refused(where: Any) -> None:
    with contextlib.suppress(SegmentError):
        segment = use({"id": "a", "where": where})
        assert decode(msgspec.to_builtins(segment)) == segment


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="{}[]:,-&*!|>'\"#%@ \nabdidtrait0123456789.", max_size=60))
def test_any_text_that_is_yaml_is_read_or_refused(text: str) -> None:
    try:
        raw = yaml.safe_load(f"id: a\nwhere: {text}")
    except (yaml.YAMLError, ValueError):
        return
    with contextlib.suppress(SegmentError):
        use(raw)


def test_a_list_inside_itself_is_refused() -> None:
    raw: list[Any] = [{"any": []}]
    raw[0]["any"] = raw
    with pytest.raises(SegmentError, match="nested deeper"):
        decode_conditions(raw)
