"""What two e-mails changed in Hillstrom's experiment: python examples/hillstrom.py hillstrom.csv.

Prints the lift in visits and in purchases, and writes each report as a page.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from rich.console import Console

from maracuja.model import micros
from maracuja.stats.report import LiftReport, ReportPlan, lift_report
from maracuja.ui.report_html import html
from maracuja.ui.report_terminal import terminal

SENT = datetime(2008, 3, 1, tzinfo=UTC)


def report(people: pl.DataFrame, goal: str) -> LiftReport:
    """The report on one goal (`visit` or `conversion`), of one row per person."""
    control = pl.col("segment") == "No E-Mail"
    units = people.with_row_index("pid", offset=1).with_columns(
        pl.when(control).then(pl.lit("campaign")).otherwise(pl.lit("")).alias("held"),
        pl.when(control).then(pl.lit("")).otherwise(pl.col("segment")).alias("variant"),
        pl.lit(True).alias("would_send"),
        pl.col(goal).alias("converted"),
        pl.col("newbie").cast(pl.Boolean),
        (pl.col("spend") * 100).round().cast(pl.Int64).alias("revenue"),
    )
    plan = ReportPlan(
        campaign="hillstrom",
        name=f"Hillstrom's e-mails: {goal}",
        goal=goal,
        goal_kind="sale",
        currency="USD",
        started_us=micros(SENT),
        closes_us=micros(SENT + timedelta(days=14)),
        window_s=14 * 86_400,
        shares={"": 2 / 3, "campaign": 1 / 3},
        variants={"Mens E-Mail": 1 / 2, "Womens E-Mail": 1 / 2},
        facts=("history_segment", "newbie"),
    )
    # The report calls its channel of the message "channel"; here that is where people shop.
    return lift_report(units.drop("channel"), plan, now=SENT + timedelta(days=15))


def main(data: Path) -> None:
    """Print both reports and write their pages to the working directory."""
    people = pl.read_csv(data, infer_schema_length=None)
    for goal in ("visit", "conversion"):
        found = report(people, goal)
        Console().print(terminal(found))
        Path(f"hillstrom-{goal}.html").write_text(html(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
