"""What a launch stands on: the stores, the configuration, and what both say at a moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.checks import Known, known
from maracuja.campaigns.decoding import decode_stored
from maracuja.campaigns.facts import RunFacts
from maracuja.config import Config
from maracuja.decisions.caps import FrequencyCap
from maracuja.decisions.gates import Rules
from maracuja.decisions.quiet import QuietHours
from maracuja.lake.facts import FactCache
from maracuja.language.money_patterns import written
from maracuja.model import TraitType
from maracuja.runtime.lately import Lately
from maracuja.runtime.people_columns import PeopleColumns
from maracuja.store import definitions, discovered, meta, products
from maracuja.store.engine import Store


@dataclass(frozen=True)
class Ground:
    """The workspace as a launch needs it; `lake` is the lake's root directory."""

    store: Store
    lake: Path
    config: Config
    cache: FactCache = field(default_factory=FactCache)
    kept: PeopleColumns = field(default_factory=PeopleColumns)
    lately: Lately = field(default_factory=Lately)

    @property
    def zone(self) -> str:
        """The zone of the shop, and of people whose own is unknown."""
        return self.config.shop.time_zone

    @property
    def cap(self) -> FrequencyCap | None:
        """The workspace's frequency cap."""
        pressure = self.config.pressure
        if pressure.messages == 0:
            return None
        return FrequencyCap(messages=pressure.messages, days=pressure.per_days)

    def rules(self, facts: RunFacts) -> Rules:
        """The rules of the gates for a run."""
        since = facts.occurrence.since
        return Rules(topic=facts.topic.type, quiet=self.quiet, zone=self.zone, since=since)

    @property
    def quiet(self) -> QuietHours | None:
        """The workspace's quiet hours."""
        pressure = self.config.pressure
        if pressure.quiet_from == pressure.quiet_until:
            return None
        return QuietHours(
            start=time.fromisoformat(pressure.quiet_from),
            end=time.fromisoformat(pressure.quiet_until),
        )

    def constants(self, facts: RunFacts) -> dict[str, Any]:
        """What all people of a run share in its templates."""
        campaign = facts.campaign
        return {
            **self.shop_constants(),
            "campaign.id": campaign.id,
            "campaign.name": campaign.name or campaign.id,
            "campaign.topic": facts.topic.id,
        }

    def shop_constants(self) -> dict[str, Any]:
        """What all templates may say of the shop."""
        names = ("name", "url", "language", "currency", "country", "postal_address")
        shop = self.config.shop
        policy = {  # asked by `salutation` and `money`
            "shop.patronymics": shop.patronymics,
            "shop.money_patterns": written(shop.money_patterns),
        }
        return {f"shop.{name}": getattr(shop, name) for name in names} | policy


def definitions_in_force(conn: Connection, kind: str | None = None) -> Known:
    """Every definition in force, of one kind or of all, by kind and id."""
    return known([decode_stored(one.body) for one in definitions.current(conn, kind)])


def trait_types(conn: Connection) -> dict[str, TraitType]:
    """The discovered type of every trait, by name."""
    return {found.name: found.type for found in discovered.every(conn, "trait")}


def catalogue(conn: Connection) -> tuple[pl.DataFrame, int]:
    """The products in the feed as templates read them, and the catalogue's revision."""
    rows = [p for p in _every_product(conn) if not p.gone]
    names = [name for name in products.Product._fields if name != "gone"]
    types = {"price": pl.Int64, "stock": pl.Int64, "old_price": pl.Int64}
    frame = pl.DataFrame(
        {name: [getattr(row, name) for row in rows] for name in names},
        schema={name: types.get(name, pl.String) for name in names},
    )
    return frame, products.last_rev(conn)


def holdout_salt(conn: Connection) -> str:
    """The salt of everybody's draws."""
    return meta.load(conn).holdout_salt


def _every_product(conn: Connection) -> list[products.Product]:
    """The catalogue, page by page."""
    found: list[products.Product] = []
    while True:
        page = products.every(conn, after=found[-1].id if found else "")
        if not page:
            return found
        found += page
