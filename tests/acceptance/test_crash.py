"""Processes die at every named commit point, and at random moments: nothing is lost or doubled.

`--crashes N` says how often they are killed at random.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from maracuja import app as composition
from maracuja import rng
from maracuja.api.serving import free_port
from maracuja.app import App
from maracuja.commit_points import CRASHED, POINTS
from maracuja.runtime import erasure_log, importing, launch_control
from maracuja.simulate.sink import MailSink
from maracuja.store import commands, people, products, runs
from maracuja.store.runs import RunState
from tests.acceptance.crash_day import ERASED, FILES, ORDERS, PEOPLE, ROUNDS, ids_of
from tests.acceptance.crash_kills import (
    Client,
    Process,
    SlowSink,
    lease_until,
    listens,
    until,
)
from tests.acceptance.crash_shop import (
    BEGIN,
    CAMPAIGN,
    CONNECTIONS,
    check_events,
    check_messages,
    customer,
    define,
    in_flight,
    look,
    make_shop,
)
from tests.nights import some_at_night

ROOT = Path(__file__).parents[2]
SEED = 20261121
AUDIENCE = 1_500
NO_LIMITS = {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
LATER = timedelta(days=2)

# Where a point is only interesting after other crashes: these come first.
BEFORE: Mapping[str, tuple[str, ...]] = {
    "delivery.recovered": ("delivery.handed_on",),
    "delivery.claimed": ("delivery.claimed",),
    "chunk.bodies_written": ("chunk.decisions_written",),
    "projection.committed": ("projection.files_written",),
    "erasure.committed": ("erasure.asked", "erasure.files_written"),
}
# No point of this day: test_trigger_crash, test_experiments, test_report_mailbox, test_postfix_log
# and test_feed_work die there, or lose the commit after it.
ELSEWHERE = (
    "entries.", "experiment.", "feed.", "mailbox.", "maildir.", "maillog.", "news.", "pop3.",
)  # fmt: skip
# Points that are passed many times: die in the middle.
TIMES: Mapping[str, int] = {"delivery.handed_on": 3, "delivery.committed": 2, "run.done": 1}
IN_A_ROW = (
    "import.people_written",
    "import.events_appended",
    "inbox.committed",
    "projection.people_written",
    "projection.committed",
    "profiles.committed",
    "audience.committed",
    "chunk.queued",
    "delivery.claimed",
    "delivery.handed_on",
    "waiting.committed",
    "delivery.committed",
    "compaction.written",
    "erasure.state_written",
    "orders.finished",
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with its files, before the day."""
    place = tmp_path_factory.mktemp("crash") / "shop"
    open_shop(place)
    return place


def open_shop(place: Path, **settings: Any) -> None:
    """The workspace of the day and the files that it brings in."""
    make_shop(place, 1, PEOPLE, full=True, **settings)
    goods = pl.DataFrame({"id": ["p0", "p1"], "title": ["Mango", "Pear"], "price": [10.5, 2.0]})
    goods.write_csv(place / "products.csv")
    orders = pl.DataFrame({"n": range(ORDERS)}).select(
        pl.col("n").map_elements(customer, return_dtype=pl.String).alias("user_id"),
        pl.format("order-{}", "n").alias("message_id"),
        pl.lit((BEGIN - timedelta(days=1)).isoformat()).alias("timestamp"),
        (pl.col("n") * 1.5).alias("revenue"),
    )
    orders.write_csv(place / "orders.csv")


def live(workspace: Path, mail: MailSink, turn: int, point: str = "", times: int = 1) -> int:
    """One process of the day; its exit code."""
    begin = (BEGIN + turn * LATER).isoformat()
    done = subprocess.run(
        [sys.executable, "-m", "tests.acceptance.crash_day", str(workspace), begin]
        + ([point, str(times)] if point else []),
        cwd=ROOT,
        env={**os.environ, "MARACUJA_EMAIL__PORT": str(mail.port)},  # noqa: TID251  (a child's)
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, CRASHED), done.stderr.decode()[-3000:]
    return done.returncode


@pytest.mark.slow
@pytest.mark.parametrize(
    "point", some_at_night(one for one in POINTS if not one.startswith(ELSEWHERE))
)
def test_death_at_a_commit_point(shop: Path, tmp_path: Path, point: str) -> None:
    workspace = tmp_path / "shop"
    shutil.copytree(shop, workspace)
    deaths = [*BEFORE.get(point, ()), point]
    check_day(workspace, deaths, TIMES)


