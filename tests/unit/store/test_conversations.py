"""Conversations in the state database: words join them once, operators answer, nobody is lost."""

from __future__ import annotations

from typing import Any

from maracuja.model import Status
from maracuja.rng import make_id
from maracuja.store import conversation_words, conversations
from maracuja.store.conversation_words import Became, Moved, Word
from maracuja.store.conversations import Author, Conversation, Cursor, TalkState, Turn
from maracuja.store.engine import Store

DAY = 86_400_000_000
QUIET = 14 * DAY
OPEN, WAITING, CLOSED = TalkState.OPEN, TalkState.WAITING, TalkState.CLOSED


def word(key: str, at_us: int = DAY, **changes: Any) -> Word:
    fields: dict[str, Any] = {
        "id": make_id("heard", key),
        "pid": 1,
        "channel": "telegram",
        "account": "main",
        "address": "1000",
        "at_us": at_us,
        "text": key,
        **changes,
    }
    return Word(**fields)


def hear(store: Store, *words: Word) -> int:
    with store.write() as conn:
        return conversation_words.hear(conn, words, QUIET)


def every(store: Store, **wanted: Any) -> list[Conversation]:
    with store.read() as conn:
        return conversations.listed(conn, **wanted)


def only(store: Store) -> Conversation:
    (found,) = every(store)
    return found


def said(store: Store, talk: Conversation, **wanted: int) -> list[Turn]:
    with store.read() as conn:
        return conversations.turns_of(conn, talk.id, **wanted)


def answer(store: Store, talk: Conversation, name: str = "answer", at_us: int = 2 * DAY) -> bytes:
    """An operator says something; the id of the message."""
    number = make_id("answer", name)
    turn = Turn(
        talk.id, talk.seq + 1, number, at_us, int(Author.OPERATOR), "Anna", name, status="queued"
    )
    after = talk._replace(seq=turn.seq, state=int(WAITING), unread=0, last_us=at_us)
    with store.write() as conn:
        conversations.add_turn(conn, after, turn)
    return number


def note(store: Store, message: bytes, status: Status, code: str = "") -> None:
    with store.write() as conn:
        conversation_words.note(conn, [Became(message, status, code)])


def test_words_open_one_conversation_and_continue_it(store: Store) -> None:
    assert hear(store, word("Where is it?"), word("Hello?", 2 * DAY, language="en")) == 2
    talk = only(store)
    assert (talk.pid, talk.channel, talk.account, talk.address) == (1, "telegram", "main", "1000")
    assert (talk.state, talk.seq, talk.unread, talk.language) == (OPEN, 2, 2, "en")
    assert (talk.opened_us, talk.last_us, talk.word_us) == (DAY, 2 * DAY, 2 * DAY)
    assert hear(store, word("Well?", 3 * DAY, language="")) == 1
    assert [(turn.seq, turn.text) for turn in said(store, talk)] == [
        (1, "Where is it?"),
        (2, "Hello?"),
        (3, "Well?"),
    ]
    assert only(store).language == "en", "a word of no sure language changes nothing"
    assert [turn.seq for turn in said(store, talk, after=1, rows_max=1)] == [2]


def test_a_word_told_twice_is_one(store: Store) -> None:
    assert hear(store, word("a"), word("a")) == 1
    assert hear(store, word("a"), word("b")) == 1
    assert only(store).seq == 2


def test_each_channel_account_address_and_person_has_its_own(store: Store) -> None:
    others = [{"channel": "viber"}, {"account": "promo"}, {"address": "1001"}, {"pid": 2}]
    hear(store, word("0"), *(word(str(n), **one) for n, one in enumerate(others, 1)))
    assert len(every(store)) == 5


def test_a_pressed_button_is_a_turn_that_asks_for_nothing(store: Store) -> None:
    hear(store, word("yes", tapped="yes", asks=False))
    assert (only(store).state, only(store).unread) == (WAITING, 0)
    hear(store, word("But when?", 2 * DAY))
    hear(store, word("no", 3 * DAY, tapped="no", asks=False))
    assert (only(store).state, only(store).unread, only(store).seq) == (OPEN, 1, 3)


def test_a_late_word_opens_what_was_closed_or_begins_anew(store: Store) -> None:
    hear(store, word("a"))
    with store.write() as conn:
        conversations.change(conn, only(store).id, state=int(CLOSED), unread=0, assignee="Anna")
    hear(store, word("b", DAY + QUIET))
    assert (only(store).state, only(store).assignee) == (OPEN, "Anna")
    with store.write() as conn:
        conversations.change(conn, only(store).id, state=int(CLOSED))
    hear(store, word("c", DAY + 2 * QUIET + 1))
    fresh, old = every(store)
    assert (fresh.state, fresh.seq, fresh.assignee) == (OPEN, 1, "")
    assert (old.state, old.seq) == (CLOSED, 2)


def test_who_was_never_answered_waits_in_the_same_conversation(store: Store) -> None:
    hear(store, word("a"), word("b", DAY + 3 * QUIET))
    assert only(store).seq == 2


