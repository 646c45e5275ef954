"""Two bots of one shop: each sends its own, hears its own, and stops alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from maracuja import app as composition
from maracuja.api.server import Server
from maracuja.app import App
from maracuja.clock import SimClock
from maracuja.model import ConsentState, micros
from maracuja.runtime import campaign_work, launch_control
from maracuja.runtime.conversation_answers import Answer, Counter, Speaker, answer
from maracuja.runtime.posting import Asked, take
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.mail import MailVendor
from maracuja.simulate.vendors.telegram import TelegramVendor
from maracuja.simulate.vendors.whatsapp import WhatsAppVendor
from maracuja.store import (
    accounts,
    claiming,
    consents,
    conversations,
    health,
    last_words,
    people,
    suppressions,
    vendor_ids,
)
from maracuja.store.outbox import OutboxState
from maracuja.store.schema import outbox as outbox_table
from maracuja.ui import home
from tests.contract.channel_case import NOW
from tests.contract.channel_cases import whatsapp
from tests.contract.channel_cases.telegram import AT_S, CASE
from tests.contract.channel_world import DEFINITIONS, STILL, World, define

PROMO = "telegram/promo"
TOKEN = "654321:ZZbbCCddEEffGGhhIIjjKK"
SECRET = "another-long-word-for-the-webhook"
S = OutboxState
CAMPAIGN = """
---
kind: campaign
id: promo
topic: news
channel: telegram/promo
audience: all
template: hello
goals: [order]
holdout: 0
"""


@dataclass
class Shop:
    """A workspace with two bots, and each bot's side of Telegram."""

    app: App
    main: World
    promo: World
    bot: TelegramVendor
    promo_bot: TelegramVendor

    def start(self, world: World, *chats: int) -> None:
        """People press Start in a bot, and the shop learns their names."""
        bot = world.vendor
        assert isinstance(bot, TelegramVendor)
        for chat in chats:
            bot.start(chat, "poster-1", at_s=AT_S - 60, first_name=f"Name{chat}")
        assert set(world.call(bot.calls())) <= {200}
        world.settle()
        world.name_everybody()

    def launch(self, *campaigns: str, hours: float = 1) -> None:
        """These campaigns, to everybody."""
        with self.app.store.write() as conn:
            for name in campaigns:
                launch_control.launch(conn, self.app.ground, name, self.main.clock.now())
        self.main.deliver(hours=hours)

    def pid(self, chat: int) -> int:
        """Whose the Telegram account is."""
        with self.app.store.read() as conn:
            return int(people.find(conn, ["telegram"], [str(chat)])[0])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def shop(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    url = ""
    if request.param == "postgresql":
        new_url: Callable[[], str] = request.getfixturevalue("new_postgresql_url")
        url = new_url()
    clock = SimClock(NOW)
    promo = {"token": TOKEN, "bot": "promo_bot", "webhook_secret": SECRET, "topics": ["news"]}
    settings = {
        "pressure": STILL,
        "measurement": {"global_holdout": 0},
        "store": {"url": url},
        "telegram": {**CASE.section, "topics": ["news"], "promo": promo},
    }
    composition.create(tmp_path, settings, clock=clock, seed=1)
    assert CASE.vendor is not None
    bot = CASE.vendor(0, Faults())
    other = TelegramVendor(seed=0, faults=Faults(), token=TOKEN, secret=SECRET)
    assert isinstance(bot, TelegramVendor)
    bot.now = other.now = clock.now
    with composition.opened(tmp_path, clock) as app:
        with app.store.write() as conn:
            define(conn, DEFINITIONS.replace("CHANNEL", "telegram") + CAMPAIGN)
        senders: dict[str, Any] = {"telegram": bot, PROMO: other}
        worker = composition.make_worker(app, holder="test", transports=senders)
        server = Server(app, lambda: home)
        main = World(app, server, worker, clock, bot, "telegram")
        second = World(app, server, worker, clock, other, "telegram", account="promo")
        yield Shop(app, main, second, bot, other)
        server.close()
        worker.close()


def chats(bot: TelegramVendor) -> list[int]:
    return sorted(chat for chat, _, _ in bot.shown)


def test_a_bot_reaches_those_who_started_it_and_a_person_is_one(shop: Shop) -> None:
    shop.start(shop.main, 1, 2)
    shop.start(shop.promo, 2, 3)
    with shop.app.store.read() as conn:
        assert people.get(conn, shop.pid(1)).addresses == {"telegram": "1"}
        assert people.get(conn, shop.pid(2)).addresses == {"telegram": "2", PROMO: "2"}
        assert people.get(conn, shop.pid(3)).addresses == {PROMO: "3"}
        said = consents.states(conn, [shop.pid(3)], "news", PROMO).tolist()
        assert said == consents.states(conn, [shop.pid(3)], "news", "telegram").tolist()
        assert said == [ConsentState.OPTED_IN]
    shop.launch("hello", "promo")
    assert chats(shop.bot) == [1, 2] and chats(shop.promo_bot) == [2, 3]
    with shop.app.store.read() as conn:
        rows = conn.execute(outbox_table.select()).all()
        number = accounts.number(conn, PROMO)
        assert sorted(row.channel for row in rows) == [2, 2, number, number] and number >= 100
        assert accounts.names(conn)[number] == PROMO


def test_receipts_of_equal_ids_are_each_bots_own(shop: Shop) -> None:
    shop.start(shop.main, 1)
    shop.start(shop.promo, 1)
    shop.launch("hello", "promo")
    assert shop.bot.message_of(1) == shop.promo_bot.message_of(1), "both count from one"
    shop.promo_bot.press(1, shop.promo_bot.message_of(1), "yes", at_s=AT_S)
    shop.promo.call(shop.promo_bot.calls())
    shop.promo.settle(seconds=5)
    told = shop.main.events()
    pressed = told.filter(told["event"] == "Message Clicked")
    sent = told.filter(
        (told["event"] == "Message Sent") & (told["properties.campaign"] == "promo")
    )
    assert pressed["properties.message"].to_list() == sent["properties.message"].to_list()
    assert set(told.drop_nulls("properties.channel")["properties.channel"]) == {"telegram"}


def test_a_call_for_the_other_bot_is_not_believed(shop: Shop) -> None:
    shop.promo_bot.start(9, "x", at_s=AT_S, first_name="Name")
    calls = shop.promo_bot.calls()
    assert shop.main.call(calls) == [403]
    assert shop.promo.call(calls) == [200]
    nobody = World(shop.app, shop.main.server, shop.main.worker, shop.main.clock, shop.bot,
                   "telegram", account="third")  # fmt: skip
    assert nobody.call(calls) == [404]


def test_whoever_blocks_one_bot_is_still_reached_by_the_other(shop: Shop) -> None:
    shop.start(shop.main, 1)
    shop.start(shop.promo, 1)
    shop.promo_bot.block(1, at_s=AT_S)
    shop.promo.call(shop.promo_bot.calls())
    shop.promo.settle(seconds=5)
    shop.launch("hello", "promo")
    assert chats(shop.bot) == [1] and chats(shop.promo_bot) == []
    with shop.app.store.read() as conn:
        now_us, pid = micros(shop.main.clock.now()), shop.pid(1)
        blocked = suppressions.suppressed(conn, PROMO, now_us, marketing=True).tolist()
        assert blocked == [pid]
        assert not suppressions.suppressed(conn, "telegram", now_us, marketing=True).tolist()


def test_whoever_says_stop_to_one_bot_hears_from_neither(shop: Shop) -> None:
    shop.start(shop.main, 1)
    shop.start(shop.promo, 1)
    shop.promo_bot.write(1, "/stop", at_s=AT_S + 60)
    shop.promo.call(shop.promo_bot.calls())
    shop.promo.settle(seconds=5)
    shop.launch("hello", "promo")
    assert chats(shop.bot) == chats(shop.promo_bot) == []


def test_one_bot_is_paused_and_stops_alone(shop: Shop) -> None:
    shop.start(shop.main, 1)
    shop.start(shop.promo, 1)
    with shop.app.store.write() as conn:
        now = shop.main.clock.now()
        campaign_work.let_channel(conn, PROMO, now, paused=True, reason="a test")
    shop.launch("hello", "promo", hours=0.005)
    assert chats(shop.bot) == [1] and chats(shop.promo_bot) == []
    shop.promo_bot.faults = Faults(revoked_after=0)
    with shop.app.store.write() as conn:
        campaign_work.let_channel(conn, PROMO, shop.main.clock.now(), paused=False)
    shop.main.deliver(hours=0.005)
    with shop.app.store.read() as conn:
        assert health.paused(conn) == {PROMO}
        assert health.every(conn)[PROMO].reason != "a test"
    assert shop.main.states() == {S.SENT: 1, S.QUEUED: 1}


def test_a_single_message_goes_over_the_account_asked_for(shop: Shop) -> None:
    shop.start(shop.main, 1)
    shop.start(shop.promo, 1)
    asked = Asked(address="1", channel=PROMO, text="Your code is 1234")
    with shop.app.store.write() as conn:
        take(conn, "a-key", asked, shop.main.clock.now(), country="UA")
    shop.main.deliver(hours=1)
    assert chats(shop.promo_bot) == [1] and chats(shop.bot) == []


def test_an_answer_goes_to_the_bot_in_which_it_was_asked(shop: Shop) -> None:
    shop.start(shop.main, 1)
    shop.start(shop.promo, 1)
    shop.promo_bot.write(1, "Is it ripe?", at_s=AT_S + 60)
    shop.promo.call(shop.promo_bot.calls())
    shop.promo.settle(seconds=5)
    desk = Counter(shop.app.vendors.over_http(), shop.app.secrets.suppression_salt)
    with shop.app.store.write() as conn:
        (talk,) = conversations.listed(conn, channels=[PROMO])
        now, by = shop.main.clock.now(), Speaker("Anna", "test")
        answer(conn, desk, talk.id, Answer(text="It is."), by, now, key="a")
    shop.main.deliver(hours=0.01)
    assert chats(shop.promo_bot) == [1] and chats(shop.bot) == []


def test_numbers_are_given_once_and_for_good(shop: Shop) -> None:
    with shop.app.store.write() as conn:
        before = accounts.number(conn, PROMO)
        given = accounts.give(conn, ["telegram", "sms/second", PROMO, "viber/a"])
        assert given[PROMO] == before and given["telegram"] == 2
        assert {given["sms/second"], given["viber/a"]} == {before + 1, before + 2}
        assert accounts.give(conn, []) == given
        assert vendor_ids.find(conn, before, ["x"]) == {}


def test_erasure_forgets_the_person_on_both(shop: Shop) -> None:
    shop.start(shop.main, 1)
    shop.start(shop.promo, 1)
    pid = shop.pid(1)
    from maracuja.store import erase

    with shop.app.store.write() as conn:
        salt = shop.app.secrets.suppression_salt
        done = erase.erase(conn, pid, salt=salt, now_us=micros(NOW))
        assert {channel for channel, _ in done.hashes} == {"telegram", PROMO}
        digests = suppressions.digests(salt, PROMO, ["1"])
        assert suppressions.blocked(conn, PROMO, digests, micros(NOW), marketing=True).all()


# ---------------------------------------------------------------- mail from two domains


MAILS = """
---
kind: campaign
id: club
topic: news
channel: email/club
audience: all
template: hello
goals: [order]
holdout: 0
"""


def test_mail_goes_out_from_the_domain_of_its_account(tmp_path: Path) -> None:
    clock = SimClock(NOW)
    settings = {
        "pressure": STILL,
        "measurement": {"global_holdout": 0},
        "email": {
            "sender": "Shop <shop@shop.example>",
            "club": {"sender": "Club <club@club.example>", "host": "127.0.0.2"},
        },
    }
    composition.create(tmp_path, settings, clock=clock, seed=1)
    main, club = MailVendor(keep=True), MailVendor(keep=True)
    with composition.opened(tmp_path, clock) as app:
        with app.store.write() as conn:
            text = DEFINITIONS.replace("CHANNEL", "email")
            define(conn, text.replace("    text: ", "    subject: News\n    text: ") + MAILS)
        worker = composition.make_worker(
            app, holder="test", transport=main, transports={"email/club": club}
        )
        server = Server(app, lambda: home)
        world = World(
            app, server, worker, clock, TelegramVendor(token="", faults=Faults()), "email"
        )
        world.identify(
            [{"first_name": f"Name{n}", "email": f"p{n}@mail.example"} for n in range(3)]
        )
        world.settle()
        with app.store.write() as conn:
            pids = people.pids_after(conn, 0, 10)
            consents.record(
                conn,
                pid=pids,
                topic="news",
                channel="email/club",
                state=int(ConsentState.OPTED_IN),
                at_us=micros(NOW),
                recorded_us=micros(NOW),
                source="form",
            )
            salt = app.secrets.suppression_salt
            gone = suppressions.digests(salt, "email/club", ["p0@mail.example"])
            suppressions.add(
                conn, channel="email/club", digest=gone, reason="bounced", at_us=micros(NOW),
                pid=[pids[0]],
            )  # fmt: skip
            for name in ("hello", "club"):
                launch_control.launch(conn, app.ground, name, clock.now())
        world.deliver(hours=1)
        server.close()
        worker.close()
    for vendor, home_of in ((main, "shop.example"), (club, "club.example")):
        mails = vendor.take()
        assert sorted(mail.to for mail in mails) == ["p1@mail.example", "p2@mail.example"]
        assert all(mail.message_id.endswith(f"@{home_of}>") for mail in mails)


CASCADE = """
---
kind: campaign
id: either
topic: news
audience: all
template: hello
goals: [order]
holdout: 0
cascade:
  steps:
    - {channel: telegram/promo}
    - {channel: email/club}
"""


def test_a_cascade_goes_over_accounts(tmp_path: Path) -> None:
    clock = SimClock(NOW)
    settings = {
        "pressure": STILL,
        "measurement": {"global_holdout": 0},
        "email": {"club": {"sender": "Club <club@club.example>"}},
        "telegram": {
            "promo": {"token": TOKEN, "bot": "b", "webhook_secret": SECRET, "topics": ["news"]}
        },
    }
    composition.create(tmp_path, settings, clock=clock, seed=1)
    club, bot = MailVendor(keep=True), TelegramVendor(token=TOKEN, secret=SECRET, faults=Faults())
    bot.now = clock.now
    with composition.opened(tmp_path, clock) as app:
        with app.store.write() as conn:
            text = DEFINITIONS.replace("channels: [CHANNEL]", "channels: [telegram, email]")
            text = text.replace("CHANNEL", "email")
            text = text.replace("    text: ", "    subject: News\n    text: ")
            define(conn, text + CASCADE)
        senders: dict[str, Any] = {PROMO: bot, "email/club": club}
        worker = composition.make_worker(app, holder="test", transports=senders)
        server = Server(app, lambda: home)
        world = World(app, server, worker, clock, bot, "telegram", account="promo")
        shop = Shop(app, world, world, bot, bot)
        shop.start(world, 1, 2)
        mails = [{"first_name": f"Name{n}", "email": f"p{n}@mail.example"} for n in range(3)]
        world.identify(mails)
        world.settle()
        with app.store.write() as conn:
            pids = people.pids_after(conn, 0, 10)
            said = consents.states(conn, pids, "news", "telegram").tolist()
            silent = [p for p, s in zip(pids, said, strict=True) if s == ConsentState.UNKNOWN]
            for channel in ("email", "telegram"):
                consents.record(
                    conn, pid=silent, topic="news", channel=channel,
                    state=int(ConsentState.OPTED_IN), at_us=1, recorded_us=1, source="form",
                )  # fmt: skip
        bot.closed.add(2)
        shop.launch("either")
        assert chats(bot) == [1]
        assert sorted(mail.to for mail in club.take()) == ["p1@mail.example", "p2@mail.example"]
        states = world.states()
        assert states[S.SENT] == 3 and states[S.FAILED] == 1
        server.close()
        worker.close()


# ---------------------------------------------------------------- one app of Meta, two numbers


def test_a_call_goes_to_the_number_that_it_is_about(tmp_path: Path) -> None:
    number, second = whatsapp.NUMBER_ID, "206540352242923"
    section = {**whatsapp.CASE.section, "topics": ["news"]}
    other = {**section, "phone_number_id": second}
    clock = SimClock(NOW)
    settings = {"whatsapp": {**section, "second": other, "third": {**other, "app_secret": "z" * 32,
                "phone_number_id": "306540352242924"}}}  # fmt: skip
    composition.create(tmp_path, settings, clock=clock, seed=1)
    vendors = [
        WhatsAppVendor(token="", faults=Faults(), secret=whatsapp.SECRET, number_id=one)
        for one in (number, second)
    ]
    with composition.opened(tmp_path, clock) as app:
        senders: dict[str, Any] = dict.fromkeys(app.config.channels, vendors[0])
        worker = composition.make_worker(app, holder="test", transports=senders)
        server = Server(app, lambda: home)
        world = World(app, server, worker, clock, vendors[0], "whatsapp")
        for n, vendor in enumerate(vendors):
            vendor.write(whatsapp.user(n), "Hello", at_s=whatsapp.AT_S)
            assert world.call(vendor.calls()) == [200], "all to the address of the first"
        world.settle(seconds=5)
        with app.store.read() as conn:
            salt = app.secrets.suppression_salt
            users = [whatsapp.user(n) for n in (0, 1)]
            windows = []
            for name in ("whatsapp", "whatsapp/second", "whatsapp/third"):
                digests = suppressions.digests(salt, name, users)
                said = last_words.of(conn, name, digests)
                windows.append([digest in said for digest in digests])
        assert windows == [[True, False], [False, True], [False, False]]
        server.close()
        worker.close()


def test_what_a_crash_left_of_an_account_is_unknown(shop: Shop) -> None:
    shop.start(shop.main, 1)
    shop.start(shop.promo, 1)
    now = shop.main.clock.now()
    with shop.app.store.write() as conn:
        for name in ("hello", "promo"):
            launch_control.launch(conn, shop.app.ground, name, now)
    shop.promo_bot.faults = Faults(unavailable=1.0)
    shop.main.settle(seconds=1)
    assert shop.main.states() == {S.SENT: 1, S.QUEUED: 1}
    with shop.app.store.write() as conn:
        number = accounts.number(conn, PROMO)
        taken = claiming.claim(conn, micros(shop.main.clock.now()), channel=number, limit=10)
        assert len(taken.n) == 1
    assert shop.main.worker._parts.delivery.recover(shop.main.clock.now()) == 1
    assert shop.main.states() == {S.SENT: 1, S.UNKNOWN: 1}
