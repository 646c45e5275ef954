from __future__ import annotations

from typing import Any

import pytest

from maracuja.errors import SegmentError
from maracuja.model import TraitType
from maracuja.segments.check import Known, check, decode, decode_measure, order
from maracuja.segments.definition import FIELDS, WORDS, Did, Segment, Sum, schema


def segment(*where: dict[str, Any], id: str = "a") -> Segment:
    return decode({"kind": "segment", "id": id, "where": list(where)})


@pytest.mark.parametrize(
    ("condition", "path", "words", "fix"),
    [
        ({"tarit": "city"}, "where[0]", "what this condition is about", "trait"),
        ({"trait": "city", "iz": "x"}, "where[0]", "unknown field 'iz'", "'is'"),
        ({"trait": "city", "above": "3"}, "where[0].above", "Expected", ""),
        ({"trait": "a", "did": "b"}, "where[0]", "both", "two conditions"),
        ({"trait": "a", "in_last": "soon"}, "where[0].in_last", "not a span", "30 days"),
        ({"trait": "a", "before": "May"}, "where[0].before", "not a date", "2026-05-31"),
        ({"trait": "a", "is": "x", "above": 3}, "where[0].is", "cannot be compared", ""),
        ({"did_not": "A", "at_least": 1}, "where[0]", "no comparison", "at_most"),
        ({"did": "A", "contains": "x"}, "where[0].contains", "does not suit", "text"),
        ({"did": []}, "where[0].did", "No name", "event"),
        ({"did": "A", "within": "9 fortnights"}, "where[0].within", "not a span", ""),
        ({"sum": "A"}, "where[0]", "of", ""),
        ({"sequence": [{"did": "A"}]}, "where[0].sequence", "2 to 8", "did"),
        ({"sequence": [{"did_not": "A"}, {"did": "B"}]}, "where[0].sequence[0]", "first", ""),
        (
            {"sequence": [{"did": "A"}, {"did_not": "B"}]},
            "where[0].sequence[1]",
            "how long",
            "within",
        ),
        (
            {"sequence": [{"did": "A"}, {"did": "B", "within": "1 month"}]},
            "where[0].sequence[1].within",
            "months",
            "days",
        ),
        ({"share": 0, "salt": "x"}, "where[0]", "percentage", "10"),
        ({"any": []}, "where[0].any", "no conditions", "list"),
        ({"none": [{"all": [{"trait": ""}]}]}, "where[0].none[0].all[0].trait", "name", ""),
    ],
)
def test_a_fault_says_what_where_and_what_to_do(
    condition: dict[str, Any], path: str, words: str, fix: str
) -> None:
    with pytest.raises(SegmentError) as fault:
        segment(condition)
    assert words in fault.value.message
    assert fault.value.where == path
    assert fix in fault.value.fix


def test_a_single_condition_needs_no_list_and_the_tag_may_be_written() -> None:
    short = decode({"id": "a", "where": {"did": "A", "at_least": 2}})
    long = decode({"id": "a", "where": [{"if": "did", "did": "A", "at_least": 2}]})
    assert short == long


KNOWN = Known(
    traits={"city": TraitType.TEXT, "age": TraitType.NUMBER},
    events=("Product Viewed", "Order Completed"),
    properties={"properties.category": TraitType.TEXT, "properties.revenue": TraitType.NUMBER},
    campaigns=("spring",),
    topics=("news",),
    channels=("email",),
    segments={},
)


@pytest.mark.parametrize(
    ("condition", "message", "fix"),
    [
        ({"trait": "citty", "is": "x"}, "There is no trait 'citty'.", "'city'"),
        ({"did": "product viewed"}, "There is no event 'product viewed'.", "'Product Viewed'"),
        ({"read": "sprung"}, "There is no campaign 'sprung'.", "'spring'"),
        ({"consent": "news", "channel": "sms"}, "There is no channel 'sms'.", "email"),
        ({"reachable": "e-mail"}, "There is no channel 'e-mail'.", "'email'"),
        ({"segment": "vip"}, "There is no segment 'vip'.", "none yet"),
        ({"trait": "age", "is": "x"}, "'x' cannot be compared with a number.", "as a number"),
        ({"sum": "Order Completed", "of": "category"}, "'sum' needs numbers", "with numbers"),
        (
            {"did": "Product Viewed", "where": [{"property": "categry", "is": "x"}]},
            "There is no property 'properties.categry'.",
            "'properties.category'",
        ),
        (
            {"did": "Product Viewed", "where": [{"property": "revenue", "starts": "x"}]},
            "'starts' does not suit a number.",
            "text",
        ),
    ],
)
def test_unknown_names_and_kinds_are_found(
    condition: dict[str, Any], message: str, fix: str
) -> None:
    faults = check(segment(condition), KNOWN)
    assert [f for f in faults if message in f.message and fix in f.fix], faults


def test_a_right_segment_has_no_faults() -> None:
    right = segment(
        {"trait": "age", "at_least": 18},
        {"sum": "Order Completed", "of": "revenue", "above": 100, "within": "90 days"},
        {"none": [{"clicked": "any", "channel": "email"}]},
    )
    assert check(right, KNOWN) == []


def test_segments_in_a_circle_are_refused_with_the_path() -> None:
    a = segment({"segment": "b"}, id="a")
    b = segment({"any": [{"trait": "x"}, {"segment": "c"}]}, id="b")
    c = segment({"segment": "a"}, id="c")
    with pytest.raises(SegmentError, match="a -> b -> c -> a"):
        order(["a"], {"a": a, "b": b, "c": c})
    assert any("circle" in f.message for f in check(a, Known(segments={"b": b, "c": c})))


def test_mentioned_segments_come_first_and_once() -> None:
    leaf = segment({"trait": "x"}, id="leaf")
    left = segment({"segment": "leaf"}, id="left")
    right = segment({"segment": "leaf"}, {"segment": "left"}, id="right")
    found = order(["right", "left"], {"leaf": leaf, "left": left, "right": right})
    assert found == ["leaf", "left", "right"]


def test_a_fact_for_a_template_is_a_measure_without_comparison() -> None:
    assert isinstance(decode_measure({"did": "A"}), Did)
    assert isinstance(decode_measure({"sum": "A", "of": "price"}), Sum)
    for wrong in ({"did": "A", "at_least": 2}, {"trait": "city"}, {"did_not": "A"}):
        with pytest.raises(SegmentError):
            decode_measure(wrong)


def test_the_json_schema_names_every_field_and_leaves_the_tag_free() -> None:
    found = schema()
    text = str(found)
    assert all(f"'{name}'" in text for name in (*FIELDS, *WORDS))
    assert "if" not in found["$defs"]["Did"]["required"]
    assert "did" in found["$defs"]["Did"]["required"]