def test_lists_are_filtered_and_come_in_pages(store: Store) -> None:
    hear(store, *(word(str(n), (n + 1) * DAY, address=str(n), pid=n) for n in range(7)))
    hear(store, word("sms", 9 * DAY, channel="sms", pid=1))
    newest = every(store)
    assert [talk.last_us for talk in newest] == sorted((t.last_us for t in newest), reverse=True)
    pages, after = [], None
    while page := every(store, after=after, rows_max=3):
        pages += page
        after = Cursor(page[-1].last_us, page[-1].id)
    assert pages == newest
    assert len(every(store, channels=["sms"])) == 1
    assert len(every(store, pids=[1])) == 2
    with store.write() as conn:
        conversations.change(conn, newest[0].id, assignee="Anna", state=int(CLOSED))
        conversations.change(conn, newest[1].id, state=int(WAITING))
    assert every(store, assignee="Anna") == every(store, states=[CLOSED])
    assert len(every(store, assignee="")) == 7
    assert len(every(store, states=[OPEN, WAITING])) == 7
    with store.read() as conn:
        assert conversations.counts(conn) == {OPEN: 6, WAITING: 1, CLOSED: 1}
        last = conversations.last_turns(conn, [talk.id for talk in newest[:2]])
    assert {turn.text for turn in last.values()} == {"sms", "6"}


def test_what_became_of_an_answer_is_noted_and_never_taken_back(store: Store) -> None:
    hear(store, word("a"))
    number = answer(store, only(store))
    for status, stands in (
        (Status.SENT, "sent"),
        (Status.READ, "read"),
        (Status.DELIVERED, "read"),
        (Status.FAILED, "read"),
        (Status.COMPLAINED, "read"),
    ):
        note(store, number, status)
        assert said(store, only(store))[-1].status == stands
    assert only(store).state == WAITING
    note(store, make_id("heard", "a"), Status.SENT)  # a person's words have no such thing
    note(store, b"nobody's", Status.SENT)
    assert said(store, only(store))[0].status == ""


def test_an_answer_that_did_not_arrive_makes_it_the_shops_turn(store: Store) -> None:
    hear(store, word("a"))
    first = answer(store, only(store))
    note(store, first, Status.FAILED, "window_closed")
    assert (only(store).state, said(store, only(store))[-1].code) == (OPEN, "window_closed")
    second = answer(store, only(store), "again")
    note(store, first, Status.REJECTED)
    assert only(store).state == WAITING, "an earlier one says nothing about the later"
    note(store, second, Status.BOUNCED)
    assert only(store).state == OPEN


def test_what_a_restore_holds_back_has_failed(store: Store) -> None:
    hear(store, word("a"))
    first = answer(store, only(store))
    note(store, first, Status.SENT)
    answer(store, only(store), "held back")
    with store.write() as conn:
        conversation_words.withdraw(conn)
    shown = [(turn.status, turn.code) for turn in said(store, only(store))]
    assert shown == [("", ""), ("sent", ""), ("failed", "restored")]
    assert only(store).state == OPEN


def test_who_has_answered_since_is_told(store: Store) -> None:
    hear(store, word("a"))
    seen = only(store).seq
    answer(store, only(store))
    hear(store, word("b", 3 * DAY))
    with store.read() as conn:
        assert [t.text for t in conversations.answered_since(conn, only(store).id, seen)] == [
            "answer"
        ]
        assert conversations.answered_since(conn, only(store).id, 2) == []
        assert conversations.words_after(conn, only(store).id, 0) == 2
        assert conversations.words_after(conn, only(store).id, 1) == 1
        found = conversations.turn_of(conn, make_id("answer", "answer"))
    assert found is not None and found.operator == "Anna"


def test_moved_addresses_move_conversations(store: Store) -> None:
    hear(store, word("a"), word("b", address="other"))
    with store.write() as conn:
        moved = Moved("telegram", "main", "1000", "2000")
        conversation_words.move_addresses(conn, [moved])
        conversation_words.move_addresses(conn, [])
    assert {talk.address for talk in every(store)} == {"2000", "other"}
    hear(store, word("c", 2 * DAY, address="2000"))
    assert len(every(store)) == 2


def test_merged_people_keep_their_conversations(store: Store) -> None:
    hear(store, word("a"), word("b", pid=2, address="1001"), word("c", pid=3, address="1002"))
    with store.write() as conn:
        conversations.move(conn, [2, 3], [1, 1])
    assert {talk.pid for talk in every(store)} == {1}
    with store.read() as conn:
        found = conversations.of_people(conn, [1])
    assert sorted(turn.text for _, turns in found for turn in turns) == ["a", "b", "c"]


def test_the_erased_leave_no_word(store: Store) -> None:
    hear(store, word("a"), word("b"), word("c", pid=2, address="1001"))
    with store.write() as conn:
        assert conversations.forget(conn, [1]) == {"turns": 2, "conversations": 1}
    assert only(store).pid == 2
    assert len(said(store, only(store))) == 1


def test_quiet_ones_close_and_old_ones_go(store: Store) -> None:
    hear(store, word("a"), word("b", 3 * DAY, address="1001"))
    with store.write() as conn:
        for talk in conversations.listed(conn):
            conversations.change(conn, talk.id, state=int(WAITING))
        assert conversations.close_quiet(conn, 2 * DAY) == 1
        assert conversations.oldest_us(conn, WAITING) == 3 * DAY
        assert conversations.oldest_us(conn) == DAY
        assert conversations.delete_before(conn, 2 * DAY) == 1
        assert conversations.delete_before(conn, 2 * DAY) == 0
        assert conversations.oldest_us(conn, OPEN) is None
    assert only(store).address == "1001"
