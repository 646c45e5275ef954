"""The world of the API's tests as a fixture: made once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maracuja.config import FILE_NAME
from tests.unit.api.api_world import World, make_world, opened_world


@pytest.fixture(scope="session")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A world on SQLite and its keys; not to be changed."""
    place = tmp_path_factory.mktemp("world") / "shop"
    return place, make_world(place)


@pytest.fixture(scope="session")
def postgresql_world(
    tmp_path_factory: pytest.TempPathFactory, new_postgresql_url: Callable[..., str]
) -> tuple[Path, dict[str, str], str]:
    """A world on PostgreSQL, its keys and its database; not to be changed."""
    place, url = tmp_path_factory.mktemp("world") / "shop", new_postgresql_url()
    return place, make_world(place, url=url), url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """A fresh one for each test, on both databases."""
    place = tmp_path / "shop"
    if request.param == "postgresql":
        made, keys, url = request.getfixturevalue("postgresql_world")
        copied = request.getfixturevalue("new_postgresql_url")(like=url)
        shutil.copytree(made, place)
        settings = (place / FILE_NAME).read_text(encoding="utf-8")
        (place / FILE_NAME).write_text(settings.replace(url, copied), encoding="utf-8")
    else:
        made, keys = request.getfixturevalue("sqlite_world")
        shutil.copytree(made, place)
    with opened_world(place, keys) as opened:
        yield opened
