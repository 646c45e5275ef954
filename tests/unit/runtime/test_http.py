"""The HTTP transport against a simulated vendor on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import pytest

from maracuja.channels.base import Answer, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.telegram import Telegram, TelegramSettings
from maracuja.model import Address, Content, Message, Scope, Verdict
from maracuja.runtime.channel_trial import check_account, send_test
from maracuja.runtime.http import BROKEN, FAILURES_MAX, HttpTransport
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.serving import serving
from maracuja.simulate.vendors.telegram import TelegramVendor

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TOKEN = "123456:AAbbCCddEEffGGhhIIjjKK"


@dataclass
class Going:
    """A course that is halted after so many, and notes what it is told."""

    urgent = False
    halt_after: int = 10_000
    begun: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)

    def halted(self) -> bool:
        return len(self.begun) >= self.halt_after

    async def begin(self, numbers: Sequence[int]) -> bool:
        self.begun += numbers
        return True

    def answered(self, number: int, answer: Answer) -> None:
        self.ended.append(number)


def telegram(url: str, **settings: object) -> Telegram:
    values = {"base_url": url, "token": TOKEN, "timeout_s": 5.0, **settings}
    return Telegram(msgspec.convert(values, TelegramSettings))


def wires(channel: Telegram, size: int) -> list[HttpRequest]:
    made = []
    for n in range(1, size + 1):
        message = Message(
            id=n.to_bytes(16, "big"),
            pid=n,
            channel="telegram",
            to=Address(kind="telegram", value=str(n)),
            content=Content(text="Hello"),
            campaign="c",
            topic="t",
            marketing=True,
            language="en",
        )
        made.append(channel.encode(message, NOW))
    return made


def send(
    channel: Telegram, size: int, course: Going | None = None, times: int = 1
) -> list[list[Answer | None]]:
    """The answers of each of several batches over one transport."""

    async def run() -> list[list[Answer | None]]:
        transport = HttpTransport(channel, lambda: NOW)
        try:
            return [
                await transport.send(wires(channel, size), course or Going()) for _ in range(times)
            ]
        finally:
            await transport.close()

    return asyncio.run(run())


def test_each_request_gets_its_own_answer() -> None:
    vendor = TelegramVendor(token=TOKEN, closed={3})
    with serving(vendor) as url:
        channel, course = telegram(url), Going()
        (answers,) = send(channel, 40, course)
    results = [channel.decode(answer) for answer in answers if answer is not None]
    assert len(results) == 40 and sorted(course.ended) == list(range(40))
    assert [n for n, r in enumerate(results, 1) if r.verdict is not Verdict.ACCEPTED] == [3]
    assert [r.vendor_id.partition(":")[0] for n, r in enumerate(results, 1) if n != 3] == [
        str(n) for n in range(1, 41) if n != 3
    ]


def test_an_answer_that_is_lost_is_unknown_and_not_asked_for_again() -> None:
    vendor = TelegramVendor(token=TOKEN, faults=Faults(lost_after=1.0))
    with serving(vendor) as url:
        channel = telegram(url)
        ((answer,),) = send(channel, 1)
    assert answer is not None and answer.lost and answer.stage is Stage.GIVEN
    assert channel.decode(answer).verdict is Verdict.UNKNOWN
    assert vendor.requests == 1 and vendor.taken == {"1": 1}


def test_a_slow_vendor_is_unknown_after_the_time_of_the_settings() -> None:
    vendor = TelegramVendor(token=TOKEN, faults=Faults(slow=1.0, slow_s=1.0))
    with serving(vendor) as url:
        ((answer,),) = send(telegram(url, timeout_s=0.2), 1)
    assert answer is not None and answer.lost and answer.stage is Stage.GIVEN


def test_nobody_there_holds_the_account() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        channel = telegram(f"http://127.0.0.1:{taken.getsockname()[1]}")
        (answers,) = send(channel, 3)
    results = [channel.decode(answer) for answer in answers if answer is not None]
    assert results and {(r.verdict, r.scope) for r in results} == {
        (Verdict.TEMPORARY, Scope.ACCOUNT)
    }


def test_too_many_ends_the_batch() -> None:
    vendor = TelegramVendor(token=TOKEN, faults=Faults(limited=1.0))
    with serving(vendor) as url:
        channel, course = telegram(url, connections=1), Going()
        (answers,) = send(channel, 30, course)
    assert len(course.begun) == 1 == vendor.requests
    assert answers[1:] == [None] * 29
    assert channel.decode(answers[0]).retry_after_s == 3.0  # type: ignore[arg-type]


def test_a_failing_vendor_is_left_alone_and_then_tried_with_one() -> None:
    vendor = TelegramVendor(token=TOKEN, faults=Faults(failing=1.0))
    with serving(vendor) as url:
        channel = telegram(url, connections=1)
        first, second = send(channel, 30, times=2)
    assert sum(answer is not None for answer in first) == FAILURES_MAX + 1
    told = first[FAILURES_MAX]
    assert told is not None and told.text == BROKEN
    assert channel.decode(told).scope is Scope.ACCOUNT, "and it costs no attempt"
    assert [answer.code if answer else 0 for answer in second[:2]] == [500, 0]
    assert vendor.requests == FAILURES_MAX + 1


def test_a_vendor_that_is_well_again_is_sent_to_as_before() -> None:
    vendor = TelegramVendor(token=TOKEN, faults=Faults(failing=1.0))
    with serving(vendor) as url:
        channel = telegram(url, connections=1)

        async def run() -> list[list[Answer | None]]:
            transport = HttpTransport(channel, lambda: NOW)
            found = [await transport.send(wires(channel, 10), Going())]
            vendor.faults = Faults()
            for _ in range(2):
                found.append(await transport.send(wires(channel, 10), Going()))
            await transport.close()
            return found

        _, tried, well = asyncio.run(run())
    assert [a is not None for a in tried] == [True] + [False] * 9
    assert all(a is not None and a.code == 200 for a in well)


def test_what_is_halted_is_not_begun() -> None:
    vendor = TelegramVendor(token=TOKEN)
    with serving(vendor) as url:
        (answers,) = send(telegram(url, connections=2), 30, Going(halt_after=7))
    assert sum(answer is not None for answer in answers) == vendor.requests < 10


def test_no_answer_repeats_a_secret() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        channel = telegram(f"http://127.0.0.1:{taken.getsockname()[1]}")
        ((answer,),) = send(channel, 1)
    assert answer is not None and TOKEN not in answer.text
    assert TOKEN not in repr(wires(channel, 1))


def test_the_account_is_asked_and_a_trial_is_sent() -> None:
    vendor = TelegramVendor(token=TOKEN)
    with serving(vendor) as url:
        channel = telegram(url)
        assert check_account(channel, HttpTransport(channel, lambda: NOW)) == (
            "@maracuja_bot, Maracuja"
        )
        transport = HttpTransport(channel, lambda: NOW)
        assert send_test(channel, transport, "7", "It works.", NOW).verdict is Verdict.ACCEPTED
    assert vendor.shown[0][2]["text"] == "It works."


def test_a_token_that_is_no_good_is_said_so() -> None:
    from maracuja.errors import VendorRefusedUs

    vendor = TelegramVendor(token="another")
    with serving(vendor) as url:
        channel = telegram(url)
        with pytest.raises(VendorRefusedUs, match="Unauthorized"):
            check_account(channel, HttpTransport(channel, lambda: NOW))
