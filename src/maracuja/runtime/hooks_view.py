"""Webhooks as people see them: how they fare, what was told, and a mapping to begin with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.decoding import decode_stored
from maracuja.campaigns.inbound import Inbound
from maracuja.campaigns.inbound_mapping import lookup
from maracuja.campaigns.outbound import Outbound
from maracuja.channels.telling import check_receiver
from maracuja.config import Messages
from maracuja.errors import BadInput
from maracuja.ingest.import_mapping import TRAITS, guess
from maracuja.model import moment
from maracuja.runtime.announcing import hooks_in_force
from maracuja.runtime.calling import call_once
from maracuja.runtime.inbound_work import hook_in_force
from maracuja.runtime.outbound_work import EXAMPLE, request, secrets_of
from maracuja.store import definitions, inbound, outbound
from maracuja.store.inbound import InboundState
from maracuja.store.outbound import Owed

LIST_ITEM: Final = "[0]"
LEAVES_MAX: Final = 200


@dataclass(frozen=True)
class OutboundShown:
    """An outbound webhook and how its receiver fares; `gone`: it is no definition any more."""

    id: str
    url: str
    events: list[str]
    paused: bool
    taken: int
    taken_at: datetime | None
    waiting: int
    given_up: int
    oldest: datetime | None
    failing_since: datetime | None
    answer: str
    gone: bool = False


@dataclass(frozen=True)
class InboundShown:
    """An inbound webhook, its address, and what became of what it was told and is still kept."""

    id: str
    url: str
    paused: bool
    told: int
    taken: int
    partly: int
    refused: int
    skipped: int
    waiting: int
    last: datetime | None


@dataclass(frozen=True)
class ToldShown:
    """Something that was told, as it came."""

    id: int
    webhook: str
    at: datetime
    state: str
    calls: int
    fault: str
    body: Any


@dataclass(frozen=True)
class ReceiverTried:
    """What a receiver said to an example."""

    ok: bool
    code: int
    answer: str


def outbound_shown(conn: Connection) -> list[OutboundShown]:
    """Every outbound webhook, by id; those gone too while something of theirs is kept."""
    hooks = {hook.id: hook for hook in hooks_in_force(conn)}
    known = outbound.receivers(conn)
    return [
        _outbound(name, hooks.get(name), known.get(name, outbound.Receiver(name)))
        for name in sorted({*hooks, *known})
    ]


def _outbound(name: str, hook: Outbound | None, fares: outbound.Receiver) -> OutboundShown:
    return OutboundShown(
        id=name,
        url=hook.url if hook else "",
        events=list(hook.events) if hook else [],
        paused=bool(hook and hook.paused),
        taken=fares.taken,
        taken_at=moment(fares.taken_us) if fares.taken_us else None,
        waiting=fares.waiting,
        given_up=fares.given_up,
        oldest=moment(fares.oldest_us) if fares.oldest_us else None,
        failing_since=moment(fares.failed_us) if fares.failed_us else None,
        answer=fares.answer,
        gone=hook is None,
    )


def outbound_hook(conn: Connection, name: str) -> Outbound:
    """An outbound webhook. Raises NotFound."""
    found = decode_stored(definitions.get(conn, "outbound", name).body)
    assert isinstance(found, Outbound)
    return found


def try_outbound(
    hook: Outbound, settings: Messages, key_secret: str, now: datetime
) -> ReceiverTried:
    """Send an example to the receiver at once; nothing of it is kept.

    Raises BadInput where its address may not be called.
    """
    secrets = secrets_of(hook, key_secret)
    check_receiver(hook.url, secrets[0], private=settings.private_receivers, where="url")
    body = msgspec.json.encode({**EXAMPLE, "timestamp": now})
    wire = request(Owed(hook.id, hook.url, ("example",), (body,), 0), secrets, now)
    answer = asyncio.run(call_once(wire, private=settings.private_receivers))
    ok = not answer.lost and 200 <= answer.code < 300
    return ReceiverTried(ok, answer.code, " ".join(answer.text.split())[:300])


def inbound_shown(conn: Connection, public_url: str) -> list[InboundShown]:
    """Every inbound webhook, by id."""
    stored = [decode_stored(one.body) for one in definitions.current(conn, "inbound")]
    counts = inbound.counts(conn)
    return [
        _inbound(hook, counts.get(hook.id, []), public_url)
        for hook in stored
        if isinstance(hook, Inbound)
    ]


def _inbound(hook: Inbound, counts: list[inbound.Count], public_url: str) -> InboundShown:
    by_state = {count.state: count.n for count in counts}
    last_us = max((count.last_us for count in counts), default=0)
    return InboundShown(
        id=hook.id,
        url=f"{public_url}/h/{hook.id}",
        paused=hook.paused,
        told=sum(by_state.values()),
        taken=by_state.get(InboundState.TAKEN, 0),
        partly=by_state.get(InboundState.PARTLY, 0),
        refused=by_state.get(InboundState.REFUSED, 0),
        skipped=by_state.get(InboundState.SKIPPED, 0),
        waiting=by_state.get(InboundState.NEW, 0),
        last=moment(last_us) if last_us else None,
    )


def told(
    conn: Connection, name: str = "", *, failed: bool = False, rows_max: int = 20
) -> list[ToldShown]:
    """What was told, newest first. Raises NotFound for an unknown webhook."""
    if name:
        hook_in_force(conn, name)
    states = [InboundState.REFUSED, InboundState.PARTLY] if failed else []
    return [_told(one) for one in inbound.newest(conn, name, states, rows_max=rows_max)]


def _told(one: inbound.Told) -> ToldShown:
    at, body = moment(one.at_us), msgspec.json.decode(one.body)
    state = one.state.name.lower()
    return ToldShown(one.id, one.hook, at, state, one.calls, one.fault, body)


def suggest(name: str, payload: Any) -> dict[str, Any]:
    """A definition to begin with, guessed from the names in something that was sent.

    Whoever reads it has to say the event's name and what is meant by the rest. Raises BadInput
    where nobody is named in it.
    """
    each, item = _each(payload)
    leaves = dict(list(_leaves(item, "$"))[:LEAVES_MAX])
    headings = {path: path.rpartition(".")[2].partition("[")[0] for path in leaves}
    known = _known(headings)
    person = {known[path]: path for path in sorted(leaves, reverse=True) if path in known}
    who = person.get("external_id") or person.get("email") or person.get("phone")
    if who is None:
        raise BadInput(
            "Nobody is named in it: no id, e-mail or phone was recognised.",
            fix="Write the mapping by hand: docs/working_day.md shows one.",
        )
    traits = {
        target.removeprefix(TRAITS[0]): path
        for target, path in sorted(person.items())
        if target not in ("external_id", "anonymous_id")
    }
    rest = {
        headings[path]: path for path, value in leaves.items() if path not in known and value != ""
    }
    calls: list[dict[str, Any]] = [{"type": "identify", "user_id": who, "traits": traits}]
    calls.append({"type": "track", "event": "Deal Updated", "user_id": who, "properties": rest})
    found = {"kind": "inbound", "id": name, **({"each": each} if each else {}), "calls": calls}
    return {**found, "example": payload}


def _known(headings: dict[str, str]) -> dict[str, str]:
    """What is recognised among the names, by path; an id counts where the person's address is."""
    targets = {path: guess("people", [name]).columns[name] for path, name in headings.items()}
    homes = {_home(path) for path, target in targets.items() if target in ("email", "phone")}
    found: dict[str, str] = {}
    for path in sorted(headings, key=lambda one: (_home(one) not in homes, one.count("."), one)):
        target = targets[path]
        own = target.startswith(TRAITS[0]) and not _is_own_trait(target, headings[path])
        if (own or target in ("external_id", "email", "phone")) and target not in found.values():
            found[path] = target
    return found


