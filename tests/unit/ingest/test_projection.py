from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from maracuja.ingest.deliveries import encode_deliveries
from maracuja.lake.bodies import write_bodies
from maracuja.model import DeliveryEvent, FileKind, Status, TraitType, micros
from maracuja.runtime.projection import Counts, Projection
from maracuja.store import (
    consents,
    discovered,
    feed,
    inbox,
    keys,
    manifest,
    meta,
    outbox,
    people,
    refused,
    runs,
    suppressions,
    watermarks,
)
from maracuja.store.engine import Store
from maracuja.store.outbox import Chunk

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def secrets(store: Store) -> None:
    """The workspace's own."""
    with store.write() as conn:
        meta.create(conn, seed=1, reproducible=True)


@pytest.fixture
def projection(store: Store, tmp_path: Path) -> Projection:
    return Projection(store, tmp_path / "lake", country="UA")


def send(
    store: Store, *events: dict[str, Any], key: str = "server", caller: bytes = b"", **batch: Any
) -> None:
    body = msgspec.json.encode({"batch": events, **batch})
    with store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(micros(NOW), "batch", key, caller, body)])


def track(event: str = "Tasted", **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, "userId": "u1"} | fields


def lake(store: Store, root: Path) -> pl.DataFrame:
    with store.read() as conn:
        files = manifest.live(conn, [FileKind.EVENTS], micros(NOW))
    frames = [pl.read_parquet(root / "lake" / file.path) for file in files]
    return pl.concat(frames, how="diagonal") if frames else pl.DataFrame()


def test_events_reach_the_lake_and_people(
    store: Store, projection: Projection, tmp_path: Path
) -> None:
    send(
        store,
        {
            "type": "identify",
            "userId": "u1",
            "anonymousId": "a1",
            "messageId": "1",
            "traits": {"firstName": "Олена", "email": "O@x.ua", "phone": "067 123 45 67"},
        },
        track(messageId="2", properties={"price": 5, "tags": ["a"], "product": {"id": "p1"}}),
        track(
            messageId="3",
            userId=None,
            anonymousId="a1",
            context={"locale": "uk-UA", "page": {"path": "/"}},
        ),
    )
    counts = projection.project(NOW)
    assert counts == Counts(requests=1, sent=3, accepted=3, created=1, files=1)
    rows = lake(store, tmp_path).sort("message_id")
    assert rows["pid"].n_unique() == 1
    assert rows["event"].to_list() == ["Identified", "Tasted", "Tasted"]
    assert rows["properties.price"].to_list() == [None, 5.0, None]
    assert rows["properties.tags"].to_list() == [None, '["a"]', None]
    assert rows["properties.product.id"].to_list() == [None, "p1", None]
    assert rows["context.page.path"].to_list() == [None, None, "/"]
    assert rows["rest"].null_count() == 3
    with store.read() as conn:
        person = people.get(conn, rows["pid"][0])
        known = {i.kind: i.value for i in people.identities_of(conn, person.pid)}
        names = {(d.scope, d.event, d.name): d.type for d in discovered.every(conn)}
    assert {name: t.value for name, t in person.traits.items()} == {
        "first_name": "Олена",
        "email": "o@x.ua",
        "phone": "+380671234567",
        "language": "uk",
    }
    assert person.addresses == {"email": "o@x.ua", "phone": "+380671234567"}
    assert known == {
        "external_id": "u1",
        "anonymous_id": "a1",
        "email": "o@x.ua",
        "phone": "+380671234567",
    }
    assert names["property", "Tasted", "price"] is TraitType.NUMBER
    assert names["context", "", "page.path"] is TraitType.TEXT
    assert names["trait", "", "first_name"] is TraitType.TEXT
    assert projection.project(NOW).nothing


