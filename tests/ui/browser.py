"""A real Chromium that goes nowhere but to our server, and tells of everything that went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Request, expect, sync_playwright

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
READY_MS = 15_000
PICTURES = "https://maracuja.example/i/"  # of products: the one thing that a page loads elsewhere
# The address bar of every new tab would load two pages of its own, at a second of processor time.
# Of a switch given twice the last one counts: the others are those that Playwright switches off.
OFF = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
# Nothing is found but this machine. Requests are not routed: that would switch off the cache.
FLAGS = (
    f"--disable-features={','.join(OFF)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# Buttons and links whose words do not fit in them.
_CLIPPED = """[...document.querySelectorAll("button, a, [role=tab]")]
  .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1
    && getComputedStyle(one).overflowX !== "visible"
    && getComputedStyle(one).textOverflow !== "ellipsis")
  .map((one) => one.textContent.trim())"""
_TWO_FRAMES = """new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""
_LOADED = """Object.fromEntries(performance.getEntriesByType("resource")
  .filter((one) => /\\.(js|css)$/.test(new URL(one.name).pathname))
  .map((one) => [new URL(one.name).pathname, one.encodedBodySize]))"""
# It is not within the frames of previews, and would wait for their answers in vain.
_AXE = """(rules) => axe.run(document, {runOnly: rules, iframes: false}).then((found) =>
  found.violations.map((one) => `${one.id}: ${one.nodes.map((n) =>
    n.target + " " + n.failureSummary).join("; ")}`))"""


class Tab:
    """One page of the app; `wrong` is what no page may do."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.wrong: list[str] = []
        self.read: list[str] = []  # what of the API was read since the last address was opened
        self.may_ask = [url, "data:", "blob:", PICTURES]
        page.on("console", self._said)
        page.context.on("request", self._asked)
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))

    def log_in(self, email: str, password: str) -> None:
        """By the API, as the page of logging in does."""
        answer = self.page.request.post(
            f"{self.url}/api/session", data={"email": email, "password": password, "code": ""}
        )
        assert answer.ok, answer.text()

    def asked(self, path: str) -> Any:
        """What the API answers to whoever is logged in here."""
        answer = self.page.request.get(f"{self.url}{path}")
        assert answer.ok, answer.text()
        return answer.json()

    def go(self, path: str) -> Page:
        """Open an address and wait until its page says that it is ready."""
        self.read.clear()
        self.page.goto(self.url + path)
        self.ready()
        return self.page

    def ready(self) -> None:
        """Wait until a page says that what it is about has come."""
        self.page.wait_for_selector("html[data-ready]", state="attached", timeout=READY_MS)

    def colours(self, *, dark: bool) -> None:
        """Let the system turn dark or light, as at sunset; a page that is open follows."""
        scheme: Literal["dark", "light"] = "dark" if dark else "light"
        self.page.emulate_media(color_scheme=scheme)
        if self.page.url.startswith(self.url):
            shown = f"html[data-mantine-color-scheme={scheme}]"
            self.page.wait_for_selector(shown, state="attached")
            self.page.evaluate(_TWO_FRAMES)

    def resize(self, size: str) -> None:
        """Make the window as large as a desktop's or a telephone's, and wait for two frames."""
        width, height = SIZES[size]
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate(_TWO_FRAMES)

    def loaded(self) -> dict[str, int]:
        """Scripts and styles that the page of now has asked for, by their bytes on the wire."""
        found: dict[str, int] = self.page.evaluate(_LOADED)
        return found

    def violations(self) -> list[str]:
        """What axe finds."""
        self.page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
        found: list[str] = self.page.evaluate(_AXE, RULES)
        return found

    def too_wide(self) -> list[str]:
        """A page that scrolls sideways, and buttons whose words are cut off."""
        clipped: list[str] = self.page.evaluate(_CLIPPED)
        return clipped + (["the page scrolls sideways"] if self.page.evaluate(_WIDE) else [])

    def forgive_a_new_start(self) -> None:
        """The browser tells of what it asked for while the server started anew."""
        while_away = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "status of 503")
        self.wrong = [one for one in self.wrong if not any(told in one for told in while_away)]

    def _said(self, message: Any) -> None:
        refused = "status of 4" in message.text  # what the server refused, the page has said
        unseen = message.location["url"].startswith(PICTURES)
        left = "closed before the connection is established" in message.text  # by the next page
        if message.type in ("error", "warning") and not (refused or unseen or left):
            self.wrong.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if request.method == "GET" and request.url.startswith(f"{self.url}/api/"):
            self.read.append(request.url)
        if not request.url.startswith(tuple(self.may_ask)):
            self.wrong.append(f"asked elsewhere: {request.url}")


class Browser:
    """Opens tabs: each with cookies, storage and settings of its own."""

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium

    @contextmanager
    def tab(
        self, url: str, *, size: str = "desktop", dark: bool = False, language: str = "en"
    ) -> Iterator[Tab]:
        """A tab that reaches `url` alone; at its end nothing may have gone wrong."""
        width, height = SIZES[size]
        context = self._chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale={"mn": "mn-MN", "uk": "uk-UA", "ru": "ru-RU"}.get(language, "en-GB"),
            timezone_id="Europe/Kyiv",
            reduced_motion="reduce",
        )
        # A frame that is shut in keeps nothing.
        context.add_init_script(
            "if (self.origin !== 'null') localStorage.getItem('maracuja-language') ??"
            f" localStorage.setItem('maracuja-language', {json.dumps(language)})"
        )
        tab = Tab(context.new_page(), url)
        try:
            yield tab
            assert not tab.wrong, "\n".join(tab.wrong)
        finally:
            context.close()


@contextmanager
def open_browser(program: str) -> Iterator[Browser]:
    """Start the Chromium of this machine, without a window."""
    expect.set_options(timeout=READY_MS)  # other work beside it is no fault of a page
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield Browser(chromium)
        finally:
            chromium.close()
