"""Devices on both databases: whose they are, moved, turned off, merged and forgotten."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from maracuja.channels.devices import DEVICES_MAX, split
from maracuja.store import devices, erase, merging, people, resolving
from maracuja.store.devices import NEVER_US, Told, Word
from maracuja.store.engine import Store
from maracuja.store.known import known_people
from maracuja.store.merging import Merge

HOUR = 3_600_000_000
NOW = 1_000 * HOUR


def make_people(conn: Connection, size: int, *, kind: str = "external_id") -> list[int]:
    claims = resolving.Claims(
        rows=size,
        row=range(size),
        kind=[kind] * size,
        value=[f"{kind}{n}" for n in range(size)],
        at_us=NOW,
    )
    return resolving.resolve(conn, people.next_rev(conn), claims, now_us=NOW).pid.tolist()


def tell(conn: Connection, *told: Told) -> list[int]:
    return devices.tell(conn, people.next_rev(conn), told, NOW, known_people)


def reached(conn: Connection, pid: int, kind: str = "mobile_push") -> list[str]:
    return list(split(people.get(conn, pid).addresses.get(kind, "")))


def seen(pid: int, token: str, at: int, word: Word = Word.SEEN, **more: object) -> Told:
    return Told(pid, "mobile_push", token, at * HOUR, word, **more)  # type: ignore[arg-type]


def test_a_device_that_is_seen_all_day_changes_nobody(store: Store) -> None:
    with store.write() as conn:
        (one,) = make_people(conn, 1)
        assert tell(conn, seen(one, "fcm:a", 1)) == [one]
        assert tell(conn, seen(one, "fcm:a", 1), seen(one, "fcm:a", 9)) == []
        (row,) = devices.of(conn, [one])
        assert (row.first_us, row.seen_us, row.used) == (HOUR, 9 * HOUR, True)


def test_new_keys_of_a_browser_are_the_same_device(store: Store) -> None:
    told = '{"endpoint":"https://push.example/1","keys":{"auth":"%s","p256dh":"b"}}'
    with store.write() as conn:
        (one,) = make_people(conn, 1)
        for at, auth in enumerate(("x", "y"), 1):
            tell(conn, Told(one, "web_push", told % auth, at * HOUR))
        assert reached(conn, one, "web_push") == [told % "y"]


def test_what_is_gone_is_left_alone_until_its_rest_is_over_and_it_is_seen(store: Store) -> None:
    with store.write() as conn:
        (one,) = make_people(conn, 1)
        tell(conn, seen(one, "apns:a", 1), seen(one, "fcm:b", 2))
        assert devices.gone(conn, "mobile_push", {"apns:a": 50 * HOUR, "fcm:b": 0}, NOW) == 2
        assert reached(conn, one) == []
        tell(conn, seen(one, "apns:a", 49), seen(one, "fcm:b", 49))
        assert reached(conn, one) == []
        tell(conn, seen(one, "apns:a", 51), seen(one, "fcm:b", 51))
        assert reached(conn, one) == ["apns:a"]
        tell(conn, seen(one, "fcm:b", 52, Word.ON))
        assert reached(conn, one) == ["fcm:b", "apns:a"]


def test_queued_messages_go_only_to_devices_that_are_still_theirs(store: Store) -> None:
    with store.write() as conn:
        one, other = make_people(conn, 2)
        tell(conn, seen(one, "fcm:a", 1), seen(one, "fcm:b", 1), seen(one, "fcm:c", 1))
        tell(conn, seen(other, "fcm:b", 2), seen(one, "fcm:c", 2, Word.OFF))
        asked = [(one, "fcm:a\nfcm:b\nfcm:c\nfcm:never-told"), (other, "fcm:b"), (other, "")]
        found = devices.still(conn, "mobile_push", asked)
        assert found == [("fcm:a", "fcm:never-told"), ("fcm:b",), ()]
        assert devices.owners(conn, "mobile_push", ["fcm:b", "fcm:x"]) == [other, 0]


def test_merged_people_keep_the_devices_seen_last(store: Store) -> None:
    with store.write() as conn:
        winner, loser, third = make_people(conn, 3)
        told = [seen(winner, f"fcm:w{n}", n) for n in range(8)]
        told += [seen(loser, f"fcm:l{n}", 10 + n) for n in range(8)]
        tell(conn, *told, seen(third, "fcm:t", 5))
        pair = Merge(loser, winner, "by_hand")
        merging.merge(conn, people.next_rev(conn), [pair], now_us=NOW)
        kept = [f"fcm:l{n}" for n in range(7, -1, -1)] + ["fcm:w7", "fcm:w6"]
        assert reached(conn, winner) == kept and len(kept) == DEVICES_MAX
        assert {one.pid for one in devices.of(conn, [winner, loser])} == {winner}
        assert reached(conn, third) == ["fcm:t"]


def test_erasure_forgets_devices_and_keeps_a_hash_of_each(store: Store) -> None:
    with store.write() as conn:
        one, other = make_people(conn, 2)
        tell(conn, seen(one, "fcm:a", 1), seen(one, "fcm:b", 2), seen(other, "fcm:c", 1))
        done = erase.erase(conn, one, salt="salt", now_us=NOW)
        assert done.counts["devices"] == 2
        assert len([kind for kind, _ in done.hashes if kind == "mobile_push"]) == 2
        assert devices.of(conn, [one, other])[0].address == "fcm:c"


WORDS = st.sampled_from([Word.SEEN, Word.ON, Word.OFF])
TOLD = st.tuples(
    st.integers(0, 2), st.sampled_from("abcd"), st.integers(1, 500), WORDS, st.booleans()
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(TOLD, max_size=25), st.integers(0, 24))
def test_each_device_is_one_persons_and_profiles_say_what_the_table_says(
    store: Store, words: list[tuple[int, str, int, Word, bool]], cut: int
) -> None:
    with store.write() as conn:
        size = people.count(conn)
        pids = make_people(conn, 3) if not size else people.pids_after(conn, 0, 3)
        for old in devices.of(conn, pids):
            devices._delete(conn, [old])
        told = [
            seen(pids[who], f"fcm:{token}", at, word, believed=believed)
            for who, token, at, word, believed in words
        ]
        for part in (told[:cut], told[cut:]):
            tell(conn, *part)
        devices.refresh(conn, people.next_rev(conn), pids, NOW)
        rows = devices.of(conn, pids)
        assert len({row.name for row in rows}) == len(rows)
        for pid in pids:
            used = [row for row in rows if row.pid == pid and row.used]
            assert reached(conn, pid) == [row.address for row in used]
            assert [row.seen_us for row in used] == sorted(
                (row.seen_us for row in used), reverse=True
            )
        assert all(row.why == "left" for row in rows if row.off_until_us == NEVER_US)
        for token in "abcd":
            said = sorted(
                (one for one in told if one.address == f"fcm:{token}"), key=lambda t: t.at_us
            )
            owner = {row.pid for row in rows if row.address == f"fcm:{token}"}
            assert owner <= {one.pid for one in said if one.believed}, "nobody doubted has it"


@pytest.mark.parametrize("believed", [True, False])
def test_an_unknown_visitor_loses_nothing_by_doubt(store: Store, believed: bool) -> None:
    with store.write() as conn:
        (visitor,) = make_people(conn, 1, kind="anonymous_id")
        (known,) = make_people(conn, 1)
        tell(conn, seen(visitor, "fcm:a", 1))
        tell(conn, seen(known, "fcm:a", 2, believed=believed))
        assert reached(conn, visitor if not believed else known) == ["fcm:a"]
