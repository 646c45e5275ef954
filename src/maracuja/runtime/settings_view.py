"""Settings as a form shows them: what each takes, what it is now, and where it is given.

It must never show a secret, nor say more of one than whether it is there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from maracuja.channels import BY_NAME, CHANNELS, account_of, channel_of, section_of
from maracuja.channels.http import HttpChannel
from maracuja.config import EMAIL, Config, Section, given_outside

Takes = Literal["text", "secret", "number", "whole", "switch", "choice", "list", "pairs", "table"]

WORKSPACE: Final = (
    "shop",
    "pressure",
    "measurement",
    "conversations",
    "messages",
    "lake",
    "server",
)

# Where these lead or what they open is for whoever runs the machine to say, in the file: files of
# it, its ports, and what guards it against calls into its own network.
BY_HAND: Final = frozenset(
    {
        "email.dkim_key_file",
        "email.mailbox",
        "email.postfix_log",
        "email.reports_host",
        "email.reports_port",
        "email.spamd",
        "lake.memory",
        "lake.threads",
        "messages.private_receivers",
        "messages.status_secret",
        "server.calls_per_s",
        "server.host",
        "server.port",
        "server.requests_per_s",
        "viber_business.send_headers",
    }
)
# Of mail and of no channel; and headers, which may hold a key.
_SECRETS: Final = frozenset({"password", "mailbox_password", "status_secret", "send_headers"})
_WORDS: Final = re.compile(r"\^\(([a-z|]+)\)\$")


@dataclass(frozen=True)
class SettingShown:
    """A setting: `help` in English, `given` by the file, its default, or the environment.

    `value` is null for a secret, `filled` says whether there is one. What is `by_hand` only people
    change, in the file itself, and what the environment gives nobody else.
    """

    name: str
    takes: Takes
    value: Any
    default: Any
    filled: bool
    choices: tuple[str, ...]
    least: float | None
    most: float | None
    help: str
    given: Literal["file", "default", "environment"]
    by_hand: bool


@dataclass(frozen=True)
class AccountShown:
    """An account of a channel; `webhook` is where its vendor calls us ('': it calls nowhere)."""

    name: str
    channel: str
    settings: list[SettingShown]
    webhook: str
    asks: bool  # whether its vendor can be asked who we are
    links: bool  # whether a link opens it
    set_up: bool


@dataclass(frozen=True)
class SectionShown:
    """A part of the workspace's own settings."""

    name: str
    settings: list[SettingShown]


def sections(config: Config) -> list[SectionShown]:
    """The settings of the workspace that belong to no channel."""
    outside = given_outside()
    return [
        SectionShown(name, _settings(type(values), values, name, name, outside))
        for name in WORKSPACE
        for values in [getattr(config, name)]
    ]


def channel_accounts(config: Config) -> list[AccountShown]:
    """The accounts that are set up, by channel."""
    names = [EMAIL, *config.mails, *config.channels]
    order = {kind.name: n for n, kind in enumerate(CHANNELS)}
    return [
        account(config, name) for name in sorted(names, key=lambda n: (order[channel_of(n)], n))
    ]


def account(config: Config, name: str) -> AccountShown:
    """An account, set up or not yet. Raises KeyError for no channel."""
    kind = BY_NAME[name]
    standing = name == EMAIL or name in config.mails or name in config.channels
    values = None
    if standing:
        mail = channel_of(name) == EMAIL
        values = config.mail(name) if mail else config.channels[name]
    over_http = issubclass(kind, HttpChannel)
    hook = ""
    if over_http:
        called = getattr(values, "account", "") or account_of(name) or "main"
        hook = f"{config.public_url}/w/{channel_of(name)}/{called}"
    section = channel_of(name)
    return AccountShown(
        name=name,
        channel=section,
        settings=_settings(kind.Settings, values, section, section_of(name), given_outside()),
        webhook=hook,
        asks=over_http,
        links=kind.can.deep_link_chars_max > 0,
        set_up=standing,
    )


def _settings(
    kind: type[Any], values: Any, section: str, place: str, outside: frozenset[str]
) -> list[SettingShown]:
    told = msgspec.json.schema(kind)
    own = told["$defs"][kind.__name__]["properties"]
    blank = {} if values is None else msgspec.to_builtins(values)
    further = place != section
    shown = []
    for name, raw in own.items():
        if name == "account" and further:
            continue  # the section's own name
        schema = _resolved(raw, told["$defs"])
        takes = _takes(name, schema)
        default = raw.get("default")
        value = blank.get(name, default)
        environment = f"{place}.{name}" in outside
        shown.append(
            SettingShown(
                name=name,
                takes=takes,
                value=None if takes == "secret" else value,
                default=None if takes == "secret" else default,
                filled=bool(value),
                choices=_choices(schema),
                least=schema.get("minimum", schema.get("exclusiveMinimum")),
                most=schema.get("maximum", schema.get("exclusiveMaximum")),
                help=raw.get("description", ""),
                given="environment" if environment else "default" if value == default else "file",
                by_hand=by_hand(section, name, takes),
            )
        )
    return shown


def by_hand(section: str, name: str, takes: Takes) -> bool:
    """Whether only people change a setting, in the file itself."""
    return f"{section}.{name}" in BY_HAND or takes == "table" or name == "apns_url"


def takes_of(section: str) -> Mapping[str, Takes]:
    """What the settings of a section take, by name. Raises KeyError for no section."""
    kind = _kind_of(section)
    told = msgspec.json.schema(kind)
    own = told["$defs"][kind.__name__]["properties"]
    return {name: _takes(name, _resolved(raw, told["$defs"])) for name, raw in own.items()}


def _kind_of(section: str) -> type[Any]:
    if section in WORKSPACE:
        kind: type[Section] = type(getattr(Config(), section))
        return kind
    return BY_NAME[section].Settings


def _resolved(raw: Mapping[str, Any], defs: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with what it points at in it."""
    pointed = raw.get("$ref", "").rpartition("/")[2]
    return {**defs.get(pointed, {}), **raw}


def _choices(schema: Mapping[str, Any]) -> tuple[str, ...]:
    listed = _WORDS.fullmatch(schema.get("pattern", ""))
    return tuple(listed[1].split("|")) if listed else tuple(schema.get("enum", ()))


def _takes(name: str, schema: Mapping[str, Any]) -> Takes:
    if schema.get("writeOnly") or name in _SECRETS:
        return "secret"
    if _choices(schema):
        return "choice"
    match schema.get("type"):
        case "boolean":
            return "switch"
        case "integer":
            return "whole"
        case "number":
            return "number"
        case "array" if schema.get("items", {}).get("type") == "string":
            return "list"
        case "object" if schema.get("additionalProperties", {}).get("type") == "string":
            return "pairs"
        case "array" | "object":
            return "table"
        case _:
            return "text"
