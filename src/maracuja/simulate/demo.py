"""The demo: a simulated shop of its own, a real campaign through the real outbox, and its worth.

Everything goes the way of a real shop: files are imported, calls go through the inbox, messages
over three channels to simulated vendors, people press real links. Only the clock is simulated, the
vendors and the people.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from maracuja import app as composition
from maracuja.app import App
from maracuja.clock import SimClock
from maracuja.errors import CampaignError, Conflict
from maracuja.ingest.import_mapping import FileMapping
from maracuja.model import micros
from maracuja.runtime import (
    campaign_status,
    campaign_work,
    coupon_work,
    definition_files,
    experiment_orders,
    importing,
)
from maracuja.runtime.demo_shop import DEMO_MARK
from maracuja.runtime.launch_control import OPEN
from maracuja.runtime.worker import Worker
from maracuja.simulate.catalogue import make_catalogue
from maracuja.simulate.chats import SETTINGS, Phones, after, agreements, make_phones
from maracuja.simulate.course import Course, Step
from maracuja.simulate.letters import CAMPAIGN as LETTERS
from maracuja.simulate.letters import Letters
from maracuja.simulate.newcomers import Newcomers, restores
from maracuja.simulate.people import make_people
from maracuja.simulate.reactions import (
    GENERIC_STRENGTH,
    WINDOW,
    Truths,
    potential_outcomes,
    true_effect,
)
from maracuja.simulate.vendors.mail import MailVendor
from maracuja.simulate.visits import browsing, ordering, requests, visit_calls
from maracuja.simulate.week import (
    Asgi,
    Browser,
    Mailboxes,
    Press,
    presses,
    reactions_of,
    week_calls,
)
from maracuja.stats.report import LiftReport, Truth
from maracuja.store import inbox, people

MARK: Final = DEMO_MARK
CODES: Final = 5_000  # of the welcome series
DEFINITIONS: Final = Path(__file__).parent / "definitions"
FIRST: Final = frozenset({"topics.yaml", "letters.yaml"})  # all others come with the campaign
CAMPAIGN: Final = "passion-fruit"
TRIGGERED: Final = ("welcome", "abandoned-cart")
TESTED: Final = LETTERS
HISTORY_DAYS: Final = 90
TEST_DAYS: Final = 20  # before the campaign
AFTER_DAYS: Final = 8
SENDING_DAYS_MAX: Final = 3
NOWHERE: Final = 9  # the port where nobody takes mail: the demo's reaches nobody
STRENGTH: Final = {"personal": 1.0, "generic": GENERIC_STRENGTH}
SHOP: Final = {
    "name": "Маракуйя",
    "url": "https://maracuja.example",
    "language": "uk",
    "languages": ["uk", "ru", "en", "mn"],
    "time_zone": "Europe/Kyiv",
    "currency": "UAH",
    "country": "UA",
    "postal_address": "вул. Садова 1, Київ",
}


@dataclass(frozen=True)
class Outcome:
    """What the demo has to show: the report, beside the truth that only the simulator knows."""

    report: LiftReport
    truth: Truth
    messages: int
    events: int


def begin_of(now: datetime) -> datetime:
    """When the demo's campaign is launched so that its week has just passed at `now`."""
    day = (now - timedelta(days=AFTER_DAYS)).astimezone(UTC)
    return day.replace(hour=9, minute=30, second=0, microsecond=0)


