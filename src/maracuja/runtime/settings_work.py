"""Changes of settings by people in the app: checked, written to the file, noted in the audit log.

It must never take what the environment gives or what only people at the machine may change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Set
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from maracuja.channels import BY_NAME, channel_of, section_of
from maracuja.channels.telling import is_public
from maracuja.config import EMAIL, Config, config_of, given_outside, load_config
from maracuja.errors import BadInput, Conflict, NotFound
from maracuja.links.utm import is_web_url
from maracuja.model import micros
from maracuja.runtime.public_hosts import PublicResolver
from maracuja.runtime.settings_file import changing, replace, with_section, without_section
from maracuja.runtime.settings_view import WORKSPACE, by_hand, takes_of
from maracuja.store import audit
from maracuja.store.engine import Store

_ADDRESSES: Final = ("base_url",)  # of vendors: we call them

Values = Mapping[str, Any]


def put_section(
    store: Store, directory: Path, section: str, values: Values, now: datetime, *, actor: str
) -> Config:
    """Change settings of the workspace; a null is the default again. What will be in force.

    Raises NotFound, BadInput with the setting, ConfigError for a file that is written strangely.
    """
    if section not in WORKSPACE:
        raise NotFound(f"There are no settings `{section}`.", where="section")
    return _put(store, directory, section, section, values, now, actor=actor)


def put_account(
    store: Store, directory: Path, name: str, values: Values, now: datetime, *, actor: str
) -> Config:
    """Set up an account of a channel, or change one; as `put_section`."""
    return _put(store, directory, _kind(name), section_of(name), values, now, actor=actor)


def drop_account(store: Store, directory: Path, name: str, now: datetime, *, actor: str) -> None:
    """Take an account away; messages that wait for it wait until it is back.

    Raises Conflict where the environment gives it.
    """
    section = section_of(name)
    standing = load_config(directory)
    if name not in {*standing.channels, *standing.mails}:
        fix = "Mail is always there: change its settings." if name == EMAIL else ""
        raise NotFound(f"The channel `{name}` is not set up here.", where="channel", fix=fix)
    if any(one.startswith(f"{section}.") for one in given_outside()):
        raise Conflict(
            f"The environment of the server sets up {name}.",
            fix="Take its variables away there, and start the server anew.",
        )
    with changing(directory) as (path, before):
        text = without_section(before, section, directory)
        with store.write() as conn:
            audit.add(conn, micros(now), actor, "drop_account", f"channel:{name}")
            replace(path, text)


def tried(directory: Path, name: str, values: Values) -> Config:
    """What would be in force with these settings of an account; nothing is written."""
    kind, section = _kind(name), section_of(name)
    with changing(directory) as (_, before):
        text = _text(before, kind, section, values, directory)
        return config_of(text, directory)


def _put(
    store: Store,
    directory: Path,
    kind: str,
    section: str,
    values: Values,
    now: datetime,
    *,
    actor: str,
) -> Config:
    with changing(directory) as (path, before):
        text = _text(before, kind, section, values, directory)
        with store.write() as conn:
            subject = f"settings:{section}"
            audit.add(conn, micros(now), actor, "settings", subject, _told(kind, values))
            replace(path, text)
        return load_config(directory)


def _text(before: str, kind: str, section: str, values: Values, directory: Path) -> str:
    _check_named(kind, section, values, given_outside())
    _check_addresses(values, directory, section)
    said = {name: value for name, value in values.items() if value is not None}
    dropped = {name for name, value in values.items() if value is None}
    return with_section(before, section, said, directory, dropped=dropped)


def _check_named(kind: str, section: str, values: Values, outside: Set[str]) -> None:
    known = takes_of(kind)
    for name in values:
        where = f"{section}.{name}"
        if name not in known:
            raise BadInput(f"There is no setting `{name}`.", where=where)
        if where in outside:
            raise BadInput(
                f"The environment of the server gives `{where}`.",
                where=where,
                fix="Change it there: it goes before the file.",
            )
        if by_hand(kind, name, known[name]):
            raise BadInput(
                f"`{where}` is changed by hand.",
                where=where,
                fix="Ask whoever runs the server to write it in maracuja.toml.",
            )


def _check_addresses(values: Values, directory: Path, section: str) -> None:
    """See that an address which we are to call from now on is one of the internet."""
    for name in _ADDRESSES:
        url = values.get(name)
        if not url:
            continue
        host = urlsplit(url).hostname if is_web_url(str(url)) else ""
        if not host or not str(url).startswith("https://") or not is_public(host):
            raise BadInput(
                f"`{str(url)[:200]}` is no https address of the internet.",
                where=f"{section}.{name}",
                fix="An address of your own network is written in maracuja.toml by hand.",
            )
        try:
            asyncio.run(PublicResolver().resolve(host, 443))
        except OSError as fault:
            raise BadInput(
                f"{host} cannot be found on the internet.", where=f"{section}.{name}"
            ) from fault


def _kind(name: str) -> str:
    if name not in BY_NAME:
        raise NotFound(f"There is no channel `{name}`.", where="channel")
    return channel_of(name)


def _told(kind: str, values: Values) -> dict[str, Any]:
    """What the audit log keeps: of a secret only that it was changed."""
    takes = takes_of(kind)
    return {
        name: "***" if takes[name] == "secret" and value else value
        for name, value in values.items()
    }
