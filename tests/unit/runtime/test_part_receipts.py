"""A message in parts is delivered once all of them are, and failed with the first that is."""

from __future__ import annotations

from itertools import permutations
from typing import NamedTuple

import pytest

from maracuja.channels.heard import Heard, HeardKind
from maracuja.ingest.heard import HeardRow
from maracuja.model import Status
from maracuja.runtime.part_receipts import whole
from maracuja.store import message_parts
from maracuja.store.engine import Store

MESSAGE = b"m" * 16
D, F, U = Status.DELIVERED, Status.FAILED, Status.UNKNOWN


class Row(NamedTuple):
    told: HeardRow
    message: bytes = MESSAGE


def receipt(name: str, status: Status, parts: int = 0, channel: str = "sms") -> Row:
    heard = Heard(
        kind=HeardKind.RECEIPT, key=f"{name}:{status}", at_us=1, vendor_id=name, status=status,
        parts=parts,
    )  # fmt: skip
    return Row(HeardRow(channel, "main", 1, heard))


def told(store: Store, *rows: Row) -> list[Status | None]:
    """What is said of whole messages by receipts that come one after another."""
    found = []
    for row in rows:
        with store.write() as conn:
            found += [one.told.heard.status for one in whole(conn, [row], 5)]
    return found


def sent(store: Store, *names: str) -> None:
    with store.write() as conn:
        message_parts.expect(conn, MESSAGE, names, 1)


@pytest.mark.parametrize("order", list(permutations("abc")))
@pytest.mark.parametrize("known", ["before", "between", "by the line"])
def test_it_is_delivered_with_the_last_part(
    store: Store, order: tuple[str, ...], known: str
) -> None:
    """The sending may be written down before the first receipt, or after it, or never."""
    rows = [receipt(name, D, 0 if known == "before" else 3) for name in order]
    if known == "before":
        sent(store, "a", "b", "c")
    assert told(store, *rows[:1]) == []
    if known == "between":
        sent(store, "a", "b", "c")
    assert told(store, *rows[1:]) == [D]


def test_the_first_part_that_fails_fails_the_message(store: Store) -> None:
    sent(store, "a", "b", "c")
    rows = receipt("a", D), receipt("b", F), receipt("c", Status.EXPIRED)
    assert told(store, *rows) == [F]


def test_a_batch_is_as_one_after_another(store: Store) -> None:
    sent(store, "a", "b")
    rows = [receipt("a", D), receipt("b", D), receipt("a", D)._replace(message=b"other")]
    with store.write() as conn:
        kept = whole(conn, rows, 5)
    assert kept == rows[1:], "a message that is not in parts is told at once"


def test_other_channels_and_words_pass(store: Store) -> None:
    sent(store, "a", "b")
    other = receipt("a", D, channel="telegram")
    word = HeardRow("sms", "main", 1, Heard(kind=HeardKind.MESSAGE, key="k", at_us=1, text="Hi"))
    with store.write() as conn:
        assert whole(conn, [other, Row(word)], 5) == [other, Row(word)]
        assert message_parts.oldest_us(conn) == 1
        assert message_parts.delete_before(conn, 2) == 2
        assert message_parts.oldest_us(conn) is None
