"""Segment's own clients send 10,000 events each through a proxy that drops 5 % of the answers."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from maracuja import rng
from maracuja.model import FileKind, micros
from maracuja.runtime.projection import Projection
from maracuja.store import keys, manifest, meta, migrating
from maracuja.store.engine import Store, open_store

EVENTS = 10_000
DROPPED = 0.05
HERE = Path(__file__).parent / "segment_clients"
ROOT = Path(__file__).parents[2]


class LossyProxy:
    """Passes requests on and drops a share of the answers, on a seeded schedule."""

    def __init__(self, upstream: int, seed: int) -> None:
        self.dropped = self.passed = 0
        self.port = 0
        self._upstream = upstream
        self._chance = rng.stream(seed, "proxy")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "LossyProxy":
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20), self._loop
        )
        self._server = started.result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        upstream, request = await asyncio.open_connection("127.0.0.1", self._upstream)
        try:
            while message := await _read_message(client):
                request.write(message)
                reply = await _read_message(upstream)
                if self._chance.random() < DROPPED:
                    self.dropped += 1
                    answer.transport.abort()
                    return
                self.passed += 1
                answer.write(reply)
                await answer.drain()
        finally:
            request.close()
            answer.close()


async def _read_message(stream: asyncio.StreamReader) -> bytes:
    """One HTTP message with a content length; nothing at the end of the stream."""
    try:
        head = await stream.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    fields = dict(line.lower().partition(b": ")[::2] for line in head.split(b"\r\n")[1:] if line)
    assert b"transfer-encoding" not in fields
    return head + await stream.readexactly(int(fields.get(b"content-length", b"0")))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'state.db'}")
    migrating.migrate(opened)
    with opened.write() as conn:
        meta.create(conn, seed=1, reproducible=True)
    yield opened
    opened.close()


@pytest.fixture
def server(store: Store, tmp_path: Path) -> Iterator[int]:
    """The port of a real server on the workspace of `store`."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--no-ws", "bench.ingest_server:app"],
        cwd=ROOT,
        env={**os.environ, "INGEST_WORKSPACE": str(tmp_path)},  # noqa: TID251  (for a child)
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "the server has ended"
            time.sleep(0.1)  # noqa: TID251  (waits for a process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def count_in_lake(store: Store, root: Path) -> pl.DataFrame:
    """Project everything that waits and return the events of the lake."""
    now = datetime.now(UTC)  # noqa: TID251  (the clients stamp with the real clock)
    projection = Projection(store, root / "lake", country="UA")
    while not projection.project(now).nothing:
        pass
    with store.read() as conn:
        files = manifest.live(conn, [FileKind.EVENTS], micros(now))
    return pl.concat([pl.read_parquet(root / "lake" / f.path) for f in files], how="diagonal")


def check(store: Store, root: Path, proxy: LossyProxy) -> None:
    rows = count_in_lake(store, root)
    assert proxy.dropped > 0, "no answer was dropped: nothing was proven"
    assert rows.height == EVENTS
    assert rows["message_id"].n_unique() == EVENTS
    assert sorted(rows["properties.n"].to_list()) == list(range(EVENTS))
    assert rows["pid"].n_unique() == 500


def make_key(store: Store) -> str:
    with store.write() as conn:
        return keys.create(conn, keys.KeyKind.SERVER, "test", 0, key_secret="x").secret


@pytest.mark.slow
def test_segment_analytics_python(store: Store, server: int, tmp_path: Path) -> None:
    key = make_key(store)
    with LossyProxy(server, seed=11) as proxy:
        host = f"http://127.0.0.1:{proxy.port}"
        command = [sys.executable, str(HERE / "python_client.py"), host, key, str(EVENTS)]
        done = subprocess.run(command, timeout=240, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    check(store, tmp_path, proxy)


@pytest.mark.slow
@pytest.mark.node
def test_segment_analytics_node(store: Store, server: int, tmp_path: Path) -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node.js and npm are not installed")
    where = tmp_path / "node"
    where.mkdir()
    install = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(where)]
    got = subprocess.run(
        [*install, "@segment/analytics-node@3.1.0"],
        timeout=180,
        capture_output=True,
        text=True,
        check=False,
    )
    if got.returncode != 0:
        pytest.skip("@segment/analytics-node cannot be fetched from the package registry")
    key = make_key(store)
    with LossyProxy(server, seed=12) as proxy:
        host = f"http://127.0.0.1:{proxy.port}"
        script = str(HERE / "node_client.cjs")
        command = [node, script, str(where), host, key, str(EVENTS)]
        done = subprocess.run(command, timeout=240, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    check(store, tmp_path, proxy)
