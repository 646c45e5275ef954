"""The HTTP transport over HTTP/2: many requests at once on one line for each server.

What the server says it has not looked at may be sent again; what was written and not answered is
unknown. It decides nothing.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import H2Error

from maracuja.channels.base import Answer, Stage
from maracuja.channels.http import HttpChannel, HttpRequest
from maracuja.clock import monotonic_s
from maracuja.runtime.http import ANSWER_BYTES_MAX, HttpTransport

IDLE_S: Final = 60.0  # a line that was silent for so long may be dead without our knowing
READ_BYTES: Final = 64 * 1024


class _NotTaken(Exception):
    """The server has not looked at the request: it may be sent again."""


class _Broken(Exception):
    """The line broke after the request was begun: nobody knows."""


@dataclass
class _Stream:
    """One request under way."""

    done: asyncio.Future[Answer]
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)


class Http2Transport(HttpTransport):
    """Carries the requests of one account over HTTP/2; without TLS only to loopback.

    `tls` is for servers whose certificates are not the world's.
    """

    def __init__(
        self,
        channel: HttpChannel,
        now: Callable[[], datetime],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(channel, now)
        self._tls = tls
        self._open: dict[str, _Line] = {}
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Close every line."""
        lines, self._open = self._open, {}
        for line in lines.values():
            await line.close()
        await super().close()

    async def _carry(self, request: HttpRequest) -> Answer:
        """One request: the vendor's answer, or how far it had got."""
        # A request's own authorization goes before the account's: it is for another server.
        headers = {**self._channel.credentials(), **request.headers}
        stage = Stage.CONNECT
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                line = await self._line(request.url)
                stage = Stage.GIVEN
                answer = await line.ask(request, headers)
        except _NotTaken as fault:
            return Answer(stage=Stage.CONNECT, text=self._words(fault), lost=True)
        except (_Broken, H2Error, TimeoutError, OSError) as fault:
            return Answer(stage=stage, text=self._words(fault), lost=True)
        return Answer(
            stage=answer.stage,
            code=answer.code,
            text=self._hidden(answer.text),
            headers=answer.headers,
        )

    async def _line(self, url: str) -> _Line:
        """The open line to a server; a new one where there is none, or it may be dead."""
        where = urlsplit(url)
        async with self._opening:
            line = self._open.get(where.netloc)
            if line is not None and line.usable():
                return line
            if line is not None:
                await line.close()
            secure = where.scheme == "https"
            port = where.port or (443 if secure else 80)
            tls = (self._tls or _context()) if secure else None
            reader, writer = await asyncio.open_connection(where.hostname, port, ssl=tls)
            spoken = writer.get_extra_info("ssl_object") if secure else None
            if spoken is not None and spoken.selected_alpn_protocol() != "h2":
                writer.close()
                raise OSError("the server does not speak HTTP/2")
            line = self._open[where.netloc] = _Line(reader, writer)
            await line.begin()
            return line


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2"])
    return context


