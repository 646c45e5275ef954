"""A sign-up through a messenger: opening the chat by the form's link says yes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maracuja.app import key_ring
from maracuja.channels.heard import Heard, HeardKind
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.links.tokens import Purpose, Ticket
from maracuja.model import ConsentState, micros
from maracuja.simulate.vendors.http import Faults
from maracuja.store import consents, inbox, people, signups
from maracuja.store.signups import Proof, Signup, SignupState
from tests.contract.channel_case import NOW
from tests.contract.channel_cases.telegram import CASE
from tests.contract.channel_world import World, opened_world

NOW_US = micros(NOW)
CHAT = "1000"
PROOF = Proof(text="Yes.", text_version="7", language="uk", country="UA", ip="203.0.113.0")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, CASE, faults=Faults()) as made:
        yield made


def ask(world: World, name: str = "a", *, until_us: int = NOW_US + 10**9) -> str:
    """A sign-up that waits for its chat; what the link brings along."""
    number = signups.new_id("messenger-news", "telegram", "", name.encode())
    row = Signup(
        id=number, form="messenger-news", version=1, visit=name.encode(), pid=0,
        channel="telegram", address="", state=SignupState.ASKED, topics=["offers"],
        asked_us=NOW_US - 5, until_us=until_us, confirmed_us=0, messages=0, messaged_us=0,
        reminded_us=0, tries=0, source="poster", proof=PROOF, answers={"city": "Kyiv"}, bonus_us=0,
    )  # fmt: skip
    with world.app.store.write() as conn:
        signups.add(conn, row)
    ticket = Ticket(
        purpose=Purpose.START, message=number, pid=0, sent_s=NOW_US // 10**6, detail="messenger-ne"
    )
    payload = key_ring(world.app).sign(ticket)
    assert len(payload) <= 64, "as much as a Telegram link brings along"
    return payload


def hear(world: World, kind: HeardKind, key: str, **fields: Any) -> None:
    one = Heard(kind=kind, key=key, **{"at_us": NOW_US, "address": CHAT, **fields})
    context, body = encode_heard([one], "telegram", "main")
    with world.app.store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(NOW_US, CALL, "internal", context, body)])
    world.worker.settle(world.clock.now())


def word(world: World) -> consents.Consent | None:
    with world.app.store.read() as conn:
        pid = int(people.find(conn, ["telegram"], [CHAT])[0])
        said = [one for one in consents.history(conn, pid) if one.topic == "offers"]
    return said[-1] if said else None


def test_opening_the_chat_by_the_link_confirms_with_the_forms_proof(world: World) -> None:
    hear(world, HeardKind.START, "1", payload=ask(world))
    said = word(world)
    assert said is not None and said.state is ConsentState.OPTED_IN
    assert (said.source, said.text_version, said.language) == ("form:messenger-news", "7", "uk")
    with world.app.store.read() as conn:
        (row,) = signups.by_id(conn, [said.message_id or b""]).values()
        person = people.get(conn, row.pid)
    assert row.state is SignupState.CONFIRMED and row.address == CHAT
    assert row.proof.how == "start" and person.traits["city"].value == "Kyiv"


def test_a_look_at_the_chat_is_no_yes_until_they_write(world: World) -> None:
    hear(world, HeardKind.OPENED, "1", payload=ask(world))
    assert word(world) is None
    hear(world, HeardKind.START, "2", at_us=NOW_US + 1)
    said = word(world)
    assert said is not None and said.state is ConsentState.OPTED_IN


def test_a_link_that_is_too_old_or_not_ours_confirms_nothing(world: World) -> None:
    hear(world, HeardKind.START, "1", payload=ask(world, until_us=NOW_US - 1))
    hear(world, HeardKind.START, "2", payload="A" * 47)
    assert word(world) is None
