"""One file plus the environment, made into one frozen Config.

`maracuja.toml` in the workspace's directory holds the settings; `MARACUJA_<SECTION>__<NAME>`
overrides any of them, so that secrets need not stand in a file.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from maracuja.channels import BY_NAME, channel_of, further_accounts, section_of, telling
from maracuja.channels.email_settings import EmailSettings, without_secrets
from maracuja.channels.http import HttpSettings, secrets_of
from maracuja.errors import BadInput, ConfigError
from maracuja.language import money_patterns
from maracuja.zones import is_zone

FILE_NAME = "maracuja.toml"
PREFIX = "MARACUJA_"
EMAIL: Final = "email"
MAIN: Final = "main"  # how a channel's own section is called at its vendor, unless it says so

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Minute = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of the sections: unknown names are refused."""


class Shop(Section, frozen=True):
    """Who speaks, and the habits of the place."""

    name: str = "My shop"
    url: str = "https://shop.example"
    language: str = "en"  # where a person's own is unknown
    languages: tuple[str, ...] = ("en",)
    time_zone: str = "UTC"
    currency: str = "USD"
    country: str = "UA"  # of telephone numbers without a prefix
    postal_address: str = ""
    patronymics: bool = False  # whether a formal greeting may say Ирина Ивановна
    cart_url: str = ""  # restores a cart, with {items} or {cart} in it; see docs/triggers.md
    money_patterns: dict[str, str] = {}  # by currency or language: MNT = "#,##0₮"


class Server(Section, frozen=True):
    """Where the HTTP server listens, and under which address the world sees it."""

    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: str = ""  # empty: http://host:port
    requests_per_s: int = 1000  # per write key, a burst of ten seconds' worth
    calls_per_s: int = 50  # per key or session that manages, the same burst; 0: no limit


class Store(Section, frozen=True):
    """Where the state is kept; empty: SQLite files in the workspace's directory."""

    url: str = ""


class Lake(Section, frozen=True):
    """Limits of the engines that read the lake."""

    threads: Annotated[int, Meta(ge=1)] = 2
    memory: str = "2GB"
    keep_events_days: int = 0  # 0: for ever
    keep_bodies_days: int = 365


class Pressure(Section, frozen=True):
    """How much a person is spoken to at most, and when not; for the whole workspace."""

    messages: Annotated[int, Meta(ge=0)] = 3  # 0: no cap
    per_days: Annotated[int, Meta(ge=1)] = 7
    quiet_from: Minute = "21:00"
    quiet_until: Minute = "09:00"  # the same as quiet_from: no quiet hours


class Messages(Section, frozen=True):
    """Single messages: where it is told what becomes of them."""

    status_url: str = ""  # of messages that name none; empty: nowhere
    status_secret: str = ""  # signs what is told: 16 characters or more
    private_receivers: bool = False  # whether an address of this network may be told, over http

    def __post_init__(self) -> None:
        telling.check_secret(self.status_secret)
        if self.status_url:
            try:
                telling.check_receiver(
                    self.status_url, self.status_secret, private=self.private_receivers
                )
            except BadInput as fault:
                where = "messages.status_url"
                raise ConfigError(fault.message, where=where, fix=fault.fix) from fault


class Measurement(Section, frozen=True):
    """Who is left out so that the worth of talking can be measured."""

    global_holdout: Share = 0.05


class Conversations(Section, frozen=True):
    """When a conversation is over, and how long it is kept."""

    quiet_days: Annotated[int, Meta(ge=1)] = 14  # nothing said for so long: over
    keep_days: Annotated[int, Meta(ge=0)] = 730  # after its last turn; 0: for ever


class Config(Section, frozen=True):
    """The whole configuration; `root` is the workspace's directory.

    `channels` are the accounts at vendors that are spoken to by HTTP, by name: in the file each is
    a section of its own, `[telegram]` for `telegram` and `[telegram.promo]` for `telegram/promo`.
    """

    root: str = "."
    shop: Shop = Shop()
    server: Server = Server()
    store: Store = Store()
    lake: Lake = Lake()
    email: EmailSettings = EmailSettings()
    pressure: Pressure = Pressure()
    measurement: Measurement = Measurement()
    conversations: Conversations = Conversations()
    messages: Messages = Messages()
    secrets: dict[str, str] = {}  # of programs that tell us something, by the names given here
    channels: dict[str, HttpSettings] = {}
    mails: dict[str, EmailSettings] = {}  # further ones: [email.promo] is email/promo

    @property
    def directory(self) -> Path:
        """The workspace's directory."""
        return Path(self.root)

    @property
    def public_url(self) -> str:
        """The address of links in messages, without a slash at the end."""
        own = f"http://{self.server.host}:{self.server.port}"
        return (self.server.public_url or own).rstrip("/")

    def hook(self, name: str) -> str:
        """The address at which the vendor of an account calls us."""
        return f"{self.public_url}/w/{channel_of(name)}/{self.channels[name].account}"

    def mail(self, name: str) -> EmailSettings:
        """The settings of `email`, or of a further account such as email/promo."""
        return self.email if name == EMAIL else self.mails[name]

    def dkim_key(self, name: str) -> bytes:
        """The PEM of the key that signs an account's mail; b'' where it is not signed here.

        Raises ConfigError where there is no such file.
        """
        if not self.mail(name).dkim_key_file:
            return b""
        path = self.directory / self.mail(name).dkim_key_file
        if not path.is_file():
            where = f"{section_of(name)}.dkim_key_file"
            raise ConfigError(f"There is no key file {path}.", where=where)
        return path.read_bytes()

    @property
    def store_url(self) -> str:
        """The state database's URL."""
        return self.store.url or f"sqlite:///{self.directory / 'state.db'}"


