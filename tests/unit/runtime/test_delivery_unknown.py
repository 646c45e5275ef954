"""What is unknown is repeated only where the vendor or the operator says that it may be."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from maracuja.channels.base import Answer, Stage
from maracuja.channels.limits import Limits
from maracuja.channels.telegram import Telegram
from maracuja.channels.webhook import Webhook, WebhookSettings
from maracuja.decisions.reasons import Reason
from maracuja.model import Status
from maracuja.runtime.delivery_looking import _close
from maracuja.runtime.delivery_results import Book, Outcomes, Parcel, Refusals, sort_answer
from maracuja.store.outbox import OutboxState
from tests.contract.channel_cases.telegram import SETTINGS

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LOST = Answer(stage=Stage.GIVEN, text="the line broke", lost=True)


@pytest.mark.parametrize(
    ("marketing", "setting", "expected"),
    [
        (True, False, OutboxState.UNKNOWN),
        (True, True, OutboxState.UNKNOWN),
        (False, False, OutboxState.UNKNOWN),
        (False, True, OutboxState.QUEUED),
    ],
)
def test_a_lost_answer(marketing: bool, setting: bool, expected: OutboxState) -> None:
    channel = Telegram(msgspec.structs.replace(SETTINGS, repeat_service=setting))
    parcel = Parcel(1, 0, 7, 1, 0, b"m" * 16, "c", "v", "42", 2**62, marketing)
    out = Outcomes()
    book = Book(channel, Limits(), Refusals(), NOW)
    sort_answer(out, parcel, channel.decode(LOST), book)
    ((_, state, _),) = out.finished
    assert state is expected


def test_what_was_repeated_in_vain_stays_unknown() -> None:
    """One of the attempts may have arrived: to call it expired would be a guess."""
    channel = Telegram(msgspec.structs.replace(SETTINGS, repeat_service=True))
    parcel = Parcel(1, 0, 7, 1, 2, b"m" * 16, "c", "v", "42", 0, marketing=False)
    out = Outcomes()
    sort_answer(out, parcel, channel.decode(LOST), Book(channel, Limits(), Refusals(), NOW))
    ((_, state, _),) = out.finished
    (told,) = out.told
    assert state is OutboxState.UNKNOWN and told.status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("attempts", "expected"), [(0, OutboxState.EXPIRED), (1, OutboxState.UNKNOWN)]
)
def test_what_is_late_after_an_attempt_that_is_repeated_is_unknown(
    attempts: int, expected: OutboxState
) -> None:
    """The vendor knows our id again: an attempt whose answer was lost may have arrived."""
    channel = Webhook(WebhookSettings(base_url="https://crm.example/in", secret="s" * 20))
    parcel = Parcel(1, 0, 7, 1, attempts, b"m" * 16, "c", "v", "c-1", 0)
    out = Outcomes()
    _close(out, parcel, Reason.EXPIRED, channel, NOW)
    ((_, state, _),) = out.finished
    assert state is expected
