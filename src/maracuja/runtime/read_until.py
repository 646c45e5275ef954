"""Receipts that name a moment instead of messages: as one receipt for each message until then.

It invents none: without a message of ours to that address nothing is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from maracuja.channels import identity_kind
from maracuja.ingest.heard import HeardRow
from maracuja.store import accounts, people, vendor_ids

# What was sent this little after the moment is meant too: the vendor's clock is not ours.
SLACK_US: Final = 5_000_000


def unfolded(conn: Connection, rows: Sequence[HeardRow]) -> list[HeardRow]:
    """The rows, those with `until` as one for each message: told again, it is the same."""
    if not any(row.heard.until for row in rows):
        return list(rows)
    sent = _sent(conn, [row for row in rows if row.heard.until])
    found: list[HeardRow] = []
    for row in rows:
        until_us = row.heard.at_us + SLACK_US
        if row.heard.until:
            theirs = sent.get((row.channel, row.heard.address), [])
            found += [_about(row, one) for one in theirs if one.at_us <= until_us]
        else:
            found.append(row)
    return found


def _sent(
    conn: Connection, rows: Sequence[HeardRow]
) -> dict[tuple[str, str], list[vendor_ids.Sent]]:
    """What was sent to each (channel, address), as far as vendors' ids are kept."""
    asked = sorted({(row.channel, row.heard.address) for row in rows})
    kinds = [identity_kind(channel) for channel, _ in asked]
    owners = people.canonical(conn, people.find(conn, kinds, [value for _, value in asked]))
    found: dict[tuple[str, str], list[vendor_ids.Sent]] = {}
    for channel in sorted({channel for channel, _ in asked}):
        pids = {key: int(pid) for key, pid in zip(asked, owners, strict=True) if key[0] == channel}
        number, theirs = accounts.number(conn, channel), sorted(set(pids.values()) - {0})
        sent = vendor_ids.sent_to(conn, number, theirs)
        found |= {key: sent.get(pid, []) for key, pid in pids.items()}
    return found


def _about(row: HeardRow, sent: vendor_ids.Sent) -> HeardRow:
    heard = msgspec.structs.replace(
        row.heard,
        key=f"{row.heard.status}:{sent.vendor_id}",
        vendor_id=sent.vendor_id,
        until=False,
    )
    return row._replace(heard=heard)
