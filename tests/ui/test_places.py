"""Every place of the web app: light, usable by everybody, nothing cut off or asked elsewhere.

A tab tells at its end of errors, of words that are missing, of what the policy has refused, and
of requests to other hosts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest
from playwright.sync_api import expect

from maracuja.ui.web_app import STATIC
from tests.ui.browser import SIZES, Browser, Tab
from tests.ui.conftest import OWNER, PASSWORD, Site
from tests.ui.places import PLACES

LANGUAGES = ("en", "ru", "uk", "mn")
# The one with the longest words at each push, all of them at night.
LONGEST = ["ru", *(pytest.param(one, marks=pytest.mark.nightly) for one in ("en", "uk", "mn"))]
FRAME_BYTES_MAX = 220_000
CHUNK_BYTES_MAX = 100_000
_NEEDS = re.compile(r"""(?:from|import)\s*["'`]\./([^"'`]+\.js)["'`]""")


@pytest.fixture(scope="module")
def looked_at(browser: Browser, site: Site) -> Iterator[Tab]:
    """One tab for all places, in which the owner is logged in."""
    with browser.tab(site.url) as opened_tab:
        opened_tab.log_in(OWNER, PASSWORD)
        yield opened_tab


@pytest.fixture(scope="module")
def frame(looked_at: Tab) -> dict[str, int]:
    """Scripts and styles around every page, by their bytes; those that come after it too."""
    page = looked_at.go("/nowhere")
    page.wait_for_selector(".mantine-Notifications-root", state="attached")
    return looked_at.loaded()


def test_the_frame_is_light(browser: Browser, site: Site) -> None:
    with browser.tab(site.url) as tab:
        tab.log_in(OWNER, PASSWORD)
        tab.go("/nowhere")
        loaded = tab.loaded()
    assert 50_000 < sum(loaded.values()) <= FRAME_BYTES_MAX, loaded


@pytest.mark.usefixtures("_built")
def test_no_two_files_wait_for_each_other() -> None:
    """Else one of them would run before what it needs, and a part of a page be missing."""
    files = {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("assets/*.js")}
    needs = {name: set(_NEEDS.findall(text)) & files.keys() for name, text in files.items()}
    assert sum(map(len, needs.values())) > len(files)  # they have been read right
    TopologicalSorter(needs).prepare()  # raises where there is a circle


@pytest.mark.parametrize("place", PLACES)
def test_it_is_light_and_everybody_can_use_it(
    looked_at: Tab, frame: dict[str, int], place: str
) -> None:
    looked_at.wrong.clear()
    for dark in (False, True):
        looked_at.colours(dark=dark)
        if not dark:
            looked_at.go(place)
            read = Counter(looked_at.read)  # what is asked early is not asked again
            assert [url for url, times in read.items() if times > 1] == []
            expect(looked_at.page.locator("html")).to_have_attribute("data-early", "0")
        assert looked_at.violations() == []
    assert not looked_at.wrong, looked_at.wrong
    added = {name: size for name, size in looked_at.loaded().items() if name not in frame}
    assert max(added.values(), default=0) <= CHUNK_BYTES_MAX, added


@pytest.mark.parametrize("language", LONGEST)
def test_nothing_is_cut_off_in_any_language(browser: Browser, site: Site, language: str) -> None:
    found = {}
    with browser.tab(site.url, language=language) as tab:
        tab.log_in(OWNER, PASSWORD)
        for place in PLACES:
            tab.go(place)
            for size in SIZES:
                tab.resize(size)
                found[place, size] = tab.too_wide()
            tab.resize("desktop")
    assert {place: faults for place, faults in found.items() if faults} == {}


@pytest.mark.nightly
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_can_use_it_in_every_language(
    browser: Browser, site: Site, language: str, size: str, dark: bool
) -> None:
    found = {}
    with browser.tab(site.url, size=size, language=language, dark=dark) as tab:
        tab.log_in(OWNER, PASSWORD)
        for place in PLACES:
            tab.go(place)
            found[place] = tab.violations()
    assert {place: faults for place, faults in found.items() if faults} == {}
