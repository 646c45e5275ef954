"""A shop with a web chat: its server and worker in this process, and browsers that ask it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import polars as pl

from maracuja import app as composition
from maracuja.api.server import Server
from maracuja.app import App
from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.clock import SimClock
from maracuja.model import FileKind, micros
from maracuja.runtime import launch_control
from maracuja.runtime.worker import Worker
from maracuja.store import definitions, inbox, manifest
from maracuja.store.keys import sign_id
from maracuja.ui import home
from tests.contract.channel_world import DEFINITIONS, STILL

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "0123456789abcdef0123456789abcdef"
SHOP = "https://shop.example"
SIGNED = "browser signing secret"


@dataclass
class ChatWorld:
    """An open workspace with a campaign over the web chat, and somebody who asks."""

    app: App
    server: Server
    worker: Worker
    clock: SimClock
    keys: dict[str, str]

    def ask(self, method: str, path: str, *, token: str = "", **options: Any) -> httpx.Response:
        """One request of a browser or an app."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.server)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://go") as asking:
                return await asking.request(method, path, headers=headers, **options)

        return asyncio.run(send())

    def open(self, user: str = "", **more: Any) -> dict[str, Any]:
        """Say hello; the welcome."""
        given = {"key": self.keys["browser key"], **more}
        if user:
            given |= {"user": user, "proof": sign_id(self.keys[SIGNED], user)}
        answer = self.ask("POST", "/v1/inbox/open", json=given)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def say(self, token: str, *frames: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Post frames; the answer."""
        answer = self.ask("POST", "/v1/inbox", token=token, json={"frames": [*frames], **more})
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def lines(self, token: str) -> list[dict[str, Any]]:
        """The inbox as an app reads it."""
        answer = self.ask("GET", "/v1/inbox", token=token)
        assert answer.status_code == 200, answer.text
        return answer.json()["lines"]  # type: ignore[no-any-return]

    def identify(self, user: str, **traits: Any) -> None:
        """The shop's server tells who its customer is."""
        call = {"type": "identify", "userId": user, "messageId": f"i-{user}", "traits": traits}
        body = json.dumps({"batch": [call]}).encode()
        with self.app.store.write_inbox() as conn:
            row = inbox.Request(micros(self.clock.now()), "batch", "server", b"{}", body)
            inbox.append(conn, [row])

    def settle(self, **span: float) -> None:
        """Let everything be done that is due within so much time."""
        until = self.clock.now() + timedelta(**span)
        while True:
            due = self.worker.settle(self.clock.now())
            if due is None or due > until:
                break
            self.clock.wait_until(due)
        self.clock.advance(until - self.clock.now())
        self.worker.settle(self.clock.now())

    def launch(self) -> None:
        """The campaign goes out to everybody with a first name who has agreed."""
        with self.app.store.write() as conn:
            launch_control.launch(conn, self.app.ground, "hello", self.clock.now())

    def events(self) -> dict[str, int]:
        """How many events have each name."""
        with self.app.store.read() as conn:
            files = manifest.live(conn, [FileKind.EVENTS], micros(self.clock.now()))
        frames = [pl.read_parquet(self.app.lake_root / file.path) for file in files]
        every = pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame()
        return dict(every.group_by("event").len().rows()) if every.width else {}


@contextmanager
def opened_chat(place: Path, *, url: str = "", **section: Any) -> Iterator[ChatWorld]:
    """A new shop; its clock stands still. `section` are settings of the chat."""
    clock = SimClock(NOW)
    settings = {
        "shop": {"name": "Passion Fruit", "url": SHOP},
        "server": {"public_url": "https://go.shop.example"},
        "store": {"url": url},
        "pressure": STILL,
        "measurement": {"global_holdout": 0},
        "web_chat": {"secret": SECRET, "topics": ["news"], **section},
    }
    keys = composition.create(place, settings, clock=clock, seed=3)
    with composition.opened(place, clock) as app:
        with app.store.write() as conn:
            for one in decode_text(DEFINITIONS.replace("CHANNEL", "web_chat")):
                definitions.put(
                    conn, kind_of(one), one.id, msgspec.to_builtins(one),
                    base=None, actor="test", now_us=micros(NOW),
                )  # fmt: skip
        worker = composition.make_worker(app, holder="test")
        server = Server(app, lambda: home)
        try:
            yield ChatWorld(app, server, worker, clock, keys)
        finally:
            server.close()
            worker.close()
