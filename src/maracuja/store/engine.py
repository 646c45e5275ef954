"""Opens the state database, SQLite or PostgreSQL, and hands out its transactions.

It never creates or changes a table: `migrating` does.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from maracuja.clock import monotonic_s, rest
from maracuja.errors import ConfigError, Conflict

BUSY_S_MAX: Final = 30
LOOK_S: Final = 0.001  # how often one looks whether another process still writes
READER_CACHE_KIB: Final = 8_192  # of each of several connections
WRITER_CACHE_KIB: Final = 262_144  # of the only one that writes; an import fills it
SQLITE_NEEDED: Final = (3, 35, 0)  # RETURNING, UPDATE FROM

_PRAGMAS: Final = (
    f"PRAGMA busy_timeout = {BUSY_S_MAX * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA wal_autocheckpoint = 8000",
    "PRAGMA journal_size_limit = 67108864",
)


class Beside(Protocol):
    """What is written with the change of a request, so that either both stand or neither."""

    def write(self, conn: Connection) -> None:
        """Write it; called in every write transaction of the state database."""
        ...

    def committed(self) -> None:
        """The transaction stands."""
        ...


# Of the request that is being answered, where it has something to write beside its change.
BESIDE: Final[ContextVar[Beside | None]] = ContextVar("beside", default=None)


class Store:
    """The state database and the inbox: `read` and `write` give connections in a transaction.

    On SQLite the inbox is a file of its own, so that ingest never waits for a launch; on
    PostgreSQL both are one database and `write_inbox` is `write`.
    """

    def __init__(self, state: Engine, inbox: Engine, writer: Engine) -> None:
        self.state = state
        self.inbox = inbox
        self._writer = writer  # of the state
        self.dialect = state.dialect.name  # sqlite, postgresql
        # Threads of one process queue here rather than in SQLite's sleeping retries.
        self._state_turn = self._turns()
        self._inbox_turn = self._turns() if inbox is not state else self._state_turn

    def _turns(self) -> Turns | None:
        return Turns() if self.dialect == "sqlite" else None

    def read(self) -> AbstractContextManager[Connection]:
        """A connection that sees one moment of the state database and changes nothing."""
        return _reading(self.state)

    def write(self, *, urgent: bool = False) -> AbstractContextManager[Connection]:
        """A connection in one write transaction: committed at the end, undone on an error.

        `urgent`: before all other threads that wait to write, as a code for signing in is.
        """
        return _beside(_writing(self._writer, _turn(self._state_turn, urgent=urgent)))

    def read_inbox(self) -> AbstractContextManager[Connection]:
        """As `read`, of the database that holds the inbox."""
        return _reading(self.inbox)

    def write_inbox(self) -> AbstractContextManager[Connection]:
        """As `write`, of the database that holds the inbox."""
        return _writing(self.inbox, _turn(self._inbox_turn, urgent=False))

    def close(self) -> None:
        """Give back every connection."""
        self.state.dispose()
        self._writer.dispose()
        self.inbox.dispose()


class Turns:
    """Lets one thread at a time write; those who are urgent before all others who wait."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._urgent = 0  # how many such wait
        self.waiting = 0

    @contextmanager
    def one(self, *, urgent: bool) -> Iterator[None]:
        """Wait for a turn, and have it."""
        with self._changed:
            self._urgent += urgent
            self.waiting += 1
            try:
                self._changed.wait_for(lambda: not self._taken and (urgent or not self._urgent))
            finally:
                self._urgent -= urgent
                self.waiting -= 1
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()


def _turn(turns: Turns | None, *, urgent: bool) -> AbstractContextManager[None]:
    return nullcontext() if turns is None else turns.one(urgent=urgent)


