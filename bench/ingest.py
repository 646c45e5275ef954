"""How fast requests become durable, beside FastAPI and pydantic, and inbox rows become the lake.

Both servers are granian with one worker, the same keys, limits and inbox with group commit; the
load comes over 128 loopback connections. Rounds take turns. Run: `python -m bench.ingest`.
"""

import argparse
import asyncio
import base64
import gzip
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from maracuja.model import FileKind, micros
from maracuja.runtime.packing import pack, unpack
from maracuja.runtime.projection import Projection
from maracuja.store import inbox, keys, manifest, meta, migrating, people
from maracuja.store.engine import Store, open_store

DATA = Path("bench-data/ingest")
NOW = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
CONNECTIONS = 128
PIPELINED = 2  # requests that a connection sends at once, so that the load is cheap to make
BODIES = 64
EVENTS_IN_BATCH = 100
PEOPLE = 20_000
VISIT = 10  # events
NAMES = ("Product Viewed", "Product Added", "Order Completed", "Page Left")


@dataclass
class Server:
    """A running server on its own workspace."""

    name: str
    port: int
    home: Path
    key: str
    answered: int = 0


def event(k: int) -> dict[str, object]:
    """One event of a shop, about 500 bytes; a visit has ten, the first an identify call."""
    person = k // VISIT % PEOPLE
    who = {"userId": f"user-{person}", "anonymousId": f"0191-{person:08d}-visitor"}
    context: dict[str, object] = {
        "library": {"name": "analytics-python", "version": "2.4.0"},
        "locale": "uk-UA",
        "timezone": "Europe/Kyiv",
    }
    common = {
        **who,
        "messageId": f"ajs-next-{k:012d}-{k * 2654435761 % 2**32:08x}",
        "timestamp": f"2026-11-21T22:{k // 60 % 30:02d}:{k % 60:02d}.{k % 1000:03d}Z",
    }
    if k % VISIT == 0:
        traits = {"firstName": "Олена", "email": f"u{person}@mail.example", "city": "Львів"}
        return {"type": "identify", **common, "traits": traits, "context": context}
    page = {"url": f"https://shop.example/p/{k % 500}", "path": f"/p/{k % 500}", "referrer": ""}
    properties = {
        "product_id": f"sku-{k % 500}", "category": "shirts", "price": 12.5 + k % 7,
        "currency": "UAH", "quantity": 1 + k % 3, "source": "direct", "dwell_s": k % 90,
    }  # fmt: skip
    return {
        "type": "track", "event": NAMES[k % 4], **common, "properties": properties,
        "context": {**context, "page": page},
    }  # fmt: skip


def batch_body(number: int) -> bytes:
    """A request of 100 events."""
    first = number * EVENTS_IN_BATCH
    events = [event(first + i) for i in range(EVENTS_IN_BATCH)]
    body = {"batch": events, "sentAt": "2026-11-21T22:30:00.000Z"}
    return json.dumps(body, ensure_ascii=False).encode()


def track_body(number: int) -> bytes:
    """A request of one event."""
    return json.dumps(event(number * 10 + 1), ensure_ascii=False).encode()


