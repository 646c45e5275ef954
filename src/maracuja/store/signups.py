"""What was asked for on sign-up forms: one row for each address and round, with its proof.

A row stays as long as the person does: it is what proves the consent. Its answers are kept apart
from the profile until the address has confirmed them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import BigInteger, Connection, delete, func, select, update

from maracuja.model import Record
from maracuja.rng import make_id
from maracuja.store import bulk
from maracuja.store.schema import form_counts, signups

DAY_US: Final = 86_400_000_000
KEPT_DAYS: Final = 30  # how long the answers of somebody who never confirmed are kept
SOURCES_MAX: Final = 200  # of a form and day: more are counted as others
OTHERS: Final = "(others)"


class SignupState(IntEnum):
    """How far a sign-up came; stored: never reuse a number."""

    ASKED = 0  # the address has not confirmed it
    CONFIRMED = 1
    CLOSED = 2  # it ended unconfirmed: too late, or the person opted out meanwhile


class Step(IntEnum):
    """How far people come on a form; stored: never reuse a number."""

    SHOWN = 0
    BEGUN = 1
    SUBMITTED = 2
    CONFIRMED = 3


class Proof(Record, frozen=True):
    """What was shown to whom, where and when; network addresses are cut (`cut_ip`)."""

    text: str  # the words that they agreed to, as they stood there
    text_version: str
    language: str
    country: str
    page: str = ""  # that the form stood on
    ip: str = ""
    user_agent: str = ""
    how: str = ""  # button, code, start; single: nothing was to be confirmed
    confirmed_ip: str = ""
    confirmed_agent: str = ""


class Signup(NamedTuple):
    """One row of the table; `topics` are ids, `answers` values by trait."""

    id: bytes
    form: str
    version: int
    visit: bytes
    pid: int
    channel: str
    address: str
    state: SignupState
    topics: list[str]
    asked_us: int
    until_us: int
    confirmed_us: int
    messages: int
    messaged_us: int
    reminded_us: int
    tries: int
    source: str
    proof: Proof
    answers: dict[str, Any]
    bonus_us: int


_COLUMNS: Final = tuple(signups.c[name] for name in Signup._fields)
_JSON: Final = ("topics", "proof", "answers")


def new_id(form: str, channel: str, address: str, visit: bytes) -> bytes:
    """The id of a sign-up, from its natural key."""
    return make_id("signup", form, channel, address, visit)


def add(conn: Connection, made: Signup) -> None:
    """Keep a new sign-up; the same one twice is one."""
    row = _plain(made._asdict()) | {"state": int(made.state)}
    conn.execute(bulk.insert(conn, signups).values(row).on_conflict_do_nothing())


def change(conn: Connection, number: bytes, **values: Any) -> None:
    """Note what has become of one."""
    conn.execute(update(signups).where(signups.c.id == number).values(_plain(values)))


def get(conn: Connection, number: bytes) -> Signup | None:
    """The sign-up of this id."""
    return next(iter(_rows(conn, select(*_COLUMNS).where(signups.c.id == number))), None)


def newest(conn: Connection, form: str, channel: str, address: str) -> Signup | None:
    """The last one that this address was given for."""
    c = signups.c
    mine = (c.form == form) & (c.channel == channel) & (c.address == address)
    query = select(*_COLUMNS).where(mine).order_by(c.asked_us.desc(), c.id).limit(1)
    return next(iter(_rows(conn, query)), None)


def messaged_since(conn: Connection, channel: str, address: str, since_us: int) -> int:
    """How many messages asked this address to confirm something, on any form, since then."""
    c = signups.c
    mine = (c.channel == channel) & (c.address == address) & (c.messaged_us > since_us)
    return int(conn.execute(select(func.sum(c.messages)).where(mine)).scalar() or 0)


def any_there(conn: Connection) -> bool:
    """Whether anybody has ever signed up: mostly nobody has."""
    return conn.execute(select(signups.c.id).limit(1)).first() is not None


def of_visit(conn: Connection, form: str, visit: bytes) -> list[Signup]:
    """Those that were asked for together, by channel."""
    c = signups.c
    query = select(*_COLUMNS).where(c.form == form, c.visit == visit).order_by(c.channel)
    return _rows(conn, query)


def of_people(conn: Connection, pids: Sequence[int]) -> list[Signup]:
    """Those of these people, in order of time."""
    rows = bulk.rows_where_in(conn, select(*_COLUMNS), signups.c.pid, sorted(set(pids) - {0}))
    return sorted(map(_signup, rows), key=lambda one: (one.asked_us, one.id))


def latest(conn: Connection, form: str, state: SignupState | None, rows_max: int) -> list[Signup]:
    """Those of a form, in a state or in any, the latest asked for first."""
    c = signups.c
    query = select(*_COLUMNS).where(c.form == form)
    if state is not None:
        query = query.where(c.state == int(state))
    return _rows(conn, query.order_by(c.asked_us.desc(), c.id).limit(rows_max))


def by_id(conn: Connection, numbers: Sequence[bytes]) -> dict[bytes, Signup]:
    """Those of these ids; others are left out."""
    rows = bulk.rows_where_in(conn, select(*_COLUMNS), signups.c.id, sorted(set(numbers)))
    return {one.id: one for one in map(_signup, rows)}


def unreminded(conn: Connection, form: str, *, rows_max: int) -> list[Signup]:
    """Those of a form that ask an address and were not reminded of, the oldest first."""
    c = signups.c
    mine = (c.state == int(SignupState.ASKED)) & (c.reminded_us == 0) & (c.form == form)
    query = select(*_COLUMNS).where(mine, c.address != "").order_by(c.asked_us, c.id)
    return _rows(conn, query.limit(rows_max))


def next_end(conn: Connection) -> int | None:
    """When the time of the next one that asks is over; None where none does."""
    c = signups.c
    query = select(func.min(c.until_us)).where(c.state == int(SignupState.ASKED))
    found = conn.execute(query).scalar()
    return None if found is None else int(found)


def close_late(conn: Connection, now_us: int) -> int:
    """Close those whose time is over; how many."""
    c = signups.c
    late = (c.state == int(SignupState.ASKED)) & (c.until_us <= now_us)
    return conn.execute(update(signups).where(late).values(state=int(SignupState.CLOSED))).rowcount


def oldest_us(conn: Connection) -> int | None:
    """When the earliest that ended unconfirmed was asked for; None where there is none."""
    closed = signups.c.state == int(SignupState.CLOSED)
    return conn.execute(select(func.min(signups.c.asked_us)).where(closed)).scalar()


def delete_before(conn: Connection, at_us: int) -> int:
    """Forget what was asked for before then and never confirmed; how many."""
    c = signups.c
    old = (c.state == int(SignupState.CLOSED)) & (c.asked_us < at_us)
    return conn.execute(delete(signups).where(old)).rowcount


def move(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    """Carry the sign-ups of merged people over."""
    pair = bulk.given(conn, "pair", pid=(BigInteger(), losers), to=(BigInteger(), winners))
    conn.execute(update(signups).where(signups.c.pid == pair.c.pid).values(pid=pair.c.to))


# ---------------------------------------------------------------- counts


class Count(NamedTuple):
    """How many people came so far on a form, on a UTC day, from a source."""

    form: str
    day: int  # days since 1970
    source: str
    step: Step
    n: int


def count(conn: Connection, counted: Mapping[tuple[str, str, Step], int], now_us: int) -> None:
    """Add to the counts of today, by form, source and step."""
    day = now_us // DAY_US
    for (form, source, step), n in counted.items():
        row = {"form": form, "day": day, "source": source, "step": int(step), "n": n}
        c = form_counts.c
        today = (c.form == form) & (c.day == day)
        if (
            source
            and not conn.execute(select(c.n).where(today, c.source == source).limit(1)).first()
        ):
            query = select(func.count(c.source.distinct())).where(today)
            if int(conn.execute(query).scalar_one()) >= SOURCES_MAX:
                row["source"] = OTHERS
        statement = bulk.insert(conn, form_counts).values(row)
        keys = [c.form, c.day, c.source, c.step]
        added = {"n": c.n + statement.excluded.n}
        conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=added))


def counts(conn: Connection, form: str = "", since_us: int = 0) -> list[Count]:
    """The counts of a form, or of all, from that day on; by form, day, source and step."""
    c = form_counts.c
    query = select(c.form, c.day, c.source, c.step, c.n).where(c.day >= since_us // DAY_US)
    if form:
        query = query.where(c.form == form)
    rows = bulk.fetch(conn, query.order_by(c.form, c.day, c.source, c.step))
    return [Count(name, day, source, Step(step), n) for name, day, source, step, n in rows]


def _rows(conn: Connection, query: Any) -> list[Signup]:
    return [_signup(row) for row in bulk.fetch(conn, query)]


def _signup(row: Sequence[Any]) -> Signup:
    made = Signup(*row)
    return made._replace(
        id=bytes(made.id),
        visit=bytes(made.visit),
        state=SignupState(made.state),
        topics=msgspec.json.decode(row[Signup._fields.index("topics")]),
        proof=msgspec.json.decode(row[Signup._fields.index("proof")], type=Proof),
        answers=msgspec.json.decode(row[Signup._fields.index("answers")]),
    )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: msgspec.json.encode(value) if name in _JSON else value
        for name, value in values.items()
    }