class _Line:
    """One connection: requests as streams of it, and a task that reads what comes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self._streams: dict[int, _Stream] = {}
        self._changed = asyncio.Event()
        self._used_s = monotonic_s()
        self._ending = False  # nothing new may begin
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """The preface, and reading."""
        self._h2.initiate_connection()
        await self._flush()
        self._task = asyncio.create_task(self._read())

    def usable(self) -> bool:
        """Whether a new request may be begun."""
        return not self._ending and (bool(self._streams) or monotonic_s() - self._used_s < IDLE_S)

    async def close(self) -> None:
        """Say that it is over, and let go."""
        self._ending = True
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            return

    async def ask(self, request: HttpRequest, headers: Mapping[str, str]) -> Answer:
        """The answer to one request. Raises _NotTaken or _Broken."""
        while not self._ending and not self._room():
            await self._change()
        if self._ending:
            raise _NotTaken("the line is being closed")
        number = self._h2.get_next_available_stream_id()
        stream = self._streams[number] = _Stream(asyncio.get_running_loop().create_future())
        try:
            body = request.body
            self._h2.send_headers(number, _headers(request, headers), end_stream=not body)
            await self._flush()
            if body:
                await self._give(number, stream, body)
            return await stream.done
        except asyncio.CancelledError:
            self._cancel(number)
            raise
        finally:
            self._streams.pop(number, None)
            if stream.done.done() and not stream.done.cancelled():
                stream.done.exception()  # it has been looked at
            self._used_s = monotonic_s()
            self._tell_change()

    def _room(self) -> bool:
        return self._h2.open_outbound_streams < self._h2.remote_settings.max_concurrent_streams

    async def _give(self, number: int, stream: _Stream, body: bytes) -> None:
        """The body, as fast as the server's windows let it go."""
        rest = memoryview(body)
        while rest and not stream.done.done():
            room = self._h2.local_flow_control_window(number)
            size = min(len(rest), room, self._h2.max_outbound_frame_size)
            if not size:
                await self._change()
                continue
            self._h2.send_data(number, bytes(rest[:size]), end_stream=size == len(rest))
            rest = rest[size:]
            await self._flush()

    def _cancel(self, number: int) -> None:
        """Tell the server that nobody waits for the answer any more."""
        try:
            self._h2.reset_stream(number, ErrorCodes.CANCEL)
            self._writer.write(self._h2.data_to_send())
        except (H2Error, OSError, RuntimeError):
            self._ending = True

    async def _change(self) -> None:
        """Wait until something is different: a window, a setting, the end of a stream."""
        self._changed.clear()
        await self._changed.wait()

    def _tell_change(self) -> None:
        self._changed.set()

    async def _flush(self) -> None:
        self._writer.write(self._h2.data_to_send())
        await self._writer.drain()

    # ------------------------------------------------------------ what comes

    async def _read(self) -> None:
        """Read until the line ends; whoever waits then learns that it broke."""
        why = "the server closed the line"
        try:
            while data := await self._reader.read(READ_BYTES):
                for event in self._h2.receive_data(data):
                    self._hear(event)
                await self._flush()
                self._tell_change()
        except (H2Error, OSError) as fault:
            why = f"{type(fault).__name__}: {fault}"
        finally:
            self._ending = True
            for stream in self._streams.values():
                _fail(stream, _Broken(why))
            self._tell_change()

    def _hear(self, event: Event) -> None:
        if isinstance(event, ConnectionTerminated):
            self._ending = True
            last = event.last_stream_id or 0
            for number, unseen in self._streams.items():
                if number > last:
                    _fail(unseen, _NotTaken("the server is closing the line"))
            return
        stream = self._streams.get(getattr(event, "stream_id", 0) or 0)
        if isinstance(event, DataReceived):
            self._h2.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
        if stream is None:
            return
        if isinstance(event, ResponseReceived):
            stream.headers = {str(name).lower(): str(value) for name, value in event.headers or ()}
        elif isinstance(event, DataReceived):
            stream.body += (event.data or b"")[: ANSWER_BYTES_MAX - len(stream.body)]
        elif isinstance(event, StreamEnded):
            _end(stream)
        elif isinstance(event, StreamReset):
            refused = event.error_code == ErrorCodes.REFUSED_STREAM
            words = f"the server broke off: {event.error_code}"
            _fail(stream, _NotTaken(words) if refused else _Broken(words))


def _headers(request: HttpRequest, headers: Mapping[str, str]) -> list[tuple[str, str]]:
    where = urlsplit(request.url)
    path = where.path or "/"
    return [
        (":method", request.method),
        (":authority", where.netloc),
        (":scheme", where.scheme),
        (":path", f"{path}?{where.query}" if where.query else path),
        *((name.lower(), value) for name, value in headers.items() if value),
    ]


def _end(stream: _Stream) -> None:
    if not stream.done.done():
        status = stream.headers.pop(":status", "0")
        text = stream.body.decode("utf-8", "replace")
        stream.done.set_result(
            Answer(stage=Stage.GIVEN, code=int(status), text=text, headers=stream.headers)
        )


def _fail(stream: _Stream, fault: Exception) -> None:
    if not stream.done.done():
        stream.done.set_exception(fault)
