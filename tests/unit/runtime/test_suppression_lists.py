"""Lists of who is not written to: taken over, given away, said in words."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.errors import BadInput
from maracuja.model import micros
from maracuja.runtime import suppression_lists, suppression_words
from maracuja.runtime.suppression_lists import Row, Taken, read_list
from maracuja.store import people, resolving, suppressions
from maracuja.store.engine import Store

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SALT = "salt"


def take(store: Store, *lines: str, **more: object) -> Taken:
    values = {"channel": "email", "salt": SALT, "country": "UA", "actor": "test", "now": NOW}
    return suppression_lists.take(store, read_list(lines), **{**values, **more})  # type: ignore[arg-type]


def current(store: Store) -> list[suppressions.Suppression]:
    with store.read() as conn:
        return suppressions.current(conn, micros(NOW))


@pytest.fixture
def maria(sqlite_store: Store) -> int:
    with sqlite_store.write() as conn:
        claims = resolving.Claims(
            rows=1, row=[0], kind=["email"], value=["maria@mail.example"], at_us=1
        )
        rev = people.next_rev(conn)
        return int(resolving.resolve(conn, rev, claims, now_us=1).pid[0])


@pytest.mark.parametrize(
    "lines",
    [
        ["maria@mail.example\n", "\n", "ivan@mail.example\n"],
        ["email,reason\n", "maria@mail.example,spam\n", "ivan@mail.example,\n"],
        ["\ufeffName;E-Mail\n", "Maria;maria@mail.example\n", '"I;v";ivan@mail.example\n'],
        ["Recipient\n", " MARIA@mail.example \n", "ivan@mail.example\n"],
    ],
)
def test_lists_of_other_systems_are_read(
    sqlite_store: Store, maria: int, lines: list[str]
) -> None:
    assert take(sqlite_store, *lines) == Taken(2, 0, ())
    rows = {row.digest: row for row in current(sqlite_store)}
    mine, other = suppressions.digests(SALT, "email", ["maria@mail.example", "ivan@mail.example"])
    assert rows[mine].pid == maria and rows[other].pid is None
    assert {row.reason for row in rows.values()} == {"imported"}
    assert take(sqlite_store, *lines) == Taken(0, 2, ()), "again it changes nothing"


def test_what_stands_is_neither_lifted_nor_narrowed(sqlite_store: Store, maria: int) -> None:
    [digest] = suppressions.digests(SALT, "email", ["maria@mail.example"])
    with sqlite_store.write() as conn:
        suppressions.add(
            conn, channel="email", digest=[digest], reason="bounced", at_us=1, pid=[maria]
        )
    assert take(sqlite_store, "maria@mail.example", marketing_only=True).known == 1
    [row] = current(sqlite_store)
    assert (row.reason, row.scope) == ("bounced", "all")


def test_a_wider_word_stands_beside_a_narrow_one(sqlite_store: Store, maria: int) -> None:
    assert take(sqlite_store, "maria@mail.example", marketing_only=True).added == 1
    assert take(sqlite_store, "maria@mail.example").added == 1
    assert {row.scope for row in current(sqlite_store)} == {"all", "marketing"}


def test_lines_that_are_no_address_are_told(sqlite_store: Store) -> None:
    found = take(sqlite_store, "email", "maria@mail.example", "nobody", "a b@c")
    assert found.added == 1
    assert found.refused == (
        "line 3: `nobody` is no address on email",
        "line 4: `a b@c` is no address on email",
    )
    with pytest.raises(BadInput, match="No column"):
        take(sqlite_store, "name,city", "Maria,Kyiv")
    with pytest.raises(BadInput, match="no channel"):
        take(sqlite_store, "a@b.example", channel="owl")


def test_phones_are_known_by_their_number(sqlite_store: Store) -> None:
    assert take(sqlite_store, "phone", "067 123 45 67", channel="sms").added == 1
    assert take(sqlite_store, "phone", "+380671234567", channel="sms").known == 1


def test_a_list_that_is_given_can_be_taken(sqlite_store: Store, maria: int) -> None:
    take(sqlite_store, "maria@mail.example", "gone@mail.example", reason="=cmd()")
    with sqlite_store.read() as conn:
        text = "".join(suppression_lists.written(conn, NOW, salt=SALT))
    rows = {row["pid"]: row for row in csv.DictReader(io.StringIO(text))}
    mine = rows[str(maria)]
    assert (mine["address"], mine["reason"]) == ("maria@mail.example", "imported")
    assert mine["words"] == "'=cmd()", "no spreadsheet takes it for a formula"
    assert rows[""]["address"] == "" and len(rows[""]["digest"]) == 64
    found = take(sqlite_store, *text.splitlines(keepends=True))
    assert (found.added, found.known, len(found.refused)) == (0, 1, 1)


@given(st.lists(st.text(max_size=40), max_size=6))
def test_no_list_breaks_the_reading(lines: list[str]) -> None:
    try:
        rows = list(read_list(lines))
    except BadInput:
        return
    assert all(isinstance(row, Row) and row.line >= 1 for row in rows)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "Nothing is sent to the email address since 2026-11-21: it does not exist or takes no "
            "mail (5.1.1: No such user).",
        ),
        ("ru", "На адрес в email с 2026-11-21 ничего не отправляется: его нет или он не"),
        ("uk", "На адресу в email з 2026-11-21 нічого не надсилається: її немає"),
        ("mn", "email хаяг руу 2026-11-21-аас юу ч илгээхгүй: ийм хаяг байхгүй"),
        ("de", "Nothing is sent"),
    ],
)
def test_a_person_is_told_why(sqlite_store: Store, maria: int, language: str, words: str) -> None:
    [digest] = suppressions.digests(SALT, "email", ["maria@mail.example"])
    with sqlite_store.write() as conn:
        suppressions.add(
            conn,
            channel="email",
            digest=[digest],
            reason="bounced",
            code="5.1.1",
            raw="No such user",
            at_us=micros(NOW),
            pid=[maria],
        )
    with sqlite_store.read() as conn:
        [told] = suppression_words.of_person(conn, maria, NOW, language=language, zone="UTC")
    assert told.startswith(words)


def test_until_when_and_for_what_is_said() -> None:
    row = suppressions.Suppression(
        "email", b"d", "marketing", 1, "mailbox_full", "", "", micros(NOW), micros(NOW)
    )
    [told] = suppression_words.sentences([row], "en", "Europe/Kyiv")
    assert told == (
        "No marketing is sent to the email address since 2026-11-21, until 2026-11-21: "
        "the mailbox was full again and again."
    )
