"""The only composition root: builds every part from a Config."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from maracuja.clock import Clock, SystemClock
from maracuja.config import EMAIL, FILE_NAME, Config, load_config, make_config, write_config
from maracuja.links.making import LinkMaker
from maracuja.links.tokens import KeyRing
from maracuja.model import micros
from maracuja.store import accounts, keys, meta, migrating
from maracuja.store.engine import Store, open_store

# Engines that a web process needs only once it is asked for something are imported where they
# are used: until then it stays small.
if TYPE_CHECKING:
    from maracuja.runtime.calling import CallThread
    from maracuja.runtime.erasing import Place
    from maracuja.runtime.export_desk import ExportDesk
    from maracuja.runtime.hearing import Hearing
    from maracuja.runtime.import_desk import ImportDesk
    from maracuja.runtime.launch_ground import Ground
    from maracuja.runtime.mail_listening import MailListening
    from maracuja.runtime.team_work import Team
    from maracuja.runtime.transport import Transport
    from maracuja.runtime.vendor_accounts import Vendors
    from maracuja.runtime.worker import Worker

LAKE: Final = "lake"


@dataclass(frozen=True)
class App:
    """The parts of a workspace that is open; `close` it, or use `opened`.

    `wake` tells the worker that a single message has come in; without it, it looks by itself.
    `renew` starts the server anew, where there is one, for other settings to be in force. `play`
    begins to play the demo shop beside the server, where somebody can.
    """

    config: Config
    clock: Clock
    store: Store
    secrets: meta.Secrets
    wake: Callable[[], None] = lambda: None
    renew: Callable[[], None] = lambda: None
    play: Callable[[], None] | None = None

    @property
    def lake_root(self) -> Path:
        """Where the Parquet files are."""
        return self.config.directory / LAKE

    @cached_property
    def ground(self) -> Ground:
        """What launches and questions about people stand on."""
        from maracuja.runtime.launch_ground import Ground

        return Ground(self.store, self.lake_root, self.config)

    @cached_property
    def vendors(self) -> Vendors:
        """The accounts at vendors, and what carries their messages."""
        from maracuja.runtime.vendor_accounts import Vendors

        return Vendors(self.config, self.store, self.clock, key_ring(self))

    @cached_property
    def team(self) -> Team:
        """The people who work here, and where they are logged in."""
        from maracuja.runtime.team_work import Team

        return Team(self.store, self.secrets.key_secret, self.config.shop.name)

    @cached_property
    def imports(self) -> ImportDesk:
        """The files that people import in the app."""
        from maracuja.runtime.import_desk import ImportDesk

        shop = self.config.shop
        return ImportDesk(
            self.store,
            self.config.directory,
            self.clock,
            country=shop.country,
            currency=shop.currency,
        )

    @cached_property
    def exports(self) -> ExportDesk:
        """The files that people export in the app."""
        from maracuja.runtime.export_desk import ExportDesk

        return ExportDesk(self.store, self.config.directory, self.clock, self.config.lake)

    def close(self) -> None:
        """Give back every connection."""
        self.store.close()


def create(
    directory: Path,
    settings: Mapping[str, Any],
    *,
    clock: Clock | None = None,
    seed: int | None = None,
    reproducible: bool = True,
) -> dict[str, str]:
    """Make a workspace: settings, tables, secrets, a server and a browser key.

    With a `seed` the secrets are derived from it unless they are not to be `reproducible`: for
    simulated shops only. Returns what is shown once: the keys. In a workspace that stands, brings
    the tables up to date and makes no keys.
    """
    now_us = micros((clock or SystemClock()).now())
    standing = (directory / FILE_NAME).is_file()
    config = (
        load_config(directory)
        if standing
        else make_config({**settings, "root": str(directory)}, where="settings")
    )
    directory.mkdir(parents=True, exist_ok=True)
    (directory / LAKE).mkdir(exist_ok=True)
    if not standing:
        write_config(config)
    store = open_store(config.store_url)
    try:
        migrating.migrate(store)
        with store.write() as conn:
            secrets = meta.create(conn, seed=seed, reproducible=reproducible and seed is not None)
            if standing:
                return {}
            shown: dict[str, str] = {}
            for kind in keys.KeyKind:
                name = f"first {kind} key"
                made = keys.create(conn, kind, name, now_us, key_secret=secrets.key_secret)
                shown[f"{kind} key"] = made.secret
                if made.signing_secret:
                    shown[f"{kind} signing secret"] = made.signing_secret
            return shown
    finally:
        store.close()


def open_app(
    config: Config,
    clock: Clock | None = None,
    wake: Callable[[], None] = lambda: None,
    renew: Callable[[], None] = lambda: None,
    play: Callable[[], None] | None = None,
) -> App:
    """Open the workspace. Raises ConfigError when its tables are missing, older or newer."""
    store = open_store(config.store_url)
    try:
        migrating.check(store)
        with store.read() as conn:
            secrets = meta.load(conn)
    except BaseException:
        store.close()
        raise
    return App(config, clock or SystemClock(), store, secrets, wake, renew, play)


def make_links(app: App) -> LinkMaker:
    """What makes the addresses in messages."""
    return LinkMaker(app.config.public_url, key_ring(app))


def key_ring(app: App) -> KeyRing:
    """The keys that sign links and bounce addresses."""
    return KeyRing([bytes.fromhex(app.secrets.link_key)])


def make_worker(
    app: App,
    *,
    holder: str,
    stopping: Callable[[], bool] = bool,
    transport: Transport | None = None,
    transports: Mapping[str, Transport] | None = None,
) -> Worker:
    """The worker of this workspace, holding its lease. Raises Conflict when another does.

    `transport` carries mail instead of SMTP where it is given, `transports` other channels' by
    their names: for simulations.
    """
    from maracuja.runtime.chores import chores_of
    from maracuja.runtime.delivery import Delivery
    from maracuja.runtime.delivery_checks import Rules
    from maracuja.runtime.delivery_journal import FOLDER as JOURNALS
    from maracuja.runtime.exposures import first_decided
    from maracuja.runtime.launch import Launch
    from maracuja.runtime.launch_again import Renewal
    from maracuja.runtime.orders import Orders
    from maracuja.runtime.posted_work import PostedWork
    from maracuja.runtime.projection import Projection
    from maracuja.runtime.sending import Chore, Sending
    from maracuja.runtime.smpp import SmppTransport
    from maracuja.runtime.upkeep import Upkeep
    from maracuja.runtime.warm_up_planning import WarmUpPlanning
    from maracuja.runtime.worker import Hold, Listening, Parts, Worker

    hold = Hold(app.store, holder, app.clock)
    carried = {EMAIL: transport, **(transports or {})}
    with app.store.write() as conn:
        numbers = accounts.give(conn, [*app.config.mails, *app.config.channels])
    senders = app.vendors.senders(carried, numbers)
    shop, salt = app.config.shop, app.secrets.suppression_salt
    rules = Rules(app.ground.quiet, app.ground.zone, salt, shop.country)
    projection = Projection(
        app.store,
        app.lake_root,
        country=app.config.shop.country,
        exposures=first_decided(app.store, app.lake_root, app.clock.now),
        hearing=make_hearing(app),
    )
    launch = Launch(app.ground)
    delivery = Delivery(
        app.store,
        app.lake_root,
        senders,
        make_links(app),
        rules,
        journals=app.config.directory / JOURNALS,
        renew=Renewal(app.ground),
        stopping=lambda: stopping() or hold.lost,
        heartbeat=hold.beat,
    )
    names = [sender.channel.name for sender in senders]
    sending = Sending(delivery, PostedWork(app.ground, names))
    chores: list[Chore] = [
        Orders(erasure_place(app), projection, launch, sending.alone),
        Upkeep(app.store, app.lake_root, app.config.lake, kept=hold.kept),
        *chores_of(app.ground),
        WarmUpPlanning(app.ground, [one.warm_up for one in senders if one.warm_up]),
    ]
    lines = [s.transport for s in senders if isinstance(s.transport, SmppTransport)]
    mail = mail_listening(app)
    heard: list[Listening] = [*lines, *_telling(app), *mail.mailboxes(), *mail.logs()]
    parts = Parts(projection, launch, delivery, sending, chores, mail.server(), heard)
    return Worker(hold, parts, app.clock.now())


def _telling(app: App) -> list[CallThread]:
    """What tells other programs of messages and of events, beside the worker."""
    from maracuja.runtime.outbound_work import outbound_thread
    from maracuja.runtime.status_work import status_threads

    settings, now = app.config.messages, app.clock.now
    return [
        *status_threads(app.store, settings, now),
        outbound_thread(app.store, settings, app.secrets.key_secret, now),
    ]


def make_hearing(app: App) -> Hearing:
    """What is done with what people and vendors tell on the channels."""
    from maracuja.runtime.hearing import Hearing
    from maracuja.runtime.signup_messages import desk_of

    agreed = {name: account.topics for name, account in app.config.channels.items()}
    quiet = timedelta(days=app.config.conversations.quiet_days)
    return Hearing(app.lake_root, desk_of(app.config, key_ring(app)), agreed, quiet)


def mail_listening(app: App) -> MailListening:
    """What hears bounces, complaints and answers that come as mail."""
    from maracuja.runtime.link_actions import LinkActions
    from maracuja.runtime.mail_listening import MailListening

    leave = LinkActions(app.store, app.lake_root, key_ring(app), make_links(app)).leave_by_mail
    return MailListening(app.store, app.vendors.email(), app.clock, leave)


def obey(app: App, *, holder: str) -> None:
    """Do what people asked of the worker, such as an erasure, where none is at work.

    Sends nothing. Raises Conflict while a worker holds the lease: it obeys by itself.
    """
    from maracuja.runtime.exposures import first_decided
    from maracuja.runtime.launch import Launch
    from maracuja.runtime.orders import Orders
    from maracuja.runtime.projection import Projection
    from maracuja.runtime.worker import Hold

    hold = Hold(app.store, holder, app.clock)
    try:
        with hold.kept():
            projection = Projection(
                app.store,
                app.lake_root,
                country=app.config.shop.country,
                exposures=first_decided(app.store, app.lake_root, app.clock.now),
                hearing=make_hearing(app),
            )
            Orders(erasure_place(app), projection, Launch(app.ground))(app.clock.now())
    finally:
        hold.release()


def erasure_place(app: App) -> Place:
    """Where people are forgotten, with the log that stands outside of every backup."""
    from maracuja.runtime.erasing import Place
    from maracuja.runtime.erasure_log import FILE_NAME as LOG

    log = app.config.directory / LOG
    return Place(app.store, app.lake_root, log, app.secrets, app.config.lake)


@contextmanager
def opened(directory: Path, clock: Clock | None = None) -> Iterator[App]:
    """The app of the workspace in `directory`, closed at the end."""
    app = open_app(load_config(directory), clock)
    try:
        yield app
    finally:
        app.close()


def inspect(config: Config) -> dict[str, object]:
    """What there is in the workspace: versions of the tables and counts. Raises ConfigError."""
    from maracuja.store import definitions, health, people, products

    app = open_app(config)
    try:
        with app.store.read() as conn:
            counts: dict[str, object] = {
                "people": people.count(conn),
                "products": products.count(conn),
                "definitions": len(definitions.current(conn)),
                "stopped": ", ".join(sorted(health.paused(conn))) or "nothing",
                **health.troubles(conn),
            }
        tables = {f"tables.{part}": v for part, v in migrating.versions(app.store).items()}
        return {**tables, **counts}
    finally:
        app.close()
