"""Replies in the web app: two operators in one chat, lines that break, and whom they talk with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from maracuja.app import opened
from maracuja.model import micros
from maracuja.rng import make_id
from maracuja.runtime.access import Role
from maracuja.store.conversation_words import Word, hear
from tests.nights import some_at_night
from tests.ui.browser import SIZES, Browser, Tab
from tests.ui.conftest import OWNER, PASSWORD, Site, serving
from tests.ui.test_places import LANGUAGES

ANNA = "anna@shop.example"
PERSON = 3
LONG = 120  # turns of a thread that is read in parts


def say(home: Path, words: list[str], *, address: str = "1000", pid: int = PERSON) -> str:
    """The person writes on Telegram; the id of the conversation."""
    with opened(home) as app:
        now_us = micros(app.clock.now())
        said = [
            Word(pid=pid, channel="telegram", account="telegram", address=address,
                 id=make_id("word", address, text), at_us=now_us + n, text=text)
            for n, text in enumerate(words)
        ]  # fmt: skip
        with app.store.write() as conn:
            hear(conn, said, 10**15)
    return make_id("conversation", said[0].id).hex()


@pytest.fixture
def shop(_story: Path, tmp_path: Path) -> Iterator[Site]:
    """A shop with two operators and no worker: answers stay where they were put."""
    home = tmp_path / "shop"
    shutil.copytree(_story, home)
    with opened(home) as app:
        now = app.clock.now()
        app.team.join(
            app.team.invite(ANNA, Role.OPERATOR, now, "test", name="Anna"), PASSWORD, now
        )
    with serving(home) as url:
        yield Site(url, home)


class Cut:
    """The line of a tab, which can be cut: the socket dies, and nothing that is sent arrives."""

    def __init__(self, page: Page) -> None:
        self.down = False
        self._sockets: list[WebSocketRoute] = []
        page.route_web_socket("**/api/live*", self._meet)
        page.route("**/v1/conversations/**", self._pass)

    def cut(self) -> None:
        self.down = True
        for one in self._sockets:
            one.close(code=3000)

    def _meet(self, socket: WebSocketRoute) -> None:
        if self.down:
            socket.close(code=3000)
        else:
            socket.connect_to_server()
            self._sockets.append(socket)

    def _pass(self, route: Route) -> None:
        if self.down:
            route.abort()
        else:
            route.fallback()


@contextmanager
def both_read(browser: Browser, shop: Site, number: str) -> Iterator[tuple[Tab, Tab, Cut]]:
    """The owner and an operator who have the same conversation open, and the operator's line."""
    with browser.tab(shop.url) as olena, browser.tab(shop.url) as anna:
        olena.log_in(OWNER, PASSWORD)
        anna.log_in(ANNA, PASSWORD)
        line = Cut(anna.page)
        for tab in (olena, anna):
            tab.go(f"/replies/{number}")
        yield olena, anna, line
        _forgive(anna)


def _turns(tab: Tab, number: str) -> list[tuple[str, str]]:
    """Who said what, as the server has it."""
    answer = tab.page.request.get(f"{tab.url}/v1/conversations/{number}")
    return [(one["operator"], one["text"]) for one in answer.json()["turns"]]


def _answer(tab: Tab, text: str) -> None:
    tab.page.get_by_role("textbox", name="Write an answer").fill(text)
    tab.page.keyboard.press("Enter")


def _said(tab: Tab) -> Any:
    return tab.page.get_by_role("log")


def test_two_operators_lose_nothing_and_say_nothing_twice(browser: Browser, shop: Site) -> None:
    number = say(shop.home, ["Where is my order?"])
    with both_read(browser, shop, number) as (olena, anna, line):
        for tab in (olena, anna):
            expect(_said(tab)).to_contain_text("Where is my order?")
        _answer(olena, "It left this morning.")
        expect(_said(olena)).to_contain_text("On its way")
        expect(_said(anna)).to_contain_text("It left this morning.", timeout=10_000)

        line.cut()
        expect(anna.page.get_by_text("The line to the server is down")).to_be_visible(
            timeout=10_000
        )
        _answer(anna, "I look it up.")
        expect(_said(anna)).to_contain_text("Sending…")
        _answer(olena, "It is with the courier.")
        expect(_said(olena)).to_contain_text("It is with the courier.")
        say(shop.home, ["Thank you!"])

        line.down = False
        expect(_said(anna)).to_contain_text("It is with the courier.", timeout=15_000)
        expect(_said(anna)).to_contain_text("Thank you!")
        expect(anna.page.get_by_text("The line to the server is down")).to_be_hidden()
        expect(_said(anna).get_by_role("alert")).to_contain_text("has answered since")
        anna.page.get_by_role("button", name="Send all the same").click()
        expect(_said(anna).get_by_text("Sending…")).to_be_hidden()
        expect(_said(olena)).to_contain_text("I look it up.", timeout=10_000)
        turns = [
            ("", "Where is my order?"),
            ("Олена Шевчук", "It left this morning."),
            ("Олена Шевчук", "It is with the courier."),
            ("", "Thank you!"),
            ("Anna", "I look it up."),
        ]
        assert _turns(olena, number) == turns
        for tab in (olena, anna):
            for _, text in turns:
                expect(_said(tab).get_by_text(text, exact=True)).to_have_count(1)


