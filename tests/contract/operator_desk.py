"""An operator in front of a shop's server: reads conversations over the API and answers them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from maracuja.model import micros
from maracuja.store import keys
from maracuja.store.keys import KeyKind
from tests.contract.channel_world import World


@dataclass
class Desk:
    """Asks with a server key of its own."""

    world: World
    name: str = "Anna"
    key: str = ""
    _numbers: count[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        app = self.world.app
        with app.store.write() as conn:
            made = keys.create(
                conn,
                KeyKind.SERVER,
                f"desk of {self.name}",
                micros(self.world.clock.now()),
                key_secret=app.secrets.key_secret,
            )
        self.key = made.secret

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request below /v1/conversations."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.world.server)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as asking:
                headers = {"authorization": f"Bearer {self.key}"}
                url = f"/v1/conversations{path}"
                return await asking.request(method, url, headers=headers, **options)

        return asyncio.run(send())

    def get(self, path: str = "", **query: Any) -> Any:
        """The JSON of a page that is there."""
        answer = self.ask("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def listed(self, **query: Any) -> list[Any]:
        """The conversations of one page."""
        found: list[Any] = self.get(**query)["items"]
        return found

    def turns(self, number: str, after: int = 0) -> list[Any]:
        """What was said."""
        found: list[Any] = self.get(f"/{number}", after=after)["turns"]
        return found

    def answer(self, number: str, text: str, status: int = 202, **given: Any) -> Any:
        """An answer to all that stands, unless another `after` is given."""
        if "after" not in given:
            given["after"] = self.get(f"/{number}")["conversation"]["seq"]
        body = {"id": f"{self.name}-{next(self._numbers)}", "operator": self.name, "text": text}
        asked = self.ask("POST", f"/{number}/answers", json={**body, **given})
        assert asked.status_code == status, asked.text
        return asked.json()

    def change(self, number: str, status: int = 200, **changes: Any) -> Any:
        """State, assignee, or how far it was read."""
        answer = self.ask("PATCH", f"/{number}", json=changes)
        assert answer.status_code == status, answer.text
        return answer.json()
