"""A shop that sends a cascade over three simulated vendors in this process, and hears them."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np
import polars as pl

from maracuja import app as composition
from maracuja.api.server import Server
from maracuja.app import App
from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.clock import SimClock
from maracuja.model import (
    ConsentState,
    Discovery,
    FileKind,
    Privacy,
    Trait,
    TraitSource,
    TraitType,
    micros,
)
from maracuja.runtime import launch_control
from maracuja.runtime.worker import Worker
from maracuja.simulate.vendors.alphasms import AlphaSmsVendor
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.telegram import TelegramVendor
from maracuja.simulate.vendors.viber_business import TurboSmsVendor
from maracuja.store import (
    bulk,
    consents,
    definitions,
    discovered,
    inbox,
    manifest,
    people,
    resolving,
)
from maracuja.store.outbox import OutboxState
from maracuja.store.schema import outbox as outbox_table
from maracuja.store.schema import waiting as waiting_table
from maracuja.ui import home
from tests.contract.channel_world import called

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CHANNELS = ("viber_business", "telegram", "sms")
TOKEN = "123456:AAtelegram-token_of_35_letters_xxxx"
SECRET = "a-secret-of-24-letters--"
STILL = {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
STEPS = """
    - {channel: viber_business, wait: 30 minutes, price: 0.4}
    - {channel: telegram}
    - {channel: sms}
"""
DEFINITIONS = """
kind: topic
id: news
channels: [viber_business, telegram, sms]
---
kind: goal
id: order
event: Order Completed
value: revenue
---
kind: segment
id: all
where: [{trait: first_name, known: true}]
---
kind: template
id: hello
language: en
variants:
  - language: en
    text: "Hello {{ person.first_name }}, the passion fruit is here. {{ links.unsubscribe }}"
  - language: en
    channel: sms
    text: "{{ person.first_name }}, passion fruit! {{ links.unsubscribe }}"
---
kind: campaign
id: hello
topic: news
cascade:
  order: ORDER
  steps:STEPSaudience: all
template: hello
goals: [order]
holdout: HOLDOUT
"""


def phone(n: int) -> str:
    """The n-th person's number, as vendors write it."""
    return f"+38067{n:07}"


def chat(n: int) -> int:
    """The n-th person's chat on Telegram."""
    return 1000 + n