def load_config(directory: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Read `maracuja.toml` of a workspace and the environment.

    Raises ConfigError with the path of the fault: file missing, not TOML, a name unknown, a value
    of the wrong kind.
    """
    path = directory / FILE_NAME
    if not path.is_file():
        raise ConfigError(
            f"There is no workspace in {directory}: {FILE_NAME} is missing.",
            fix="Make one with `maracuja init`.",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise ConfigError(f"{path} is not valid TOML: {fault}") from fault
    return config_of(text, directory, environ)


def config_of(text: str, directory: Path, environ: Mapping[str, str] | None = None) -> Config:
    """The Config that this text would give as the workspace's file; raises as `load_config`."""
    path = directory / FILE_NAME
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ConfigError(f"{path} is not valid TOML: {fault}") from fault
    _override(raw, os.environ if environ is None else environ)
    return make_config({**raw, "root": str(directory)}, where=str(path))


def given_outside(environ: Mapping[str, str] | None = None) -> frozenset[str]:
    """The settings that the environment gives, whatever the file says: `telegram.promo.token`."""
    raw: dict[str, Any] = {}
    _override(raw, os.environ if environ is None else environ)
    return frozenset(_paths(raw))


def _paths(values: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _paths(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def make_config(raw: Mapping[str, Any], *, where: str = "configuration") -> Config:
    """A Config from plain values. Raises ConfigError with the path of the fault."""
    named = {name: part for name, part in raw.items() if name in _ACCOUNTS}
    rest = {name: part for name, part in raw.items() if name not in _ACCOUNTS}
    mails = dict(_sections(EMAIL, raw.get(EMAIL, {}), where))
    rest[EMAIL] = mails.pop(EMAIL, {})
    try:
        config = msgspec.convert(rest, Config, strict=False)
    except msgspec.ValidationError as fault:
        raise ConfigError(f"{where}: {fault}") from fault
    except ConfigError as fault:
        raise ConfigError(f"{where}: {fault.message}", where=fault.where, fix=fault.fix) from fault
    accounts = {
        name: _account(name, part, where)
        for channel, section in sorted(named.items())
        for name, part in _sections(channel, section, where)
    }
    further_accounts.check_apart(accounts, where)
    further_accounts.check_single(accounts, where)
    config = msgspec.structs.replace(
        config,
        channels={**config.channels, **accounts},
        mails={**config.mails, **{n: _account(n, part, where) for n, part in mails.items()}},
    )
    if not is_zone(config.shop.time_zone):
        raise ConfigError(
            f"{where}: `{config.shop.time_zone}` is not a known time zone.",
            where="shop.time_zone",
            fix="Use an IANA name such as Europe/Kyiv.",
        )
    if wrong := money_patterns.fault(config.shop.money_patterns):
        raise ConfigError(
            f"{where}: {wrong}.",
            where="shop.money_patterns",
            fix='Write a CLDR pattern for a currency or a language: { MNT = "#,##0₮" }.',
        )
    return config


_ACCOUNTS = {
    name: kind.Settings
    for name, kind in BY_NAME.items()
    if issubclass(kind.Settings, HttpSettings)
}
_ACCOUNT: Final = re.compile(r"[a-z0-9-]{1,40}")


def _sections(channel: str, section: Any, where: str) -> Iterator[tuple[str, Any]]:
    """The accounts of a channel's section by name, the main one first if it has settings.

    A table in it that is no setting of the channel is a further account, whose name in its
    webhook's address is that of the table. Raises ConfigError where two have one address.
    """
    if not isinstance(section, dict):
        yield channel, section
        return
    fields = BY_NAME[channel].Settings.__struct_fields__
    further = {
        name: part
        for name, part in section.items()
        if isinstance(part, dict) and name not in fields
    }
    main = {name: part for name, part in section.items() if name not in further}
    if main or not further:
        yield channel, main
    taken = {main.get("account", MAIN)} if main or not further else set()
    for name, part in sorted(further.items()):
        path = f"{channel}.{name}"
        if not _ACCOUNT.fullmatch(name) or name in (MAIN, *taken):
            raise ConfigError(
                f"{where}: `{name}` is no name for a further account of {channel}.",
                where=path,
                fix=f"Use letters, digits and hyphens, and not `{MAIN}`: that is [{channel}].",
            )
        if part.get("account", name) != name:
            raise ConfigError(
                f"{where}: the account {path} is called by its section's name.",
                where=f"{path}.account",
                fix="Leave `account` out.",
            )
        yield f"{channel}/{name}", {**part, **({"account": name} if "account" in fields else {})}


def _account(name: str, raw: Any, where: str) -> Any:
    """The settings of an account's section. Raises ConfigError with the path of the fault."""
    path = section_of(name)
    try:
        return msgspec.convert(raw, BY_NAME[name].Settings, strict=False)
    except msgspec.ValidationError as fault:
        raise ConfigError(f"{where}: {path}: {fault}", where=path) from fault
    except ConfigError as fault:
        place = f"{path}.{fault.where.removeprefix(f'{EMAIL}.')}"
        raise ConfigError(f"{where}: {fault.message}", where=place, fix=fault.fix) from fault


def shown(config: Config) -> dict[str, Any]:
    """The effective configuration as plain values, with secrets as ***: what `check` prints."""
    values: dict[str, Any] = msgspec.to_builtins(config)
    for name, account in values.pop("channels").items():
        hidden = [field for field in secrets_of(_ACCOUNTS[channel_of(name)]) if account[field]]
        values[section_of(name)] = {**account, **dict.fromkeys(hidden, "***")}
    values["secrets"] = dict.fromkeys(config.secrets, "***")
    if config.messages.status_secret:
        values["messages"]["status_secret"] = "***"
    values |= {section_of(name): mail for name, mail in values.pop("mails").items()}
    for name in (EMAIL, *config.mails):
        values[section_of(name)] = without_secrets(values[section_of(name)])
    if "@" in config.store.url:
        scheme, _, rest = config.store.url.partition("://")
        values["store"]["url"] = f"{scheme}://***@{rest.rpartition('@')[2]}"
    return values


def _override(raw: dict[str, Any], environ: Mapping[str, str]) -> None:
    """Put MARACUJA_SECTION__NAME=value over the file's values.

    MARACUJA_TELEGRAM__PROMO__TOKEN is of [telegram.promo]; a hyphen in its name is written `_`.
    """
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX) or "__" not in name:
            continue
        section, _, field = name.removeprefix(PREFIX).lower().partition("__")
        within = raw.setdefault(section, {})
        account, further, name_there = field.partition("__")
        accounts = section in _ACCOUNTS or section == EMAIL
        if further and accounts and isinstance(within, dict):
            *inner, last = account.replace("_", "-"), *name_there.split("__")
            for part in inner:
                within = within.setdefault(part, {})
            within[last] = value
        else:
            within[field] = value


def write_config(config: Config) -> Path:
    """Write a new workspace's `maracuja.toml` with every setting that differs from its default."""
    lines = ["# Maracuja: the settings of this workspace. Defaults are not repeated here."]
    sections = (
        "shop", "server", "store", "lake", "email", "pressure", "measurement", "conversations",
        "messages",
    )  # fmt: skip
    pairs = {name: (getattr(config, name), getattr(Config(), name)) for name in sections}
    pairs |= {name: (mail, EmailSettings()) for name, mail in config.mails.items()}
    pairs |= {name: (account, None) for name, account in config.channels.items()}
    for section, (values, defaults) in pairs.items():
        changed = {
            name: value
            for name in values.__struct_fields__
            if (value := getattr(values, name)) != getattr(defaults, name, None)
        }
        if changed:
            lines += ["", f"[{section_of(section)}]"]
            lines += [f"{name} = {toml_value(value)}" for name, value in changed.items()]
    if config.secrets:
        lines += ["", "[secrets]", *(f"{k} = {toml_value(v)}" for k, v in config.secrets.items())]
    path = config.directory / FILE_NAME
    config.directory.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def toml_value(value: object) -> str:
    """A value in TOML; JSON's texts, numbers and lists are TOML's too."""
    if isinstance(value, dict):
        inner = ", ".join(f"{toml_value(name)} = {toml_value(one)}" for name, one in value.items())
        return f"{{{inner}}}"
    return msgspec.json.encode(value).decode()
