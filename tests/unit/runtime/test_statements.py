"""One press: wrong person, not about this, still mine or not; what holds before the answer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from maracuja.api.statement_words import STATEMENT_WORDS
from maracuja.api.statements import statements_router
from maracuja.campaigns.checks import check_campaign, known
from maracuja.campaigns.decoding import decode_text
from maracuja.campaigns.definitions import Campaign
from maracuja.links.making import LinkMaker, Recipient
from maracuja.links.statements import PAGES, STILL, Kind, Statement, detail_of, read
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import ConsentState, TraitSource, micros
from maracuja.rng import make_id
from maracuja.runtime.disowning import NAMES
from maracuja.runtime.statements import Statements, masked
from maracuja.store import audit, consents, denied, disputed, people, silenced, suppressions
from maracuja.store.disputed import Disputed
from maracuja.store.engine import Store
from maracuja.templates.check import check
from maracuja.templates.definition import Template
from tests.unit.runtime.small_shop import Shop, build, person

RING = KeyRing([b"k" * 32])


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return build(store, tmp_path / "shop", size=8)


def says(shop: Shop) -> Statements:
    return Statements(shop.store, shop.lake, RING)


def ticket(shop: Shop, detail: str, who: str = "customer-1") -> Ticket:
    pid = shop.find(who)
    message = make_id("message", "hello", "once", pid)
    return Ticket(Purpose.SAY, message, pid, run=1, channel=1, sent_s=1, detail=detail)


def profile(shop: Shop, who: str = "customer-1"):  # type: ignore[no-untyped-def]
    with shop.store.read() as conn:
        return people.get(conn, shop.find(who))


def test_wrong_person_voids_the_name_and_the_consent_on_that_address(shop: Shop) -> None:
    said = ticket(shop, "wrong")
    pid = said.pid
    asked = says(shop).asked(said)
    assert asked is not None and asked.statement == Statement(Kind.WRONG)
    assert "first_name" in profile(shop).traits, "looking says nothing"
    assert says(shop).say(said, "yes", shop.now)
    found = profile(shop)
    assert not found.traits.keys() & set(NAMES)
    assert found.traits["city"].value == "Lviv"
    with shop.store.read() as conn:
        word = consents.history(conn, pid)[-1]
        assert (word.state, word.source) == (ConsentState.OPTED_OUT, "wrong_person")
        assert word.address == "person001@mail.example"
        assert word.message_id == said.message
        digests = suppressions.digests(
            shop.secrets.suppression_salt, "email", ["person001@mail.example"]
        )
        now_us = micros(shop.now)
        assert suppressions.blocked(conn, "email", digests, now_us, marketing=True).all()
        assert not suppressions.blocked(conn, "email", digests, now_us, marketing=False).any()
        lines = audit.newest(conn, subject=f"person:{pid}", action="wrong_person")
        assert lines[0].detail["traits"] == ["first_name"]
        assert lines[0].detail["topics"] == ["news"]


def test_a_denied_name_does_not_come_back_from_the_shop(shop: Shop) -> None:
    assert says(shop).say(ticket(shop, "wrong"), "yes", shop.now)
    shop.now += timedelta(days=1)
    shop.call(person(1))
    shop.project()
    assert "first_name" not in profile(shop).traits
    other = person(1)
    other["traits"]["firstName"] = "Somebody Else"
    shop.now += timedelta(days=1)
    shop.call(other)
    shop.project()
    assert profile(shop).traits["first_name"].value == "Somebody Else"


def test_saying_it_again_changes_nothing_more(shop: Shop) -> None:
    said = ticket(shop, "wrong")
    assert says(shop).say(said, "yes", shop.now)
    with shop.store.read() as conn:
        before = len(consents.history(conn, said.pid))
    assert says(shop).say(said, "yes", shop.now + timedelta(minutes=1))
    with shop.store.read() as conn:
        assert len(consents.history(conn, said.pid)) == before


def test_yes_makes_a_trait_the_persons_own_word_of_today(shop: Shop) -> None:
    with shop.store.write() as conn:
        pid = shop.find("customer-1")
        disputed.put(conn, [Disputed(pid, "city", 1, b'"Odesa"', 1)])
    said = ticket(shop, "still:city")
    asked = says(shop).asked(said)
    assert asked is not None and asked.shown == "Lviv"
    assert says(shop).say(said, "yes", shop.now)
    trait = profile(shop).traits["city"]
    assert (trait.value, trait.source, trait.at_us) == (
        "Lviv", TraitSource.DECLARED, micros(shop.now),
    )  # fmt: skip
    with shop.store.read() as conn:
        assert disputed.of(conn, said.pid) == []


def test_no_voids_it_and_its_address(shop: Shop) -> None:
    said = ticket(shop, "still:phone")
    asked = says(shop).asked(said)
    assert asked is not None and asked.shown == "…01"
    assert says(shop).say(said, "no", shop.now)
    found = profile(shop)
    assert "phone" not in found.traits and "phone" not in found.addresses
    assert found.addresses["email"] == "person001@mail.example"
    with shop.store.read() as conn:
        assert [one.trait for one in denied.of(conn, said.pid)] == ["phone"]
    assert says(shop).asked(said) is None, "there is nothing to ask any more"
    assert not says(shop).say(said, "yes", shop.now)


def test_not_about_this_can_be_taken_back(shop: Shop) -> None:
    said = ticket(shop, "not:fishing > rods")
    assert says(shop).say(said, "yes", shop.now)
    with shop.store.read() as conn:
        (kept,) = silenced.of(conn, said.pid)
        assert (kept.category, kept.source, kept.message_id) == (
            "fishing > rods", "link", said.message,
        )  # fmt: skip
    assert says(shop).say(said, "undo", shop.now)
    assert says(shop).say(said, "undo", shop.now)
    with shop.store.read() as conn:
        assert silenced.of(conn, said.pid) == []


def test_whoever_was_merged_or_erased(shop: Shop) -> None:
    said = ticket(shop, "not:tea", "customer-3")
    visitor = Ticket(Purpose.SAY, bytes(16), 10**6, detail="not:tea")
    assert says(shop).asked(visitor) is None
    assert not says(shop).say(visitor, "yes", shop.now)
    with shop.store.read() as conn:
        merged, canonical = people.merged(conn)
    loser = int(merged[canonical == said.pid][0])
    assert says(shop).say(Ticket(Purpose.SAY, bytes(16), loser, detail="not:tea"), "yes", shop.now)
    with shop.store.read() as conn:
        assert [one.pid for one in silenced.about(conn, np.array([said.pid]))] == [said.pid]


class Web:
    """The pages, asked one request at a time."""

    def __init__(self, shop: Shop) -> None:
        class At:
            def now(self):  # type: ignore[no-untyped-def]
                return shop.now

        self._app = FastAPI()
        self._app.include_router(statements_router(says(shop), At()))  # type: ignore[arg-type]

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://x") as web:
                return await web.request(method, path, **more)

        return asyncio.run(ask())


@pytest.mark.parametrize("language", ["en", "ru", "uk", "mn"])
@pytest.mark.parametrize("detail", ["wrong", "not:tea", "still:phone"])
def test_a_page_asks_and_only_its_button_answers(shop: Shop, detail: str, language: str) -> None:
    web, token = Web(shop), RING.sign(ticket(shop, detail))
    kind = detail.partition(":")[0]
    page = web("GET", f"/t/{token}?lang={language}")
    assert page.status_code == 200
    assert STATEMENT_WORDS[language][f"{kind}_title"].replace("'", "&#x27;") in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text and f'lang="{language}"' in page.text
    web("HEAD", f"/t/{token}")
    web("POST", f"/t/{token}", content=b"List-Unsubscribe=One-Click")
    web("POST", f"/t/{token}", data={"do": "no" if kind != "still" else "undo"})
    found = profile(shop)
    assert {"first_name", "phone"} <= found.traits.keys(), "a machine's press does nothing"
    with shop.store.read() as conn:
        assert silenced.of(conn, found.pid) == []
    done = web("POST", f"/t/{token}", data={"do": "yes", "lang": language})
    assert 'role="status"' in done.text


def test_other_tokens_lead_nowhere(shop: Shop) -> None:
    web = Web(shop)
    other = RING.sign(ticket(shop, "wrong").__class__(Purpose.UNSUBSCRIBE, bytes(16), 1))
    assert web("GET", "/t/nonsense").status_code == 404
    assert web("GET", f"/t/{other}").status_code == 404
    assert web("GET", f"/t/{RING.sign(ticket(shop, 'still:income'))}").status_code == 404


def test_links_say_what_they_are_about(shop: Shop) -> None:
    maker = LinkMaker("https://shop.example", RING)
    to = Recipient(b"m" * 16, 7, 1, 1, "news", category="tea")
    for page in PAGES:
        address = maker.page(to, page, shop.now)
        token = address.removeprefix("https://shop.example/t/")
        found = RING.read(token, Purpose.SAY)
        assert found is not None and read(found.detail) is not None
    assert detail_of("not_about_this", "tea") == "not:tea"
    assert read("not:") is None and read("still:income") is None and read("wrong:x") is None
    assert detail_of(f"still.{STILL[0]}", "") == f"still:{STILL[0]}"


def test_a_page_shows_no_stranger_the_whole_address() -> None:
    assert masked("phone", "+380671234567") == "…67"
    assert masked("email", "olena@mail.example") == "o…@mail.example"
    assert masked("birthday", "1980-03-05") == "…-03-05"
    assert masked("birthday", "March") == "…"


def test_every_language_has_the_same_words() -> None:
    english = STATEMENT_WORDS["en"]
    for words in STATEMENT_WORDS.values():
        assert words.keys() == english.keys()
        for key, text in words.items():
            assert ("{about}" in text, "{shown}" in text) == (
                "{about}" in english[key], "{shown}" in english[key],
            )  # fmt: skip


def test_templates_name_the_links_and_campaigns_their_category() -> None:
    text = "{{ links.still.phone }} {{ links.wrong_person }} {{ links.not_about_this }}"
    out = "{{ links.unsubscribe }}"
    around = known(
        decode_text(
            "kind: topic\nid: news\n---\n"
            "kind: segment\nid: all\nwhere: [{trait: x, known: true}]\n---\n"
            "kind: template\nid: still\nlanguage: en\nvariants:\n  - language: en\n"
            f'    subject: Still?\n    text: "{text} {out}"\n'
        )
    )
    template = around["template", "still"]
    assert isinstance(template, Template)
    checked = check(template)
    assert checked.findings == () and checked.trials[0].content is not None
    site = "https://shop.example"
    assert checked.trials[0].content.text.split() == [
        f"{site}/{page}"
        for page in ("still.phone", "wrong_person", "not_about_this", "unsubscribe")
    ]
    campaign = Campaign(id="still", topic="news", audience="all", template="still", holdout=0.0)
    (fault,) = check_campaign(campaign, around)
    assert fault.where == "category"
    about = Campaign(
        id="still", topic="news", audience="all", template="still", category="tea", holdout=0.0
    )
    assert check_campaign(about, around) == []


def test_a_merge_brings_no_denied_name_back(shop: Shop) -> None:
    """Somebody else on another device, by the same name, turns out to be them."""
    assert says(shop).say(ticket(shop, "wrong"), "yes", shop.now)
    shop.call(
        {"type": "identify", "anonymousId": "tablet", "traits": {"firstName": " name001X "}},
        {"type": "identify", "anonymousId": "tablet", "traits": {"lastName": "Kovalenko"}},
    )
    shop.project()
    shop.call({"type": "identify", "userId": "customer-1", "anonymousId": "tablet"})
    shop.project()
    found = profile(shop)
    assert "first_name" not in found.traits
    assert found.traits["last_name"].value == "Kovalenko"
