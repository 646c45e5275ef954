"""Feeds over real connections: what servers answer, how they pack it, and where they lead."""

from __future__ import annotations

import gzip
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from maracuja.channels import telling
from maracuja.errors import BadInput, VendorDown
from maracuja.model import micros
from maracuja.runtime import feed_fetching, public_hosts
from maracuja.runtime.feed_fetching import Fetched, fetch
from maracuja.runtime.feed_keeping import POLL, FeedKeeping
from maracuja.runtime.launch_ground import Ground
from maracuja.store import feeds, products
from maracuja.store.engine import Store
from tests.unit.runtime.shop_people import NOON, apply, make_ground

BODY = b"id,title,price\nrod-7,Spinning rod,999.00\n"
TAG, SINCE = '"one"', "Fri, 20 Nov 2026 10:00:00 GMT"
GOOGLE = """<?xml version="1.0" encoding="{}"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>
<item><g:id>rod-7</g:id><title>Спінінг</title><g:price>999.00 UAH</g:price></item>
</channel></rss>"""
OUTSIDE = "127.0.0.2"  # stands for the internet where a test says so

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site(ThreadingHTTPServer):
    """A shop's server: what is at each path, and which requests came."""

    def __init__(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        super().__init__((host, 0), _Handler)
        self.at: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = f"http{'s' if tls else ''}://{host}:{self.server_port}"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_: object) -> None:
        """Clients that hang up early are no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.path, headers))
        self.server.at[self.path.partition("?")[0]](self)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def say(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        for name, value in headers.items():
            to.send_header(name.replace("_", "-"), value)
        to.send_header("Content-Length", str(len(body)))
        to.end_headers()
        to.wfile.write(body)

    return answer


def unless_known(to: BaseHTTPRequestHandler) -> None:
    """304 for who has it, by its mark alone or by its date alone."""
    known = to.headers["If-None-Match"] == TAG or to.headers["If-Modified-Since"] == SINCE
    say(304)(to) if known else say(200, BODY, ETag=TAG, Last_Modified=SINCE)(to)


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        thread.join()
        site.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as made:
        yield made


def private(url: str, etag: str = "", modified: str = "") -> Fetched:
    """Fetched as a shop does that allows addresses of its own network."""
    return fetch(url, etag, modified, private=True)


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    site.at["/f.csv"] = unless_known
    first = private(f"{site.url}/f.csv")
    assert first == Fetched(BODY, TAG, SINCE)
    assert private(f"{site.url}/f.csv", etag=first.etag) == Fetched(None)
    assert private(f"{site.url}/f.csv", modified=first.modified) == Fetched(None)
    assert private(f"{site.url}/f.csv", '"older"', "Thu, 19 Nov 2026 10:00:00 GMT") == first
    asked = [(h.get("if-none-match"), h.get("if-modified-since")) for _, h in site.asked]
    assert asked == [
        (None, None), (TAG, None), (None, SINCE), ('"older"', "Thu, 19 Nov 2026 10:00:00 GMT")
    ]  # fmt: skip
    assert all(h["accept-encoding"] == "gzip" for _, h in site.asked)


@pytest.mark.parametrize("status", [404, 500])
def test_an_answer_that_is_no_feed_is_told(site: Site, status: int) -> None:
    site.at["/f.csv"] = say(status, b"Sorry")
    with pytest.raises(VendorDown, match=rf"^The server of the feed answers {status}\.$"):
        private(f"{site.url}/f.csv")


def test_a_server_that_says_nothing_is_given_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    site.at["/f.csv"] = lambda _: ended.wait(10) and None
    monkeypatch.setattr(feed_fetching, "TIMEOUT_S", 0.1)
    with pytest.raises(VendorDown, match=r"gave no answer in 0\.1 seconds") as told:
        private(f"{site.url}/f.csv?key=secret")
    ended.set()
    assert "secret" not in f"{told.value} {told.value.where}"


def test_a_server_that_hangs_up_halfway_gives_nothing(site: Site) -> None:
    def half(to: BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        to.send_header("Content-Length", str(len(BODY)))
        to.end_headers()
        to.wfile.write(BODY[:20])

    site.at["/f.csv"] = half
    with pytest.raises(VendorDown, match="cannot be fetched"):
        private(f"{site.url}/f.csv")


def test_a_feed_may_be_packed_by_the_server_or_as_a_file(site: Site) -> None:
    packed = gzip.compress(BODY)
    site.at["/sent"] = say(200, packed, Content_Encoding="gzip")
    site.at["/f.csv.gz"] = say(200, packed, Content_Type="application/gzip")
    site.at["/parts"] = say(200, gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]))
    assert {private(site.url + path).body for path in site.at} == {BODY}


@pytest.mark.parametrize("end", [b"", b"\0" * 30], ids=["cut off", "spoilt"])
def test_a_feed_that_cannot_be_unpacked_whole_is_none(site: Site, end: bytes) -> None:
    site.at["/f"] = say(200, gzip.compress(BODY)[:-30] + end)
    with pytest.raises(BadInput, match=r"^The feed cannot be unpacked: "):
        private(f"{site.url}/f")


def test_a_feed_that_is_too_long_is_left_where_it_is(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_fetching, "BYTES_MAX", 100_000)
    site.at["/fits"] = say(200, b"x" * 100_000)
    site.at["/plain"] = say(200, b"x" * 100_001)
    site.at["/packed"] = say(200, gzip.compress(b"x" * 100_001))
    assert private(f"{site.url}/fits").body == b"x" * 100_000
    for path in ("/plain", "/packed"):
        with pytest.raises(BadInput, match="longer than 100,000 bytes"):
            private(site.url + path)


def test_a_redirect_is_followed_but_not_for_ever(site: Site) -> None:
    site.at |= {
        "/old": say(301, Location="/there/old"),
        "/there/old": say(302, Location="new"),
        "/there/new": say(200, BODY),
        "/round": say(307, Location="/round"),
        "/file": say(302, Location="file:///etc/passwd"),
    }
    assert private(f"{site.url}/old").body == BODY
    with pytest.raises(BadInput, match="redirects more than 5 times"):
        private(f"{site.url}/round")
    with pytest.raises(BadInput, match="no address of a feed"):
        private(f"{site.url}/file")


# ---------------------------------------------------------------- never inside


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", place / "key.pem", "-out", place / "own.pem", "-days", "2",
         "-subj", "/CN=shop", "-addext",
         f"subjectAltName=IP:{OUTSIDE},IP:127.0.0.1,DNS:feed.example"],
        check=True, capture_output=True,
    )  # fmt: skip
    return place


def tls(place: Path) -> ssl.SSLContext:
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(place / "own.pem", place / "key.pem")
    return made


@pytest.fixture
def outside(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server that this test alone takes for one on the internet, with a good certificate."""

    def is_public(host: str) -> bool:
        return host == OUTSIDE or telling.is_public(host)

    async def resolved(_: object, host: str, port: int, family: int) -> list[dict[str, Any]]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family,
                 "proto": 0, "flags": 0}]  # fmt: skip

    trusting = ssl.create_default_context(cafile=certificate / "own.pem")
    monkeypatch.setattr(feed_fetching, "is_public", is_public)
    monkeypatch.setattr(public_hosts, "is_public", is_public)
    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolved)
    monkeypatch.setattr(aiohttp, "TCPConnector", partial(aiohttp.TCPConnector, ssl=trusting))
    with serving(Site(OUTSIDE, tls(certificate))) as made:
        yield made


