"""A shop of a million people with consents, suppressions and an earlier campaign, made once."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from maracuja.campaigns.decoding import decode_text, kind_of, plain
from maracuja.config import make_config
from maracuja.lake.decisions import write_decisions
from maracuja.lake.profiles import write_profiles
from maracuja.model import (
    ConsentState,
    Discovery,
    Privacy,
    Trait,
    TraitSource,
    TraitType,
    micros,
    pack_meta,
)
from maracuja.rng import buckets, make_ids, stream
from maracuja.runtime.launch_ground import Ground
from maracuja.store import (
    consents,
    counters,
    definitions,
    discovered,
    holds,
    manifest,
    meta,
    migrating,
    objections,
    people,
    silenced,
    suppressions,
    traits,
    wishes,
)
from maracuja.store.engine import open_store

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(days=3)
TRAITS = {
    "first_name": TraitType.TEXT,
    "city": TraitType.TEXT,
    "language": TraitType.TEXT,
    "timezone": TraitType.TEXT,
    "gender": TraitType.TEXT,
    "bonus": TraitType.NUMBER,
}
DEFINITIONS = """
kind: topic
id: harvest
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
    subject: "{{ person.first_name | default: 'Friend' }}, the passion fruit is here"
    text: |
      {% if person.gender == "f" %}Dear{% else %}Hello{% endif %} {{ person.first_name | default:
      "friend" }}! The best batch arrives in {{ person.city | default: "your city" }} in a week.
      {% if person.bonus > 100 %}You have {{ person.bonus | round }} bonus points. {% endif %}See
      https://shop.example/fruit?from=mail or leave: {{ links.unsubscribe }}
  - language: ru
    subject: "{{ person.first_name | default: 'Друг' }}, маракуйя уже здесь"
    text: |
      {% if person.gender == "f" %}Дорогая{% else %}Здравствуйте,{% endif %} {{
      person.first_name | default: "друг" }}! Лучшая партия приедет через неделю: {{
      person.city | default: "дом" }}.
      {% if person.bonus > 100 %}У вас {{ person.bonus | round }} бонусов. {% endif %}Подробнее:
      https://shop.example/fruit?from=mail или отпишитесь: {{ links.unsubscribe }}
  - language: uk
    subject: "{{ person.first_name | default: 'Друже' }}, маракуя вже тут"
    text: |
      {% if person.gender == "f" %}Дорога{% else %}Вітаємо,{% endif %} {{
      person.first_name | default: "друже" }}! Найкраща партія приїде за тиждень: {{
      person.city | default: "дім" }}.
      {% if person.bonus > 100 %}У вас {{ person.bonus | round }} бонусів. {% endif %}Докладніше:
      https://shop.example/fruit?from=mail або відпишіться: {{ links.unsubscribe }}
---
kind: campaign
id: fruit
topic: harvest
audience: [{none: [{trait: city, is: Atlantis}]}]
template: fruit
goals: [order]
"""

# What a careful shop has beside: a tone, the law, a category, a program that is told.
MORE = """
kind: law
id: law
---
kind: tone
id: house
emoji: 3
exclamations: 2
forbidden: [free, бесплатно, безкоштовно]
---
kind: outbound
id: warehouse
url: https://warehouse.example/told
events: [Order Completed, Message Clicked]
---
kind: campaign
id: fruit
topic: harvest
audience: [{none: [{trait: city, is: Atlantis}]}]
template: fruit
goals: [order]
category: Fruit > Passion fruit
"""
EVERY = 97  # of so many people one asks for less, one is on hold, one wants no fruit, one objects


def ground(home: Path) -> Ground:
    """The workspace in that directory."""
    config = make_config(
        {"root": str(home), "pressure": {"messages": 3, "per_days": 7}, "shop": {"language": "en"}}
    )
    return Ground(open_store(f"sqlite:///{home / 'state.db'}"), home / "lake", config)


def make(home: Path, count: int) -> None:
    """Make the workspace of `count` people, unless it stands; of today's schema in any case."""
    if home.exists():
        place = ground(home)
        migrating.migrate(place.store)
        place.store.close()
        return
    aside = home.with_name(home.name + ".part")
    shutil.rmtree(aside, ignore_errors=True)
    (aside / "lake").mkdir(parents=True)
    place = ground(aside)
    migrating.migrate(place.store)
    frame = _people(count)
    with place.store.write() as conn:
        meta.create(conn, seed=7, reproducible=True)
        for one in decode_text(DEFINITIONS):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="bench", now_us=1)
        discovered.record(
            conn,
            [
                Discovery("trait", "", n, t, 1, 1, count, (), Privacy.PERSONAL)
                for n, t in TRAITS.items()
            ],
        )
        _store_people(conn, frame)
    _write_lake(place, frame)
    place.store.close()
    aside.rename(home)


def switch_on(home: Path, count: int) -> None:
    """Put in force what else may keep a message from somebody, with people whom it concerns."""
    place = ground(home)

    def some(rest: int) -> range:
        return range(1 + rest, count + 1, EVERY)

    with place.store.write() as conn:
        for one in decode_text(MORE):
            body, kind = plain(one), kind_of(one)
            definitions.put(conn, kind, one.id, body, base=None, actor="bench", now_us=2)
        wishes.put(conn, [wishes.Wish(pid, "harvest", every_days=30) for pid in some(1)])
        ahead_us = micros(NOW + timedelta(days=9))
        told = [holds.Hold(pid, "complaint", "c", 1, 1, ahead_us) for pid in some(2)]
        holds.take(conn, told)
        for pid in some(3):
            silenced.put(conn, silenced.Silenced(pid, "Fruit", 1, "link"))
        for pid in some(4):
            objections.put(conn, objections.Objection(pid, 1, "page"))
    place.store.close()


