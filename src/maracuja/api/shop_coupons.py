"""Coupons over HTTP, for tills and bots: looked at, given to a person, redeemed once."""

from __future__ import annotations

import csv
from operator import attrgetter
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from maracuja.api.answers import Listing, Name, Part
from maracuja.api.here import Here, Now, Sender, messaging
from maracuja.errors import BadInput
from maracuja.model import micros
from maracuja.runtime import coupon_work, people_view
from maracuja.runtime.coupon_work import Added, CouponShown, PoolShown
from maracuja.store import audit

router = messaging("/v1/shop/coupons", "shop")
Code = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]


class Used(BaseModel):
    """Who shows the code (your id of the person), and the order; `revenue` in minor units."""

    model_config = ConfigDict(extra="forbid")
    external_id: Text = ""
    order_id: Text = ""
    revenue: Annotated[int, Field(ge=0, le=2**53)] | None = None
    currency: Annotated[str, Field(pattern="^([A-Za-z]{3})?$")] = ""


class CodesGiven(BaseModel):
    """Codes, one a line, or a CSV with the columns `code` and `expires`."""

    model_config = ConfigDict(extra="forbid")
    codes: Annotated[str, Field(min_length=1, max_length=1_500_000, pattern=r"^[^\x00]*$")]


class CodesAsked(BaseModel):
    """How many codes."""

    model_config = ConfigDict(extra="forbid")
    count: Annotated[int, Field(ge=1, le=100_000)]


class Wanted(BaseModel):
    """Whom a code is for: your id of the person."""

    model_config = ConfigDict(extra="forbid")
    external_id: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]


@router.get("")
def list_pools(here: Here, now: Now, part: Part) -> Listing[PoolShown]:
    """Every pool: how many codes are free, given and used, by campaign."""
    with here.store.read() as conn:
        currency = here.config.shop.currency
        return part.of(
            [coupon_work.show(conn, pool.id, now, currency) for pool in coupon_work.pools(conn)],
            attrgetter("pool"),
        )


@router.post("/{name}/codes")
def add_coupons(here: Here, actor: Sender, now: Now, name: Name, given: CodesGiven) -> Added:
    """Put codes into a pool; what is none is refused with its line, what is there stays."""
    try:
        return coupon_work.add_text(here.ground, name, given.codes, now, actor=actor)
    except csv.Error as fault:
        raise BadInput(f"The codes cannot be read: {fault}.", where="codes") from None


@router.post("/{name}/make")
def make_coupons(here: Here, actor: Sender, now: Now, name: Name, asked: CodesAsked) -> Added:
    """Make codes that nobody can guess, after the pool's pattern."""
    return coupon_work.generate(here.ground, name, asked.count, now, actor=actor)


@router.post("/{name}/give")
def give_coupon(here: Here, actor: Sender, now: Now, name: Name, wanted: Wanted) -> CouponShown:
    """Give a person a code of the pool; who has one that still works keeps it."""
    with here.store.read() as conn:
        pid = _person(conn, wanted.external_id)
    given = coupon_work.give(here.ground, name, pid, now)
    with here.store.write() as conn:
        audit.add(conn, micros(now), actor, "give_coupon", f"person:{pid}", name)
    return given


@router.get("/codes/{code}")
def look_at_coupon(here: Here, now: Now, code: Code) -> CouponShown:
    """A code as it stands; capitals do not matter."""
    with here.store.read() as conn:
        return coupon_work.look(conn, code, now)


@router.post("/codes/{code}/redeem")
def redeem_coupon(here: Here, actor: Sender, now: Now, code: Code, used: Used) -> CouponShown:
    """Use a code once. The same order again is answered as the first time.

    403: it is personal and somebody else's, 409: it was used, has ended, or was given to nobody.
    """
    with here.store.write() as conn:
        used_up = coupon_work.redeem(
            conn,
            code,
            now,
            pid=_person(conn, used.external_id) if used.external_id else None,
            order_id=used.order_id,
            revenue=used.revenue,
            currency=used.currency,
        )
        audit.add(conn, micros(now), actor, "redeem_coupon", f"coupons:{used_up.pool}")
        return used_up


def _person(conn: Connection, external_id: str) -> int:
    """The pid of the shop's id. Raises NotFound."""
    return people_view.find(conn, f"external_id:{external_id}", "")
