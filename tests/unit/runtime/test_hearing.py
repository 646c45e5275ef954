"""What channels heard: people, traits, consents; told twice, late, or by strangers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from maracuja.app import make_links
from maracuja.channels.heard import Heard, HeardKind
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.links.tokens import Ticket
from maracuja.model import ConsentState, Status, TraitSource, micros
from maracuja.rng import make_id
from maracuja.simulate.vendors.http import Faults
from maracuja.store import consents, inbox, people, suppressions, vendor_ids
from tests.contract.channel_case import NOW
from tests.contract.channel_cases.telegram import CASE
from tests.contract.channel_world import World, opened_world

NOW_US = micros(NOW)
CHAT = "1000"
IN, OUT = ConsentState.OPTED_IN, ConsentState.OPTED_OUT


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, CASE, faults=Faults()) as made:
        yield made


def hear(world: World, kind: HeardKind, key: str, **fields: Any) -> None:
    """One thing told, taken in at once."""
    one = Heard(kind=kind, key=key, **{"at_us": NOW_US, "address": CHAT, **fields})
    context, body = encode_heard([one], "telegram", "main")
    with world.app.store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(NOW_US, CALL, "internal", context, body)])
    world.worker.settle(world.clock.now())


def pid_of(world: World, kind: str = "telegram", value: str = CHAT) -> int:
    with world.app.store.read() as conn:
        return int(people.find(conn, [kind], [value])[0])


def state(world: World) -> ConsentState:
    with world.app.store.read() as conn:
        return ConsentState(int(consents.states(conn, [pid_of(world)], "news", "telegram")[0]))


def suppressed(world: World) -> bool:
    salt = world.app.secrets.suppression_salt
    with world.app.store.read() as conn:
        digest = suppressions.digest(salt, "telegram", CHAT)
        found = suppressions.blocked(conn, "telegram", [digest], NOW_US, marketing=False)
    return bool(found[0])


def traits_of(world: World, pid: int) -> dict[str, tuple[Any, TraitSource]]:
    with world.app.store.read() as conn:
        return {n: (t.value, t.source) for n, t in people.get(conn, pid).traits.items()}


def test_opening_a_chat_makes_a_person_who_agrees_to_its_topics(world: World) -> None:
    hear(world, HeardKind.START, "1", payload="poster-1", observed={"language": "uk"})
    pid = pid_of(world)
    assert pid and state(world) is IN
    assert traits_of(world, pid) == {"language": ("uk", TraitSource.OBSERVED)}
    with world.app.store.read() as conn:
        assert people.get(conn, pid).addresses == {"telegram": CHAT}
        (word,) = consents.history(conn, pid)
    assert (word.source, word.address) == ("start", CHAT)
    world.settle(seconds=2)
    events = world.events()
    started = events.filter(events["event"] == "Chat Started")
    assert started["rest"].to_list() == ['{"properties.payload":"poster-1"}']


def test_a_word_for_leaving_takes_the_person_out_and_starting_brings_them_back(
    world: World,
) -> None:
    hear(world, HeardKind.START, "1", at_us=NOW_US - 3)
    hear(world, HeardKind.LEAVE, "2", at_us=NOW_US - 2)
    assert state(world) is OUT and not suppressed(world)
    hear(world, HeardKind.START, "3", at_us=NOW_US - 1)
    assert state(world) is IN


def test_a_late_call_does_not_undo_a_later_word(world: World) -> None:
    hear(world, HeardKind.START, "1", at_us=NOW_US - 9)
    hear(world, HeardKind.LEAVE, "3", at_us=NOW_US - 2)
    hear(world, HeardKind.START, "2", at_us=NOW_US - 5)
    assert state(world) is OUT


def test_the_same_call_again_changes_nothing(world: World) -> None:
    hear(world, HeardKind.START, "1", at_us=NOW_US - 3)
    hear(world, HeardKind.LEAVE, "2", at_us=NOW_US - 3)
    hear(world, HeardKind.START, "1", at_us=NOW_US - 3)
    assert state(world) is OUT
    world.settle(seconds=2)
    assert world.counts()["Chat Started"] == 1


def test_who_blocks_us_is_out_and_suppressed_until_they_let_us_in(world: World) -> None:
    hear(world, HeardKind.START, "1", at_us=NOW_US - 9)
    hear(world, HeardKind.LEAVE, "2", at_us=NOW_US - 8, reachable=False, code="blocked")
    assert state(world) is OUT and suppressed(world)
    hear(world, HeardKind.BACK, "3", at_us=NOW_US - 7)
    assert state(world) is OUT, "letting us in is no word about marketing"
    assert not suppressed(world)


def test_a_suppression_by_hand_is_not_lifted_by_a_start(world: World) -> None:
    salt = world.app.secrets.suppression_salt
    with world.app.store.write() as conn:
        digest = suppressions.digest(salt, "telegram", CHAT)
        suppressions.add(conn, channel="telegram", digest=[digest], reason="by_hand", at_us=1)
    hear(world, HeardKind.START, "1")
    assert suppressed(world)


def test_a_number_that_was_given_joins_the_chat_to_the_customer(world: World) -> None:
    world.identify([{"phone": "+380671234567", "first_name": "Maria"}])
    world.worker.settle(NOW)
    customer = pid_of(world, "phone", "+380671234567")
    hear(world, HeardKind.START, "1")
    assert pid_of(world) != customer
    hear(world, HeardKind.MESSAGE, "2", declared={"phone": "067 123 45 67"})
    assert pid_of(world) == pid_of(world, "phone", "+380671234567")
    assert traits_of(world, pid_of(world))["phone"] == ("+380671234567", TraitSource.DECLARED)
    hear(world, HeardKind.MESSAGE, "3", declared={"phone": "12"})
    assert traits_of(world, pid_of(world))["phone"][0] == "+380671234567"


def test_a_link_of_ours_says_whose_chat_it_is(world: World) -> None:
    world.identify([{"email": "maria@mail.example", "first_name": "Maria"}])
    world.worker.settle(NOW)
    maria = pid_of(world, "email", "maria@mail.example")
    token = make_links(world.app).start(maria, "receipt", NOW)
    assert len(token) <= 64
    hear(world, HeardKind.START, "1", payload=token)
    assert pid_of(world) == pid_of(world, "email", "maria@mail.example")
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    hear(world, HeardKind.START, "2", payload=forged, address="1001")
    assert pid_of(world, value="1001") not in (0, pid_of(world))


def test_an_old_link_is_a_strangers(world: World) -> None:
    world.identify([{"email": "maria@mail.example", "first_name": "Maria"}])
    world.worker.settle(NOW)
    maria = pid_of(world, "email", "maria@mail.example")
    ring = make_links(world.app)._ring
    old = Ticket(purpose=8, message=bytes(16), pid=maria, sent_s=1)  # type: ignore[arg-type]
    hear(world, HeardKind.START, "1", payload=ring.sign(old))
    assert pid_of(world) not in (0, maria)


def test_a_button_sets_a_trait_only_where_it_was_ours(world: World) -> None:
    sealed = make_links(world.app).seal("size=M")
    hear(world, HeardKind.TAP, "1", payload=sealed)
    hear(world, HeardKind.TAP, "2", payload="vip=yes")
    hear(world, HeardKind.TAP, "3", payload=f"vip=yes~{sealed.rpartition('~')[2]}")
    assert traits_of(world, pid_of(world)) == {"size": ("M", TraitSource.DECLARED)}


def test_a_receipt_finds_its_message_by_the_vendors_id_or_by_ours(world: World) -> None:
    hear(world, HeardKind.START, "1")
    pid, message = pid_of(world), make_id("message", "x")
    with world.app.store.write() as conn:
        vendor_ids.add(
            conn, 2, vendor_id=["1000:5"], message=[message], pid=[pid], run=[4], at_us=1
        )
    told = {"status": Status.DELIVERED, "address": ""}
    hear(world, HeardKind.RECEIPT, "2", vendor_id="1000:5", **told)
    hear(world, HeardKind.RECEIPT, "3", reference=f"{message.hex()}.{pid}.4", **told)
    hear(world, HeardKind.RECEIPT, "4", vendor_id="1000:6", **told)
    hear(world, HeardKind.RECEIPT, "5", reference="nonsense", **told)
    world.settle(seconds=2)
    events = world.events()
    found = events.filter(events["event"] == "Message Delivered")
    assert found["properties.message"].to_list() == [message.hex()] * 2
    assert found["pid"].to_list() == [pid] * 2 and found["properties.run"].to_list() == [4.0] * 2


def test_answers_come_with_the_language_they_are_written_in(world: World) -> None:
    texts = {
        "uk": "Дякую, замовлення вже приїхало, усе дуже сподобалося",
        "ru": "Спасибо, заказ уже приехал, всё очень понравилось",
        "en": "Thank you, the parcel has arrived and everything is fine",
        "mn": "Баярлалаа, захиалга маань ирлээ, үнэхээр таалагдлаа",
        "unknown": "👍 5",
    }
    hear(world, HeardKind.START, "0", at_us=NOW_US - 9)
    for n, text in enumerate(texts.values(), start=1):
        hear(world, HeardKind.MESSAGE, str(n), text=text, at_us=NOW_US - 9 + n)
    hear(world, HeardKind.MESSAGE, "photo", at_us=NOW_US - 1)
    world.settle(seconds=2)
    events = world.events().filter(pl.col("event") == "Message Replied").sort("ts")
    found = [json.loads(rest) if rest else {} for rest in events["rest"].to_list()]
    told = [(one.get("properties.text"), one.get("properties.language")) for one in found]
    assert told == [*((text, language) for language, text in texts.items()), (None, None)]


def test_a_strange_row_is_put_aside_and_stops_nobody(world: World) -> None:
    with world.app.store.write_inbox() as conn:
        rows = [
            inbox.Request(NOW_US, CALL, "internal", b"{}", b"[]"),
            inbox.Request(NOW_US, CALL, "internal", b"", b"\xff"),
        ]
        inbox.append(conn, rows)
    hear(world, HeardKind.START, "1")
    assert pid_of(world)
