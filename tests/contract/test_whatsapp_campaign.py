"""WhatsApp's window and approved templates, from a launch to the person and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from maracuja.app import key_ring
from maracuja.channels.base import Inbound
from maracuja.links.tokens import Purpose
from maracuja.model import ConsentState, micros
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.whatsapp import WhatsAppVendor
from maracuja.store import audit, bulk, consents, health, last_words, notices, people, suppressions
from maracuja.store.outbox import OutboxState
from maracuja.store.schema import suppressions as suppressed
from tests.contract.channel_case import NOW
from tests.contract.channel_cases.whatsapp import AT_S, CASE, VERIFY, number, user
from tests.contract.channel_world import World, define, opened_world

S = OutboxState
DAY_S = 86_400
TEMPLATE = """
kind: template
id: hello
variants:
  - language: en
    channel: whatsapp
    text: "{{ person.first_name }}, spring is here"
    approved:
      name: spring_sale
      language: uk
      category: marketing
      parameters: ["{{ person.first_name }}", "10 %"]
    buttons:
      - {text: See, url: "https://shop.example/sale"}
      - {text: Stop, reply: Stop}
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, CASE, faults=Faults()) as made:
        yield made


@pytest.fixture
def vendor(world: World) -> WhatsAppVendor:
    assert isinstance(world.vendor, WhatsAppVendor)
    return world.vendor


def approve(world: World) -> None:
    """The campaign sends an approved template in place of free text."""
    with world.app.store.write() as conn:
        define(conn, TEMPLATE)


def know(world: World, size: int) -> None:
    """The shop knows so many people by their phone."""
    world.identify([{"first_name": f"Name{n}", "phone": f"+{number(n)}"} for n in range(size)])


def hear(world: World, vendor: WhatsAppVendor) -> None:
    """Everything that is on its way to us comes in."""
    assert set(world.call(vendor.calls())) <= {200}
    world.settle()


def reasons(world: World) -> dict[str, int]:
    """How many messages failed for each reason."""
    world.settle(seconds=2)
    events = world.events()
    failed = events.filter(events["event"] == "Message Failed")
    return dict(failed.group_by("properties.code").len().rows())


def pid_of(world: World, kind: str, value: str) -> int:
    with world.app.store.read() as conn:
        return int(people.find(conn, [kind], [value])[0])


def digest(world: World, address: str) -> bytes:
    return suppressions.digest(world.app.secrets.suppression_salt, "whatsapp", address)


def test_free_text_goes_only_to_those_who_wrote_within_a_day(
    world: World, vendor: WhatsAppVendor
) -> None:
    know(world, 4)
    vendor.write(user(0), "When do you open?", at_s=AT_S - 60, wa_id=number(0))
    vendor.write(user(1), "Hi", at_s=AT_S - DAY_S + 60, wa_id=number(1))
    vendor.write(user(2), "Hi", at_s=AT_S - DAY_S - 60, wa_id=number(2))
    hear(world, vendor)
    world.launch()
    world.deliver(hours=1)
    assert world.states() == {S.SENT: 2, S.WITHDRAWN: 2}
    assert sorted(to for to, _ in vendor.shown) == [user(0), user(1)]
    assert vendor.requests == 2, "Meta is not asked about the others"
    assert reasons(world) == {"window_closed": 2}


def test_a_press_opens_the_window_and_a_changed_setting_does_not(
    world: World, vendor: WhatsAppVendor
) -> None:
    know(world, 2)
    vendor.write(user(0), "Hi", at_s=AT_S - 2 * DAY_S, wa_id=number(0))
    vendor.write(user(1), "Hi", at_s=AT_S - 2 * DAY_S, wa_id=number(1))
    vendor._last = {user(0): ("wamid.old", ""), user(1): ("wamid.old", "")}
    vendor.press(user(0), "yes", at_s=AT_S - 5)
    vendor.prefer(user(1), "resume", at_s=AT_S - 5)
    hear(world, vendor)
    world.launch()
    world.deliver(hours=1)
    assert [to for to, _ in vendor.shown] == [user(0)]
    assert world.states() == {S.SENT: 1, S.WITHDRAWN: 1}


