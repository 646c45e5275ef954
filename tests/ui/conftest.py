"""A shop with a story, its real server, and a real browser in which somebody is logged in."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from maracuja.app import opened
from maracuja.runtime.access import Role
from maracuja.ui.web_app import STATIC
from tests.ui.browser import Browser, Tab, open_browser

PEOPLE = 400
OWNER = "olena@shop.example"
PASSWORD = "a long enough password"
_PROGRAM = (sys.executable, "-m", "maracuja")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers and real servers take their time."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)


@contextmanager
def serving(home: Path, *, work: bool = False) -> Iterator[str]:
    """The address of a server of this workspace, on any free port."""
    told = ["serve", "-w", str(home), "--port", "0", *([] if work else ["--no-work"])]
    with subprocess.Popen([*_PROGRAM, *told], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield next(
                found[0]
                for line in server.stdout
                if (found := re.search(r"http://[\d.]+:\d+", line))
            )
        finally:
            server.terminate()
            server.wait(30)


@dataclass(frozen=True)
class Site:
    """A server that runs, and its workspace."""

    url: str
    home: Path


@pytest.fixture(scope="session")
def _built() -> None:
    """Without the web app there is nothing to look at."""
    if not (STATIC / "index.html").is_file():
        pytest.skip("the web app is not built")


@pytest.fixture
def empty_home(_built: None, tmp_path: Path) -> Path:
    """A workspace that nobody has come to, as `maracuja init` leaves it."""
    home = tmp_path / "shop"
    subprocess.run([*_PROGRAM, "init", "-w", str(home)], check=True, capture_output=True)
    return home


@pytest.fixture(scope="session")
def _story(_built: None, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A demo shop and its owner, played once for all processes of a run; to be copied."""
    mine = tmp_path_factory.getbasetemp()
    played = (mine if worker_id == "master" else mine.parent) / "story"
    with played.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not played.exists():
            _play(played.with_suffix(".begun"))
            played.with_suffix(".begun").rename(played)
    return Path(shutil.copytree(played, tmp_path_factory.mktemp("story") / "shop"))


def _play(home: Path) -> None:
    told = ["demo", "--once", "--people", str(PEOPLE), "-w", str(home)]
    subprocess.run([*_PROGRAM, *told], check=True, capture_output=True, timeout=600)
    own(home)


def own(home: Path) -> None:
    """Give a workspace its owner."""
    with opened(home) as app:
        now = app.clock.now()
        token = app.team.invite(OWNER, Role.OWNER, now, "test", name="Олена Шевчук")
        app.team.join(token, PASSWORD, now)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file; each tab has a context of its own.

    Closed before a test of another room runs in the same process: while Playwright is open, its
    event loop counts as running there, and nobody else can start one.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed")
    with open_browser(program) as opened_browser:
        yield opened_browser


@pytest.fixture(scope="session")
def site(_story: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The shop's server, for pages that only read."""
    with serving(_story) as url:
        yield Site(url, _story)


@contextmanager
def copied(story: Path, home: Path, settings: str = "") -> Iterator[Site]:
    """A shop to change, with further lines of settings, and its server with a worker."""
    shutil.copytree(story, home)
    with (home / "maracuja.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    with serving(home, work=True) as url:
        yield Site(url, home)


@pytest.fixture
def own_site(_story: Path, tmp_path: Path) -> Iterator[Site]:
    """A shop of the test's own, to change."""
    with copied(_story, tmp_path / "shop") as site:
        yield site


@pytest.fixture(scope="module")
def file_site(_story: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A shop that the stories of one file change, each another part of it.

    Addresses of this machine may be told of events there.
    """
    home = tmp_path_factory.mktemp("file") / "shop"
    with copied(_story, home, "\n[messages]\nprivate_receivers = true\n") as site:
        yield site


@pytest.fixture
def tab(browser: Browser, site: Site) -> Iterator[Tab]:
    """A tab of the owner's, at the shop that is only read."""
    with browser.tab(site.url) as opened_tab:
        opened_tab.log_in(OWNER, PASSWORD)
        yield opened_tab


@pytest.fixture
def own_tab(browser: Browser, own_site: Site) -> Iterator[Tab]:
    """A tab of the owner's, at the shop of the test's own."""
    with browser.tab(own_site.url) as opened_tab:
        opened_tab.log_in(OWNER, PASSWORD)
        yield opened_tab


@pytest.fixture
def file_tab(browser: Browser, file_site: Site) -> Iterator[Tab]:
    """A tab of the owner's, at the shop of the file."""
    with browser.tab(file_site.url) as opened_tab:
        opened_tab.log_in(OWNER, PASSWORD)
        yield opened_tab