def test_the_same_event_twice_counts_once(
    store: Store, projection: Projection, tmp_path: Path
) -> None:
    send(store, track(messageId="1"), track(messageId="1"))
    assert projection.project(NOW).duplicates == 1
    send(store, track(messageId="1"), track(messageId="2"))
    assert projection.project(NOW).duplicates == 1
    restarted = Projection(store, tmp_path / "lake", country="UA")
    send(store, track(messageId="2"), track(messageId="3"))
    counts = restarted.project(NOW)
    assert (counts.accepted, counts.duplicates) == (1, 1)
    assert sorted(lake(store, tmp_path)["message_id"]) == ["1", "2", "3"]


def test_the_inbox_is_emptied_and_the_mark_moves(store: Store, projection: Projection) -> None:
    for number in range(5):
        send(store, track(messageId=str(number)))
    assert projection.project(NOW, limit=2).requests == 2
    with store.read() as conn, store.read_inbox() as waiting:
        assert watermarks.get(conn, "inbox") == 2
        assert inbox.size(waiting) == 3
    assert projection.project(NOW).requests == 3


def test_bad_events_are_put_aside_and_can_be_replayed(
    store: Store, projection: Projection, tmp_path: Path
) -> None:
    send(store, track(messageId="1"), {"type": "track", "userId": "u"}, 7)  # type: ignore[arg-type]
    counts = projection.project(NOW)
    assert (counts.sent, counts.accepted, counts.refused) == (3, 1, 2)
    with store.read() as conn:
        aside = refused.newest(conn)
    assert [one.code for one in aside] == ["malformed", "no_event_name"]
    assert aside[0].place == "request 1, event 2"
    assert projection.replay(NOW, [aside[1].id]) == 1
    assert projection.replay(NOW, [aside[1].id]) == 0
    again = projection.project(NOW)
    assert (again.sent, again.refused) == (1, 1)
    with store.read() as conn:
        assert refused.counts(conn) == {"malformed": 1, "no_event_name": 1}


def test_a_part_that_was_refused_is_replayed_under_other_rules(
    store: Store, projection: Projection, tmp_path: Path
) -> None:
    send(
        store,
        {
            "type": "identify",
            "userId": "u1",
            "messageId": "1",
            "traits": {"phone": "99112233", "city": "Улаанбаатар"},
        },
    )
    counts = projection.project(NOW)
    assert (counts.accepted, counts.refused, counts.parts_refused) == (1, 0, 1)
    mongolian = Projection(store, tmp_path / "lake", country="MN")
    assert mongolian.replay(NOW) == 1
    assert mongolian.project(NOW).accepted == 1
    with store.read() as conn:
        pid = int(people.find(conn, ["external_id"], ["u1"])[0])
        assert people.get(conn, pid).addresses == {"phone": "+97699112233"}