def test_a_window_is_known_by_number_and_by_id(world: World, vendor: WhatsAppVendor) -> None:
    vendor.write(user(0), "Hi", at_s=AT_S - 60, wa_id=number(0))
    hear(world, vendor)
    both = [digest(world, user(0)), digest(world, f"+{number(0)}")]
    with world.app.store.read() as conn:
        said = last_words.of(conn, "whatsapp", both)
    assert set(said.values()) == {(AT_S - 60) * 1_000_000} and len(said) == 2


def test_an_approved_template_goes_to_customers_who_never_wrote(
    world: World, vendor: WhatsAppVendor
) -> None:
    approve(world)
    know(world, 3)
    vendor.write(user(0), "Hello! [poster-1]", at_s=AT_S - 3 * DAY_S, wa_id=number(0))
    hear(world, vendor)
    world.launch()
    world.deliver(hours=1)
    assert world.states() == {S.SENT: 3}
    shown = dict(vendor.shown)
    assert set(shown) == {user(0), f"+{number(1)}", f"+{number(2)}"}, "the id where it is known"
    assert not vendor.violations
    template = shown[f"+{number(1)}"]["template"]
    body, link, stop = template["components"]
    assert [one["text"] for one in body["parameters"]] == ["Name1", "10 %"]
    end = link["parameters"][0]["text"]
    assert end.startswith("c/"), "what follows the shop's own host"
    click = key_ring(world.app).read(end.removeprefix("c/"), Purpose.CLICK)
    assert click is not None and click.detail.startswith("https://shop.example/sale")
    assert stop["parameters"] == [{"type": "payload", "payload": "Stop"}]


def test_a_person_without_a_number_is_known_by_their_id(
    world: World, vendor: WhatsAppVendor
) -> None:
    approve(world)
    vendor.write("UA.77", "Hi", at_s=AT_S - 60)
    hear(world, vendor)
    pid = pid_of(world, "whatsapp", "UA.77")
    with world.app.store.read() as conn:
        person = people.get(conn, pid)
    assert person.addresses == {"whatsapp": "UA.77"}
    assert person.traits["name"].value == "Person A.77"
    assert person.traits["country"].value == "UA"


def test_the_number_that_whatsapp_shows_joins_the_chat_to_the_customer(
    world: World, vendor: WhatsAppVendor
) -> None:
    know(world, 1)
    vendor.write(user(0), "Hi", at_s=AT_S - 60, wa_id=number(0))
    hear(world, vendor)
    pid = pid_of(world, "phone", f"+{number(0)}")
    assert pid and pid == pid_of(world, "whatsapp", user(0))
    with world.app.store.read() as conn:
        assert people.get(conn, pid).addresses == {
            "phone": f"+{number(0)}",
            "whatsapp": user(0),
        }


@pytest.mark.parametrize("way", ["word", "setting"])
def test_a_stop_of_somebody_who_never_wrote_counts(
    world: World, vendor: WhatsAppVendor, way: str
) -> None:
    """They got a template by their number, and are heard under an id that is new to us."""
    approve(world)
    know(world, 1)
    world.settle()
    world.launch()
    world.deliver(hours=1)
    assert [to for to, _ in vendor.shown] == [f"+{number(0)}"]
    if way == "word":
        vendor.write(user(0), "Stop", at_s=AT_S + 60, wa_id=number(0))
    else:
        vendor.prefer(user(0), "stop", at_s=AT_S + 60, wa_id=number(0))
    world.settle(minutes=5)
    hear(world, vendor)
    with world.app.store.read() as conn:
        pid = int(people.find(conn, ["phone"], [f"+{number(0)}"])[0])
        (state,) = consents.states(conn, [pid], "news", "whatsapp").tolist()
    assert state == ConsentState.OPTED_OUT


