"""A fast vendor in a process of its own: takes messages, gives ids, tells what became of each.

It speaks just enough HTTP to cost little. `GET /` tells what it has taken; messages whose text
begins with `code` are timed. Run by `python -m bench.delivery`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import sys
import time

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
CODE = re.compile(rb'"text":"(code [^"]*)"')
REFERENCE = re.compile(rb'"reference":"([^"]*)"')
KEY = re.compile(rb"idempotency-key: *(\w+)", re.IGNORECASE)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
EVENTS_IN_CALL = 200
CALL_S = 0.25


class Vendor:
    """What was taken, and the receipts that are to be told."""

    def __init__(self, hook: str, secret: str) -> None:
        host, _, self.path = hook.removeprefix("http://").partition("/")
        self.host, _, port = host.partition(":")
        self.port = int(port)
        self.secret = secret.encode()
        self.taken = self.doubled = self.told = 0
        self.first_s = self.last_s = 0.0
        self.keys: set[bytes] = set()
        self.codes: dict[str, float] = {}
        self.waiting: list[bytes] = []

    def take(self, head: bytes, body: bytes) -> bytes:
        """One message; its answer."""
        self.last_s = time.monotonic()
        self.first_s = self.first_s or self.last_s
        self.taken += 1
        key = KEY.search(head)
        if key is not None:
            self.doubled += key[1] in self.keys
            self.keys.add(key[1])
        if code := CODE.search(body):
            self.codes[code[1].decode()] = self.last_s
        elif reference := REFERENCE.search(body):
            self.waiting.append(reference[1])
        return b'{"id":"v%d"}' % self.taken

    def seen(self) -> bytes:
        """What there is to tell the bench."""
        names = ("taken", "doubled", "told", "first_s", "last_s", "codes")
        return json.dumps({name: getattr(self, name) for name in names}).encode()

    async def tell(self) -> None:
        """Call the webhook with what was delivered, some hundred receipts at once."""
        reader = writer = None
        while True:
            await asyncio.sleep(CALL_S if len(self.waiting) < EVENTS_IN_CALL else 0)
            some, self.waiting = self.waiting[:EVENTS_IN_CALL], self.waiting[EVENTS_IN_CALL:]
            if not some:
                continue
            at = time.time()
            events = [
                {
                    "id": f"e{self.told + n}",
                    "event": "delivered",
                    "at": at,
                    "reference": one.decode(),
                }
                for n, one in enumerate(some)
            ]
            body = json.dumps({"events": events}).encode()
            while True:
                try:
                    if writer is None:
                        reader, writer = await asyncio.open_connection(self.host, self.port)
                    assert reader is not None
                    writer.write(self._call(body))
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = LENGTH.search(head)
                    await reader.readexactly(int(length[1]) if length else 0)
                    if head.startswith(b"HTTP/1.1 200"):
                        break
                except (OSError, asyncio.IncompleteReadError):
                    writer = None
                await asyncio.sleep(0.5)
            self.told += len(some)

    def _call(self, body: bytes) -> bytes:
        at_s = int(time.time())
        mac = hmac.new(self.secret, b"%d." % at_s + body, hashlib.sha256).hexdigest()
        lines = [
            f"POST /{self.path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            "Content-Type: application/json",
            f"Maracuja-Signature: t={at_s},v1={mac}",
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connection(asyncio.Protocol):
    """One line: requests are answered as they come."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(data, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(data) < whole:
                break
            head, body, data = data[:end], data[end + 4 : whole], data[whole:]
            said = self.vendor.seen() if head.startswith(b"GET") else self.vendor.take(head, body)
            self.transport.write(OK % (len(said), said))
        self.rest = data


async def main(port: int, hook: str, secret: str) -> None:
    """Listen until the process is ended."""
    vendor = Vendor(hook, secret)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(vendor), "127.0.0.1", port)
    telling = asyncio.create_task(vendor.tell())
    async with server:
        await server.serve_forever()
    await telling


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