def run_demo(
    directory: Path,
    *,
    now: datetime,
    port: int,
    pages: Callable[[App], Asgi],
    count: int = 20_000,
    seed: int = 1,
    course: Course | None = None,
    server: Mapping[str, Any] | None = None,
    open_secrets: bool = True,
) -> Outcome:
    """Make the workspace anew and play the story; the same seed and `now` give the same report.

    `pages` makes the application behind the links of messages; `port` is where it will be
    served, or `server` its settings. With `open_secrets` its keys are the same every time, so
    that everybody knows them. Raises Conflict when the directory holds something that is no demo.
    """
    _clear(directory)
    launch = begin_of(now)
    start = launch - timedelta(days=HISTORY_DAYS)
    clock = SimClock(start)
    with ExitStack() as stack:
        email = {"sender": "Маракуйя <shop@maracuja.example>", "port": NOWHERE}
        settings = {"shop": SHOP, "server": server or {"port": port}, "email": email, **SETTINGS}
        directory.mkdir(parents=True, exist_ok=True)
        (directory / MARK).write_text("This directory is a demo: it may be made anew.\n")
        composition.create(directory, settings, clock=clock, seed=seed, reproducible=open_secrets)
        app = stack.enter_context(composition.opened(directory, clock))
        people = make_people(seed, count, launch.date())
        phones = make_phones(seed, people)
        mail = MailVendor(seed, keep=True)
        worker = composition.make_worker(
            app, holder="demo", transport=mail, transports=phones.vendors
        )
        stack.callback(worker.close)
        phones.mail = mail
        told = course or Course()
        return Story(app, worker, pages(app), clock, people, phones, seed, launch, told).play()


def _clear(directory: Path) -> None:
    """Take away an earlier demo; anything else is left alone."""
    if not directory.exists() or not any(directory.iterdir()):
        return
    if not (directory / MARK).is_file():
        raise Conflict(
            f"{directory} is not empty and was not made by the demo.",
            where=str(directory),
            fix="Give another directory, or move it away.",
        )
    shutil.rmtree(directory)


