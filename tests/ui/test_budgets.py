"""What a browser has to load: bytes on the wire, as the real server packs them."""

from __future__ import annotations

import pytest

from tests.ui.browser import Tab
from tests.ui.places import PLACES

FRAME_BYTES_MAX = 220_000
PLACE_BYTES_MAX = 100_000
_SCRIPTS = """Object.fromEntries(performance.getEntriesByType("resource")
  .filter((one) => /\\.(js|css)$/.test(new URL(one.name).pathname))
  .map((one) => [new URL(one.name).pathname, one.encodedBodySize]))"""


@pytest.fixture
def frame(tab: Tab) -> dict[str, int]:
    """Scripts and styles of the frame around every page, by their bytes."""
    found: dict[str, int] = tab.go("/nowhere").evaluate(_SCRIPTS)
    return found


def test_the_frame_is_light(frame: dict[str, int]) -> None:
    assert 50_000 < sum(frame.values()) <= FRAME_BYTES_MAX, frame


def test_no_place_adds_much(tab: Tab, frame: dict[str, int]) -> None:
    heavy = {}
    for place in PLACES:
        loaded: dict[str, int] = tab.go(place).evaluate(_SCRIPTS)
        added = sum(size for name, size in loaded.items() if name not in frame)
        if added > PLACE_BYTES_MAX:
            heavy[place] = added
    assert heavy == {}
