"""What people ask about themselves is obeyed and answered on every channel that hears them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from maracuja.channels.asking import WORDS, Wish
from maracuja.channels.heard import Heard, HeardKind
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.model import ConsentState, Trait, TraitSource, micros
from maracuja.runtime.signup_words import WORDS as LETTERS
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.telegram import TelegramVendor
from maracuja.store import audit, commands, consents, inbox, people, suppressions
from tests.contract.channel_case import NOW
from tests.contract.channel_world import World, opened_world
from tests.contract.operator_desk import Desk
from tests.contract.test_accounts import Shop
from tests.contract.test_accounts import shop as shop  # a fixture
from tests.contract.test_channel_conversations import OVER_HTTP, Kind, words_of
from tests.contract.test_channels import case_of

HEARING = [*filter(words_of, OVER_HTTP)]
NOW_US = micros(NOW)
LANGUAGES = ("en", "ru", "uk", "mn")


@pytest.fixture(params=HEARING, ids=lambda kind: kind.name)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A shop with one channel, to which somebody came who is taken for Maria."""
    kind: Kind = request.param
    case = case_of(kind)
    with opened_world(tmp_path, case, faults=Faults()) as made:
        if case.arrive is not None:
            case.arrive(made.vendor, 1)
            made.call(made.vendor.calls())
            made.settle()
            with made.app.store.read() as conn:
                (pid,) = people.pids_after(conn, 0, 2)
                made.address = people.get(conn, pid).addresses[case.make().can.address_kind]
        else:
            made.address = case.address
            hear(made, "first", text="Hello")
        maria(made)
        yield made


def hear(world: World, key: str, kind: HeardKind = HeardKind.MESSAGE, **told: Any) -> None:
    one = Heard(kind=kind, key=key, at_us=NOW_US, address=world.address, **told)
    context, body = encode_heard([one], world.channel, "main")
    with world.app.store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(NOW_US, CALL, "internal", context, body)])
    world.settle(minutes=1)


def pid_of(world: World) -> int:
    with world.app.store.read() as conn:
        (pid,) = people.pids_after(conn, 0, 2)
    return int(pid)


def maria(world: World) -> None:
    """The shop believes to know who writes there, and that she agreed to hear of news."""
    pid = pid_of(world)
    name = Trait("Maria", TraitSource.DECLARED, 1.0, NOW_US - 9)
    city = Trait("Lviv", TraitSource.DECLARED, 1.0, NOW_US - 9)
    with world.app.store.write() as conn:
        told = {"first_name": name, "city": city}
        people.change(conn, people.next_rev(conn), [pid], set_traits=[told], now_us=NOW_US)
        consents.record(
            conn, pid=[pid], topic="news", channel=world.channel, state=ConsentState.OPTED_IN,
            at_us=NOW_US - 9, recorded_us=NOW_US - 9, source="form",
        )  # fmt: skip


def traits(world: World) -> dict[str, Any]:
    with world.app.store.read() as conn:
        return {n: t.value for n, t in people.get(conn, pid_of(world)).traits.items()}


def may_be_written_to(world: World) -> tuple[bool, bool]:
    """Whether she agrees to news, and whether marketing may go to the address at all."""
    salt = world.app.secrets.suppression_salt
    with world.app.store.read() as conn:
        (state,) = consents.states(conn, [pid_of(world)], "news", world.channel)
        digest = suppressions.digest(salt, world.channel, world.address)
        (out,) = suppressions.blocked(conn, world.channel, [digest], NOW_US, marketing=True)
    return state == ConsentState.OPTED_IN, not out


def unread(world: World) -> int:
    """How many words wait for an operator."""
    return sum(talk["unread"] for talk in Desk(world).listed())


def answers(world: World, since: int) -> list[str]:
    """What the vendor has shown since."""
    assert not world.vendor.violations
    return [repr(one) for one in world.vendor.shown[since:]]


