"""What a batch of events does to people: who they are, traits, consents, suppressions.

Every function works inside the projection's transaction and commits nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl
from sqlalchemy import Connection

from maracuja.channels import address_kinds, identity_kind
from maracuja.channels.devices import split
from maracuja.ingest import identity
from maracuja.ingest.checks import CONSENT_EVENT
from maracuja.ingest.decode import Decoded
from maracuja.ingest.deliveries import STOPS
from maracuja.ingest.identity import ANONYMOUS_ID, EXTERNAL_ID, KNOWN_BY, Identity, Mention
from maracuja.ingest.refusals import Code
from maracuja.model import ConsentState, DeliveryEvent, Trait, TraitSource
from maracuja.runtime import device_changes, resting
from maracuja.runtime.arrivals import mentions
from maracuja.runtime.resting import Refused
from maracuja.runtime.sent_addresses import sent_to
from maracuja.store import (
    consents,
    full_mailboxes,
    people,
    posted,
    resolving,
    suppressions,
    traits,
)
from maracuja.store.known import known_people
from maracuja.store.merging import Exposures
from maracuja.store.people import Pids

OBSERVED_MAX: Final = 500_000
ADDRESS_KINDS: Final = ("email", "phone")
_STATES: Final = {
    "opted_in": ConsentState.OPTED_IN,
    "opted_out": ConsentState.OPTED_OUT,
    "pending": ConsentState.PENDING,
    "soft": ConsentState.SOFT,
}


class Named(NamedTuple):
    """Whose the events are: rows of the decoded batch that stand, and their people."""

    rows: list[int]
    pids: Pids  # of each row, canonical
    refused: dict[int, tuple[Code, str]]  # by row of the decoded batch
    created: int
    merged: int


class Observed:
    """What was last observed of a person, so that it is not written at each of their events."""

    def __init__(self) -> None:
        self._last: dict[int, Mapping[str, str]] = {}

    def is_new(self, pid: int, observed: Mapping[str, str]) -> bool:
        """Whether this differs from what was committed last."""
        return self._last.get(pid) != observed

    def remember(self, committed: Mapping[int, Mapping[str, str]]) -> None:
        """Note what a transaction has committed."""
        if len(self._last) > OBSERVED_MAX:
            self._last.clear()
        self._last.update(committed)

    def forget(self) -> None:
        """Know nothing again."""
        self._last.clear()


def resolve(
    conn: Connection,
    rev: int,
    decoded: Decoded,
    rows: Sequence[int],
    *,
    now_us: int,
    exposures: Exposures,
) -> Named:
    """Find, make and merge the people of these rows; refuse what a browser may not do."""
    different, of = mentions(decoded, rows)
    refused: dict[int, tuple[Code, str]] = {}
    named = different
    if not all(mention.trusted for mention in different):
        # What a browser may do depends on what came before: event by event.
        named, of = [different[i] for i in of.tolist()], np.arange(len(rows))
        refused = identity.judge(named, _known(conn, named))
    previous = identity.previous_ids(named)
    owned = people.find(conn, [EXTERNAL_ID] * len(previous), previous) if previous else ()
    external = {value for value, pid in zip(previous, owned, strict=True) if pid}
    claimed = identity.claim(named, refused, external)
    of = np.array(claimed.of, dtype=np.int64)[of]
    stands = of >= 0
    found = resolving.resolve(
        conn,
        rev,
        resolving.Claims(
            rows=len(claimed.trusted),
            row=claimed.row,
            kind=claimed.kind,
            value=claimed.value,
            at_us=now_us,
            trusted=np.array(claimed.trusted, dtype=bool),
            explicit=np.array(claimed.explicit, dtype=bool),
        ),
        now_us=now_us,
        exposures=exposures,
    )
    return Named(
        rows=np.asarray(rows, dtype=np.int64)[stands].tolist(),
        pids=found.pid[of[stands]],
        refused={rows[index]: why for index, why in refused.items()},
        created=len(found.created),
        merged=len(found.merges),
    )


def _known(conn: Connection, named: Sequence[Mention]) -> dict[Identity, int]:
    """The owners of the identities in doubt that belong to known people."""
    asked = identity.doubtful(named)
    if not asked:
        return {}
    kinds, values = zip(*asked, strict=True)
    owners = people.find(conn, kinds, values).tolist()
    visitors = {pid for pid, kind in zip(owners, kinds, strict=True) if kind == ANONYMOUS_ID}
    known = known_people(conn, visitors - {0})
    return {
        one: pid
        for one, pid in zip(asked, owners, strict=True)
        if pid and (one[0] in KNOWN_BY or pid in known)
    }


def apply(
    conn: Connection,
    rev: int,
    decoded: Decoded,
    named: Named,
    before: Observed,
    *,
    now_us: int,
) -> dict[int, Mapping[str, str]]:
    """Put traits, addresses and what was observed into people; returns the newly observed."""
    times, pids = decoded.frame["ts_us"], named.pids.tolist()
    telling = [i for i, row in enumerate(named.rows) if decoded.traits[row]]
    telling.sort(key=lambda i: times[named.rows[i]])
    owners: list[int] = []
    said: list[dict[str, Trait]] = []
    addresses: list[dict[str, str]] = []
    for i in telling:
        row = named.rows[i]
        values = decoded.traits[row] or {}
        owners.append(pids[i])
        said.append(_as_traits(values, TraitSource.DECLARED, times[row]))
        addresses.append({k: values[k] or "" for k in ADDRESS_KINDS if k in values})
    observed = _observe(decoded, named)
    new = {pid: told for pid, told in observed.items() if before.is_new(pid, told[0])}
    for pid, (found, at_us) in sorted(new.items(), key=itemgetter(0)):
        owners.append(pid)
        said.append(_as_traits(found, TraitSource.OBSERVED, at_us))
        addresses.append({})
    if owners:
        people.change(conn, rev, owners, set_traits=said, set_addresses=addresses, now_us=now_us)
    device_changes.take(conn, rev, decoded, named.rows, named.pids, now_us=now_us)
    return {pid: told for pid, (told, _) in new.items()}


def _observe(decoded: Decoded, named: Named) -> dict[int, tuple[Mapping[str, str], int]]:
    """What each person was last observed with, and when."""
    telling = [place for place, context in enumerate(decoded.contexts) if context.observed]
    last = (
        decoded.frame[named.rows]
        .select("context", "ts_us", pl.Series("pid", named.pids, dtype=pl.Int64))
        .filter(pl.col("context").is_in(telling))
        .sort("ts_us", maintain_order=True)
        .unique("pid", keep="last", maintain_order=True)
    )
    return {
        pid: (decoded.contexts[place].observed, at_us) for place, at_us, pid in last.iter_rows()
    }


def _as_traits(values: Mapping[str, Any], source: TraitSource, at_us: int) -> dict[str, Trait]:
    return {name: Trait(value, source, 1.0, at_us) for name, value in values.items()}


def record_consents(conn: Connection, decoded: Decoded, named: Named, *, now_us: int) -> None:
    """Put the consents of 'Subscription Updated' events into the ledger, in order of time."""
    events = decoded.frame["event"]
    if not (events == CONSENT_EVENT).any():
        return
    frame = decoded.frame
    kinds, names, times = frame["kind"], events.to_list(), frame["ts_us"].to_list()
    told = sorted(
        (times[row], i, decoded.properties[row] or {})
        for i, row in enumerate(named.rows)
        if names[row] == CONSENT_EVENT and kinds[row] == "track"
    )
    if told:
        properties = [values for _, _, values in told]
        consents.record(
            conn,
            pid=[int(named.pids[i]) for _, i, _ in told],
            topic=[values["topic"] for values in properties],
            channel=[values["channel"] for values in properties],
            state=[_STATES[values["state"]] for values in properties],
            at_us=[at_us for at_us, _, _ in told],
            recorded_us=now_us,
            source=[_text(values, "source") or "event" for values in properties],
            text_version=[_text(values, "text_version") for values in properties],
            language=[_text(values, "language") for values in properties],
            address=[_text(values, "address") for values in properties],
        )


def _text(values: Mapping[str, Any], name: str) -> str:
    """A text that any database can keep; '' where there is none."""
    value = values.get(name)
    return value[:200].replace("\0", "") if isinstance(value, str) else ""


def suppress(
    conn: Connection,
    salt: str,
    told: Sequence[tuple[DeliveryEvent, int]],
    *,
    now_us: int,
    lake: Path | None = None,
) -> None:
    """Write no more to addresses that bounced, complained or unsubscribed by the vendor's word.

    `told` are delivery events with their people. Full mailboxes are counted. In the `lake` lie the
    texts, with the addresses that messages went to; without it only what was reported is known.
    """
    stops = [(event, pid) for event, pid in told if event.status in STOPS or event.full]
    if not stops:
        return
    rows: dict[tuple[str, bytes, str], tuple[int, str, DeliveryEvent]] = {}
    full: dict[str, dict[bytes, int]] = {}
    for (event, pid), address in zip(stops, _went_to(conn, stops, lake), strict=True):
        if not address:
            continue
        for digest in suppressions.digests(salt, event.channel, split(address)):
            if event.full:
                full.setdefault(event.channel, {})[digest] = pid
            if event.status in STOPS:
                scope, reason = STOPS[event.status]
                rows[event.channel, digest, scope] = (pid, reason, event)
    suppressions.add(
        conn,
        channel=[channel for channel, _, _ in rows],
        digest=[digest for _, digest, _ in rows],
        scope=[scope for _, _, scope in rows],
        pid=[pid for pid, _, _ in rows.values()],
        reason=[reason for _, reason, _ in rows.values()],
        code=[event.code.replace("\0", "") for _, _, event in rows.values()],
        raw=[event.raw[:1000].replace("\0", "") for _, _, event in rows.values()],
        at_us=now_us,
        until_us=resting.until_us(
            conn,
            [
                Refused(channel, digest, event.code, event.rest_s)
                for (channel, digest, _), (_, _, event) in rows.items()
            ],
            now_us,
        ),
    )
    for channel, owners in sorted(full.items()):
        full_mailboxes.note(conn, channel, owners, now_us)


def note_posted(conn: Connection, told: Sequence[DeliveryEvent]) -> None:
    """Keep what became of messages that programs ask about; machines' readings do not count."""
    steps = [
        (one.run, posted.Step(one.message_id, one.status, one.at_us, one.code, one.raw))
        for one in told
        if not one.machine
    ]
    posted.note(conn, steps)


