"""Who was sent what lately, by any campaign: what the frequency cap counts, ghosts included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow.parquet as pq

from maracuja.decisions.reasons import Outcome
from maracuja.lake.decisions import DECISION_TYPES
from maracuja.lake.files import locate, of_kind, prune
from maracuja.model import FileKind, LakeFile

Pids = npt.NDArray[np.int64]

FIRST: Final = pl.col("step").fill_null(0) == 0
"""The decisions with which a message began: the later steps of a cascade repeat it."""

_SCHEMA: Final = {"pid": pl.Int64, "at_us": pl.Int64}
_COUNTED: Final = (Outcome.SEND.value, Outcome.GHOST.value)


class _File(NamedTuple):
    """A file of decisions and the pids between which its rows lie."""

    path: Path
    low: int
    high: int


class History:
    """Messages and ghosts since `since`, read for a chunk of people at a time.

    `files` are live files of decisions, which are ordered by pid, so that a chunk reads few of
    them; `merged` and `canonical` are the merged map: who was merged takes the messages along.
    `which` says which of the decisions count, such as those of certain runs.
    """

    def __init__(
        self,
        lake: Path,
        files: Sequence[LakeFile],
        merged: Pids,
        canonical: Pids,
        which: pl.Expr,
        since: datetime,
    ) -> None:
        recent = prune(of_kind(files, FileKind.DECISIONS), since=since)
        self._files = [_ranged(locate(lake, file.path)) for file in recent]
        after = pl.lit(since.replace(tzinfo=None), dtype=pl.Datetime("us"))
        self._counts = pl.col("outcome").is_in(_COUNTED) & (pl.col("due") >= after) & which
        self._carried = self._of_merged(merged, canonical)

    @property
    def as_another(self) -> Pids:
        """Who was sent to under a pid that was merged into theirs, sorted."""
        return np.unique(self._carried["pid"].to_numpy())

    def of(self, pids: Pids) -> pl.DataFrame:
        """Their messages: `pid` (canonical) and `at_us` (Int64); `pids` are sorted."""
        if len(pids) == 0:
            return pl.DataFrame(schema=_SCHEMA)
        low, high = int(pids[0]), int(pids[-1])
        near = [file.path for file in self._files if file.low <= high and file.high >= low]
        own = self._read(near, pl.col("pid").is_between(low, high))
        asked = pl.DataFrame({"pid": pl.Series(pids, dtype=pl.Int64)})
        return pl.concat([own, self._carried]).join(asked, on="pid", how="semi")

    def _of_merged(self, merged: Pids, canonical: Pids) -> pl.DataFrame:
        """The messages to people who were merged, under the pid of today."""
        into = pl.DataFrame({"alias": merged, "pid": canonical})
        rows = self._read(
            [file.path for file in self._files], pl.col("pid").is_in(merged.tolist())
        )
        return rows.rename({"pid": "alias"}).join(into, on="alias").select("pid", "at_us")

    def _read(self, paths: Sequence[Path], whom: pl.Expr) -> pl.DataFrame:
        """The counted rows of these files."""
        if not paths:
            return pl.DataFrame(schema=_SCHEMA)
        return (
            # Older files lack columns.
            pl.scan_parquet(
                list(paths),
                glob=False,
                schema=DECISION_TYPES,
                missing_columns="insert",
                extra_columns="ignore",
            )
            .filter(whom, self._counts)
            .select("pid", at_us=pl.col("due").to_physical())
            .collect()
        )


def _ranged(path: Path) -> _File:
    """The file with its lowest and highest pid, from its footer."""
    footer = pq.read_metadata(path)
    column = footer.schema.names.index("pid")
    ends = [
        footer.row_group(group).column(column).statistics for group in range(footer.num_row_groups)
    ]
    return _File(path, min(e.min for e in ends), max(e.max for e in ends))
