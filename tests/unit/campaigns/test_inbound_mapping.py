"""What CRMs tell in words of their own becomes calls, and what cannot be read is said."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.campaigns.decoding import decode, decode_text, to_yaml
from maracuja.campaigns.inbound import Inbound
from maracuja.campaigns.inbound_mapping import FORM, lookup, read, read_payload
from maracuja.errors import BadInput, DefinitionError

DEAL = {
    "type": "deal.won",
    "at": 1_700_000_000,
    "deal": {"id": 77, "price": "1 200,50", "paid": "да", "tags": ["a", "b"]},
    "contact": {"id": 9.0, "email": "maria@shop.example"},
}


def hook(*calls: dict[str, Any], **more: Any) -> Inbound:
    found = decode({"kind": "inbound", "id": "crm", "calls": list(calls), **more})
    assert isinstance(found, Inbound)
    return found


def track(**more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Deal Won", "user_id": "$.contact.id", **more}


def only(found: Any) -> dict[str, Any]:
    assert found.faults == []
    (call,) = found.calls
    return dict(call)


def test_paths_are_looked_up_and_all_else_stands_for_itself() -> None:
    call = only(
        read(
            hook(
                track(
                    timestamp={"path": "$.at", "read_as": "seconds"},
                    message_id="$.deal.id",
                    properties={
                        "revenue": {"path": "$.deal.price", "read_as": "number"},
                        "paid": {"path": "$.deal.paid", "read_as": "boolean"},
                        "first": "$.deal.tags[0]",
                        "source": "crm",
                        "absent": "$.deal.nowhere.deep",
                        "stage": {"path": "$.type", "words": {"deal.won": "won"}},
                        "else": {"path": "$.none", "default": 3},
                    },
                )
            ),
            DEAL,
        )
    )
    assert call == {
        "type": "track",
        "event": "Deal Won",
        "userId": "9",
        "messageId": "crm:77:0",
        "timestamp": "2023-11-14T22:13:20+00:00",
        "properties": {
            "revenue": 1200.5,
            "paid": True,
            "first": "a",
            "source": "crm",
            "stage": "won",
            "else": 3,
        },
    }


@pytest.mark.parametrize(
    ("text", "number"),
    [("1200.5", 1200.5), ("1 200,50", 1200.5), ("1,200.50", 1200.5), ("1.200,50", 1200.5),
     ("1,234,567", 1234567.0), ("1.234.567,5", 1234567.5), ("-7", -7.0), ("1\u00a0200", 1200.0)],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, number: float) -> None:
    mapped = track(properties={"n": {"path": "$.n", "read_as": "number"}})
    call = only(read(hook(mapped), {"n": text, "contact": {"id": 1}}))
    assert call["properties"]["n"] == number


def test_a_call_is_made_only_when_it_is_meant() -> None:
    won = track(when=[{"path": "$.type", "is_one_of": ["deal.won"]}])
    lost = track(event="Deal Lost", when=[{"path": "$.type", "is_one_of": ["deal.lost"]}])
    known = {"type": "identify", "user_id": "$.contact.id", "when": [{"path": "$.contact.phone"}]}
    assert [one["event"] for one in read(hook(won, lost, known), DEAL).calls] == ["Deal Won"]


def test_items_are_read_one_by_one_and_a_bad_one_spoils_no_other() -> None:
    mapped = track(user_id="$.who", properties={"shop": "$root.shop"})
    sent = {"shop": "Kyiv", "deals": [{"who": 1}, {"nobody": 2}, {"who": 3}]}
    found = read(hook(mapped, each="$.deals"), sent)
    assert [call["userId"] for call in found.calls] == ["1", "3"]
    assert all(call["properties"] == {"shop": "Kyiv"} for call in found.calls)
    assert found.faults == ["item 1: calls[0].user_id: nobody is named: nothing lies at $.who"]


def test_what_is_no_list_is_said() -> None:
    assert read(hook(track(), each="$.deal"), {"deal": 5}).faults == [
        "each: there is no list at $.deal"
    ]


@pytest.mark.parametrize(
    ("mapped", "fault"),
    [
        (track(user_id="$.contact"), "calls[0].user_id: {'id': 9.0"),
        (track(event="$.nothing"), "calls[0].event: nothing lies at $.nothing"),
        (
            track(timestamp={"path": "$.type", "read_as": "seconds"}),
            "calls[0].timestamp: 'deal.won' cannot be read as seconds",
        ),
        (
            track(properties={"n": {"path": "$.type", "read_as": "number"}}),
            "calls[0].properties.n: 'deal.won' cannot be read as number",
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(mapped: dict[str, Any], fault: str) -> None:
    found = read(hook(mapped), DEAL)
    assert found.calls == []
    assert found.faults[0].startswith(fault)


def test_the_same_told_twice_has_the_same_ids() -> None:
    first, again = read(hook(track()), DEAL), read(hook(track()), dict(reversed(DEAL.items())))
    assert [c["messageId"] for c in first.calls] == [c["messageId"] for c in again.calls]
    other = read(hook(track()), {**DEAL, "at": 1})
    assert other.calls[0]["messageId"] != first.calls[0]["messageId"]


def test_a_form_with_brackets_is_read_as_a_tree() -> None:
    sent = urlencode(
        {"leads[add][0][id]": "7", "leads[add][1][id]": "8", "account[name]": "Кошик"}
    )
    found = read_payload(sent.encode(), f"{FORM}; charset=utf-8")
    assert found == {"leads": {"add": [{"id": "7"}, {"id": "8"}]}, "account": {"name": "Кошик"}}


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        read_payload(body, "application/json")


def test_a_form_nested_too_deeply_is_refused() -> None:
    with pytest.raises(BadInput, match="deeply"):
        read_payload(b"a" + b"[b]" * 40 + b"=1", FORM)


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
)  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_whatever_is_sent_is_read_or_said_and_never_crashes(payload: Any) -> None:
    wild = hook(
        track(user_id="$.a", event="$.b", timestamp={"path": "$.c", "read_as": "milliseconds"}),
        {
            "type": "identify",
            "user_id": "$.a",
            "traits": {"x": {"path": "$", "read_as": "number"}},
        },
        each="$",
    )
    found = read(wild, payload)
    assert msgspec.json.encode(found.calls)
    assert len(found.faults) >= (0 if isinstance(payload, list | dict) else 1)


@given(st.binary(max_size=200))
def test_no_body_of_a_form_crashes(body: bytes) -> None:
    try:
        found = read_payload(body, FORM)
    except BadInput:
        return
    assert isinstance(found, dict)


def test_paths_lead_nowhere_without_complaint() -> None:
    assert lookup("$.a[0]['b c'].d", {"a": [{"b c": {"d": 5}}]}) == 5
    assert lookup("$.a[1]", {"a": [1]}) is None
    assert lookup("$.a.b", {"a": "text"}) is None
    assert lookup("$root.x", {}, {"x": 1}) == 1
    assert lookup("$", 7) == 7


def test_a_mapping_is_written_as_it_is_read() -> None:
    found = hook(track(properties={"n": {"path": "$.n", "read_as": "number"}}), example=DEAL)
    assert decode_text(to_yaml(found)) == [found]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"calls": []}, "length"),
        ({"calls": [{"type": "track", "user_id": "1"}]}, "needs an `event`"),
        ({"calls": [{"type": "identify"}]}, "needs `user_id` or `anonymous_id`"),
        ({"calls": [track(properties={"a": {"path": "no path"}})]}, "pattern|match"),
        ({"each": "deals"}, "pattern|match"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        decode({"kind": "inbound", "id": "crm", "calls": [track()], **change})
