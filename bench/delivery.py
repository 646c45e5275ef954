"""How fast messages reach a vendor, and a code while a million people are written to.

The product runs as it is served (the API and the worker are processes), the vendor is a process
that answers at once with an id and tells by the webhook that each message was delivered. Every
message, every id and every receipt must arrive once. Run: `python -m bench.delivery`.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import polars as pl

from bench import delivery_data
from maracuja import app as composition
from maracuja.model import FileKind, micros
from maracuja.runtime import launch_control
from maracuja.store import manifest, outbox, runs
from maracuja.store.outbox import OutboxState
from maracuja.store.runs import RunState

DATA = Path("bench-data/delivery")
CODES_A_SECOND = 25
CODES_MIN = 200
WARMING = 20
HANGING_S = 240


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports: list[int] = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def fresh(people: int, port: int, vendor_port: int) -> Path:
    """A copy of the workspace, with these ports; lake files never change, so they are linked."""
    home = DATA / "round"
    shutil.rmtree(home, ignore_errors=True)

    def link_or_copy(source: str, to: str) -> None:
        if source.endswith(".parquet"):
            os.link(source, to)
        else:
            shutil.copyfile(source, to)

    shutil.copytree(DATA / f"base-{people}", home, copy_function=link_or_copy)
    file = home / "maracuja.toml"
    text = file.read_text()
    file.write_text(text.replace(":1111/", f":{vendor_port}/").replace("2222", str(port)))
    return home


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process, ended afterwards."""
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()


@contextmanager
def served(home: Path, port: int, vendor_port: int) -> Iterator[None]:
    """The vendor and the product."""
    hook = f"http://127.0.0.1:{port}/w/webhook/main"
    vendor = ("-m", "bench.delivery_vendor", str(vendor_port), hook, delivery_data.SECRET)
    with running(*vendor):
        until(lambda: answers(vendor_port, "/"))
        with running("-m", "maracuja", "serve", "-w", str(home), "--port", str(port)):
            until(lambda: answers(port, "/healthz"))
            yield


def answers(port: int, path: str) -> Any:
    """What is answered to a question, or None."""
    try:
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        asking.request("GET", path)
        return json.loads(asking.getresponse().read())
    except OSError:
        return None


def until(question: Any) -> Any:
    """Ask until the answer is yes."""
    began = time.monotonic()
    while not (answer := question()):
        if time.monotonic() - began > HANGING_S:
            sys.exit("it hangs")
        time.sleep(0.1)
    return answer


def events(home: Path, name: str) -> int:
    """How many different messages of the lake have such an event."""
    with composition.opened(home) as app:
        with app.store.read() as conn:
            files = manifest.live(conn, [FileKind.EVENTS], micros(app.clock.now()))
        scan = [pl.scan_parquet(app.lake_root / file.path) for file in files]
        if not scan:
            return 0
        found = pl.concat(scan, how="diagonal_relaxed").filter(event=name)
        return int(found.select(pl.col("properties.message").n_unique()).collect().item())


def mass(people: int) -> tuple[float, bool]:
    """Messages a second to the vendor, and whether all that was to arrive did, once."""
    port, vendor_port = free_ports(2)
    home = fresh(people, port, vendor_port)
    count = delivery_data.queue(home)
    with served(home, port, vendor_port):
        seen = until(lambda: (s := answers(vendor_port, "/"))["taken"] >= count and s)
        until(lambda: answers(vendor_port, "/")["told"] >= count)
        until(lambda: events(home, "Message Delivered") >= count)
        doubled = answers(vendor_port, "/")["doubled"]
    with composition.opened(home) as app, app.store.read() as conn:
        states = outbox.counts(conn, 1)
    right = states[OutboxState.SENT] == count == events(home, "Message Sent") and not doubled
    return count / (seen["last_s"] - seen["first_s"]), right


def ask(api: http.client.HTTPConnection, key: str, number: int) -> float:
    """Ask for one message; when that was."""
    asked = {
        "to": {"address": f"u{number + 1}"},
        "channel": "webhook",
        "text": f"code {number}",
        "idempotency_key": f"k{number}",
    }
    body = json.dumps(asked)
    head = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    at = time.monotonic()
    api.request("POST", "/v1/messages", body, head)
    response = api.getresponse()
    answer = response.read()
    if response.status != 202:
        sys.exit(f"{response.status} {answer!r}")
    return at


def launching(home: Path) -> bool:
    """Whether somebody of the audience is still to be decided about."""
    with composition.opened(home) as app, app.store.read() as conn:
        return runs.get(conn, 1).state in (RunState.SCHEDULED, RunState.LAUNCHING)


def codes(people: int) -> tuple[list[float], int]:
    """Milliseconds from the request to the vendor, one for each code; how many were lost."""
    port, vendor_port = free_ports(2)
    home = fresh(people, port, vendor_port)
    key = (home / "key.txt").read_text()
    asked: dict[str, float] = {}
    with served(home, port, vendor_port):
        api = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(WARMING):
            ask(api, key, number)
            time.sleep(0.05)
        with composition.opened(home) as app, app.store.write() as conn:
            launch_control.launch(conn, app.ground, "fruit", app.clock.now())
        number, next_s, busy = WARMING, time.monotonic(), True
        while busy or number < WARMING + CODES_MIN:
            asked[f"code {number}"] = ask(api, key, number)
            number += 1
            next_s = max(next_s + 1 / CODES_A_SECOND, time.monotonic())
            time.sleep(max(next_s - time.monotonic(), 0))
            if number % CODES_A_SECOND == 0:
                busy = launching(home)
        time.sleep(2)
        taken = answers(vendor_port, "/")["codes"]
    took = [1000 * (taken[one] - at) for one, at in asked.items() if one in taken]
    return took, len(asked) - len(took)


def main() -> None:
    """Play the rounds and print the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000, help="of the launch")
    parser.add_argument("--messages", type=int, default=60_000, help="of a round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    DATA.mkdir(parents=True, exist_ok=True)
    for count in (options.messages, options.people):
        delivery_data.make(DATA / f"base-{count}", count, 1111, 2222)
    equal, rates = True, []
    for number in range(options.rounds):
        rate, right = mass(options.messages)
        rates.append(rate)
        equal &= right
        print(f"round {number + 1}: {rate:,.0f} messages/s, {'right' if right else 'WRONG'}")
    took, lost = codes(options.people)
    equal &= not lost
    cuts = quantiles(took, n=100)
    print(
        f"codes while {options.people:,} people are written to: {len(took)} of them, p50"
        f" {median(took):.1f} ms, p90 {cuts[89]:.1f}, p99 {cuts[98]:.1f}, at most {max(took):.1f}"
    )
    report = {
        "bench": "delivery",
        "equal": equal,
        "messages_per_s": round(median(rates)),
        "transactional_p99_ms": round(cuts[98], 1),
    }
    shutil.rmtree(DATA / "round", ignore_errors=True)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
