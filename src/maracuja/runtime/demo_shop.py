"""The demo shop beside a workspace that is still empty: wished for, played, shown, left again.

It lies in a folder of its own, a workspace like any other; the shop's own is never written to.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from maracuja.config import FILE_NAME, Config, given_outside, load_config
from maracuja.errors import BadInput, Conflict
from maracuja.model import Record, micros
from maracuja.store import audit, definitions, live, meta, people, runs, team
from maracuja.store.engine import Store, open_store

FOLDER: Final = "demo-shop"
MAKING: Final = f"{FOLDER}.making"
DEMO_MARK: Final = "demo.txt"  # in the directory of a workspace that was simulated
PEOPLE_MIN, PEOPLE_MAX = 100, 20_000
_LEFT: Final = "left.txt"  # in the folder: it goes when the server starts next
_LEAVING: Final = f"{FOLDER}.leaving"
_CARD: Final = "demo_shop"
# What the environment gives holds for the demo shop too; these do it no harm.
_HARMLESS: Final = ("server.", "lake.")


class DemoState(StrEnum):
    """How it is with the demo shop."""

    NONE = "none"
    MAKING = "making"
    STOPPED = "stopped"  # it could not be made; the fault says why
    SHOWN = "shown"  # this is it


class Card(Record, frozen=True):
    """A wish for the demo shop, and how far it is; kept among the facts of the workspace."""

    at_us: int
    actor: str
    people: int
    tries: int = 0
    step: str = ""
    share: float = 0.0
    fault: str = ""
    done_us: int = 0


@dataclass(frozen=True)
class DemoShop:
    """What a page shows of it. `may`: whether it can be loaded, `again`: it was interrupted.

    `beside`: the own shop stands behind it, and comes back once this one is removed.
    """

    state: DemoState
    may: bool = False
    step: str = ""
    share: float = 0.0
    again: bool = False
    fault: str = ""
    beside: bool = False
    folder: str = ""


# ------------------------------------------------------------ which workspace is shown


def home(directory: Path) -> Path:
    """The shop's own workspace, also where its demo shop is named."""
    return directory.parent if is_beside(directory) else directory


def is_beside(directory: Path) -> bool:
    """Whether this is the demo shop of the workspace around it."""
    return directory.name == FOLDER and (directory.parent / FILE_NAME).is_file()


def stands(directory: Path) -> bool:
    """Whether the demo shop of this workspace is there, whole."""
    return (directory / FOLDER / FILE_NAME).is_file()


def shown(directory: Path) -> Path:
    """The workspace that is served: the demo shop where one stands; one that was left goes."""
    folder, leaving = directory / FOLDER, directory / _LEAVING
    if (folder / _LEFT).is_file():
        folder.rename(leaving)
    shutil.rmtree(leaving, ignore_errors=True)
    return folder if stands(directory) else directory


# ------------------------------------------------------------ wished for, and left


def card(conn: Connection) -> Card | None:
    """The wish as it is now; in a demo shop, the one that it came from."""
    kept = meta.get(conn, _CARD)
    return None if kept is None else msgspec.json.decode(kept, type=Card)


def wanted(store: Store) -> Card | None:
    """A wish that is still to be fulfilled."""
    with store.read() as conn:
        return _due(conn)


def see(store: Store, config: Config, *, playable: bool) -> DemoShop:
    """How it is with the demo shop here. `playable`: somebody is there to play it."""
    directory = config.directory
    if (directory / DEMO_MARK).is_file():
        return DemoShop(DemoState.SHOWN, beside=is_beside(directory), folder=directory.name)
    with store.read() as conn:
        found = card(conn)
        may = playable and not _hindrance(conn)
    if found is None:
        return DemoShop(DemoState.NONE, may)
    state = DemoState.STOPPED if found.fault else DemoState.MAKING
    again = found.tries > 1
    return DemoShop(state, may, found.step, found.share, again, found.fault)


def wish(
    store: Store, config: Config, people: int, now: datetime, *, actor: str, playable: bool
) -> DemoShop:
    """Ask for a demo shop with so many people. Raises Conflict where the workspace has a life."""
    if not PEOPLE_MIN <= people <= PEOPLE_MAX:
        raise BadInput("A demo shop has 100 to 20,000 people.", where="people")
    if (config.directory / DEMO_MARK).is_file():
        raise Conflict("This is a demo shop.", fix="Remove it first.")
    if not playable:
        raise Conflict(
            "Nobody is here to make the demo shop.",
            fix="Run `maracuja serve`, or `maracuja demo`.",
        )
    with store.write() as conn:
        if hindrance := _hindrance(conn):
            raise Conflict(hindrance, fix="Run `maracuja demo` to see one elsewhere.")
        found = card(conn)
        if found is None or found.fault:
            _keep(conn, Card(at_us=micros(now), actor=actor, people=people))
            audit.add(conn, micros(now), actor, "load_demo", "workspace", {"people": people})
    return see(store, config, playable=playable)


def _hindrance(conn: Connection) -> str:
    """Why no demo shop can be loaded here; empty where it can."""
    if people.count(conn):
        return "This workspace has people of its own."
    if definitions.current(conn, "campaign") or runs.every(conn):
        return "This workspace has campaigns of its own."
    if given := sorted(one for one in given_outside() if not one.startswith(_HARMLESS)):
        return f"The environment of the server gives `{given[0]}`, for a demo shop too."
    return ""


def leave(config: Config, now: datetime, *, actor: str, session: bytes) -> None:
    """Have this demo shop removed when the server starts next; the own shop is shown again.

    There only this session goes on: others may have been ended here. Raises Conflict where no
    own shop is behind it.
    """
    if not is_beside(config.directory):
        raise Conflict(
            "Behind this demo shop is no other.",
            fix=f"Stop the server and delete its directory, `{config.directory.name}`.",
        )
    own = open_store(load_config(config.directory.parent).store_url)
    try:
        with own.write() as conn:
            meta.drop(conn, _CARD)
            for member in team.every(conn):
                team.end_all(conn, member.id, but=session)
            audit.add(conn, micros(now), actor, "remove_demo", "workspace")
    finally:
        own.close()
    (config.directory / _LEFT).touch()


# ------------------------------------------------------------ played


def begin(store: Store) -> Card | None:
    """The wish to fulfil now; the times that it was begun are counted."""
    with store.write() as conn:
        found = _due(conn)
        if found is None:
            return None
        return _keep(conn, replace(found, tries=found.tries + 1, step="", share=0.0))


def tell(store: Store, step: str, share: float) -> None:
    """How far it is."""
    with store.write() as conn:
        if found := card(conn):
            _keep(conn, replace(found, step=step, share=share))


def give_up(store: Store, fault: str) -> None:
    """It cannot be made, and why."""
    with store.write() as conn:
        if found := card(conn):
            _keep(conn, replace(found, fault=fault))


def done(conn: Connection, wished: Card, now: datetime) -> None:
    """Note in the demo shop itself what it came from."""
    _keep(conn, replace(wished, step="", share=1.0, done_us=micros(now)))


def forget(store: Store) -> None:
    """The wish is fulfilled."""
    with store.write() as conn:
        meta.drop(conn, _CARD)


def _due(conn: Connection) -> Card | None:
    found = card(conn)
    return None if found is None or found.fault or found.done_us else found


def _keep(conn: Connection, found: Card) -> Card:
    meta.put(conn, _CARD, msgspec.json.encode(found).decode())
    live.tell(conn, live.Kind.WORK, [_CARD])
    return found
