"""Proof of a message, the record of processing, retention by kind, and breaches."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.campaigns.law import Controller
from maracuja.errors import BadInput, Conflict, NotFound
from maracuja.model import ConsentState, FileKind, micros
from maracuja.rng import make_id
from maracuja.runtime import breach_words, breach_work, processing_record, retention_work
from maracuja.runtime.conversation_keeping import ConversationKeeping
from maracuja.runtime.erasing import erase_person
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.message_proof import prove
from maracuja.runtime.processing_record import UNKNOWN
from maracuja.store import consents, definitions, manifest, people
from maracuja.store.engine import Store
from maracuja.ui import law_html
from tests.unit.runtime.small_shop import Shop, build

LAW = """
kind: law
controller: {name: Fruit Ltd, address: "1 Market Street, Kyiv", contact: law@fruit.example}
purposes: [tell customers of the harvest]
recipients: [{channel: email, name: Post Ltd, country: UA, keep: 7 days}]
keep: {events: 30, bodies: 60, decisions: 90, conversations: 10, refused: 5}
---
{kind: trait, id: city, purpose: name the nearest shop, basis: consent, keep: 30 days}
"""


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    built = build(store, tmp_path / "shop", size=12)
    built.project()
    return built


def ground(shop: Shop) -> Ground:
    return Ground(shop.store, shop.lake, shop.config)


def declare(shop: Shop, text: str = LAW) -> None:
    with shop.store.write() as conn:
        for one in decode_text(text):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="test", now_us=1)


def message_of(shop: Shop, external_id: str) -> str:
    return make_id("message", "hello", "once", shop.find(external_id)).hex()


# ---------------------------------------------------------------- proof


def test_a_message_is_proven_with_text_consent_decision_and_delivery(shop: Shop) -> None:
    proof = prove(ground(shop), message_of(shop, "customer-3"), shop.now)
    assert (proof.campaign, proof.topic, proof.channel) == ("hello", "news", "email")
    assert (proof.law, proof.country, proof.marketing) == ("ukraine", "UA", True)
    text = proof.text
    assert text is not None and text.address == "person003@mail.example"
    assert "Name003x" in text.text + text.subject
    assert text.template_version == 1 and len(text.sha256) == 64
    assert "[unsubscribe" in text.text or "unsubscribe" in text.html or text.text
    (word,) = proof.consent
    assert (word.state, word.source, word.text_version) == ("opted_in", "form", "2")
    assert [one.what for one in proof.decisions] == ["send"]
    told = [one.what for one in proof.delivery]
    assert told[0] == "Message Sent" and "Message Bounced" in told
    assert proof.gaps == ()
    page = law_html.proof_html(proof)
    assert "<script" not in page and "person003@mail.example" in page
    assert text.sha256 in page
    assert msgspec.json.decode(msgspec.json.encode(proof))["message"] == proof.message


def test_later_words_change_no_proof(shop: Shop) -> None:
    pid = shop.find("customer-3")
    with shop.store.write() as conn:
        consents.record(
            conn,
            pid=[pid],
            topic="news",
            channel="email",
            state=int(ConsentState.OPTED_OUT),
            at_us=1,
            recorded_us=micros(shop.now),
            source="page",
        )
        body = msgspec.json.decode(definitions.get(conn, "template", "hello").body)
        body["variants"][0]["text"] += " More."
        definitions.put(conn, "template", "hello", body, base=None, actor="t", now_us=2)
    proof = prove(ground(shop), message_of(shop, "customer-3"), shop.now)
    assert [one.state for one in proof.consent] == ["opted_in"]
    assert proof.text is not None and proof.text.template_version == 1
    assert "More." not in proof.text.text


def test_of_an_erased_person_only_the_decision_stays(shop: Shop) -> None:
    message = message_of(shop, "customer-3")
    erase_person(shop.place, shop.projection, shop.find("customer-3"), shop.now)
    try:
        proof = prove(ground(shop), message, shop.now)
    except NotFound:
        return  # its id went with the person, which is as good
    assert proof.pid is None and proof.text is None and proof.consent == ()
    assert "erased" in proof.gaps[0]


def test_what_is_no_message_is_said_so(shop: Shop) -> None:
    with pytest.raises(BadInput, match="no id"):
        prove(ground(shop), "hello", shop.now)
    with pytest.raises(NotFound, match="no message"):
        prove(ground(shop), "00" * 16, shop.now)


# ---------------------------------------------------------------- record of processing


def test_the_record_is_made_from_the_configuration(shop: Shop) -> None:
    before = processing_record.record(shop.store, shop.config, shop.now)
    assert [one.channel for one in before.channels] == ["email"]
    assert before.channels[0].country == UNKNOWN
    assert any("controller" in one for one in before.lacks)
    assert any("city" in one for one in before.lacks)
    declare(shop)
    record = processing_record.record(shop.store, shop.config, shop.now)
    assert record.controller.name == "Fruit Ltd"
    assert record.purposes == ("tell customers of the harvest",)
    (mail,) = record.channels
    assert (mail.recipient, mail.country, mail.keeps) == ("Post Ltd", "UA", "7 days")
    city = next(one for one in record.traits if one.name == "city")
    assert (city.purpose, city.basis, city.kept, city.declared) == (
        "name the nearest shop",
        "consent",
        "30 days",
        True,
    )
    assert not any("controller" in one or "recipient of" in one for one in record.lacks)
    page = law_html.record_html(record)
    assert "Fruit Ltd" in page and "<script" not in page and "Not declared yet" in page


# ---------------------------------------------------------------- retention


def test_each_kind_of_data_goes_in_its_time(shop: Shop) -> None:
    declare(shop)
    kept = {one.kind: one for one in retention_work.report(shop.store, shop.config, shop.now)}
    assert {kind: kept[kind].days for kind in ("events", "bodies", "decisions")} == {
        "events": 30,
        "bodies": 60,
        "decisions": 90,
    }
    assert kept["conversations"].days == 10 and kept["refused"].days == 5
    assert kept["events"].by == "law" and kept["trait city"].days == 30
    assert kept["bodies"].oldest is not None

    def kinds() -> set[FileKind]:
        with shop.store.read() as conn:
            return {one.kind for one in manifest.live(conn, list(FileKind), micros(shop.now))}

    names = {FileKind.EVENTS, FileKind.BODIES, FileKind.DECISIONS}
    assert kinds() >= names
    for days, left in ((32, 2), (62, 1), (92, 0)):
        late = shop.now + timedelta(days=days)
        shop_now, shop.now = shop.now, late
        shop.keep_up()
        assert len(kinds() & names) == left
        shop.now = shop_now


def test_values_of_traits_outlive_their_time_and_go(shop: Shop) -> None:
    declare(shop)
    shop.now += timedelta(days=29)
    shop.call({"type": "identify", "userId": "customer-1", "traits": {"city": "Odesa"}})
    shop.project()
    shop.keep_up()
    shop.now += timedelta(days=3)
    shop.keep_up()
    with shop.store.read() as conn:
        cities = {
            n: people.get(conn, shop.find(f"customer-{n}")).traits.get("city") for n in (1, 2)
        }
        email = people.get(conn, shop.find("customer-2")).traits.get("email")
    assert cities[1] is not None and cities[1].value == "Odesa"
    assert cities[2] is None and email is not None


def test_conversations_are_kept_as_the_law_says(shop: Shop) -> None:
    keeping = ConversationKeeping(shop.store, shop.config.conversations)
    declare(shop)
    keeping(shop.now)
    assert keeping._kept == timedelta(days=10)


# ---------------------------------------------------------------- breaches


def note(shop: Shop, **given: object) -> breach_work.BreachShown:
    with shop.store.write() as conn:
        return breach_work.note(conn, "a list was sent out", actor="ann", now=shop.now, **given)  # type: ignore[arg-type]


def test_a_breach_has_its_clock_its_people_and_its_steps(shop: Shop) -> None:
    leak = note(shop, data="names, addresses")
    assert leak.due == shop.now + timedelta(hours=24) and leak.people is None
    counted = breach_work.count(ground(shop), leak.id, actor="ann", now=shop.now)
    with shop.store.read() as conn:
        assert counted.people == people.count(conn)
    assert counted.laws == ("ukraine",)
    assert counted.due == shop.now + timedelta(hours=72)
    assert "Human Rights" in counted.authorities[0]
    with shop.store.write() as conn:
        done = breach_work.report(conn, leak.id, to="authority", actor="bob", now=shop.now)
        assert done.reported == shop.now and not done.late
        with pytest.raises(Conflict):
            breach_work.report(conn, leak.id, to="authority", actor="bob", now=shop.now)
        with pytest.raises(BadInput, match="nobody to tell"):
            breach_work.report(conn, leak.id, to="press", actor="bob", now=shop.now)
        with pytest.raises(BadInput, match="what was done"):
            breach_work.close(conn, leak.id, "", actor="bob", now=shop.now)
        closed = breach_work.close(conn, leak.id, "access was taken", actor="bob", now=shop.now)
        assert closed.closed and [one.action for one in closed.steps] == [
            "breach_noted",
            "breach_counted",
            "breach_told_authority",
            "breach_closed",
        ]
        assert [one.id for one in breach_work.listed(conn, shop.now)] == [leak.id]


def test_the_people_of_a_segment_or_of_a_time_are_counted(shop: Shop) -> None:
    declare(shop, "{kind: segment, id: vips, where: [{trait: vip, is: true}]}")
    vips = note(shop, scope="vips")
    assert breach_work.count(ground(shop), vips.id, actor="a", now=shop.now).people == 6
    with pytest.raises(NotFound):
        note(shop, scope="nobody")
    early = datetime(2020, 1, 1, tzinfo=shop.now.tzinfo)
    long_ago = note(shop, since=early, until=early + timedelta(days=1))
    assert breach_work.count(ground(shop), long_ago.id, actor="a", now=shop.now).people == 0
    lately = note(shop, since=shop.now - timedelta(days=1), until=shop.now)
    assert breach_work.count(ground(shop), lately.id, actor="a", now=shop.now).people == 12
    with pytest.raises(BadInput, match="ends before"):
        note(shop, since=shop.now, until=early)
    with pytest.raises(BadInput, match="future"):
        note(shop, noticed=shop.now + timedelta(days=1))


def test_the_texts_name_what_is_known_and_mark_what_is_not(shop: Shop) -> None:
    leak = note(shop)
    who = Controller(name="Fruit Ltd", contact="law@fruit.example")
    said = breach_words.text(leak, "authority", "gdpr", who, "Shop")
    assert "Fruit Ltd" in said and "GDPR art. 33(1)" in said
    assert "[kinds of data]" in said and "[number]" in said
    for language in breach_words.LANGUAGES:
        assert "law@fruit.example" in breach_words.text(leak, "people", "", who, "S", language)
    with pytest.raises(BadInput):
        breach_words.text(leak, "people", "", who, "S", "fr")
