"""A shop in a storm: a day in which every vendor, line and process fails by a seeded schedule.

Only the clock is simulated: webhooks, links and single messages go through the real server, and a
kill leaves the worker wherever it was.
"""

from __future__ import annotations

import asyncio
import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import polars as pl
import pytest

from maracuja import app as composition
from maracuja import commit_points, rng
from maracuja.api.server import Server
from maracuja.app import App
from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.channels import BY_NAME
from maracuja.channels.base import Answer, Inbound, Mail, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.smpp_pdu import Command, Pdu
from maracuja.clock import SimClock
from maracuja.model import ConsentState, FileKind, Trait, TraitSource, micros
from maracuja.runtime import launch_control, smpp
from maracuja.runtime.transport import Course
from maracuja.runtime.worker import Worker
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.http2 import serving_http2
from maracuja.simulate.vendors.in_process import InProcess
from maracuja.simulate.vendors.smsc import Smsc, serving_smsc
from maracuja.store import consents, definitions, health, manifest, outbox, people
from maracuja.store.outbox import OutboxState
from maracuja.store.schema import outbox as outbox_table
from maracuja.ui import home
from tests.contract.channel_cases.mobile_push import service_account
from tests.contract.channel_world import STILL
from tests.simulation.storm_sides import CLICKED, Made, MailServer, Side

START = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
CODE = re.compile(r"\b([ws][0-9]+-[a-z_]+)\.u([0-9]+)\b")
LINK = re.compile(r"https?://[^\s\"'<>\\]+/([cu])/[^\s\"'<>\\]+")
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1.15"
LEASE = timedelta(seconds=31)
IDLE_S = 30.0  # at most, between two looks at the clock
RATE = 5  # messages a second, on every channel
# Where a worker dies: at each of these in turn, and while a vendor has a message.
VENDOR = "vendor"
DEATHS = (
    VENDOR, "delivery.claimed", "projection.people_written", "chunk.bodies_written",
    "delivery.handed_on", "audience.written", "delivery.recorded", "projection.committed",
    VENDOR, "chunk.queued", "delivery.committed", "projection.files_written", "chunk.committed",
    "audience.committed", "run.done", "projection.inbox_deleted", "delivery.recovered",
)  # fmt: skip
COMMON = """
kind: topic
id: news
channels: [CHANNELS]
---
kind: segment
id: all
where: [{trait: code, known: true}]
---
kind: goal
id: order
event: Order Completed
---
kind: template
id: hello
language: en
variants:
  - language: en
    subject: "Hello {{ person.first_name }}"
    text: >-
      Hello {{ person.first_name }}, the passion fruit is here
      ({{ campaign.id }}.{{ person.code }}): https://shop.example/fruit {{ links.unsubscribe }}
"""
CAMPAIGN = """
kind: campaign
id: {id}
topic: news
channel: {channel}
audience: all
template: hello
goals: [order]
holdout: 0
expires_after: 3 hours
"""


class Killed(BaseException):
    """The worker's process ends here."""


class Carried:
    """Mail on its way, in a process that may be killed between two messages."""

    def __init__(self, storm: Storm, vendor: MailServer) -> None:
        self._storm, self._vendor = storm, vendor

    async def send(self, wires: Sequence[Mail], course: Course) -> list[Answer | None]:
        """One after the other."""
        answers: list[Answer | None] = [None] * len(wires)
        for n, wire in enumerate(wires):
            if course.halted() or not await course.begin([n]):
                break
            self._storm.moments["email"].append(self._storm.clock.now())
            if self._vendor.faults.unavailable:
                answers[n] = Answer(stage=Stage.CONNECT, lost=True, text="refused")
                course.answered(n, answers[n])
                break
            answer = self._vendor._take(wire)
            self._storm.die_at(VENDOR)
            answers[n] = answer
            course.answered(n, answer)
        return answers

    async def close(self) -> None:
        """Nothing is kept open."""


class Killable(InProcess):
    """A process that may be killed while the vendor has a message."""

    storm: Storm

    async def _carry(self, request: HttpRequest) -> Answer:
        answer = await super()._carry(request)
        if request.message_id:
            self.storm.die_at(VENDOR)
        return answer


class CountedSmsc(Smsc):
    """An SMSC that notes when it was asked."""

    storm: Storm

    def take(self, pdu: Pdu, line: Any) -> None:
        """One PDU of a line."""
        if pdu.command == Command.SUBMIT_SM:
            self.storm.moments["sms"].append(self.storm.clock.now())
        super().take(pdu, line)


