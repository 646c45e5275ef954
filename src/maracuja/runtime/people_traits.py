"""One trait of a person by hand: what they told somebody of the shop, and what is to be forgotten.

Addresses are never changed here: they are how a person is recognised.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from maracuja.errors import BadInput, Conflict, NotFound
from maracuja.ingest.columns import type_column
from maracuja.model import Trait, TraitSource, TraitType, micros
from maracuja.runtime.disowning import nothing
from maracuja.runtime.launch_ground import trait_types
from maracuja.store import audit, people
from maracuja.store.traits import same

RECOGNISED_BY: Final = frozenset({"email", "phone"})
_WRITABLE: Final = {
    TraitType.TEXT: "a text",
    TraitType.NUMBER: "a number",
    TraitType.BOOLEAN: "true or false",
    TraitType.DATE: "a date such as 1990-05-31",
    TraitType.TIME: "a time such as 2026-05-31T18:00:00Z",
}


def tell(conn: Connection, pid: int, name: str, value: Any, *, actor: str, now: datetime) -> Trait:
    """Write down what the person told us of themselves: it prevails over whatever was known.

    Raises NotFound for person or trait, BadInput for a value that is none, Conflict where the
    person has said before that this value is not theirs.
    """
    rev, now_us = people.next_rev(conn), micros(now)
    own = people.get(conn, pid).pid
    _check(conn, name, value)
    told = Trait(value, TraitSource.DECLARED, 1.0, now_us)
    people.change(conn, rev, [own], set_traits=[{name: told}], now_us=now_us)
    held = people.get(conn, own).traits.get(name)
    if held is None or not same(held.value, value):
        raise Conflict(
            f"The person has said that this is not their {name}.",
            where=name,
            fix="They can put it right themselves by a link of your messages.",
        )
    audit.add(conn, now_us, actor, "change_trait", f"person:{own}", {"trait": name})
    return held


def forget(conn: Connection, pid: int, name: str, *, actor: str, now: datetime) -> None:
    """Take a trait away; what comes in later may tell it again. Raises NotFound, BadInput."""
    rev, now_us = people.next_rev(conn), micros(now)
    person = people.get(conn, pid)
    if name not in person.traits:
        raise NotFound(f"Nothing is known as `{name}` of person {person.pid}.", where=name)
    _check_name(name)
    gone = {name: nothing(now_us)}
    people.change(conn, rev, [person.pid], set_traits=[gone], now_us=now_us)
    audit.add(conn, now_us, actor, "delete_trait", f"person:{person.pid}", {"trait": name})


def _check_name(name: str) -> None:
    if name in RECOGNISED_BY:
        raise BadInput(
            "People are recognised by their addresses: these are not changed by hand.",
            where=name,
            fix="Send an identify call with the new address, or merge the two people.",
        )


def _check(conn: Connection, name: str, value: Any) -> None:
    _check_name(name)
    kind = trait_types(conn).get(name)
    if kind is None:
        raise NotFound(f"No trait `{name}` has been seen.", where=name)
    if kind not in _WRITABLE:
        raise BadInput("Lists and objects are not written by hand.", where=name)
    if value == "" or type_column([value], kind).null_count():
        raise BadInput(
            f"This is no value of `{name}`.", where="value", fix=f"It is {_WRITABLE[kind]}."
        )
