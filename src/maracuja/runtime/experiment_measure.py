"""What the lake says of an experiment: how often people do it anyway, and what each arm did.

It never counts a person twice, nor an answer before the person's own (would-be) moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import duckdb
import polars as pl

from maracuja.campaigns.definitions import Goal
from maracuja.lake.files import prune
from maracuja.lake.session import open_session
from maracuja.model import FileKind, micros
from maracuja.runtime.launch_audience import Pids
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.measure import conversions
from maracuja.segments.comparing import When
from maracuja.stats.moments import NOBODY, SufficientStatistics
from maracuja.store import manifest, people

WINDOWS: Final = 4  # as many windows back as are looked at to learn a rate
_US: Final = timedelta(microseconds=1)


class Counted(NamedTuple):
    """What the people of a test did so far: those sent to, by variant; when the last was due."""

    arms: dict[str, SufficientStatistics]
    last_us: int | None

    @property
    def people(self) -> int:
        """Those of all arms."""
        return sum(arm.n for arm in self.arms.values())

    @property
    def conversions(self) -> int:
        """People of all arms who did it."""
        return sum(arm.nonzero for arm in self.arms.values())


@contextmanager
def measuring(
    ground: Ground, now: datetime, kinds: Sequence[FileKind], since: datetime
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session over the lake's files of these kinds with anything from `since` on."""
    with ground.store.read() as conn:
        files = prune(manifest.live(conn, kinds, micros(now)), since=since)
        pids, canonical = people.merged(conn)
    merged = pl.DataFrame({"pid": pids, "canonical": canonical}).to_arrow()
    limits = ground.config.lake
    con = open_session(
        ground.lake, files, merged=merged, threads=limits.threads, memory=limits.memory
    )
    try:
        yield con
    finally:
        con.close()


def usual_rate(
    ground: Ground, pids: Pids, goal: Goal, window: timedelta, now: datetime
) -> float | None:
    """The share of these people who reach the goal within a window, as it was lately.

    None where so few did that there is nothing to plan from.
    """
    since = now - WINDOWS * window
    with measuring(ground, now, (FileKind.EVENTS,), since) as con:
        con.register("asked", pl.DataFrame({"pid": pids}).to_arrow())
        done = con.execute(
            _USUAL.format(
                conversions=conversions(con, goal, When(now, ground.zone)),
                since=_moment(since),
                now=_moment(now),
                window_us=window // _US,
            )
        ).fetchone()
    reached = int(done[0]) if done else 0
    return reached / (WINDOWS * len(pids)) if reached >= WINDOWS and len(pids) else None


def count_arms(
    ground: Ground,
    runs: Sequence[int],
    goal: Goal,
    variants: Sequence[str],
    *,
    weekly: bool = False,
    window: timedelta,
    since: datetime,
    now: datetime,
) -> Counted:
    """Each arm of a test: people sent to, and who reached the goal within the window.

    `weekly`: the arms are limits of how many messages people get. Then whoever is let through by
    everything but those counts, from the first decision on.
    """
    with measuring(ground, now, (FileKind.EVENTS, FileKind.DECISIONS), since) as con:
        rows = con.execute(
            _ARMS.format(
                runs=", ".join(str(int(run)) for run in runs),
                moment='d."at"' if weekly else "d.due",
                counted=_LIMITED if weekly else "d.outcome = 'send'",
                conversions=conversions(con, goal, When(now, ground.zone)),
                window_us=window // _US,
                now=_moment(now),
            )
        ).fetchall()
    found = {
        variant: SufficientStatistics(
            n=n, sum=float(reached), sum_squares=float(reached), nonzero=reached
        )
        for variant, n, reached, _ in rows
    }
    return Counted(
        {variant: found.get(variant, NOBODY) for variant in variants},
        max((last for *_, last in rows), default=None),
    )


def _moment(at: datetime) -> str:
    return f"make_timestamp({micros(at)})"


_USUAL: Final = """
    SELECT count(DISTINCT (c.pid, (epoch_us(c.ts) - epoch_us({since})) // {window_us}))
    FROM ({conversions}) c
    WHERE c.ts > {since} AND c.ts <= {now} AND c.pid IN (SELECT pid FROM asked)
"""

_LIMITED: Final = "(d.outcome = 'send' OR d.reason = 'frequency_cap')"

_ARMS: Final = """
    WITH last AS (
        SELECT coalesce(m.canonical, d.pid) AS pid, d."at" AS decided, {moment} AS due, d.variant
        FROM decisions d LEFT JOIN merged m ON m.pid = d.pid
        WHERE d.run IN ({runs}) AND coalesce(d.step, 0) = 0 AND d.tested
          AND {counted} AND d.held = ''
        QUALIFY row_number() OVER (
            PARTITION BY coalesce(m.canonical, d.pid) ORDER BY d."at", d.pid) = 1
    ), reached AS (
        SELECT l.pid, l.variant, l.due, bool_or(c.ts IS NOT NULL) AS done
        FROM last l LEFT JOIN ({conversions}) c
          ON c.pid = l.pid AND c.ts >= l.due AND c.ts <= {now}
         AND c.ts <= l.due + INTERVAL ({window_us}) MICROSECONDS
        GROUP BY l.pid, l.variant, l.due
    )
    SELECT variant, count(*)::BIGINT, count(*) FILTER (WHERE done)::BIGINT, epoch_us(max(due))
    FROM reached GROUP BY variant ORDER BY variant
"""
