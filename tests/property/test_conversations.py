"""Words and answers in any order, told twice, by several at once: each stands once."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from maracuja.model import Status
from maracuja.rng import make_id
from maracuja.store import conversation_words, conversations
from maracuja.store.conversation_words import Became, Word
from maracuja.store.conversations import Author, Conversation, TalkState, Turn
from maracuja.store.engine import Store, open_store

QUIET = 10
WORDS = st.tuples(
    st.just("word"),
    st.integers(0, 30),  # its key: the same one twice is one word
    st.integers(1, 3),  # who
    st.sampled_from(["telegram", "sms"]),
    st.integers(0, 60),  # when
    st.booleans(),  # typed or pressed
)
STEPS = st.one_of(
    WORDS,
    st.tuples(st.just("answer"), st.integers(0, 5)),
    st.tuples(st.just("close"), st.integers(0, 5)),
    st.tuples(st.just("sweep"), st.integers(0, 60)),
    st.tuples(st.just("merge"), st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.just("fail"), st.integers(0, 9)),
)


@contextmanager
def copied(template: Path) -> Iterator[Store]:
    """A store of its own for one example."""
    with tempfile.TemporaryDirectory() as place:
        for name in ("state.db", "inbox.db"):
            shutil.copy(template / name, Path(place) / name)
        opened = open_store(f"sqlite:///{place}/state.db")
        try:
            yield opened
        finally:
            opened.close()


class Play:
    """The steps, and what must be true after each."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.said: set[bytes] = set()
        self.answers: list[bytes] = []
        self.closed = 0

    def word(self, key: int, pid: int, channel: str, at_us: int, typed: bool) -> None:
        number = make_id("heard", key)
        place = (pid, channel, "main", f"{channel}:{pid}")
        tapped = "" if typed else "yes"
        one = Word(number, *place, at_us, text=str(key), tapped=tapped, asks=typed)
        with self.store.write() as conn:
            new = conversation_words.hear(conn, [one, one], QUIET)
        assert new == (number not in self.said)
        self.said.add(number)

    def answer(self, nth: int) -> None:
        with self.store.write() as conn:
            talks = conversations.listed(conn)
            if not talks:
                return
            talk = talks[nth % len(talks)]
            number = make_id("answer", len(self.answers))
            turn = Turn(talk.id, talk.seq + 1, number, talk.last_us, int(Author.OPERATOR), "Anna")
            after = talk._replace(seq=turn.seq, state=int(TalkState.WAITING), unread=0)
            conversations.add_turn(conn, after, turn._replace(status="queued"))
        self.answers.append(number)

    def close(self, nth: int) -> None:
        with self.store.write() as conn:
            for talk in conversations.listed(conn)[nth : nth + 1]:
                conversations.change(conn, talk.id, state=int(TalkState.CLOSED), unread=0)

    def sweep(self, now_us: int) -> None:
        with self.store.write() as conn:
            conversations.close_quiet(conn, now_us - QUIET)

    def merge(self, loser: int, winner: int) -> None:
        if loser != winner:
            with self.store.write() as conn:
                conversations.move(conn, [loser], [winner])

    def fail(self, nth: int) -> None:
        with self.store.write() as conn:
            for number in self.answers[nth : nth + 1]:
                conversation_words.note(conn, [Became(number, Status.FAILED)])

    def check(self) -> None:
        with self.store.read() as conn:
            talks = conversations.listed(conn)
            said = [turn for talk in talks for turn in self._sound(conn, talk)]
        ids = [turn.id for turn in said]
        assert sorted(ids) == sorted(self.said | set(self.answers)), "each once, none lost"

    def _sound(self, conn: Any, talk: Conversation) -> list[Turn]:
        """What was said in one, which holds together."""
        turns = conversations.turns_of(conn, talk.id)
        assert [turn.seq for turn in turns] == list(range(1, talk.seq + 1))
        typed = sum(not t.tapped for t in turns if t.author == Author.PERSON)
        assert 0 <= talk.unread <= typed
        if talk.state != TalkState.OPEN:
            assert talk.unread == 0
        last = turns[-1]
        if last.author == Author.PERSON and not last.tapped and talk.state != TalkState.CLOSED:
            assert talk.state == TalkState.OPEN, "whoever wrote last is waited for"
        return turns


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEPS, max_size=25))
def test_conversations_hold_together(steps: list[tuple[Any, ...]], sqlite_template: Path) -> None:
    with copied(sqlite_template) as store:
        play = Play(store)
        for name, *values in steps:
            getattr(play, name)(*values)
            play.check()


def test_words_and_answers_at_once_keep_their_numbers(store: Store) -> None:
    """The worker hears while an operator answers: nobody takes the other's number."""
    place = (1, "telegram", "main", "1000")
    with store.write() as conn:
        conversation_words.hear(conn, [Word(make_id("heard", "first"), *place, 1)], QUIET)
        (talk,) = conversations.listed(conn)
    faults: list[BaseException] = []

    def hear() -> None:
        for n in range(30):
            with store.write() as conn:
                conversation_words.hear(conn, [Word(make_id("heard", n), *place, 2)], QUIET)

    def answer() -> None:
        for n in range(30):
            with store.write() as conn:
                now = conversations.get(conn, talk.id, lock=True)
                assert now is not None
                number = make_id("answer", n)
                turn = Turn(now.id, now.seq + 1, number, 2, int(Author.OPERATOR), "Anna")
                conversations.add_turn(conn, now._replace(seq=turn.seq), turn)

    def kept(work: Any) -> None:
        try:
            work()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=kept, args=(work,)) for work in (hear, answer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with store.read() as conn:
        turns = conversations.turns_of(conn, talk.id)
    assert [turn.seq for turn in turns] == list(range(1, 62))


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({}, "ix_conversations_last_us"),
        ({"states": [0]}, "ix_conversations_state_last_us"),
        ({"channels": ["telegram"]}, "ix_conversations_channel_last_us"),
        ({"assignee": "Anna"}, "ix_conversations_assignee_last_us"),
        ({"pids": [7]}, "ix_conversations_pid"),
    ],
)
def test_long_lists_are_read_from_their_index(
    wanted: dict[str, Any], index: str, sqlite_store: Store
) -> None:
    asked: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM conversations" in statement and not statement.startswith("EXPLAIN"):
            plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            asked.append(" ".join(row[-1] for row in plan.fetchall()))

    event.listen(sqlite_store.state, "after_cursor_execute", note)
    after = conversations.Cursor(5, b"x")
    with sqlite_store.read() as conn:
        conversations.listed(conn, after=after, **wanted)
    (plan,) = asked
    assert index in plan
    assert "pids" in wanted or "TEMP B-TREE" not in plan, "in the order of the index"
