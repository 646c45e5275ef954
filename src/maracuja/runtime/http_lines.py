"""Lines of HTTP/1.1 to vendors: one request after another on each, kept open between them.

It does what sending a message needs and no more: no redirects, cookies, proxies or compression. A
quarter of the time of a client that does all of that; see docs/why.md.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from maracuja.clock import monotonic_s

HEAD_BYTES_MAX: Final = 64 * 1024
OPEN_S: Final = 0.25  # until the next address of a name is tried beside the first
_KEPT: Final = "%/:=&?~#+!$,;'@()*[]"  # as they stand in an address
_BODILESS: Final = (204, 304)


class NotOpened(Exception):
    """No line could be had: nothing was written."""


class Broken(Exception):
    """The line broke, or what came is no HTTP; `written`: the server may have the request."""

    def __init__(self, words: str, *, written: bool) -> None:
        super().__init__(words)
        self.written = written


class Response(NamedTuple):
    """What a server answered: names of headers in lower case, the first part of a long body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Target(NamedTuple):
    """Where a request goes: `path` with its query, `name` for the Host header."""

    secure: bool
    host: str
    port: int
    name: str
    path: str


@lru_cache(maxsize=256)
def target(url: str) -> Target:
    """The parts of an address, with what may not stand in one written as %XX."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{parts.scheme or 'it'} is no address over HTTP")
    query = f"?{parts.query}" if parts.query else ""
    path = quote(f"{parts.path or '/'}{query}", safe=_KEPT)
    port = parts.port or (443 if secure else 80)
    return Target(secure, parts.hostname, port, parts.netloc.rpartition("@")[2], path)


class HttpLines:
    """The lines of one account. `answer_bytes_max` of a body are read. One event loop only."""

    def __init__(self, user_agent: str, *, idle_s: float, answer_bytes_max: int) -> None:
        self._user_agent = user_agent
        self._idle_s = idle_s
        self._most = answer_bytes_max
        self._idle: dict[tuple[bool, str, int], list[_Line]] = {}
        self._tls: ssl.SSLContext | None = None

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> Response:
        """The answer to one request. Raises NotOpened and Broken, which says how far it got."""
        to = target(url)
        octets = self._octets(method, to, headers, body)
        written = False
        try:
            async with asyncio.timeout(timeout_s):
                line = self._kept(to) or await self._opened(to)
                written = True
                line.writer.write(octets)
                response = await _read(line.reader, self._most)
        except TimeoutError as fault:
            if not written:
                raise NotOpened("no line in time") from fault
            line.writer.close()
            raise Broken("no answer in time", written=True) from fault
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as fault:
            if not written:
                raise NotOpened(f"{type(fault).__name__}: {fault}") from fault
            line.writer.close()
            raise Broken(f"{type(fault).__name__}: {fault}", written=True) from fault
        except BaseException:
            if written:
                line.writer.close()
            raise
        if response.keeps:
            line.since_s = monotonic_s()
            self._idle.setdefault(to[:3], []).append(line)
        else:
            line.writer.close()
        return response.answer

    def close(self) -> None:
        """Close every line."""
        lines = [line for several in self._idle.values() for line in several]
        self._idle.clear()
        for line in lines:
            line.writer.close()

    def _octets(self, method: str, to: Target, headers: Mapping[str, str], body: bytes) -> bytes:
        lines = [f"{method} {to.path} HTTP/1.1", f"Host: {to.name}"]
        names = {name.lower() for name in headers}
        if "user-agent" not in names:
            lines.append(f"User-Agent: {self._user_agent}")
        if "accept" not in names:
            lines.append("Accept: */*")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body or method not in ("GET", "HEAD"):
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines)
        if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
            raise ValueError("a header holds the end of a line")
        return head.encode("latin-1") + b"\r\n\r\n" + body

    def _kept(self, to: Target) -> _Line | None:
        """An open line that was used lately."""
        several = self._idle.get(to[:3], [])
        while several:
            line = several.pop()
            fresh = monotonic_s() - line.since_s < self._idle_s
            if fresh and not line.reader.at_eof() and not line.writer.is_closing():
                return line
            line.writer.close()
        return None

    async def _opened(self, to: Target) -> _Line:
        tls = None
        if to.secure:
            tls = self._tls = self._tls or ssl.create_default_context()
        reader, writer = await asyncio.open_connection(
            to.host, to.port, ssl=tls, limit=HEAD_BYTES_MAX, happy_eyeballs_delay=OPEN_S
        )
        return _Line(reader, writer)


class _Line:
    """One connection, used at `since_s` for the last time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.since_s = 0.0


class _Read(NamedTuple):
    """A response, and whether its line may carry another request."""

    answer: Response
    keeps: bool


async def _read(reader: asyncio.StreamReader, most: int) -> _Read:
    """The next final response of a line. Raises Broken for what is no HTTP."""
    status = 100
    while status < 200:  # what comes before the answer is not the answer
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head[:-4].split("\r\n")
        version, _, rest = first.partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdigit() or rest[:3] < "100":
            raise Broken("the answer is no HTTP", written=True)
        status = int(rest[:3])
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    keeps = version == "HTTP/1.1" and "close" not in headers.get("connection", "").lower()
    if status in _BODILESS:
        body = b""
    elif "chunked" in headers.get("transfer-encoding", "").lower():
        body, whole = await _chunks(reader, most)
        keeps &= whole
    elif (length := headers.get("content-length")) is not None:
        if not length.isdigit():
            raise Broken("the answer has no length", written=True)
        body = await reader.readexactly(min(int(length), most))
        keeps &= int(length) <= most
    else:
        body, keeps = await _until_closed(reader, most), False
    return _Read(Response(status, headers, body), keeps)


async def _chunks(reader: asyncio.StreamReader, most: int) -> tuple[bytes, bool]:
    """A body in chunks, and whether it was read to its end."""
    body = bytearray()
    while len(body) <= most:
        size = (await reader.readuntil(b"\r\n")).partition(b";")[0].strip()
        try:
            length = int(size, 16)
        except ValueError:
            raise Broken("the answer is no HTTP", written=True) from None
        if length == 0:
            while await reader.readuntil(b"\r\n") != b"\r\n":
                pass  # trailers
            return bytes(body), True
        body += await reader.readexactly(min(length, most + 1))
        if length > most:
            break
        await reader.readexactly(2)
    return bytes(body[:most]), False


async def _until_closed(reader: asyncio.StreamReader, most: int) -> bytes:
    body = bytearray()
    while len(body) < most and (piece := await reader.read(most - len(body))):
        body += piece
    return bytes(body)