@contextmanager
def _reading(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as conn:
        if engine.dialect.name == "postgresql":
            conn = conn.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with conn.begin():
            yield conn


@contextmanager
def _writing(engine: Engine, turn: AbstractContextManager[None]) -> Iterator[Connection]:
    with turn, engine.connect() as conn:
        conn = conn.execution_options(writes=True)
        try:
            transaction = conn.begin()
        except OperationalError as e:
            if "locked" not in str(e.orig):
                raise
            raise Conflict(
                f"another process has been writing for more than {BUSY_S_MAX} s",
                where=str(engine.url.database),
                fix="Try again; if it lasts, look for a second worker on this workspace.",
            ) from e
        with transaction:
            yield conn


@contextmanager
def _beside(writing: AbstractContextManager[Connection]) -> Iterator[Connection]:
    beside = BESIDE.get()
    with writing as conn:
        if beside is not None:
            beside.write(conn)
        yield conn
    if beside is not None:
        beside.committed()


def open_store(url: str, *, inbox: Path | None = None) -> Store:
    """Open the database at `url`: `sqlite:///path/state.db` or `postgresql://...`.

    On SQLite the inbox is the file `inbox`, by default `inbox.db` beside the state. Raises
    ConfigError when the URL is not understood or nothing answers there.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as e:
        raise ConfigError(
            "the database URL cannot be read",
            fix="Write sqlite:///path/state.db or postgresql://user@host/name.",
        ) from e
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return _open_sqlite(parsed, inbox)
    if kind in ("postgresql", "postgres"):
        return _open_postgresql(parsed)
    raise ConfigError(
        f"the state database is SQLite or PostgreSQL, not {kind}",
        fix="Write sqlite:///path/state.db or postgresql://user@host/name.",
    )


def _open_sqlite(url: URL, inbox: Path | None) -> Store:
    if sqlite3.sqlite_version_info < SQLITE_NEEDED:
        raise ConfigError(
            f"SQLite {sqlite3.sqlite_version} is too old",
            fix="Use a Python that carries SQLite 3.35 or newer, or PostgreSQL.",
        )
    if not url.database or url.database == ":memory:":
        raise ConfigError("the state database needs a file", fix="Write sqlite:///path/state.db.")
    path = Path(url.database)
    if not path.parent.is_dir():
        raise ConfigError(
            f"there is no directory {path.parent}",
            fix="Make the workspace first: maracuja init.",
        )
    beside = inbox or path.with_name("inbox.db")
    return Store(
        state=_sqlite_engine(path, READER_CACHE_KIB),
        inbox=_sqlite_engine(beside, READER_CACHE_KIB),
        writer=_sqlite_engine(path, WRITER_CACHE_KIB),
    )


def _sqlite_engine(path: Path, cache_kib: int) -> Engine:
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, pool_size=4, max_overflow=28, pool_timeout=60, pool_use_lifo=True)

    def connected(dbapi: sqlite3.Connection, _record: object) -> None:
        dbapi.isolation_level = None  # transactions are begun below, by us
        for pragma in (*_PRAGMAS, f"PRAGMA cache_size = -{cache_kib}"):
            dbapi.execute(pragma).close()

    def begin(conn: Connection) -> None:
        if conn.get_execution_options().get("writes", False):
            _begin_writing(conn)
        else:
            _driver(conn).execute("BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begin)
    return engine


def _begin_writing(conn: Connection) -> None:
    """BEGIN IMMEDIATE as soon as the other processes let us.

    SQLite itself would look ever more seldom, up to ten times a second: too long for a code.
    """
    dbapi, until_s = _driver(conn), monotonic_s() + BUSY_S_MAX
    dbapi.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                dbapi.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as fault:
                if "locked" not in str(fault) or monotonic_s() > until_s:
                    raise OperationalError("BEGIN IMMEDIATE", None, fault) from fault
            rest(LOOK_S)
    finally:
        dbapi.execute(f"PRAGMA busy_timeout = {BUSY_S_MAX * 1000}")


def _driver(conn: Connection) -> sqlite3.Connection:
    """The driver's own connection: a tenth of the way of a statement through SQLAlchemy."""
    dbapi = conn.connection.driver_connection
    assert isinstance(dbapi, sqlite3.Connection)
    return dbapi


def _open_postgresql(url: URL) -> Store:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"), pool_size=8, max_overflow=24, pool_pre_ping=True
    )
    try:
        engine.connect().close()
    except OperationalError as e:
        engine.dispose()
        raise ConfigError(
            "PostgreSQL does not answer",
            where=url.render_as_string(hide_password=True),
            fix=f"It said: {str(e.orig).strip()}",
        ) from e
    return Store(state=engine, inbox=engine, writer=engine)
