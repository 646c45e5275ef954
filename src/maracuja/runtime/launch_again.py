"""Texts written again just before they are sent, where the catalogue has changed since.

Price and stock are those of the moment of sending; who can no longer be written to, because the
product is sold out, gets no message and a reason instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl

from maracuja.campaigns.facts import RunFacts
from maracuja.decisions.reasons import Reason, read
from maracuja.runtime.delivery_texts import LINKS, PARTS, Body
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.launch_work import Round, open_round, read_people
from maracuja.store import products
from maracuja.store.outbox import Chunk
from maracuja.templates.compiled import sources, splice

LOOKUP: Final = "products["


class Renewal:
    """Renews the bodies of a chunk; what was read for it is kept while the catalogue stands."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._kept: dict[str, Round] = {}  # by channel

    def __call__(
        self, chunk: Chunk, facts: RunFacts, bodies: Sequence[Body], now: datetime
    ) -> list[Body | Reason]:
        """Each body as it reads now, or the reason why it cannot be written; in their order.

        The bodies come back as they are where no template shows products or none has changed.
        """
        if not _shows_products(facts):
            return list(bodies)
        with self._ground.store.read() as conn:
            rev = products.last_rev(conn)
        if rev == chunk.catalog_rev:
            return list(bodies)
        channel = facts.campaign.channel
        work = None if facts.listens else self._kept.get(channel)
        if work is None or (work.run, work.catalog_rev) != (chunk.run, rev):
            work = self._kept[channel] = open_round(
                self._ground, chunk.run, facts, now, pids=np.array([body.pid for body in bodies])
            )
        return render_again(work, bodies, now)


def render_again(work: Round, bodies: Sequence[Body], now: datetime) -> list[Body | Reason]:
    """The bodies written anew from the people and products of now, or the reasons why not."""
    drawn = pl.DataFrame(
        {"pid": [body.pid for body in bodies], "variant": [body.variant for body in bodies]},
        schema={"pid": pl.Int64, "variant": pl.String},
    )
    pids = np.unique(drawn["pid"].to_numpy())
    people = read_people(work, pids, now).join(
        drawn.unique("pid", keep="first"), on="pid", how="left", maintain_order="left"
    )
    if work.coupons is not None:
        with work.ground.store.read() as conn:
            people = work.coupons.again(conn, people, work.run)
    written = work.texts.write(people)
    faults = dict(zip(people["pid"], written.faults, strict=True))
    rows = {row["pid"]: row for row in written.slots.iter_rows(named=True)}
    found: list[Body | Reason] = []
    for body in bodies:
        row = rows.get(body.pid)
        if row is None:
            reason, _ = read(faults.get(body.pid) or Reason.NOT_RENDERED.value)
            found.append(reason)
            continue
        skeleton = written.skeletons[row["template"]]
        texts = {name: text or "" for name, text in row.items() if name[:1] == "s"}
        found.append(
            body._replace(
                language=row["language"],
                template=row["template"],
                content=splice(skeleton[PARTS], texts),
                links={int(n): url for n, url in skeleton[LINKS].items()},
            )
        )
    return found


def _shows_products(facts: RunFacts) -> bool:
    """Whether any text of the run looks a product up."""
    return any(
        LOOKUP in part
        for template in facts.templates.values()
        for n in range(len(template.variants))
        for part in sources(template, n).values()
    )
