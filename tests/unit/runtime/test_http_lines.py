"""Lines of HTTP/1.1 against servers that answer in every way, byte for byte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from maracuja.runtime.http_lines import Broken, HttpLines, NotOpened, Response, target

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Answers the n-th request with the n-th of its answers; None closes the line instead."""

    def __init__(self, answers: Sequence[bytes | None]) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.lines = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        try:
            while self.answers:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(
                    head.lower().partition(b"content-length: ")[2].partition(b"\r")[0] or 0
                )
                self.requests.append(head + await reader.readexactly(length))
                answer = self.answers.pop(0)
                if answer is None:
                    break
                for piece in answer.split(b"|"):
                    writer.write(piece)
                    await asyncio.sleep(0)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()


def talk(
    server: Server, ask: Callable[[HttpLines, str], Any], *, idle_s: float = 60.0, most: int = 1000
) -> Any:
    """What `ask` brings back from a server on loopback."""

    async def run() -> Any:
        async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            lines = HttpLines("Shop/1", idle_s=idle_s, answer_bytes_max=most)
            try:
                return await ask(lines, f"http://127.0.0.1:{port}/in?a=1")
            finally:
                lines.close()

    return asyncio.run(run())


def ask(times: int = 1, timeout_s: float = 20.0) -> Callable[[HttpLines, str], Any]:
    async def asking(lines: HttpLines, url: str) -> list[Response]:
        return [
            await lines.ask("POST", url, {"X-One": "1"}, b"body", timeout_s) for _ in range(times)
        ]

    return asking


def test_a_request_is_written_and_its_line_used_again() -> None:
    server = Server([OK, OK])
    answers = talk(server, ask(2))
    assert answers == [Response(200, {"content-length": "2"}, b"ok")] * 2
    assert server.lines == 1
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    first, *headers = head.decode().split("\r\n")
    assert first == "POST /in?a=1 HTTP/1.1" and body == b"body"
    assert headers[0].startswith("Host: 127.0.0.1:")
    assert {"User-Agent: Shop/1", "X-One: 1", "Content-Length: 4"} <= set(headers)


@pytest.mark.parametrize(
    ("answer", "found", "kept"),
    [
        (OK, b"ok", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\n\r\n",
         b"ok", True),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2\r\no|k\r\n0\r\nT: 1\r\n\r\n",
         b"ok", True),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nA: b\r\n\r\n" + OK, b"ok", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"", True),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", b"ok", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok", False),
        (b"HTTP/1.1 200\r\nContent-Length:2\r\n\r\no|k", b"ok", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nokokokoko", b"okok", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nokokokoko\r\n0\r\n\r\n",
         b"okok", False),
    ],
)  # fmt: skip
def test_bodies_of_every_kind(answer: bytes, found: bytes, kept: bool) -> None:
    server = Server([answer, OK])
    first, second = talk(server, ask(2), most=4)
    assert (first.body, second.body) == (found, b"ok")
    assert server.lines == (1 if kept else 2), "a line is used again only where it is clear"


def test_a_body_without_a_length_ends_with_the_line() -> None:
    server = Server([b"HTTP/1.1 500 Oops\r\n\r\nno|thing"])
    (answer,) = talk(server, ask())
    assert answer == Response(500, {}, b"nothing")


@pytest.mark.parametrize(
    "answer",
    [None, b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
     b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"HTTP/2 200\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nA: " + b"a" * 70_000],
)  # fmt: skip
def test_what_is_cut_or_no_http_is_unknown(answer: bytes | None) -> None:
    server = Server([answer])
    with pytest.raises(Broken) as fault:
        talk(server, ask())
    assert fault.value.written and len(server.requests) == 1, "and is never asked for twice"


def test_no_answer_in_time_is_unknown() -> None:
    with pytest.raises(Broken, match="in time"):
        talk(Server([b"HTTP/1.1 200 OK\r\n", OK]), ask(timeout_s=0.05))


def test_where_nobody_listens_nothing_was_written() -> None:
    async def asking(lines: HttpLines, url: str) -> Any:
        return await lines.ask("POST", "http://127.0.0.1:1/", {}, b"", 5.0)

    with pytest.raises(NotOpened):
        talk(Server([]), asking)


def test_a_line_that_the_server_has_closed_is_not_used() -> None:
    server = Server([OK])

    async def asking(lines: HttpLines, url: str) -> list[Response]:
        found = [await lines.ask("POST", url, {}, b"", 5.0)]
        (line,) = (one for several in lines._idle.values() for one in several)
        await line.reader.read()  # the server closes it after the last of its answers
        server.answers = [OK]
        return [*found, await lines.ask("POST", url, {}, b"", 5.0)]

    assert [one.body for one in talk(server, asking)] == [b"ok", b"ok"]
    assert server.lines == 2


def test_a_line_that_was_idle_for_long_is_not_used() -> None:
    server = Server([OK, OK])
    talk(server, ask(2), idle_s=0.0)
    assert server.lines == 2


@pytest.mark.parametrize("bad", ["a\r\nX-Two: 2", "a\nb", "a\rb"])
def test_nothing_can_be_slipped_into_the_headers(bad: str) -> None:
    server = Server([OK])

    async def asking(lines: HttpLines, url: str) -> Any:
        return await lines.ask("POST", url, {"X-One": bad}, b"", 5.0)

    with pytest.raises(ValueError, match="end of a line"):
        talk(server, asking)
    assert server.requests == []


@pytest.mark.parametrize(
    ("url", "host", "port", "name", "path"),
    [
        ("https://api.example/a/b?c=d%20e&f", "api.example", 443, "api.example", "/a/b?c=d%20e&f"),
        ("http://Shop.example:8080", "shop.example", 8080, "Shop.example:8080", "/"),
        ("https://u:p@h.example/x y", "h.example", 443, "h.example", "/x%20y"),
        ("http://[::1]:9/ї", "::1", 9, "[::1]:9", "/%D1%97"),
        ("https://a.example/bot1:AA_b/send#x", "a.example", 443, "a.example", "/bot1:AA_b/send"),
    ],
)  # fmt: skip
def test_targets(url: str, host: str, port: int, name: str, path: str) -> None:
    to = target(url)
    assert (to.host, to.port, to.name, to.path) == (host, port, name, path)
    assert to.secure == url.startswith("https")


@pytest.mark.parametrize("url", ["", "/x", "ftp://a.example/", "https://"])
def test_what_is_no_target(url: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        target(url)
