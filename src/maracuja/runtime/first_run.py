"""The first minutes of a workspace: its owner, and what the shop is called, speaks and counts in.

It must never let anybody in where an owner is.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from maracuja.config import FILE_NAME, Config
from maracuja.errors import BadInput, Conflict
from maracuja.ingest import addresses
from maracuja.model import micros
from maracuja.runtime.access import Role
from maracuja.runtime.passwords import check_password, hash_password, hash_token
from maracuja.runtime.settings_file import replace, with_section
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
    check_password(owner.password, address, owner.name, shop=shop.name)
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
            created_us=micros(now),
            password=hashed,
        )
        meta.drop(conn, _TOKEN)
        member = team.get(conn, number)
        audit.add(conn, micros(now), actor_of(member), "claim", f"team:{number}")
        replace(directory / FILE_NAME, text)
        return shown(member)


def named(path: Path, shop: ShopNamed) -> str:
    """The file of settings with the shop's new ones; all else in it stays letter by letter.

    Raises BadInput for a value that is none, ConfigError for a file that only people can change.
    """
    if shop.language not in shop.languages:
        raise BadInput("The shop's language is one of its languages.", where="languages")
    values = {**asdict(shop), "languages": list(shop.languages)}
    return with_section(path.read_text(encoding="utf-8"), "shop", values, path.parent)