class Storm:
    """The day. `run` plays it; what must hold is read off its fields by the tests."""

    def __init__(
        self, app: App, keys: dict[str, str], sides: list[Side], *, seed: int, size: int
    ) -> None:
        self.app, self.clock = app, app.clock
        self.sides = {side.name: side for side in sides}
        self.size = size
        self.deaths: list[datetime] = []
        self.acknowledged: list[str] = []  # ids of the shop's events that were answered with 200
        self.codes: Counter[str] = Counter()  # how often each message came to somebody
        self.after_leaving: list[str] = []
        self.told: Counter[tuple[str, str]] = Counter()  # (event, code) that vendors told
        self.left: dict[str, set[int]] = defaultdict(set)
        self.went: Counter[str] = Counter()  # by a word or by closing the chat, by channel
        self.moments: dict[str, list[datetime]] = defaultdict(list)
        self.asked: dict[str, list[tuple[datetime, str]]] = defaultdict(list)  # and about whom
        self.outages: list[tuple[str, datetime, datetime]] = []
        self.singles: dict[str, str] = {}  # id of a message -> its code
        self.numbers: dict[int, int] = {}  # pid -> the person's number here
        self._chance = rng.stream(seed, "storm")
        self._key = keys["server key"]
        self._heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self._planned = 0
        self._deaths = 0
        self._dying = ""
        self._seen: Counter[str] = Counter()  # how much of what each vendor shows was looked at
        self._last: dict[tuple[str, int], str] = {}
        self._calls: dict[str, list[Inbound]] = defaultdict(list)
        self._leaving: dict[str, set[int]] = defaultdict(set)
        self._weather = {side.name: side.vendor.faults for side in sides}
        self._runner = asyncio.Runner()
        self._server = Server(app, lambda: home)
        self._asking = httpx.AsyncClient(
            transport=httpx.ASGITransport(self._server),  # type: ignore[arg-type]
            base_url=app.config.public_url,
            headers={"user-agent": PHONE},
        )
        for side in sides:
            if hasattr(side.vendor, "moments"):
                side.vendor.now = self.clock.now
                side.vendor.moments = self.moments[side.name]
            if isinstance(side.vendor, CountedSmsc):
                side.vendor.storm = self
        self.worker = self._make_worker()

    def close(self) -> None:
        """End it all."""
        self._runner.run(self._asking.aclose())
        self._runner.close()
        self._server.close()
        self.worker.close()

    # ------------------------------------------------------------ the worker, and its deaths

    def _make_worker(self) -> Worker:
        transports: dict[str, Any] = {}
        for name, channel in self.app.vendors.over_http().items():
            if channel.carried_by in ("http", "web_chat") and name in self.sides:
                made = Killable(channel, self.sides[name].vendor, self.clock.now)
                made.storm, made.asked = self, self.asked[name]
                transports[name] = made
        mail = self.sides["email"].vendor if "email" in self.sides else MailServer()
        return composition.make_worker(
            self.app,
            holder=f"worker {len(self.deaths)}",
            transport=Carried(self, mail),
            transports=transports,
        )

    def die_at(self, point: str) -> None:
        """End the process where it was decided that it ends here."""
        if self._dying == point:
            self._dying = ""
            raise Killed

    def at_a_point(self) -> None:
        """In the place of what a commit point does when it is armed."""
        commit_points._left -= 1
        if commit_points._left <= 0:
            commit_points.arm("")
            raise Killed

    def kill_soon(self) -> None:
        """The next of DEATHS will come when the worker passes there."""
        point = DEATHS[self._deaths % len(DEATHS)]
        self._deaths += 1
        if point == VENDOR:
            self._dying = VENDOR
        else:
            commit_points.arm(point, 1 + int(self._chance.integers(3)))

    def tick(self) -> datetime | None:
        """One tick; after a death another worker takes over once the lease has run out."""
        try:
            due = self.worker.tick(self.clock.now())
        except BaseException as fault:
            if not _is_kill(fault):
                raise
            self._bury()
            due = self.clock.now()
        self._look()
        return due

    def _bury(self) -> None:
        """Nothing of the dead worker is tidied up: its lease, claims and journal stay."""
        while True:
            self.deaths.append(self.clock.now())
            self.worker._hold._holder = "the dead hold nothing"
            for slot in self.worker._parts.delivery._slots:
                slot.batch = None  # nobody is left to record it
            self.worker.close()
            self.clock.advance(LEASE)
            try:
                self.worker = self._make_worker()
                return
            except Killed:
                self.clock.advance(LEASE)

    # ------------------------------------------------------------ time

    def at(self, when: datetime, what: Callable[[], None]) -> None:
        """Plan something."""
        self._planned += 1
        heapq.heappush(self._heap, (max(when, self.clock.now()), self._planned, what))

    def soon(self, minutes: float) -> datetime:
        """A moment within so many minutes, on whole minutes."""
        at = self.clock.now() + timedelta(minutes=1 + int(self._chance.integers(int(minutes))))
        return at.replace(second=0, microsecond=0) + timedelta(minutes=1)

    def run(self, until: datetime) -> None:
        """Let time pass; where a tick asked no vendor anything, a longer while each time."""
        idle_s, asked = 0.0, -1
        while self.clock.now() < until:
            now = self.clock.now()
            asked, before = sum(map(len, self.moments.values())), asked
            idle_s = min(max(1.0, 2 * idle_s), IDLE_S) if asked == before else 0.0
            while self._heap and self._heap[0][0] <= now:
                heapq.heappop(self._heap)[2]()
            due = self.tick()
            if due is not None and due <= self.clock.now():
                continue
            following = self._heap[0][0] if self._heap else until
            due = max(due or until, now + timedelta(seconds=idle_s))
            self.clock.wait_until(min(due, following, until))

    def finish(self, hours: float) -> None:
        """Go on until every message has ended, and all has been heard."""
        end = self.clock.now() + timedelta(hours=hours)
        while self.clock.now() < end and (self.left_open() or self._heap):
            self.run(min(end, self.clock.now() + timedelta(minutes=10)))
        for _ in range(3):
            self.flush()
            self.run(self.clock.now() + timedelta(minutes=2))

    # ------------------------------------------------------------ what happens

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request to our server."""
        return self._runner.run(self._asking.request(method, path, **options))

    def shop_calls(self, calls: list[dict[str, Any]]) -> None:
        """The shop's server tells, and tells again where it did not hear the answer."""
        for _ in range(2 if self._chance.random() < 0.1 else 1):
            answer = self.ask(
                "POST", "/v1/batch", json={"batch": calls}, auth=(self._key, ""),
            )  # fmt: skip
            assert answer.status_code == 200, answer.text
        self.acknowledged += [call["messageId"] for call in calls]

    def single(self, side: Side, n: int, number: int) -> None:
        """A code for somebody; the program asks again where it did not hear the answer."""
        code = f"s{number}-{side.name}"
        asked = {
            "to": {"address": side.address(n)}, "channel": side.name,
            "text": f"Your code is {code}.u{n}", "idempotency_key": code,
            "expires_at": (self.clock.now() + timedelta(hours=3)).isoformat(),
            **({"subject": "Your code"} if BY_NAME[side.name].can.subject_chars_max else {}),
        }  # fmt: skip
        for _ in range(2 if self._chance.random() < 0.1 else 1):
            answer = self.ask(
                "POST", "/v1/messages", json=asked,
                headers={"authorization": f"Bearer {self._key}"},
            )  # fmt: skip
            assert answer.status_code == 202, answer.text
            self.singles[answer.json()["id"]] = f"{code}.u{n}"

    def launch(self, campaign: str) -> None:
        """A campaign begins."""
        with self.app.store.write() as conn:
            launch_control.launch(conn, self.app.ground, campaign, self.clock.now())

    def break_down(self, side: Side, minutes: int, **faults: Any) -> None:
        """For a while the vendor answers nothing well; then an operator lets the channel go on."""
        now, before = self.clock.now(), self._weather[side.name]
        side.vendor.faults = Faults(**faults)
        until = now + timedelta(minutes=minutes)
        self.outages.append((side.name, now, until))

        def mend() -> None:
            side.vendor.faults = before
            with self.app.store.write() as conn:
                if side.name in health.paused(conn):
                    health.set_paused(conn, side.name, micros(self.clock.now()), paused=False)

        self.at(until, mend)

    # ------------------------------------------------------------ what people do

    def _look(self) -> None:
        """Whatever has come to somebody since the last look."""
        for side in self.sides.values():
            shown = side.vendor.received if side.name == "email" else side.vendor.shown
            for one in shown[self._seen[side.name] :]:
                self._came(side, repr(one))
            self._seen[side.name] = len(shown)

    def _came(self, side: Side, text: str) -> None:
        """A message has come to its reader."""
        found = CODE.search(text)
        assert found is not None, text
        code, n, chance = found[0], int(found[2]), self._chance
        self.codes[code] += 1
        self._last[side.name, n] = code
        marketing = code[0] == "w"
        if marketing and n in self.left[side.name]:
            self.after_leaving.append(code)
        if self.codes[code] > 1:
            return
        for event, act in side.acts.items():
            if chance.random() < 0.5:
                self.at(self.soon(20), lambda e=event, a=act: self._act(side, n, code, e, a))
        links = {link[1]: link[0].rstrip(".,)") for link in LINK.finditer(text)}
        if "c" in links and CLICKED not in side.acts and chance.random() < 0.3:
            self.at(self.soon(20), lambda: self._press(code, links["c"]))
        if "u" in links and marketing and (n == 0 or chance.random() < 0.04):
            self.at(self.soon(40), lambda: self._leave(side, n, links["u"]))

    def _act(self, side: Side, n: int, code: str, event: str, act: Callable[..., None]) -> None:
        """About the last message: nothing where another one has come meanwhile."""
        if self._last[side.name, n] == code and n not in self._leaving[side.name]:
            act(n, int(self.clock.now().timestamp()))
            self.told[event, code] += 1

    def _press(self, code: str, link: str) -> None:
        if self.ask("GET", link).status_code == 302:
            self.told[CLICKED, code] += 1

    def _leave(self, side: Side, n: int, link: str) -> None:
        """By the link, or by what the channel has for it; it holds once it was answered."""
        if n in self._leaving[side.name]:
            return
        self._leaving[side.name].add(n)
        way = int(self._chance.integers(len(side.leaves) + 1))
        if way < len(side.leaves):
            side.leaves[way](n, int(self.clock.now().timestamp()))
            self.went[side.name] += 1
        elif self.ask("POST", link, content=b"List-Unsubscribe=One-Click").status_code == 200:
            self.left[side.name].add(n)

    def flush(self) -> None:
        """Vendors call: what was lost on the way comes again with the next ones."""
        for side in self.sides.values():
            if not hasattr(side.vendor, "calls"):
                continue
            again: list[Inbound] = []
            for call in (*self._calls.pop(side.name, []), *side.vendor.calls()):
                answer = self.ask(
                    call.method, f"/w/{side.name}/main", content=call.body,
                    headers=call.headers, params=call.query,
                )  # fmt: skip
                assert answer.status_code == 200, (side.name, call, answer.text)
                if self._chance.random() < 0.1:
                    again.append(call)
            self._calls[side.name] = again
            self.left[side.name] |= self._leaving[side.name]

    # ------------------------------------------------------------ what became of it

    def left_open(self) -> int:
        """How many messages have not ended."""
        with self.app.store.read() as conn:
            return outbox.left(conn)

    def states(self) -> Counter[OutboxState]:
        """How many messages are in each state."""
        with self.app.store.read() as conn:
            rows = conn.execute(outbox_table.select()).all()
        return Counter(OutboxState(row.state) for row in rows)

    def events(self) -> pl.DataFrame:
        """The events of the lake."""
        with self.app.store.read() as conn:
            files = manifest.live(conn, [FileKind.EVENTS], micros(self.clock.now()))
        frames = [pl.read_parquet(self.app.lake_root / file.path) for file in files]
        return pl.concat(frames, how="diagonal_relaxed")

    # ------------------------------------------------------------ before

    def begin(self) -> None:
        """People come, each by the channels or by the shop, and agree."""
        for n in range(self.size):
            contexts = [side.context(n) for side in self.sides.values()]
            calls = [
                {
                    "type": "identify", "userId": f"u{n}", "messageId": f"i{n}-{k}",
                    "context": context,
                    "traits": {
                        "first_name": f"Name{n}", "code": f"u{n}",
                        "email": f"p{n}@mail.example", "phone": f"+38050{1_000_000 + n}",
                    },
                }
                for k, context in enumerate(one for one in contexts if one or one is contexts[0])
            ]  # fmt: skip
            self.shop_calls(calls)
        for side in self.sides.values():
            if side.comes is not None:
                for n in range(self.size):
                    side.comes(n, int(self.clock.now().timestamp()))
        self.flush()
        self.run(self.clock.now() + timedelta(seconds=30))
        self._name_and_agree()

    def _name_and_agree(self) -> None:
        """Those who came by a chat get their names; everybody agrees on every channel."""
        now_us = micros(self.clock.now())
        with self.app.store.write() as conn:
            rev = people.next_rev(conn)
            for side in self.sides.values():
                numbers = list(range(self.size))
                names = [("external_id", f"u{n}") for n in numbers]
                if side.comes is not None:
                    kind = BY_NAME[side.name].can.address_kind
                    names = [(kind, side.address(n)) for n in numbers]
                found = people.find(conn, *map(list, zip(*names, strict=True)))
                pids = people.canonical(conn, found).tolist()
                assert all(pids), (side.name, pids)
                traits = [
                    {
                        "first_name": Trait(f"Name{n}", TraitSource.DECLARED, 1.0, now_us),
                        "code": Trait(f"u{n}", TraitSource.DECLARED, 1.0, now_us),
                    }
                    for n in numbers
                ]
                people.change(conn, rev, pids, set_traits=traits, now_us=now_us)
                self.numbers |= dict(zip(pids, numbers, strict=True))
                held = consents.states(conn, pids, "news", side.name).tolist()
                silent = [p for p, s in zip(pids, held, strict=True) if s != 1]
                consents.record(
                    conn, pid=silent, topic="news", channel=side.name,
                    state=int(ConsentState.OPTED_IN), at_us=now_us, recorded_us=now_us,
                    source="form",
                )  # fmt: skip


