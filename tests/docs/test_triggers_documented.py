"""docs/triggers.md is true: its examples are shipped, and its outputs are really told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from maracuja.campaigns.decoding import decode_text
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.series import of_message
from maracuja.campaigns.triggers import SeriesMessage, Trigger
from maracuja.cli import output, triggers
from maracuja.decisions.reason_words import words
from maracuja.decisions.reasons import Reason
from maracuja.links.utm import add_utm
from maracuja.runtime.campaign_rehearsal import Gate, MessageReplayed, Replay
from maracuja.runtime.cart_links import LASTS, Item, address
from maracuja.runtime.entry_carts import KEPT_DAYS
from maracuja.templates.scope import CART_TYPES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "triggers.md").read_text(encoding="utf-8")
ITEMS = [Item("p1", 2), Item("p7", 1)]


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("kind", [Trigger, SeriesMessage])
def test_every_field_has_its_row(kind: type[msgspec.Struct]) -> None:
    for field in msgspec.structs.fields(kind):
        assert f"| `{field.encode_name}` |" in PAGE


@pytest.mark.parametrize("reason", [Reason.GOAL_REACHED, Reason.HAPPENED, Reason.NOT_IN_AUDIENCE])
def test_every_reason_is_told_in_its_words(reason: Reason) -> None:
    assert f"| `{reason.value}` | {words(reason)} |" in PAGE


def test_the_campaigns_are_those_of_the_examples() -> None:
    for block in fenced("yaml"):
        (shown,) = decode_text(block)
        assert isinstance(shown, Campaign) and shown.trigger is not None
        path = ROOT / "examples" / "definitions" / "campaigns" / f"{shown.id}.yaml"
        (shipped,) = decode_text(path.read_text(encoding="utf-8"))
        trigger = msgspec.structs.replace(shown.trigger, where=())
        assert msgspec.structs.replace(shown, trigger=trigger) == shipped
    assert callable(of_message)


def test_the_link_leads_where_the_page_says() -> None:
    (setting,) = fenced("toml")
    url = re.search(r'cart_url = "(.*)"', setting)
    assert url is not None
    marks = {"source": "maracuja", "medium": "email", "campaign": "abandoned-cart"}
    assert fenced("text")[0].strip() == add_utm(address(url[1], ITEMS), marks)
    (told,) = fenced("json")
    assert json.loads(told)["items"] == msgspec.to_builtins(ITEMS)
    assert f"works for {LASTS.days} days" in PAGE and f"the last {KEPT_DAYS} days" in PAGE


def test_what_a_text_may_read_of_a_cart_is_named() -> None:
    for name in CART_TYPES:
        assert f"cart.{name}" in PAGE
    for field in CART_TYPES["items"].inner.fields:
        assert f"`{field.name}`" in PAGE


def test_a_dry_run_says_what_the_page_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    gates = [
        ("send", Reason.PASSED, 2),
        ("never", Reason.GOAL_REACHED, 1),
        ("never", Reason.PRODUCT_GONE, 1),
    ]
    told = Replay(
        days=7,
        events=7,
        entered=4,
        again=3,
        restarted=0,
        not_due=0,
        messages=(
            MessageReplayed("cart", 4, tuple(Gate(o, r.value, words(r), n) for o, r, n in gates)),
        ),
    )
    console = Console(width=100, record=True, force_terminal=False, highlight=False)
    monkeypatch.setattr(output, "_console", lambda: console)
    triggers.say_replay(told)
    plain = re.sub(r"[ \t]+\n", "\n", console.export_text())
    assert squeezed(plain) == squeezed(fenced("text")[1])


def squeezed(text: str) -> list[str]:
    """The lines without frames and repeated blanks."""
    bare = re.sub(r"[│─━┃╭╮╰╯├┤┬┴┼╷╵╶╴╺╸]", " ", text)
    return [" ".join(line.split()) for line in bare.splitlines() if line.strip()]