def test_a_batch_that_breaks_is_repeated_whole(
    store: Store, projection: Projection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(store, {"type": "identify", "userId": "u1", "messageId": "1", "traits": {"x": 1}})

    def broken(*args: object) -> None:
        raise OSError("the power is gone")

    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr(watermarks, "put", broken)
        projection.project(NOW)
    with store.read() as conn:
        assert people.count(conn) == 0
        assert manifest.live(conn, [FileKind.EVENTS], micros(NOW)) == []
    written = [p.read_bytes() for p in (tmp_path / "lake").rglob("*.parquet")]
    assert len(written) == 1
    assert projection.project(NOW).accepted == 1
    assert [p.read_bytes() for p in (tmp_path / "lake").rglob("*.parquet")] == written
    assert lake(store, tmp_path).height == 1


def test_what_a_browser_may_not_do(store: Store, projection: Projection) -> None:
    with store.write() as conn:
        secret = meta.load(conn).key_secret
        key = keys.create(conn, keys.KeyKind.BROWSER, "web", 0, key_secret=secret)
    caller = msgspec.json.encode({"key": key.key.id, "ip": "10.0.0.1"})
    send(store, {"type": "identify", "userId": "u1", "traits": {"plan": "gold"}})
    assert projection.project(NOW).created == 1
    attack = {"type": "identify", "userId": "u1", "traits": {"plan": "stolen"}}
    opt_in = track(
        "Subscription Updated",
        properties={"topic": "news", "channel": "email", "state": "opted_in"},
    )
    send(store, attack, opt_in, track(), key="browser", caller=caller)
    counts = projection.project(NOW)
    assert (counts.accepted, counts.refused) == (1, 2)
    with store.read() as conn:
        assert sorted(refused.counts(conn)) == ["unsigned_consent", "unsigned_traits"]
    signed = {"signature": keys.sign_id(key.signing_secret, "u1")}
    send(store, attack | {"context": signed}, key="browser", caller=caller)
    assert projection.project(NOW).accepted == 1
    with store.read() as conn:
        pid = int(people.find(conn, ["external_id"], ["u1"])[0])
        assert people.get(conn, pid).traits["plan"].value == "stolen"


def test_what_is_replayed_is_as_signed_as_it_was(store: Store, projection: Projection) -> None:
    with store.write() as conn:
        secret = meta.load(conn).key_secret
        key = keys.create(conn, keys.KeyKind.BROWSER, "web", 0, key_secret=secret)
    caller = msgspec.json.encode({"key": key.key.id, "ip": "10.0.0.1"})
    send(store, {"type": "identify", "userId": "u1", "traits": {"plan": "gold"}})
    signed = {"signature": keys.sign_id(key.signing_secret, "u1")}
    who = {"type": "identify", "userId": "u1", "context": signed}
    late = who | {"timestamp": "once upon a time", "traits": {"plan": "gold"}}
    partly = who | {"traits": {"plan": "silver", "phone": "0"}}
    send(store, late, partly, key="browser", caller=caller)
    counts = projection.project(NOW)
    assert (counts.accepted, counts.refused, counts.parts_refused) == (2, 1, 1)
    projection.replay(NOW)
    projection.project(NOW)
    with store.read() as conn:
        aside = refused.newest(conn)
    assert {one.code for one in aside} == {"bad_timestamp", "bad_phone"}, "nothing unsigned"
    assert {one.key for one in aside} == {key.key.id}
    assert not any(b"10.0.0.1" in one.body for one in aside)


def test_a_visitor_becomes_a_customer(store: Store, projection: Projection) -> None:
    send(store, track(userId=None, anonymousId="a1"))
    send(store, track(userId="u1"))
    projection.project(NOW)
    send(store, {"type": "alias", "previousId": "a1", "userId": "u1"})
    assert projection.project(NOW).merged == 1
    with store.read() as conn:
        found = people.find(conn, ["anonymous_id", "external_id"], ["a1", "u1"])
    assert found[0] == found[1] > 0


def test_consents_enter_the_ledger_in_order_of_time(store: Store, projection: Projection) -> None:
    def said(state: str, at: str) -> dict[str, Any]:
        properties = {"topic": "news", "channel": "email", "state": state, "source": "shop"}
        return track("Subscription Updated", timestamp=at, properties=properties)

    send(
        store, said("opted_out", "2026-11-21T11:00:00Z"), said("opted_in", "2026-11-21T10:00:00Z")
    )
    assert projection.project(NOW).accepted == 2
    with store.read() as conn:
        pid = int(people.find(conn, ["external_id"], ["u1"])[0])
        ledger = consents.history(conn, pid)
    assert [(c.state.name, c.source) for c in ledger] == [
        ("OPTED_IN", "shop"),
        ("OPTED_OUT", "shop"),
    ]


def test_deliveries_and_the_feed_become_events_and_suppressions(
    store: Store, projection: Projection, tmp_path: Path
) -> None:
    send(store, {"type": "identify", "userId": "u1", "traits": {"email": "o@x.ua"}})
    projection.project(NOW)
    with store.read() as conn:
        pid = int(people.find(conn, ["external_id"], ["u1"])[0])
        salt = meta.load(conn).suppression_salt
    told = [
        DeliveryEvent(
            message_id=b"m" * 16,
            pid=pid,
            status=status,
            at_us=micros(NOW) - 5,
            channel="email",
            run=3,
            code="5.1.1",
            raw="no such user",
        )
        for status in (Status.DELIVERED, Status.BOUNCED, Status.BOUNCED)
    ]
    with store.write_inbox() as conn:
        inbox.append(
            conn,
            [
                inbox.Request(micros(NOW), "delivery", "internal", b"", encode_deliveries(told)),
                inbox.Request(micros(NOW), "click", "internal", b"", b"nonsense"),
            ],
        )
    with store.write() as conn:
        feed.append(
            conn,
            at_us=micros(NOW),
            pid=[pid],
            event="Message Sent",
            message_id=[b"e" * 16],
            properties=[b'{"campaign":"fruit","run":3}'],
        )
    assert projection.project(NOW).own == 3
    own = lake(store, tmp_path).filter(kind="internal").sort("event")
    assert own["event"].to_list() == ["Message Bounced", "Message Delivered", "Message Sent"]
    assert own["properties.run"].to_list() == [3.0, 3.0, 3.0]
    assert own["properties.campaign"].to_list() == [None, None, "fruit"]
    assert own["properties.machine"].to_list() == [False, False, None]
    digest = suppressions.digest(salt, "email", "o@x.ua")
    with store.read() as conn:
        assert suppressions.blocked(conn, "email", [digest], micros(NOW), marketing=False)[0]
        assert refused.counts(conn) == {"unreadable": 1}
        assert feed.size(conn) == 0
    assert projection.project(NOW).nothing


def report(store: Store, *events: DeliveryEvent) -> None:
    body = encode_deliveries(events)
    with store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(micros(NOW), "delivery", "internal", b"", body)])


