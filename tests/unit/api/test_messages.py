"""Single messages over the API: one for each key, sent by the worker, told rung by rung."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from maracuja import app as composition
from maracuja.config import Messages
from maracuja.links.tokens import Purpose
from maracuja.model import ConsentState, micros
from maracuja.runtime import delivery_parcels
from maracuja.store import erase, posted, status_calls, suppressions
from maracuja.store.schema import posted_files
from tests.unit.api.api_world import NOON, World, agree, define
from tests.unit.runtime.delivery_world import Obedient

CODE = {"to": {"address": "new@shop.example"}, "channel": "email", "text": "Your code is 4071."}


@dataclass
class Shop:
    """The world with a worker whose mail goes nowhere."""

    world: World
    mail: Obedient = field(default_factory=Obedient)

    def __post_init__(self) -> None:
        self.world.worker.close()
        self.world.worker = composition.make_worker(
            self.world.app, holder="test", transport=self.mail
        )

    def post(self, key: str = "k1", status: int = 202, **asked: Any) -> Any:
        """One message under a key."""
        body = {**(asked or CODE), "idempotency_key": key}
        answer = self.world.ask("POST", "/v1/messages", json=body, key="server key")
        assert answer.status_code == status, answer.text
        return answer.json()

    def see(self, number: str) -> Any:
        return self.world.get(f"/v1/messages/{number}")

    def statuses(self, number: str) -> list[str]:
        return [one["status"] for one in self.see(number)["events"]]

    def settle(self, **after: float) -> None:
        self.world.worker.settle(NOON + timedelta(**after))

    def sent_to(self) -> list[str]:
        return [mail.recipient for mail in self.mail.carried]


@pytest.fixture
def shop(world: World) -> Iterator[Shop]:
    made = Shop(world)
    yield made
    made.world.worker.close()


def test_a_message_is_durable_then_sent_and_its_ladder_told(shop: Shop) -> None:
    asked = shop.post()
    assert (asked["status"], len(asked["id"])) == ("queued", 32)
    shop.settle()
    assert shop.sent_to() == ["new@shop.example"]
    assert b"Your code is 4071." in shop.mail.carried[0].data
    assert shop.statuses(asked["id"]) == ["queued", "sent"]
    (found,) = shop.world.items("/api/people?who=new@shop.example")
    assert found["pid"] > 0  # an address that nobody had is a person now


def test_the_same_key_is_one_message_and_another_body_is_refused(shop: Shop) -> None:
    first = shop.post()
    assert shop.post()["id"] == first["id"]
    again = shop.world.ask(
        "POST", "/v1/messages", json=CODE, headers={"Idempotency-Key": "k1"}, key="server key"
    )
    assert again.json()["id"] == first["id"]
    shop.settle()
    assert shop.post()["status"] == "sent"
    refused = shop.post(status=409, **{**CODE, "text": "Your code is 5555."})
    assert refused["code"] == "conflict"
    shop.settle()
    assert len(shop.mail.carried) == 1


def test_a_template_speaks_with_data_and_traits(shop: Shop) -> None:
    text = "{{ person.first_name }}: {{ data.seats }} seats, {{ data.number }}"
    english = {"language": "en", "subject": "Booking {{ data.number }}", "text": text}
    assert shop.world.put("template", "booking", variants=[english]).status_code == 200
    data = {"number": "K-1042", "seats": 2}
    ids = [
        shop.post(f"b{i}", to={"external_id": f"u{i}"}, template="booking", data=data)["id"]
        for i in (3, 4)
    ]
    lacking = shop.post("b5", to={"external_id": "u5"}, template="booking")["id"]
    shop.settle()
    assert sorted(shop.sent_to()) == ["p3@shop.example", "p4@shop.example"]
    assert all(b"Booking K-1042" in mail.data for mail in shop.mail.carried)
    assert b"Name3: 2 seats, K-1042" in shop.mail.carried[0].data + shop.mail.carried[1].data
    assert [shop.see(one)["status"] for one in ids] == ["sent", "sent"]
    failed = shop.see(lacking)
    assert failed["status"] == "failed"
    assert "data." in failed["events"][-1]["raw"]


def test_it_waits_for_its_time_and_ends_with_it(shop: Shop) -> None:
    at = (NOON + timedelta(hours=2)).isoformat()
    waits = shop.post("later", **CODE, send_at=at)["id"]
    until = (NOON + timedelta(minutes=5)).isoformat()
    ends = shop.post("ends", **{**CODE, "to": {"external_id": "u1"}}, expires_at=until)["id"]
    shop.settle(minutes=10)
    assert shop.sent_to() == []
    assert shop.see(ends)["status"] == "expired"
    shop.settle(hours=2)
    assert shop.sent_to() == ["new@shop.example"]
    assert shop.see(waits)["status"] == "sent"


def test_consent_to_marketing_is_not_asked_but_suppression_holds(shop: Shop) -> None:
    salt = shop.world.app.secrets.suppression_salt
    with shop.world.app.store.write() as conn:
        digest = suppressions.digest(salt, "email", "p3@shop.example")
        suppressions.add(conn, channel="email", digest=[digest], reason="by_hand", at_us=1)
    free = shop.post("free", to={"external_id": "u2"}, text="Booked.")["id"]
    shut = shop.post("shut", to={"external_id": "u3"}, text="Booked.")["id"]
    gone = shop.post("gone", to={"external_id": "nobody"}, text="Booked.")["id"]
    shop.settle()
    assert shop.sent_to() == ["p2@shop.example"]
    told = {one: shop.see(one)["events"][-1] for one in (free, shut, gone)}
    assert told[free]["status"] == "sent"
    assert (told[shut]["status"], told[shut]["code"]) == ("failed", "suppressed")
    assert (told[gone]["status"], told[gone]["code"]) == ("failed", "gone")
    assert ConsentState.UNKNOWN == 0


def test_an_erased_person_leaves_nothing_of_it(shop: Shop) -> None:
    sent = shop.post("sent", to={"external_id": "u2"}, text="Booked.")["id"]
    shop.settle()
    late = (NOON + timedelta(days=1)).isoformat()
    by_id = shop.post("id", to={"external_id": "u2"}, text="Soon.", send_at=late)["id"]
    mail = {**CODE, "to": {"address": "P2@shop.example"}}
    by_mail = shop.post("mail", **mail, send_at=late)["id"]
    (found,) = shop.world.items("/api/people?who=u2")
    with shop.world.app.store.write() as conn:
        salt = shop.world.app.secrets.suppression_salt
        done = erase.erase(conn, found["pid"], salt=salt, now_us=micros(NOON))
        assert done.counts["posted"] == 3
        for number in (sent, by_id, by_mail):
            assert posted.get(conn, bytes.fromhex(number)) is None
            assert posted.steps(conn, bytes.fromhex(number)) == []
    assert shop.world.ask("GET", f"/v1/messages/{sent}").status_code == 404


def test_a_message_goes_out_while_a_campaign_is_launched(shop: Shop) -> None:
    define(shop.world)
    agree(shop.world)
    assert shop.world.ask("POST", "/api/campaigns/fruit/launch").status_code == 200
    shop.post()
    shop.settle()
    assert shop.sent_to()[0] == "new@shop.example"
    assert len(shop.sent_to()) > 10


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"to": {}}, "to"),
        ({"to": {"external_id": "u1", "address": "a@b.example"}}, "to"),
        ({"channel": ""}, "channel"),
        ({"channel": "pigeon"}, "channel"),
        ({"to": {"address": "nonsense"}}, "to.address"),
        ({"text": ""}, "template"),
        ({"data": {"a": 1}}, "data"),
        ({"send_at": "2026-12-01T09:00:00"}, "send_at"),
        ({"expires_at": "2026-11-01T09:00:00Z"}, "expires_at"),
        ({"text": "Only today: 50% discount, buy now!"}, "text"),
        ({"buttons": [{"text": "x"}]}, "buttons"),
        ({"surprise": 1}, "body.surprise"),
    ],
)
def test_what_is_wrong_is_said_at_once(shop: Shop, changed: dict[str, Any], where: str) -> None:
    refused = shop.post(status=400, **{**CODE, **changed})
    assert refused["where"] == where, refused


def test_only_server_and_admin_keys_may_ask(shop: Shop) -> None:
    for key, status in (("browser key", 403), (None, 401), ("admin key", 202)):
        body = {**CODE, "idempotency_key": "who"}
        answer = shop.world.ask("POST", "/v1/messages", json=body, key=key)
        assert answer.status_code == status, answer.text
    assert shop.world.ask("POST", "/v1/messages", json=CODE).status_code == 400  # without a key
    missing = shop.world.ask("GET", f"/v1/messages/{'0' * 32}", key="server key")
    assert missing.status_code == 404
    assert (
        shop.world.ask("POST", "/api/sending/stop", json={}, key="server key").status_code == 403
    )


def test_the_description_shows_examples_that_are_taken(shop: Shop) -> None:
    described = shop.world.get("/openapi.json")["paths"]["/v1/messages"]["post"]
    examples = described["requestBody"]["content"]["application/json"]["examples"]
    shop.world.put(
        "template",
        "booking",
        variants=[{"language": "en", "subject": "Booked", "text": "{{ data.number }}"}],
    )
    for one in examples.values():
        answer = shop.world.ask("POST", "/v1/messages", json=one["value"], key="server key")
        assert answer.status_code == 202, answer.text


PDF = b"%PDF-1.7 " + bytes(range(256))
PAPER = {
    "name": "Рахунок.pdf",
    "type": "application/pdf",
    "content": base64.b64encode(PDF).decode(),
}


def files_kept(shop: Shop) -> int:
    with shop.world.app.store.read() as conn:
        return int(conn.execute(select(func.count()).select_from(posted_files)).scalar() or 0)


def test_files_go_out_in_the_mail_and_are_kept_no_longer(shop: Shop) -> None:
    at = (NOON + timedelta(hours=2)).isoformat()
    asked = shop.post(**CODE, attachments=[PAPER, {**PAPER, "name": "2.pdf"}], send_at=at)
    assert shop.post(**CODE, attachments=[PAPER, {**PAPER, "name": "2.pdf"}], send_at=at) == asked
    other = {**PAPER, "content": base64.b64encode(b"%PDF else").decode()}
    shop.post(status=409, **CODE, attachments=[other], send_at=at)
    shop.settle(minutes=1)
    assert files_kept(shop) == 2
    shop.settle(hours=2)
    read = message_from_bytes(shop.mail.carried[0].data, policy=policy.default)
    found = [(one.get_filename(), one.get_payload(decode=True)) for one in read.iter_attachments()]
    assert found == [("Рахунок.pdf", PDF), ("2.pdf", PDF)]
    assert shop.see(asked["id"])["status"] == "sent"
    assert files_kept(shop) == 0


def test_files_go_with_a_template_and_with_the_person(shop: Shop) -> None:
    text = {"language": "en", "subject": "Booked", "text": "Your ticket."}
    assert shop.world.put("template", "ticket", variants=[text]).status_code == 200
    shop.post("t", to={"external_id": "u3"}, template="ticket", attachments=[PAPER])
    shop.settle()
    read = message_from_bytes(shop.mail.carried[0].data, policy=policy.default)
    assert [one.get_filename() for one in read.iter_attachments()] == ["Рахунок.pdf"]
    late = (NOON + timedelta(days=1)).isoformat()
    shop.post("late", to={"external_id": "u2"}, text="x", attachments=[PAPER], send_at=late)
    assert files_kept(shop) == 1
    (found,) = shop.world.items("/api/people?who=u2")
    with shop.world.app.store.write() as conn:
        erase.erase(conn, found["pid"], salt="00" * 16, now_us=micros(NOON))
    assert files_kept(shop) == 0


def test_files_that_cannot_be_sent_are_deleted_with_the_reason(shop: Shop) -> None:
    gone = shop.post("g", to={"external_id": "nobody"}, text="x", attachments=[PAPER])["id"]
    assert files_kept(shop) == 1
    shop.settle()
    assert shop.see(gone)["status"] == "failed"
    assert files_kept(shop) == 0


def test_a_batch_holds_only_so_many_bytes_of_files(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_parcels, "FILE_BYTES_MAX", len(PDF) * 2)
    for n in range(5):
        shop.post(f"k{n}", to={"external_id": f"u{n + 1}"}, text="x", attachments=[PAPER])
    shop.settle()
    assert len(shop.mail.carried) == 5
    assert all(b"multipart/mixed" in mail.data for mail in shop.mail.carried)


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"attachments": [{**PAPER, "name": "a.exe"}]}, 422, "could be run"),
        ({"attachments": [{**PAPER, "content": "not base64!"}]}, 400, "base64"),
        ({"attachments": [{**PAPER, "content": ""}]}, 400, "empty"),
        ({"attachments": [PAPER] * 11}, 400, "10"),
        (
            {"attachments": [{**PAPER, "content": base64.b64encode(bytes(7_000_001)).decode()}]},
            422,
            "carries 7000000",
        ),
        ({"attachments": [{**PAPER, "content": "A" * 12_000_000}]}, 413, "12000000"),
        ({"media": [{"kind": "file", "url": "https://a.example/b.pdf"}]}, 422, "email carries no"),
        ({"channel": "telegram", "to": {"address": "1"}, "attachments": [PAPER]}, 422, "media"),
        ({"background": True}, 422, "email shows every message"),
    ],
)
def test_what_cannot_be_carried_is_said_at_once(
    shop: Shop, changed: dict[str, Any], status: int, words: str
) -> None:
    refused = shop.post(status=status, **{**CODE, **changed})
    assert words in f"{refused}", refused
    assert files_kept(shop) == 0


def test_without_a_secret_nobody_can_be_told(shop: Shop) -> None:
    refused = shop.post(status=400, **CODE, status_url="https://shop.example/told")
    assert refused["where"] == "status_url" and "status_secret" in refused["fix"]


def test_what_becomes_of_it_is_kept_for_whoever_asked(shop: Shop) -> None:
    config = msgspec.structs.replace(
        shop.world.app.config,
        messages=Messages(status_secret="s" * 16, status_url="https://shop.example/all"),
    )
    object.__setattr__(shop.world.app, "config", config)
    own = shop.post(**CODE, status_url="https://shop.example/told")["id"]
    default = shop.post("k2", **CODE)["id"]
    private = shop.post("k3", status=400, **CODE, status_url="https://10.0.0.1/")
    assert private["where"] == "status_url"
    shop.settle()
    found: dict[str, list[tuple[int, str, str]]] = {}
    for _ in range(2):
        with shop.world.app.store.write() as conn:
            calls = status_calls.due(conn, micros(NOON))
            status_calls.taken(conn, calls)
        for call in calls:
            found.setdefault(call.message.hex(), []).append((call.n, call.status.value, call.url))
    for number, url in ((own, "told"), (default, "all")):
        address = f"https://shop.example/{url}"
        assert found[number] == [(0, "queued", address), (1, "sent", address)]


POLL = {
    "question": "How was it?",
    "trait": "visit",
    "answers": [{"text": "Good", "value": "good"}, {"text": "Bad", "value": "bad"}],
}


def test_a_message_may_ask_a_question(shop: Shop) -> None:
    shop.post(**CODE, html="<p>Thank you.</p>", poll=POLL)
    shop.settle()
    mail = message_from_bytes(shop.mail.carried[0].data, policy=policy.default)
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    good, bad = re.findall(r'href="[^"]+/v/([A-Za-z0-9_-]+)"', html)
    ticket = composition.key_ring(shop.world.app).read(bad, Purpose.VOTE)
    assert good != bad and ticket is not None and '"bad"' in ticket.detail
    twice = {**POLL, "answers": [{"text": "Good"}, {"text": "Good"}]}
    refused = shop.post("twice", status=400, **CODE, poll=twice)
    assert refused["where"] == "poll" and "the same" in refused["detail"]
    sets = [{"text": "Yes", "url": "https://shop.example", "sets": "a=b"}]
    refused = shop.post("sets", status=400, **{**CODE, "channel": "telegram"}, buttons=sets)
    assert refused["where"] == "buttons"
