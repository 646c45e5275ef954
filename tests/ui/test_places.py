"""Every place of the web app: axe finds nothing, nothing is cut off, nothing is asked elsewhere.

A tab tells at its end of errors, of words that are missing, of what the policy has refused, and
of requests to other hosts.
"""

from __future__ import annotations

import pytest

from tests.ui.browser import SIZES, Browser, Tab
from tests.ui.conftest import OWNER, PASSWORD, Site
from tests.ui.places import PLACES

LANGUAGES = ("en", "ru", "uk", "mn")


@pytest.mark.parametrize("place", PLACES)
def test_everybody_can_use_it(tab: Tab, place: str) -> None:
    tab.go(place)
    assert tab.violations() == []
    tab.darken()
    assert tab.violations() == []


@pytest.mark.parametrize("language", LANGUAGES)
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
