"""A new domain sends little and more each day, the most engaged first; trouble holds it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.email_settings import EmailSettings
from maracuja.channels.email_warm_up import Day, next_level, plan, provider_of, trouble, volume
from maracuja.config import make_config
from maracuja.ingest.deliveries import encode_deliveries
from maracuja.model import DeliveryEvent, Status, TopicKind, micros
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.projection import Projection
from maracuja.runtime.warm_up import WarmUp
from maracuja.runtime.warm_up_planning import WarmUpPlanning
from maracuja.store import inbox, meta, people, resolving, warm_ups
from maracuja.store.engine import Store
from maracuja.store.outbox import OutboxState
from tests.unit.runtime.delivery_world import NOW, World, facts_of

TODAY = NOW.date().isoformat()
SETTINGS = EmailSettings(warm_up_from=TODAY, warm_up_first=3, warm_up_growth=2.0, warm_up_full=10)
MINUTE = timedelta(minutes=1)


# ------------------------------------------------------------ the numbers


def test_the_plan_grows_until_the_domain_is_known() -> None:
    assert plan(SETTINGS) == [3, 6]
    assert [volume(SETTINGS, level) for level in range(4)] == [3, 6, None, None]
    assert plan(EmailSettings())[:4] == [50, 75, 112, 169]
    assert len(plan(EmailSettings())) == 18


@given(st.integers(1, 500), st.floats(1.05, 3), st.integers(1, 100_000), st.integers(0, 200))
def test_volumes_never_shrink(first: int, growth: float, full: int, level: int) -> None:
    settings = EmailSettings(warm_up_first=first, warm_up_growth=growth, warm_up_full=full)
    here, after = volume(settings, level), volume(settings, level + 1)
    assert after is None or (here is not None and after >= here)
    assert here is None or here < full


@pytest.mark.parametrize(
    ("last", "level"),
    [
        (None, 0),
        (Day("2026-05-01", 2, 100, 100), 3),
        (Day("2026-05-01", 2, 100, 50), 3),
        (Day("2026-05-01", 2, 100, 20), 2),
        (Day("2026-05-01", 4, 100, 100, "12 bounced"), 2),
        (Day("2026-05-01", 1, 100, 100, "12 bounced"), 0),
        (Day("2026-05-01", 9, None, 0), 10),
    ],
)
def test_the_next_day_follows_from_the_last_one(last: Day | None, level: int) -> None:
    assert next_level(last) == level


def test_trouble_is_told_by_share_and_number() -> None:
    assert (
        trouble(100, 4, 0) == ""
        and trouble(100, 6, 0) == "6 of 100 messages bounced: more than 5%"
    )
    assert trouble(50, 0, 1) == "" and "complaints" in trouble(100, 0, 2)
    assert trouble(0, 0, 0) == ""


@pytest.mark.parametrize(
    ("address", "provider"),
    [("a@gmail.com", "gmail"), ("a@GoogleMail.com", "gmail"), ("a@hotmail.com", "outlook"),
     ("a@bk.ru", "mail_ru"), ("a@ukr.net", "ukr_net"), ("a@shop.example", "other"), ("", "other")],
)  # fmt: skip
def test_domains_belong_to_providers(address: str, provider: str) -> None:
    assert provider_of(address) == provider


# ------------------------------------------------------------ the sending


class Warm:
    """A workspace whose domain is new, with a campaign to several people."""

    def __init__(self, store: Store, root: Path, **more: object) -> None:
        self.world = World(store, root)
        config = make_config({"root": str(root.parent)})
        ground = Ground(store, root, config)
        settings = EmailSettings(
            **{
                **{name: getattr(SETTINGS, name) for name in SETTINGS.__struct_fields__},
                **more,
            }
        )
        self.warm_up = WarmUp("email", 1, settings, "UTC")
        self.world.sender.warm_up = self.warm_up
        self.planning = WarmUpPlanning(ground, [self.warm_up])
        with store.write() as conn:
            meta.create(conn, seed=1, reproducible=True)
        self.projection = Projection(store, root, country="UA")

    def people(self, addresses: list[str]) -> list[int]:
        with self.world.store.write() as conn:
            rev = people.next_rev(conn)
            claims = resolving.Claims(
                rows=len(addresses),
                row=list(range(len(addresses))),
                kind=["email"] * len(addresses),
                value=addresses,
                at_us=micros(NOW),
            )
            pids = resolving.resolve(conn, rev, claims, now_us=micros(NOW)).pid.tolist()
        self.world.consent(pids)
        return [int(pid) for pid in pids]

    def tells(self, pid: int, status: Status, at: datetime, run: int = 9) -> None:
        event = DeliveryEvent(
            message_id=bytes([pid % 250]) * 16,
            pid=pid,
            status=status,
            at_us=micros(at),
            channel="email",
            run=run,
        )
        row = inbox.Request(micros(at), "delivery", "internal", b"{}", encode_deliveries([event]))
        with self.world.store.write_inbox() as conn:
            inbox.append(conn, [row])
        self.projection.project(at)

    def until(self, now: datetime, end: datetime) -> None:
        """Step and plan every half a minute."""
        while now <= end:
            self.world.delivery.step(now)
            self.planning(now)
            now += MINUTE / 2
        self.world.delivery.step(now)

    def sent(self) -> list[str]:
        return [mail.recipient for mail in self.world.transport.carried]


@pytest.fixture
def warm(sqlite_store: Store, tmp_path: Path) -> Warm:
    return Warm(sqlite_store, tmp_path / "lake")


def test_each_provider_gets_its_volume_and_the_rest_waits_for_tomorrow(warm: Warm) -> None:
    addresses = [f"p{n}@{host}" for host in ("gmail.com", "ukr.net") for n in range(5)]
    pids = warm.people(addresses)
    warm.world.launch(pids, addresses=addresses)
    warm.until(NOW, NOW + 2 * MINUTE)
    hosts = Counter(one.partition("@")[2] for one in warm.sent())
    assert hosts == {"gmail.com": 3, "ukr.net": 3}
    assert Counter(warm.world.states().values()) == {OutboxState.SENT: 6, OutboxState.QUEUED: 4}
    warm.until(NOW + 11 * timedelta(hours=1), NOW + 11 * timedelta(hours=1) + MINUTE)
    assert len(warm.sent()) == 6, "the day is not over"
    morning = NOW + timedelta(hours=21)
    warm.until(morning, morning + 2 * MINUTE)
    assert len(warm.sent()) == 10 == len(set(warm.sent()))
    with warm.world.store.read() as conn:
        days = warm_ups.days(conn, "email")["gmail"]
    assert [(one.level, one.allowed, one.given) for one in days] == [(0, 3, 3), (1, 6, 2)]


def test_who_pressed_a_link_lately_comes_first(warm: Warm) -> None:
    addresses = [f"p{n}@gmail.com" for n in range(8)]
    pids = warm.people(addresses)
    warm.tells(pids[6], Status.CLICKED, NOW - timedelta(days=3))
    warm.tells(pids[7], Status.CLICKED, NOW - timedelta(days=9))
    warm.tells(pids[5], Status.READ, NOW - timedelta(days=1))
    warm.world.launch(pids, addresses=addresses)
    warm.until(NOW, NOW + 3 * MINUTE)
    assert set(warm.sent()) == {"p6@gmail.com", "p7@gmail.com", "p5@gmail.com"}


def test_bounces_hold_a_provider_for_the_day_and_the_next_one_is_smaller(warm: Warm) -> None:
    addresses = [f"p{n}@gmail.com" for n in range(8)] + ["q@ukr.net"]
    pids = warm.people(addresses)
    for pid in pids[:5]:
        warm.tells(pid, Status.BOUNCED, NOW - timedelta(hours=1))
    warm.world.launch(pids, addresses=addresses)
    warm.until(NOW, NOW + 3 * MINUTE)
    assert warm.sent() == ["q@ukr.net"]
    with warm.world.store.read() as conn:
        [day] = warm_ups.days(conn, "email")["gmail"]
    assert "bounced" in day.held and day.given == 0


def test_nobody_waits_beyond_the_end_of_the_message(warm: Warm) -> None:
    addresses = [f"p{n}@gmail.com" for n in range(5)]
    pids = warm.people(addresses)
    warm.world.launch(pids, addresses=addresses, facts=facts_of(expires_after="2 hours"))
    warm.until(NOW, NOW + 2 * MINUTE)
    warm.until(NOW + timedelta(hours=3), NOW + timedelta(hours=3) + MINUTE)
    assert Counter(warm.world.states().values()) == {OutboxState.SENT: 3, OutboxState.EXPIRED: 2}


def test_a_service_message_always_goes_and_is_counted(warm: Warm) -> None:
    addresses = [f"p{n}@gmail.com" for n in range(5)]
    pids = warm.people(addresses)
    warm.world.launch(pids, addresses=addresses, facts=facts_of(kind=TopicKind.SERVICE))
    warm.until(NOW, NOW)
    assert len(warm.sent()) == 5


def test_before_its_first_day_nothing_is_held(sqlite_store: Store, tmp_path: Path) -> None:
    later = (NOW.date() + timedelta(days=2)).isoformat()
    warm = Warm(sqlite_store, tmp_path / "lake", warm_up_from=later)
    addresses = [f"p{n}@gmail.com" for n in range(5)]
    warm.world.launch(warm.people(addresses), addresses=addresses)
    warm.until(NOW, NOW)
    assert len(warm.sent()) == 5


def test_a_start_in_the_middle_of_a_day_gives_no_more(warm: Warm) -> None:
    addresses = [f"p{n}@gmail.com" for n in range(8)]
    warm.world.launch(warm.people(addresses), addresses=addresses)
    warm.until(NOW, NOW + 2 * MINUTE)
    warm.warm_up.turns = None  # as after a start
    warm.planning._next.clear()
    warm.until(NOW + 3 * MINUTE, NOW + 5 * MINUTE)
    assert len(warm.sent()) == 3
