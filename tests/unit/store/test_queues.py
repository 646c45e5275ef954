"""Inbox and feed: in order, within limits, gone only when told."""

from __future__ import annotations

import threading

from maracuja.store import feed, inbox
from maracuja.store.engine import Store


def request(body: bytes, at: int = 1) -> inbox.Request:
    return inbox.Request(at, "track", "server", b"{}", body)


def test_requests_come_out_as_they_went_in(store: Store) -> None:
    with store.write_inbox() as conn:
        assert list(inbox.append(conn, [request(b"a"), request(b"\x00b")])) == [1, 2]
    with store.write_inbox() as conn:
        assert list(inbox.append(conn, [request(b"c")])) == [3]
        assert list(inbox.append(conn, [])) == []
    with store.read_inbox() as conn:
        batch = inbox.read(conn, 1)
        assert batch.seq == [2, 3] and batch.body == [b"\x00b", b"c"]
        assert inbox.size(conn) == 3 and inbox.size(conn, 2) == 1
    with store.write_inbox() as conn:
        assert inbox.delete_until(conn, 3) == 3
        assert inbox.read(conn, 0).seq == []
        assert list(inbox.append(conn, [request(b"d")])) == [4], "a number is never used again"
        assert inbox.last(conn) == 4


def test_a_batch_stays_within_rows_and_bytes(store: Store) -> None:
    with store.write_inbox() as conn:
        inbox.append(conn, [request(b"x" * 10) for _ in range(5)])
        assert inbox.read(conn, 0, rows_max=2).seq == [1, 2]
        assert inbox.read(conn, 0, bytes_max=25).seq == [1, 2]
        assert inbox.read(conn, 0, bytes_max=1).seq == [1], "one at least"


def test_many_writers_never_hide_a_request(store: Store) -> None:
    def write() -> None:
        for _ in range(10):
            with store.write_inbox() as conn:
                inbox.append(conn, [request(b"x"), request(b"y")])

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while any(w.is_alive() for w in writers) or len(seen) < 80:
        with store.read_inbox() as conn:
            seen += inbox.read(conn, seen[-1] if seen else 0).seq
        if not any(w.is_alive() for w in writers) and len(seen) >= 80:
            break
    for writer in writers:
        writer.join()
    assert seen == list(range(1, 81))


def test_the_feed_keeps_order(store: Store) -> None:
    with store.write() as conn:
        seqs = feed.append(
            conn,
            at_us=5,
            pid=[1, 2],
            event="Message Sent",
            message_id=[b"a", b"b"],
            properties=[b"{}", b"{}"],
        )
        assert list(seqs) == [1, 2]
        assert feed.read(conn, 1) == ([2], [5], [2], ["Message Sent"], [b"b"], [b"{}"])
        assert feed.size(conn) == 2
        assert feed.delete_until(conn, 1) == 1
        assert feed.read(conn, 0, rows_max=5).seq == [2]