def page(world: World, method: str, path: str, **fields: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(world.server)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as browser:
            return await browser.request(method, path, data=fields, follow_redirects=True)

    return asyncio.run(ask())


def test_wrong_person_said_in_the_chat_voids_name_and_consent_at_once(world: World) -> None:
    since, before = len(world.vendor.shown), unread(world)
    hear(world, "w", text="Это не я!")
    assert "first_name" not in traits(world) and traits(world)["city"] == "Lviv"
    assert may_be_written_to(world) == (False, False)
    (told,) = answers(world, since)
    assert "Спасибо и извините" in told
    with world.app.store.read() as conn:
        word = consents.history(conn, pid_of(world))[-1]
        (line,) = audit.newest(conn, subject=f"person:{pid_of(world)}", action="wrong_person")
    assert (word.source, word.address) == ("wrong_person", world.address)
    assert "first_name" in line.detail["traits"] and line.detail["topics"] == ["news"]
    assert unread(world) == before, "nobody has to answer it"
    hear(world, "w", text="Это не я!")
    assert len(answers(world, since)) == 1, "told twice is said once"


def test_a_button_says_it_too(world: World) -> None:
    since = len(world.vendor.shown)
    hear(world, "t", HeardKind.TAP, payload="wrong_person", text="Nope")
    assert "first_name" not in traits(world)
    assert may_be_written_to(world) == (False, False)
    assert len(answers(world, since)) == 1


def test_a_sentence_is_for_a_person_to_read(world: World) -> None:
    since = len(world.vendor.shown)
    hear(world, "s", text="You sent the parcel to the wrong person")
    assert traits(world)["first_name"] == "Maria"
    assert may_be_written_to(world) == (True, True)
    assert answers(world, since) == []


def test_the_way_to_all_that_is_kept_comes_where_they_wrote(world: World) -> None:
    since = len(world.vendor.shown)
    for key in ("1", "2"):
        hear(world, key, text="Мої дані?")
    (told,) = answers(world, since)
    link = re.search(r"/(?:y|s)/[\w-]+", told)
    assert link, told
    shown = page(world, "GET", link[0])
    assert shown.status_code == 200 and "Maria" in shown.text and "Lviv" in shown.text
    hear(world, "3", text="Delete my data")
    link = re.search(r"/(?:y|s)/[\w-]+", answers(world, since)[-1])
    assert link
    asked = page(world, "GET", link[0])
    assert "Really delete everything?" in asked.text
    path = asked.url.path
    assert page(world, "POST", path).status_code == 200
    with world.app.store.read() as conn:
        (order,) = commands.waiting(conn)
    assert order.args == {"pid": pid_of(world)}


def test_it_is_understood_and_answered_in_each_language(tmp_path: Path) -> None:
    letters = {Wish.WRONG_PERSON: "excuse", Wish.SEE: "own", Wish.ERASE: "erase"}
    (kind,) = (kind for kind in HEARING if kind.name == "web_chat")
    with opened_world(tmp_path, case_of(kind), faults=Faults()) as world:
        for n, (wish, language) in enumerate(product(Wish, LANGUAGES)):
            world.address = f"user:u{n}"
            hear(world, f"w{n}", text=WORDS[wish][language][0].upper())
            assert LETTERS[language][letters[wish]].format(shop="My shop") in answers(world, 0)[n]


def test_of_two_bots_the_one_that_was_asked_answers(shop: Shop) -> None:
    shop.start(shop.main, 1000)
    shop.start(shop.promo, 1000)
    bot = shop.promo.vendor
    assert isinstance(bot, TelegramVendor)
    before = len(shop.main.vendor.shown), len(bot.shown)
    bot.write(1000, "My data", at_s=int(NOW.timestamp()))
    assert set(shop.promo.call(bot.calls())) <= {200}
    shop.main.settle(minutes=1)
    assert (len(shop.main.vendor.shown), len(bot.shown)) == (before[0], before[1] + 1)
    link = re.search(r"/y/[\w-]+", repr(bot.shown[-1]))
    assert link and page(shop.main, "GET", link[0]).status_code == 200
