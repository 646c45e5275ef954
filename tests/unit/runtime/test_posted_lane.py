"""A code for signing in never waits behind a sale: its lane goes first, in batches of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from maracuja.channels.base import Answer, Stage
from maracuja.model import Content, micros
from maracuja.runtime.posted_texts import Written, run_of
from maracuja.store import outbox, posted
from maracuja.store.engine import Store
from maracuja.store.outbox import Chunk, OutboxState
from maracuja.store.posted import Posted, PostedState
from tests.unit.runtime.delivery_world import NOW, World

SALES = 3_000
CODE_TO = "p7@mail.example"


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> Iterator[World]:
    made = World(sqlite_store, tmp_path / "lake")
    yield made
    made.delivery.close()


def keep(world: World, name: bytes = b"code", **changes: int) -> Posted:
    """A message that was asked for and that the worker has not looked at."""
    row = Posted(
        message=name.ljust(16, b"."),
        digest=b"",
        at_us=micros(NOW),
        due_us=micros(NOW),
        expires_us=micros(NOW + timedelta(minutes=10)),
        kind="email",
        value=CODE_TO,
        channel="email",
        body=b"{}",
    )._replace(**changes)
    with world.store.write() as conn:
        return posted.add(conn, row)


def queue(world: World, row: Posted, number: int = 1) -> None:
    """What the worker's step does with it, without the texts."""
    chunk = Chunk(posted.CHUNK + number, run_of("email"), "", 0, 0)
    written = Written(content=Content(text="Your code is 4071.", subject="A code"))
    with world.store.write() as conn:
        posted.change(
            conn,
            row.message,
            state=int(PostedState.QUEUED),
            pid=7,
            chunk=chunk.chunk,
            address=CODE_TO,
            written=msgspec.json.encode(written),
        )
        outbox.add_chunk(conn, chunk, pid=[7], channel=1, due_us=row.due_us)


def statuses(world: World, row: Posted) -> list[str]:
    with world.store.read() as conn:
        return [step.status.value for step in posted.steps(conn, row.message)]


def test_a_code_overtakes_a_queue_of_a_sale_in_a_batch_of_its_own(world: World) -> None:
    world.ready(SALES)
    world.delivery.step(NOW)
    before = len(world.transport.carried)
    assert 0 < before < SALES
    row = keep(world)
    queue(world, row)
    world.delivery.step(NOW)
    assert world.recipients()[before:] == [CODE_TO]
    assert b"Your code is 4071." in world.transport.carried[before].data
    assert statuses(world, row) == ["sent"]


def test_a_batch_of_a_sale_ends_when_a_code_is_asked_for(world: World) -> None:
    world.ready(60)
    world.sender.batch = 60

    def ask(n: int) -> None:
        if n == 10:
            keep(world)
            time.sleep(0.06)  # noqa: TID251

    world.transport.before_each = ask
    world.delivery.step(NOW)
    assert len(world.transport.carried) == 10
    world.transport.before_each = lambda n: None
    with world.store.read() as conn:
        (row,) = posted.due(conn, micros(NOW))
    queue(world, row)
    world.delivery.step(NOW)
    assert world.recipients()[10:] == [CODE_TO]
    world.run()
    assert len(world.transport.carried) == 61
    assert set(world.states().values()) == {OutboxState.SENT}


def test_a_code_that_is_too_late_is_not_sent(world: World) -> None:
    world.add_people([7])
    row = keep(world)
    queue(world, row)
    world.delivery.step(NOW + timedelta(minutes=11))
    assert world.recipients() == []
    assert statuses(world, row) == ["expired"]


def test_a_code_is_tried_again_only_until_its_end(world: World) -> None:
    world.add_people([7])
    busy = Answer(stage=Stage.RECIPIENT, code=451, text="4.3.0 try later")
    world.transport.answers[CODE_TO] = busy
    row = keep(world)
    queue(world, row)
    world.run(NOW + timedelta(hours=1))
    assert statuses(world, row) == ["expired"]
    assert len(world.transport.carried) == 3  # at once, after 1 and 5 minutes


def test_what_a_crash_leaves_of_it_is_known_or_unknown_and_never_doubled(world: World) -> None:
    from tests.unit.runtime.delivery_world import Crash, Obedient

    world.add_people([7])
    row = keep(world)
    queue(world, row)
    world.transport.crash_after = 0
    with pytest.raises(Crash):
        world.run()
    world.transport = Obedient()
    world.delivery.close()
    world.delivery = world.open(world.transport)
    assert world.delivery.recover(NOW) == 1
    world.run()
    assert statuses(world, row) == ["unknown"] and world.recipients() == []
