"""The pages of one press, examined by axe in Chromium: on a small telephone, light and dark."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from maracuja.api.statements import said_page, statement_page
from maracuja.links.statements import STILL, Kind, Statement
from maracuja.runtime.statements import Asked
from tests.acceptance.form_shop import look
from tests.acceptance.page_checks import CHROMIUM, WIDE, axe_script, violations
from tests.acceptance.test_web_push_chromium import browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.node,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]
LONG = "fishing > rods > " + "pike" * 12
ASKED = [
    Asked(Statement(Kind.WRONG), "", "en"),
    Asked(Statement(Kind.NOT_ABOUT, LONG), LONG, "uk"),
    *(Asked(Statement(Kind.STILL, trait), "…67", "mn") for trait in STILL[:2]),
]


def test_everybody_can_use_the_pages(tmp_path: Path) -> None:
    asyncio.run(_examined(tmp_path, axe_script(tmp_path)))


async def _examined(place: Path, axe: str) -> None:
    pages = [
        page
        for asked in ASKED
        for page in (
            statement_page(asked, asked.language),
            said_page(asked, "yes", asked.language),
        )
    ]
    async with browser(place / "chromium") as chromium:
        for dark in (False, True):
            for n, page in enumerate(pages):
                file = place / f"page-{n}.html"
                file.write_text(page, encoding="utf-8")
                tab = await look(chromium, file.as_uri(), dark=dark)
                await chromium.ask(
                    "Emulation.setDeviceMetricsOverride", tab.session, width=320, height=640,
                    deviceScaleFactor=1, mobile=True,
                )  # fmt: skip
                assert await tab.run(WIDE) is False, (n, dark)
                await tab.chromium.run(tab.session, axe + "; 1")
                assert await violations(tab) == [], (n, dark)
