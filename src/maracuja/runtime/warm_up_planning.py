"""The turns of a new domain's day: the most engaged first, nobody at a provider in trouble.

It plans for marketing that waits in the outbox, and never for more than the day's volume.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import polars as pl
from sqlalchemy import Connection

from maracuja.channels import channel_of
from maracuja.channels.email_warm_up import Day, next_level, provider_of, trouble, volume
from maracuja.lake.columns import literal
from maracuja.lake.files import prune
from maracuja.lake.session import ensure_columns, open_session
from maracuja.model import FileKind, LakeFile, Lane, TraitType, micros
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.warm_up import Turns, WarmUp
from maracuja.store import audit, manifest, outbox, people, runs, warm_ups
from maracuja.store.runs import RunState

AGAIN: Final = timedelta(seconds=30)
SPAN: Final = timedelta(days=180)  # of what people did
LATELY: Final = timedelta(days=2)  # of what became of messages
WAITING_MAX: Final = 500_000
_COLUMNS: Final = {
    "properties.channel": TraitType.TEXT,
    "properties.machine": TraitType.BOOLEAN,
}
_ENGAGED: Final = """
    SELECT coalesce(canonical, pid) AS pid,
      max(CASE WHEN event = 'Message Clicked' THEN ts END) AS clicked,
      max(CASE WHEN event = 'Message Read' THEN ts END) AS opened,
      max(CASE WHEN event = 'Order Completed' THEN ts END) AS bought
    FROM events LEFT JOIN merged USING (pid)
    WHERE event IN ('Message Clicked', 'Message Read', 'Order Completed')
      AND coalesce("properties.machine", false) = false AND ts >= make_timestamp({since})
    GROUP BY 1
"""
_BECAME: Final = """
    SELECT coalesce(canonical, pid) AS pid, event, count(*) AS n
    FROM events LEFT JOIN merged USING (pid)
    WHERE event IN ('Message Sent', 'Message Bounced', 'Message Complained')
      AND "properties.channel" = {channel} AND ts >= make_timestamp({since})
    GROUP BY 1, 2