def test_a_late_bounce_stops_the_address_that_the_message_went_to(
    store: Store, projection: Projection, tmp_path: Path
) -> None:
    for email in ("old@x.ua", "new@x.ua"):
        send(store, {"type": "identify", "userId": "u1", "traits": {"email": email}})
        projection.project(NOW)
    with store.read() as conn:
        pid = int(people.find(conn, ["external_id"], ["u1"])[0])
        salt = meta.load(conn).suppression_salt
    digests = [suppressions.digest(salt, "email", one) for one in ("old@x.ua", "new@x.ua")]

    def stopped() -> list[bool]:
        with store.read() as conn:
            return suppressions.blocked(
                conn, "email", digests, micros(NOW), marketing=False
            ).tolist()

    event = DeliveryEvent(b"m" * 16, pid, Status.BOUNCED, micros(NOW), "email")
    report(store, msgspec.structs.replace(event, address="Old@X.ua"))
    projection.project(NOW)
    assert stopped() == [True, False]
    assert not any(
        "old@x.ua" in str(row).lower()
        for row in lake(store, tmp_path).filter(kind="internal").rows()
    )
    forwarded = msgspec.structs.replace(event, message_id=b"n" * 16, address="who@forward.er")
    report(store, forwarded)
    projection.project(NOW)
    assert stopped() == [True, True], "a forwarder's address says nothing: the one in use"


