"""Definitions and their versions: nothing is overwritten, nothing newer is undone unseen."""

from __future__ import annotations

import pytest

from maracuja.errors import Conflict, NotFound
from maracuja.store import definitions
from maracuja.store.engine import Store


def put(store: Store, body: object, base: int | None, name: str = "vip") -> int:
    with store.write() as conn:
        return definitions.put(conn, "segment", name, body, base=base, actor="ann", now_us=5)


def test_each_change_is_a_version_and_the_same_content_is_none(store: Store) -> None:
    assert put(store, {"b": 1, "a": "Зоя"}, 0) == 1
    assert put(store, {"a": "Зоя", "b": 1}, 0) == 1
    assert put(store, {"a": 2}, 1) == 2
    with store.read() as conn:
        assert definitions.get(conn, "segment", "vip").body == b'{"a":2}'
        first = definitions.get(conn, "segment", "vip", 1)
        assert first.body.decode() == '{"a":"Зоя","b":1}' and first.actor == "ann"
        assert [d.version for d in definitions.history(conn, "segment", "vip")] == [1, 2]
        assert [(d.id, d.version) for d in definitions.current(conn)] == [("vip", 2)]


def test_an_older_base_is_refused(store: Store) -> None:
    put(store, {"a": 1}, 0)
    put(store, {"a": 2}, 1)
    with pytest.raises(Conflict, match="newer than 1"):
        put(store, {"a": 3}, 1)
    assert put(store, {"a": 2}, 1) == 2, "what is stored already is no conflict"
    assert put(store, {"a": 3}, None) == 3


def test_gone_is_a_version_too(store: Store) -> None:
    put(store, {"a": 1}, 0)
    put(store, {"a": 1}, 0, name="other")
    with store.write() as conn:
        with pytest.raises(Conflict):
            definitions.drop(conn, "segment", "vip", base=0, actor="ann", now_us=6)
        assert definitions.drop(conn, "segment", "vip", base=1, actor="ann", now_us=6) == 2
        with pytest.raises(NotFound):
            definitions.get(conn, "segment", "vip")
        with pytest.raises(NotFound):
            definitions.drop(conn, "segment", "vip", base=2, actor="ann", now_us=6)
        assert [d.id for d in definitions.current(conn, "segment")] == ["other"]
        assert definitions.current(conn, "topic") == []
    with pytest.raises(Conflict):
        put(store, {"a": 2}, 1)
    assert put(store, {"a": 1}, 0) == 3