def _is_kill(fault: BaseException) -> bool:
    if isinstance(fault, BaseExceptionGroup):
        return all(_is_kill(one) for one in fault.exceptions)
    return isinstance(fault, Killed)


@contextmanager
def opened_storm(
    place: Path,
    made: Sequence[Made],
    monkeypatch: pytest.MonkeyPatch,
    *,
    seed: int,
    size: int,
    waves: int,
    share: float,
) -> Iterator[Storm]:
    """The shop with its people and its campaigns `w<wave>-<channel>`, at START."""
    faults = Faults(
        limited=share, unavailable=share, failing=share, lost_before=share, lost_after=share,
        slow=share, slow_s=60.0, doubled=share, reordered=share,
    )  # fmt: skip
    sides = [make(seed, faults, size) for make in made]
    with ExitStack() as stack:
        for side in sides:
            if isinstance(side.vendor, Smsc):
                side.vendor = CountedSmsc(seed=seed, faults=replace(faults, slow_s=0.01))
                served = stack.enter_context(serving_smsc(side.vendor))
                side.section["port"] = served.port
                monkeypatch.setattr(smpp, "BACK_OFF_S", (0.01,))
                monkeypatch.setattr(
                    smpp.SmppTransport.__init__, "__kwdefaults__", {"back_off_s": (0.01,)}
                )
            if side.name == "mobile_push":
                url = stack.enter_context(serving_http2(side.vendor))
                side.section |= {
                    "base_url": url, "apns_url": url,
                    "service_account": service_account(f"{url}/token"),
                }  # fmt: skip
        clock = SimClock(START)
        settings: dict[str, Any] = {
            "pressure": STILL,
            "measurement": {"global_holdout": 0},
            "server": {"requests_per_s": 0},
            **{
                side.name: {**side.section, "rate_per_s": RATE}
                | ({} if side.name == "email" else {"topics": ["news"]})
                for side in sides
            },
        }
        keys = composition.create(place, settings, clock=clock, seed=seed)
        app = stack.enter_context(composition.opened(place, clock))
        names = [side.name for side in sides]
        words = [COMMON.replace("CHANNELS", ", ".join(names))] + [
            CAMPAIGN.format(id=f"w{wave}-{name}", channel=name)
            for wave in range(waves)
            for name in names
        ]
        with app.store.write() as conn:
            for one in decode_text("\n---\n".join(words)):
                definitions.put(
                    conn, kind_of(one), one.id, msgspec.to_builtins(one), base=0, actor="test",
                    now_us=micros(START),
                )  # fmt: skip
        storm = Storm(app, keys, sides, seed=seed, size=size)
        stack.callback(storm.close)
        monkeypatch.setattr(commit_points, "_die", storm.at_a_point)
        stack.callback(commit_points.arm, "")
        yield storm
