"""What every channel promises, whichever vendor is behind it.

A new one joins by its line in `CHANNELS`, its case in `channel_cases` and recorded calls.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from maracuja import rng
from maracuja.channels import CHANNELS, CODES_BY_NAME
from maracuja.channels.base import Answer, Channel, Stage
from maracuja.channels.heard import Hook
from maracuja.channels.http import HttpChannel, HttpSettings, secrets_of
from maracuja.content import Content
from maracuja.errors import ConfigError, MaracujaError, UnsupportedFeature, WebhookRejected
from maracuja.model import Address, Scope, Status, Verdict
from tests.contract.channel_case import NOW, Case, beyond, message, recorded

DOCS = Path(__file__).parents[2] / "docs"
OVER_HTTP = [kind for kind in CHANNELS if issubclass(kind, HttpChannel)]
TAMPERED = 2_000  # calls for each channel


def case_of(kind: type[Channel[Any]]) -> Case:
    module = importlib.import_module(f"tests.contract.channel_cases.{kind.name}")
    found: Case = module.CASE
    return found


@pytest.fixture(params=CHANNELS, ids=lambda c: c.name)
def kind(request: pytest.FixtureRequest) -> type[Channel[Any]]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def case(kind: type[Channel[Any]]) -> Case:
    return case_of(kind)


@pytest.fixture
def channel(case: Case) -> Channel[Any]:
    return case.make()


over_http = pytest.mark.parametrize("kind", OVER_HTTP, ids=lambda c: c.name)


# ---------------------------------------------------------------- what it is


def test_names_and_codes_are_each_ones_own() -> None:
    assert len({c.name for c in CHANNELS}) == len({c.code for c in CHANNELS}) == len(CHANNELS)
    assert CODES_BY_NAME["email"] == 1, "codes are stored: they never change"
    assert CODES_BY_NAME["telegram"] == 2


def test_it_is_documented(kind: type[Channel[Any]]) -> None:
    own = DOCS / f"{kind.name}.md"
    page = (own if own.is_file() else DOCS / "channels.md").read_text(encoding="utf-8")
    inherited = HttpSettings.__struct_fields__ if issubclass(kind.Settings, HttpSettings) else ()
    fields = {*kind.Settings.__struct_fields__} - {*inherited}
    assert [field for field in sorted(fields) if f"`{field}`" not in page] == []


def test_each_setting_explains_itself(kind: type[Channel[Any]]) -> None:
    schema = msgspec.json.schema(kind.Settings)
    fields = schema["$defs"][kind.Settings.__name__]["properties"]
    assert fields
    assert [name for name, of in fields.items() if not of.get("description")] == []


@over_http
def test_secrets_are_marked(kind: type[HttpChannel]) -> None:
    telling = ("token", "secret", "password", "key")
    named = [f for f in kind.Settings.__struct_fields__ if f.rpartition("_")[2] in telling]
    assert set(named) <= {*secrets_of(kind.Settings), *kind.Settings.public}


# ---------------------------------------------------------------- out


def test_the_same_message_gives_the_same_octets(case: Case, channel: Channel[Any]) -> None:
    first = channel.encode(message(case), NOW)
    assert case.make().encode(message(case), NOW) == first


def test_what_it_cannot_carry_is_said_before_sending(case: Case, channel: Channel[Any]) -> None:
    for name, content in {**beyond(channel.can), **case.refused}.items():
        with pytest.raises(UnsupportedFeature) as fault:
            channel.encode(message(case, content=content), NOW)
        assert fault.value.where, name
    with pytest.raises(UnsupportedFeature):
        channel.encode(message(case, to=Address(kind="pigeon", value="tower 4")), NOW)


def test_limits_are_named(case: Case, channel: Channel[Any]) -> None:
    limit = channel.can.text_chars_max
    with pytest.raises(UnsupportedFeature, match=str(limit)):
        channel.encode(message(case, content=Content(text="x" * (limit + 1))), NOW)
    subject = "s" if channel.can.subject_chars_max else ""
    channel.encode(message(case, content=Content(text="x" * limit, subject=subject)), NOW)


def test_all_that_it_can_carry_fits_the_vendors_description(
    case: Case, channel: Channel[Any]
) -> None:
    assert case.contents
    for content in case.contents.values():
        wire = channel.encode(message(case, content=content), NOW)
        if case.fits is not None:
            case.fits(wire)


def test_addresses_that_are_none_are_refused(case: Case, channel: Channel[Any]) -> None:
    kind = channel.can.address_kind
    for value in case.bad_addresses:
        with pytest.raises(UnsupportedFeature):
            channel.encode(message(case, to=Address(kind=kind, value=value)), NOW)


# ---------------------------------------------------------------- answers


def test_each_verdict_is_told_apart(case: Case, channel: Channel[Any]) -> None:
    assert set(case.answers) == set(Verdict) - {Verdict.UNKNOWN}
    for verdict, answer in case.answers.items():
        result = channel.decode(answer)
        assert result.verdict is verdict
        assert result.raw, "the vendor's own words are kept"


def test_each_entry_of_the_error_table(case: Case, channel: Channel[Any]) -> None:
    if isinstance(channel, HttpChannel):
        assert {one.verdict for one in case.table} >= {Verdict.PERMANENT, Verdict.OURS}
    for one in case.table:
        result = channel.decode(one.answer)
        said = (result.verdict, result.code, result.scope.value, result.retry_after_s)
        assert said == (one.verdict, one.code, one.scope, one.retry_after_s), one.answer.text


def test_no_answer_is_unknown_only_after_everything_was_given(channel: Channel[Any]) -> None:
    for stage in Stage:
        result = channel.decode(Answer(stage=stage, text="line broke", lost=True))
        expected = Verdict.UNKNOWN if stage is Stage.GIVEN else Verdict.TEMPORARY
        assert result.verdict is expected, stage
    assert channel.decode(Answer(stage=Stage.CONNECT, lost=True)).scope is Scope.ACCOUNT


def test_a_strange_answer_suppresses_nobody(channel: Channel[Any]) -> None:
    for code in (0, 199, 200, 302, 354, 399, 418, 500, 555, 599, 999):
        for text in ("?", "", "{}", "[]", '{"ok": 1}', "null", '{"error": null}', "<html>"):
            result = channel.decode(Answer(stage=Stage.RECIPIENT, code=code, text=text))
            assert result.verdict is not Verdict.PERMANENT, (code, text)
            assert result.status is not Status.BOUNCED


@over_http
def test_an_answer_that_says_nothing_is_no_success(kind: type[HttpChannel]) -> None:
    for text in ("", "{}", "null", "<html>welcome to the captive portal</html>"):
        result = case_of(kind).make().decode(Answer(stage=Stage.GIVEN, code=200, text=text))
        assert result.verdict is not Verdict.ACCEPTED


# ---------------------------------------------------------------- calls of the vendor


def test_strange_mail_is_rejected_and_never_crashes(case: Case, channel: Channel[Any]) -> None:
    for inbound in case.strange:
        with pytest.raises(WebhookRejected):
            channel.parse_inbound(inbound, NOW)


@over_http
def test_recorded_calls_tell_what_they_tell(kind: type[HttpChannel]) -> None:
    case = case_of(kind)
    assert case.genuine is not None and recorded(kind.name)
    for one in recorded(kind.name):
        hook = heard(case, one.body)
        told = msgspec.json.decode(msgspec.json.encode(hook.heard))
        shown = [
            {field: h[field] for field in wanted}
            for h, wanted in zip(told, one.heard, strict=True)
        ]
        assert shown == one.heard, one.name
        assert heard(case, one.body) == hook, "told twice, it is the same"
        assert len({h.key for h in hook.heard}) == len(hook.heard)


def heard(case: Case, body: Any) -> Hook:
    assert case.genuine is not None
    raw = body.encode() if isinstance(body, str) else msgspec.json.encode(body)
    channel: HttpChannel = case.make()  # type: ignore[assignment]
    return channel.webhook(case.genuine(raw), NOW)


@over_http
def test_tampered_calls_are_refused(kind: type[HttpChannel]) -> None:
    """What proves a call is changed a little, or gone; where the body is signed, that is too."""
    case = case_of(kind)
    channel = case.make()
    assert case.genuine is not None and isinstance(channel, HttpChannel)
    calls = [msgspec.json.encode(one.body) for one in recorded(kind.name)]
    chance = rng.stream(1, "tampered", kind.name)
    taken = 0
    for n in range(TAMPERED):
        inbound = case.genuine(calls[n % len(calls)])
        if case.tamper is not None:
            forged = case.tamper(inbound, chance)
        elif case.signed and n % 2:
            forged = msgspec.structs.replace(inbound, body=flipped(inbound.body, chance))
        elif n % 7:
            headers = {name: changed(value, chance) for name, value in inbound.headers.items()}
            forged = msgspec.structs.replace(inbound, headers=headers)
        else:
            forged = msgspec.structs.replace(inbound, headers={})
        try:
            channel.webhook(forged, NOW)
        except WebhookRejected:
            continue
        taken += 1
    assert taken == 0


def flipped(body: bytes, chance: rng.Rng) -> bytes:
    """The bytes with one bit of them turned."""
    at = int(chance.integers(len(body)))
    return body[:at] + bytes([body[at] ^ (1 << int(chance.integers(8)))]) + body[at + 1 :]


def changed(value: str, chance: rng.Rng) -> str:
    """The text with one letter of it another, or cut, or empty."""
    at = int(chance.integers(len(value)))
    letter = "x" if value[at] != "x" else "y"
    return [value[:at] + letter + value[at + 1 :], value[:at], "", value + "0"][
        int(chance.integers(4))
    ]


@over_http
def test_calls_of_any_shape_never_crash(kind: type[HttpChannel]) -> None:
    """Genuine calls whose values are of another kind than they were, or are gone."""
    case = case_of(kind)
    for one in recorded(kind.name):
        for body in misshapen(one.body):
            try:
                heard(case, body)
            except MaracujaError as error:
                assert isinstance(error, WebhookRejected)


def misshapen(body: Any) -> list[Any]:
    """The body with each of its values in turn gone, or something else."""
    if not isinstance(body, dict | list):
        return [None, [], {}, "x", -1]
    found: list[Any] = [None, [], {}, "x", 7]
    for at in body if isinstance(body, dict) else range(len(body)):
        for inner in misshapen(body[at]):
            changed_body = body.copy()
            changed_body[at] = inner
            found.append(changed_body)
        without = body.copy()
        del without[at]
        found.append(without)
    return found


@over_http
def test_a_secret_that_is_not_set_lets_nothing_in(kind: type[HttpChannel]) -> None:
    case = case_of(kind)
    channel = case.make()
    assert isinstance(channel, HttpChannel) and case.genuine is not None
    body = msgspec.json.encode(recorded(kind.name)[0].body)
    assert case.proof
    for name in case.proof:
        try:
            settings = msgspec.structs.replace(channel.settings, **{name: ""})
        except ConfigError:
            continue  # nobody can leave it out
        with pytest.raises(WebhookRejected):
            type(channel)(settings).webhook(case.genuine(body), NOW)


@over_http
def test_links_into_the_channel_keep_to_their_length(kind: type[HttpChannel]) -> None:
    channel = case_of(kind).make()
    assert isinstance(channel, HttpChannel)
    limit = channel.can.deep_link_chars_max
    if not limit:
        assert channel.deep_link("poster-1") == ""
        return
    assert "poster-1" in channel.deep_link("poster-1")
    assert "x" * limit in channel.deep_link("x" * limit)
    for payload in ("x" * (limit + 1), "a b", "a&b=c", "\u044f"):
        with pytest.raises(UnsupportedFeature):
            channel.deep_link(payload)
