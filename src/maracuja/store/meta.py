"""The workspace's own facts and secrets, made once and kept for good.

A secret is never logged, and never part of an export.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from maracuja.errors import ConfigError
from maracuja.rng import make_id
from maracuja.store import bulk
from maracuja.store.schema import meta


class Secrets(NamedTuple):
    """What the workspace keeps to itself; texts are hexadecimal."""

    workspace: str  # its id
    seed: int  # of every random stream
    link_key: str  # signs links and tokens
    key_secret: str  # the secrets of browser keys are made from it
    suppression_salt: str
    holdout_salt: str


def create(conn: Connection, *, seed: int | None = None, reproducible: bool = False) -> Secrets:
    """Make the secrets unless they stand, and return those that do.

    Without a seed one is drawn. `reproducible` derives everything from the seed, so that a
    simulated workspace is the same bytes every time: never for a real shop.
    """
    seed = secrets.randbits(62) if seed is None else seed

    def new(name: str) -> str:
        return make_id("secret", name, seed).hex() if reproducible else secrets.token_hex(32)

    made = Secrets(
        workspace=new("workspace")[:16],
        seed=seed,
        link_key=new("link_key"),
        key_secret=new("key_secret"),
        suppression_salt=new("suppression_salt"),
        holdout_salt=make_id("holdout", seed).hex(),
    )
    columns = {"name": list(Secrets._fields), "value": [str(value) for value in made]}
    bulk.insert_columns(conn, meta, columns, on_conflict="ignore")
    return load(conn)


def load(conn: Connection) -> Secrets:
    """The workspace's secrets. Raises ConfigError when they have not been made."""
    stored = dict(bulk.fetch(conn, select(meta.c.name, meta.c.value)))
    try:
        values = {name: stored[name] for name in Secrets._fields}
    except KeyError as e:
        raise ConfigError("the workspace has no secrets yet", fix="Run `maracuja init`.") from e
    return Secrets(**{**values, "seed": int(values["seed"])})


def get(conn: Connection, name: str) -> str | None:
    """A fact of the workspace, such as the time of the last backup; None where there is none."""
    value: str | None = conn.execute(select(meta.c.value).where(meta.c.name == name)).scalar()
    return value


def put(conn: Connection, name: str, value: str) -> None:
    """Keep a fact under a name that is no secret's."""
    assert name not in Secrets._fields, "secrets are made once"
    bulk.insert_columns(conn, meta, {"name": [name], "value": [value]}, on_conflict="replace")


def put_once(conn: Connection, name: str, value: str) -> bool:
    """Keep a fact unless it stands; whether it was put now, by whoever came first."""
    new = bulk.insert(conn, meta).values(name=name, value=value)
    once = new.on_conflict_do_nothing(index_elements=["name"]).returning(meta.c.name)
    return conn.execute(once).first() is not None


def drop(conn: Connection, name: str) -> None:
    """Forget a fact that is no secret's."""
    assert name not in Secrets._fields, "secrets are made once"
    conn.execute(delete(meta).where(meta.c.name == name))
