"""What people answered to the polls of a campaign: counted, never compared."""

from __future__ import annotations

from collections.abc import Mapping

from maracuja.model import Record


class AnswerTold(Record, frozen=True):
    """An answer as it is kept, and how many people it is the answer of."""

    answer: str
    people: int


class PollTold(Record, frozen=True):
    """A poll by the trait that it sets: whoever answered counts with the last answer, or with each
    one where several can be given. The answer of most people stands first.
    """

    poll: str
    people: int
    multiple: bool
    answers: tuple[AnswerTold, ...]


def poll_told(poll: str, people: int, counts: Mapping[str, int], *, multiple: bool) -> PollTold:
    """A poll from the people of each answer."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    answers = tuple(AnswerTold(answer=answer, people=n) for answer, n in ordered)
    return PollTold(poll=poll, people=people, multiple=multiple, answers=answers)
