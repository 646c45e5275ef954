"""Polls: what goes out comes back as it was, and nothing else is an answer."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.polls import (
    Answered,
    as_question,
    by_number,
    read_question,
    read_reply,
    reply_of,
)
from maracuja.content import ANSWERS_MAX, Poll, PollAnswer
from maracuja.links.tokens import TOKEN_CHARS_MAX, KeyRing, Purpose, Ticket

RING = KeyRing([b"k" * 32])
names = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
letters = st.characters(exclude_categories=("C",))
words = st.text(letters, min_size=1, max_size=100).filter(str.strip)
answers = st.lists(
    st.builds(PollAnswer, text=words, value=words),
    min_size=2,
    max_size=ANSWERS_MAX,
    unique_by=lambda one: one.kept,
).map(tuple)
polls = st.builds(Poll, question=words, answers=answers, trait=names, multiple=st.booleans())
said = st.builds(Answered, names, words, adds=st.booleans(), run=st.integers(0, 2**31))


@given(said)
def test_what_a_button_brings_back_is_what_it_was_given(answer: Answered) -> None:
    back = RING.unseal(RING.seal(reply_of(answer)))
    assert back is not None and read_reply(back) == answer


@given(said, st.integers(0, 200), st.sampled_from(string.ascii_letters))
def test_what_was_changed_on_the_way_is_nothing(answer: Answered, at: int, letter: str) -> None:
    sealed = RING.seal(reply_of(answer))
    at %= len(sealed)
    spoiled = sealed[:at] + letter + sealed[at + 1 :]
    assert spoiled == sealed or RING.unseal(spoiled) is None


@given(polls, st.integers(-1, ANSWERS_MAX - 1))
def test_a_page_asks_what_the_message_asked_and_its_address_is_short_enough(
    poll: Poll, chosen: int
) -> None:
    asked = as_question(poll, chosen)
    found = read_question(asked)
    assert found is not None
    assert (found.trait, found.multiple, found.chosen) == (poll.trait, poll.multiple, chosen)
    assert [kept for _, kept in found.answers] == [one.kept for one in poll.choices]
    token = RING.sign(Ticket(purpose=Purpose.VOTE, message=bytes(16), pid=2**40, detail=asked))
    assert len(token) <= TOKEN_CHARS_MAX
    read = RING.read(token, Purpose.VOTE)
    assert read is not None and read.detail == asked


@given(polls, st.text(max_size=12))
def test_a_number_is_an_answer_that_was_offered_or_nothing(poll: Poll, text: str) -> None:
    found = by_number(poll, text, 1)
    assert {one.value for one in found} <= {one.kept for one in poll.choices}
    assert len(found) <= (len(poll.choices) if poll.multiple else 1)


@given(polls, st.data())
def test_each_number_means_its_answer(poll: Poll, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, len(poll.choices)))
    (one,) = by_number(poll, f" {n}. ", 1)
    assert one == Answered(poll.trait, poll.choices[n - 1].kept, poll.multiple, 1)
