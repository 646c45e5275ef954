"""Asks a vendor about our account and people, and sends one message as a trial, at once.

No consent is asked for the trial, and nothing of it is recorded: it is for one's own address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from maracuja.channels.base import Answer, Channel, Stage
from maracuja.channels.heard import Heard, HeardKind
from maracuja.channels.http import HttpChannel, HttpRequest
from maracuja.errors import UnsupportedFeature, VendorError, VendorRefusedUs
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.model import Address, Content, Message, SendResult, Verdict, micros
from maracuja.rng import make_id
from maracuja.runtime.transport import Transport
from maracuja.store import inbox
from maracuja.store.engine import Store

CAMPAIGN = "send-test"


class Asking(Transport, Protocol):
    """A transport that can also ask about an account."""

    async def ask(self, request: HttpRequest) -> Answer:
        """The answer to one request."""
        ...


class _Free:
    """The course of a message that nothing stops and no journal knows."""

    urgent = False

    def halted(self) -> bool:
        """Never."""
        return False

    async def begin(self, numbers: Sequence[int]) -> bool:
        """Always."""
        return True

    def answered(self, number: int, answer: Answer) -> None:
        """Keeps nothing."""


def check_account(channel: HttpChannel, transport: Asking) -> str:
    """Who we are at the vendor, in its words; '' where it cannot be asked.

    Raises VendorRefusedUs or VendorError where the account does not work.
    """
    request = channel.account_request()
    if request is None:
        return ""
    answer = _run(transport, lambda: transport.ask(request))
    _expect_good(channel, answer)
    return channel.account_words(answer)


def connect(channel: HttpChannel, transport: Asking, url: str) -> None:
    """Tell the vendor our webhook's address.

    Raises UnsupportedFeature where that is done on its site, else as `check_account`.
    """
    request = channel.hook_request(url)
    if request is None:
        raise UnsupportedFeature(
            f"{channel.name} takes the address of its webhook on the vendor's own site.",
            fix=f"Enter {url} there.",
        )
    _expect_good(channel, _run(transport, lambda: transport.ask(request)))


def learn(
    store: Store,
    channel: HttpChannel,
    transport: Asking,
    addresses: Sequence[str],
    now: datetime,
) -> dict[str, dict[str, Any]]:
    """Ask the vendor about people and put what it tells into the inbox, as observed traits.

    By address; {} where it tells nothing. Raises UnsupportedFeature where it cannot be asked.
    """
    requests = [channel.about_request(address) for address in addresses]
    asked = [request for request in requests if request is not None]
    if len(asked) < len(requests):
        raise UnsupportedFeature(f"{channel.name} is not asked about people.")

    async def ask() -> list[Answer]:
        return [await transport.ask(request) for request in asked]

    answers = _run(transport, ask)
    found = {
        address: channel.about(answer) if channel.answered_well(answer) else {}
        for address, answer in zip(addresses, answers, strict=True)
    }
    at_us = micros(now)
    heard = [
        Heard(
            kind=HeardKind.FACTS,
            key=f"{address}:{at_us}",
            at_us=at_us,
            address=address,
            observed=facts,
        )
        for address, facts in found.items()
        if facts
    ]
    if heard:
        context, body = encode_heard(heard, channel.name, channel.settings.account)
        with store.write_inbox() as conn:
            inbox.append(conn, [inbox.Request(at_us, CALL, "internal", context, body)])
    return found


def send_test(
    channel: Channel[Any], transport: Transport, address: str, text: str, now: datetime
) -> SendResult:
    """Send words to one address at once, and what the vendor said to it.

    Raises UnsupportedFeature where the channel cannot carry it.
    """
    subject = text.partition("\n")[0][:80] if channel.can.subject_chars_max else ""
    return send_now(channel, transport, address, Content(text=text, subject=subject), now)


def send_now(
    channel: Channel[Any], transport: Transport, address: str, content: Content, now: datetime
) -> SendResult:
    """Send one message to one address at once; as `send_test`."""
    message = Message(
        id=make_id(CAMPAIGN, channel.name, address, now),
        pid=0,
        channel=channel.name,
        to=Address(kind=channel.can.address_kind, value=address),
        content=content,
        campaign=CAMPAIGN,
        topic=CAMPAIGN,
        marketing=False,
        language="",
    )
    (result,) = send_messages(channel, transport, [message], now)
    return result


def send_messages(
    channel: Channel[Any], transport: Transport, messages: Sequence[Message], now: datetime
) -> list[SendResult]:
    """Send messages at once, and what the vendor said to each; as `send_test`."""
    wires = [channel.encode(message, now) for message in messages]
    answers = _run(transport, lambda: transport.send(wires, _Free()))
    lost = Answer(stage=Stage.CONNECT, text="not begun", lost=True)
    return [channel.decode(answer or lost) for answer in answers]


_Found = TypeVar("_Found")


def _run(transport: Transport, asking: Callable[[], Awaitable[_Found]]) -> _Found:
    async def ask() -> _Found:
        try:
            return await asking()
        finally:
            await transport.close()

    return asyncio.run(ask())


def _expect_good(channel: HttpChannel, answer: Answer) -> None:
    if not answer.lost and channel.answered_well(answer):
        return
    # What a vendor says to a question means the same as what it says to a message.
    result = channel.decode(answer)
    refused = result.verdict is Verdict.OURS
    kind = VendorRefusedUs if refused else VendorError
    raise kind(
        f"{channel.name} does not take our account: {result.raw}"
        if refused
        else f"{channel.name} cannot be asked: {result.raw}",
        vendor=channel.name,
        status=answer.code,
        raw=result.raw,
        where=channel.name,
    )
