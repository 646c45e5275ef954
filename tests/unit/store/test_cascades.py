"""Who is under way in a cascade: sendings, receipts and merges change it, on both databases."""

from __future__ import annotations

import pytest

from maracuja.store import cascades, waiting
from maracuja.store.engine import Store
from maracuja.store.outbox import NEVER_US
from maracuja.store.schema import waiting as table

VIBER, SMS = 4, 10
RUN = 7


@pytest.fixture
def going(store: Store) -> Store:
    """People 1 to 4 of run 7 have a message on Viber, 5 waits for the morning."""
    with store.write() as conn:
        waiting.put(
            conn, RUN, pid=[1, 2, 3, 4], until_us=NEVER_US, reason=25, tried=1, channel=VIBER
        )
        waiting.put(conn, RUN, pid=[5], until_us=50, reason=16)
    return store


def rows(store: Store) -> dict[int, tuple[int, int]]:
    """Until when each waits, and what was tried."""
    with store.read() as conn:
        found = conn.execute(table.select().where(table.c.run == RUN)).all()
    return {row.pid: (row.until_us, row.tried) for row in found}


def test_a_sent_message_waits_and_a_failed_one_goes_on(going: Store) -> None:
    with going.write() as conn:
        assert cascades.any_open(conn) and waiting.next_due(conn) == 50
        assert waiting.counts(conn) == {RUN: 1}, "whose message is queued is counted there"
        cascades.sent(
            conn, run=[RUN] * 3, pid=[1, 2, 3], channel=VIBER, full=[3, 3, 1],
            until_us=[90, NEVER_US, 90],
        )  # fmt: skip
    assert rows(going) == {1: (90, 1), 4: (NEVER_US, 1), 5: (50, 0)}
    with going.write() as conn:
        cascades.sent(conn, run=[RUN], pid=[1], channel=VIBER, full=[3], until_us=[200])
        cascades.sent(conn, run=[RUN], pid=[4], channel=SMS, full=[3], until_us=[200])
    assert rows(going)[1] == (90, 1), "what has been said before stands"
    assert rows(going)[4] == (NEVER_US, 1), "it is on another channel"


def test_receipts_end_it_or_bring_the_next_step(going: Store) -> None:
    with going.write() as conn:
        assert (
            cascades.fail(conn, run=[RUN, RUN], pid=[1, 2], channel=[VIBER, SMS], now_us=60) == 1
        )
        assert cascades.fail(conn, run=[RUN], pid=[1], channel=[VIBER], now_us=70) == 0, "sooner"
        assert cascades.end(conn, run=[RUN, 8, RUN], pid=[2, 3, 5]) == 1, "5 waits for the morning"
        assert cascades.end_on(conn, channel=[SMS, VIBER], pid=[3, 4]) == 1
    assert rows(going) == {1: (60, 1), 3: (NEVER_US, 1), 5: (50, 0)}


def test_a_step_follows_only_what_was_read(going: Store) -> None:
    with going.write() as conn:
        cascades.fail(conn, run=[RUN], pid=[1], channel=[VIBER], now_us=60)
        assert waiting.due(conn, 99, read_until_us=59)[RUN].pid.tolist() == [5]
        due = waiting.due(conn, 99, read_until_us=60)[RUN]
        assert [column.tolist() for column in due] == [[1, 5], [1, 0], [VIBER, 0]]
        assert waiting.stand(conn, RUN, due)
        waiting.put(conn, RUN, pid=[1], until_us=60, reason=25, tried=3, channel=SMS)
        assert not waiting.stand(conn, RUN, due), "another step was taken meanwhile"


def test_who_is_overtaken_is_not_under_way(going: Store) -> None:
    with going.write() as conn:
        assert cascades.under_way(conn, RUN, [1, 2, 5, 9], VIBER) == {1, 2}
        assert cascades.under_way(conn, RUN, [1], SMS) == cascades.under_way(conn, 8, [1], VIBER)


def test_a_merged_person_goes_on_as_the_other_did(going: Store) -> None:
    with going.write() as conn:
        waiting.move(conn, {1: 90, 2: 5})
        assert cascades.under_way(conn, RUN, [90, 1, 2, 5], VIBER) == {90}
    assert rows(going)[90] == (NEVER_US, 1) and rows(going)[5] == (50, 0)
