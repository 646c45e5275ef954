"""WhatsApp against servers by others: `mockpost`, and Prism on Meta's own description."""

from __future__ import annotations

from pathlib import Path

import httpx
import msgspec
import pytest

from maracuja.channels.base import Answer, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.whatsapp import WhatsApp
from maracuja.content import Content
from maracuja.model import Address, Verdict
from maracuja.runtime.http import USER_AGENT
from tests.contract import meta_api
from tests.contract.channel_case import NOW, message
from tests.contract.channel_cases.whatsapp import CASE, SETTINGS
from tests.contract.mockpost_peer import mockpost
from tests.contract.node_peer import prism

NUMBER = "+380671234567"  # neither peer knows ids of people


def wire(base: str, content: Content) -> HttpRequest:
    channel = WhatsApp(msgspec.structs.replace(SETTINGS, base_url=base, version="v23.0"))
    return channel.encode(
        message(CASE, content=content, to=Address(kind="whatsapp", value=NUMBER)), NOW
    )


def post(asking: httpx.Client, request: HttpRequest) -> Answer:
    headers = {**request.headers, "user-agent": USER_AGENT}
    said = asking.request(request.method, request.url, content=request.body, headers=headers)
    return Answer(stage=Stage.GIVEN, code=said.status_code, text=said.text)


@pytest.mark.slow
def test_mockpost_takes_every_kind_of_message(tmp_path: Path) -> None:
    with mockpost(tmp_path) as base, httpx.Client(timeout=60) as asking:
        ids = set()
        for name, content in CASE.contents.items():
            answer = post(asking, wire(f"{base}/whatsapp", content))
            result = WhatsApp(SETTINGS).decode(answer)
            assert result.verdict is Verdict.ACCEPTED, (name, answer.text)
            ids.add(result.vendor_id)
        assert len(ids) == len(CASE.contents), "each under an id of its own"
        bare = wire(f"{base}/whatsapp", Content(text="Hello"))
        nobody = msgspec.structs.replace(bare, body=bare.body.replace(b'"whatsapp"', b'"sms"'))
        refused = WhatsApp(SETTINGS).decode(post(asking, nobody))
        assert (refused.verdict, refused.code) == (Verdict.CONTENT, "parameter")


# What Meta's API takes, and its description of v23.0 does not know (see meta_api).
UNKNOWN_TO_META = {
    "link", "place", "cards", "cards with links", "template with buttons", "template with cards",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.data
def test_prism_on_metas_description_takes_all_but_what_it_does_not_know(tmp_path: Path) -> None:
    meta_api.description()
    with prism(tmp_path, meta_api.FILE) as base, httpx.Client(timeout=60) as asking:
        taken = set()
        for name, content in CASE.contents.items():
            request = wire(base, content)
            body = msgspec.json.decode(request.body)
            del body["biz_opaque_callback_data"]
            asked = msgspec.structs.replace(request, body=msgspec.json.encode(body))
            if post(asking, asked).code == 200:
                taken.add(name)
        assert set(CASE.contents) - taken == UNKNOWN_TO_META
        request = wire(base, CASE.contents["answers"])
        long = request.body.replace(b'"0000"', b'"' + b"x" * 21 + b'"')
        assert long != request.body
        assert post(asking, msgspec.structs.replace(request, body=long)).code == 422