@pytest.mark.parametrize("reported", ["", "who@forward.er", "old@x.ua"])
def test_a_bounce_of_an_address_left_behind_stops_that_one(
    store: Store, projection: Projection, tmp_path: Path, reported: str
) -> None:
    send(store, {"type": "identify", "userId": "u1", "traits": {"email": "old@x.ua"}})
    projection.project(NOW)
    with store.read() as conn:
        pid = int(people.find(conn, ["external_id"], ["u1"])[0])
        salt = meta.load(conn).suppression_salt
    body = {
        "n": [0],
        "pid": [pid],
        "message": [b"m" * 16],
        "variant": [""],
        "language": ["en"],
        "address": ["old@x.ua"],
        "template": ["t/0"],
    }
    file = write_bodies(tmp_path / "lake", "c", {}, pl.DataFrame(body), chunk=1, now=NOW)
    with store.write() as conn:
        run = runs.create(conn, "hello", "once", version=1, planned_us=1).run
        outbox.add_chunk(conn, Chunk(1, run, file.path, 1, 0), pid=[pid], channel=1, due_us=1)
    send(store, {"type": "identify", "userId": "u1", "traits": {"email": "new@x.ua"}})
    send(store, {"type": "identify", "userId": "u2", "traits": {"email": "old@x.ua"}})
    projection.project(NOW)
    event = DeliveryEvent(b"m" * 16, pid, Status.BOUNCED, micros(NOW), "email", run)
    report(store, msgspec.structs.replace(event, address=reported))
    projection.project(NOW)
    digests = [suppressions.digest(salt, "email", one) for one in ("old@x.ua", "new@x.ua")]
    with store.read() as conn:
        stopped = suppressions.blocked(conn, "email", digests, micros(NOW), marketing=False)
    assert stopped.tolist() == [True, False]


def test_reports_of_a_full_mailbox_are_counted(store: Store, projection: Projection) -> None:
    send(store, {"type": "identify", "userId": "u1", "traits": {"email": "o@x.ua"}})
    projection.project(NOW)
    with store.read() as conn:
        pid = int(people.find(conn, ["external_id"], ["u1"])[0])
    for n, days in enumerate((0, 7, 14)):
        at = NOW + timedelta(days=days)
        event = DeliveryEvent(bytes([n] * 16), pid, Status.FAILED, micros(at), "email", full=True)
        report(store, event)
        projection.project(at)
    with store.read() as conn:
        (row,) = suppressions.of(conn, pid, micros(at))
    assert row.reason == "mailbox_full"


def test_a_name_keeps_its_type_and_what_does_not_fit_is_kept_beside(
    store: Store, projection: Projection, tmp_path: Path
) -> None:
    send(store, track(messageId="1", properties={"size": 42}))
    projection.project(NOW)
    restarted = Projection(store, tmp_path / "lake", country="UA")
    send(store, track(messageId="2", properties={"size": "XL"}))
    restarted.project(NOW)
    rows = lake(store, tmp_path).sort("message_id")
    assert rows["properties.size"].to_list() == [42.0, None]
    assert rows["rest"].to_list() == [None, '{"properties.size":"XL"}']


def test_events_of_two_days_lie_in_two_files(store: Store, projection: Projection) -> None:
    send(store, track(messageId="1"))
    with store.write_inbox() as conn:
        late = micros(NOW + timedelta(days=1))
        body = msgspec.json.encode(track(messageId="2"))
        inbox.append(conn, [inbox.Request(late, "track", "server", b"", body)])
    assert projection.project(NOW + timedelta(days=1)).files == 2


def test_odd_texts_do_no_harm(store: Store, projection: Projection, tmp_path: Path) -> None:
    odd = "a\x00b\u2028\U0001f96d"
    send(
        store,
        {
            "type": "identify",
            "userId": "u1",
            "messageId": odd,
            "traits": {"note": odd, odd: 1, "phone": odd, "email": odd},
        },
        track(messageId="2", properties={odd: odd, "x": odd}, context={odd: {odd: odd}, "y": odd}),
        track(odd, messageId="3"),
        track("Subscription Updated", properties={"topic": odd, "channel": "c", "state": odd}),
    )
    counts = projection.project(NOW)
    assert (counts.sent, counts.accepted, counts.refused, counts.parts_refused) == (4, 2, 2, 2)
    rows = lake(store, tmp_path).sort("ts", "kind")
    assert set(rows["message_id"]) == {odd, "2"}
    assert rows["properties.x"].drop_nulls().to_list() == [odd]
    assert msgspec.json.decode(rows["rest"].drop_nulls()[0]) == {
        f"properties.{odd}": odd,
        f"context.{odd}.{odd}": odd,
    }
