"""The mail sink ends every line that it has taken, also one that nobody has begun to hear."""

from __future__ import annotations

import gc
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from maracuja.simulate.sink import MailSink

ROUNDS = 12
LINES = 4


@pytest.fixture
def left() -> Iterator[list[str]]:
    """What the garbage collector finds open while the test runs."""
    gc.collect()  # what others left is not ours
    gc.freeze()
    found: list[str] = []
    before = sys.unraisablehook
    sys.unraisablehook = lambda told: found.append(str(told.exc_value))
    yield found
    sys.unraisablehook = before
    gc.unfreeze()


def _silent(port: int) -> socket.socket:
    """A client that is gone before it was greeted."""
    return socket.create_connection(("127.0.0.1", port))


def _dies_in_its_text(port: int) -> socket.socket:
    """A client that stops in the middle of a message."""
    line = _silent(port)
    line.recv(500)
    for said in (b"EHLO x", b"MAIL FROM:<a@b.example>", b"RCPT TO:<c@d.example>", b"DATA"):
        line.sendall(said + b"\r\n")
        line.recv(500)
    line.sendall(b"Subject: x\r\n")
    return line


@pytest.mark.parametrize("client", [_silent, _dies_in_its_text])
def test_no_line_outlives_the_sink(
    client: Callable[[int], socket.socket], left: list[Any]
) -> None:
    for _ in range(ROUNDS):
        with MailSink() as sink:
            lines = [client(sink.port) for _ in range(LINES)]
        del sink
        for line in lines:
            line.close()
        gc.collect()
    assert left == []
