"""Delivery over a real store and a real lake, with a transport that does as it is told."""

from __future__ import annotations

import email
import re
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import time, timedelta
from email import policy
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import delete, select

from maracuja.campaigns.schedule import Occurrence
from maracuja.channels.base import Answer, Mail, Stage
from maracuja.channels.limits import Limits
from maracuja.decisions.quiet import QuietHours
from maracuja.errors import Conflict
from maracuja.links.tokens import Purpose
from maracuja.model import ConsentState, TopicKind, micros
from maracuja.runtime.delivery_results import retry_at
from maracuja.store import counters, full_mailboxes, health, runs, suppressions
from maracuja.store.engine import Store
from maracuja.store.outbox import OutboxState
from maracuja.store.schema import merges, outbox, profiles
from maracuja.templates.definition import LinkPolicy
from tests.unit.runtime.delivery_world import (
    NOW,
    RING,
    SALT,
    TEMPLATE,
    Crash,
    Obedient,
    World,
    facts_of,
    later,
    message_id,
)

S = OutboxState
NOBODY = Answer(stage=Stage.RECIPIENT, code=550, text="5.1.1 no such user")
LATER = Answer(stage=Stage.RECIPIENT, code=451, text="4.3.0 try later")
LOST = Answer(stage=Stage.GIVEN, lost=True, text="line broke")
DOWN = Answer(stage=Stage.CONNECT, lost=True, text="refused")
SPAM = Answer(stage=Stage.GIVEN, code=550, text="5.7.1 refused by policy")
LOGIN = Answer(stage=Stage.LOGIN, code=535, text="5.7.8 bad credentials")
BUSY = Answer(stage=Stage.RECIPIENT, code=421, text="4.7.0 slow down")


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> Iterator[World]:
    made = World(sqlite_store, tmp_path / "lake")
    yield made
    made.delivery.close()


def names(world: World) -> Counter[str]:
    return Counter(event for _, event, _ in world.events())


def test_everybody_who_agreed_gets_one_message(world: World) -> None:
    world.ready(50)
    world.run()
    assert set(world.states().values()) == {S.SENT}
    assert sorted(world.recipients()) == sorted(f"p{n}@mail.example" for n in range(1, 51))
    assert names(world) == {"Message Sent": 50}
    pid, _, properties = world.events()[0]
    assert properties == {
        "message": message_id(pid).hex(),
        "campaign": "spring",
        "run": 1,
        "channel": "email",
        "variant": "only",
        "status": "sent",
        "code": "2.0.0",
    }


def test_the_links_of_a_message_are_signed_for_its_person(world: World) -> None:
    world.ready(2)
    world.run()
    mail = email.message_from_bytes(world.transport.carried[1].data, policy=policy.default)
    html = mail.get_body(("html",)).get_content()  # type: ignore[attr-defined]
    tokens = {path: html.partition(f"/{path}/")[2].partition('"')[0] for path in "cou"}
    click = RING.read(tokens["c"], Purpose.CLICK)
    assert click is not None and click.pid == 2 and click.message == message_id(2)
    assert click.detail == (
        "https://shop.example/sale?x=1&utm_source=maracuja&utm_medium=email&utm_campaign=spring"
    )
    assert RING.read(tokens["o"].removesuffix(".gif"), Purpose.OPEN) is not None
    out = RING.read(tokens["u"], Purpose.UNSUBSCRIBE)
    assert out is not None and out.detail == "news"
    assert mail["List-Unsubscribe"] == f"<https://go.example/u/{tokens['u']}>"
    assert "Hello P2" in mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("links", "tracking", "counted", "marked"),
    [
        ({}, {}, True, True),
        ({"track": False}, {}, False, True),
        ({"utm": False}, {}, True, False),
        ({}, {"clicks": False}, False, True),
        ({"track": False, "utm": False}, {}, False, False),
    ],
)
def test_links_obey_the_template_and_the_campaign(
    world: World, links: dict[str, bool], tracking: dict[str, bool], counted: bool, marked: bool
) -> None:
    facts = facts_of(tracking=tracking)
    template = msgspec.structs.replace(TEMPLATE, links=LinkPolicy(**links))
    world.ready(1, facts=msgspec.structs.replace(facts, templates={"spring": template}))
    world.run()
    mail = email.message_from_bytes(world.transport.carried[0].data, policy=policy.default)
    html = mail.get_body(("html",)).get_content()  # type: ignore[attr-defined]
    (url,) = re.findall(r'<a href="([^"]+)">Sale', html)
    assert url.startswith("https://go.example/c/") == counted
    if counted:
        token = RING.read(url.removeprefix("https://go.example/c/"), Purpose.CLICK)
        assert token is not None
        url = token.detail
    assert ("utm_campaign=spring" in url) == marked


