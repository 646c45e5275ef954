"""What is unknown is repeated only where the vendor or the operator says that it may be."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from maracuja.channels.base import Answer, Stage
from maracuja.channels.limits import Limits
from maracuja.channels.telegram import Telegram
from maracuja.model import Status
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
