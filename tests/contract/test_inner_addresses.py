"""Wherever a person gives an address that we then ask, none of this network is asked."""

from __future__ import annotations

import asyncio
import json
import re
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import fields

from maracuja.channels.telling import check_receiver, is_public
from maracuja.channels.web_push import WebPushSettings
from maracuja.channels.web_push_address import is_listed
from maracuja.errors import BadInput, VendorDown
from maracuja.runtime.feed_fetching import fetch
from maracuja.runtime.link_check import check_links
from maracuja.runtime.public_hosts import PublicResolver
from tests.unit.api.api_world import World, opened_world

INNER = (
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.5", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "[::1]", "[::]", "[fd00::1]", "[fe80::1]", "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]", "[2002:7f00:1::]", "[64:ff9b::7f00:1]", "2130706433", "0x7f000001",
    "0177.0.0.1", "127.1", "0x7f.1", "localhost", "LOCALHOST.", "shop.localhost", "db.internal",
    "printer.local", "224.0.0.1", "255.255.255.255",
)  # fmt: skip
OUTER = ("93.184.216.34", "[2606:2800:220:1:248:1893:25c8:1946]", "shop.example", "3com.example")
SECRET = "a secret of sixteen letters"

# Every field of a request or a definition that holds an address, and what becomes of it.
ASKED = {"Outbound.url", "Feed.source", "MessageAsked.status_url"}  # by us: the tests below
GIVEN_ON = {  # shown to people or vendors; we never ask it
    "ButtonAsked.url", "ButtonGiven.url", "MediaAsked.url", "MediaGiven.url", "OutletGiven.url",
    "Attachment.url", "Button.url", "Card.url", "Media.url", "Inbound.url", "Product.url",
}  # fmt: skip
# What makes calls of its own choice of address; each goes by PublicResolver.
CALLERS = {"calling.py", "feed_fetching.py", "link_check.py"}
PUSH_HOSTS = {one.name: one.default for one in fields(WebPushSettings)}["hosts"]
SOURCE = Path(__file__).parents[2] / "src" / "maracuja"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop of a few people."""
    with opened_world(tmp_path_factory.mktemp("inner") / "shop") as made:
        yield made


@pytest.mark.parametrize("host", INNER)
def test_an_inner_address_is_refused_as_it_is_written(world: World, host: str) -> None:
    assert not is_public(host)
    url = f"https://{host}/hook"
    with pytest.raises(BadInput, match="private network"):
        check_receiver(url, SECRET, private=False)
    with pytest.raises(BadInput):
        fetch(url, "", "")
    (seen,) = check_links([url])
    assert seen.status == 0 and seen.fault
    assert not is_listed(host.strip("[]"), PUSH_HOSTS)
    told = {"events": ["Order Completed"], "url": url}
    if world.put("outbound", "inner", **told).status_code == 200:
        tried = world.ask("POST", "/api/outbound/inner/test")
        assert (tried.status_code, tried.json()["where"]) == (400, "url")


@pytest.mark.parametrize("host", OUTER)
def test_an_outer_address_is_not(host: str) -> None:
    assert is_public(host)
    check_receiver(f"https://{host}/hook", SECRET, private=False)


class _Inside(socketserver.TCPServer):
    """Something of this network that must never be spoken to."""

    allow_reuse_address = True

    def __init__(self) -> None:
        self.callers = 0
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.callers += 1
        super().process_request(request, client_address)


@pytest.fixture
def inside() -> Iterator[_Inside]:
    server = _Inside()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _found(host: str) -> dict[str, Any]:
    return {"hostname": "x", "host": host, "port": 443, "family": 2, "proto": 0, "flags": 0}


def test_a_name_that_turns_inward_is_refused_at_the_connection(
    inside: _Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS answers first with a public address and then with ours: each answer is looked at."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["93.184.216.34", "10.0.0.1", "::1"]])

    async def resolve(*_: Any) -> list[dict[str, Any]]:
        return [_found(host) for host in next(answers, ["127.0.0.1"])]

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)

    async def thrice() -> list[list[str]]:
        names = PublicResolver()
        first = await names.resolve("turns.example")
        with pytest.raises(OSError, match="private network"):
            await names.resolve("turns.example")
        mixed = await names.resolve("turns.example")
        return [[one["host"] for one in found] for found in (first, mixed)]

    assert asyncio.run(thrice()) == [["93.184.216.34"], ["93.184.216.34"]]
    port = inside.server_address[1]
    with pytest.raises(VendorDown, match="private network"):
        fetch(f"https://turns.example:{port}/feed", "", "")
    (seen,) = check_links(["https://turns.example/"])
    assert seen.fault == "leads into a private network"
    assert inside.callers == 0


def _fields(name: str, schema: dict[str, Any]) -> Iterator[str]:
    """The fields of a type that hold an address by their name."""
    for field in schema.get("properties", {}):
        if re.search(r"(^|_)url$|^endpoint$|^webhook$", field) or f"{name}.{field}" in ASKED:
            yield f"{name}.{field}"


def test_every_field_with_an_address_is_known_here(world: World) -> None:
    described = world.get("/openapi.json")
    bodies = json.dumps(
        [
            operation.get("requestBody", {})
            for operations in described["paths"].values()
            for operation in operations.values()
        ]
    )
    schemas = described["components"]["schemas"]
    wanted = set(re.findall(r"#/components/schemas/([\w-]+)", bodies))
    while (
        further := {
            name
            for one in wanted
            for name in re.findall(r"#/components/schemas/([\w-]+)", json.dumps(schemas[one]))
        }
        - wanted
    ):
        wanted |= further
    found = {field for name in wanted for field in _fields(name, schemas[name])}
    for kind in world.get("/api/definitions/schemas").values():
        for name, schema in kind.get("$defs", {}).items():
            found |= set(_fields(name, schema))
    assert found <= ASKED | GIVEN_ON, "who asks it? see the tests above"
    assert found >= ASKED


def test_whoever_makes_calls_of_its_own_goes_by_the_resolver() -> None:
    makes = {
        path.name: path.read_text(encoding="utf-8")
        for path in SOURCE.rglob("*.py")
        if "aiohttp.ClientSession(" in path.read_text(encoding="utf-8")
    }
    assert set(makes) == CALLERS
    assert all("PublicResolver()" in text for text in makes.values())