@pytest.mark.slow
@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_many_deaths_in_one_day(
    tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    store = {}
    if database == "postgresql":
        store["url"] = request.getfixturevalue("new_postgresql_url")()
    workspace = tmp_path / "shop"
    open_shop(workspace, store=store)
    check_day(workspace, IN_A_ROW, {})


def check_day(workspace: Path, deaths: Sequence[str], times: Mapping[str, int]) -> None:
    """The day with these deaths in their order, and what must hold in the end."""
    lost = 0
    with MailSink() as mail:
        for turn, death in enumerate(deaths):
            code = live(workspace, mail, turn, death, times.get(death, 1))
            assert code == CRASHED, f"the day does not pass {death}"
            with composition.opened(workspace) as app:
                lost += in_flight(app)
        assert live(workspace, mail, len(deaths)) == 0
        received = mail.take()
    with composition.opened(workspace) as app:
        found = look(app)
        told = {f"order-{n}": customer(n) for n in range(ORDERS)}
        for number in range(ROUNDS):
            told |= ids_of(number)
        check_events(found, told, erased={customer(ERASED)})
        check_messages(found, received, lost)
        assert (found.counts["inbox"], found.counts["feed"]) == (0, 0)
        check_imports(app)
        check_erased(app)


def check_imports(app: App) -> None:
    """Each row of the files counts once."""
    with app.store.read() as conn:
        assert people.count(conn) == PEOPLE - 1
        assert products.count(conn) == 2
    assert len(FILES) == 3


def check_erased(app: App) -> None:
    """The customer is gone, and who asked has the certificate."""
    lines = erasure_log.read(app.config.directory / "erasures.jsonl")
    assert lines and not erasure_log.unfinished(lines)
    with app.store.read() as conn:
        assert people.find(conn, ["external_id"], [customer(ERASED)]).tolist() == [0]
        assert commands.waiting(conn) == []
        command = commands.get(conn, 1)
    assert command.result is not None and "certificate" in command.result


# ------------------------------------------------------------ kills at random moments


@pytest.fixture
def crashes(request: pytest.FixtureRequest) -> int:
    """How many kills there are in all: half during ingest, half during launches."""
    number: int = request.config.getoption("--crashes")
    return number


@pytest.mark.slow
def test_kills_during_ingest(tmp_path: Path, crashes: int) -> None:
    workspace, port = tmp_path / "shop", free_port("127.0.0.1", 0)
    keys = make_shop(workspace, 1, 1)
    server = Process(workspace, "serve", "--no-work", "--port", str(port))
    worker = Process(workspace, "work", "--holder", "crash")
    clients = [Client(name, port, keys["server key"]) for name in ("anna", "boris")]
    luck = rng.stream(SEED, "kills", "ingest")
    with composition.opened(workspace) as app:
        for process in (server, worker, *clients):
            process.start()
        for _ in range((crashes + 1) // 2):
            victim = server if luck.random() < 0.6 else worker
            before = lease_until(app)
            until(lambda: listens(port), "the server listens")
            time.sleep(luck.uniform(0.05, 0.8))  # noqa: TID251  (real processes)
            victim.kill()
            victim.start()
            if victim is worker:
                until(lambda: lease_until(app) > before, "the worker begins")  # noqa: B023
        for client in clients:
            client.stop()
        server.stop()
        worker.stop()
        Process(workspace, "work", "--until-idle").finish()
        found = look(app)
    told = clients[0].acknowledged | clients[1].acknowledged
    tries = sum(client.tries for client in clients)
    print(f"seed {SEED}: {len(told)} events acknowledged, {tries} requests, {crashes} crashes")
    assert told, "something was acknowledged"
    check_events(found, told)
    assert found.events.height == len(told), "nothing is there that was not sent"


@pytest.mark.slow
def test_kills_during_launches(tmp_path: Path, crashes: int) -> None:
    workspace = tmp_path / "shop"
    luck = rng.stream(SEED, "kills", "launch")
    lost = campaigns = 0
    with SlowSink() as mail:
        make_shop(workspace, mail.port, AUDIENCE, pressure=NO_LIMITS)
        with composition.opened(workspace) as app:
            work = importing.prepare("people", workspace / "people.csv")
            importing.run(app.store, work, now=app.clock.now())
            worker = Process(workspace, "work", "--holder", "crash")
            for _ in range(crashes // 2):
                if at_rest(app):
                    campaigns += 1
                    launch(app, f"hello-{campaigns}")
                before = lease_until(app)
                worker.start()
                until(lambda: lease_until(app) > before, "the worker begins")  # noqa: B023
                time.sleep(luck.uniform(0.0, 1.2))  # noqa: TID251  (a real process)
                worker.kill()
                with_the_server = in_flight(app)
                assert with_the_server <= CONNECTIONS, "one message on each line, at most"
                lost += with_the_server
            worker.start()
            until(lambda: at_rest(app), "everything is sent")
            worker.stop()
            Process(workspace, "work", "--until-idle").finish()
            found = look(app)
    print(f"seed {SEED}: {campaigns} campaigns, {len(found.states)} messages, {lost} in flight")
    check_messages(found, mail.take(), lost)


def launch(app: App, name: str) -> None:
    """One more campaign, to everybody, now."""
    define(app, CAMPAIGN % name)
    with app.store.write() as conn:
        launch_control.launch(conn, app.ground, name, app.clock.now())


def at_rest(app: App) -> bool:
    """Whether every campaign is done."""
    with app.store.read() as conn:
        return all(run.state is RunState.DONE for run in runs.every(conn))