def test_consent_counts_at_the_moment_of_sending(world: World) -> None:
    world.ready(6)
    world.consent([2], ConsentState.OPTED_OUT)
    with world.store.write() as conn:
        digest = suppressions.digest(SALT, "email", "P3@mail.example")
        suppressions.add(conn, channel="email", digest=[digest], reason="by_hand", at_us=1)
        conn.execute(delete(profiles).where(profiles.c.pid == 4))
    world.run()
    withdrawn = {pid for pid, state in world.states().items() if state is S.WITHDRAWN}
    assert withdrawn == {2, 3, 4}
    reasons = {pid: p["code"] for pid, event, p in world.events() if event == "Message Failed"}
    assert reasons == {2: "opted_out", 3: "suppressed", 4: "gone"}
    assert len(world.transport.carried) == 3


def test_opting_out_holds_across_merged_identities(world: World) -> None:
    world.ready(2)
    world.add_people([9])
    world.consent([9], ConsentState.OPTED_OUT)
    with world.store.write() as conn:
        row = {"pid": 1, "canonical": 9, "at_us": 1, "rule": "email", "crossed": False}
        conn.execute(merges.insert().values(row))
    world.run()
    assert world.states() == {1: S.WITHDRAWN, 2: S.SENT}


def test_a_service_message_needs_no_opt_in(world: World) -> None:
    world.add_people([1, 2])
    world.consent([2], ConsentState.OPTED_OUT)
    world.launch([1, 2], facts=facts_of(kind=TopicKind.SERVICE))
    world.run()
    assert world.states() == {1: S.SENT, 2: S.WITHDRAWN}


def test_an_opt_out_during_a_batch_stops_the_next_mail(world: World) -> None:
    world.ready(10)
    world.sender.batch = 10

    def opt_out(n: int) -> None:
        import time as clock

        if n == 3 and world.states()[5] is S.CLAIMED:
            world.consent([5], ConsentState.OPTED_OUT)
            with world.store.write() as conn:
                from maracuja.runtime.message_events import tell_subscriptions

                rows = [(5, "news", "email", "opted_out")]
                tell_subscriptions(conn, micros(NOW), rows, message=b"", source="test")
            clock.sleep(0.06)  # noqa: TID251

    world.transport.before_each = opt_out
    world.run()
    assert "p5@mail.example" not in world.recipients()
    assert world.states()[5] is S.WITHDRAWN
    assert len(world.transport.carried) == len(set(world.recipients())) == 9


@pytest.mark.parametrize("how", ["channel", "everything", "run"])
def test_a_stop_holds_before_the_next_mail_and_nothing_is_lost(world: World, how: str) -> None:
    world.ready(30)
    world.sender.batch = 30

    def stop(n: int) -> None:
        import time as clock

        if n == 4:
            with world.store.write() as conn:
                if how == "run":
                    runs.set_state(conn, 1, runs.RunState.PAUSED, micros(NOW))
                else:
                    name = "email" if how == "channel" else health.EVERY_CHANNEL
                    health.set_paused(conn, name, micros(NOW), paused=True, reason="by hand")
            clock.sleep(0.06)  # noqa: TID251

    world.transport.before_each = stop
    for _ in range(5):
        world.delivery.step(NOW)
    assert len(world.transport.carried) == 4
    assert Counter(world.states().values()) == {S.SENT: 4, S.QUEUED: 26}

    world.transport.before_each = lambda n: None
    with world.store.write() as conn:
        if how == "run":
            runs.resume(conn, 1, micros(NOW))
        else:
            name = "email" if how == "channel" else health.EVERY_CHANNEL
            health.set_paused(conn, name, micros(NOW), paused=False)
    world.run()
    assert set(world.states().values()) == {S.SENT}
    assert len(set(world.recipients())) == len(world.transport.carried) == 30


def crashed(world: World, size: int, after: int) -> list[Mail]:
    """The process dies while the message number `after` is with the vendor; what went out."""
    world.ready(size)
    world.transport.crash_after = after
    with pytest.raises(Crash):
        world.run()
    before = world.transport.carried
    world.transport = Obedient()
    world.delivery.close()
    world.delivery = world.open(world.transport)
    return before


