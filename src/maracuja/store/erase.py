"""Forgets a person: every table of the state database, with counts for the certificate.

What stays is a salted hash of each address, so that nobody writes to them by mistake, and a
random number in the place of the person. Lake files, and the log of erasures, are the caller's.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, or_, select, update

from maracuja.channels import reached_by
from maracuja.channels.devices import split
from maracuja.errors import NotFound
from maracuja.model import PSEUDONYM_FROM as PSEUDONYM_FROM
from maracuja.model import Record
from maracuja.rng import make_key
from maracuja.store import (
    accounts,
    answered,
    bulk,
    conversations,
    full_mailboxes,
    last_words,
    outbox,
    people,
    posted,
    rights,
    shop_people,
    suppressions,
    traits,
    web_chat,
)
from maracuja.store.schema import (
    audit,
    consents,
    feed,
    identities,
    merge_counts,
    merges,
    objections,
    open_polls,
    profiles,
    short_links,
    signups,
    vendor_ids,
    waiting,
    wishes,
)
from maracuja.store.schema import suppressions as suppressed
from maracuja.store.schema_devices import devices
from maracuja.store.schema_entries import entries, entry_runs
from maracuja.store.schema_outbound import outbound_calls
from maracuja.store.schema_said import denied, disputed, holds, silenced
from maracuja.store.scrubbing import scrub

NOT_ADDRESSES: Final = frozenset({"external_id", "anonymous_id"})
_WITH_PIDS: Final = (
    objections, holds, silenced, denied, disputed,
    profiles, identities, consents, waiting, feed, vendor_ids, devices, open_polls, short_links,
    signups, wishes, entries, entry_runs, outbound_calls,
)  # fmt: skip


class Erasure(Record, frozen=True):
    """A line of the erasure log, which is kept outside of every backup; it holds no address.

    `pids` are the canonical pid, first, and those merged into it; `pseudonym` takes their place;
    `hashes` are (channel, hexadecimal digest) of the addresses; `counts` rows by table.
    """

    pids: list[int]
    pseudonym: int
    at_us: int
    hashes: list[tuple[str, str]]
    counts: dict[str, int]


def new_pseudonym() -> int:
    """A random number that is nobody's pid and cannot be traced back to one."""
    return PSEUDONYM_FROM + secrets.randbelow(PSEUDONYM_FROM)


def erase(
    conn: Connection, pid: int, *, salt: str, now_us: int, pseudonym: int | None = None
) -> Erasure:
    """Erase a person, found also by a pid that was merged away. Raises NotFound.

    `salt` is the workspace's suppression salt. Requests still in the inbox are not looked at: let
    the projection pass them first.
    """
    (own,) = people.canonical(conn, [pid]).tolist()
    person = people.select_people(conn, [own])
    if not person.pid:
        raise NotFound(f"there is no person {pid}", fix="They may have been erased already.")
    aliases = select(merges.c.pid).where(merges.c.canonical == own).order_by(merges.c.pid)
    pids = [own, *(alias for (alias,) in bulk.fetch(conn, aliases))]
    names = [(i.kind, i.value) for i in people.identities_of(conn, own)]
    document = traits.decode(person.doc[0])
    addresses = _addresses(names, document)
    token = new_pseudonym() if pseudonym is None else pseudonym
    counts = {
        **scrub(conn, {*names, *addresses}, document),
        **_delete_rows(conn, pids, names),
        **_replace_pids(conn, pids, token),
        **shop_people.forget(conn, pids, token),
        "posted": posted.forget(conn, pids, {*names, *addresses}),
        "rights_requests": rights.forget(conn, pids),
        **conversations.forget(conn, pids),
        "chat_lines": web_chat.forget(conn, web_chat.addresses_of({*names, *addresses})),
    }
    hashes = [
        (channel, suppressions.digest(salt, channel, address))
        for kind, address in addresses
        for channel in reached_by(kind)
    ]
    also = [
        (account, suppressions.digest(salt, account, address))
        for kind, address in addresses
        for account in accounts.reaching(conn, kind)
    ]
    answered.forget(conn)
    counts["full_mailboxes"] = full_mailboxes.forget(conn, hashes)
    counts["last_words"] = last_words.forget(conn, hashes + also)
    _keep_hashes(conn, hashes, now_us)
    return Erasure(
        pids=pids,
        pseudonym=token,
        at_us=now_us,
        hashes=[(kind, digest.hex()) for kind, digest in hashes],
        counts=dict(sorted(counts.items())),
    )