def test_whoever_stopped_marketing_is_left_alone(world: World, vendor: WhatsAppVendor) -> None:
    """At once, Meta's 131050 stops marketing to the address; in a receipt, the consent goes."""
    approve(world)
    know(world, 3)
    for n in range(3):
        vendor.write(user(n), "Hi", at_s=AT_S - 60, wa_id=number(n))
    vendor.stopped.add(user(0))
    hear(world, vendor)
    world.launch()
    world.deliver(hours=1)
    vendor.fail(user(1), 131050, "User has stopped marketing messages", at_s=AT_S)
    vendor.fail(user(2), 131026, "Message undeliverable", at_s=AT_S)
    hear(world, vendor)
    with world.app.store.read() as conn:
        columns = (suppressed.c.digest, suppressed.c.scope, suppressed.c.reason)
        query = select(*columns, suppressed.c.until_us - suppressed.c.at_us)
        rows = {bytes(row[0]): tuple(row[1:]) for row in bulk.fetch(conn, query)}
        pid = int(people.find(conn, ["whatsapp"], [user(1)])[0])
        (state,) = consents.states(conn, [pid], "news", "whatsapp").tolist()
    assert rows == {
        digest(world, user(0)): ("marketing", "unsubscribed", None),
        digest(world, user(2)): ("all", "bounced", 30 * DAY_S * 1_000_000),
    }
    assert state == ConsentState.OPTED_OUT

    vendor.prefer(user(0), "resume", at_s=AT_S + 60)
    world.settle(minutes=5)
    hear(world, vendor)
    with world.app.store.read() as conn:
        columns = (suppressed.c.digest,)
        left = [bytes(row[0]) for row in bulk.fetch(conn, select(*columns))]
    assert left == [digest(world, user(2))], "who resumes may get marketing again"


def fail_again(world: World, vendor: WhatsAppVendor, n: int) -> None:
    """Another message to the first person is taken, and fails: not on WhatsApp."""
    named, reference = vendor._last[user(0)]
    vendor._last[user(0)] = (f"{named}-{n}", reference)
    vendor.fail(user(0), 131026, "Message undeliverable", at_s=AT_S + n)
    hear(world, vendor)


def until(world: World) -> list[int | None]:
    """How long the addresses that are suppressed for everything rest; None: for good."""
    with world.app.store.read() as conn:
        query = select(suppressed.c.until_us - suppressed.c.at_us)
        return [row[0] for row in bulk.fetch(conn, query)]


def test_whoever_is_not_there_three_times_in_a_row_is_left_alone_for_good(
    world: World, vendor: WhatsAppVendor
) -> None:
    know(world, 1)
    vendor.write(user(0), "Hi", at_s=AT_S - 60, wa_id=number(0))
    hear(world, vendor)
    world.launch()
    world.deliver(hours=1)
    month = [30 * DAY_S * 1_000_000]
    for n in range(2):
        fail_again(world, vendor, n)
        assert until(world) == month
    vendor.see(user(0), "delivered", at_s=AT_S + 5)
    hear(world, vendor)
    for n in range(2, 4):
        fail_again(world, vendor, n)
        assert until(world) == month, "a message in between was delivered"
    fail_again(world, vendor, 4)
    assert until(world) == [None]
    vendor.write(user(0), "Here I am", at_s=AT_S + 60, wa_id=number(0))
    hear(world, vendor)
    assert until(world) == [], "they have written"


