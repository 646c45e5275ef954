"""docs/conversations.md: its commands print what stands below them, its calls are taken."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from maracuja.api.conversations import AnswerGiven, Changes
from maracuja.channels.heard import Heard, HeardKind
from maracuja.cli import cli
from maracuja.config import Conversations
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.model import micros
from maracuja.runtime.conversation_view import ConversationShown, TurnShown
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.telegram import TelegramVendor
from maracuja.store import inbox
from tests.contract.channel_case import NOW
from tests.contract.channel_cases.telegram import CASE
from tests.contract.channel_world import World, opened_world
from tests.contract.operator_desk import Desk

PAGE = (Path(__file__).parents[2] / "docs" / "conversations.md").read_text(encoding="utf-8")
# A command, and the block that stands right below it.
COMMANDS = re.findall(r"^```sh\n(maracuja [^\n]*)\n```\n\n```text\n(.*?)^```", PAGE, re.M | re.S)
CALLS = re.findall(r"^```sh\n(curl .*?)^```", PAGE, re.M | re.S)
FIELDS = re.findall(r"^\| (`[^|]+`) \|", PAGE, re.M)


def hear(world: World, key: str, text: str) -> None:
    now_us = micros(world.clock.now())
    heard = Heard(kind=HeardKind.MESSAGE, key=key, at_us=now_us, address="1000", text=text)
    context, body = encode_heard([heard], "telegram", "main")
    with world.app.store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(now_us, CALL, "internal", context, body)])
    world.settle(minutes=4)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Maria was invited, and wrote twice."""
    place = tmp_path_factory.mktemp("talks") / "shop"
    with opened_world(place, CASE, faults=Faults()) as made:
        vendor = made.vendor
        assert isinstance(vendor, TelegramVendor)
        vendor.start(1000, "poster-1", at_s=int(NOW.timestamp()) - 60, first_name="Maria")
        made.call(vendor.calls())
        made.settle()
        made.identify([{"first_name": "Nobody"}])
        made.settle(minutes=1)
        made.launch()
        made.settle(minutes=4)
        hear(made, "1", "I ordered some on Monday. Where are they?")
        hear(made, "2", "It was K-1042")
        yield made


def printed(world: World, line: str) -> str:
    words = shlex.split(line)[1:]
    result = CliRunner().invoke(cli, [*words, "-w", str(world.app.config.directory)])
    assert result.exit_code == 0, result.output
    return "\n".join(one.rstrip() for one in result.stdout.splitlines()).strip()


def test_the_commands_print_what_is_shown(world: World) -> None:
    assert len(COMMANDS) == 5
    for line, shown in COMMANDS:
        assert printed(world, line) == shown.strip(), line


def test_the_calls_are_taken(world: World) -> None:
    desk = Desk(world)
    (talk,) = desk.listed()
    assert len(CALLS) == 6
    for source in CALLS:
        words = shlex.split(source.replace("\\\n", " "))
        url = next(word for word in words if word.startswith("http://"))
        path = url.removeprefix("http://127.0.0.1:8080/v1/conversations")
        method = words[words.index("-X") + 1] if "-X" in words else "GET"
        body = json.loads(words[words.index("-d") + 1]) if "-d" in words else None
        method = "POST" if body is not None and method == "GET" else method
        answer = desk.ask(method, path.replace("<id>", talk["id"]), json=body)
        assert answer.status_code in (200, 202), (source, answer.text)


def names(*kinds: Any) -> set[str]:
    return {name for kind in kinds for name in kind.__dataclass_fields__}


def test_every_field_is_told_of() -> None:
    told = {name for cell in FIELDS for name in re.findall(r"`(\w+)`", cell)}
    states = {"open", "waiting", "closed"}
    asked = {*AnswerGiven.model_fields, *Changes.model_fields}
    assert told - states == asked | names(ConversationShown, TurnShown)


def test_the_settings_are_those() -> None:
    shown = re.findall(r"^(\w+) = (\d+)", PAGE, re.M)
    settings = Conversations()
    assert shown == [(n, str(getattr(settings, n))) for n in settings.__struct_fields__]
