"""The numbers of channels' accounts, as outbox and vendors' ids have them; never given twice.

A channel's main account has the channel's own code; further ones get theirs when they are set up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, func, select

from maracuja.channels import CODES_BY_NAME, NAMES_BY_CODE, account_of, address_kinds
from maracuja.errors import ConfigError, NotFound
from maracuja.store import bulk
from maracuja.store.schema_accounts import channel_accounts

NUMBER_MIN: Final = 100  # no channel's code is ever so high
NUMBER_MAX: Final = 999

_a = channel_accounts.c


def give(conn: Connection, names: Iterable[str]) -> dict[str, int]:
    """The numbers of these accounts, new ones for those that have none yet; by name."""
    held = _further(conn)
    new = sorted({name for name in names if account_of(name)} - held.keys())
    if new:
        highest = conn.execute(select(func.max(_a.number))).scalar() or NUMBER_MIN - 1
        numbers = range(highest + 1, highest + 1 + len(new))
        if numbers[-1] > NUMBER_MAX:
            raise ConfigError(f"There have been {highest - NUMBER_MIN + 1} accounts already.")
        bulk.insert_columns(conn, channel_accounts, {"name": new, "number": list(numbers)})
        held |= dict(zip(new, numbers, strict=True))
    return CODES_BY_NAME | held


def number(conn: Connection, name: str) -> int:
    """The number of an account; of a channel's main one, its code. Raises NotFound."""
    if not account_of(name):
        return CODES_BY_NAME[name]
    found = _further(conn).get(name)
    if found is None:
        raise NotFound(
            f"The account {name} is not set up here.",
            where="channel",
            fix="Add its section to maracuja.toml and start the worker again.",
        )
    return found


def names(conn: Connection) -> dict[int, str]:
    """The names of all accounts that there are or were, by number."""
    return NAMES_BY_CODE | {number: name for name, number in _further(conn).items()}


def reaching(conn: Connection, kind: str) -> list[str]:
    """The further accounts that reach people by this kind of address."""
    return sorted(name for name in _further(conn) if kind in address_kinds(name))


def _further(conn: Connection) -> dict[str, int]:
    return dict(bulk.fetch(conn, select(_a.name, _a.number)))