def _home(path: str) -> str:
    """What a value lies in."""
    return path.rpartition(".")[0]


def _is_own_trait(target: str, heading: str) -> bool:
    """Whether the name was not recognised, and would merely become a trait of that name."""
    return target == f"{TRAITS[0]}{heading}" and heading.lower() not in _PLAIN


_PLAIN: Final = frozenset(
    {"city", "country", "language", "gender", "birthday", "timezone", "name"}
)


def _each(payload: Any) -> tuple[str, Any]:
    """The path of the list that it is about, and its first item; '' and the payload for none."""
    if isinstance(payload, list):
        return ("$", payload[0]) if payload and isinstance(payload[0], dict) else ("", payload)
    for path, value in _lists(payload, "$"):
        if value and isinstance(value[0], dict):
            return path, lookup(f"{path}{LIST_ITEM}", payload)
    return "", payload


def _lists(value: Any, path: str) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(value, list):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _lists(inner, _step(path, name))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every plain value with its path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, _step(path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value[:1]):
            yield from _leaves(inner, f"{path}[{place}]")
    elif value is not None:
        yield path, value


def _step(path: str, name: str) -> str:
    plain = name and not set(name) & set(".[]' \t\n")
    return f"{path}.{name}" if plain else f"{path}['{name}']"