def test_what_meta_says_of_the_account_is_kept_and_on_the_record(
    world: World, vendor: WhatsAppVendor
) -> None:
    template = {"message_template_name": "spring_sale", "message_template_language": "uk",
                "message_template_id": 1}  # fmt: skip
    field = "message_template_status_update"
    vendor.say_of_account(field, at_s=AT_S - 60, event="PAUSED", **template)
    vendor.say_of_account(field, at_s=AT_S - 90, event="APPROVED", **template)  # came late
    hear(world, vendor)
    with world.app.store.read() as conn:
        assert notices.stopped(conn, "whatsapp") == {"template spring_sale/uk"}
        (kept,) = notices.of(conn, "whatsapp")
        assert not health.paused(conn)
        said = [row.detail for row in audit.newest(conn, action="channel.notice")]
    assert said == [kept.notice.words]
    vendor.say_of_account(field, at_s=AT_S - 30, event="APPROVED", **template)
    hear(world, vendor)
    with world.app.store.read() as conn:
        assert not notices.stopped(conn, "whatsapp") and not notices.of(conn, "whatsapp")
    ban = {"waba_ban_state": "DISABLE", "waba_ban_date": "November 21, 2026"}
    vendor.say_of_account("account_update", at_s=AT_S, event="DISABLED_UPDATE", ban_info=ban)
    hear(world, vendor)
    with world.app.store.read() as conn:
        stopped = health.every(conn)["whatsapp"]
    assert stopped.paused and "has disabled the business account" in stopped.reason


def test_messages_of_a_paused_template_wait_until_it_is_approved(
    world: World, vendor: WhatsAppVendor
) -> None:
    approve(world)
    know(world, 2)
    template = {"message_template_name": "spring_sale", "message_template_language": "uk",
                "message_template_id": 1}  # fmt: skip
    field = "message_template_status_update"
    vendor.say_of_account(field, at_s=AT_S - 60, event="PAUSED", **template)
    hear(world, vendor)
    world.launch()
    world.deliver(hours=2)
    assert not vendor.shown and world.states() == {S.QUEUED: 2}
    at_s = int(world.clock.now().timestamp())
    vendor.say_of_account(field, at_s=at_s, event="APPROVED", **template)
    hear(world, vendor)
    world.deliver(hours=1)
    assert len(vendor.shown) == 2 and world.states() == {S.SENT: 2}


def test_a_receipt_that_blames_the_account_stops_the_channel(
    world: World, vendor: WhatsAppVendor
) -> None:
    know(world, 1)
    vendor.write(user(0), "Hi", at_s=AT_S - 60, wa_id=number(0))
    hear(world, vendor)
    world.launch()
    world.deliver(hours=1)
    vendor.fail(user(0), 131042, "Business eligibility payment issue", at_s=AT_S)
    calls = vendor.calls()
    world.call(calls)
    world.settle(seconds=2)
    with world.app.store.write() as conn:
        stopped = health.every(conn)["whatsapp"]
        assert stopped.paused and stopped.reason.startswith("payment: Business eligibility")
        health.set_paused(conn, "whatsapp", micros(NOW), paused=False)
    world.call(calls)
    world.settle(seconds=2)
    with world.app.store.read() as conn:
        assert not health.paused(conn), "told twice, it stops once"
    assert reasons(world) == {"payment": 1}


def test_the_server_answers_metas_handshake(world: World) -> None:
    def asked(word: str) -> Inbound:
        query = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": "42"}
        return Inbound(body=b"", method="GET", query=query)

    assert world.call([asked(VERIFY), asked("a guess"), asked("")]) == [200, 403, 403]


def test_words_are_forgotten_when_no_window_can_be_open(
    world: World, vendor: WhatsAppVendor
) -> None:
    vendor.write(user(0), "Hi", at_s=AT_S - 60)
    hear(world, vendor)
    key = digest(world, user(0))
    with world.app.store.write() as conn:
        assert last_words.note(conn, "whatsapp", {key: 5}) == 0, "an earlier word changes nothing"
        assert last_words.of(conn, "whatsapp", [key]) != {}
        later = NOW + timedelta(days=last_words.KEPT_DAYS + 1)
        limit_us = micros(later - timedelta(days=last_words.KEPT_DAYS))
        assert last_words.oldest_us(conn) == (AT_S - 60) * 1_000_000
        assert last_words.delete_before(conn, limit_us) == 1
        assert last_words.of(conn, "whatsapp", [key]) == {}
