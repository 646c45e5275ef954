"""The web app's first page over HTTP."""

from __future__ import annotations

from dataclasses import replace

from maracuja.api.here import Here, Long, Now, Reader, managing
from maracuja.api.said import in_words
from maracuja.runtime import overview_page
from maracuja.runtime.overview_page import OverviewPage

router = managing("/overview", "workspace")


@router.get("")
def show_overview(here: Here, now: Now, long: Long, reader: Reader) -> OverviewPage:
    """What talking to customers was worth this week, what needs somebody, how channels do."""
    with long.long():
        page = overview_page.overview_page(here.ground, now)
    return replace(page, attention=tuple(in_words(one, reader) for one in page.attention))
