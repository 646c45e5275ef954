"""Who is meant: from the identities of a batch to people found, made and merged, as a plan.

Two people merge only by an identity that both have given; never two known ones at the word of a
browser, and never two external ids but by an alias call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from maracuja.ingest.refusals import Code

EXTERNAL_ID, ANONYMOUS_ID = "external_id", "anonymous_id"
EMAIL, PHONE = "email", "phone"

# How many identities of a kind one person may have; above it, new ones are not joined.
LIMITS: Final[dict[str, int]] = {EXTERNAL_ID: 10, EMAIL: 10, PHONE: 10, ANONYMOUS_ID: 200}
_KNOWN_BY: Final = (EXTERNAL_ID, EMAIL, PHONE)

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
    sets_traits: bool = False
    sets_consent: bool = False

    def identities(self) -> list[Identity]:
        """Those given, the surest first; without the previous one."""
        given = (
            (EXTERNAL_ID, self.external_id),
            (EMAIL, self.email),
            (PHONE, self.phone),
            (ANONYMOUS_ID, self.anonymous_id),
        )
        return [(kind, value) for kind, value in given if value is not None]


class Merge(NamedTuple):
    """`pid` is from now on `canonical`, by that kind of identity (or `alias`)."""

    pid: int
    canonical: int
    rule: str


class Plan(NamedTuple):
    """What a batch does to people. New ones have numbers below 0: -1 is the first made."""

    pids: list[int]  # one per mention, as at the end of the batch; of a refused one 0
    made: list[int]  # new people that remain, by the index of their first mention
    new: dict[int, int]  # number below 0 of each that remains -> index of its first mention
    joined: dict[Identity, int]  # identities that are new, and whose
    joined_at: dict[Identity, int]  # index of the mention
    merges: list[Merge]  # of people who were there before, in order
    refused: dict[int, tuple[Code, str]]  # by index of the mention
    kept_apart: int  # meetings of two people that may not merge
    limited: int  # identities not joined because the person has too many


def wanted(mentions: Iterable[Mention]) -> dict[str, list[str]]:
    """The identities to look up, by kind, each once and in order of appearance.

    The previous id of an alias may be an external or an anonymous one.
    """
    seen: dict[str, dict[str, None]] = {kind: {} for kind in LIMITS}
    for mention in dict.fromkeys(mentions):
        for kind, value in mention.identities():
            seen[kind][value] = None
        if mention.previous_id is not None:
            seen[EXTERNAL_ID][mention.previous_id] = None
            seen[ANONYMOUS_ID][mention.previous_id] = None
    return {kind: list(values) for kind, values in seen.items()}


def undecided(mentions: Iterable[Mention], found: Mapping[Identity, int]) -> set[int]:
    """The people whose holdings `make_plan` must know: those that meet, grow, or need trust."""
    pids: set[int] = set()
    for mention in dict.fromkeys(mentions):
        identities = mention.identities()
        owners = {found.get(identity, 0) for identity in identities}
        if len(owners) == 1 and mention.trusted and mention.previous_id is None:
            continue
        if mention.previous_id is not None:
            owners.add(found.get((EXTERNAL_ID, mention.previous_id), 0))
            owners.add(found.get((ANONYMOUS_ID, mention.previous_id), 0))
        pids |= owners
    return pids - {0}


def make_plan(
    mentions: Sequence[Mention],
    found: Mapping[Identity, int],
    holdings: Mapping[int, Mapping[str, int]],
) -> Plan:
    """Go through the mentions in order and plan who is meant by each; see `Plan`.

    `found` are the canonical people of known identities, `holdings` how many identities of each
    kind they have (needed for those of `undecided`).
    """
    planner = _Planner(found, holdings)
    settled: dict[Mention, int] = {}
    places: list[int] = []
    for index, mention in enumerate(mentions):
        pid = settled.get(mention)
        if pid is None:
            pid = planner.meet(index, mention)
            if mention.trusted or not (mention.sets_traits or mention.sets_consent):
                settled[mention] = pid
        places.append(pid)
    return planner.finish(places)


class _Planner:
    """The people of a batch while its mentions are gone through."""

    def __init__(
        self, found: Mapping[Identity, int], holdings: Mapping[int, Mapping[str, int]]
    ) -> None:
        self.owners = dict(found)
        self.holdings = {pid: Counter(held) for pid, held in holdings.items()}
        self.into: dict[int, int] = {}  # merged person -> the one they became
        self.new: dict[int, int] = {}
        self.joined: dict[Identity, int] = {}
        self.joined_at: dict[Identity, int] = {}
        self.merges: list[Merge] = []
        self.refused: dict[int, tuple[Code, str]] = {}
        self.kept_apart = 0
        self.limited = 0

    def meet(self, index: int, mention: Mention) -> int:
        """The person meant; 0 where the mention is refused and so does nothing."""
        identities = mention.identities()
        owners = [self._owner(identity) for identity in identities]
        person = next((pid for pid in owners if pid), 0)
        if mention.external_id is not None and not owners[0] and person:
            # Whoever shares an e-mail with an account is not that account.
            person = 0 if self._held(person)[EXTERNAL_ID] else person
        previous = self._previous(mention)
        if not mention.trusted and self._refuses(index, mention, person, previous):
            return 0
        if not person:
            person = self._make(index)
        for identity, owner in zip(identities, owners, strict=True):
            if owner == 0:
                self._join(index, identity, person)
            elif self._root(owner) != self._root(person):
                person = self._merge(person, owner, identity[0], mention.trusted)
        if mention.previous_id is not None:
            person = self._alias(index, mention.previous_id, previous, person)
        return person

    def finish(self, places: Sequence[int]) -> Plan:
        """The plan, with everybody as they are at the end of the batch."""
        remaining = {pid: index for pid, index in self.new.items() if pid not in self.into}
        return Plan(
            pids=[self._root(pid) for pid in places],
            made=list(remaining.values()),
            new=remaining,
            joined={identity: self._root(pid) for identity, pid in self.joined.items()},
            joined_at=self.joined_at,
            merges=self.merges,
            refused=self.refused,
            kept_apart=self.kept_apart,
            limited=self.limited,
        )

    def _refuses(self, index: int, mention: Mention, person: int, previous: int) -> bool:
        if not person or not self._is_known(person):
            return False
        shown = mention.external_id or mention.email or mention.phone or mention.anonymous_id or ""
        code = None
        if previous and previous != person and self._is_known(previous):
            code = Code.UNSIGNED_MERGE
            shown = f"{mention.previous_id!r} and {shown!r}"
        elif mention.sets_traits:
            code = Code.UNSIGNED_TRAITS
        elif mention.sets_consent:
            code = Code.UNSIGNED_CONSENT
        if code is not None:
            self.refused[index] = (code, shown)
        return code is not None

    def _alias(self, index: int, previous_id: str, previous: int, person: int) -> int:
        if not previous:
            self._join(index, (ANONYMOUS_ID, previous_id), person)
            return person
        if self._root(previous) == self._root(person):
            return person
        merged = self._merge(person, previous, "alias", trusted=True)
        if self._root(previous) != self._root(merged):
            self.refused[index] = (Code.MERGE_LIMIT, repr(previous_id))
        return merged

    def _previous(self, mention: Mention) -> int:
        if mention.previous_id is None:
            return 0
        external = self._owner((EXTERNAL_ID, mention.previous_id))
        return external or self._owner((ANONYMOUS_ID, mention.previous_id))

    def _make(self, index: int) -> int:
        pid = -1 - len(self.new)
        self.new[pid] = index
        self.holdings[pid] = Counter()
        return pid

    def _join(self, index: int, identity: Identity, person: int) -> None:
        held = self._held(person)
        kind = identity[0]
        # A second external id is another person's until an alias says otherwise.
        if held[kind] >= (1 if kind == EXTERNAL_ID else LIMITS[kind]):
            self.limited += 1
            return
        held[kind] += 1
        self.owners[identity] = person
        self.joined[identity] = person
        self.joined_at[identity] = index

    def _merge(self, person: int, other: int, rule: str, trusted: bool) -> int:
        """The one person that both have become; `person` where they may not merge."""
        person, other = self._root(person), self._root(other)
        held, others = self._held(person), self._held(other)
        both_known = self._is_known(person) and self._is_known(other)
        both_external = held[EXTERNAL_ID] > 0 and others[EXTERNAL_ID] > 0
        if (both_known and not trusted) or (both_external and rule != "alias"):
            self.kept_apart += 1
            return person
        if any(held[kind] + others[kind] > most for kind, most in LIMITS.items()):
            self.limited += 1
            return person
        canonical, gone = sorted((person, other), key=self._rank)
        self.into[gone] = canonical
        self.holdings[canonical] = held + others
        if gone > 0:
            self.merges.append(Merge(gone, canonical, rule))
        return canonical

    def _rank(self, pid: int) -> tuple[bool, bool, int]:
        """Who remains: with an external id before without, there before new, older before."""
        return pid < 0, self._held(pid)[EXTERNAL_ID] == 0, abs(pid)

    def _owner(self, identity: Identity) -> int:
        pid = self.owners.get(identity, 0)
        return self._root(pid) if pid else 0

    def _root(self, pid: int) -> int:
        while pid in self.into:
            pid = self.into[pid]
        return pid

    def _held(self, pid: int) -> Counter[str]:
        return self.holdings[self._root(pid)]

    def _is_known(self, pid: int) -> bool:
        held = self._held(pid)
        return any(held[kind] for kind in _KNOWN_BY)