def replay(conn: Connection, log: Sequence[Erasure], *, salt: str) -> dict[str, int]:
    """Erase again whom the log names, in a database restored from an older backup.

    Returns the rows by table, over all. People whom the backup does not know only get their
    hashes back.
    """
    total: dict[str, int] = {}
    for entry in log:
        standing = people.select_people(conn, people.canonical(conn, entry.pids)).pid
        for pid in standing:
            again = erase(conn, pid, salt=salt, now_us=entry.at_us, pseudonym=entry.pseudonym)
            for table, rows in again.counts.items():
                total[table] = total.get(table, 0) + rows
        hashes = [(kind, bytes.fromhex(digest)) for kind, digest in entry.hashes]
        _keep_hashes(conn, hashes, entry.at_us)
    return dict(sorted(total.items()))


def _addresses(
    names: Sequence[tuple[str, str]], document: traits.Document
) -> list[tuple[str, str]]:
    """(channel, address) by which the person could be reached."""
    told = {(kind, value) for kind, value in names if kind not in NOT_ADDRESSES}
    in_use = {(kind, one) for kind, value in document.addresses.items() for one in split(value)}
    return sorted(told | in_use)


def _keep_hashes(conn: Connection, hashes: Sequence[tuple[str, bytes]], now_us: int) -> None:
    """Suppress for marketing what is not suppressed already; the person's own choice stands."""
    columns: Mapping[str, Any] = {
        "channel": [kind for kind, _ in hashes],
        "digest": [digest for _, digest in hashes],
        "scope": suppressions.MARKETING,
        "pid": None,
        "reason": "erased",
        "code": "",
        "raw": "",
        "at_us": now_us,
        "until_us": None,
    }
    if hashes:
        bulk.insert_columns(conn, suppressed, columns, on_conflict="ignore")


def _delete_rows(
    conn: Connection, pids: Sequence[int], names: Sequence[tuple[str, str]]
) -> dict[str, int]:
    gone = bulk.given_ids(conn, pids, name="gone")
    everyone = select(gone.c.id)
    counts = {
        table.name: conn.execute(delete(table).where(table.c.pid.in_(everyone))).rowcount
        for table in _WITH_PIDS
    }
    related = or_(merges.c.pid.in_(everyone), merges.c.canonical.in_(everyone))
    counts["merges"] = conn.execute(delete(merges).where(related)).rowcount
    marks = bulk.given_ids(conn, [make_key("identity", *name) for name in names], name="marks")
    counts["merge_counts"] = conn.execute(
        delete(merge_counts).where(merge_counts.c.identity.in_(select(marks.c.id)))
    ).rowcount
    return counts


def _replace_pids(conn: Connection, pids: Sequence[int], token: int) -> dict[str, int]:
    """Put the pseudonym where a row must stay: outcomes, the audit log, suppressions."""
    hidden = conn.execute(
        update(suppressed)
        .where(suppressed.c.pid.in_(list(pids)))
        .values(pid=None, raw="", code="")
    ).rowcount
    logged = conn.execute(
        update(audit)
        .where(audit.c.subject.in_([f"person:{pid}" for pid in pids]))
        .values(subject=f"person:{token}", detail=b"null")
    ).rowcount
    return {
        "suppressions": hidden,
        "audit": logged,
        "outbox": outbox.replace_people(conn, pids, token),
    }