def _went_to(
    conn: Connection, told: Sequence[tuple[DeliveryEvent, int]], lake: Path | None
) -> list[str]:
    """The address that each message had gone to; '' where nobody knows.

    It is the one that the message was written to. Where its text is gone, the one reported, if it
    is or was the person's; else (a forwarder's, or none) the one in use now.
    """
    sent = sent_to(conn, lake, (event for event, _ in told)) if lake else {}
    found = people.select_people(conn, sorted({pid for _, pid in told}))
    in_use = {
        pid: traits.decode(doc).addresses for pid, doc in zip(found.pid, found.doc, strict=True)
    }
    kinds = [identity_kind(event.channel) for event, _ in told]
    reported = [event.address.strip().lower().replace("\0", "") for event, _ in told]
    owners = people.find(conn, kinds, reported).tolist()
    known = [
        address if address and owner == pid else _in_use(in_use.get(pid, {}), event.channel)
        for (event, pid), address, owner in zip(told, reported, owners, strict=True)
    ]
    return [sent.get(event.message_id, at) for (event, _), at in zip(told, known, strict=True)]


def _in_use(addresses: Mapping[str, str], channel: str) -> str:
    """The address at which a channel reaches somebody now; '' where there is none."""
    return next(filter(None, (addresses.get(kind) for kind in address_kinds(channel))), "")
