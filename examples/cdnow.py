"""Recency, frequency and value: segments over 69,659 real purchases of an online music shop.

Run `python examples/cdnow.py [folder of CDNOW_master.txt]`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import yaml
from rich.console import Console

from maracuja import rng
from maracuja.lake.files import Place, write_frame
from maracuja.lake.session import open_session
from maracuja.model import FileKind
from maracuja.runtime.audience import Sources, evaluate
from maracuja.segments.check import decode
from maracuja.segments.comparing import When
from maracuja.segments.words import say

NOW = datetime(2022, 7, 1, tzinfo=UTC)

SEGMENTS = """
- id: champions
  where:
    - {last: Order Completed, in_last: 90 days}
    - {did: Order Completed, at_least: 5}
    - {sum: Order Completed, of: revenue, at_least: 200}
- id: new
  where:
    - {first: Order Completed, in_last: 18 months}
    - {did: Order Completed, is: 1}
- id: valuable but asleep
  where:
    - {last: Order Completed, longer_ago: 180 days}
    - {sum: Order Completed, of: revenue, at_least: 200}
- id: growing
  where:
    - {did: Order Completed, within: 180 days, at_least: 2}
    - {average: Order Completed, of: revenue, above: 30}
- id: worth a letter
  where:
    - any: [{segment: champions}, {segment: valuable but asleep}]
"""


def purchases(folder: Path) -> pl.DataFrame:
    """The purchases as events of the lake; shape (69659, 9)."""
    lines = pl.Series("line", (folder / "CDNOW_master.txt").read_text().splitlines())
    words = lines.str.extract_groups(r"(\d+)\s+(\d{8})\s+(\d+)\s+([\d.]+)").struct
    frame = pl.DataFrame(
        {
            "pid": words.field("1").cast(pl.Int64),
            "ts": words.field("2").str.to_date("%Y%m%d").cast(pl.Datetime("us")),
            "properties.quantity": words.field("3").cast(pl.Float64),
            "properties.revenue": words.field("4").cast(pl.Float64),
            "message_hash": pl.int_range(len(lines), dtype=pl.Int64, eager=True),
        }
    ).with_columns(received=pl.col("ts"), kind=pl.lit("track"), event=pl.lit("Order Completed"))
    buckets = pl.Series("bucket", rng.buckets(frame["pid"].to_list()))
    return frame.with_columns(buckets).sort("event", "bucket", "pid", "ts")


class Customers:
    """The people: everybody who ever bought; nothing else is known about them."""

    def __init__(self, pids: pl.Series) -> None:
        self._frame = pl.DataFrame({"pid": pids, "draw_pid": pids})

    def profiles(
        self,
        traits: Sequence[str],
        *,
        pids: Sequence[int] | None,
        buckets: Sequence[int] | None,
        drawn: bool = False,
    ) -> pl.DataFrame:
        """See maracuja.runtime.audience.People."""
        return self._frame

    def consents(
        self, pairs: Sequence[tuple[str, str]], *, pids: Sequence[int] | None
    ) -> pl.DataFrame:
        """Nobody was asked."""
        return self._frame.select("pid")

    def reach(self, channels: Sequence[str], *, pids: Sequence[int] | None) -> pl.DataFrame:
        """No address is known."""
        return self._frame.select("pid")


def counts(folder: Path) -> dict[str, int]:
    """How many customers are in each segment."""
    events = purchases(folder)
    segments = {s.id: s for s in map(decode, yaml.safe_load(SEGMENTS))}
    with tempfile.TemporaryDirectory() as root:
        place = Place(
            path="events/all.parquet", kind=FileKind.EVENTS, day="2022-07-01", low=1, high=1
        )
        file = write_frame(Path(root), place, events, now=NOW, time="ts")
        with open_session(Path(root), [file]) as con:
            sources = Sources(con, Customers(events["pid"].unique().sort()), segments)
            return {
                name: int(evaluate(segment.where, sources, When(NOW)).pids.size)
                for name, segment in segments.items()
            }


def main() -> None:
    """Print each segment's size and its words."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/cdnow")
    segments = {s.id: s for s in map(decode, yaml.safe_load(SEGMENTS))}
    console = Console()
    for name, count in counts(folder).items():
        console.print(f"[bold]{count:6,}  {name}[/bold]: {say(segments[name].where)}")


if __name__ == "__main__":
    main()
