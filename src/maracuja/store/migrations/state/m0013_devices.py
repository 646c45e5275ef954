"""Several devices of a person: those that profiles name become rows of their own."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ROWS = 16_000
KINDS = ("web_push", "mobile_push")


def upgrade() -> None:
    """Make the table and fill it."""
    table = op.create_table(
        "devices",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("first_us", sa.BigInteger(), nullable=False),
        sa.Column("seen_us", sa.BigInteger(), nullable=False),
        sa.Column("off_until_us", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=("pk_devices")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_devices_pid", "devices", ["pid"])
    conn, after = op.get_bind(), 0
    seen: set[tuple[str, bytes]] = set()
    while rows := _profiles(conn, after):
        after = rows[-1][0]
        found = [one for pid, at_us, doc in rows for one in _devices(pid, at_us, bytes(doc))]
        new = {(one["kind"], one["name"]): one for one in reversed(found)}  # a shared one: once
        new = {key: one for key, one in new.items() if key not in seen}
        seen |= new.keys()
        if new:
            conn.execute(table.insert(), list(new.values()))


def _profiles(conn: sa.Connection, after: int) -> list[Any]:
    """The next profiles: pid, when they were made, document."""
    query = "SELECT pid, created_us, doc FROM profiles WHERE pid > :after ORDER BY pid LIMIT :n"
    return list(conn.execute(sa.text(query), {"after": after, "n": ROWS}))


def _devices(pid: int, at_us: int, doc: bytes) -> list[dict[str, Any]]:
    """The rows of a profile: one for each kind, as there was no more."""
    if not any(kind.encode() in doc for kind in KINDS):
        return []
    addresses = json.loads(doc).get("addresses", {})
    return [
        {
            "kind": kind,
            "name": hashlib.sha256(_name(addresses[kind]).encode()).digest(),
            "pid": pid,
            "address": addresses[kind],
            "app": "",
            "platform": "web" if kind == "web_push" else "",
            "first_us": at_us,
            "seen_us": at_us,
            "off_until_us": 0,
            "why": "",
        }
        for kind in KINDS
        if addresses.get(kind)
    ]


def _name(address: str) -> str:
    """What a device is recognised by: the endpoint of a subscription, or the token."""
    return str(json.loads(address)["endpoint"]) if address.startswith("{") else address


def downgrade() -> None:
    """Drop it: profiles keep the addresses."""
    op.drop_table("devices")
