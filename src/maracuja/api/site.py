"""What goes into the pages of the shop's site, over HTTP, and whether it is heard."""

from __future__ import annotations

from maracuja.api.here import Here, Long, Now, managing
from maracuja.runtime import site_heard
from maracuja.runtime.site_heard import SiteShown

router = managing("/settings/site", "settings")


@router.get("")
def show_site(here: Here, now: Now, long: Long) -> SiteShown:
    """The address that the shop's pages load from, and when each program in them was heard."""
    with long.long():
        return site_heard.site(here.ground, now)
