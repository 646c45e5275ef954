"""The days of a domain's warm-up: what each provider may get, and has got."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from maracuja.channels.email_warm_up import Day
from maracuja.store import bulk
from maracuja.store.schema_warm_up import warm_up_days


def days(conn: Connection, account: str) -> dict[str, list[Day]]:
    """The days of each provider, in order."""
    d = warm_up_days.c
    names = (d.provider, d.day, d.level, d.allowed, d.given, d.held)
    query = select(*names).where(d.account == account).order_by(d.provider, d.day)
    found: dict[str, list[Day]] = {}
    for provider, *row in bulk.fetch(conn, query):
        found.setdefault(provider, []).append(Day(*row))
    return found


def begin(conn: Connection, account: str, provider: str, day: Day) -> None:
    """Keep a new day; what stands of it already stays."""
    new = bulk.insert(conn, warm_up_days).values(
        account=account, provider=provider, **day._asdict()
    )
    conn.execute(new.on_conflict_do_nothing())


def count(conn: Connection, account: str, day: str, sent: Mapping[str, int]) -> None:
    """So many more have gone to each provider on that day."""
    d = warm_up_days.c
    for provider, n in sorted(sent.items()):
        conn.execute(
            update(warm_up_days)
            .where(d.account == account, d.provider == provider, d.day == day)
            .values(given=d.given + n)
        )


def hold(conn: Connection, account: str, provider: str, day: str, why: str) -> None:
    """Stop for the rest of a day."""
    d = warm_up_days.c
    conn.execute(
        update(warm_up_days)
        .where(d.account == account, d.provider == provider, d.day == day)
        .values(held=why)
    )
