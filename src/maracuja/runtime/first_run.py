"""The first minutes of a workspace: its owner, and what the shop is called, speaks and counts in.

It must never let anybody in where an owner is.
"""

from __future__ import annotations

import hmac
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from maracuja.config import FILE_NAME, Config, make_config
from maracuja.errors import BadInput, ConfigError, Conflict
from maracuja.ingest import addresses
from maracuja.model import micros
from maracuja.runtime.access import Role
from maracuja.runtime.passwords import check_password, hash_password, hash_token
from maracuja.runtime.team_members import MemberShown, actor_of, shown
from maracuja.store import audit, meta, team
from maracuja.store.engine import Store

_TOKEN: Final = "first_run_token"
_CLAIMED: Final = "owner_claimed"


@dataclass(frozen=True)
class ShopNamed:
    """What is asked about the shop; the rest of its settings stays as it is."""

    name: str
    time_zone: str
    language: str
    languages: tuple[str, ...]
    currency: str
    country: str


@dataclass(frozen=True)
class Owner:
    """Who the shop belongs to."""

    email: str
    password: str
    name: str


def needed(conn: Connection) -> bool:
    """Whether nobody owns the workspace yet."""
    return meta.get(conn, _CLAIMED) is None and not any(
        one.role == Role.OWNER and one.password for one in team.every(conn)
    )


def shop_of(config: Config) -> ShopNamed:
    """What the shop is called now."""
    return ShopNamed(**{name: getattr(config.shop, name) for name in ShopNamed.__match_args__})


def make_token(store: Store) -> str:
    """A token that lets one claim the workspace from afar, in the place of any before; or ''."""
    with store.write() as conn:
        if not needed(conn):
            return ""
        token = secrets.token_urlsafe(32)
        meta.put(conn, _TOKEN, hash_token(token).hex())
        return token


def is_token(conn: Connection, token: str) -> bool:
    """Whether this token may claim the workspace."""
    kept = meta.get(conn, _TOKEN)
    given = hash_token(token).hex()
    return kept is not None and hmac.compare_digest(kept, given)


def claim(
    store: Store, directory: Path, owner: Owner, shop: ShopNamed, now: datetime
) -> MemberShown:
    """Make the owner and name the shop, once: of two at a time, one is refused.

    The settings are in force when the server starts next. Raises BadInput, ConfigError for a file
    of settings that only people can change, and Conflict where the workspace has an owner.
    """
    address = addresses.email(owner.email)
    if address is None:
        raise BadInput(f"`{owner.email[:100]}` is no e-mail address.", where="email")
    check_password(owner.password, address, owner.name)
    hashed = hash_password(owner.password)
    text = named(directory / FILE_NAME, shop)
    with store.write() as conn:
        if not needed(conn) or not meta.put_once(conn, _CLAIMED, str(micros(now))):
            raise Conflict(
                "This workspace has an owner.", fix="Log in, or ask them to invite you."
            )
        number = team.add(
            conn,
            email=address.lower(),
            name=owner.name.strip()[:100],
            role=Role.OWNER.value,
            rights=b"{}",
            password=hashed,
            invitation=None,
            invited_until_us=0,
            totp=b"",
            totp_step=0,
            recovery=b"[]",
            off=False,
            created_us=micros(now),
            seen_us=0,
        )
        meta.drop(conn, _TOKEN)
        member = team.get(conn, number)
        audit.add(conn, micros(now), actor_of(member), "claim", f"team:{number}")
        _replace(directory / FILE_NAME, text)
        return shown(member)


def named(path: Path, shop: ShopNamed) -> str:
    """The file of settings with the shop's new ones; all else in it stays letter by letter.

    Raises BadInput for a value that is none, ConfigError for a file that only people can change.
    """
    before = path.read_text(encoding="utf-8")
    values = {**asdict(shop), "languages": list(shop.languages)}
    raw = tomllib.loads(before)
    wanted = {**raw, "shop": {**raw.get("shop", {}), **values}}
    try:
        make_config({"shop": wanted["shop"], "root": str(path.parent)}, where="settings")
    except ConfigError as fault:
        raise BadInput(fault.message, where=fault.where, fix=fault.fix) from fault
    if shop.language not in shop.languages:
        raise BadInput("The shop's language is one of its languages.", where="languages")
    text = _with_section(before, "shop", values)
    if tomllib.loads(text) != wanted:
        raise ConfigError(
            f"{path.name} is written in a way that only a person can change.",
            where="shop",
            fix="Write the settings of [shop] by hand, and come back.",
        )
    return text


def _with_section(text: str, section: str, values: Mapping[str, Any]) -> str:
    """The text with these values in the section, in the place of those of the same names."""
    lines = text.splitlines()
    heading = f"[{section}]"
    said = [f"{name} = {msgspec.json.encode(value).decode()}" for name, value in values.items()]
    begin = next((n for n, line in enumerate(lines) if line.strip() == heading), None)
    if begin is None:
        return "\n".join([*lines, "", heading, *said, ""])
    after = range(begin + 1, len(lines))
    end = next((n for n in after if lines[n].lstrip().startswith("[")), len(lines))
    stay = [
        line for line in lines[begin + 1 : end] if line.partition("=")[0].strip() not in values
    ]
    return "\n".join([*lines[: begin + 1], *said, *stay, *lines[end:], ""])


def _replace(path: Path, text: str) -> None:
    """Put the text in the file's place, whole or not at all."""
    aside = path.with_name(path.name + ".new")
    aside.write_text(text, encoding="utf-8")
    aside.chmod(path.stat().st_mode)
    aside.replace(path)