def test_a_redirect_into_this_network_is_refused(outside: Site, certificate: Path) -> None:
    with serving(Site(tls=tls(certificate))) as inside:
        port = inside.server_port
        outside.at |= {
            "/well": say(200, BODY),
            "/address": say(302, Location=f"https://127.0.0.1:{port}/f"),
            "/name": say(302, Location=f"https://feed.example:{port}/f"),
            "/plain": say(302, Location=f"http://{OUTSIDE}:{outside.server_port}/well"),
        }
        inside.at["/f"] = say(200, BODY)
        assert fetch(f"{outside.url}/well", "", "").body == BODY
        with pytest.raises(BadInput, match="leads into a private network"):
            fetch(f"{outside.url}/address", "", "")
        with pytest.raises(VendorDown, match=r"feed\.example leads into a private network"):
            fetch(f"{outside.url}/name", "", "")
        with pytest.raises(BadInput, match="begins with https"):
            fetch(f"{outside.url}/plain", "", "")
        assert inside.asked == []
        assert private(f"{outside.url}/address").body == BODY, "only the rule kept it away"


def test_a_certificate_that_nobody_knows_is_refused(certificate: Path) -> None:
    with serving(Site(tls=tls(certificate))) as site:
        site.at["/f"] = say(200, BODY)
        with pytest.raises(VendorDown, match="cannot be fetched"):
            private(f"{site.url}/f")
        assert site.asked == []


