import msgspec
import pytest

from maracuja import rng
from maracuja.errors import BadInput, TooLarge
from maracuja.ingest.calls import EVENT_BYTES_MAX, EVENTS_MAX, Request, check_request
from maracuja.ingest.checks import Rules
from maracuja.ingest.decode import Decoded, decode, message_hashes
from maracuja.ingest.refusals import Code
from maracuja.ingest.times import parse_time
from maracuja.model import micros

RULES = Rules(country="UA", proves=lambda key, user, proof: proof == f"{key}-{user}")
RECEIVED_US = parse_time("2026-11-21T12:00:00Z") or 0


def request(body: object, call: str = "batch", **kwargs: object) -> Request:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    given = {"seq": 7, "received_us": RECEIVED_US, "key_kind": "server", "context": b""} | kwargs
    return Request(call=call, body=raw, **given)  # type: ignore[arg-type]


def one(event: dict[str, object], **batch: object) -> Decoded:
    return decode([request({"batch": [event], **batch})], RULES)


def track(**fields: object) -> dict[str, object]:
    return {"type": "track", "event": "Tasted", "userId": "u1", "messageId": "m1"} | fields


def codes(decoded: Decoded) -> list[Code]:
    return [refusal.code for refusal in decoded.refused]


def test_a_track_call_becomes_a_row() -> None:
    decoded = one(track(anonymousId="a1", properties={"price": 5}))
    row = decoded.frame.row(0, named=True)
    assert (row["kind"], row["event"], row["message_id"]) == ("track", "Tasted", "m1")
    assert (row["external_id"], row["anonymous_id"], row["email"]) == ("u1", "a1", None)
    assert row["ts_us"] == row["received_us"] == RECEIVED_US
    assert row["message_hash"] == rng.make_key("event", "m1")
    assert decoded.properties == [{"price": 5}]
    assert decoded.refused == []


def test_hashes_are_those_of_the_ground() -> None:
    ids = ["", "m1", "прибуття", "x" * 300]
    assert message_hashes(ids) == [rng.make_key("event", i) for i in ids]


def test_names_of_events_without_a_name() -> None:
    kinds = {
        "identify": "Identified",
        "page": "Page Viewed",
        "screen": "Screen Viewed",
        "group": "Grouped",
        "alias": "Aliased",
    }
    events = [
        {"type": kind, "userId": "u", "groupId": "g", "previousId": "p", "messageId": kind}
        for kind in kinds
    ]
    decoded = decode([request({"batch": events})], RULES)
    assert dict(zip(decoded.frame["kind"], decoded.frame["event"], strict=True)) == kinds


def test_a_single_call_takes_its_type_from_the_path() -> None:
    event = {"event": "Tasted", "userId": 17}
    decoded = decode([request(event, call="track")], RULES)
    assert decoded.frame["external_id"].to_list() == ["17"]


def test_a_bad_event_is_put_aside_and_the_rest_taken() -> None:
    events = [track(), {"type": "track", "userId": "u"}, track(messageId="m2"), 17, track(event=3)]
    decoded = decode([request({"batch": events})], RULES)
    assert decoded.frame["message_id"].to_list() == ["m1", "m2"]
    assert codes(decoded) == [Code.NO_EVENT_NAME, Code.MALFORMED, Code.MALFORMED]
    assert [r.place for r in decoded.refused] == [f"request 7, event {n}" for n in (1, 3, 4)]
    assert "$.event" in decoded.refused[2].reason
    assert decoded.sent == 5


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"type": "dance", "userId": "u"}, Code.UNKNOWN_TYPE),
        ({"type": "track", "event": "x"}, Code.NO_IDENTITY),
        ({"type": "track", "event": "x", "userId": "null"}, Code.NO_IDENTITY),
        ({"type": "track", "event": "x", "userId": "a\x00b"}, Code.BAD_IDENTITY),
        ({"type": "track", "event": "x", "userId": "u" * 257}, Code.BAD_IDENTITY),
        ({"type": "track", "event": " ", "userId": "u"}, Code.NO_EVENT_NAME),
        ({"type": "track", "event": "x" * 201, "userId": "u"}, Code.BAD_EVENT_NAME),
        ({"type": "alias", "userId": "u"}, Code.NO_PREVIOUS),
        ({"type": "group", "userId": "u"}, Code.NO_GROUP),
        (track(timestamp="yesterday"), Code.BAD_TIMESTAMP),
        (track(timestamp="1970-01-01T00:00:00Z"), Code.BAD_TIMESTAMP),
        (track(messageId="m" * 257), Code.BAD_MESSAGE_ID),
        (track(properties={"x": "y" * EVENT_BYTES_MAX}), Code.TOO_LARGE),
        (track(context="x"), Code.MALFORMED),
        (track(event="Subscription Updated", properties={"topic": "news"}), Code.BAD_CONSENT),
    ],
)
def test_reasons(event: dict[str, object], code: Code) -> None:
    decoded = one(event)
    assert decoded.frame.height == 0
    assert codes(decoded) == [code]
    assert decoded.refused[0].reason.endswith((".", "UTC with a `Z`."))


