"""The record of processing and the proof of a message, examined by axe in Chromium: in every
language, on a telephone and on a desk, light and dark.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from maracuja.runtime import processing_record
from maracuja.runtime.message_proof import prove
from maracuja.store.engine import Store
from maracuja.ui.law_html import proof_html, record_html
from maracuja.ui.law_words import LANGUAGES
from tests.acceptance.form_shop import look
from tests.acceptance.page_checks import CHROMIUM, WIDE, axe_script, violations
from tests.acceptance.test_web_push_chromium import browser
from tests.unit.runtime.small_shop import build
from tests.unit.runtime.test_law_records import declare, ground, message_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.node,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]
LEADS = {"English": "?language=en", "Українська": "?language=uk"}


def test_everybody_can_use_the_pages(sqlite_store: Store, tmp_path: Path) -> None:
    shop = build(sqlite_store, tmp_path / "shop", size=12)
    shop.project()
    bare = processing_record.record(shop.store, shop.config, shop.now)
    declare(shop)
    record = processing_record.record(shop.store, shop.config, shop.now)
    proof = prove(ground(shop), message_of(shop, "customer-3"), shop.now)
    pages = {
        f"{name}-{language}": page
        for language in LANGUAGES
        for name, page in (
            ("bare", record_html(bare, language)),
            ("record", record_html(record, language, leads=LEADS)),
            ("proof", proof_html(proof, language, leads=LEADS)),
        )
    }
    asyncio.run(_examined(tmp_path, axe_script(tmp_path), pages))


async def _examined(place: Path, axe: str, pages: dict[str, str]) -> None:
    async with browser(place / "chromium") as chromium:
        for name, page in pages.items():
            file = place / f"{name}.html"
            file.write_text(page, encoding="utf-8")
            for dark, wide in ((False, False), (True, True), (True, False), (False, True)):
                tab = await look(chromium, file.as_uri(), dark=dark, wide=wide)
                assert await tab.run(WIDE) is False, (name, wide)
                await tab.chromium.run(tab.session, axe + "; 1")
                assert await violations(tab) == [], (name, dark, wide)
                await tab.picture(place / f"{name}-{'wide' if wide else 'small'}-{dark}.png")
