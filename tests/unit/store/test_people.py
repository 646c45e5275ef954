"""Profiles as sets: whose value holds, what is new since a revision."""

from __future__ import annotations

import msgspec
import pytest

from maracuja.errors import NotFound
from maracuja.model import Trait, TraitSource
from maracuja.store import counters, people, traits
from maracuja.store.engine import Store


def trait(value: object, source: TraitSource = TraitSource.OBSERVED, at: int = 5) -> Trait:
    return Trait(value, source, 1.0, at)


def make(store: Store, n: int) -> list[int]:
    with store.write() as conn:
        rev = people.next_rev(conn)
        first = counters.take(conn, "pid", n)
        people.create(conn, rev, range(first, first + n), created_us=3)
    return list(range(first, first + n))


def test_changes_apply_in_order_and_carry_one_revision(store: Store) -> None:
    make(store, 3)
    with store.write() as conn:
        rev = people.next_rev(conn)
        changed = people.change(
            conn,
            rev,
            [1, 3, 1],
            set_traits=[{"city": trait("Kyiv")}, {}, {"city": trait("Lviv"), "n": trait(2)}],
            set_addresses=[{"email": "a@b"}, {}, {}],
            now_us=9,
        )
        assert changed == [1]
        person = people.get(conn, 1)
        assert person.traits == {"city": trait("Lviv"), "n": trait(2)}
        assert person.addresses == {"email": "a@b"} and person.rev == rev == 2
        assert person.draw_pid == 1 and person.created_us == 3
        with pytest.raises(NotFound):
            people.change(conn, rev, [9], set_traits=[{}], now_us=9)
        with pytest.raises(NotFound):
            people.get(conn, 9)


def test_newer_people_come_in_pieces_each_once(store: Store) -> None:
    make(store, 5)
    make(store, 4)
    with store.write() as conn:
        people.change(conn, people.next_rev(conn), [2], set_traits=[{"a": trait(1)}], now_us=9)
    with store.read() as conn:
        pieces = [p.pid for p in people.newer(conn, 0, size=3)]
        assert pieces == [[1, 3, 4], [5, 6, 7], [8, 9, 2]]
        assert [p.pid for p in people.newer(conn, 1)] == [[6, 7, 8, 9, 2]]
        assert list(people.newer(conn, 3)) == [] and people.last_rev(conn) == 3
        assert people.select_people(conn, [4, 99, 2]).pid == [2, 4]


def test_the_stronger_source_holds_until_it_expires() -> None:
    declared = Trait("a", TraitSource.DECLARED, 1.0, 5, ttl_s=1)
    guess = trait("b", TraitSource.INFERRED, 9)
    assert not traits.prevails(guess, declared, 1_000_004)
    assert traits.prevails(guess, declared, 1_000_005)
    assert traits.prevails(declared, guess, 9), "stronger, though older"
    assert traits.prevails(trait("x", at=5), trait("y", at=5), 9)
    assert not traits.prevails(trait("x", at=4), trait("y", at=5), 9)


def test_none_takes_a_trait_away() -> None:
    document = traits.Document(traits={"a": trait(1)}, addresses={"email": "a@b"})
    assert traits.apply(document, {"a": trait(None), "b": trait(None)}, {"email": ""}, 9)
    assert document == traits.Document()
    assert not traits.apply(document, {"a": trait(None)}, {"email": ""}, 9)


def test_columns_that_people_declared_are_their_own_words() -> None:
    columns = {"gender": ["f"], "city": ["Львів"]}
    (doc,) = traits.assemble(
        columns, {}, source=TraitSource.IMPORTED, at_us=7, declared={"gender"}
    )
    sources = {name: one.source for name, one in traits.decode(doc).traits.items()}
    assert sources == {"gender": TraitSource.DECLARED, "city": TraitSource.IMPORTED}


def test_documents_from_columns_are_the_documents_of_their_values() -> None:
    texts = ["Зоя", 'q"\\\n', None]
    docs = traits.assemble(
        {"first_name": texts, "n": [1, None, 3], "x": [1.5, 2.0, None], "vip": [True, None, None]},
        {"email": ["a@b", None, "c@d"]},
        source=TraitSource.IMPORTED,
        at_us=[7, 8, 9],
        confidence=0.5,
        ttl_s=60,
    )

    def imported(value: object, at: int) -> Trait:
        return Trait(value, TraitSource.IMPORTED, 0.5, at, 60)

    decoded = [traits.decode(doc) for doc in docs]
    assert decoded[0].traits == {
        "first_name": imported("Зоя", 7),
        "n": imported(1, 7),
        "x": imported(1.5, 7),
        "vip": imported(True, 7),
    }
    assert decoded[1].traits == {"first_name": imported(texts[1], 8), "x": imported(2.0, 8)}
    assert decoded[2] == traits.Document(traits={"n": imported(3, 9)}, addresses={"email": "c@d"})
    assert msgspec.json.decode(docs[0])
