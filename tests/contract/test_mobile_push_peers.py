"""Mobile push against a server by others: `mockpost`, as Firebase and as Apple."""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec
import pytest

from maracuja.channels.base import Answer, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.mobile_push import MobilePush
from maracuja.model import Address, Verdict
from tests.contract.channel_case import NOW, message
from tests.contract.channel_cases.mobile_push import APNS_TOKEN, CASE, HOOK, SETTINGS
from tests.contract.mockpost_peer import mockpost

BEARER = {"authorization": "Bearer a-token"}
APPLE = Address(kind="mobile_push", value=f"apns:{APNS_TOKEN}")


def post(asking: httpx.Client, request: HttpRequest) -> Answer:
    headers = {**BEARER, **request.headers}
    said = asking.post(request.url, content=request.body, headers=headers)
    told = {name.lower(): value for name, value in said.headers.items()}
    return Answer(stage=Stage.GIVEN, code=said.status_code, text=said.text, headers=told)


@pytest.mark.slow
def test_mockpost_takes_every_kind_of_message(tmp_path: Path) -> None:
    with mockpost(tmp_path) as base, httpx.Client(timeout=60) as asking:
        settings = msgspec.structs.replace(
            SETTINGS, base_url=f"{base}/fcm", apns_url=f"{base}/apns"
        )
        channel = MobilePush(settings, HOOK)
        for name, content in CASE.contents.items():
            for to in (Address(kind="mobile_push", value=CASE.address), APPLE):
                wire = channel.encode(message(CASE, content=content, to=to), NOW)
                result = channel.decode(post(asking, wire))
                assert result.verdict is Verdict.ACCEPTED and result.vendor_id, (name, result.raw)
        gone = {"token": CASE.address.removeprefix("fcm:"), "device_token": APNS_TOKEN}
        for vendor in ("fcm", "apns"):
            assert asking.post(f"{base}/{vendor}/simulate/unregister", json=gone).is_success
        for to in (Address(kind="mobile_push", value=CASE.address), APPLE):
            result = channel.decode(post(asking, channel.encode(message(CASE, to=to), NOW)))
            assert (result.verdict, result.code) == (Verdict.PERMANENT, "gone"), result.raw
        assert result.since_us > 0, "Apple says since when"