def http(path: str, key: str, body: bytes, **headers: str) -> bytes:
    """The bytes of a request."""
    token = base64.b64encode(f"{key}:".encode()).decode()
    lines = [
        f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Basic {token}",
        f"Content-Length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]  # fmt: skip
    if "content_type" not in headers:
        lines.append("Content-Type: application/json")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Connection(asyncio.Protocol):
    """Keeps a few requests under way and counts good answers."""

    def __init__(self, requests: Sequence[bytes], until_s: float, done: asyncio.Future[int]):
        self.requests, self.until_s, self.done = requests, until_s, done
        self.sent = self.good = 0
        self.tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send()

    def _send(self) -> None:
        some = [self.requests[(self.sent + i) % len(self.requests)] for i in range(PIPELINED)]
        self.sent += PIPELINED
        self.transport.write(b"".join(some))

    def data_received(self, data: bytes) -> None:
        seen = self.tail + data
        good = seen.count(b'{"success": true}') + seen.count(b'{"success":true}')
        self.good += good
        self.tail = b"" if good else seen[-400:]
        if self.good == self.sent:
            if time.perf_counter() < self.until_s:
                self._send()
            else:
                self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(self.good)


async def _load(port: int, requests: Sequence[bytes], seconds: float) -> float:
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    ends = []
    for number in range(CONNECTIONS):
        done: asyncio.Future[int] = loop.create_future()
        own = [requests[(number + i) % len(requests)] for i in range(len(requests))]
        await loop.create_connection(
            lambda own=own, done=done: _Connection(own, began + seconds, done), "127.0.0.1", port
        )
        ends.append(done)
    total = sum(await asyncio.wait_for(asyncio.gather(*ends), seconds + 60))
    return total / (time.perf_counter() - began), total


def run_load(server: Server, path: str, bodies: Sequence[bytes], seconds: float) -> float:
    """Requests a second, answered 200."""
    requests = [http(path, server.key, body) for body in bodies]
    rate, total = asyncio.run(_load(server.port, requests, seconds))
    server.answered += total
    return rate


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def make_workspace(home: Path) -> tuple[Store, str]:
    """An empty workspace and a server key."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    store = open_store(f"sqlite:///{home / 'state.db'}")
    migrating.migrate(store)
    with store.write() as conn:
        meta.create(conn, seed=1, reproducible=True)
        key = keys.create(conn, keys.KeyKind.SERVER, "bench", 0, key_secret="bench").secret
    return store, key


@contextmanager
def serve(name: str, target: str, interface: str) -> Iterator[Server]:
    """Start a server and wait until it listens; end it afterwards."""
    home = (DATA / name).resolve()
    store, key = make_workspace(home)
    store.close()
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", interface, "--no-ws"]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port), target],
        env={**os.environ, "INGEST_WORKSPACE": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Server(name, port, home, key)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def statuses(server: Server) -> list[int]:
    """What a server answers to requests good and bad: both must answer alike."""
    good, key = batch_body(0), server.key
    asked = [
        http("/v1/batch", key, good),
        http("/v1/batch", key, gzip.compress(good), content_encoding="gzip"),
        http("/v1/track", key, track_body(0)),
        http("/v1/batch", "mrc_server_none_none", good),
        http("/v1/batch", key, b'{"batch": {}}'),
        http("/v1/batch", key, b'{"batch": ['),
        http("/v1/track", key, b"[]"),
        http("/v1/batch", key, good, content_encoding="gzip"),
        http("/v1/batch", key, b'{"batch":["' + b"x" * 513_000 + b'"]}'),
        http("/v1/track", key, b'{"x":"' + b"x" * 33_000 + b'"}'),
        http("/v1/batch", key, good, content_type="application/xml"),
    ]
    answers = []
    for request in asked:
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            with suppress(BrokenPipeError, ConnectionResetError):  # refused by its length alone
                connection.sendall(request)
            answers.append(int(connection.recv(65_536).split(b" ", 2)[1]))
    server.answered += answers.count(200)
    return answers


def stored(server: Server) -> tuple[int, str]:
    """How many requests are in the inbox, and a digest of the different ones."""
    store = open_store(f"sqlite:///{server.home / 'state.db'}")
    digests, count, after = set(), 0, 0
    while True:
        with store.read_inbox() as conn:
            rows = inbox.read(conn, after)
        if not rows.seq:
            break
        count, after = count + len(rows.seq), rows.seq[-1]
        digests.update(
            hashlib.sha256(f"{call} {kind} ".encode() + unpack(body)).hexdigest()
            for call, kind, body in zip(rows.call, rows.key_kind, rows.body, strict=True)
        )
    store.close()
    return count, hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()


def project(events: int) -> tuple[float, bool]:
    """Events a second from the inbox to lake and people; whether all of them arrived once."""
    home = DATA / "projection"
    store, _ = make_workspace(home)
    bodies = [batch_body(number) for number in range(events // EVENTS_IN_BATCH)]
    with store.write_inbox() as conn:
        inbox.append(
            conn,
            [inbox.Request(micros(NOW), "batch", "server", b"", pack(body)) for body in bodies],
        )
    projection = Projection(store, home / "lake", country="UA")
    began, accepted = time.perf_counter(), 0
    while not (counts := projection.project(NOW)).nothing:
        accepted += counts.accepted
    seconds = time.perf_counter() - began
    with store.read() as conn:
        rows = sum(f.rows for f in manifest.live(conn, [FileKind.EVENTS], micros(NOW)))
        visitors = min(PEOPLE, events // VISIT)
        right = (accepted, rows, people.count(conn)) == (events, events, visitors)
    store.close()
    shutil.rmtree(home)
    return accepted / seconds, right


def main() -> None:
    """Run all rounds and print one JSON object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each load")
    parser.add_argument("--events", type=int, default=200_000, help="of the projection")
    args = parser.parse_args()
    loads = {
        "batch": ("/v1/batch", [batch_body(i) for i in range(BODIES)]),
        "track": ("/v1/track", [track_body(i) for i in range(BODIES)]),
    }
    rates: dict[tuple[str, str], list[float]] = {}
    with (
        serve("ours", "bench.ingest_server:app", "asginl") as ours,
        serve("fastapi", "bench.ingest_rival:app", "asginl") as rival,
    ):
        equal = statuses(ours) == statuses(rival)
        for number in range(args.rounds):
            for load, (path, bodies) in loads.items():
                for server in (ours, rival) if number % 2 == 0 else (rival, ours):
                    rate = run_load(server, path, bodies, args.seconds)
                    rates.setdefault((server.name, load), []).append(rate)
                    print(f"round {number + 1} {server.name:8} {load}: {rate:9.0f} requests/s")
    ours_stored, rival_stored = stored(ours), stored(rival)
    equal &= ours_stored[1] == rival_stored[1]
    equal &= (ours_stored[0], rival_stored[0]) == (ours.answered, rival.answered)
    projected = []
    for number in range(args.rounds):
        speed, right = project(args.events)
        equal &= right
        projected.append(speed)
        print(f"round {number + 1} projection: {speed:9.0f} events/s")
    ratios = {
        f"fastapi_{load}": round(
            median(
                o / r for o, r in zip(rates["ours", load], rates["fastapi", load], strict=True)
            ),
            2,
        )
        for load in loads
    }
    print(
        json.dumps(
            {
                "bench": "ingest",
                "equal": equal,
                "ratios": ratios,
                "events_per_s": round(median(projected)),
                "requests_per_s": {f"{s}_{k}": round(median(v)) for (s, k), v in rates.items()},
            }
        )
    )
    shutil.rmtree(DATA, ignore_errors=True)
    if not equal:
        sys.exit("the two servers did not store the same")


if __name__ == "__main__":
    main()
