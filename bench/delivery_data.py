"""A shop whose people are reached by a webhook, with one campaign to all of them, made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from maracuja import app as composition
from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.clock import SystemClock
from maracuja.model import ConsentState, Discovery, Privacy, TraitSource, TraitType
from maracuja.runtime import launch_control
from maracuja.runtime.launch import Launch
from maracuja.store import (
    consents,
    counters,
    definitions,
    discovered,
    keys,
    migrating,
    outbox,
    people,
    traits,
)
from maracuja.store.engine import open_store

SECRET = "delivery-bench-secret"
CHANNEL = "webhook"
DEFINITIONS = """
kind: topic
id: harvest
channels: [webhook]
---
kind: goal
id: order
event: Order Completed
value: revenue
---
kind: template
id: fruit
language: en
variants:
  - language: en
    text: |
      Hello {{ person.first_name }}! The best batch of passion fruit arrives in
      {{ person.city | default: "your city" }} in a week: https://shop.example/fruit?from=chat
      or leave: {{ links.unsubscribe }}
---
kind: campaign
id: fruit
topic: harvest
channel: webhook
audience: [{none: [{trait: city, is: Atlantis}]}]
template: fruit
goals: [order]
holdout: 0
"""


def settings(vendor_port: int, port: int) -> dict[str, object]:
    """The workspace's: nothing holds messages back."""
    return {
        "server": {"port": port},
        "pressure": {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"},
        "measurement": {"global_holdout": 0},
        CHANNEL: {
            "base_url": f"http://127.0.0.1:{vendor_port}/in",
            "secret": SECRET,
            "connections": 32,
        },
    }


def make(home: Path, count: int, vendor_port: int, port: int) -> None:
    """Make the workspace of `count` people, unless it stands; of today's schema in any case."""
    if home.exists():
        store = open_store(f"sqlite:///{home / 'state.db'}")
        migrating.migrate(store)
        store.close()
        return
    aside = home.with_name(home.name + ".part")
    shutil.rmtree(aside, ignore_errors=True)
    shown = composition.create(aside, settings(vendor_port, port), seed=7)
    (aside / "key.txt").write_text(shown[f"{keys.KeyKind.SERVER} key"])
    with composition.opened(aside) as app:
        with app.store.write() as conn:
            for one in decode_text(DEFINITIONS):
                definitions.put(
                    conn, kind_of(one), one.id, one, base=None, actor="bench", now_us=1
                )
            found = [
                Discovery("trait", "", name, TraitType.TEXT, 1, 1, count, (), Privacy.PERSONAL)
                for name in ("first_name", "city")
            ]
            discovered.record(conn, found)
            rev = people.next_rev(conn)
            counters.take(conn, "pid", count)
            for first in range(1, count + 1, 100_000):
                _add(conn, rev, range(first, min(first + 100_000, count + 1)))
        worker = composition.make_worker(app, holder="bench")
        worker.settle(app.clock.now())  # writes the copy of the profiles that launches read
        worker.close()
    aside.rename(home)


def _add(conn: object, rev: int, pids: range) -> None:
    """People who agreed."""
    frame = pl.DataFrame({"pid": pids}).with_columns(
        first_name=pl.format("Name{}", pl.col("pid") % 1000),
        city=pl.when(pl.col("pid") % 10 > 0).then(pl.format("City {}", pl.col("pid") % 50)),
        address=pl.format("u{}", "pid"),
    )
    docs = traits.assemble(
        {name: frame[name] for name in ("first_name", "city")},
        {CHANNEL: frame["address"]},
        source=TraitSource.DECLARED,
        at_us=1_000_000,
    )
    people.create(conn, rev, list(pids), created_us=1, docs=docs)  # type: ignore[arg-type]
    consents.record(
        conn,  # type: ignore[arg-type]
        pid=list(pids),
        topic="harvest",
        channel=CHANNEL,
        state=int(ConsentState.OPTED_IN),
        at_us=1,
        recorded_us=1,
        source="form",
    )


def queue(home: Path) -> int:
    """Launch the campaign of the workspace to its durable outbox; how many messages."""
    clock = SystemClock()
    with composition.opened(home) as app:
        with app.store.write() as conn:
            launch_control.launch(conn, app.ground, "fruit", clock.now())
        launch = Launch(app.ground)
        while (due := launch.tick(clock.now(), parts_max=64)) is not None and due <= clock.now():
            pass
        launch.close()
        with app.store.read() as conn:
            return outbox.left(conn)