# ---------------------------------------------------------------- the worker's way


@pytest.fixture
def ground(store: Store, tmp_path: Path) -> Ground:
    return make_ground(store, tmp_path, 1)


def look(ground: Ground, url: str, form: str, hour: int = 0) -> tuple[feeds.FeedState, set[str]]:
    """What has become of the feed, and the titles of the catalogue."""
    apply(ground.store, f"kind: feed\nid: main\nsource: {url}\nform: {form}\n")
    came = threading.Event()

    def fetched(*known: str) -> Fetched:
        try:
            return private(*known)
        finally:
            came.set()

    keeping, at = FeedKeeping(ground, fetched), NOON + timedelta(hours=hour)
    while (due := keeping(at)) is not None and due <= at + POLL:
        assert came.wait(10)
    with ground.store.read() as conn:
        return feeds.get(conn, "main"), {one.title for one in products.every(conn)}


def test_the_worker_takes_a_feed_once_and_waits_where_its_server_fails(
    ground: Ground, site: Site
) -> None:
    site.at["/f.csv"] = unless_known
    states = [look(ground, f"{site.url}/f.csv", "csv", hour)[0].state for hour in range(2)]
    assert states == ["taken", "same"]
    site.at["/f.csv"] = say(500)
    state, titles = look(ground, f"{site.url}/f.csv", "csv", 2)
    assert (state.state, state.says) == ("failed", "The server of the feed answers 500.")
    assert state.due_us - micros(NOON) == (2 * 60 + 5) * 60_000_000
    assert titles == {"Spinning rod"}


def test_another_charset_is_read_where_the_feed_says_so(ground: Ground, site: Site) -> None:
    site.at |= {
        "/said.xml": say(200, GOOGLE.format("windows-1251").encode("cp1251")),
        "/unsaid.xml": say(200, GOOGLE.format("utf-8").encode("cp1251")),
        "/f.csv": say(200, "id,title\nrod-7,Спінінг\n".encode("cp1251")),
    }
    assert look(ground, f"{site.url}/said.xml", "google")[1] == {"Спінінг"}
    state, titles = look(ground, f"{site.url}/unsaid.xml", "google", 1)
    assert state.state == "failed" and "not well-formed" in state.says
    state, titles = look(ground, f"{site.url}/f.csv", "csv", 2)
    assert (state.state, state.says) == ("failed", "The feed is no CSV in UTF-8.")
    assert titles == {"Спінінг"}


def test_a_spoilt_feed_does_not_stop_the_worker(ground: Ground, site: Site) -> None:
    site.at["/f.csv"] = say(200, gzip.compress(BODY)[:-30] + b"\0" * 30)
    assert look(ground, f"{site.url}/f.csv", "csv")[0].state == "failed"
