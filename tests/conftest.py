"""Fixtures that every room's tests may ask for: a store on both databases, evaluation data."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from maracuja.store import migrating, schema
from maracuja.store.engine import Store, open_store

ROOT = Path(__file__).parents[1]
NUMBERS = count(1)

settings.register_profile("untimed", deadline=None)  # what is measured is measured in bench/
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--crashes N`: how many times processes are killed at random moments."""
    parser.addoption("--crashes", type=int, default=20, help="kills at random moments")


def _server_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root: borrow its own user."""
    if os.geteuid() == 0:
        return ["runuser", "-u", "postgres", "--", *command]
    return command


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket directory of a private PostgreSQL cluster, started once per session."""
    programs = _server_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    # A socket's path may have 107 characters at most: pytest's own directories are too deep.
    home = Path("/tmp") / f"maracuja-pg-{os.getpid()}"
    home.mkdir(mode=0o755)
    if os.geteuid() == 0:
        shutil.chown(home, "postgres", "postgres")
    data = home / "data"
    options = (
        f"-c listen_addresses='' -k {home} -c fsync=off -c full_page_writes=off "
        "-c synchronous_commit=off -c max_connections=60 -c shared_buffers=64MB"
    )
    initdb = [str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "maracuja"]
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        subprocess.run(
            _as_postgres([*initdb, "-E", "UTF8", "--locale", "C", "--no-sync"]),
            cwd=home,
            **quiet,  # type: ignore[call-overload]
        )
        subprocess.run(
            _as_postgres([*control, "-o", options, "-l", str(home / "log"), "start"]),
            cwd=home,
            **quiet,  # type: ignore[call-overload]
        )
        yield home
    finally:
        subprocess.run(
            _as_postgres([*control, "-m", "immediate", "stop"]),
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgresql_url(postgresql_server: Path) -> Callable[..., str]:
    """Makes an empty PostgreSQL database, or a copy of the one at a URL, and gives its URL."""

    def make(like: str = "") -> str:
        base = f"postgresql+psycopg://maracuja@/{{}}?host={postgresql_server}"
        name = f"test_{next(NUMBERS)}"
        engine = create_engine(base.format("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            pattern = f" TEMPLATE {make_url(like).database}" if like else ""
            conn.execute(text(f"CREATE DATABASE {name}{pattern}"))
        engine.dispose()
        return base.format(name)

    return make


@pytest.fixture
def postgresql_url_or_none(request: pytest.FixtureRequest) -> str | None:
    """The URL of an empty PostgreSQL database, or None where its programs are not installed."""
    if _server_programs() is None:
        return None
    url: str = request.getfixturevalue("new_postgresql_url")()
    return url


@pytest.fixture(scope="session")
def postgresql_store(new_postgresql_url: Callable[[], str]) -> Iterator[Store]:
    """One PostgreSQL store with all tables for the whole session; `store` empties it."""
    store = open_store(new_postgresql_url())
    migrating.migrate(store)
    yield store
    store.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the two files of an empty SQLite store, made once."""
    place = tmp_path_factory.mktemp("sqlite-template")
    made = open_store(f"sqlite:///{place}/state.db")
    migrating.migrate(made)
    made.close()
    return place


def _open_copy(template: Path, place: Path) -> Store:
    for name in ("state.db", "inbox.db"):
        shutil.copy(template / name, place / name)
    return open_store(f"sqlite:///{place}/state.db")


def _empty(store: Store) -> None:
    tables = [*schema.state.sorted_tables, *schema.inbox_state.sorted_tables]
    with store.write() as conn:
        names = ", ".join(t.name for t in tables)
        conn.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store with all tables, once on SQLite and once on PostgreSQL."""
    if request.param == "postgresql":
        shared: Store = request.getfixturevalue("postgresql_store")
        _empty(shared)
        yield shared
        return
    opened = _open_copy(request.getfixturevalue("sqlite_template"), tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty store on SQLite, for tests of rooms above the store."""
    opened = _open_copy(sqlite_template, tmp_path)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def bare_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store whose database holds no table yet, on each database."""
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgresql_url")()
    else:
        url = f"sqlite:///{tmp_path}/bare.db"
    opened = open_store(url, inbox=tmp_path / "bare-inbox.db")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def evaluation_data() -> Path:
    """The directory with the evaluation data sets (hillstrom, cdnow ...)."""
    place = Path(os.environ.get("MARACUJA_DATA", ROOT.parent / "shared/data"))  # noqa: TID251
    if not place.is_dir():
        pytest.skip("the evaluation data is not there: set MARACUJA_DATA")
    return place