class Story:
    """The demo from the first customer to the report, step by step."""

    def __init__(
        self,
        app: App,
        worker: Worker,
        pages: Asgi,
        clock: SimClock,
        people: pl.DataFrame,
        phones: Phones,
        seed: int,
        launch: datetime,
        course: Course,
    ) -> None:
        self._app, self._worker, self._pages = app, worker, pages
        self._clock, self._people, self._phones = clock, people, phones
        self._seed, self._launch, self._course = seed, launch, course
        self._goods = make_catalogue(seed)
        self._mailboxes = Mailboxes(phones.rows)
        self._events = 0
        self._readings: list[tuple[datetime, Callable[[], None]]] = []
        self._newcomers = Newcomers(seed, self._goods, launch)
        self._letters = Letters(seed, people, self._goods)

    def play(self) -> Outcome:
        """All of it."""
        self._import()
        self._live_through_history()
        self._send()
        truth = self._react()
        now = self._clock.now()
        self._course.begin(Step.COUNTING, "Counting what it was worth")
        report = campaign_work.report(self._app.ground, CAMPAIGN, now=now, truth=truth)
        return Outcome(report, truth, self._phones.taken, self._events)

    # ------------------------------------------------------------ before

    def _import(self) -> None:
        """Customers and products arrive as files, definitions from their directory."""
        told = f"Importing {self._people.height} customers and {self._goods.height} products"
        self._course.begin(Step.IMPORTING, told)
        folder = self._app.config.directory / "files"
        folder.mkdir()
        now = self._clock.now()
        known = self._people.select(
            "external_id", "email", "phone", "first_name", "last_name", "gender", "city",
            "language", "timezone", "birthday", "bonus",
            pl.col("consent").alias("consent.news.email"),
            pl.col("consent_on").alias("consent.news.email.at"),
            pl.col("consent_source").alias("consent.news.email.source"),
        ).hstack(agreements(self._seed, self._people))  # fmt: skip
        known.write_csv(folder / "people.csv")
        self._goods.write_csv(folder / "products.csv")
        mapping = FileMapping(columns={}, country="UA")
        for kind, name in (("people", "people.csv"), ("products", "products.csv")):
            work = importing.prepare(kind, folder / name, mapping=mapping)  # type: ignore[arg-type]
            importing.run(self._app.store, work, now=now, currency="UAH")
        self._write(FIRST)

    def _live_through_history(self) -> None:
        """Ninety days of visits, each day projected as it passes."""
        self._course.begin(Step.LIVING, f"Living through {HISTORY_DAYS} days of visits and orders")
        start = (self._launch - timedelta(days=HISTORY_DAYS)).date()
        visits = [
            kind(self._seed, "history", self._people, start, HISTORY_DAYS)
            for kind in (browsing, ordering)
        ]
        calls = visit_calls(self._seed, "history", pl.concat(visits), self._people, self._goods)
        before = requests(calls.filter(pl.col("ts") < self._launch.replace(tzinfo=None)))
        tried = self._launch - timedelta(days=TEST_DAYS)
        later = self._pass(before, [], tried)
        self._try_letters(tried)
        self._pass(later, [], self._launch - timedelta(minutes=1))
        names = self._people["external_id"].gather(self._phones.talks).to_list()
        self._phones.open_chats(self._app, names, self._clock.now())
        self._phones.call(self._app, self._clock.now())
        self._worker.settle(self._clock.now())

    # ------------------------------------------------------------ the campaign

    def _write(self, files: Collection[str]) -> None:
        """Put these files of definitions into the workspace, and in force."""
        definitions = self._app.config.directory / "definitions"
        definitions.mkdir(exist_ok=True)
        for name in files:
            shutil.copy(DEFINITIONS / name, definitions)
        definition_files.apply(self._app.store, definitions, now=self._clock.now(), actor="demo")

    def _try_letters(self, now: datetime) -> None:
        """Launch the test of two letters, where the shop has people enough for it."""
        try:
            experiment_orders.check_size(self._app.ground, LETTERS, now)
        except CampaignError as fault:
            told = f"Two letters are not tried on a few: {fault.message}"
            self._course.begin(Step.TRYING, told)
            return
        told = "Trying two letters on a few; the better one goes to the rest"
        self._course.begin(Step.TRYING, told)
        with self._app.store.write() as conn:
            campaign_work.launch(conn, self._app.ground, LETTERS, now)

    def _send(self) -> None:
        """Launch, and let the worker send until nothing is left or waits; receipts come in."""
        self._course.begin(Step.SENDING, "Sending the campaign: Viber, then Telegram, then SMS")
        self._clock.wait_until(self._launch)
        ground = self._app.ground
        self._write({file.name for file in DEFINITIONS.iterdir()} - FIRST)
        coupon_work.generate(ground, "welcome-5", CODES, self._launch, actor="demo")
        with self._app.store.write() as conn:
            for campaign in (CAMPAIGN, *TRIGGERED):
                campaign_work.launch(conn, ground, campaign, self._launch)
        until = self._launch + timedelta(days=SENDING_DAYS_MAX)
        ahead: dict[datetime, list[Callable[[], None]]] = {}
        while self._clock.now() < until:
            now = self._clock.now()
            for tell in ahead.pop(now, []):
                tell()
            self._phones.call(self._app, now)
            due = self._worker.settle(now)
            received, told = self._phones.arrivals()
            self._mailboxes.deliver(received, now)
            self._course.go(min(1.0, self._phones.taken / self._people.height))
            for seconds, tell in told:
                ahead.setdefault(after(now, seconds), []).append(tell)
            if not ahead and (due is None or not self._open_runs()):
                break
            self._clock.wait_until(min([*ahead, *([due] if due else [])]))

    def _open_runs(self) -> bool:
        with self._app.store.read() as conn:
            return any(run.state in OPEN for run in campaign_status.status(conn, CAMPAIGN))

    # ------------------------------------------------------------ after

    def _react(self) -> Truth:
        """The week after: everybody does what the simulator has drawn for them."""
        self._course.begin(Step.REACTING, "Letting people read, click and order for a week")
        reads, without, with_it = self._outcomes()
        reactions = reactions_of(self._seed, "week", self._people, reads, self._mailboxes)
        arrived = self._mailboxes.moments(self._people.height).is_not_null().to_numpy()
        orders = np.where(arrived, with_it, without)
        week = week_calls(
            self._seed, "week", self._people, self._goods, orders, self._launch,
            reactions["clicked"], WINDOW.days,
        )  # fmt: skip
        end = self._launch + timedelta(days=AFTER_DAYS - 0.5)
        self._readings = sorted(self._phones.readings(reactions["read"]), key=lambda one: one[0])
        week = sorted([*week, *self._newcomers.calls()], key=lambda one: one[0])
        self._pass(week, presses(self._mailboxes, reactions), end)
        would = self._would_be_sent()
        rate_without, rate_with = true_effect(without, with_it, would)
        extra = float((with_it & arrived).sum() - (without & arrived).sum())
        lift = rate_with / rate_without - 1.0 if rate_without else 0.0
        return Truth(lift=lift, extra_conversions=extra)

    def _outcomes(self) -> tuple[Truths, Truths, Truths]:
        """(reads, orders without, orders with one's own variant) of everybody."""
        variants = self._variants()
        strengths = {
            name: potential_outcomes(self._seed, "week", self._people, strength)
            for name, strength in STRENGTH.items()
        }
        reads, without, with_it = strengths["personal"]
        generic = strengths["generic"][2]
        return reads, without, np.where(variants == "generic", generic, with_it)

    def _decisions(self) -> pl.DataFrame:
        """Row number, outcome and variant of each person's last decision."""
        names = self._people["external_id"].to_list()
        with self._app.store.read() as conn:
            pids = people.find(conn, ["external_id"] * len(names), names)
        decided = campaign_work.last_decisions(self._app.ground, CAMPAIGN, self._clock.now())
        return (
            pl.DataFrame({"pid": pids})
            .with_row_index("row")
            .join(decided, on="pid", how="left", maintain_order="left")
        )

    def _variants(self) -> np.ndarray:
        return self._decisions()["variant"].fill_null("").to_numpy()

    def _would_be_sent(self) -> Truths:
        return self._decisions()["outcome"].is_in(["send", "ghost"]).fill_null(False).to_numpy()

    # ------------------------------------------------------------ time passes

    def _pass(
        self, bodies: list[tuple[datetime, bytes]], pressed: list[Press], end: datetime
    ) -> list[tuple[datetime, bytes]]:
        """Let time go on until `end`: requests and presses when they are due, a tick each day.

        The requests that are still to come.
        """
        browser = Browser(self._pages)
        start = self._clock.now()
        try:
            while self._clock.now() < end:
                self._course.go((self._clock.now() - start) / (end - start))
                day_end = min(self._clock.now() + timedelta(days=1), end)
                naive = day_end.replace(tzinfo=None)
                while pressed and pressed[0].at <= naive:
                    press = pressed.pop(0)
                    self._clock.wait_until(press.at.replace(tzinfo=UTC))
                    browser.press(press)
                while self._readings and self._readings[0][0] <= naive:
                    self._readings.pop(0)[1]()
                self._phones.call(self._app, day_end)
                due = [body for at, body in bodies if at <= naive]
                bodies = bodies[len(due) :]
                self._clock.wait_until(day_end)
                self._receive(due, day_end)
                self._worker.settle(day_end)
                came = self._phones.letters()
                ordered, more = self._newcomers.answers(came, restores, day_end)
                looks = self._letters.answers(came, day_end)
                bodies = sorted([*bodies, *ordered, *looks], key=lambda one: one[0])
                pressed = sorted([*pressed, *more])
        finally:
            browser.close()
        return bodies

    def _receive(self, bodies: list[bytes], now: datetime) -> None:
        """Calls of the shop's server, durable in the inbox."""
        self._events += sum(body.count(b'"messageId"') for body in bodies)
        with self._app.store.write_inbox() as conn:
            inbox.append(
                conn,
                [inbox.Request(micros(now), "batch", "server", b"{}", body) for body in bodies],
            )