def test_a_crash_leaves_only_what_was_with_the_vendor_unknown(world: World) -> None:
    before = crashed(world, 100, after=33)
    assert list(world.states().values()).count(S.CLAIMED) > 1
    assert world.delivery.recover(NOW) == 1
    assert Counter(world.states().values()) == {S.SENT: 33, S.UNKNOWN: 1, S.QUEUED: 66}
    world.run()
    assert Counter(world.states().values()) == {S.UNKNOWN: 1, S.SENT: 99}
    sent = [mail.message_id for mail in [*before, *world.transport.carried]]
    assert len(sent) == len(set(sent)) == 100, "no Message-ID goes out twice"
    assert names(world) == {"Message Unknown": 1, "Message Sent": 99}
    assert world.journal.read_bytes() == b"", "what is recorded needs no journal"
    assert world.delivery.recover(NOW) == 0


def test_what_was_answered_before_a_crash_counts_as_it_was_answered(world: World) -> None:
    world.transport.answers = {"p2@mail.example": NOBODY, "p3@mail.example": LATER}
    crashed(world, 6, after=4)
    assert world.delivery.recover(NOW) == 1
    found = world.states()
    assert [found[pid] for pid in range(1, 7)] == [
        S.SENT, S.FAILED, S.QUEUED, S.SENT, S.UNKNOWN, S.QUEUED,
    ]  # fmt: skip
    with world.store.read() as conn:
        assert [row.pid for row in suppressions.current(conn, micros(NOW))] == [2]
        attempts = dict(conn.execute(select(outbox.c.pid, outbox.c.attempts)).all())
    assert (attempts[3], attempts[6]) == (1, 0)


@pytest.mark.parametrize("how", ["gone", "of another claim", "cut off"])
def test_without_its_journal_all_that_was_claimed_is_unknown(world: World, how: str) -> None:
    crashed(world, 10, after=3)
    if how == "gone":
        world.journal.unlink()
    elif how == "cut off":
        world.journal.write_bytes(world.journal.read_bytes()[:7])
    else:
        with world.store.write() as conn:
            counters.take(conn, "claim:email")
    assert world.delivery.recover(NOW) == 10
    assert set(world.states().values()) == {S.UNKNOWN}


def test_half_a_line_at_the_end_of_the_journal_is_of_no_account(world: World) -> None:
    crashed(world, 10, after=3)
    with world.journal.open("ab") as file:
        file.write(b'{"begun":[[1,9')
    assert world.delivery.recover(NOW) == 1


