"""Who has asked to be left alone by law: an objection to profiling, a request under way.

One quick look where nobody has; it changes nothing.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts
from maracuja.campaigns.profiling import by_behaviour
from maracuja.decisions.reasons import Reason
from maracuja.runtime.launch_audience import segments_of
from maracuja.runtime.launch_ground import definitions_in_force
from maracuja.runtime.voice import COLUMNS, Asked, Pids
from maracuja.store import objections, rights


def asked_by_law(conn: Connection, pids: Pids, asked: Asked) -> pl.DataFrame:
    """A restriction or an erasure under way holds all marketing; an objection what profiles."""
    restricted = rights.withholding(conn, pids)
    objecting = objections.among(conn, pids)
    if objecting.size and not (asked.facts is not None and profiles(conn, asked.facts)):
        objecting = np.zeros(0, dtype=np.int64)
    objecting = np.setdiff1d(objecting, restricted)
    found = [(restricted, Reason.RESTRICTED), (objecting, Reason.OBJECTED)]
    rows = [(pid, reason.value, None) for those, reason in found for pid in those.tolist()]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def profiles(conn: Connection, facts: RunFacts) -> list[str]:
    """Where the run's campaign goes by what people did, by the segments in force now."""
    segments = segments_of(definitions_in_force(conn, "segment"))
    return by_behaviour(facts.campaign, segments, facts.templates.values())
