"""SpamAssassin's answers are read; one that is none is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from maracuja.errors import VendorDown, VendorError
from maracuja.runtime.spamd import Rule, ask, read_answer

ANSWER = b"""SPAMD/1.1 0 EX_OK\r
Content-length: 500\r
Spam: True ; 6.3 / 5.0\r
\r
Content analysis details:   (6.3 points, 5.0 required)

 pts rule name              description
---- ---------------------- --------------------------------------------------
 1.8 DRUGS_ERECTILE         Refers to an erectile drug
 0.5 SUBJ_ALL_CAPS          Subject is all capitals
 4.0 HTML_IMAGE_ONLY_04     BODY: HTML: images with 0-400 bytes of
                            words
-0.0 NO_RELAYS              Informational
"""


def test_an_answer_is_read_the_worst_rule_first() -> None:
    found = read_answer(ANSWER)
    assert (found.score, found.threshold, found.spam) == (6.3, 5.0, True)
    assert found.rules[0] == Rule(
        4.0, "HTML_IMAGE_ONLY_04", "BODY: HTML: images with 0-400 bytes of words"
    )
    assert [rule.name for rule in found.rules[1:3]] == ["DRUGS_ERECTILE", "SUBJ_ALL_CAPS"]


@pytest.mark.parametrize(
    "told", [b"", b"HTTP/1.1 400 Bad\r\n\r\n", b"SPAMD/1.1 76 Bad header\r\n\r\n",
             b"SPAMD/1.1 0 EX_OK\r\n\r\n", b"\xff" * 100]
)  # fmt: skip
def test_what_is_no_answer_is_told(told: bytes) -> None:
    with pytest.raises(VendorError):
        read_answer(told)


@pytest.fixture
def server() -> Iterator[tuple[str, list[bytes]]]:
    taken: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            line, _ = listening.accept()
            with line:
                told = b""
                while piece := line.recv(65_536):
                    told += piece
                taken.append(told)
                line.sendall(ANSWER)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}", taken
        thread.join(10)


def test_a_mail_is_given_whole(server: tuple[str, list[bytes]]) -> None:
    address, taken = server
    assert ask(address, b"Subject: x\r\n\r\nhello\r\n").score == 6.3
    head, _, body = taken[0].partition(b"\r\n\r\n")
    assert head == b"REPORT SPAMC/1.5\r\nContent-length: 21"
    assert body == b"Subject: x\r\n\r\nhello\r\n"


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.0.0.1:none"])
def test_nobody_there_is_told(address: str) -> None:
    with pytest.raises(VendorDown, match="SpamAssassin"):
        ask(address, b"x", timeout_s=2)
