"""Calls that no vendor made: ten thousand over all channels, and not one of them is believed.

A replayed call is one of the vendor's own: it may be taken, but tells nothing new.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from maracuja import rng
from maracuja.channels import CHANNELS
from maracuja.channels.base import Inbound
from maracuja.channels.heard import HeardKind
from maracuja.channels.http import HttpChannel
from maracuja.errors import ConfigError, WebhookRejected
from maracuja.rng import Rng
from tests.contract.channel_case import NOW, Case, recorded
from tests.contract.channel_cases import sms_alphasms
from tests.contract.test_channels import case_of

FORGED = 10_000  # over all
# Channels whose calls bear a signed time: later than this they are refused.
STALE = {
    "webhook": timedelta(minutes=11),
    "viber": timedelta(days=2),
    "web_chat": timedelta(minutes=2),
}
CASES: dict[str, tuple[Case, str]] = {
    **{k.name: (case_of(k), k.name) for k in CHANNELS if issubclass(k, HttpChannel)},
    "sms by a gateway": (sms_alphasms.CASE, "sms_alphasms"),
}
every = pytest.mark.parametrize("name", CASES)
Forge = Callable[[Case, list[Inbound], int, Rng], Inbound | None]


def calls_of(name: str) -> list[Inbound]:
    """The recorded calls of a vendor, as it would make them."""
    case, folder = CASES[name]
    assert case.genuine is not None
    bodies = [one.body for one in recorded(folder)]
    raw = [b.encode() if isinstance(b, str) else msgspec.json.encode(b) for b in bodies]
    return [case.genuine(one) for one in raw]


def another_proof(case: Case, calls: list[Inbound], n: int, chance: Rng) -> Inbound | None:
    """A call with the proof of another one, where it covers what is said."""
    call, other = calls[n % len(calls)], calls[int(chance.integers(len(calls)))]
    if not case.signed or other.body == call.body:
        return None
    return msgspec.structs.replace(call, headers=other.headers, query=other.query)


def another_body(case: Case, calls: list[Inbound], n: int, chance: Rng) -> Inbound | None:
    """A byte of the body is another, more, or missing, where it is signed."""
    call = calls[n % len(calls)]
    if not case.signed:
        return None
    at, body = int(chance.integers(len(call.body))), call.body
    byte = bytes((int(body[at]) ^ int(chance.integers(1, 256)),))
    ways = (body[:at] + byte + body[at + 1 :], body[:at] + body[at + 1 :], body + b" ", b"")
    return msgspec.structs.replace(call, body=ways[int(chance.integers(len(ways)))])


def another_header(case: Case, calls: list[Inbound], n: int, chance: Rng) -> Inbound | None:
    """A header that proves is changed a little, cut, longer, empty or gone."""
    call = calls[n % len(calls)]
    names = [name for name in call.headers if name != "content-type"]
    if not names:
        return None
    name = names[int(chance.integers(len(names)))]
    value, headers = call.headers[name], dict(call.headers)
    at = int(chance.integers(len(value)))
    letter = chr(33 + (ord(value[at]) - 33 + int(chance.integers(1, 90))) % 94)
    if letter.lower() == value[at].lower():
        return None  # a signature in hexadecimal may be in capitals
    ways = (value[:at] + letter + value[at + 1 :], value[:at], value + letter, "")
    headers[name] = ways[int(chance.integers(len(ways)))]
    if chance.random() < 0.1:
        del headers[name]
    return msgspec.structs.replace(call, headers=headers)


def another_query(case: Case, calls: list[Inbound], n: int, chance: Rng) -> Inbound | None:
    """What the address brings along is changed, or gone, where it proves."""
    call = calls[n % len(calls)]
    if not call.query or case.tamper is None:
        return None
    if "m" in call.query and "k" not in call.query:
        return None  # it names a message; the whole address is signed in a header
    query = dict(call.query)
    name = sorted(query)[int(chance.integers(len(query)))]
    value = query[name]
    at = int(chance.integers(len(value)))
    ways = (value[:at] + ("x" if value[at] != "x" else "y") + value[at + 1 :], value[:at], "")
    query[name] = ways[int(chance.integers(len(ways)))]
    return msgspec.structs.replace(call, query=query)


def its_own(case: Case, calls: list[Inbound], n: int, chance: Rng) -> Inbound | None:
    """What the channel's own case knows to tamper with."""
    return case.tamper(calls[n % len(calls)], chance) if case.tamper is not None else None


FORGES: tuple[Forge, ...] = (another_proof, another_body, another_header, another_query, its_own)


@every
def test_no_forged_call_is_believed(name: str) -> None:
    case, calls = CASES[name][0], calls_of(name)
    channel: Any = case.make()
    chance = rng.stream(6, "forged", name)
    made = taken = n = 0
    while made < FORGED // len(CASES) + 1:
        n += 1
        assert n < FORGED * 10, "nothing of it can be forged"
        forged = FORGES[n % len(FORGES)](case, calls, n, chance)
        if forged is None or forged in calls:
            continue
        made += 1
        try:
            channel.webhook(forged, NOW)
            taken += 1
        except WebhookRejected:
            continue
    assert taken == 0


@every
def test_a_call_for_another_account_is_not_ours(name: str) -> None:
    """Each secret that proves is another by one letter: then no genuine call is."""
    case, calls = CASES[name][0], calls_of(name)
    made: Any = case.make()
    for setting in case.proof:
        value = getattr(made.settings, setting)
        other = value[:-2] + ("A" if value[-2] != "A" else "B") + value[-1]
        try:
            settings = msgspec.structs.replace(made.settings, **{setting: other})
        except ConfigError:
            continue
        channel = type(made)(settings, made.hook)
        for call in calls:
            with pytest.raises(WebhookRejected):
                channel.webhook(call, NOW)


@every
def test_a_replayed_call_tells_nothing_new(name: str) -> None:
    """Whatever is told again has the key that it had; where a time is signed, it is refused."""
    case, calls = CASES[name][0], calls_of(name)
    channel: Any = case.make()
    for call in calls:
        told = channel.webhook(call, NOW).heard
        if any(one.kind is HeardKind.ACCOUNT for one in told) and b'"time"' not in call.body:
            continue  # Meta puts a time into all of these; its description's examples have none
        again = channel.webhook(call, NOW + timedelta(seconds=30)).heard
        assert [(one.kind, one.key) for one in again] == [(one.kind, one.key) for one in told]
        if name in STALE and told:
            with pytest.raises(WebhookRejected):
                channel.webhook(call, NOW + STALE[name])
