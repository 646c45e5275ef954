"""A day in a storm: whatever breaks, nothing is lost, doubled, too fast or unwanted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path

import polars as pl
import pytest

from maracuja import rng
from maracuja.simulate.vendors.smsc import Smsc
from maracuja.store.outbox import OutboxState
from tests.simulation.storm_sides import (
    CLICKED,
    DELIVERED,
    EVERY,
    LEFT,
    OTHER_DRIVERS,
    QUICK,
    READ,
    REPLIED,
    Made,
)  # fmt: skip
from tests.simulation.storm_world import RATE, Storm, opened_storm

SHARE = 0.1  # of all requests, for every kind of fault
ENDS = {
    OutboxState.SENT, OutboxState.FAILED, OutboxState.UNKNOWN, OutboxState.EXPIRED,
    OutboxState.WITHDRAWN,
}  # fmt: skip
TOLD = [DELIVERED, READ, CLICKED, REPLIED]
MAY_DOUBLE = re.compile(r"s[0-9]+-telegram\.u[0-9]+")  # service, where the shop wants it so
AT_ONCE = 16  # requests under way when a vendor begins to fail
PROBES = 12  # single ones in 40 minutes: after 5, 15, 60, and then each 300 seconds


def play(storm: Storm, *, seed: int, hours: float, waves: int) -> None:
    """The day: all of it is planned, then lived through until the last message has ended."""
    storm.begin()
    begin, chance = storm.clock.now(), rng.stream(seed, "plan")
    sides, size = list(storm.sides.values()), storm.size

    def every(minutes: int) -> range:
        return range(0, int(hours * 60), minutes)

    for minute in every(2):
        storm.at(begin + timedelta(minutes=minute), storm.flush)
    for minute in every(20):
        visits = [
            {
                "type": "track", "event": "Product Viewed", "userId": f"u{n % size}",
                "messageId": f"v{minute}-{n}", "properties": {"sku": f"p{n}"},
            }
            for n in range(5)
        ]  # fmt: skip
        storm.at(
            begin + timedelta(minutes=minute + 1), lambda calls=visits: storm.shop_calls(calls)
        )
    for minute in every(max(30, int(hours * 60 / 24))):
        storm.at(begin + timedelta(minutes=minute + 7), storm.kill_soon)
    number = 0
    for wave in range(waves):
        for k, side in enumerate(sides):
            # A third of the waves go out together, the others each in its own quarter of an hour.
            own = 0 if wave % 3 == 0 else 11 * (k % 5)
            minute = 20 + wave * (hours * 60 - 60) / waves + own
            when = begin + timedelta(minutes=minute)
            storm.at(when, lambda name=f"w{wave}-{side.name}": storm.launch(name))
            for n in chance.choice(size, max(1, size // 5), replace=False).tolist():
                number += 1
                later = when + timedelta(minutes=int(chance.integers(30)))
                storm.at(later, lambda s=side, n=n, i=number: storm.single(s, n, i))
            if wave == k % waves:
                storm.at(when, lambda s=side: storm.break_down(s, 40, unavailable=1.0))
            if wave == (k + 1) % waves and hasattr(side.vendor, "calls"):
                storm.at(when, lambda s=side: storm.break_down(s, 20, revoked_after=0))
    storm.run(begin + timedelta(hours=hours))
    storm.finish(hours=6)


def check(storm: Storm) -> None:
    """What must hold after any storm."""
    states, events = storm.states(), storm.events()
    assert set(states) <= ENDS and states[OutboxState.SENT] > sum(states.values()) / 2
    assert len(storm.deaths) > 2, "it did not die often enough to prove anything"
    shop_events(storm, events)
    codes = codes_of(storm, events)
    once(storm, events, codes)
    rates(storm)
    outages(storm)
    assert any(storm.left.values()), "somebody left"
    assert not storm.after_leaving, "whoever left was written to"
    receipts(storm, events, codes)
    for side in storm.sides.values():
        assert not getattr(side.vendor, "violations", []), side.name
        gone = events.filter(event=LEFT, **{"properties.channel": side.name}).height
        assert gone == storm.went[side.name], side.name


def shop_events(storm: Storm, events: pl.DataFrame) -> None:
    """Every acknowledged event is in the lake, and once."""
    there = Counter(events["message_id"].to_list())
    assert storm.acknowledged
    assert {name for name in storm.acknowledged if there[name] != 1} == set()
    assert max(there.values()) == 1


def codes_of(storm: Storm, events: pl.DataFrame) -> dict[str, str]:
    """Message -> its code, of single messages and of all that campaigns have sent."""
    ended = events.filter(pl.col("event").is_in(["Message Sent", "Message Unknown"]))
    names = ended.select("properties.message", "properties.campaign", "pid").rows()
    return {
        message: storm.singles.get(message) or f"{campaign}.u{storm.numbers[pid]}"
        for message, campaign, pid in names
    }


def once(storm: Storm, events: pl.DataFrame, codes: dict[str, str]) -> None:
    """What was said to be sent has come, and nothing that is promised once has come twice."""
    doubled = {code for code, times in storm.codes.items() if times > 1}
    assert {code for code in doubled if not MAY_DOUBLE.fullmatch(code)} == set()
    sent = events.filter(event="Message Sent")["properties.message"].to_list()
    assert max(Counter(sent).values()) == 1
    assert {codes[message] for message in sent} <= set(storm.codes)
    told = {codes[message] for message in codes}
    assert set(storm.codes) <= told, "whatever came is known to have been sent, or perhaps"


def rates(storm: Storm) -> None:
    """As a vendor counts: in no second, wherever it begins, more than were allowed."""
    for name, moments in storm.moments.items():
        assert most_in_a_second(moments) <= RATE, name
    for name, asked in storm.asked.items():
        rate = storm.app.config.channels[name].address_rate_per_s
        chats = defaultdict(list)
        for moment, recipient in asked:
            chats[recipient].append(moment)
        chats.pop("", None)  # questions about the account
        worst = max(map(most_in_a_second, chats.values()))
        assert not rate or worst <= ceil(rate), (name, worst)


def most_in_a_second(moments: Sequence[datetime]) -> int:
    """How many there are in the fullest second."""
    times, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(times):
        while times[first] + timedelta(seconds=1) <= moment:
            first += 1
        most = max(most, last - first + 1)
    return most


def outages(storm: Storm) -> None:
    """A vendor that takes nothing is left alone, and served again when it is well."""
    for name, since, until in storm.outages:
        asked = [at for at in storm.moments[name] if since <= at < until]
        begun = 1 + sum(since <= at < until for at in storm.deaths)
        assert len(asked) <= begun * AT_ONCE + PROBES, (name, len(asked))
        again = [at for at in storm.moments[name] if at >= until]
        assert again, f"{name} was never served again"


def channel_of(code: str) -> str:
    """The channel that a message's code names."""
    return code.partition("-")[2].partition(".")[0]


