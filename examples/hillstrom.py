"""What two e-mails changed in Hillstrom's experiment: python examples/hillstrom.py hillstrom.csv.

Imports the customers and what they did into a workspace of its own, puts the mailing on record,
prints the lift in visits and in purchases, and writes each report as a page.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from rich.console import Console

from maracuja import app as composition
from maracuja.clock import SimClock
from maracuja.ingest.import_mapping import FileMapping
from maracuja.runtime import campaign_work, definition_files, importing
from maracuja.runtime.past_campaigns import record_past
from maracuja.simulate.vendors import MailVendor
from maracuja.stats.report import LiftReport
from maracuja.store import people
from maracuja.ui.report_html import html
from maracuja.ui.report_terminal import terminal

SENT = datetime(2008, 3, 1, tzinfo=UTC)
READ = datetime(2008, 3, 16, tzinfo=UTC)
ARMS = {"Mens E-Mail": "mens", "Womens E-Mail": "womens", "No E-Mail": None}
DEFINITIONS = """
kind: topic
id: news
---
{kind: goal, id: visit, event: Page Viewed, window: 14 days, type: engagement}
---
{kind: goal, id: purchase, event: Order Completed, window: 14 days, value: revenue}
---
kind: template
id: mens
variants: [{language: en, subject: Men's merchandise, text: "See it. {{ links.unsubscribe }}"}]
---
kind: template
id: womens
variants: [{language: en, subject: Women's merchandise, text: "See it. {{ links.unsubscribe }}"}]
---
kind: campaign
id: hillstrom
name: Hillstrom's e-mails
topic: news
audience: [{trait: history_segment}]
variants: [{id: mens, template: mens}, {id: womens, template: womens}]
holdout: 0.333333
goals: [visit, purchase]
tracking: {clicks: false, opens: false}
"""


def reports(data: Path, workspace: Path) -> dict[str, LiftReport]:
    """The report by goal (visit, purchase), after all of it went through the workspace."""
    clock = SimClock(SENT)
    composition.create(workspace, {"shop": {"currency": "USD"}}, clock=clock, seed=1)
    (workspace / "definitions.d").mkdir()
    (workspace / "definitions.d" / "all.yaml").write_text(DEFINITIONS)
    with composition.opened(workspace, clock) as app:
        definition_files.apply(app.store, workspace / "definitions.d", now=SENT, actor="example")
        rows = pl.read_csv(data, infer_schema_length=None).with_row_index("id", offset=1)
        _import(app, workspace, rows)
        worker = composition.make_worker(app, holder="example", transport=MailVendor())
        worker.settle(READ)
        with app.store.read() as conn:
            pids = people.find(conn, ["external_id"] * rows.height, rows["id"].cast(str).to_list())
        arms = rows.select(
            pl.Series("pid", pids),
            pl.col("segment").replace_strict(ARMS, return_dtype=pl.String).alias("variant"),
            (pl.col("segment") == "No E-Mail").alias("held"),
            "history_segment",
            pl.col("newbie").cast(pl.String),
        )
        record_past(app.ground, "hillstrom", arms, SENT)
        worker.settle(READ)
        worker.close()
        goals = ("visit", "purchase")
        return {g: campaign_work.report(app.ground, "hillstrom", READ, goal=g) for g in goals}


def _import(app: composition.App, workspace: Path, rows: pl.DataFrame) -> None:
    """Customers by one file, visits and orders by two others."""
    known = ["id", "history_segment", "zip_code", "newbie", "recency"]
    rows.select(known).write_csv(workspace / "people.csv")
    when = pl.lit("2008-03-03T12:00:00Z").alias("timestamp")
    visits = rows.filter(pl.col("visit") == 1)
    visits.select(pl.col("id").alias("userId"), when).write_csv(workspace / "visits.csv")
    orders = rows.filter(pl.col("conversion") == 1)
    orders.select(
        pl.col("id").alias("userId"), when, pl.col("spend").alias("properties.revenue")
    ).write_csv(workspace / "orders.csv")
    files = (
        ("people", "people.csv", ""),
        ("events", "visits.csv", "Page Viewed"),
        ("events", "orders.csv", "Order Completed"),
    )
    for kind, name, event in files:
        mapping = FileMapping(columns={}, event=event)
        importing.run(
            app.store, importing.prepare(kind, workspace / name, mapping=mapping), now=READ
        )


def main(data: Path) -> None:
    """Print both reports and write their pages to the working directory."""
    with tempfile.TemporaryDirectory() as workspace:
        for goal, found in reports(data, Path(workspace) / "shop").items():
            Console().print(terminal(found))
            Path(f"hillstrom-{goal}.html").write_text(html(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
