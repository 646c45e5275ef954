"""`make pictures`: what the README and the documentation show of the web app, of the demo shop."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from tests.ui.browser import open_browser
from tests.ui.conftest import OWNER, PASSWORD, own, serving

TO: Final = Path(__file__).parents[2] / "docs" / "pictures"
PEOPLE: Final = 5_000


class Picture(NamedTuple):
    """A place of the app, as a file of this name."""

    name: str
    place: str
    dark: bool = False
    size: str = "desktop"
    language: str = "en"


PICTURES: Final = (
    Picture("overview", "/"),
    Picture("overview-dark-phone", "/", dark=True, size="phone", language="uk"),
    Picture("segment", "/segments/left-a-cart"),
    Picture("message", "/templates/passion-fruit"),
    Picture("campaign", "/campaigns/passion-fruit", language="uk"),
    Picture("report", "/reports/passion-fruit", dark=True),
    Picture("person", "/people/3", language="ru"),
)


def main() -> None:
    """Play the demo, and look at it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    TO.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "shop"
        told = ["demo", "--once", "--people", str(PEOPLE), "-w", str(home)]
        subprocess.run([sys.executable, "-m", "maracuja", *told], check=True, capture_output=True)
        own(home)
        with serving(home, work=True) as url, open_browser(program) as browser:
            for one in PICTURES:
                with browser.tab(url, size=one.size, dark=one.dark, language=one.language) as tab:
                    tab.log_in(OWNER, PASSWORD)
                    page = tab.go(one.place)
                    page.wait_for_load_state("networkidle")  # what comes after the page
                    page.screenshot(path=TO / f"{one.name}.png")
                    print(one.name)


if __name__ == "__main__":
    main()
