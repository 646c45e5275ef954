"""What every channel promises, whichever vendor is behind it; a new one joins by its case here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from maracuja.channels import CHANNELS, CODES_BY_NAME
from maracuja.channels.base import Answer, Channel, Inbound, Stage
from maracuja.channels.email import Email
from maracuja.channels.email_settings import EmailSettings
from maracuja.errors import MaracujaError, UnsupportedFeature, WebhookRejected
from maracuja.links.tokens import KeyRing
from maracuja.model import Address, Content, Message, Scope, Status, Verdict
from maracuja.rng import make_id

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs"


@dataclass
class Case:
    """How to make a channel, where it sends to, and what its vendor says in each of the cases."""

    make: Callable[[], Channel[Any]]
    address: str
    answers: dict[Verdict, Answer]
    forged: Inbound
    bad_addresses: list[str] = field(default_factory=list)


CASES = {
    "email": Case(
        make=lambda: Email(EmailSettings(), KeyRing([b"k" * 32])),
        address="maria@mail.example",
        answers={
            Verdict.ACCEPTED: Answer(stage=Stage.GIVEN, code=250, text="2.0.0 Ok: queued as 1"),
            Verdict.TEMPORARY: Answer(stage=Stage.RECIPIENT, code=451, text="4.3.0 try later"),
            Verdict.PERMANENT: Answer(stage=Stage.RECIPIENT, code=550, text="5.1.1 no such user"),
            Verdict.CONTENT: Answer(stage=Stage.GIVEN, code=552, text="5.3.4 too big"),
            Verdict.OURS: Answer(stage=Stage.LOGIN, code=535, text="5.7.8 bad credentials"),
        },
        forged=Inbound(body=b"From: x@y\r\n\r\nhello\r\n", recipient="bounce+aaaa@shop.example"),
        bad_addresses=[
            "",
            "maria",
            "a b@c.example",
            "a@b\r\nRCPT TO:<x@y>",
            "<a@b>",
            "a@-b.example",
        ],
    )
}


def message(case: Case, **changes: Any) -> Message:
    values: dict[str, Any] = {
        "id": make_id("message", "spring", 1),
        "pid": 7,
        "channel": "",
        "to": Address(kind="email", value=case.address),
        "content": Content(text="Hello, Maria", subject="Hello"),
        "campaign": "spring",
        "topic": "news",
        "marketing": True,
        "language": "en",
        "unsubscribe_url": "https://shop.example/u/token",
    }
    return Message(**{**values, **changes})


@pytest.fixture(params=CHANNELS, ids=lambda c: c.name)
def kind(request: pytest.FixtureRequest) -> type[Channel[Any]]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def case(kind: type[Channel[Any]]) -> Case:
    assert kind.name in CASES, "a new channel has its case in this file"
    return CASES[kind.name]


@pytest.fixture
def channel(case: Case) -> Channel[Any]:
    return case.make()


def test_names_and_codes_are_each_ones_own() -> None:
    assert len({c.name for c in CHANNELS}) == len({c.code for c in CHANNELS}) == len(CHANNELS)
    assert CODES_BY_NAME["email"] == 1, "codes are stored: they never change"


def test_it_is_documented(kind: type[Channel[Any]]) -> None:
    page = (DOCS / f"{kind.name}.md").read_text(encoding="utf-8")
    fields = msgspec.structs.fields(kind.Settings)
    assert [field.name for field in fields if f"`{field.name}`" not in page] == []


def test_each_setting_explains_itself(kind: type[Channel[Any]]) -> None:
    schema = msgspec.json.schema(kind.Settings)
    fields = schema["$defs"][kind.Settings.__name__]["properties"]
    assert fields
    assert [name for name, of in fields.items() if not of.get("description")] == []


def test_the_same_message_gives_the_same_octets(case: Case, channel: Channel[Any]) -> None:
    first = channel.encode(message(case), NOW)
    assert case.make().encode(message(case), NOW) == first


def test_what_it_cannot_carry_is_said_before_sending(case: Case, channel: Channel[Any]) -> None:
    refused = [
        message(case, content=Content(text="", subject="Hello")),
        message(case, content=Content(text="x" * (channel.can.text_chars_max + 1), subject="s")),
        message(
            case, content=Content(text="x", subject="s" * (channel.can.subject_chars_max + 1))
        ),
        message(case, to=Address(kind="pigeon", value="tower 4")),
    ]
    for one in refused:
        with pytest.raises(UnsupportedFeature) as fault:
            channel.encode(one, NOW)
        assert fault.value.where


def test_addresses_that_are_none_are_refused(case: Case, channel: Channel[Any]) -> None:
    for value in case.bad_addresses:
        with pytest.raises(UnsupportedFeature):
            channel.encode(message(case, to=Address(kind="email", value=value)), NOW)


def test_each_verdict_is_told_apart(case: Case, channel: Channel[Any]) -> None:
    assert set(case.answers) == set(Verdict) - {Verdict.UNKNOWN}
    for verdict, answer in case.answers.items():
        result = channel.decode(answer)
        assert result.verdict is verdict
        assert result.raw, "the vendor's own words are kept"


def test_no_answer_is_unknown_only_after_everything_was_given(channel: Channel[Any]) -> None:
    for stage in Stage:
        result = channel.decode(Answer(stage=stage, text="line broke", lost=True))
        expected = Verdict.UNKNOWN if stage is Stage.GIVEN else Verdict.TEMPORARY
        assert result.verdict is expected, stage
    assert channel.decode(Answer(stage=Stage.CONNECT, lost=True)).scope is Scope.ACCOUNT


def test_a_strange_answer_suppresses_nobody(channel: Channel[Any]) -> None:
    for code in (0, 199, 354, 399, 500, 555, 599, 999):
        result = channel.decode(Answer(stage=Stage.RECIPIENT, code=code, text="?"))
        assert result.verdict is not Verdict.PERMANENT
        assert result.status is not Status.BOUNCED


def test_a_forged_report_is_rejected(case: Case, channel: Channel[Any]) -> None:
    with pytest.raises(WebhookRejected):
        channel.parse_inbound(case.forged, NOW)


def test_noise_is_rejected_and_never_crashes(channel: Channel[Any]) -> None:
    for body in (b"", b"\0\xff" * 500, b"Content-Type: multipart/report\r\n\r\n--\r\n", b"{}"):
        with pytest.raises(MaracujaError):
            channel.parse_inbound(Inbound(body=body, recipient="bounce+zzz@shop.example"), NOW)
