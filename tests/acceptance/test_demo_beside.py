"""The demo shop beside a real workspace: its player dies with the server, and begins anew."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from maracuja.app import opened
from maracuja.runtime import demo_shop
from maracuja.store import people
from tests.acceptance.served_shop import Shop, until

pytestmark = pytest.mark.slow
PLAYED_S = 900.0


def _players(place: Path) -> list[str]:
    """The processes that make the demo shop of this workspace."""
    lines = [_words(entry) for entry in Path("/proc").iterdir()]
    return [line for line in lines if " play-demo " in line and f" {place} " in line]


def _words(entry: Path) -> str:
    try:
        return os.fsdecode((entry / "cmdline").read_bytes().replace(b"\0", b" "))
    except (OSError, NotADirectoryError):
        return ""


def test_a_server_that_is_killed_meanwhile_makes_it_anew_and_says_so(shop: Shop) -> None:
    place = shop.place
    shop.serve("--no-work")
    assert shop.ask("/api/demo-shop/load", {"people": 100})["state"] == "making"
    until(lambda: shop.ask("/api/demo-shop")["share"] > 0.05, "the first days")
    assert _players(place) and (place / demo_shop.MAKING).is_dir()
    shop.stop(signal.SIGKILL)
    until(lambda: not _players(place), "the end of the player")
    assert not demo_shop.stands(place)

    shop.serve("--no-work")
    seen = until(lambda: shop.ask("/api/demo-shop"), "how far it is")
    assert seen["state"] == "making"
    until(lambda: shop.ask("/api/demo-shop")["again"], "the new beginning")
    until(lambda: "Маракуйя" in shop.log.read_text(), "the demo shop", wait_s=PLAYED_S)
    assert demo_shop.stands(place) and not (place / demo_shop.MAKING).exists()
    assert shop.stop(signal.SIGTERM) == 0 and not _players(place)
    with opened(place) as own, own.store.read() as conn:
        assert people.count(conn) == 0 and demo_shop.card(conn) is None
    with opened(place / demo_shop.FOLDER) as demo, demo.store.read() as conn:
        assert people.count(conn) > 100
