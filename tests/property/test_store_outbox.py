"""Whatever happens to messages, the outbox balances and none goes out twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from maracuja.store import bulk, outbox, schema
from maracuja.store.claiming import claim
from maracuja.store.engine import Store
from maracuja.store.outbox import Chunk, OutboxState

STEPS = ("add", "claim", "finish", "put_back", "crash", "withdraw", "later")
FINAL = [OutboxState.SENT, OutboxState.FAILED, OutboxState.UNKNOWN, OutboxState.EXPIRED]


class Undone(Exception):
    """Ends an example without leaving anything in the database."""


class Office:
    """Does steps, and knows what must be so after each."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.now_us = 0
        self.chunks = 0
        self.added = 0
        self.out: list[tuple[int, int]] = []  # claimed and not answered
        self.sent: Counter[tuple[int, int]] = Counter()

    def add(self, n: int) -> None:
        self.chunks += 1
        self.added += n + 1
        chunk = Chunk(self.chunks, n % 2, f"b/{self.chunks}", n % 3, 0)
        due = [self.now_us + (i * n) % 5 for i in range(n + 1)]
        outbox.add_chunk(self.conn, chunk, pid=list(range(n + 1)), channel=1, due_us=due)

    def claim(self, n: int) -> None:
        paused = [1] if n == 5 else []
        claimed = claim(
            self.conn, self.now_us, channel=1, limit=n + 1, paused_runs=paused, after_run=n % 3
        )
        assert len(claimed.pid) <= n + 1 and (claimed.due_us <= self.now_us).all()
        rows = list(zip(claimed.chunk.tolist(), claimed.n.tolist(), strict=True))
        assert not set(rows) & set(self.out), "claimed twice"
        self.out += rows

    def finish(self, n: int) -> None:
        done, self.out = self.out[: n + 1], self.out[n + 1 :]
        states = [FINAL[(i + n) % 4] if i % 3 else OutboxState.QUEUED for i in range(len(done))]
        self._tell(outbox.finish, done, state=states)
        self.sent.update(row for row, s in zip(done, states, strict=True) if s is OutboxState.SENT)

    def put_back(self, n: int) -> None:
        back, self.out = self.out[: n + 1], self.out[n + 1 :]
        self._tell(outbox.put_back, back)

    def crash(self, n: int) -> None:
        lost = outbox.claimed(self.conn)
        assert sorted(self.out) == sorted(zip(lost.chunk.tolist(), lost.n.tolist(), strict=True))
        begun = self.out[:n]
        self._tell(outbox.put_back, self.out[n:])
        self._tell(outbox.finish, begun, state=[OutboxState.UNKNOWN] * len(begun))
        self.out = []

    def withdraw(self, n: int) -> None:
        outbox.withdraw_run(self.conn, n % 2)

    def later(self, n: int) -> None:
        self.now_us += n

    def _tell(self, what: Any, rows: list[tuple[int, int]], **more: Any) -> None:
        chunk, n = [r[0] for r in rows], [r[1] for r in rows]
        assert what(self.conn, chunk=chunk, n=n, due_us=self.now_us + 2, **more) == len(rows)

    def check(self) -> None:
        o, c = schema.outbox.c, schema.chunks.c
        rows = bulk.fetch(self.conn, select(o.chunk, o.state, o.due_us))
        assert len(rows) == self.added
        for chunk, left, due_us in bulk.fetch(self.conn, select(c.chunk, c.left, c.due_us)):
            mine = [(state, due) for number, state, due in rows if number == chunk]
            assert left == sum(state <= OutboxState.CLAIMED for state, _ in mine)
            queued = [due for state, due in mine if state == OutboxState.QUEUED]
            assert due_us == min(queued, default=outbox.NEVER_US)
        claimed = select(func.count()).where(o.state == int(OutboxState.CLAIMED))
        assert self.conn.execute(claimed).scalar() == len(self.out)
        assert max(self.sent.values(), default=0) <= 1


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9)), max_size=25))
def test_the_outbox_balances(sqlite_store: Store, steps: list[tuple[str, int]]) -> None:
    try:
        with sqlite_store.write() as conn:
            office = Office(conn)
            for step, n in steps:
                getattr(office, step)(n)
                office.check()
            raise Undone
    except Undone:
        pass
