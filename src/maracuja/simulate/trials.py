"""Many campaigns in one simulated shop, each through the whole platform, each with known truth."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from maracuja import app as composition
from maracuja.campaigns.decoding import decode_text, kind_of, plain
from maracuja.clock import SimClock
from maracuja.config import load_config
from maracuja.ingest.import_mapping import FileMapping
from maracuja.model import micros
from maracuja.runtime import campaign_work, importing
from maracuja.simulate.catalogue import make_catalogue
from maracuja.simulate.people import make_people
from maracuja.simulate.reactions import WINDOW, potential_outcomes, true_effect
from maracuja.simulate.vendors import MailVendor
from maracuja.simulate.week import week_calls
from maracuja.stats.report import LiftReport
from maracuja.store import definitions, inbox, people

DEFINITIONS = """
kind: topic
id: news
---
kind: goal
id: purchase
event: Order Completed
window: 7 days
value: revenue
---
kind: template
id: hello
variants: [{language: en, subject: Hello, text: "Hello! {{ links.unsubscribe }}"}]
"""
CAMPAIGN = """
kind: campaign
id: trial-%d
topic: news
audience: [{trait: email}]
template: hello
goals: [purchase]
holdout: %.2f
breakdowns: []
"""


class Trial(NamedTuple):
    """What the platform reported of one campaign, and the true rates without and with it."""

    seed: int
    report: LiftReport
    rate_without: float
    rate_with: float

    @property
    def true_lift(self) -> float:
        """The relative effect among those who would have been sent to."""
        return self.rate_with / self.rate_without - 1.0


class Shop:
    """A workspace of simulated people that campaigns are tried on, one week after the other."""

    def __init__(self, directory: Path, start: datetime, *, count: int, seed: int) -> None:
        self._clock = SimClock(start)
        self._seed = seed
        settings = {"pressure": {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}}
        composition.create(directory, settings, clock=self._clock, seed=seed)
        self._app = composition.open_app(load_config(directory), self._clock)
        self._worker = composition.make_worker(self._app, holder="trials", transport=MailVendor())
        self._people = make_people(seed, count, start.date())
        self._goods = make_catalogue(seed)
        self._import(directory)

    def close(self) -> None:
        """Give everything back."""
        self._worker.close()
        self._app.close()

    def _import(self, directory: Path) -> None:
        now = self._clock.now()
        columns = {
            "external_id": "external_id",
            "email": "email",
            "consent": "consent.news.email",
            "consent_on": "consent.news.email.at",
            "consent_source": "consent.news.email.source",
        }
        path = directory / "people.csv"
        self._people.select(*columns).write_csv(path)
        work = importing.prepare("people", path, mapping=FileMapping(columns=columns))
        importing.run(self._app.store, work, now=now)
        self._put(DEFINITIONS)
        names = self._people["external_id"].to_list()
        with self._app.store.read() as conn:
            self._pids = people.find(conn, ["external_id"] * len(names), names)

    def _put(self, text: str) -> None:
        now_us = micros(self._clock.now())
        with self._app.store.write() as conn:
            for one in decode_text(text):
                definitions.put(
                    conn, kind_of(one), one.id, plain(one), base=None, actor="trial", now_us=now_us
                )

    def try_campaign(self, seed: int, *, strength: float, holdout: float) -> Trial:
        """One campaign and its week; `strength` scales its effect (0: none, below: harm)."""
        name, began = f"trial-{seed}", self._clock.now()
        self._put(CAMPAIGN % (seed, holdout))
        with self._app.store.write() as conn:
            campaign_work.launch(conn, self._app.ground, name, began)
        self._worker.settle(began)
        decided = self._decided(name)
        sent = (decided == "send").to_numpy()
        would = decided.is_in(["send", "ghost"]).to_numpy()
        _, without, with_it = potential_outcomes(seed, name, self._people, strength)
        nobody = pl.Series([None] * self._people.height, dtype=pl.Datetime("us"))
        calls = week_calls(
            seed, name, self._people.with_columns(activity=pl.lit(0.0)), self._goods,
            np.where(sent, with_it, without), began, nobody, WINDOW.days,
        )  # fmt: skip
        self._clock.advance(timedelta(days=8))
        now = self._clock.now()
        with self._app.store.write_inbox() as conn:
            rows = [
                inbox.Request(micros(now), "batch", "server", b"{}", body) for _, body in calls
            ]
            inbox.append(conn, rows)
        self._worker.settle(now)
        report = campaign_work.report(self._app.ground, name, now)
        return Trial(seed, report, *true_effect(without, with_it, would))

    def _decided(self, campaign: str) -> pl.Series:
        """The outcome for each simulated person, '' for those who were not in the audience."""
        decided = campaign_work.last_decisions(self._app.ground, campaign, self._clock.now())
        people_rows = pl.DataFrame({"pid": self._pids})
        joined = people_rows.join(decided, on="pid", how="left", maintain_order="left")
        return joined["outcome"].fill_null("")
