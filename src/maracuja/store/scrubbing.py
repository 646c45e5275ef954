"""Takes a person out of what is kept as it came: refused events, commands, samples of names.

It can only find who is named by an identity or an address; a body with a name alone stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, LargeBinary, Table, Text, delete, select, update

from maracuja.store import bulk, traits
from maracuja.store.schema import commands, discovered, refused
from maracuja.store.schema_inbound import inbound_calls

SCAN_ROWS: Final = 1_000
PHONE_DIGITS_MIN: Final = 8  # without its country; fewer may be any number

# Where a client may write an identity as a number.
_ID_FIELDS: Final = frozenset({"userId", "previousId", "anonymousId", "groupId"})
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_DIGITS: Final = re.compile(r"\D")


class Names:
    """By what a person can be recognised in a text: (kind, value) of identities and addresses."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        known = [(kind, value.strip().casefold()) for kind, value in names]
        self._whole = {value for _, value in known}
        self._inside = [value for kind, value in known if kind == "email"]
        self._phones = [_DIGITS.sub("", value) for kind, value in known if kind == "phone"]

    def are_in(self, body: bytes) -> bool:
        """Whether a body of JSON (else of any text) names the person, in whatever spelling.

        Letter case and escapes do not matter; a telephone number may lack its country, and an
        e-mail address may stand within a text.
        """
        try:
            found = _texts(msgspec.json.decode(body))
            return any(self._is_named(text.strip().casefold()) for text in found)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._are_in_text(body.decode(errors="replace"))

    def _is_named(self, text: str) -> bool:
        if text in self._whole or any(address in text for address in self._inside):
            return True
        digits = _DIGITS.sub("", text).lstrip("0")
        return len(digits) >= PHONE_DIGITS_MIN and any(p.endswith(digits) for p in self._phones)

    def _are_in_text(self, text: str) -> bool:
        plain = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text).casefold()
        return (
            any(f'"{value}"' in plain for value in self._whole)
            or any(address in plain for address in self._inside)
            or any(phone in plain for phone in self._phones)
        )


def _texts(value: Any, field: str = "") -> Iterator[str]:
    """Every text of a JSON value, names of fields too, and the numbers that may be identities."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, field)
    elif isinstance(value, int) and (field in _ID_FIELDS or value >= 10 ** (PHONE_DIGITS_MIN - 1)):
        yield str(value)


def scrub(
    conn: Connection, names: Iterable[tuple[str, str]], document: traits.Document
) -> dict[str, int]:
    """Delete refused events and what webhooks were told, blank commands, and take samples out.

    All of it where the person is named. `names` are (kind, value) of identities and addresses.
    Returns the rows by table.
    """
    known = list(names)
    sought = Names(known)
    bad = bulk.given_ids(conn, _naming(conn, refused, "body", sought), name="mentioned")
    counts = {
        "refused": conn.execute(delete(refused).where(refused.c.id.in_(select(bad.c.id)))).rowcount
    }
    told = bulk.given_ids(conn, _naming(conn, inbound_calls, "body", sought), name="mentioned")
    counts["inbound_calls"] = conn.execute(
        delete(inbound_calls).where(inbound_calls.c.id.in_(select(told.c.id)))
    ).rowcount
    asked = bulk.given_ids(conn, _naming(conn, commands, "args", sought), name="mentioned")
    counts["commands"] = conn.execute(
        update(commands)
        .where(commands.c.id.in_(select(asked.c.id)), commands.c.done_us.is_not(None))
        .values(args=b"null", result=b"null")
    ).rowcount
    said = [trait.value for trait in document.traits.values()]
    counts["discovered"] = _scrub_samples(conn, [*{value for _, value in known}, *said])
    return counts


def _naming(conn: Connection, table: Table, name: str, sought: Names) -> list[int]:
    """The ids of the rows whose body names the person."""
    found: list[int] = []
    last = 0
    while True:
        query = (
            select(table.c.id, table.c[name])
            .where(table.c.id > last)
            .order_by(table.c.id)
            .limit(SCAN_ROWS)
        )
        rows = bulk.fetch(conn, query)
        found += [number for number, body in rows if sought.are_in(bytes(body))]
        if len(rows) < SCAN_ROWS:
            return found
        last = rows[-1][0]


def _scrub_samples(conn: Connection, values: Sequence[Any]) -> int:
    """Take the person's values out of the samples of what was discovered."""
    names = [*discovered.primary_key.columns.keys(), "samples"]
    rows = bulk.fetch(conn, select(*(discovered.c[name] for name in names)))
    kept = {
        tuple(key): [sample for sample in msgspec.json.decode(samples) if sample not in values]
        for *key, samples in rows
    }
    before = {tuple(key): bytes(samples) for *key, samples in rows}
    after = {key: msgspec.json.encode(samples) for key, samples in kept.items()}
    changed = [key for key in sorted(after) if after[key] != before[key]]
    if not changed:
        return 0
    scopes, events, traits_or_properties = zip(*changed, strict=True)
    clean = bulk.given(
        conn,
        "clean",
        scope=(Text(), scopes),
        event=(Text(), events),
        name=(Text(), traits_or_properties),
        samples=(LargeBinary(), [after[key] for key in changed]),
    )
    d = discovered.c
    return conn.execute(
        update(discovered)
        .where(d.scope == clean.c.scope, d.event == clean.c.event, d.name == clean.c.name)
        .values(samples=clean.c.samples)
    ).rowcount
