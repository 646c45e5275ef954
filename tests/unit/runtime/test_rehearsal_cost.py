"""What a campaign on one channel will cost, told before anything is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from maracuja import app as composition
from maracuja.app import App
from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.clock import SimClock
from maracuja.model import micros
from maracuja.runtime.entry_replay import rehearse
from maracuja.runtime.rehearsal_cost import CostPlanned
from maracuja.store import definitions, inbox

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PEOPLE = 40
PRICE = 0.9
STILL = {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
DEFINITIONS = f"""
kind: topic
id: orders
type: service
channels: [sms, viber_business, email]
---
kind: segment
id: everybody
where: [{{trait: phone, known: true}}]
---
kind: template
id: ready
language: en
variants:
  - {{language: en, text: "Your order is ready."}}
  - {{language: uk, text: "{"Ваше замовлення чекає на вас. " * 3}"}}
---
kind: campaign
id: ready
topic: orders
template: ready
channel: sms
audience: everybody
holdout: 0
---
kind: campaign
id: evening
topic: orders
template: ready
channel: sms
audience: everybody
holdout: 0
schedule: {{day: 2026-11-20, at: "20:00", zone: person}}
---
kind: campaign
id: in-turn
topic: orders
template: ready
audience: everybody
holdout: 0
cascade: {{steps: [{{channel: viber_business, wait: 1 hour}}, {{channel: sms}}]}}
---
kind: campaign
id: letter
topic: orders
template: ready
audience: everybody
holdout: 0
---
kind: campaign
id: welcome
topic: orders
template: ready
channel: sms
holdout: 0
trigger: {{event: Signed Up}}
"""


def sms(**more: object) -> dict[str, Any]:
    """An account at a gateway."""
    secret = "a-secret-of-the-gateway"
    return {"driver": "alphasms", "gateway_key": "key-1", "sender": "Fruit",
            "webhook_secret": secret, **more}  # fmt: skip


@contextmanager
def shop(place: Path, **channels: object) -> Iterator[App]:
    """People with telephones, every second one of whom reads Ukrainian; two have signed up."""
    settings = {
        "shop": {"time_zone": "UTC"}, "measurement": {"global_holdout": 0}, "pressure": STILL,
        **channels,
    }  # fmt: skip
    composition.create(place, settings, clock=SimClock(NOON), seed=7)
    with composition.opened(place, SimClock(NOON)) as app:
        calls = [
            {"type": "identify", "userId": f"u{i}", "traits": {
                "phone": f"+38067000{i:04d}", "email": f"p{i}@shop.example",
                "language": "uk" if i % 2 else "en"}}
            for i in range(PEOPLE)
        ]  # fmt: skip
        calls += [{"type": "track", "event": "Signed Up", "userId": f"u{i}"} for i in (0, 1)]
        with app.store.write_inbox() as conn:
            body = json.dumps({"batch": calls}).encode()
            inbox.append(conn, [inbox.Request(micros(NOON), "batch", "server", b"", body)])
        worker = composition.make_worker(app, holder="test")
        worker.settle(NOON)
        worker.close()
        with app.store.write() as conn:
            for one in decode_text(DEFINITIONS):
                definitions.put(conn, kind_of(one), one.id, one, base=None, actor="", now_us=1)
        yield app


def cost(app: App, campaign: str = "ready") -> CostPlanned:
    """What the dry run says of it."""
    found = rehearse(app.ground, campaign, NOON).cost
    assert found is not None
    return found


def test_text_messages_cost_what_their_parts_do(tmp_path: Path) -> None:
    with shop(tmp_path, sms=sms(price_per_part=PRICE)) as app:
        found = cost(app)
    assert (found.people, found.messages, found.read) == (PEOPLE, PEOPLE, PEOPLE)
    assert found.parts == 1.5  # one in English, two in Ukrainian
    assert found.each == pytest.approx(1.5 * PRICE)
    assert found.total == pytest.approx(PEOPLE * 1.5 * PRICE)


def test_who_waits_for_their_hour_is_paid_for_too(tmp_path: Path) -> None:
    with shop(tmp_path, sms=sms(price_per_part=PRICE)) as app:
        gates = rehearse(app.ground, "evening", NOON).gates
        found = cost(app, "evening")
    assert {gate.outcome for gate in gates} == {"wait"}
    assert found.messages == PEOPLE and found.parts == 1.5 and found.read == PEOPLE
    assert found.total == pytest.approx(PEOPLE * 1.5 * PRICE)


def test_no_price_is_no_sum_but_the_parts_are_known(tmp_path: Path) -> None:
    with shop(tmp_path, sms=sms()) as app:
        found = cost(app)
    assert found.paid and found.each is None and found.total is None
    assert found.parts == 1.5 and found.messages == PEOPLE


def test_where_no_vendor_wants_money_nothing_is_owed(tmp_path: Path) -> None:
    with shop(tmp_path) as app:
        found = cost(app, "letter")
    assert (found.channel, found.paid) == ("email", False)
    assert (found.each, found.total, found.messages) == (0, 0, PEOPLE)


def test_of_events_it_is_what_their_messages_would_have_cost(tmp_path: Path) -> None:
    with shop(tmp_path, sms=sms(price_per_part=PRICE)) as app:
        found = cost(app, "welcome")
    assert (found.people, found.messages) == (2, 2)
    assert found.total == pytest.approx(3 * PRICE)


def test_a_step_of_a_cascade_without_a_price_is_named(tmp_path: Path) -> None:
    viber = {"driver": "turbosms", "token": "token-1", "sender": "Fruit",
             "webhook_secret": "a-secret-of-the-partner"}  # fmt: skip
    with shop(tmp_path, sms=sms(price_per_part=PRICE), viber_business=viber) as app:
        found = rehearse(app.ground, "in-turn", NOON)
    assert found.cost is None
    assert [(step.channel, step.unpriced) for step in found.cascade] == [
        ("viber_business", True),
        ("sms", False),
    ]