def test_a_crash_while_recovering_is_recovered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed(world, 10, after=3)

    def dies(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr("maracuja.runtime.delivery_recovery.record", dies)
        with pytest.raises(Crash):
            world.delivery.recover(NOW)
    assert world.delivery.recover(NOW) == 1


def test_whose_claim_was_taken_over_begins_and_records_nothing(world: World) -> None:
    """A worker that slept through its lease wakes up in the middle of a batch."""
    world.ready(10)
    other_mail = Obedient()
    other = world.open(other_mail)
    unknown: list[int] = []

    def work() -> None:
        unknown.append(other.recover(NOW))
        other.step(NOW)

    def sleep(n: int) -> None:
        if n == 4 and not other_mail.carried:
            meanwhile = threading.Thread(target=work)
            meanwhile.start()
            meanwhile.join()

    world.transport.before_each = sleep
    with pytest.raises(Conflict, match="taken over"):
        world.delivery.step(NOW)
    other.close()
    assert unknown == [0]
    assert len(world.transport.carried) == 4 and len(other_mail.carried) == 6
    assert set(world.states().values()) == {S.SENT}


def test_an_address_that_is_none_is_suppressed(world: World) -> None:
    world.ready(3)
    world.transport.answers["p2@mail.example"] = NOBODY
    world.run()
    assert world.states()[2] is S.FAILED
    with world.store.read() as conn:
        [row] = suppressions.current(conn, micros(NOW))
    assert (row.pid, row.reason, row.code, row.scope) == (2, "bounced", "5.1.1", "all")
    assert row.raw == "550 5.1.1 no such user"
    assert names(world) == {"Message Sent": 2, "Message Bounced": 1}


@pytest.mark.parametrize("code", [552, 452])
def test_a_mailbox_that_stays_full_is_left_alone(world: World, code: int) -> None:
    kind = str(code)[0]
    answer = Answer(stage=Stage.RECIPIENT, code=code, text=f"{kind}.2.2 mailbox full")
    world.ready(1)
    world.transport.answers["p1@mail.example"] = answer
    digest = suppressions.digest(SALT, "email", "p1@mail.example")
    with world.store.write() as conn:
        for days in (20, 10):
            full_mailboxes.note(conn, "email", {digest: 1}, micros(later(days=-days)))
    world.run(later(days=4))
    assert world.states()[1] in (S.FAILED, S.EXPIRED)
    with world.store.read() as conn:
        [row] = suppressions.current(conn, micros(later(days=4)))
    assert (row.pid, row.reason, row.scope) == (1, "mailbox_full", "all")


def test_an_unknown_outcome_is_never_repeated(world: World) -> None:
    world.ready(3)
    world.transport.answers["p2@mail.example"] = LOST
    world.run(later(days=3))
    assert world.states()[2] is S.UNKNOWN
    assert world.recipients().count("p2@mail.example") == 1


def test_a_temporary_error_is_tried_again_with_growing_waits(world: World) -> None:
    world.ready(1, facts=facts_of(expires_after="9 days"))
    world.transport.answers["p1@mail.example"] = LATER
    tried = []
    world.transport.before_each = lambda n: tried.append(n)
    world.run(later(days=4))
    assert world.states()[1] is S.FAILED
    assert len(tried) == 16, "1, 5, 15, 60 minutes, then every 4 hours up to 48"
    [(_, event, properties)] = world.events()
    assert event == "Message Failed" and "given up after 16 attempts" in properties["raw"]


def test_a_temporary_error_that_passes_is_one_message(world: World) -> None:
    world.ready(1)
    world.transport.answers["p1@mail.example"] = LATER
    world.run(later(seconds=10))
    del world.transport.answers["p1@mail.example"]
    world.run(later(minutes=2), start=later(seconds=90))
    assert world.states()[1] is S.SENT
    first, second = world.transport.carried
    ids = [email.message_from_bytes(mail.data)["Message-ID"] for mail in (first, second)]
    assert ids[0] == ids[1]


def test_what_expires_is_not_sent_late(world: World) -> None:
    world.ready(2, facts=facts_of(expires_after="2 hours"))
    world.transport.answers["p1@mail.example"] = LATER
    world.run(later(hours=1))
    world.run(later(days=1), start=later(hours=1))
    assert world.states() == {1: S.EXPIRED, 2: S.SENT}
    with world.store.read() as conn:
        assert suppressions.current(conn, micros(NOW)) == []


def test_waits_are_fixed_by_the_message_and_spread() -> None:
    waits = {retry_at(bytes([n]) * 16, 1, NOW) for n in range(50)}
    assert len(waits) > 40
    assert all(at is not None and 48 <= (at - NOW).total_seconds() <= 72 for at in waits)
    assert retry_at(b"m" * 16, 3, NOW) == retry_at(b"m" * 16, 3, NOW)
    assert retry_at(b"m" * 16, 1, NOW, wait_s=500) == NOW + timedelta(seconds=500)
    assert retry_at(b"m" * 16, 17, NOW) is None


def test_bad_credentials_stop_the_channel_and_lose_nothing(world: World) -> None:
    world.ready(5)
    world.transport.answers = dict.fromkeys((f"p{n}@mail.example" for n in range(1, 6)), LOGIN)
    world.run(later(hours=1))
    assert set(world.states().values()) == {S.QUEUED}
    with world.store.read() as conn:
        state = health.every(conn)["email"]
    assert state.paused and "bad credentials" in state.reason
    assert world.events() == []


def test_a_host_that_refuses_us_is_left_alone_and_nobody_is_suppressed(world: World) -> None:
    hosts = ["one.example", "two.example", "three.example"]
    pids = list(range(1, 13))
    world.add_people(pids)
    world.consent(pids)
    world.launch(pids, addresses=[f"p{n}@{hosts[n % 2]}" for n in pids])
    world.sender.batch = 2
    world.transport.answers = {f"p{n}@one.example": SPAM for n in pids}
    world.run(later(seconds=30))
    refused = [r for r in world.recipients() if r.endswith("one.example")]
    assert len(refused) <= 2, "the others wait until the host is asked again"
    with world.store.read() as conn:
        assert suppressions.current(conn, micros(NOW)) == []
        state = health.every(conn)["email"]
    assert not state.paused and "one.example refuses our mail" in state.reason


def test_several_hosts_that_refuse_us_stop_the_channel(world: World) -> None:
    pids = list(range(1, 9))
    world.add_people(pids)
    world.consent(pids)
    addresses = [f"p{n}@host{n}.example" for n in pids]
    world.launch(pids, addresses=addresses)
    world.transport.answers = dict.fromkeys(addresses, SPAM)
    world.sender.batch = 1
    world.run(later(minutes=5))
    assert len(world.transport.carried) <= 4
    with world.store.read() as conn:
        assert health.every(conn)["email"].paused


def test_a_busy_host_is_paused_and_the_others_go_on(world: World) -> None:
    pids = list(range(1, 9))
    world.add_people(pids)
    world.consent(pids)
    world.launch(pids, addresses=[f"p{n}@{'ab'[n % 2]}.example" for n in pids])
    world.sender.batch = 2
    world.transport.answers = {"p2@a.example": BUSY}
    world.run(later(seconds=20))
    sent = [pid for pid, state in world.states().items() if state is S.SENT]
    assert set(sent) >= {1, 3, 5, 7} and world.states()[2] is S.QUEUED
    world.transport.answers = {}
    world.run(later(minutes=10), start=later(minutes=3))
    assert set(world.states().values()) == {S.SENT}


def test_a_server_that_is_down_holds_everything_and_costs_no_attempt(world: World) -> None:
    world.ready(5)
    addresses = [f"p{n}@mail.example" for n in range(1, 6)]
    world.transport.answers = dict.fromkeys(addresses, DOWN)
    world.run(later(minutes=30))
    assert set(world.states().values()) == {S.QUEUED} and world.transport.carried == []
    with world.store.read() as conn:
        assert health.every(conn)["email"].reason
    world.transport.answers = {}
    world.run(later(hours=1), start=later(minutes=36))
    assert set(world.states().values()) == {S.SENT}
    with world.store.read() as conn:
        assert health.every(conn)["email"].reason == "", "the warning goes when it is over"


def test_rates_are_kept_by_the_clock_that_is_given(world: World) -> None:
    world.limits = Limits(rate_per_s=5)
    world.delivery.close()
    world.delivery = world.open(world.transport)
    world.ready(40)
    for second in range(10):  # a part of the rate stays for codes
        world.run(later(seconds=second), start=later(seconds=second))
        assert len(world.transport.carried) <= 5 * (second + 1)
    assert set(world.states().values()) == {S.SENT}


def test_quiet_hours_hold_for_what_comes_late(world: World) -> None:
    world.delivery.close()
    quiet = QuietHours(start=time(21), end=time(9))
    world.delivery = world.open(world.transport, quiet=quiet)
    world.add_people([1], zone="Asia/Ulaanbaatar")  # 20:00 there at NOW
    world.add_people([2], zone="Europe/Kyiv")
    world.consent([1, 2])
    world.launch([1, 2])
    world.transport.answers["p1@mail.example"] = LATER
    world.run(later(minutes=5))
    world.transport.answers.clear()
    world.transport.carried.clear()
    start = later(hours=1, minutes=5)  # 21:05 there
    world.run(later(hours=5), start=start)
    assert world.transport.carried == []
    world.run(later(hours=14), start=later(hours=13, minutes=1))
    assert world.recipients() == ["p1@mail.example"]


def test_an_address_that_cannot_be_written_to_is_refused_alone(world: World) -> None:
    world.add_people([1, 2])
    world.consent([1, 2])
    world.launch([1, 2], addresses=["bad address@x\r\nRCPT TO:<y>", "ok@mail.example"])
    world.run()
    assert world.states() == {1: S.FAILED, 2: S.SENT}
    assert names(world) == {"Message Sent": 1, "Message Rejected": 1}


def test_a_text_that_is_gone_fails_and_says_so(world: World) -> None:
    world.ready(2)
    for path in (world.root / "bodies").rglob("*.parquet"):
        path.unlink()
    world.run()
    assert set(world.states().values()) == {S.FAILED}
    assert {p["code"] for _, _, p in world.events()} == {"no_text"}


def test_nothing_to_do_is_said(world: World) -> None:
    assert world.delivery.step(NOW) is None
    world.ready(1)
    assert world.delivery.step(NOW - timedelta(hours=1)) == NOW


def test_a_message_expires_by_the_clock_of_its_person(world: World) -> None:
    world.add_people([1], zone="Asia/Ulaanbaatar")  # due six hours before Kyiv
    world.add_people([2], zone="Europe/Kyiv")
    world.consent([1, 2])
    facts = facts_of(expires_after="5 hours")
    at_ten = Occurrence(key="2026-11-21", planned=NOW, day=NOW.date(), at=time(10), by_person=True)
    world.launch([1, 2], facts=msgspec.structs.replace(facts, occurrence=at_ten))
    world.run()  # 20:00 in Ulaanbaatar, 14:00 in Kyiv
    assert world.states() == {1: S.EXPIRED, 2: S.SENT}