def receipts(storm: Storm, events: pl.DataFrame, codes: dict[str, str]) -> None:
    """What was told of a message counts once, whatever came twice or before its turn."""
    sent = {codes[m] for m in events.filter(event="Message Sent")["properties.message"]}
    # What is told of an unknown message by an id that we never learned is about none.
    told = events.filter(pl.col("event").is_in(TOLD) & pl.col("properties.message").is_not_null())
    about = told.select("event", "properties.message")
    counted = Counter((event, codes[message]) for event, message in about.rows())
    asked = {key: times for key, times in storm.told.items() if key[1] in sent}
    assert asked
    # Of a code that came twice we know one copy's id: what is told of the other is about none.
    wrong = {
        key: counted[key]
        for key, times in asked.items()
        if counted[key] > times or (counted[key] < times and storm.codes[key[1]] == 1)
    }
    assert wrong == {}
    by_itself = {name for name, side in storm.sides.items() if isinstance(side.vendor, Smsc)}
    unasked = {
        (event, code)
        for event, code in counted
        if (event, code) not in storm.told and channel_of(code) not in by_itself
    }
    # Whoever has read it has it: WhatsApp's word for it says both.
    read = {(DELIVERED, code) for event, code in storm.told if event == READ}
    assert unasked - read == set()


def storming(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: Sequence[Made],
    *,
    seed: int,
    hours: float,
    size: int,
    waves: int,
) -> None:
    """A storm over these channels, and what must hold after it."""
    with opened_storm(
        place, made, monkeypatch, seed=seed, size=size, waves=waves, share=SHARE
    ) as storm:
        play(storm, seed=seed, hours=hours, waves=waves)
        check(storm)


@pytest.mark.parametrize("seed", [1])
def test_two_hours_on_three_channels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    storming(tmp_path, monkeypatch, QUICK, seed=seed, hours=3, size=8, waves=2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("made", "size"),
    [
        pytest.param(EVERY, 8, id="every"),
        pytest.param(OTHER_DRIVERS, 12, id="other", marks=pytest.mark.nightly),
    ],
)
def test_a_day_on_every_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Sequence[Made], size: int
) -> None:
    storming(tmp_path, monkeypatch, made, seed=7, hours=24, size=size, waves=5)
