"""Suppressed addresses find their owners again, without anybody knowing who they were."""

from __future__ import annotations

from maracuja.store import meta, people, resolving, suppressions
from maracuja.store.engine import Store


def test_an_erased_address_that_comes_back_has_an_owner_again(store: Store) -> None:
    with store.write() as conn:
        salt = meta.create(conn, seed=1).suppression_salt
        gone = suppressions.digest(salt, "email", "anna@mail.example")
        suppressions.add(conn, channel="email", digest=[gone], reason="erased", at_us=1)
        rev = people.next_rev(conn)
        claims = resolving.Claims(
            rows=2, row=[0, 1], kind=["email", "email"],
            value=["anna@mail.example", "boris@mail.example"], at_us=2,
        )  # fmt: skip
        anna, _ = resolving.resolve(conn, rev, claims, now_us=2).pid.tolist()
        assert suppressions.suppressed(conn, "email", 3, marketing=True).tolist() == [anna]
