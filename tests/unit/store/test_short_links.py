"""Short links, open polls and files of single messages, as both databases keep them."""

from __future__ import annotations

from maracuja.content import Enclosed, Poll
from maracuja.store import open_polls, posted_files, short_links
from maracuja.store.engine import Store
from maracuja.store.open_polls import KEPT_DAYS, Open
from maracuja.store.short_links import ShortLink

DAY_US = 86_400_000_000
TEA = Poll(question="Tea?", answers=("yes", "no"), trait="tea")
CUP = Poll(question="A cup?", answers=("small", "large"), trait="cup", multiple=True)


def test_a_short_link_stands_for_its_first_token(store: Store) -> None:
    with store.write() as conn:
        short_links.add(conn, [ShortLink("a", 1, "one"), ShortLink("a", 1, "one")], DAY_US)
        short_links.add(conn, [ShortLink("a", 1, "two"), ShortLink("b", 2, "b")], 3 * DAY_US)
        short_links.add(conn, [], 1)
        assert short_links.find(conn, "a") == "one" and short_links.find(conn, "c") is None
        assert short_links.oldest_us(conn) == DAY_US
        assert short_links.delete_before(conn, 2 * DAY_US) == 1
        assert short_links.find(conn, "a") is None and short_links.find(conn, "b") == "b"


def test_the_last_poll_of_a_person_on_a_channel_is_the_one_to_answer(store: Store) -> None:
    with store.write() as conn:
        open_polls.ask(conn, 10, [Open(1, b"m1", 3, TEA), Open(2, b"m2", 3, TEA)], DAY_US)
        open_polls.ask(conn, 10, [Open(1, b"m3", 4, TEA), Open(1, b"m4", 5, CUP)], 2 * DAY_US)
        open_polls.ask(conn, 11, [Open(1, b"m5", 6, TEA)], 2 * DAY_US)
        found = open_polls.of(conn, 10, [1, 2, 3, 1], 3 * DAY_US)
        assert found == {1: Open(1, b"m4", 5, CUP), 2: Open(2, b"m2", 3, TEA)}
        late = open_polls.of(conn, 10, [1, 2], (KEPT_DAYS + 1) * DAY_US + 1)
        assert set(late) == {1}
        assert open_polls.oldest_us(conn) == DAY_US
        assert open_polls.delete_before(conn, 2 * DAY_US) == 1


def test_files_come_back_in_their_order_until_they_are_forgotten(store: Store) -> None:
    files = [
        Enclosed(name=f"{n}.pdf", type="application/pdf", size=3, data=bytes([n, 0, 255]))
        for n in range(3)
    ]
    with store.write() as conn:
        posted_files.add(conn, b"m", files)
        posted_files.add(conn, b"m", files[:1])  # asked for twice at once
        posted_files.add(conn, b"n", files[:1])
        assert posted_files.of(conn, b"m") == tuple(files)
        posted_files.forget(conn, {b"m", b"unknown"})
        assert posted_files.of(conn, b"m") == () and len(posted_files.of(conn, b"n")) == 1