def test_operators_see_each_other_before_both_answer(browser: Browser, shop: Site) -> None:
    number = say(shop.home, ["Where is my order?"])
    with both_read(browser, shop, number) as (olena, anna, line):
        told = olena.page.get_by_role("region", name="Conversation").get_by_role("status")
        expect(told).to_have_text("AAnna is here too")
        anna.go("/replies")
        expect(told).to_be_empty()
        anna.go(f"/replies/{number}")
        anna.page.get_by_role("textbox", name="Write an answer").press_sequentially("It left")
        expect(told).to_have_text("AAnna is writing an answer")

        _answer(olena, "It left this morning.")
        warning = olena.page.get_by_role("alert")
        expect(warning).to_contain_text("they may hear the same twice")
        assert _turns(olena, number) == [("", "Where is my order?")]
        warning.get_by_role("button", name="Wait").click()
        expect(warning).to_be_hidden()
        olena.page.get_by_role("button", name="Send", exact=True).click()
        warning.get_by_role("button", name="Send all the same").click()
        expect(olena.page.get_by_role("textbox", name="Write an answer")).to_be_empty()
        expect(_said(olena)).to_contain_text("On its way")
        assert len(_turns(olena, number)) == 2

        line.cut()
        expect(told).to_be_empty(timeout=20_000)


def test_what_was_written_outlives_the_page(browser: Browser, shop: Site) -> None:
    number = say(shop.home, ["Hello?"])
    with browser.tab(shop.url) as tab:
        tab.log_in(OWNER, PASSWORD)
        line = Cut(tab.page)
        page = tab.go(f"/replies/{number}")
        page.get_by_role("textbox", name="Write an answer").fill("A half of")
        tab.go("/replies")
        tab.go(f"/replies/{number}")
        expect(page.get_by_role("textbox", name="Write an answer")).to_have_value("A half of")
        line.cut()
        _answer(tab, "A whole answer.")
        expect(_said(tab)).to_contain_text("Sending…")
        line.down = False
        page.reload()  # before it was tried again
        tab.ready()
        expect(_said(tab)).to_contain_text("On its way", timeout=10_000)
        expect(_said(tab).get_by_text("A whole answer.")).to_have_count(1)
        assert _turns(tab, number) == [("", "Hello?"), ("Олена Шевчук", "A whole answer.")]
        _forgive(tab)


def test_a_conversation_is_read_taken_and_closed_and_its_person_spared(
    browser: Browser, shop: Site
) -> None:
    number = say(shop.home, ["You write too often."])
    other = say(shop.home, ["And I?"], address="2000", pid=PERSON + 1)
    with browser.tab(shop.url) as tab:
        tab.log_in(OWNER, PASSWORD)
        page = tab.go("/replies")
        listed = page.get_by_role("region", name="Replies")
        expect(listed.get_by_role("link")).to_have_count(2)
        page.keyboard.press("j")
        page.wait_for_url(f"**/replies/{other}")
        expect(_said(tab)).to_contain_text("And I?")
        page.keyboard.press("j")
        page.wait_for_url(f"**/replies/{number}")

        page.get_by_role("button", name="Take it").click()
        expect(listed).to_contain_text("Олена Шевчук")
        page.get_by_role("button", name="Pause marketing").click()
        page.get_by_role("menuitem", name="30 days").click()
        expect(page.get_by_role("button", name="End the pause")).to_be_visible()
        talking = page.get_by_role("region", name="Conversation")
        talking.get_by_role("button", name="Close", exact=True).click()
        expect(listed.get_by_role("link")).to_have_count(1)
        told = page.get_by_role("alert").filter(has_text="The conversation is closed")
        expect(told).to_be_visible()

        talk = page.request.get(f"{tab.url}/v1/conversations/{number}").json()["conversation"]
        assert (talk["state"], talk["unread"], talk["assignee"]) == ("closed", 0, "Олена Шевчук")
        wishes = page.request.get(f"{tab.url}/api/people/{PERSON}/wishes").json()
        assert wishes["pause_until"] is not None
        told.get_by_role("button", name="Undo").click()
        expect(listed.get_by_role("link")).to_have_count(2)


def test_a_long_thread_is_read_from_its_end(browser: Browser, shop: Site) -> None:
    number = say(shop.home, [f"Word {n:03}" for n in range(LONG)])
    with browser.tab(shop.url) as tab:
        tab.log_in(OWNER, PASSWORD)
        page = tab.go(f"/replies/{number}")
        expect(_said(tab).get_by_text("Word 119")).to_be_in_viewport()
        for first in (70, 20, 0):
            _scroll_up(tab, f"Word {first:03}")
            assert _said(tab).get_by_role("article").count() < 40  # what is in sight is drawn
            if first:
                page.get_by_role("button", name="Show what was said before").click()
                expect(_said(tab).get_by_text(f"Word {first:03}")).to_be_in_viewport()
        expect(page.get_by_role("button", name="Show what was said before")).to_be_hidden()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", some_at_night(LANGUAGES))
def test_everybody_can_use_a_thread(
    browser: Browser, shop: Site, language: str, size: str
) -> None:
    number = say(shop.home, ["Where is my order?"])
    with browser.tab(shop.url, size=size, language=language, dark=size == "phone") as tab:
        tab.log_in(OWNER, PASSWORD)
        for address in (f"/replies/{number}", f"/replies/{number}?pane=person"):
            page = tab.go(address)
            page.get_by_role("textbox", include_hidden=True).first.wait_for(state="attached")
            assert tab.violations() == []
            assert tab.too_wide() == []


def _scroll_up(tab: Tab, word: str) -> None:
    """To the first turn that is there; rows are measured while one scrolls."""
    for _ in range(150):
        _said(tab).evaluate("(box) => box.scrollTo(0, 0)")
        if _said(tab).get_by_text(word).count():
            return
        tab.page.wait_for_timeout(100)
    raise AssertionError(f"{word} is not there")


def _forgive(tab: Tab) -> None:
    """The browser tells of what the test has cut."""
    tab.wrong[:] = [one for one in tab.wrong if "ERR_FAILED" not in one]
