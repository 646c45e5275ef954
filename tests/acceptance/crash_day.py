"""A day of a shop as a process that can be told where to die, and begins again where it was.

python -m tests.acceptance.crash_day WORKSPACE BEGIN [POINT TIMES]
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from maracuja import app as composition
from maracuja import commit_points
from maracuja.app import App
from maracuja.clock import SimClock
from maracuja.errors import BadInput
from maracuja.ingest.import_mapping import FileMapping, Kind
from maracuja.model import micros
from maracuja.runtime import importing, launch_control, orders
from maracuja.runtime.inbox_writer import InboxWriter
from maracuja.runtime.worker import Worker
from maracuja.store import commands, inbox, people, runs
from maracuja.store.runs import RunState
from tests.acceptance.crash_shop import BEGIN, CAMPAIGN, batch, customer, define

ROUNDS = 7
PEOPLE = 120
ORDERS = 60
ERASED = 8
ACKNOWLEDGED = "acknowledged.txt"
FILES: tuple[tuple[Kind, str], ...] = (
    ("people", "people.csv"),
    ("products", "products.csv"),
    ("events", "orders.csv"),
)


def calls_of(number: int) -> list[dict[str, Any]]:
    """The calls of a round: visits, and what some customers say about themselves."""
    at = (BEGIN - timedelta(hours=1)).isoformat()
    visits = [
        {
            "type": "track",
            "event": "Product Viewed",
            "messageId": f"visit-{number}-{i}",
            "userId": customer(i),
            "timestamp": at,
            "properties": {"sku": f"p{i % 3}"},
        }
        for i in range(20)
    ]
    names = [
        {
            "type": "identify",
            "messageId": f"says-{number}-{i}",
            "userId": customer(i),
            "timestamp": at,
            "traits": {"bonus": number * 100 + i},
        }
        for i in range(10)
    ]
    return visits + names


def ids_of(number: int) -> dict[str, str]:
    """Message id -> customer, of a round."""
    return {call["messageId"]: call["userId"] for call in calls_of(number)}


class Day:
    """The steps of the day; each does what is still to be done of it."""

    def __init__(self, app: App, worker: Worker, clock: SimClock) -> None:
        self.app, self.worker, self.clock = app, worker, clock

    def live(self) -> None:
        """All of it."""
        self.bring_in_files()
        for number in range(ROUNDS):
            self.take(number)
            self.clock.advance(timedelta(minutes=2))
            self.worker.settle(self.clock.now())
        self.send()
        for hours in (12, 2, 2):  # until the day is over, and what died in it is swept
            self.clock.advance(timedelta(hours=hours))
            self.worker.settle(self.clock.now())
        self.forget()

    def bring_in_files(self) -> None:
        """Customers, products and earlier orders."""
        for kind, name in FILES:
            mapping = FileMapping(columns={}, event="Order Completed" if kind == "events" else "")
            path = self.app.config.directory / name
            work = importing.prepare(kind, path, mapping=mapping)
            try:
                importing.run(self.app.store, work, now=self.clock.now())
            except BadInput as done:
                assert "imported already" in str(done)

    def take(self, number: int) -> None:
        """One request as the server takes it; its client notes that it was acknowledged."""
        notes = self.app.config.directory / ACKNOWLEDGED
        if notes.exists() and f"{number}\n" in notes.read_text().splitlines(keepends=True):
            return
        body = batch(calls_of(number))
        request = inbox.Request(micros(self.clock.now()), "batch", "server", b"{}", body)
        writer = InboxWriter(self.app.store)

        async def put() -> None:
            await writer.put(request)

        asyncio.run(put())
        writer.close()
        with notes.open("a") as file:
            file.write(f"{number}\n")

    def send(self) -> None:
        """The campaign, until nothing is left of it."""
        with self.app.store.read() as conn:
            planned = runs.every(conn, campaign="hello")
        if not planned:
            define(self.app, CAMPAIGN % "hello")
            with self.app.store.write() as conn:
                launch_control.launch(conn, self.app.ground, "hello", self.clock.now())
        while not self.over():
            due = self.worker.settle(self.clock.now())
            if not self.over():
                self.clock.wait_until(due)

    def over(self) -> bool:
        """Whether the campaign is done."""
        with self.app.store.read() as conn:
            return all(run.state is RunState.DONE for run in runs.every(conn, campaign="hello"))

    def forget(self) -> None:
        """Somebody asks to be forgotten; the worker is done with it when asked once."""
        now = self.clock.now()
        with self.app.store.write() as conn:
            (pid,) = people.find(conn, ["external_id"], [customer(ERASED)]).tolist()
            if pid and not commands.waiting(conn):
                orders.ask_erasure(conn, pid, now, actor="test")
        self.worker.settle(now)
        self.clock.advance(timedelta(hours=2))
        self.worker.settle(self.clock.now())


def main(workspace: str, begin: str, point: str = "", times: str = "1") -> None:
    """Live through the day from `begin` on, or until the point is passed."""
    commit_points.arm(point, int(times))
    clock = SimClock(datetime.fromisoformat(begin).astimezone(UTC))
    with composition.opened(Path(workspace), clock) as app:
        worker = composition.make_worker(app, holder="crash")
        try:
            Day(app, worker, clock).live()
        finally:
            worker.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