@dataclass
class Shop:
    """The open workspace with its three vendors; people are numbered from 0."""

    app: App
    server: Server
    worker: Worker
    clock: SimClock
    viber: TurboSmsVendor
    telegram: TelegramVendor
    sms: AlphaSmsVendor
    pids: list[int]

    # ------------------------------------------------------------ people

    def know(
        self,
        count: int,
        *,
        phones: Collection[int] | None = None,
        chats: Collection[int] | None = None,
        agreed: Mapping[str, Collection[int]] | None = None,
    ) -> None:
        """So many people with phones and chats (all by default) who agreed to channels (all)."""
        every = range(count)
        now_us = micros(self.clock.now())
        with self.app.store.write() as conn:
            seen = Discovery(
                "trait", "", "first_name", TraitType.TEXT, now_us, now_us, count, (),
                Privacy.PERSONAL,
            )  # fmt: skip
            discovered.record(conn, [seen])
            rev = people.next_rev(conn)
            talking = [n for n in every if chats is None or n in chats]
            claims = resolving.Claims(
                rows=count,
                row=np.array([*every, *talking]),
                kind=["external_id"] * count + ["telegram"] * len(talking),
                value=[f"u{n}" for n in every] + [str(chat(n)) for n in talking],
                at_us=now_us,
            )
            self.pids = resolving.resolve(conn, rev, claims, now_us=now_us).pid.tolist()
            people.change(
                conn,
                rev,
                self.pids,
                set_traits=[
                    {"first_name": Trait(f"Name{n}", TraitSource.DECLARED, 1.0, now_us)}
                    for n in every
                ],
                set_addresses=[
                    ({"phone": phone(n)} if phones is None or n in phones else {})
                    | ({"telegram": str(chat(n))} if n in talking else {})
                    for n in every
                ],
                now_us=now_us,
            )
            for channel in CHANNELS:
                who = every if agreed is None else agreed.get(channel, ())
                self._say(conn, channel, [self.pids[n] for n in who], ConsentState.OPTED_IN)

    def leave(self, channel: str, n: int) -> None:
        """A person opts out of the topic on a channel."""
        with self.app.store.write() as conn:
            self._say(conn, channel, [self.pids[n]], ConsentState.OPTED_OUT)

    def _say(self, conn: Any, channel: str, pids: Sequence[int], state: ConsentState) -> None:
        now_us = micros(self.clock.now())
        consents.record(
            conn,
            pid=pids,
            topic="news",
            channel=channel,
            state=int(state),
            at_us=now_us,
            recorded_us=now_us,
            source="form",
        )

    def order(self, n: int, revenue: float) -> None:
        """A person buys something."""
        self.track(n, "Order Completed", revenue=revenue)

    def track(self, n: int, event: str, **properties: Any) -> None:
        """A person does something now."""
        now = self.clock.now()
        call = {
            "type": "track", "event": event, "userId": f"u{n}",
            "messageId": f"{event} {n}-{now:%H%M}", "properties": properties,
        }  # fmt: skip
        body = msgspec.json.encode({"batch": [call]})
        with self.app.store.write_inbox() as conn:
            inbox.append(conn, [inbox.Request(micros(now), "batch", "server", b"{}", body)])

    # ------------------------------------------------------------ time and vendors

    def launch(self) -> None:
        """The campaign is launched."""
        with self.app.store.write() as conn:
            launch_control.launch(conn, self.app.ground, "hello", self.clock.now())

    def again(self, name: str) -> None:
        """The same campaign under another name is launched."""
        with self.app.store.write() as conn:
            stored = definitions.get(conn, "campaign", "hello")
            raw = {**msgspec.json.decode(stored.body), "id": name}
            now_us = micros(self.clock.now())
            definitions.put(conn, "campaign", name, raw, base=None, actor="test", now_us=now_us)
            launch_control.launch(conn, self.app.ground, name, self.clock.now())

    def settle(self, **span: float) -> None:
        """Let so much time pass and everything be done that is due; vendors' calls come in."""
        until = self.clock.now() + timedelta(**span)
        while True:
            due = self.worker.settle(self.clock.now())
            if self.hear():
                continue
            if due is None or due > until:
                self.clock.advance(until - self.clock.now())
                return
            self.clock.wait_until(due)

    def restart(self) -> None:
        """The worker is gone, and another one begins where it was."""
        self.worker.close()
        sides = {"viber_business": self.viber, "telegram": self.telegram, "sms": self.sms}
        self.clock.advance(timedelta(seconds=60))
        self.worker = composition.make_worker(self.app, holder="another", transports=sides)

    def hear(self) -> int:
        """The calls of the vendors that are under way reach our webhooks; how many."""
        sides = {"viber_business": self.viber, "telegram": self.telegram, "sms": self.sms}
        calls = {name: side.calls() for name, side in sides.items()}
        for name, theirs in calls.items():
            assert {*called(self.server, f"/w/{name}/main", theirs)} <= {200}
        return sum(map(len, calls.values()))

    def press_leave(self, text: str) -> int:
        """A person presses the way out of a message and says yes; the status of the answer."""
        address = re.search(r"https?://\S+(/u/\S+)", text)
        assert address is not None

        async def send() -> int:
            transport = httpx.ASGITransport(self.server)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as asking:
                body = {"List-Unsubscribe": "One-Click"}
                return (await asking.post(address[1], data=body)).status_code

        return asyncio.run(send())

    def got(self, channel: str) -> list[int]:
        """Who has got messages on a channel, in order."""
        if channel == "telegram":
            return [to - 1000 for to, _, _ in self.telegram.shown]
        side = self.viber if channel == "viber_business" else self.sms
        return [int(to[-7:]) for to, *_ in side.shown]

    # ------------------------------------------------------------ what is written down

    def decisions(self) -> pl.DataFrame:
        """Every decision, with `n`, the number of the person."""
        frame = self._files(FileKind.DECISIONS)
        return frame.with_columns(
            n=pl.col("pid").replace_strict(
                self.pids, list(range(len(self.pids))), default=None, return_dtype=pl.Int64
            )
        ).sort("at", "n")

    def events(self) -> pl.DataFrame:
        """The events of the lake."""
        return self._files(FileKind.EVENTS)

    def _files(self, kind: FileKind) -> pl.DataFrame:
        with self.app.store.read() as conn:
            files = manifest.live(conn, [kind], micros(self.clock.now()))
        frames = [pl.read_parquet(self.app.lake_root / file.path) for file in files]
        return pl.concat(frames, how="diagonal_relaxed")

    def waiting(self) -> list[tuple[int, int, int]]:
        """Who is in a cascade: person, tried, channel."""
        with self.app.store.read() as conn:
            query = waiting_table.select().where(waiting_table.c.tried != 0)
            rows = bulk.fetch(conn, query)
        return sorted((self.pids.index(pid), tried, code) for _, pid, _, _, tried, code in rows)

    def states(self) -> Counter[OutboxState]:
        """How many messages are in each state."""
        with self.app.store.read() as conn:
            rows = conn.execute(outbox_table.select()).all()
        return Counter(OutboxState(row.state) for row in rows)

    def run_state(self) -> str:
        """The state of the run."""
        with self.app.store.read() as conn:
            from maracuja.store import runs

            return runs.every(conn)[0].state.value


