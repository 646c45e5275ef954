"""What people ask of their data: taken down with its clock, granted or refused, on record.

Every step has its line in the audit log, which names the request and never the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from maracuja.decisions.law import Right, due
from maracuja.decisions.law_sets import BY_ID
from maracuja.decisions.lawful import laws_of
from maracuja.errors import BadInput, Conflict, NotFound
from maracuja.model import micros, moment
from maracuja.runtime.law_in_force import declaration, told_of
from maracuja.runtime.orders import ask_erasure
from maracuja.store import audit, commands, objections, people, rights
from maracuja.store.objections import Objection
from maracuja.store.rights import OPEN, Request

ANSWERED: Final = "answered"
REFUSED: Final = "refused"
WITHDRAWN: Final = "withdrawn"
_COMMAND: Final = "command:"


@dataclass(frozen=True)
class Step:
    """What somebody did about a request or a breach."""

    at: datetime
    actor: str
    action: str
    detail: Any


@dataclass(frozen=True)
class RequestShown:
    """A request with its clock; `late`: open and overdue. `certificate`: of an erasure.

    `extendable`: the law leaves more time, which was not taken yet.
    """

    id: int
    pid: int | None
    right: str
    law: str
    country: str
    source: str
    received: datetime
    due: datetime
    late: bool
    extended: bool
    extendable: bool
    state: str
    closed: datetime | None
    outcome: str
    rule: str
    certificate: str = ""
    steps: tuple[Step, ...] = ()


def take_down(
    conn: Connection,
    pid: int,
    right: Right,
    *,
    country: str,
    source: str,
    actor: str,
    now: datetime,
    received: datetime | None = None,
) -> RequestShown:
    """Note a request; its clock is that of the person's law. `country` is the shop's.

    Objections and restrictions hold at once, until they are withdrawn: that answers them. An
    erasure keeps all marketing back from now on. Raises NotFound, BadInput for a time to come.
    """
    came = received or now
    if came > now:
        raise BadInput("A request cannot come in the future.", where="received")
    own = people.get(conn, pid).pid
    theirs, law = law_of_person(conn, own, country)
    deadline = BY_ID[law].rights[right]
    number = rights.add(
        conn,
        pid=own,
        right=right.value,
        law=law,
        country=theirs,
        source=source,
        received_us=micros(came),
        due_us=micros(due(deadline, came)),
    )
    step(conn, number, actor, "taken_down", now, {"right": right.value, "law": law})
    if right is Right.OBJECTION:
        objections.put(conn, Objection(own, micros(came), source))
        _close(conn, number, ANSWERED, "left out of profiling from now on", actor, now)
    if right is Right.RESTRICTION:
        _close(conn, number, ANSWERED, "nothing but service is sent from now on", actor, now)
    return show(conn, number, now)


def answer(
    conn: Connection, number: int, *, actor: str, now: datetime, outcome: str = ""
) -> RequestShown:
    """Grant an open request: an erasure is asked of the worker, all else was done by somebody.

    Raises NotFound, Conflict where it is closed, BadInput where nothing is said of what was done.
    """
    request = _open(conn, number)
    if request.right == Right.ERASURE:
        assert request.pid is not None
        ordered = ask_erasure(conn, request.pid, now, actor=actor)
        outcome = f"{_COMMAND}{ordered}"
    elif not outcome.strip():
        raise BadInput(
            "It is not said what was done.",
            where="outcome",
            fix="Say it in a few words, without personal data: `the file was handed over`.",
        )
    _close(conn, number, ANSWERED, outcome, actor, now)
    return show(conn, number, now)


def refuse(
    conn: Connection, number: int, reason: str, *, actor: str, now: datetime
) -> RequestShown:
    """Refuse an open request; the person is told the reason. Raises as `answer`."""
    _open(conn, number)
    if not reason.strip():
        raise BadInput("A refusal needs its reason.", where="reason")
    _close(conn, number, REFUSED, reason, actor, now)
    return show(conn, number, now)


def extend(
    conn: Connection, number: int, reason: str, *, actor: str, now: datetime
) -> RequestShown:
    """Take the longer time that the law leaves, once, before the first is over.

    Raises NotFound; Conflict where it is closed, late or extended already; BadInput where the law
    leaves none, or no reason is given.
    """
    request = _open(conn, number)
    deadline = BY_ID[request.law].rights[Right(request.right)]
    if not deadline.more:
        raise BadInput(f"The law `{request.law}` leaves no more time for {request.right}.")
    if request.extended:
        raise Conflict(f"The time of request {number} was extended already.")
    if moment(request.due_us) < now:
        raise Conflict(f"The time of request {number} is over.", fix="Answer it now.")
    if not reason.strip():
        raise BadInput("An extension needs its reason.", where="reason")
    later = due(deadline, moment(request.received_us), extended=True)
    rights.change(conn, number, extended=True, due_us=micros(later), reminded_us=None)
    step(conn, number, actor, "extended", now, {"reason": reason})
    return show(conn, number, now)


def withdraw(conn: Connection, number: int, *, actor: str, now: datetime) -> RequestShown:
    """The person takes a request back: an objection or a restriction is lifted by it.

    Raises NotFound, and Conflict where there is nothing to take back.
    """
    request = rights.get(conn, number)
    lasting = request.right in (Right.OBJECTION, Right.RESTRICTION)
    if request.state != OPEN and not (lasting and request.state == ANSWERED):
        raise Conflict(f"Request {number} is {request.state}.")
    if request.right == Right.OBJECTION and request.pid is not None:
        objections.withdraw(conn, request.pid)
    _close(conn, number, WITHDRAWN, "", actor, now)
    return show(conn, number, now)


def object_to_profiling(
    conn: Connection, pid: int, *, country: str, source: str, actor: str, now: datetime
) -> bool:
    """Note a person's objection, as a page of theirs does; False where it stands already."""
    own = people.get(conn, pid).pid
    if objections.of(conn, own) is not None:
        return False
    take_down(conn, own, Right.OBJECTION, country=country, source=source, actor=actor, now=now)
    return True


