"""Links are followed to their end, and never into this network."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from maracuja.runtime.link_check import LinkSeen, check_links, findings


class _Site(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        if self.path == "/gone":
            self.send_response(404)
        elif self.path == "/no-head" and self.command == "HEAD":
            self.send_response(405)
        elif self.path == "/walled":
            self.send_response(403)
        elif self.path == "/once":
            self._lead("/well")
        elif self.path == "/twice":
            self._lead("/once")
        elif self.path == "/round":
            self._lead("/round")
        elif self.path == "/inside":
            self._lead("http://169.254.169.254/latest")
        elif self.path == "/file":
            self._lead("file:///etc/passwd")
        else:
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _lead(self, to: str) -> None:
        self.send_response(302)
        self.send_header("Location", to)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def one(url: str) -> LinkSeen:
    [found] = check_links([url, url], private=True)
    return found


def test_what_is_well_has_no_fault(site: str) -> None:
    assert one(f"{site}/well") == LinkSeen(f"{site}/well", 200, f"{site}/well", 0, "")
    assert one(f"{site}/no-head").status == 200
    assert one(f"{site}/walled").fault == "", "it lets no program in, people perhaps"


def test_what_is_broken_says_how(site: str) -> None:
    assert one(f"{site}/gone").fault == "answers 404"
    assert one(f"{site}/round").fault == "leads on more than 5 times"
    assert one("http://127.0.0.1:1/").fault.startswith("cannot be reached")
    assert one(f"{site}/file").fault == "is no web address"
    [told] = findings([one(f"{site}/gone")], "t: variants[0]")
    assert (told.level, told.code, told.where) == ("warning", "broken_link", "t: variants[0]")


def test_redirects_are_counted_and_told(site: str) -> None:
    seen = one(f"{site}/twice")
    assert (seen.hops, seen.final, seen.status) == (2, f"{site}/well", 200)
    [told] = findings([seen._replace(final="https://shop.example/")], "t")
    assert told.code == "redirected"
    [plain] = findings([seen], "t")
    assert plain.code == "plain_http"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://localhost/", "http://10.0.0.1/x", "http://[::1]/",
     "http://169.254.169.254/latest", "http://0x7f000001/", "http://2130706433/",
     "http://192.168.1.1:8080/", "https://user@shop.example/", "https://shop.example:22/",
     "ftp://shop.example/", "http://[fe80::1]/"],
)  # fmt: skip
def test_nothing_of_this_network_is_asked(url: str) -> None:
    [seen] = check_links([url])
    assert seen.status == 0 and seen.fault


def test_a_redirect_does_not_lead_inside(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from maracuja.runtime import link_check

    real = link_check._refused
    monkeypatch.setattr(
        link_check,
        "_refused",
        lambda url, *, private: "" if url.startswith(site) else real(url, private=False),
    )
    [seen] = check_links([f"{site}/inside"], private=True)
    assert seen.fault == "leads into a private network"


def test_a_name_that_leads_inside_is_refused() -> None:
    [seen] = check_links(["http://localhost.localdomain/"])
    assert seen.fault


def test_there_are_never_too_many() -> None:
    assert len(check_links([f"ftp://{n}.example" for n in range(200)])) == 60
    assert check_links([]) == []
