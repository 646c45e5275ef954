"""A workspace with a few people, its application in this process, and somebody who asks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from maracuja import app as composition
from maracuja.api.server import Server
from maracuja.app import App
from maracuja.clock import SimClock
from maracuja.model import micros
from maracuja.runtime.worker import Worker
from maracuja.store import inbox
from maracuja.ui import home

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PEOPLE = 40
CITY = [{"trait": "city", "is": "Kyiv"}]
STILL = {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}


def calls() -> list[dict[str, Any]]:
    """What the people of the shop have sent: who they are, and one visit each."""
    sent: list[dict[str, Any]] = []
    for i in range(PEOPLE):
        known = {"firstName": f"Name{i}", "email": f"p{i}@shop.example"}
        city = {"city": "Kyiv" if i % 2 else "Lviv"}
        seen = {"category": "fruit", "price": i}
        sent += [
            {"type": "identify", "userId": f"u{i}", "traits": known | city},
            {"type": "track", "userId": f"u{i}", "event": "Product Viewed", "properties": seen},
        ]
    return sent


@dataclass
class World:
    """An open workspace, its server and its worker, and somebody who asks."""

    app: App
    server: Server
    worker: Worker
    keys: dict[str, str]

    def ask(
        self,
        method: str,
        path: str,
        *,
        key: str | None = "admin key",
        client: str = "127.0.0.1",
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """One request, with that key as a bearer token; None: without."""
        given = dict(headers or {})
        if key is not None:
            given["authorization"] = f"Bearer {self.keys[key]}"

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(
                self.server,  # type: ignore[arg-type]
                raise_app_exceptions=False,
                client=(client, 5000),
            )
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1:8080"
            ) as asking:
                return await asking.request(method, path, headers=given, **options)

        return asyncio.run(send())

    def get(self, path: str, **options: Any) -> Any:
        """The JSON of a page that is there."""
        answer = self.ask("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def items(self, path: str, **options: Any) -> list[Any]:
        """The things of a list, as far as one part of it reaches."""
        found: list[Any] = self.get(path, **options)["items"]
        return found

    def put(self, kind: str, name: str, /, **definition: Any) -> httpx.Response:
        """Put a definition over whatever stands."""
        path = f"/api/definitions/{kind}/{name}"
        return self.ask("PUT", path, json={"definition": definition})


def define(world: World) -> None:
    """A topic, a goal, a segment, a template and a campaign."""
    text = "Hello {{ person.first_name }}. {{ links.unsubscribe }}"
    english = {"language": "en", "subject": "It is here", "text": text}
    for kind, name, definition in (
        ("topic", "harvest", {}),
        ("goal", "order", {"event": "Order Completed", "value": "revenue"}),
        ("segment", "kyiv", {"where": CITY}),
        ("template", "fruit", {"variants": [english]}),
        (
            "campaign",
            "fruit",
            {"topic": "harvest", "audience": "kyiv", "template": "fruit", "goals": ["order"]},
        ),
    ):
        answer = world.put(kind, name, **definition)
        assert answer.status_code == 200, answer.text


def agree(world: World) -> None:
    """Everybody but the first of Kyiv agrees to hear of the harvest."""
    for i in range(3, PEOPLE, 2):
        pid = world.items(f"/api/people?who=u{i}")[0]["pid"]
        said = {"topic": "harvest", "channel": "email", "state": "opted_in", "source": "form"}
        answer = world.ask("POST", f"/api/people/{pid}/consents", json=said)
        assert answer.status_code == 200 and answer.json()["in_force"], answer.text


def make_world(place: Path, *, url: str = "", **server: Any) -> dict[str, str]:
    """A shop of 40 people, every second one in Kyiv, at noon; its keys.

    Its state is on the database at `url`, or on SQLite; tests may ask as fast as they can.
    """
    clock = SimClock(NOON)
    settings = {
        "shop": {"name": "Fruit & Co"},
        "pressure": STILL,
        "store": {"url": url},
        "server": {"calls_per_s": 0, **server},
    }
    made = composition.create(place, settings, clock=clock, seed=7)
    with composition.opened(place, clock) as app:
        body = json.dumps({"batch": calls()}).encode()
        with app.store.write_inbox() as conn:
            inbox.append(conn, [inbox.Request(micros(NOON), "batch", "server", b"", body)])
        worker = composition.make_worker(app, holder="test")
        worker.settle(NOON)
        worker.close()
    return made


@contextmanager
def opened_world(place: Path, keys: dict[str, str] | None = None) -> Iterator[World]:
    """A world that was made at that place (`keys`), or is made now; its clock stands still."""
    made = make_world(place) if keys is None else keys
    with composition.opened(place, SimClock(NOON)) as app:
        worker = composition.make_worker(app, holder="test")
        server = Server(app, lambda: home)
        yield World(app, server, worker, dict(made))
        server.close()
        worker.close()
