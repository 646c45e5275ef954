"""Reminders of sign-ups: one at most, none to those who left, none when the time is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from maracuja import app as composition
from maracuja.api.form_wiring import form_desk
from maracuja.app import App
from maracuja.clock import SimClock
from maracuja.model import ConsentState, micros, moment
from maracuja.runtime import definition_work
from maracuja.runtime.form_desk import Caller
from maracuja.runtime.signup_keeping import SignupKeeping
from maracuja.store import consents, people, signups
from maracuja.store.schema import posted
from maracuja.store.signups import SignupState

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FORM = {
    "topics": ["harvest"],
    "titles": {"en": "News"},
    "sent": {"en": "Mail."},
    "often": {"en": "Monthly."},
    "consent": {"en": "Yes."},
}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    clock = SimClock(NOON)
    composition.create(tmp_path / "shop", {"shop": {"name": "Fruit"}}, clock=clock, seed=7)
    with composition.opened(tmp_path / "shop", clock) as made:
        with made.store.write() as conn:
            for kind, name, raw in (("topic", "harvest", {}), ("form", "news", FORM)):
                definition_work.put(conn, kind, name, raw, base=None, now=NOON, actor="test")
        yield made


def sign_up(app: App, address: str, now: datetime) -> None:
    desk = form_desk(app)
    found = desk.find("news")
    assert found is not None
    from maracuja.runtime.form_desk import Stamp

    stamp = Stamp("news", found.version, "UA", "en", int(now.timestamp()) - 9, address)
    posted_ = {"email": [address], "consent": ["yes"], "stamp": [desk.stamp(stamp)]}
    got = desk.receive(found, posted_, Caller("", "", "", ""), now)
    assert got.taken is not None, got


def messages(app: App) -> int:
    with app.store.read() as conn:
        return int(conn.execute(select(func.count()).select_from(posted)).scalar_one())


def test_one_reminder_and_then_the_end(app: App) -> None:
    keep = SignupKeeping(app.store, app.config)
    assert keep(NOON) is None
    sign_up(app, "a@shop.example", NOON)
    assert messages(app) == 1
    assert keep(NOON + timedelta(seconds=30)) == NOON + 2 * DAY
    assert messages(app) == 1
    assert keep(NOON + 2 * DAY) == NOON + 7 * DAY
    assert messages(app) == 2
    keep(NOON + 3 * DAY)
    assert messages(app) == 2, "one reminder at most"
    assert keep(NOON + 7 * DAY) is None
    with app.store.read() as conn:
        row = signups.newest(conn, "news", "email", "a@shop.example")
    assert row is not None and row.state is SignupState.CLOSED and messages(app) == 2
    with app.store.write() as conn:
        assert signups.oldest_us(conn) == micros(NOON)
        assert signups.delete_before(conn, micros(NOON + DAY)) == 1
    assert moment(row.until_us) == NOON + 7 * DAY


def test_who_opted_out_meanwhile_is_not_reminded(app: App) -> None:
    keep = SignupKeeping(app.store, app.config)
    sign_up(app, "b@shop.example", NOON)
    with app.store.write() as conn:
        pid = int(people.find(conn, ["email"], ["b@shop.example"])[0])
        consents.record(
            conn, pid=[pid], topic="harvest", channel="email", state=ConsentState.OPTED_OUT,
            at_us=micros(NOON) + 9, recorded_us=micros(NOON), source="call",
        )  # fmt: skip
    keep(NOON + 2 * DAY)
    assert messages(app) == 1
