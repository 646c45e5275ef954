"""Ids of a set are those of its members."""

from __future__ import annotations

from maracuja import rng


def test_ids_of_a_set_are_the_ids_of_each() -> None:
    keys = [1, 20, 300, "x", b"\x00"]
    assert rng.make_ids(("message", "fruit", "once"), keys) == [
        rng.make_id("message", "fruit", "once", key) for key in keys
    ]
