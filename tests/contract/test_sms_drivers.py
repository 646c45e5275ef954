"""The contract and the delivery suite over the other drivers of SMS, and what is their own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from maracuja.channels.base import Inbound
from maracuja.channels.sms import Sms
from maracuja.channels.sms_settings import SmsSettings
from maracuja.errors import ConfigError, UnsupportedFeature, WebhookRejected
from maracuja.model import Status
from tests.contract import test_channel_delivery as delivery
from tests.contract import test_channels as suite
from tests.contract.channel_case import NOW, Case, message, recorded
from tests.contract.channel_cases import sms_alphasms, sms_smpp

CASES = {"sms_alphasms": sms_alphasms.CASE, "sms_smpp": sms_smpp.CASE}


def taking(module: Any, *wanted: str) -> list[Callable[..., None]]:
    """The tests of a module that take these and nothing else."""
    return [
        test
        for name, test in vars(module).items()
        if name.startswith("test_") and {*inspect.signature(test).parameters} <= {*wanted}
    ]


ONE = [t for t in taking(suite, "case", "channel", "kind") if inspect.signature(t).parameters]
# SMPP is not called over HTTP.
OF_CALLS = [t for t in ONE if "calls" in t.__name__ or "secret_that" in t.__name__]
HOLDING = [("sms_alphasms", t) for t in ONE]
HOLDING += [("sms_smpp", t) for t in ONE if t not in OF_CALLS]
WHOLE_WAY = taking(delivery, "kind", "tmp_path")


@pytest.fixture
def as_driver(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Case]:
    """Lets the suites find a driver's case and its recorded calls in place of the channel's."""

    def chosen(driver: str) -> Case:
        for module in (suite, delivery):
            monkeypatch.setattr(module, "case_of", lambda _: CASES[driver])
        monkeypatch.setattr(suite, "recorded", lambda _: recorded(driver))
        return CASES[driver]

    return chosen


@pytest.mark.parametrize(
    ("driver", "test"), HOLDING, ids=lambda v: getattr(v, "__name__", v).removeprefix("test_")
)
def test_the_contract_holds(
    driver: str, test: Callable[..., None], as_driver: Callable[[str], Case]
) -> None:
    case = as_driver(driver)
    given = {"case": case, "channel": case.make(), "kind": Sms}
    test(**{name: given[name] for name in inspect.signature(test).parameters})


@pytest.mark.parametrize("test", WHOLE_WAY, ids=lambda t: t.__name__.removeprefix("test_"))
def test_the_whole_way_of_a_json_gateway(
    test: Callable[..., None], as_driver: Callable[[str], Case], tmp_path: Path
) -> None:
    as_driver("sms_alphasms")
    test(kind=Sms, tmp_path=tmp_path)


def test_nobody_is_told_anything_over_http_by_smpp() -> None:
    with pytest.raises(WebhookRejected):
        sms_smpp.CASE.make().webhook(Inbound(body=b"{}"), NOW)  # type: ignore[attr-defined]


def test_words_of_a_gateway_can_be_taught() -> None:
    settings = msgspec.structs.replace(
        sms_alphasms.SETTINGS,
        status_words={"5": Status.BOUNCED},
        status_field="state",
        error_words={"Blacklist": "suppress"},
    )
    channel = Sms(settings, sms_alphasms.HOOK)
    call = sms_alphasms.genuine(b'{"state": "5"}')
    assert channel.webhook(call, NOW).heard[0].status is Status.BOUNCED
    said = channel.decode(sms_alphasms.item("number in the BLACKLIST"))
    assert said.verdict == "permanent"


def test_no_receipts_are_asked_for_where_nothing_proves_them() -> None:
    settings = msgspec.structs.replace(sms_alphasms.SETTINGS, webhook_secret="")
    wire = Sms(settings, sms_alphasms.HOOK).encode(
        message(sms_alphasms.CASE, marketing=False), NOW
    )
    assert "hook" not in msgspec.json.decode(wire.body)["data"][0]


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"driver": "twilio"}, "account_sid"),
        ({"driver": "twilio", "account_sid": "AC" + "0" * 32}, "auth_token"),
        ({"driver": "twilio", "account_sid": "AC" + "0" * 32, "auth_token": "t"}, "sender"),
        ({"driver": "alphasms", "sender": "SHOP"}, "gateway_key"),
        ({"driver": "smpp", "sender": "SHOP", "system_id": "x"}, "host"),
        ({"driver": "smpp", "host": "h", "system_id": "x", "sender": "Маракуйя"}, "sender"),
        ({"driver": "alphasms", "sender": "S", "gateway_key": "k", "webhook_secret": "short"},
         "webhook_secret"),
        ({"driver": "alphasms", "sender": "S", "gateway_key": "k", "base_url": "http://x.example"},
         "base_url"),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_say_where(values: dict[str, Any], where: str) -> None:
    with pytest.raises(ConfigError) as fault:
        SmsSettings(**values)
    assert fault.value.where == where


@pytest.mark.parametrize("text", ["Привіт!", "Hello, 50% off", "1+1"])
def test_nobody_can_answer_a_word(text: str) -> None:
    channel = Sms(msgspec.structs.replace(sms_alphasms.SETTINGS, sender="MARACUJA"))
    case, content = sms_alphasms.CASE, sms_alphasms.Content(text=text)
    with pytest.raises(UnsupportedFeature, match="STOP to MARACUJA"):
        channel.encode(message(case, content=content), NOW)
    channel.encode(message(case, content=content, marketing=False), NOW)
    for way in ("https://go.shop.example/u/x", "+380441234567", "STOP на 7070"):
        told = sms_alphasms.Content(text=f"{text} {way}")
        channel.encode(message(case, content=told), NOW)
    assert channel.deep_link("poster-1") == ""


def test_too_many_parts_and_names_that_cannot_be_are_refused() -> None:
    channel = Sms(msgspec.structs.replace(sms_smpp.SETTINGS, parts_max=1, price_per_part=0.85))
    with pytest.raises(UnsupportedFeature, match="2 parts; 1 "):
        channel.encode(message(sms_smpp.CASE, content=sms_smpp.Content(text="я" * 71)), NOW)
    with pytest.raises(UnsupportedFeature, match="sender"):
        channel.encode(message(sms_smpp.CASE, sender="Маракуйя"), NOW)
    assert channel.price("я" * 71, "uk") == 1.7
    assert [one.parts for one in channel.choices("я" * 71, "ru")] == [2, 2, 1]
