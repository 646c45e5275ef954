"""People resolved as one set are the people resolved one call after the other."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from maracuja.store import people, resolving
from maracuja.store.engine import Store

KINDS = {
    "external_id": ["1", "2", "3"],
    "email": ["a", "b", "c", "d", "e", "f", "g"],
    "phone": ["5", "6"],
    "anonymous_id": ["x", "y", "z"],
}
Row = tuple[list[tuple[str, str]], bool]

rows = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(list(KINDS)), st.integers(0, 6), min_size=1).map(
            lambda d: [(k, KINDS[k][i % len(KINDS[k])]) for k, i in d.items()]
        ),
        st.booleans(),
    ),
    max_size=12,
)


class Undone(Exception):
    """Ends an example without leaving anything in the database."""


def resolve(conn: Connection, batch: Sequence[Row]) -> None:
    flat = [(i, k, v) for i, (row, _) in enumerate(batch) for k, v in row]
    resolving.resolve(
        conn,
        people.next_rev(conn),
        resolving.Claims(
            rows=len(batch),
            row=[i for i, _, _ in flat],
            kind=[k for _, k, _ in flat],
            value=[v for _, _, v in flat],
            at_us=1,
            trusted=[trusted for _, trusted in batch],
        ),
        now_us=1,
    )


def partition(conn: Connection) -> set[frozenset[tuple[str, str]]]:
    every = [(k, v) for k, values in KINDS.items() for v in values]
    pids = people.find(conn, [k for k, _ in every], [v for _, v in every]).tolist()
    groups: dict[int, set[tuple[str, str]]] = {}
    for key, pid in zip(every, pids, strict=True):
        if pid:
            groups.setdefault(pid, set()).add(key)
    assert set(groups) <= set(people.select_people(conn, list(groups)).pid)
    return {frozenset(group) for group in groups.values()}


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=rows, batch=rows)
def test_a_set_and_one_by_one_agree(
    sqlite_store: Store, before: list[Row], batch: list[Row]
) -> None:
    outcomes = []
    for pieces in ([batch], [[row] for row in batch]):
        try:
            with sqlite_store.write() as conn:
                for row in before:
                    resolve(conn, [row])
                for piece in pieces:
                    resolve(conn, piece)
                outcomes.append(partition(conn))
                raise Undone
        except Undone:
            pass
    assert outcomes[0] == outcomes[1]
