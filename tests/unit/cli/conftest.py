"""A small shop that was made, filled, and spoke to its people, all by the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.cli.small_shop import (
    DEFINITIONS,
    EVENTS,
    MAPPING,
    SETTINGS,
    Run,
    command_line,
    people_csv,
    work,
)


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the campaign `hello` was launched and sent; not to be changed."""
    place = tmp_path_factory.mktemp("spoken")
    files = tmp_path_factory.mktemp("files")
    run = command_line(place)
    run("init", "--name", "Passion fruit")
    (place / "maracuja.toml").write_text(SETTINGS, encoding="utf-8")
    (files / "people.csv").write_text(people_csv(), encoding="utf-8")
    (files / "map.yaml").write_text(MAPPING, encoding="utf-8")
    (files / "events.jsonl").write_text(EVENTS.strip() + "\n", encoding="utf-8")
    definitions = place / "definitions"
    definitions.mkdir()
    (definitions / "all.yaml").write_text(DEFINITIONS, encoding="utf-8")
    run("import", "people", str(files / "people.csv"), "--map", str(files / "map.yaml"))
    run("import", "events", str(files / "events.jsonl"))
    run("apply", str(definitions))
    work(place)
    run("campaign", "launch", "hello")
    vendor = work(place)
    assert vendor.received
    return place


@pytest.fixture
def shop(spoken: Path, tmp_path: Path) -> Path:
    """A copy of `spoken` that a test may change."""
    place = tmp_path / "shop"
    shutil.copytree(spoken, place)
    return place


@pytest.fixture
def run(shop: Path) -> Run:
    """Runs commands in `shop`."""
    return command_line(shop)
