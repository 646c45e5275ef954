"""Who is it: known, new, merged or kept apart, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from maracuja.model import ConsentState, Trait, TraitSource
from maracuja.store import audit, consents, merging, people, resolving, suppressions
from maracuja.store.contested import MERGES_PER_DAY_MAX
from maracuja.store.engine import Store
from maracuja.store.resolving import Claims, Resolution

DAY = resolving.DAY_US
X, E, P, A = "external_id", "email", "phone", "anonymous_id"
Row = list[tuple[str, str]]


def claims(rows: list[Row], **more: Any) -> Claims:
    flat = [(i, kind, value) for i, row in enumerate(rows) for kind, value in row]
    row, kind, value = zip(*flat, strict=True) if flat else ((), (), ())
    return Claims(
        rows=len(rows), row=list(row), kind=list(kind), value=list(value), **{"at_us": 1} | more
    )


def resolve(store: Store, *rows: Row, now_us: int = 5, **more: Any) -> Resolution:
    with store.write() as conn:
        rev = people.next_rev(conn)
        return resolving.resolve(conn, rev, claims(list(rows), **more), now_us=now_us)


def test_new_people_are_created_once_and_found_again(store: Store) -> None:
    first = resolve(store, [(X, "1"), (E, "a@b")], [(A, "z")], [(E, "a@b"), (P, "+380")])
    assert first.pid.tolist() == [1, 2, 1] and first.created.tolist() == [1, 2]
    again = resolve(store, [(P, "+380")], [(A, "new")], [(X, "1"), (A, "z2")])
    assert again.pid.tolist() == [1, 3, 1] and again.created.tolist() == [3]
    with store.read() as conn:
        assert people.find(conn, [E, A, A], ["a@b", "z2", "none"]).tolist() == [1, 1, 0]
        assert [(i.kind, i.value) for i in people.identities_of(conn, 1)] == [
            (A, "z2"),
            (E, "a@b"),
            (X, "1"),
            (P, "+380"),
        ]
        assert people.identities_for(conn, [3, 2, 99]) == ([2, 3], [A, A], ["z", "new"])
        assert people.count(conn) == 3
        assert people.get(conn, 3).bucket == people.select_people(conn, [3]).bucket[0]


def test_nobody_asked_nobody_found(store: Store) -> None:
    assert resolve(store).pid.tolist() == []
    with store.write() as conn, pytest.raises(ValueError, match="identity"):
        bad = Claims(rows=2, row=[0], kind=[A], value=["z"], at_us=1)
        resolving.resolve(conn, 1, bad, now_us=1)


def test_two_people_become_one_and_the_map_is_flat(store: Store) -> None:
    resolve(store, [(A, "z")])
    resolve(store, [(E, "a@b")])
    resolve(store, [(X, "1")])
    done = resolve(store, [(A, "z"), (E, "a@b")])
    assert done.pid.tolist() == [2] and [m[:2] for m in done.merges] == [(1, 2)]
    done = resolve(store, [(X, "1"), (A, "z")], [(E, "a@b")])
    assert done.pid.tolist() == [3, 3] and [m[:2] for m in done.merges] == [(2, 3)]
    with store.read() as conn:
        pids, canonical = people.merged(conn)
        assert pids.tolist() == [1, 2] and canonical.tolist() == [3, 3]
        assert people.find(conn, [A, E, X], ["z", "a@b", "1"]).tolist() == [3, 3, 3]
        assert people.canonical(conn, [2, 9, 1]).tolist() == [3, 9, 3]
        assert people.get(conn, 1).pid == 3 and people.count(conn) == 1
        actions = [(e.action, e.subject) for e in audit.newest(conn)]
    assert actions == [("merged", "person:3"), ("merged", "person:2")]


def test_two_external_ids_are_never_one_person(store: Store) -> None:
    resolve(store, [(X, "1"), (A, "phone of both")])
    for _ in range(2):
        done = resolve(store, [(X, "2"), (A, "phone of both")], [(A, "phone of both")])
        assert done.pid.tolist() == [2, 1] and done.merges == []
        assert [r.reason for r in done.refused] == ["another_external_id"]
    resolve(store, [(X, "2"), (E, "family@b")])
    done = resolve(store, [(X, "1"), (E, "family@b")])
    assert done.pid.tolist() == [1] and done.refused[0][:2] == (1, 2)
    with store.read() as conn:
        refused = audit.newest(conn, action="merge_refused")
        assert [e.subject for e in refused] == ["person:1", "person:2"], "each pair once a day"
    done = resolve(store, [(X, "1"), (X, "2")], explicit=True)
    assert done.pid.tolist() == [1] and done.merges[0].rule == "alias"


def test_both_ids_in_one_new_batch_stay_apart(store: Store) -> None:
    done = resolve(store, [(X, "1"), (A, "z")], [(X, "2"), (A, "z")], [(X, "2"), (E, "a@b")])
    assert done.pid.tolist() == [1, 2, 2] and done.created.tolist() == [1, 2]


def test_a_browser_key_merges_no_two_known_people(store: Store) -> None:
    resolve(store, [(X, "1"), (E, "a@b")], [(P, "+1")], [(A, "z")])
    done = resolve(store, [(E, "a@b"), (P, "+1")], trusted=False)
    assert done.pid.tolist() == [1] and done.refused[0].reason == "untrusted_key"
    done = resolve(store, [(X, "1"), (E, "thief@b")], trusted=False)
    assert done.pid.tolist() == [1]
    with store.read() as conn:
        assert people.find(conn, [E], ["thief@b"]).tolist() == [0]
    done = resolve(store, [(A, "z"), (X, "1")], trusted=False)
    assert done.pid.tolist() == [1] and done.merges[0].loser == 3, "a visitor signs in"
    done = resolve(store, [(A, "y"), (X, "9"), (E, "y@b")], trusted=False)
    assert done.created.tolist() == [4] and done.pid.tolist() == [4], "a visitor signs up"
    with store.read() as conn:
        assert people.find(conn, [A, X, E], ["y", "9", "y@b"]).tolist() == [4, 4, 4]


def test_one_identity_swallows_only_so_many_a_day(store: Store) -> None:
    resolve(store, [(P, "+0")])
    for i in range(MERGES_PER_DAY_MAX + 1):
        resolve(store, [("telegram", str(i))])
        done = resolve(store, [("telegram", str(i)), (P, "+0")])
    assert done.merges == [] and done.refused[0].reason == "too_many_merges"
    again = resolve(store, [("telegram", str(i)), (P, "+0")], now_us=DAY + 5)
    assert len(again.merges) == 1


def test_a_person_has_only_so_many_addresses(store: Store) -> None:
    kiosk = (A, "kiosk")
    pids = [int(resolve(store, [kiosk, (E, f"{i}@b")]).pid[0]) for i in range(7)]
    assert pids == [1] * 5 + [2, 3]
    batch = resolve(store, *([(A, "k2"), (E, f"{i}@c")] for i in range(7)))
    assert batch.pid.tolist() == [4] * 5 + [5, 6]


def test_everything_goes_to_the_winner(store: Store) -> None:
    resolve(store, [(A, "z")], [(X, "1")])
    with store.write() as conn:
        rev = people.next_rev(conn)
        said = [
            {"city": Trait("Kyiv", TraitSource.DECLARED, 1.0, 5), "size": _observed("M", 9)},
            {"city": Trait("Lviv", TraitSource.IMPORTED, 1.0, 9), "size": _observed("L", 8)},
        ]
        addresses = [{"email": "old@b", "phone": "+1"}, {"email": "new@b"}]
        people.change(conn, rev, [1, 2], set_traits=said, set_addresses=addresses, now_us=9)
        consents.record(
            conn,
            pid=[1, 2],
            topic="news",
            channel="email",
            state=[ConsentState.OPTED_OUT, ConsentState.OPTED_IN],
            at_us=[1, 2],
            recorded_us=2,
            source="form",
        )
        suppressions.add(conn, channel="email", digest=[b"d"], reason="bounced", at_us=1, pid=1)
        merge = merging.Merge(1, 2, "by_hand")
        exposed = {1: 50, 2: 70}
        rev = people.next_rev(conn)
        merging.merge(conn, rev, [merge], now_us=99, exposures=lambda pids: exposed)
        person = people.get(conn, 2)
        assert {k: t.value for k, t in person.traits.items()} == {"city": "Kyiv", "size": "M"}
        assert person.addresses == {"email": "new@b", "phone": "+1"}
        assert person.draw_pid == 1 and person.rev == rev, "the one exposed first"
        out = consents.states(conn, [2], "news", "email").tolist()
        assert out == [ConsentState.OPTED_OUT]
        assert suppressions.suppressed(conn, "email", 5, marketing=True).tolist() == [2]
        assert audit.newest(conn)[0].detail == {"loser": 1, "rule": "by_hand", "crossed": True}


def _observed(value: str, at_us: int) -> Trait:
    return Trait(value, TraitSource.OBSERVED, 0.9, at_us)


def test_a_large_set_with_a_few_known_people_is_resolved_all_the_same(store: Store) -> None:
    resolve(store, [(X, "3001"), (A, "known")])
    rows = [[(X, str(i)), (E, f"{i}@b")] for i in range(2, 3_003)]
    done = resolve(store, *rows)
    assert done.pid[2_999] == 1 and len(done.created) == 3_000
    assert done.created.tolist() == list(range(2, 3_002)), "no number is lost"
    assert resolve(store, *rows).pid.tolist() == done.pid.tolist()
    new = resolve(store, *([(X, f"n{i}"), (E, f"n{i}@b")] for i in range(3_000)))
    assert len(new.created) == 3_000
    with store.read() as conn:
        assert people.count(conn) == 6_001
        assert people.find(conn, [E, E], ["3001@b", "n7@b"]).tolist() == [1, int(new.pid[7])]
