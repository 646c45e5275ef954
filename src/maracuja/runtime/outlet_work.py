"""Outlets at work: taken from a file or a program, and the nearest one to each person."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from sqlalchemy import Connection

from maracuja import zones
from maracuja.campaigns.outlets import city_key, nearest, read_hours
from maracuja.errors import BadInput, NotFound
from maracuja.runtime.launch_ground import Ground
from maracuja.store import outlets
from maracuja.store.outlets import Outlet
from maracuja.templates.offered import OUTLET

COLUMNS: Final = (
    "id", "name", "address", "city", "latitude", "longitude", "zone", "phone", "url", "hours",
)  # fmt: skip
TEXT_CHARS_MAX: Final = 1_000
LATITUDE, LONGITUDE, CITY = "person.latitude", "person.longitude", "person.city"


@dataclass(frozen=True)
class OutletRefused:
    """A row that was not taken, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class OutletsTaken:
    """What became of a file of outlets."""

    taken: int
    refused: tuple[OutletRefused, ...] = ()


@dataclass(frozen=True)
class OutletShown:
    """A place as it stands now; `open_now` None where its hours are not known."""

    id: str
    name: str
    address: str
    city: str
    latitude: float | None
    longitude: float | None
    zone: str
    phone: str
    url: str
    hours: str  # of the week and of single days, as they are told
    hours_today: str | None
    open_now: bool | None
    distance_km: float | None = None


def add_file(ground: Ground, path: Path, *, dry: bool = False) -> OutletsTaken:
    """Take the rows of a CSV with COLUMNS; bad ones are refused. Raises BadInput."""
    found: list[Outlet] = []
    refused: list[OutletRefused] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            lacking = {"id", "name"} - set(reader.fieldnames or ())
            if lacking:
                raise BadInput(
                    f"{path} has no column `{min(lacking)}`.",
                    fix=f"The columns are {', '.join(COLUMNS)}.",
                )
            for row in reader:
                try:
                    found.append(outlet(row))
                except BadInput as fault:
                    refused.append(OutletRefused(reader.line_num, fault.message))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise BadInput(f"{path} is no CSV in UTF-8: {fault}.") from None
    if not dry:
        with ground.store.write() as conn:
            outlets.put(conn, found)
    return OutletsTaken(len(found), tuple(refused))


def outlet(row: Mapping[str, Any]) -> Outlet:
    """A place from its texts. Raises BadInput with the reason."""
    said = {name: str(row.get(name) or "").strip()[:TEXT_CHARS_MAX] for name in COLUMNS}
    if not said["id"] or not said["name"]:
        raise BadInput("a place needs an id and a name")
    latitude = _degrees(said["latitude"], 90.0)
    longitude = _degrees(said["longitude"], 180.0)
    if (latitude is None) != (longitude is None):
        raise BadInput("coordinates are two: latitude and longitude")
    if said["zone"] and not zones.is_zone(said["zone"]):
        raise BadInput(f"`{said['zone'][:40]}` is no zone such as Europe/Kyiv")
    return Outlet(
        id=said["id"],
        name=said["name"],
        address=said["address"],
        city=said["city"],
        latitude=latitude,
        longitude=longitude,
        zone=said["zone"],
        phone=said["phone"],
        url=said["url"],
        hours=read_hours(said["hours"]),
    )


def _degrees(text: str, most: float) -> float | None:
    if not text:
        return None
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        found = most + 1
    if not -most <= found <= most:
        raise BadInput(f"`{text[:40]}` is no coordinate")
    return found


def shown(one: Outlet, now: datetime, zone: str, distance_km: float | None = None) -> OutletShown:
    """A place as it stands now, by its own clock."""
    wall = now.astimezone(zones.zone(one.zone, zone))
    return OutletShown(
        *one[:6],
        zone=one.zone or zone,
        phone=one.phone,
        url=one.url,
        hours=one.hours.written,
        hours_today=one.hours.said(wall.date()),
        open_now=one.hours.open_at(wall.replace(tzinfo=None)),
        distance_km=distance_km,
    )


def near(
    conn: Connection,
    now: datetime,
    zone: str,
    *,
    latitude: float | None = None,
    longitude: float | None = None,
    city: str = "",
) -> OutletShown:
    """The nearest place to a point, else one in the city. Raises NotFound where there is none."""
    asked = pl.DataFrame(
        {"pid": [0], LATITUDE: [latitude], LONGITUDE: [longitude], CITY: [city or None]},
        schema={"pid": pl.Int64, LATITUDE: pl.Float64, LONGITUDE: pl.Float64, CITY: pl.String},
    )
    known = outlets.every(conn)
    place, distance = _chosen(asked, known)
    if place[0] < 0:
        raise NotFound("No outlet is known there.", fix="Give coordinates, or a city.")
    far = None if np.isnan(distance[0]) else round(float(distance[0]), 1)
    return shown(known[place[0]], now, zone, far)


def columns(conn: Connection, people: pl.DataFrame, now: datetime, zone: str) -> pl.DataFrame:
    """The people with OUTLET: the place nearest to their coordinates, else in their city.

    Empty where neither is known, or no outlet is there. `zone` is the shop's.
    """
    known = outlets.every(conn)
    place, distance = _chosen(people, known)
    told = [shown(one, now, zone) for one in known]
    fields = [name.removeprefix("outlet.") for name in OUTLET if name != "outlet.distance_km"]
    shelf = pl.DataFrame(
        [[getattr(one, name) or None for name in fields[:-1]] + [one.open_now] for one in told],
        schema={f"outlet.{name}": OUTLET[f"outlet.{name}"] for name in fields},
        orient="row",
    ).with_row_index("place")
    chosen = pl.DataFrame(
        {"place": place, "outlet.distance_km": np.round(distance, 1)}
    ).with_columns(pl.col("place").cast(pl.Int64), pl.col("outlet.distance_km").fill_nan(None))
    shelf = shelf.with_columns(pl.col("place").cast(pl.Int64))
    return people.hstack(
        chosen.join(shelf, on="place", how="left", maintain_order="left").drop("place")
    )


def _chosen(people: pl.DataFrame, known: Sequence[Outlet]) -> tuple[Any, Any]:
    """The number of each person's outlet (-1: none), and how far it is in km (nan: not known)."""
    place = np.full(people.height, -1, dtype=np.int64)
    distance = np.full(people.height, np.nan)
    if CITY in people.columns and known:
        cities = {city_key(one.city): n for n, one in reversed(list(enumerate(known))) if one.city}
        names = people[CITY].cast(pl.String)
        found = {name: cities.get(city_key(name), -1) for name in names.drop_nulls().unique()}
        place = np.array([found.get(name, -1) for name in names], dtype=np.int64)
    placed = [n for n, one in enumerate(known) if one.latitude is not None]
    if LATITUDE in people.columns and LONGITUDE in people.columns and placed:
        points = people.select(
            pl.col(LATITUDE, LONGITUDE).cast(pl.Float64, strict=False).fill_null(np.nan)
        ).to_numpy()
        there = (np.abs(points[:, 0]) <= 90) & (np.abs(points[:, 1]) <= 180)
        at = np.array([[known[n].latitude, known[n].longitude] for n in placed], dtype=np.float64)
        best, km = nearest(points[there, 0], points[there, 1], at)
        place[there] = np.array(placed)[best]
        distance[there] = km
    return place, distance