@contextmanager
def opened_shop(
    place: Path,
    *,
    order: str = "given",
    steps: str = STEPS,
    holdout: float = 0,
    seed: int = 0,
    faults: Mapping[str, Faults] | None = None,
    pressure: Mapping[str, Any] = STILL,
    url: str = "",
) -> Iterator[Shop]:
    """A new shop with the definitions and no people; its clock stands still."""
    clock = SimClock(NOW)
    settings = {
        "pressure": dict(pressure),
        "measurement": {"global_holdout": 0},
        "shop": {"currency": "UAH"},
        "viber_business": {
            "driver": "turbosms", "token": "token-1", "sender": "Maracuja",
            "webhook_secret": SECRET,
        },
        "telegram": {"token": TOKEN, "bot": "maracuja_bot", "webhook_secret": SECRET},
        "sms": {
            "driver": "alphasms", "gateway_key": "key-1", "sender": "Maracuja",
            "webhook_secret": SECRET, "price_per_part": 0.9,
        },
        **({"store": {"url": url}} if url else {}),
    }  # fmt: skip
    composition.create(place, settings, clock=clock, seed=seed)
    lucky = faults or {}
    viber = TurboSmsVendor(
        seed=seed, faults=lucky.get("viber_business", Faults()), token="token-1", secret=SECRET
    )
    telegram = TelegramVendor(
        seed=seed, faults=lucky.get("telegram", Faults()), token=TOKEN, secret=SECRET
    )
    sms = AlphaSmsVendor(
        seed=seed, faults=lucky.get("sms", Faults()), key="key-1", senders={"Maracuja"}
    )
    with composition.opened(place, clock) as app:
        text = DEFINITIONS.replace("STEPS", steps).replace("ORDER", order)
        with app.store.write() as conn:
            for one in decode_text(text.replace("HOLDOUT", str(holdout))):
                definitions.put(
                    conn, kind_of(one), one.id, msgspec.to_builtins(one), base=None,
                    actor="test", now_us=micros(NOW),
                )  # fmt: skip
        sides = {"viber_business": viber, "telegram": telegram, "sms": sms}
        worker = composition.make_worker(app, holder="test", transports=sides)
        server = Server(app, lambda: home)
        shop = Shop(app, server, worker, clock, viber, telegram, sms, [])
        try:
            yield shop
        finally:
            server.close()
            shop.worker.close()