def _people(count: int) -> pl.DataFrame:
    """Columns of the traits, address and pid, seeded."""
    draw = stream(7, "bench", "launch")

    def pick(values: list[str | None], shares: list[float]) -> pl.Series:
        chosen = draw.choice(len(values), count, p=shares)
        return pl.Series(values, dtype=pl.String).gather(chosen)

    names: list[str | None] = ["Мария", "Иван", "Олена", "Тарас", "Emma", "John", None]
    zones: list[str | None] = ["Europe/Kyiv", "Asia/Almaty", "Europe/London", None]
    return pl.DataFrame(
        {
            "pid": np.arange(1, count + 1),
            "first_name": pick(names, [0.16] * 6 + [0.04]),
            "city": pick(["Київ", "Одеса", "Алматы", "London", None], [0.3, 0.25, 0.2, 0.2, 0.05]),
            "language": pick(["ru", "uk", "en", None], [0.4, 0.4, 0.15, 0.05]),
            "timezone": pick(zones, [0.6, 0.2, 0.1, 0.1]),
            "gender": pick(["f", "m", None], [0.5, 0.4, 0.1]),
            "bonus": draw.integers(0, 2_000, count).astype(float),
        }
    ).with_columns(email=pl.format("p{}@mail.example", "pid"))


def _store_people(conn: object, frame: pl.DataFrame) -> None:
    """Profiles, consents (1 % opted out, 1 % silent) and suppressions (1 %)."""
    count = frame.height
    rev = people.next_rev(conn)  # type: ignore[arg-type]
    counters.take(conn, "pid", count)  # type: ignore[arg-type]
    for part in frame.iter_slices(100_000):
        docs = traits.assemble(
            {name: part[name] for name in TRAITS},
            {"email": part["email"]},
            source=TraitSource.DECLARED,
            at_us=1_000_000,
        )
        pids = part["pid"].to_list()
        people.create(conn, rev, pids, created_us=1, docs=docs)  # type: ignore[arg-type]
        said = [pid for pid in pids if pid % 100 != 17]
        consents.record(
            conn,  # type: ignore[arg-type]
            pid=said,
            topic="harvest",
            channel="email",
            state=[
                ConsentState.OPTED_OUT if pid % 100 == 23 else ConsentState.OPTED_IN
                for pid in said
            ],
            at_us=1,
            recorded_us=1,
            source="form",
        )
    bounced = [pid for pid in range(1, count + 1) if pid % 100 == 31]
    salt = meta.load(conn).suppression_salt  # type: ignore[arg-type]
    suppressions.add(
        conn,  # type: ignore[arg-type]
        channel="email",
        digest=suppressions.digests(salt, "email", (f"p{pid}@mail.example" for pid in bounced)),
        pid=bounced,
        reason="bounced",
        at_us=1,
    )


def _write_lake(place: Ground, frame: pl.DataFrame) -> None:
    """The profile copy, and the decisions of a campaign three days ago."""
    packed = pack_meta(Trait(None, TraitSource.DECLARED, 1.0, 1_000_000))
    copy = frame.select(
        "pid",
        pl.Series("bucket", buckets(frame["pid"].to_list())),
        pl.lit(1).alias("rev"),
        pl.lit(1).cast(pl.Datetime("us")).alias("created"),
        pl.col("pid").alias("draw_pid"),
        pl.lit(value=False).alias("gone"),
        pl.lit(None, dtype=pl.String).alias("rest"),
        *(pl.col(name).alias(f"traits.{name}") for name in TRAITS),
        *(pl.lit(packed).alias(f"meta.{name}") for name in TRAITS),
        pl.col("email").alias("address.email"),
    )
    files = [write_profiles(place.lake, "copy", copy, low=1, high=1, now=BEFORE)]
    for part, chunk in enumerate(frame.select("pid").iter_slices(16_000)):
        rows = chunk.select(
            pl.lit(0).alias("run"),
            pl.lit("earlier").alias("campaign"),
            pl.lit("once").alias("occurrence"),
            "pid",
            pl.col("pid").alias("draw_pid"),
            pl.lit(BEFORE.replace(tzinfo=None)).alias("at"),
            pl.lit(BEFORE.replace(tzinfo=None)).alias("due"),
            pl.lit("send").alias("outcome"),
            pl.lit("passed").alias("reason"),
            pl.lit("").alias("held"),
            pl.lit("email").alias("channel"),
            pl.lit("only").alias("variant"),
            pl.lit(1.0).alias("propensity"),
            pl.Series("message", make_ids(("m", "earlier"), chunk["pid"].to_list())),
            pl.lit("en").alias("language"),
        )
        name = f"run-000000000-part-{part:06d}"
        files.append(write_decisions(place.lake, name, rows, chunk=part, now=BEFORE))
    with place.store.write() as conn:
        manifest.add(conn, files)
