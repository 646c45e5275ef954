"""What people say, and what happens to them, between the decision and the sending counts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from maracuja.campaigns.facts import RunFacts, decode_facts
from maracuja.decisions.reasons import Outcome
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.rng import make_id
from maracuja.runtime import delivery_checks
from maracuja.runtime.delivery_checks import Checked, Questions, Rules
from maracuja.runtime.silencing import silence
from maracuja.runtime.statements import Statements
from maracuja.store import outbox
from maracuja.store.engine import Store
from tests.unit.runtime.small_shop import Shop, build


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    """The campaign is launched: its messages are in the outbox, and none has gone."""
    return build(store, tmp_path / "shop", size=6)


def facts_of(shop: Shop) -> RunFacts:
    with shop.store.read() as conn:
        return decode_facts(outbox.launched_with(conn, [1])[1])


def last_look(shop: Shop, facts: RunFacts | None = None) -> Checked:
    """What is said of customer 1's message just before it would go."""
    asked = Questions([shop.find("customer-1")], ["person001@mail.example"], 1)
    rules = Rules(None, "UTC", shop.secrets.suppression_salt)
    with shop.store.read() as conn:
        (found,) = delivery_checks.check(conn, asked, facts or facts_of(shop), rules, shop.now)
    return found


def test_it_would_go(shop: Shop) -> None:
    assert last_look(shop).outcome is Outcome.SEND


def test_wrong_person_holds_before_the_next_sending(shop: Shop) -> None:
    pid = shop.find("customer-1")
    message = make_id("message", "hello", "once", pid)
    said = Ticket(Purpose.SAY, message, pid, run=1, channel=1, detail="wrong")
    assert Statements(shop.store, shop.lake, KeyRing([b"k" * 32])).say(said, "yes", shop.now)
    found = last_look(shop)
    assert (found.outcome, found.reason) == (Outcome.NEVER, "suppressed")


def test_a_complaint_puts_it_off_and_its_end_lets_it_go(shop: Shop) -> None:
    shop.call(
        {
            "type": "track",
            "userId": "customer-1",
            "event": "Complaint Opened",
            "properties": {"complaint_id": "17"},
        }
    )
    shop.project()
    found = last_look(shop)
    assert (found.outcome, found.reason) == (Outcome.WAIT, "on_hold:complaint")
    assert found.until_us == int((shop.now + timedelta(hours=6)).timestamp() * 1e6)
    shop.now += timedelta(minutes=1)
    shop.call(
        {
            "type": "track",
            "userId": "customer-1",
            "event": "Complaint Closed",
            "properties": {"complaint_id": "17"},
        }
    )
    shop.project()
    assert last_look(shop).outcome is Outcome.SEND


def test_not_about_this_holds_before_the_next_sending(shop: Shop) -> None:
    facts = facts_of(shop)
    campaign = msgspec.structs.replace(facts.campaign, category="fishing > rods")
    about = msgspec.structs.replace(facts, campaign=campaign)
    assert last_look(shop, about).outcome is Outcome.SEND
    with shop.store.write() as conn:
        pid = shop.find("customer-1")
        silence(conn, pid, "fishing", source="link", actor="person", now=shop.now)
    found = last_look(shop, about)
    assert (found.outcome, found.reason) == (Outcome.NEVER, "not_about_this:fishing")
    assert last_look(shop).outcome is Outcome.SEND
