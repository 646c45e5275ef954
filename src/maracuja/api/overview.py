"""The web app's first page over HTTP."""

from __future__ import annotations

from maracuja.api.here import Here, Long, Now, managing
from maracuja.runtime import overview_page
from maracuja.runtime.overview_page import OverviewPage

router = managing("/overview", "workspace")


@router.get("")
def show_overview(here: Here, now: Now, long: Long) -> OverviewPage:
    """What talking to customers was worth this week, what needs somebody, how channels do."""
    with long.long():
        return overview_page.overview_page(here.ground, now)
