"""Outlets and bonuses over HTTP, for the shop's own servers, tills and bots."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from maracuja.api.answers import ID_MAX, Listing, Name, Part
from maracuja.api.here import Here, Now, Sender, messaging
from maracuja.errors import BadInput, NotFound
from maracuja.model import micros
from maracuja.runtime import bonus_work, outlet_work, people_view
from maracuja.runtime.bonus_work import BalanceShown, EntryRefused, Taken
from maracuja.runtime.outlet_work import OutletShown
from maracuja.store import audit, outlets

outlets_router = messaging("/v1/shop/outlets", "shop")
bonus_router = messaging("/v1/shop/bonus", "shop")
ENTRIES_MAX = 1_000
Text = Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]
Named = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Id = Annotated[str, Query(max_length=300, pattern=r"^[^\x00]*$")]
Whole = Annotated[int, Field(ge=-(2**53), le=2**53)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OutletGiven(_Strict):
    """A place; `hours` as `mon-fri 09:00-18:00; sat 10:00-15:00; 2026-12-25 closed`."""

    id: Named
    name: Named
    address: Text = ""
    city: Text = ""
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    zone: Text = ""
    phone: Text = ""
    url: Text = ""
    hours: Text = ""


class OutletsGiven(_Strict):
    """Places to keep; one with the same id is replaced."""

    outlets: Annotated[list[OutletGiven], Field(max_length=ENTRIES_MAX)]


class EntryGiven(_Strict):
    """A credit, or spending below 0; `at` and `expires` are days or moments."""

    external_id: Named
    source: Named
    key: Named
    amount: Whole
    at: Text = ""
    expires: Text = ""
    note: Text = ""


class EntriesGiven(_Strict):
    """Lines of the ledger; each is entered once under its source and key."""

    entries: Annotated[list[EntryGiven], Field(max_length=ENTRIES_MAX)]


class Spent(_Strict):
    """What a person spends; the same source and key again takes nothing more."""

    external_id: Named
    source: Named
    key: Named
    amount: Annotated[int, Field(gt=0, le=2**53)]


@outlets_router.get("")
def list_outlets(here: Here, now: Now, part: Part) -> Listing[OutletShown]:
    """Every outlet, with its hours today and whether it is open now."""
    with here.store.read() as conn:
        zone = here.config.shop.time_zone
        return part.of(
            [outlet_work.shown(one, now, zone) for one in outlets.every(conn)], attrgetter("id")
        )


@outlets_router.get("/near")
def nearest_outlet(
    here: Here,
    now: Now,
    latitude: Annotated[float | None, Query(ge=-90, le=90)] = None,
    longitude: Annotated[float | None, Query(ge=-180, le=180)] = None,
    city: Annotated[str, Query(max_length=300, pattern=r"^[^\x00]*$")] = "",
) -> OutletShown:
    """The outlet nearest to a point, else one in a city."""
    zone = here.config.shop.time_zone
    with here.store.read() as conn:
        return outlet_work.near(conn, now, zone, latitude=latitude, longitude=longitude, city=city)


@outlets_router.post("")
def put_outlets(here: Here, actor: Sender, now: Now, given: OutletsGiven) -> list[OutletShown]:
    """Keep outlets, all or none."""
    rows = []
    for n, one in enumerate(given.outlets):
        try:
            rows.append(outlet_work.outlet(_texts(one)))
        except BadInput as fault:
            raise BadInput(fault.message, where=f"outlets[{n}]", fix=fault.fix) from None
    with here.store.write() as conn:
        outlets.put(conn, rows)
        audit.add(conn, micros(now), actor, "put_outlets", "outlets", [one.id for one in rows])
    zone = here.config.shop.time_zone
    return [outlet_work.shown(one, now, zone) for one in rows]


@outlets_router.delete("/{name}")
def close_outlet(here: Here, actor: Sender, now: Now, name: Name) -> dict[str, bool]:
    """Name it to nobody any more."""
    with here.store.write() as conn:
        if not outlets.close(conn, name):
            raise NotFound("There is no such outlet.")
        audit.add(conn, micros(now), actor, "close_outlet", "outlets", [name])
    return {"closed": True}


@bonus_router.get("")
def bonus_balance(
    here: Here,
    now: Now,
    external_id: Id = "",
    pid: Annotated[int | None, Query(ge=1, le=ID_MAX, description="Their number here.")] = None,
) -> BalanceShown:
    """A person's balance, what of it ends next, and the ledger; by your id of them or by ours."""
    if (pid is None) is not bool(external_id):
        raise BadInput("Say whose balance: one of `external_id` and `pid`.", where="external_id")
    with here.store.read() as conn:
        if pid is None:
            pid = people_view.find(conn, f"external_id:{external_id}", "")
        return bonus_work.show(conn, pid, now)


@bonus_router.post("/entries")
def enter_bonuses(here: Here, actor: Sender, now: Now, given: EntriesGiven) -> Taken:
    """Enter credits and spending, each once; bad ones are refused by their number, from 1."""
    rows, refused = [], []
    for line, one in enumerate(given.entries, 1):
        try:
            rows.append(bonus_work.given(_texts(one), line, here.config.shop.time_zone, now))
        except BadInput as fault:
            refused.append(EntryRefused(line, fault.message))
    with here.store.write() as conn:
        new, there, bad = bonus_work.record(conn, rows, now, here.config.shop.country)
        audit.add(conn, micros(now), actor, "enter_bonuses", "bonus", {"new": new})
    return Taken(new, there, tuple(sorted([*refused, *bad], key=lambda one: one.line)))


@bonus_router.post("/spend")
def spend_bonus(here: Here, actor: Sender, now: Now, spent: Spent) -> BalanceShown:
    """Take from a balance, once. 409: it does not suffice."""
    with here.store.write() as conn:
        pid = people_view.find(conn, f"external_id:{spent.external_id}", "")
        audit.add(conn, micros(now), actor, "spend_bonus", f"person:{pid}")
        return bonus_work.spend(conn, pid, spent.amount, spent.source, spent.key, now)


def _texts(one: BaseModel) -> dict[str, Any]:
    return {name: "" if v is None else str(v) for name, v in one.model_dump().items()}