def allow_profiling(conn: Connection, pid: int, *, actor: str, now: datetime) -> bool:
    """Take a person's objection back, with the requests that it came by; whether there was one."""
    own = people.get(conn, pid).pid
    if not objections.withdraw(conn, own):
        return False
    for one in rights.every(conn, pid=own, state=ANSWERED):
        if one.right == Right.OBJECTION:
            _close(conn, one.id, WITHDRAWN, "", actor, now)
    return True


def objects(conn: Connection, pid: int) -> bool:
    """Whether a person objects to profiling."""
    return objections.of(conn, people.get(conn, pid).pid) is not None


def show(conn: Connection, number: int, now: datetime) -> RequestShown:
    """A request with its steps. Raises NotFound."""
    found = rights.get(conn, number)
    steps = steps_of(conn, _subject(number))
    return _shown(conn, found, now, steps)


def listed(
    conn: Connection, now: datetime, *, every: bool = False, pid: int | None = None
) -> list[RequestShown]:
    """The open requests, or all of them; those due first in front."""
    found = rights.every(conn, state=None if every else OPEN, pid=pid)
    return [_shown(conn, one, now, ()) for one in found]


def law_of_person(conn: Connection, pid: int, country: str) -> tuple[str, str]:
    """The country of a person (ISO code, '' unknown) and the id of its rule set."""
    book = declaration(conn).rulebook(country)
    told = told_of(people.get(conn, pid))
    return told.country or book.country, laws_of(told.frame, book)[0]


def steps_of(conn: Connection, subject: str) -> tuple[Step, ...]:
    """What was done about a subject, the oldest first."""
    entries = audit.newest(conn, subject=subject)
    return tuple(Step(moment(e.at_us), e.actor, e.action, e.detail) for e in reversed(entries))


def step(
    conn: Connection, number: int, actor: str, action: str, now: datetime, detail: Any = None
) -> None:
    """Write down what was done about a request."""
    audit.add(conn, micros(now), actor, f"rights_{action}", _subject(number), detail)


def _subject(number: int) -> str:
    return f"rights:{number}"


def _open(conn: Connection, number: int) -> Request:
    request = rights.get(conn, number)
    if request.state != OPEN:
        raise Conflict(f"Request {number} is {request.state} already.")
    return request


def _close(
    conn: Connection, number: int, state: str, outcome: str, actor: str, now: datetime
) -> None:
    rights.change(conn, number, state=state, outcome=outcome, closed_us=micros(now))
    step(conn, number, actor, state, now, {"outcome": outcome} if outcome else None)


def _shown(conn: Connection, one: Request, now: datetime, steps: Sequence[Step]) -> RequestShown:
    rule = BY_ID[one.law].rights[Right(one.right)]
    late = one.state == OPEN and moment(one.due_us) < now
    return RequestShown(
        id=one.id,
        pid=one.pid,
        right=one.right,
        law=one.law,
        country=one.country,
        source=one.source,
        received=moment(one.received_us),
        due=moment(one.due_us),
        late=late,
        extended=one.extended,
        extendable=one.state == OPEN and not (late or one.extended) and bool(rule.more),
        state=one.state,
        closed=None if one.closed_us is None else moment(one.closed_us),
        outcome=one.outcome,
        rule=rule.stated.source,
        certificate=_certificate(conn, one),
        steps=tuple(steps),
    )


def _certificate(conn: Connection, one: Request) -> str:
    """The number of an erasure's certificate, once the worker has carried it out."""
    if not one.outcome.startswith(_COMMAND):
        return ""
    try:
        result = commands.get(conn, int(one.outcome.removeprefix(_COMMAND))).result
    except NotFound:
        return ""
    certificate = (result or {}).get("certificate", {})
    return str(certificate.get("id", ""))
