"""Links into channels, as they are, as QR codes, and as one person's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from maracuja import app as composition
from maracuja.api.server import Server
from maracuja.app import key_ring
from maracuja.clock import SimClock
from maracuja.links.qr import Correction, QrCode
from maracuja.links.tokens import Purpose
from maracuja.model import micros
from maracuja.store import inbox
from maracuja.ui import home
from tests.unit.api.api_world import NOON, World

TELEGRAM = {"token": "123456:AAbbCCddEEffGGhhIIjjKK", "bot": "fruit_bot"}
NAMELESS = {"token": "4c1a2b3c4d5e6f70-8a9b0c1d2e3f4051-6172839405162738", "sender_name": "Fruit"}
POSTER = "https://t.me/fruit_bot?start=poster-1"
LINK = "/api/channels/telegram/link"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A workspace with a bot on Telegram, and one on Viber whose name is missing."""
    clock = SimClock(NOON)
    made = composition.create(
        tmp_path / "shop", {"telegram": TELEGRAM, "viber": NAMELESS}, clock=clock
    )
    with composition.opened(tmp_path / "shop", clock) as app:
        worker = composition.make_worker(app, holder="test")
        server = Server(app, lambda: home)
        yield World(app, server, worker, made)
        server.close()
        worker.close()


def test_a_link_tells_where_it_hung(world: World) -> None:
    shown = world.get(f"{LINK}?source=poster-1")
    assert shown == {"channel": "telegram", "source": "poster-1", "link": POSTER}
    assert world.get(LINK)["link"] == "https://t.me/fruit_bot"


def test_its_code_is_a_picture_in_the_size_and_correction_asked_for(world: World) -> None:
    asked = f"{LINK}?source=poster-1&size_mm=80&correction=H"
    drawn, painted = (world.ask("GET", f"{asked}&form={form}") for form in ("svg", "png"))
    code = QrCode(POSTER, Correction.HIGH)
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert drawn.content == code.svg(80)
    assert painted.headers["content-type"] == "image/png"
    assert painted.content == code.png(80)


def test_a_receipt_carries_whose_the_chat_becomes(world: World) -> None:
    call = json.dumps({"batch": [{"type": "identify", "userId": "u1"}]}).encode()
    with world.app.store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(micros(NOON), "batch", "server", b"", call)])
    world.worker.settle(NOON)
    pid = world.items("/api/people?who=u1")[0]["pid"]
    link = world.get(f"{LINK}?source=receipt&who=u1")["link"]
    token = urlsplit(link).query.removeprefix("start=")
    ticket = key_ring(world.app).read(token, Purpose.START)
    assert ticket is not None and (ticket.pid, ticket.detail) == (pid, "receipt")
    refused = world.ask("GET", f"{LINK}?source={'r' * 40}&who=u1")
    assert refused.status_code == 422 and "64 letters" in refused.json()["detail"]
    assert "source" in refused.json()["fix"]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        (f"{LINK}?source={'x' * 65}", 422, "64 letters"),
        (f"{LINK}?source=two%20words", 422, "64 letters"),
        (f"{LINK}?who=nobody", 404, "Nobody is known"),
        (f"{LINK}?form=png&size_mm=5", 400, "mm wide"),
        (f"{LINK}?form=png&size_mm=nan", 400, ""),
        (f"{LINK}?form=gif", 400, ""),
        ("/api/channels/email/link", 422, "no link into email"),
        ("/api/channels/viber/link?source=poster-1", 422, "do not say"),
        ("/api/channels/sms/link", 404, "not set up"),
        ("/api/channels/pigeon/link", 404, "not set up"),
    ],
)
def test_what_cannot_be_is_refused_with_the_limit(
    world: World, path: str, status: int, says: str
) -> None:
    answer = world.ask("GET", path)
    assert answer.status_code == status, answer.text
    assert says in answer.json()["detail"]


def test_it_is_the_admins(world: World) -> None:
    assert world.ask("GET", LINK, key=None).status_code == 401