"""


class WarmUpPlanning:
    """A chore of the worker, for the accounts of mail that are warming up."""

    def __init__(self, ground: Ground, accounts: Sequence[WarmUp]) -> None:
        self._ground = ground
        self._accounts = [one for one in accounts if one.settings.warm_up_from]
        self._next: dict[str, datetime] = {}

    def __call__(self, now: datetime) -> datetime | None:
        """Give turns to those who wait now; when to look again, None where nobody does."""
        dues = [self._plan(one, now) for one in self._accounts if one.begun(now)]
        return min((at for at in dues if at is not None), default=None)

    def _plan(self, account: WarmUp, now: datetime) -> datetime | None:
        """One account; the lake is asked every half a minute at most."""
        later, known = self._next.get(account.account), account.turns
        if later is not None and now < later and known and known.day == account.day(now):
            return later
        waiting = self._ask(account, now)
        if not waiting:
            account.turns = None
            return None
        with self._ground.store.read() as conn:
            if any(runs.every(conn, states=(RunState.LAUNCHING,))):
                return now + AGAIN  # the most engaged may still be to come
            addressed = _addresses(conn, waiting)
            files = manifest.live(conn, (FileKind.EVENTS,), micros(now))
            pids, canonical = people.merged(conn)
        merged = pl.DataFrame({"pid": pids, "canonical": canonical})
        account.turns = self._turns(account, addressed, files, merged, now)
        self._next[account.account] = now + AGAIN
        return now + AGAIN

    def _ask(self, account: WarmUp, now: datetime) -> list[int]:
        """The people whose marketing is due today on the account."""
        with self._ground.store.read() as conn:
            until_us = micros(account.tomorrow(now)) - 1
            return outbox.waiting_people(
                conn, account.code, int(Lane.MARKETING), until_us, rows_max=WAITING_MAX
            )

    def _turns(
        self,
        account: WarmUp,
        addressed: pl.DataFrame,
        files: Sequence[LakeFile],
        merged: pl.DataFrame,
        now: datetime,
    ) -> Turns:
        """Today's volumes of every provider, begun where they were not, and who has a turn."""
        engaged = self._query(_ENGAGED, files, merged, now - SPAN)
        became = self._query(_BECAME, files, merged, now - LATELY, account.account)
        day = account.day(now)
        told = _by_provider(self._ground, became)
        ranked = addressed.join(engaged, on="pid", how="left").sort(
            ["clicked", "opened", "bought", "pid"],
            descending=[True, True, True, False],
            nulls_last=True,
        )
        chosen: dict[str, set[int] | None] = {}
        full: set[str] = set()
        with self._ground.store.write() as conn:
            known = warm_ups.days(conn, account.account)
            for (provider,), rows in ranked.group_by(["provider"], maintain_order=True):
                name = str(provider)
                today = _today(conn, account, name, known.get(name, []), day)
                why = today.held or trouble(*told.get(name, (0, 0, 0)))
                if why and not today.held:
                    warm_ups.hold(conn, account.account, name, day, why)
                    subject = f"channel:{account.account}"
                    detail = {"provider": name, "why": why}
                    audit.add(conn, micros(now), "delivery", "warm_up.hold", subject, detail)
                left = 0 if why else None if today.allowed is None else today.allowed - today.given
                if left is None:
                    chosen[name] = None
                    continue
                pids = rows["pid"].unique(maintain_order=True)[: max(left, 0)].to_list()
                chosen[name] = set(pids)
                if left <= len(pids):
                    full.add(name)
        return Turns(day, chosen, frozenset(full))

    def _query(
        self,
        query: str,
        files: Sequence[LakeFile],
        merged: pl.DataFrame,
        since: datetime,
        account: str = "",
    ) -> pl.DataFrame:
        limits = self._ground.config.lake
        con = open_session(
            self._ground.lake,
            prune(files, since=since),
            merged=merged.to_arrow(),
            threads=limits.threads,
            memory=limits.memory,
        )
        try:
            ensure_columns(con, _COLUMNS)
            channel = literal(channel_of(account))
            asked = query.format(since=micros(since), channel=channel)
            frame = pl.from_arrow(con.sql(asked).to_arrow_table())
            assert isinstance(frame, pl.DataFrame)
            return frame
        finally:
            con.close()


def _today(conn: Connection, account: WarmUp, provider: str, known: list[Day], day: str) -> Day:
    """The day of a provider as it stands; begun where it was not."""
    if known and known[-1].day == day:
        return known[-1]
    level = next_level(known[-1] if known else None)
    made = Day(day, level, volume(account.settings, level), 0)
    warm_ups.begin(conn, account.account, provider, made)
    return made


def _addresses(conn: Connection, pids: Sequence[int]) -> pl.DataFrame:
    """`pid` and `provider`, once for each provider at which a person has an address."""
    owners, kinds, values = people.identities_for(conn, list(pids))
    rows = {
        (pid, provider_of(value))
        for pid, kind, value in zip(owners, kinds, values, strict=True)
        if kind == "email"
    }
    return pl.DataFrame(
        sorted(rows), schema={"pid": pl.Int64, "provider": pl.String}, orient="row"
    )


def _by_provider(ground: Ground, became: pl.DataFrame) -> dict[str, tuple[int, int, int]]:
    """Sent, bounced and complained of each provider."""
    with ground.store.read() as conn:
        addressed = _addresses(conn, became["pid"].unique().to_list())
    counts = became.join(addressed, on="pid").group_by("provider", "event").agg(pl.col("n").sum())
    found: dict[str, dict[str, int]] = {}
    for provider, event, n in counts.iter_rows():
        found.setdefault(provider, {})[event] = int(n)
    names = ("Message Sent", "Message Bounced", "Message Complained")
    return {
        provider: (told.get(names[0], 0), told.get(names[1], 0), told.get(names[2], 0))
        for provider, told in found.items()
    }
