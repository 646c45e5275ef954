"""Where messages were sent, read back from the texts that were kept of them.

What it reads stays in the transaction that asked: an address never becomes an event's property.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl
from sqlalchemy import Connection

from maracuja.lake.files import locate
from maracuja.model import DeliveryEvent
from maracuja.store import outbox, posted


def sent_to(conn: Connection, lake: Path, told: Iterable[DeliveryEvent]) -> dict[bytes, str]:
    """By message id, the address that the message of each event had been written to.

    Messages whose text is gone (retention, erasure) are left out. Reads the files of their runs.
    """
    of_run: dict[int, set[bytes]] = {}
    for event in told:
        of_run.setdefault(event.run, set()).add(event.message_id)
    single = [message for run in of_run.keys() & set(posted.RUNS) for message in of_run[run]]
    found = posted.addresses(conn, single)
    for run, messages in sorted(of_run.items()):
        if run in posted.RUNS:
            continue
        wanted = pl.Series(sorted(messages), dtype=pl.Binary).implode()
        for chunk in outbox.chunks_of_run(conn, run):
            path = locate(lake, chunk.path)
            if not path.is_file():
                continue
            rows = (
                pl.scan_parquet(path, glob=False)
                .filter(pl.col("message").is_in(wanted))
                .select("message", "address")
                .collect()
            )
            found |= {message: address for message, address in rows.iter_rows() if address}
    return found
