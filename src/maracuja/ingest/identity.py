"""Whom events name: identities that came together, and what a browser's word may not do.

Who that is and who merges is decided where people are stored; nothing here knows a person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from maracuja.ingest.refusals import Code

EXTERNAL_ID, ANONYMOUS_ID = "external_id", "anonymous_id"
EMAIL, PHONE = "email", "phone"
KNOWN_BY: Final = (EXTERNAL_ID, EMAIL, PHONE)

Identity = tuple[str, str]
"""Kind and value."""


class Mention(NamedTuple):
    """Whom one event names, and what it would do to them."""

    external_id: str | None
    anonymous_id: str | None
    previous_id: str | None  # of alias calls
    email: str | None
    phone: str | None
    trusted: bool  # a server sent it, or the id is signed
    sets: str = ""  # traits, consent, or nothing

    def identities(self) -> list[Identity]:
        """Those given, the surest first; without the previous one."""
        given = (
            (EXTERNAL_ID, self.external_id),
            (EMAIL, self.email),
            (PHONE, self.phone),
            (ANONYMOUS_ID, self.anonymous_id),
        )
        return [(kind, value) for kind, value in given if value is not None]


class Claimed(NamedTuple):
    """Distinct mentions in long form: `row[i]` says that kind[i], value[i] are that row's person.

    `trusted` and `explicit` (an alias: the identities are one person) are per row; `of` is the row
    of each mention, -1 of a refused one.
    """

    row: list[int]
    kind: list[str]
    value: list[str]
    trusted: list[bool]
    explicit: list[bool]
    of: list[int]


def previous_ids(mentions: Sequence[Mention]) -> list[str]:
    """The previous ids of alias calls, each once."""
    return list(dict.fromkeys(m.previous_id for m in mentions if m.previous_id is not None))


def doubtful(mentions: Sequence[Mention]) -> list[Identity]:
    """The identities whose owners `judge` must know: none where every key is trusted."""
    wanted: dict[Identity, None] = {}
    for mention in mentions:
        if not mention.trusted and (mention.sets or mention.previous_id is not None):
            wanted.update(dict.fromkeys(mention.identities()))
            if mention.previous_id is not None:
                wanted[EXTERNAL_ID, mention.previous_id] = None
                wanted[ANONYMOUS_ID, mention.previous_id] = None
    return list(wanted)


def judge(
    mentions: Sequence[Mention], known: Mapping[Identity, int]
) -> dict[int, tuple[Code, str]]:
    """Which events of browsers are refused, by index, with their code and whom they are about.

    `known` are the owners of identities that belong to known people (with an external id, e-mail
    or phone). Mentions are heard in order: whom an earlier one made known, is known to a later.
    """
    if all(mention.trusted for mention in mentions):
        return {}
    owners: dict[Identity, int] = dict(known)
    refused: dict[int, tuple[Code, str]] = {}
    for index, mention in enumerate(mentions):
        identities = mention.identities()
        owner = next((owners[i] for i in identities if i in owners), 0)
        if not mention.trusted and owner:
            reason = _against(mention, owner, owners)
            if reason is not None:
                refused[index] = reason
                continue
        if owner or any(kind in KNOWN_BY for kind, _ in identities):
            for identity in identities:
                owners.setdefault(identity, owner or -1 - index)
    return refused


def _against(
    mention: Mention, owner: int, owners: Mapping[Identity, int]
) -> tuple[Code, str] | None:
    shown = repr(mention.identities()[0][1])
    if mention.previous_id is not None:
        previous = owners.get((EXTERNAL_ID, mention.previous_id), 0) or owners.get(
            (ANONYMOUS_ID, mention.previous_id), 0
        )
        if previous and previous != owner:
            return Code.UNSIGNED_MERGE, f"{mention.previous_id!r} and {shown}"
    if mention.sets == "traits":
        return Code.UNSIGNED_TRAITS, shown
    if mention.sets == "consent":
        return Code.UNSIGNED_CONSENT, shown
    return None


def claim(
    mentions: Sequence[Mention], refused: Collection[int], external: Collection[str]
) -> Claimed:
    """The claims of all mentions but the refused, each distinct one once, in order.

    `external` are the previous ids that are somebody's external id; the others are anonymous.
    """
    rows: dict[Mention, int] = {}
    claimed = Claimed([], [], [], [], [], [])
    externals = set(external)
    for index, mention in enumerate(mentions):
        if index in refused:
            claimed.of.append(-1)
            continue
        row = rows.get(mention)
        if row is None:
            row = rows[mention] = len(rows)
            identities = mention.identities()
            if mention.external_id is not None:
                externals.add(mention.external_id)
            if mention.previous_id is not None:
                kind = EXTERNAL_ID if mention.previous_id in externals else ANONYMOUS_ID
                identities.append((kind, mention.previous_id))
            for kind, value in identities:
                claimed.row.append(row)
                claimed.kind.append(kind)
                claimed.value.append(value)
            claimed.trusted.append(mention.trusted)
            claimed.explicit.append(mention.previous_id is not None)
        claimed.of.append(row)
    return claimed
