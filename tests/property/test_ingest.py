"""Whatever is sent: ingest never raises, never loses count, and never lets time run ahead."""

from typing import Any

import msgspec
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from maracuja.errors import BadInput
from maracuja.ingest.addresses import email, phone
from maracuja.ingest.calls import CALLS, Request, check_request
from maracuja.ingest.checks import Rules
from maracuja.ingest.columns import (
    TYPES,
    choose_types,
    flatten,
    make_columns,
    rest_column,
)
from maracuja.ingest.decode import Decoded, decode
from maracuja.ingest.deliveries import read_deliveries
from maracuja.ingest.identity import Mention, claim, judge
from maracuja.ingest.times import EARLIEST_US, parse_time, parse_times
from maracuja.model import TraitType

RULES = Rules(country="UA", proves=lambda key, user, proof: False)
RECEIVED_US = 1_795_262_400_000_000

names = st.text(max_size=12)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    names,
    st.sampled_from(["2026-01-31", "2026-01-31T10:00:00Z", "a@b.co", "067 123 45 67", "12.5"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(names, values, max_size=4)
fields = {
    "type": st.sampled_from(
        ["track", "identify", "page", "screen", "group", "alias", "dance", None, 3]
    ),
    "userId": scalars,
    "anonymousId": scalars,
    "previousId": scalars,
    "groupId": scalars,
    "messageId": scalars,
    "event": st.one_of(scalars, st.just("Subscription Updated")),
    "name": scalars,
    "timestamp": scalars,
    "sentAt": scalars,
    "properties": st.one_of(objects, scalars),
    "traits": st.one_of(
        objects, st.fixed_dictionaries({}, optional={"email": scalars, "phone": scalars})
    ),
    "context": st.one_of(
        objects,
        scalars,
        st.fixed_dictionaries(
            {}, optional={"traits": objects, "locale": scalars, "timezone": scalars}
        ),
    ),
}
events = st.one_of(st.fixed_dictionaries({}, optional=fields), values)


def request(call: str, body: bytes, kind: str = "server") -> Request:
    return Request(1, RECEIVED_US, call, kind, b'{"ip":"10.0.0.1"}', body)


def accounted(decoded: Decoded) -> None:
    whole = [refusal for refusal in decoded.refused if refusal.whole]
    assert decoded.frame.height + len(whole) == decoded.sent
    height = decoded.frame.height
    assert height == len(decoded.properties) == len(decoded.traits) == len(decoded.places)
    ts = decoded.frame["ts_us"]
    assert ts.null_count() == 0
    assert ((ts >= EARLIEST_US) & (ts <= decoded.frame["received_us"])).all()
    assert all(refusal.reason and refusal.place for refusal in decoded.refused)


@given(call=st.sampled_from(sorted(CALLS)), body=st.binary(max_size=200))
def test_any_bytes(call: str, body: bytes) -> None:
    decoded = decode([request(call, body)], RULES)
    accounted(decoded)
    read_deliveries([request("delivery", body)])
    try:
        check_request(call, body)
    except BadInput as refused:
        assert str(refused)


@settings(deadline=None)
@given(
    batch=st.lists(events, max_size=6),
    sent_at=scalars,
    kind=st.sampled_from(["server", "browser"]),
)
def test_any_batch(batch: list[Any], sent_at: Any, kind: str) -> None:
    body = msgspec.json.encode({"batch": batch, "sentAt": sent_at})
    decoded = decode([request("batch", body, kind)], RULES)
    accounted(decoded)
    for refusal in decoded.refused:
        again = decode([request(refusal.call, refusal.body, kind)], RULES)
        accounted(again)
        assert [one.code for one in again.refused] == [refusal.code]


@settings(deadline=None)
@given(payloads=st.lists(st.none() | objects, min_size=1, max_size=5))
def test_no_value_is_lost(payloads: list[dict[str, Any] | None]) -> None:
    found = flatten(payloads, "properties.")
    types = choose_types(found, {})
    rest: dict[int, dict[str, Any]] = {}
    columns = make_columns(found, types, len(payloads), rest)
    frame = pl.DataFrame([*columns, rest_column(rest, len(payloads))])
    assert len({name.lower() for name in frame.columns}) == frame.width
    cells = sum(column.len() - column.null_count() for column in columns)
    beside = sum(len(msgspec.json.decode(text)) for text in frame["rest"].drop_nulls())
    assert cells + beside == sum(len(sparse.rows) for sparse in found.values())
    for column in columns:
        assert column.dtype == TYPES[types[column.name]]


@given(texts=st.lists(st.one_of(st.text(max_size=30), st.datetimes().map(str)), min_size=1))
def test_times_agree_with_the_standard_library(texts: list[str]) -> None:
    found = parse_times(pl.Series(texts, dtype=pl.String)).to_list()
    for text, us in zip(texts, found, strict=True):
        alone = parse_time(text)
        assert alone is None or us == alone


@given(text=st.text(max_size=40), country=st.sampled_from(["UA", "RU", "MN", "US", "GB", "XX"]))
def test_addresses_are_stable(text: str, country: str) -> None:
    for read in (email, lambda value: phone(value, country)):
        once = read(text)
        assert once is None or read(once) == once


ids = st.none() | st.sampled_from("abc")
mentions = st.builds(
    Mention,
    external_id=st.sampled_from("xyz"),
    anonymous_id=ids,
    previous_id=ids,
    email=ids,
    phone=st.none(),
    trusted=st.booleans(),
    sets=st.sampled_from(["", "traits", "consent"]),
)


@given(named=st.lists(mentions, max_size=12))
def test_claims_cover_what_is_not_refused(named: list[Mention]) -> None:
    refused = judge(named, {("external_id", "x"): 1})
    assert all(not named[index].trusted for index in refused)
    claimed = claim(named, refused, {"a"})
    assert [row == -1 for row in claimed.of] == [i in refused for i in range(len(named))]
    stated = set(zip(claimed.row, claimed.kind, claimed.value, strict=True))
    for mention, row in zip(named, claimed.of, strict=True):
        if row >= 0:
            assert {(row, *identity) for identity in mention.identities()} <= stated


def test_every_type_has_a_column() -> None:
    assert set(TYPES) == set(TraitType)
