"""The calls of docs/messages.md are taken as they stand there."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maracuja.api.messages import MessageAsked
from tests.unit.api.api_world import World, opened_world

PAGE = (Path(__file__).parents[2] / "docs" / "messages.md").read_text(encoding="utf-8")
CALLS = re.findall(r"^```sh\n(curl .*?)^```", PAGE, re.DOTALL | re.MULTILINE)
FIELDS = re.findall(r"^\| (`[^|]+`) \|", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened_world(tmp_path_factory.mktemp("documented") / "shop") as made:
        text = {"language": "en", "subject": "Booked", "text": "{{ data.number }}"}
        assert made.put("template", "booking", variants=[text]).status_code == 200
        yield made


def call(words: list[str]) -> tuple[str, dict[str, str], Any]:
    """The path, the headers but for the key, and the body of a command line."""
    assert words[0] == "curl"
    url = next(word for word in words if word.startswith("http://"))
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    assert headers.pop("Authorization").startswith("Bearer mrc_server_")
    body = json.loads(words[words.index("-d") + 1]) if "-d" in words else None
    return url.removeprefix("http://127.0.0.1:8080"), headers, body


def test_the_calls_are_taken_and_their_message_is_found(world: World) -> None:
    assert len(CALLS) == 4
    found = ""
    for source in CALLS:
        path, headers, body = call(shlex.split(source.replace("\\\n", " ")))
        key = "server key"
        if body is None:
            path = path.replace("<id>", found)
            assert world.ask("GET", path, key=key).status_code == 200
            continue
        answer = world.ask("POST", path, json=body, headers=headers, key=key)
        assert answer.status_code == 202, answer.text
        found = answer.json()["id"]
        shown = re.findall(r'"(\w+)":', PAGE.split("```json")[1].split("```")[0])
        assert set(shown) == set(answer.json()) | set(answer.json()["events"][0])


def test_every_field_is_told_of() -> None:
    told = {name for cell in FIELDS for name in re.findall(r"`(\w+)`", cell)}
    assert told == set(MessageAsked.model_fields)
