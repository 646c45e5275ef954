"""A simulated vendor behind a real HTTP/2 server on loopback, in a thread of its own.

Plain (prior knowledge) or with a certificate of one's own. It keeps nothing of what it carries.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, StreamEnded
from h2.exceptions import H2Error
from h2.settings import SettingCodes

from maracuja.channels.http import HttpRequest
from maracuja.simulate.vendors.http import HttpVendor

STREAMS_MAX: Final = 4  # at once, so that a client has to wait


@contextmanager
def serving_http2(
    vendor: HttpVendor, tls: ssl.SSLContext | None = None, goaway_after: int = 0
) -> Iterator[str]:
    """The address of a server that answers as the vendor does; a lost answer breaks the line.

    After `goaway_after` requests of a line (0: never) it says that it takes no more on it.
    """
    loop = asyncio.new_event_loop()
    servers: list[asyncio.Server] = []

    async def start() -> int:
        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _Peer(vendor, reader, writer, goaway_after).run()

        server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=tls)
        servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def stop() -> None:
        for server in servers:
            server.close()
        rest = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
        for one in rest:
            one.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, name="http2", daemon=True)
    thread.start()
    try:
        port = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class _Peer:
    """One client's line."""

    def __init__(
        self,
        vendor: HttpVendor,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        goaway_after: int,
    ) -> None:
        self._vendor, self._reader, self._writer = vendor, reader, writer
        self._goaway_after = goaway_after
        self._h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._asked: dict[int, tuple[dict[str, str], bytearray]] = {}
        self._seen = 0

    async def run(self) -> None:
        """Answer until the client goes, or an answer is lost."""
        self._h2.initiate_connection()
        self._h2.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: STREAMS_MAX})
        try:
            await self._flush()
            while data := await self._reader.read(65_536):
                for event in self._h2.receive_data(data):
                    if not self._hear(event):
                        return
                await self._flush()
        except (H2Error, OSError):
            return
        finally:
            self._writer.close()

    def _hear(self, event: Event) -> bool:
        """Whether the line still stands."""
        if isinstance(event, RequestReceived):
            headers = {str(name): str(value) for name, value in event.headers or ()}
            self._asked[event.stream_id or 0] = (headers, bytearray())
        elif isinstance(event, DataReceived):
            self._asked[event.stream_id][1].extend(event.data or b"")
            self._h2.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
        elif isinstance(event, StreamEnded):
            return self._answer(event.stream_id or 0)
        return True

    def _answer(self, number: int) -> bool:
        headers, body = self._asked.pop(number)
        self._seen += 1
        if self._goaway_after and self._seen > self._goaway_after:
            self._h2.close_connection(last_stream_id=number - 2)
            self._writer.write(self._h2.data_to_send())
            return False
        asked = HttpRequest(
            url=f"{headers[':scheme']}://{headers[':authority']}{headers[':path']}",
            method=headers[":method"],
            headers={name: value for name, value in headers.items() if name[0] != ":"},
            body=bytes(body),
        )
        said, _ = self._vendor.answer(asked)
        if said.lost:
            return False
        self._h2.send_headers(number, [(":status", str(said.code)), *said.headers.items()])
        self._h2.send_data(number, said.text.encode(), end_stream=True)
        return True

    async def _flush(self) -> None:
        self._writer.write(self._h2.data_to_send())
        await self._writer.drain()