def test_a_refused_event_can_be_sent_again() -> None:
    late = "2026-11-21T11:59:00Z"
    refused = one(track(timestamp="nonsense"), sentAt=late).refused[0]
    repaired = refused.body.replace(b"nonsense", b"2026-11-21T11:00:00Z")
    again = decode([request(repaired, call=refused.call)], RULES)
    assert again.refused == []
    assert again.frame["ts_us"].to_list() == [RECEIVED_US - 59 * 60_000_000]


def test_a_refused_single_call_can_be_sent_again() -> None:
    (refused,) = decode([request({"userId": "u"}, call="track")], RULES).refused
    assert codes(decode([request(refused.body, call=refused.call)], RULES)) == [Code.NO_EVENT_NAME]


def test_the_clock_of_the_client_is_corrected() -> None:
    fast = one(track(timestamp="2030-01-01T00:00:00Z"), sentAt="2030-01-01T00:01:00Z")
    assert fast.frame["ts_us"].to_list() == [RECEIVED_US - 60_000_000]
    sent_before_it_happened = one(
        track(timestamp="2026-11-21T11:00:00Z"), sentAt="2026-11-21T10:00:00Z"
    )
    assert sent_before_it_happened.frame["ts_us"].to_list() == [RECEIVED_US]
    without = one(track(timestamp="2026-11-21T13:00:00+02:00"))
    assert without.frame["ts_us"].to_list() == [RECEIVED_US - 3_600_000_000]
    unreadable_sent_at = one(track(timestamp="2026-11-21T11:00:00Z"), sentAt="soon")
    assert unreadable_sent_at.frame["ts_us"].to_list() == [RECEIVED_US - 3_600_000_000]


def test_an_event_without_an_id_gets_one_from_its_content() -> None:
    timed = track(messageId=None, timestamp="2026-11-21T11:00:00Z")
    untimed = track(messageId=None)
    first, second = ({"seq": 1}, {"seq": 2})

    def ids(event: dict[str, object], **at: object) -> list[str]:
        return decode([request({"batch": [event]}, **at)], RULES).frame["message_id"].to_list()

    assert ids(timed, **first) == ids(timed, **second)
    assert ids(untimed, **first) != ids(untimed, **second)
    assert ids(untimed, **first) == ids(untimed, **first)


def test_traits_come_in_our_spelling() -> None:
    sent = {
        "firstName": "Марія",
        "lastName": "К",
        "createdAt": "2026-01-02",
        "email": " Maria@Example.COM",
        "phone": "067 123-45-67",
        "address": {"city": "Львів", "street": "x"},
        "birthday": "1990-05-01T00:00:00Z",
        "loyaltyLevel": 3,
        "plan": None,
    }
    decoded = one({"type": "identify", "userId": "u", "traits": sent})
    assert decoded.traits == [
        {
            "first_name": "Марія",
            "last_name": "К",
            "created_at": "2026-01-02",
            "email": "maria@example.com",
            "phone": "+380671234567",
            "address": {"city": "Львів", "street": "x"},
            "birthday": "1990-05-01",
            "loyaltyLevel": 3,
            "plan": None,
            "city": "Львів",
        }
    ]
    row = decoded.frame.row(0, named=True)
    assert (row["email"], row["phone"]) == ("maria@example.com", "+380671234567")


