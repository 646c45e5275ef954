"""Every reason has a number that stays and words in three languages."""

from __future__ import annotations

import pytest

from maracuja.decisions import message_words, reason_words, reasons
from maracuja.decisions.reasons import Outcome, Reason
from maracuja.runtime.message_events import NAMES


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_has_a_number_and_words_in_each_language(reason: Reason) -> None:
    assert reasons.reason_of(reasons.code(reason)) is reason
    said = [reason_words.words(reason, language) for language in reason_words.LANGUAGES]
    assert len(set(said)) == len(said)
    assert all(said)


def test_numbers_stay_what_they_are() -> None:
    assert reasons.code(Reason.LOCAL_TIME) == 0
    assert reasons.code(Reason.QUIET_HOURS) == 16
    assert reasons.code(Reason.PASSED) == 20


def test_a_sentence_says_outcome_and_reason() -> None:
    said = reason_words.sentence(Outcome.NEVER, Reason.OPTED_OUT)
    assert said == "not sent: the person opted out of this topic"
    assert reason_words.sentence(Outcome.SEND, Reason.PASSED, "ru") == "отправлено"
    assert reason_words.sentence(Outcome.SEND, Reason.PASSED, "mn") == "илгээсэн"
    assert reason_words.sentence(Outcome.SEND, Reason.PASSED, "de") == "sent"


@pytest.mark.parametrize(
    ("kept", "language", "says"),
    [
        ("missing:person.city", "en", "the person's city is not known"),
        ("missing:person.city", "uk", "про людину невідомо: місто"),
        ("missing:facts.cart_total", "en", "the person's cart total is not known"),
        ("missing:shop.url | upcase", "ru", "о человеке неизвестно: shop.url | upcase"),
        ("stale:person.shoe_size", "en", "what is known as the person's shoe size is too old"),
        ("unsure:person.gender", "ru", "данные о человеке лишь предположительны: пол"),
        ("too_long:subject", "en", "the text would have been too long: subject"),
        ("missing", "en", "the message needs something that is not known about the person"),
        ("opted_out", "en", "the person opted out of this topic"),
    ],
)
def test_what_was_missing_is_said(kept: str, language: str, says: str) -> None:
    reason, detail = reasons.read(kept)
    assert reasons.stored(reason, detail) == kept
    assert reason_words.words(reason, language, detail) == says


@pytest.mark.parametrize("event", sorted(set(NAMES.values())))
def test_what_becomes_of_a_message_has_words_in_each_language(event: str) -> None:
    said = [message_words.happened(event, language) for language in reason_words.LANGUAGES]
    assert event not in said
    assert said[0] != said[1]
    assert message_words.happened("Message Read", machine=True) == "read (by a machine)"
