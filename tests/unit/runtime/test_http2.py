"""The transport over HTTP/2 against a real server on loopback: what goes, what is unknown."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from maracuja.channels.base import Answer, Stage
from maracuja.channels.mobile_push import MobilePush
from maracuja.model import Address, Message, Verdict
from maracuja.runtime.channel_trial import check_account
from maracuja.runtime.http2 import Http2Transport
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.http2 import serving_http2
from maracuja.simulate.vendors.mobile_push import BEARER, MobilePushVendor
from tests.contract.channel_case import NOW, message
from tests.contract.channel_cases.mobile_push import CASE, HOOK, SETTINGS, service_account


class Open:
    """A course that nothing stops."""

    urgent = False

    def halted(self) -> bool:
        return False

    async def begin(self, numbers: Sequence[int]) -> bool:
        return True

    def answered(self, number: int, answer: Answer) -> None:
        return None


def vendor(**faults: float) -> MobilePushVendor:
    made = MobilePushVendor(
        project="passion-fruit", topic="shop.example.app", strict=True, now=lambda: NOW
    )
    made.faults = Faults(**faults)  # type: ignore[arg-type]
    return made


def channel(url: str) -> MobilePush:
    settings = msgspec.structs.replace(
        SETTINGS,
        base_url=url,
        apns_url=url,
        service_account=service_account(f"{url}/token"),
        timeout_s=5.0,
    )
    return MobilePush(settings, HOOK)


def to(n: int, *, apple: bool = False) -> Message:
    token = f"apns:{n:064x}" if apple else f"fcm:token-of-a-phone:{n}"
    return message(CASE, to=Address(kind="mobile_push", value=token))


def send(
    one: MobilePush, messages: Sequence[Message], tls: ssl.SSLContext | None = None
) -> list[Answer | None]:
    async def go() -> list[Answer | None]:
        transport = Http2Transport(one, lambda: NOW, tls)
        try:
            return await transport.send([one.encode(m, NOW) for m in messages], Open())
        finally:
            await transport.close()

    return asyncio.run(go())


def verdicts(one: MobilePush, answers: Sequence[Answer | None]) -> set[Verdict]:
    return {one.decode(answer).verdict for answer in answers if answer is not None}


def test_many_go_at_once_to_both_vendors_over_few_streams() -> None:
    service = vendor()
    with serving_http2(service) as url:
        one = channel(url)
        answers = send(one, [to(n, apple=n % 2 == 0) for n in range(60)])
    assert verdicts(one, answers) == {Verdict.ACCEPTED} and len(answers) == 60
    assert len(service.shown) == 60 and not service.violations
    ids = [one.decode(a).vendor_id for a in answers if a is not None]
    assert ids[1].startswith("projects/passion-fruit/messages/")
    assert len(ids[0]) == 36, "Apple echoes the id that we gave"


def test_the_bearer_token_of_google_never_goes_to_apple() -> None:
    service, seen = vendor(), []
    take = service.take

    def look(request):  # type: ignore[no-untyped-def]
        seen.append((request.url.rpartition("/")[2][:4], request.headers.get("authorization")))
        return take(request)

    service.take = look  # type: ignore[method-assign]
    with serving_http2(service) as url:
        send(channel(url), [to(1), to(2, apple=True)])
    told = dict(seen)
    assert told["toke"] is None and told["mess"] == f"Bearer {BEARER}"
    assert told["0000"].startswith("bearer ey")


def test_a_broken_line_leaves_what_was_given_unknown() -> None:
    service = vendor(lost_after=1.0)
    with serving_http2(service) as url:
        (answer,) = send(channel(url), [to(1)])
    assert answer is not None and answer.lost and answer.stage is Stage.GIVEN
    assert len(service.shown) == 1


def test_what_the_server_has_not_looked_at_may_go_again() -> None:
    service = vendor()
    with serving_http2(service, goaway_after=1) as url:
        (answer,) = send(channel(url), [to(1)])  # the login is the first on the line
        assert answer is not None and answer.lost and answer.stage is Stage.CONNECT
    assert not service.shown


def test_nobody_at_home_is_known_to_be_nobody() -> None:
    with serving_http2(vendor()) as url:
        pass
    (answer,) = send(channel(url), [to(1)])
    assert answer is not None and answer.lost and answer.stage is Stage.LOGIN


def test_the_account_is_asked_by_a_dry_run() -> None:
    service = vendor()
    with serving_http2(service) as url:
        one = channel(url)
        assert "passion-fruit" in check_account(one, Http2Transport(one, lambda: NOW))
    assert not service.shown


def test_a_large_body_waits_for_the_windows() -> None:
    service = vendor()
    with serving_http2(service) as url:
        one = channel(url)
        wires = [one.encode(to(n), NOW) for n in range(40)]
        wires = [msgspec.structs.replace(w, body=w.body + b" " * 90_000) for w in wires]

        async def go() -> list[Answer | None]:
            transport = Http2Transport(one, lambda: NOW)
            try:
                return await transport.send(wires, Open())
            finally:
                await transport.close()

        answers = asyncio.run(go())
    assert verdicts(one, answers) == {Verdict.ACCEPTED} and len(service.shown) == 40


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    file = tmp_path / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", file, "-out", tmp_path / "c.pem", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_bytes(file.read_bytes() + (tmp_path / "c.pem").read_bytes())
    return file


def test_over_tls_with_a_certificate_of_ones_own(certificate: Path) -> None:
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(certificate)
    served.set_alpn_protocols(["h2"])
    trusting = ssl.create_default_context(cafile=certificate)
    trusting.set_alpn_protocols(["h2"])
    service = vendor()
    with serving_http2(service, served) as url:
        one = channel("https://127.0.0.1:1")
        settings = msgspec.structs.replace(one.settings, apns_url=url, service_account="")
        one = MobilePush(settings, HOOK)
        (answer,) = send(one, [to(1, apple=True)], trusting)
        assert verdicts(one, [answer]) == {Verdict.ACCEPTED}
        (answer,) = send(one, [to(2, apple=True)])
        assert answer is not None and answer.lost and answer.stage is Stage.CONNECT
    assert len(service.shown) == 1