def test_a_wrong_phone_is_put_aside_alone() -> None:
    event = {
        "type": "identify",
        "userId": "u",
        "messageId": "m9",
        "traits": {"phone": "12", "city": "Київ"},
    }
    decoded = one(event)
    assert decoded.traits == [{"city": "Київ"}]
    (part,) = decoded.refused
    assert (part.code, part.whole) == (Code.BAD_PHONE, False)
    again = decode([request(part.body, call=part.call)], RULES)
    assert again.frame["message_id"].to_list() == ["m9:phone"]
    assert codes(again) == [Code.BAD_PHONE]


def test_context_is_shared_kept_and_tells_of_the_person() -> None:
    context = {
        "locale": "uk_UA",
        "timezone": "Europe/Kyiv",
        "page": {"path": "/fruit"},
        "traits": {"email": "O@Example.com"},
    }
    own = {"locale": "en-GB"}
    decoded = one(track(), context=context)
    both = decode(
        [request({"batch": [track(), track(messageId="m2", context=own)], "context": context})],
        RULES,
    )
    assert decoded.contexts[0].fields == {
        "locale": "uk_UA",
        "timezone": "Europe/Kyiv",
        "page": {"path": "/fruit"},
    }
    assert decoded.contexts[0].observed == {"language": "uk", "timezone": "Europe/Kyiv"}
    assert decoded.frame["email"].to_list() == ["o@example.com"]
    assert [c.observed.get("language") for c in both.contexts] == ["uk", "en"]


def test_what_is_known_of_a_browser_joins_its_context_but_not_a_servers() -> None:
    caller = b'{"ip":"10.0.0.1","userAgent":"UA"}'
    page = one(track(context={"ip": "10.9.9.9"}))
    assert page.contexts[0].fields == {"ip": "10.9.9.9"}
    browser = decode([request({"batch": [track()]}, key_kind="browser", context=caller)], RULES)
    assert browser.contexts[0].fields == {"ip": "10.0.0.1", "userAgent": "UA"}
    server = decode([request({"batch": [track()]}, context=caller)], RULES)
    assert server.contexts[0].fields == {}


def test_a_browser_is_trusted_with_a_signature_only() -> None:
    cases = (("k1-u1", True), ("k2-u1", False), ("", False), ("є", False), (None, False))
    for signature, trusted in cases:
        event = track(context={"signature": signature, "locale": "uk"})
        sent = request({"batch": [event]}, key_kind="browser", context=b'{"key":"k1"}')
        decoded = decode([sent], RULES)
        assert decoded.frame["signed"].to_list() == [trusted]
        assert decoded.contexts[0].fields == {"locale": "uk"}


def test_page_and_group_fields_become_properties() -> None:
    page = one({"type": "page", "userId": "u", "name": "Home", "properties": {"url": "/"}})
    assert page.properties == [{"name": "Home", "url": "/"}]
    group = one({"type": "group", "userId": "u", "groupId": 5, "traits": {"plan": "pro"}})
    assert group.properties == [{"plan": "pro", "group_id": "5"}]


def test_a_request_is_checked_before_the_answer() -> None:
    assert check_request("batch", b'{"batch":[{},{}],"writeKey":"k"}') == (2, "k")
    assert check_request("import", b'{"batch":[]}') == (0, None)
    assert check_request("track", b'{"event":"x"}') == (1, None)
    for call, body in (
        ("batch", b'{"batch":{}}'),
        ("batch", b"[]"),
        ("batch", b'{"batch":[1'),
        ("track", b"\xff"),
        ("track", b"[]"),
        ("batch", b'{"batch":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    ):
        with pytest.raises(BadInput):
            check_request(call, body)
    for call, body in (
        ("track", b'{"x":"' + b"y" * EVENT_BYTES_MAX + b'"}'),
        ("batch", b'{"batch":["' + b"y" * 512_000 + b'"]}'),
        ("batch", b'{"batch":[' + b",".join([b"{}"] * (EVENTS_MAX + 1)) + b"]}"),
    ):
        with pytest.raises(TooLarge):
            check_request(call, body)


def test_epoch_of_tests() -> None:
    from datetime import UTC, datetime

    assert micros(datetime(2026, 11, 21, 12, tzinfo=UTC)) == RECEIVED_US
