"""What the links of a delivered message do, through the HTTP routes, over a real store."""

from __future__ import annotations

import asyncio
import base64
import email
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from email import policy
from pathlib import Path
from smtplib import SMTP, SMTPDataError
from socket import socket
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from sqlalchemy import delete

from maracuja.api.links import links_router
from maracuja.channels.email import Email
from maracuja.channels.email_settings import EmailSettings
from maracuja.clock import SimClock
from maracuja.errors import Overloaded
from maracuja.ingest.deliveries import read_deliveries
from maracuja.links.making import LinkMaker
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import ConsentState, DeliveryEvent, Status
from maracuja.runtime.link_actions import LinkActions
from maracuja.runtime.report_server import ReportServer
from maracuja.store import consents, definitions, inbox
from maracuja.store.engine import Store
from maracuja.store.schema import merges, profiles
from tests.unit.runtime.delivery_world import NOW, RING, World, facts_of, later, message_id

PHONE = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1.15"}


class Browser:
    """Asks an ASGI application, one request after another, without keeping anything."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, url: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._ask("GET", url, **options))

    def head(self, url: str) -> httpx.Response:
        return asyncio.run(self._ask("HEAD", url))

    def post(self, url: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._ask("POST", url, **options))

    async def _ask(self, method: str, url: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(
            transport=transport, base_url="https://go.example", headers=PHONE
        ) as client:
            return await client.request(method, url, **options)


class Site:
    """The routes over a world, with a clock that is set by hand and an inbox that is a list."""

    def __init__(self, world: World) -> None:
        self.world, self.clock = world, SimClock(later(minutes=30))
        self.rows: list[inbox.Request] = []
        self.full = False
        self.links = LinkMaker("https://go.example", RING)
        actions = LinkActions(world.store, world.root, RING, self.links)
        app = FastAPI()
        app.include_router(links_router(actions, self._put, self.clock))
        self.client = Browser(app)

    async def _put(self, row: inbox.Request) -> None:
        if self.full:
            raise Overloaded("full")
        self.rows.append(row)

    def events(self) -> list[DeliveryEvent]:
        told = read_deliveries([_request(row) for row in self.rows])
        assert not told.refused
        return told.events

    def addresses(self, n: int = 0) -> dict[str, str]:
        """Path letter -> address in the HTML of the n-th mail."""
        mail = email.message_from_bytes(
            self.world.transport.carried[n].data, policy=policy.default
        )
        html = mail.get_body(("html",)).get_content()  # type: ignore[attr-defined]
        found = re.findall(r'"(https://go\.example/(\w)/[^"]+)"', html)
        return {letter: address for address, letter in found}

    def token(self, purpose: Purpose, pid: int = 1) -> str:
        return RING.sign(
            Ticket(purpose=purpose, message=message_id(pid), pid=pid, run=1, channel=1)
        )

    def state(self, pid: int = 1, topic: str = "news") -> ConsentState:
        with self.world.store.read() as conn:
            return ConsentState(int(consents.states(conn, [pid], topic, "email")[0]))


def _request(row: inbox.Request) -> Any:
    from maracuja.ingest.calls import Request

    return Request(1, *row)


@pytest.fixture
def site(sqlite_store: Store, tmp_path: Path) -> Iterator[Site]:
    world = World(sqlite_store, tmp_path / "lake")
    topics = [
        {"kind": "topic", "id": "news", "names": {"en": "News", "uk": "Новини"}},
        {"kind": "topic", "id": "sale", "names": {"en": "Sales <3"}, "text_version": "7"},
        {"kind": "topic", "id": "orders", "type": "service"},
    ]
    with sqlite_store.write() as conn:
        for topic in topics:
            definitions.put(
                conn, "topic", str(topic["id"]), topic, base=None, now_us=1, actor="test"
            )
    world.ready(3)
    world.run()
    yield Site(world)
    world.delivery.close()


def test_a_press_is_counted_and_leads_on(site: Site) -> None:
    answer = site.client.get(site.addresses()["c"])
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://shop.example/sale?x=1&utm_source=")
    assert answer.headers["cache-control"] == "no-store"
    [event] = site.events()
    assert (event.status, event.pid, event.run, event.machine) == (Status.CLICKED, 1, 1, False)
    assert event.message_id == message_id(1) and event.url == answer.headers["location"]


def test_an_opening_is_counted_with_what_opened_it(site: Site) -> None:
    address = site.addresses()["o"]
    answer = site.client.get(address)
    assert answer.headers["content-type"] == "image/gif" and answer.content[:6] == b"GIF89a"
    site.client.get(address, headers={"user-agent": "Mozilla/5.0"})
    assert [(e.status, e.machine) for e in site.events()] == [
        (Status.READ, False),
        (Status.READ, True),
    ]


def test_scanners_are_machines(site: Site) -> None:
    address = site.addresses()["c"]
    site.client.head(address)
    [event] = site.events()
    assert event.machine and event.raw == "method HEAD"


@pytest.mark.parametrize("path", ["c", "u", "p", "w"])
def test_a_forged_link_leads_nowhere(site: Site, path: str) -> None:
    other = site.addresses()["c"].rpartition("/")[2] if path != "c" else "AAAA" * 20
    for token in ("x", other, "%0d%0aLocation:%20evil.example"):
        answer = site.client.get(f"/{path}/{token}", headers={"accept-language": "uk"})
        assert answer.status_code == 404 and "location" not in answer.headers
    assert 'lang="uk"' in answer.text and site.rows == []


def test_a_reader_is_led_on_even_where_nothing_can_be_counted(site: Site) -> None:
    site.full = True
    assert site.client.get(site.addresses()["c"]).status_code == 302
    assert site.client.get(site.addresses()["o"]).status_code == 200


def test_looking_at_the_page_unsubscribes_nobody(site: Site) -> None:
    address = site.addresses()["u"]
    for _ in range(2):
        answer = site.client.get(address)
        site.client.head(address)
    assert answer.status_code == 200 and '<form method="post">' in answer.text
    assert site.state() is ConsentState.OPTED_IN


@pytest.mark.parametrize("multipart", [False, True])
def test_one_click_takes_effect_before_the_next_message(site: Site, multipart: bool) -> None:
    mail = email.message_from_bytes(site.world.transport.carried[0].data)
    address = mail["List-Unsubscribe"].strip("<>")
    field = {"List-Unsubscribe": "One-Click"}
    for _ in range(2):
        if multipart:
            answer = site.client.post(address, files={k: (None, v) for k, v in field.items()})
        else:
            answer = site.client.post(address, data=field)
        assert answer.status_code == 200 and "set-cookie" not in answer.headers
    assert site.state() is ConsentState.OPTED_OUT
    with site.world.store.read() as conn:
        said = consents.history(conn, 1)
    assert [(w.source, w.message_id) for w in said[1:]] == [("one_click", message_id(1))]
    _, event, properties = site.world.events()[-1]
    assert event == "Subscription Updated" and properties["state"] == "opted_out"

    site.world.launch([1, 2, 3], facts=facts_of(id="second"), chunk=2)
    site.world.run()
    counted = Counter(site.world.recipients())
    assert counted == {"p1@mail.example": 1, "p2@mail.example": 2, "p3@mail.example": 2}


def test_the_button_is_the_second_tap(site: Site) -> None:
    answer = site.client.post(site.addresses()["u"], data={"lang": "uk"})
    assert answer.status_code == 200 and "Новини" in answer.text
    assert site.state() is ConsentState.OPTED_OUT
    with site.world.store.read() as conn:
        word = consents.history(conn, 1)[-1]
    assert (word.source, word.language, word.text_version) == ("preference_page", "uk", "1")
    [leads_to] = re.findall(r'href="(https://go\.example/p/[^"]+)"', answer.text)
    assert site.client.get(leads_to).status_code == 200


def test_out_holds_for_whom_the_person_has_become(site: Site) -> None:
    site.world.add_people([9])
    with site.world.store.write() as conn:
        row = {"pid": 1, "canonical": 9, "at_us": 1, "rule": "email", "crossed": False}
        conn.execute(merges.insert().values(row))
    site.client.post(site.addresses()["u"], data={"List-Unsubscribe": "One-Click"})
    assert site.state(9) is ConsentState.OPTED_OUT


def test_preferences_are_kept_with_their_text(site: Site) -> None:
    address = f"/p/{site.token(Purpose.PREFERENCES)}"
    page = site.client.get(address).text
    assert 'value="news/email" checked' in page and 'value="sale/email">' in page
    assert "Sales &lt;3" in page and "orders" not in page

    page = site.client.post(address, data={"on": "sale/email", "do": "save", "lang": "mn"}).text
    assert 'role="status"' in page and 'lang="mn"' in page
    assert site.state(topic="news") is ConsentState.OPTED_OUT
    assert site.state(topic="sale") is ConsentState.OPTED_IN
    with site.world.store.read() as conn:
        word = next(w for w in consents.history(conn, 1) if w.topic == "sale")
    assert (word.source, word.text_version, word.language) == ("preference_page", "7", "mn")

    site.client.post(address, data={"on": ["sale/email", "orders/email", "x/y"], "do": "save"})
    with site.world.store.read() as conn:
        assert len(consents.history(conn, 1)) == 3, "only what changes is a new word"


def test_everything_can_be_stopped_with_one_button(site: Site) -> None:
    address = f"/p/{site.token(Purpose.PREFERENCES)}"
    answer = site.client.post(address, data={"on": ["news/email", "sale/email"], "do": "none"})
    assert "no more news" in answer.text
    assert site.state(topic="news") is site.state(topic="sale") is ConsentState.OPTED_OUT


def test_a_mail_to_the_address_for_leaving_takes_effect(site: Site) -> None:
    channel = Email(EmailSettings(reports_port=1), RING)
    actions = LinkActions(site.world.store, site.world.root, RING, site.links)
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ReportServer(
        site.world.store, channel, site.clock, actions.leave_by_mail, host="127.0.0.1", port=port
    )
    token = RING.sign(Ticket(purpose=Purpose.LEAVE, message=message_id(1), pid=1, run=1))
    forged = KeyRing([b"x" * 32]).sign(
        Ticket(purpose=Purpose.LEAVE, message=message_id(2), pid=2, run=1)
    )
    server.start()
    try:
        with SMTP("127.0.0.1", port) as client:
            client.sendmail("m@mail.example", [f"unsub+{token}@shop.example"], "Subject: out\n\nx")
            with pytest.raises(SMTPDataError):
                client.sendmail("m@mail.example", [f"unsub+{forged}@shop.example"], "\nx")
    finally:
        server.stop()
    assert site.state(1) is ConsentState.OPTED_OUT
    assert site.state(2) is ConsentState.OPTED_IN
    with site.world.store.read() as conn:
        said = consents.history(conn, 1)
    assert (said[-1].source, said[-1].message_id) == ("mailto", message_id(1))


@pytest.mark.parametrize("language", ["en", "ru", "uk", "mn"])
def test_pages_speak_every_language_and_load_nothing(site: Site, language: str) -> None:
    for path, purpose in (("p", Purpose.PREFERENCES), ("u", Purpose.UNSUBSCRIBE)):
        answer = site.client.get(f"/{path}/{site.token(purpose)}?lang={language}")
        assert f'<html lang="{language}">' in answer.text
        assert not re.findall(r"<(script|img|link|iframe)\b", answer.text)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert len(re.findall("<h1>", answer.text)) == 1 and "viewport" in answer.text


def test_a_form_that_is_none_changes_nothing_and_breaks_nothing(site: Site) -> None:
    address = f"/p/{site.token(Purpose.PREFERENCES)}"
    for body in (b"\xff\xfe", b"&" * 60_000, b"a=1&" * 5_000, b"x" * 200_000):
        assert site.client.post(address, content=body).status_code == 200


def test_the_message_can_be_read_in_the_browser(site: Site) -> None:
    answer = site.client.get(f"/w/{site.token(Purpose.VIEW, pid=2)}")
    assert answer.status_code == 200 and "Hello P2" in answer.text
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["cache-control"] == "no-store"
    for path in (site.world.root / "bodies").rglob("*.parquet"):
        path.unlink()
    answer = site.client.get(f"/w/{site.token(Purpose.VIEW, pid=2)}")
    assert answer.status_code == 404 and "kept no longer" in answer.text


def _view(site: Site, sent: datetime, pid: int = 1) -> str:
    ticket = Ticket(
        purpose=Purpose.VIEW,
        message=message_id(pid),
        pid=pid,
        run=1,
        channel=1,
        sent_s=int(sent.timestamp()),
    )
    return f"/w/{RING.sign(ticket)}"


def test_the_page_is_the_mail_as_it_was_sent(site: Site) -> None:
    mail = email.message_from_bytes(site.world.transport.carried[0].data, policy=policy.default)
    html = mail.get_body(("html",)).get_content()  # type: ignore[attr-defined]
    site.clock.advance(timedelta(days=30))
    answer = site.client.get(_view(site, NOW))
    assert answer.text.strip() == html.strip(), "links and all"


def test_a_view_ends(site: Site) -> None:
    site.clock.advance(timedelta(days=179))
    assert site.client.get(_view(site, NOW)).status_code == 200
    site.clock.advance(timedelta(days=2))
    answer = site.client.get(_view(site, NOW))
    assert answer.status_code == 404 and "Hello" not in answer.text


def test_nobody_reads_by_guessing_or_changing_a_link(site: Site) -> None:
    token = _view(site, NOW).removeprefix("/w/")
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for n in range(len(raw)):
        raw[n] ^= 1
        changed = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
        raw[n] ^= 1
        answer = site.client.get(f"/w/{changed}")
        assert answer.status_code == 404 and "Hello" not in answer.text
    for purpose in (Purpose.CLICK, Purpose.UNSUBSCRIBE, Purpose.PREFERENCES):
        assert site.client.get(f"/w/{site.token(purpose)}").status_code == 404


def test_who_was_forgotten_is_shown_to_nobody(site: Site) -> None:
    address = _view(site, NOW)
    assert "Hello P1" in site.client.get(address).text
    with site.world.store.write() as conn:
        conn.execute(delete(profiles).where(profiles.c.pid == 1))
    answer = site.client.get(address)
    assert answer.status_code == 404 and "Hello" not in answer.text


def test_the_clock_of_a_press_is_ours(site: Site) -> None:
    site.clock.advance(timedelta(hours=2))
    site.client.get(site.addresses()["c"])
    [event] = site.events()
    assert msgspec.json.decode(site.rows[0].body)[0]["at_us"] == event.at_us
    assert site.rows[0].key_kind == "internal"
