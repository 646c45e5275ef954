"""The list of people and live counts of segments, over a million people and 20 million events.

Run `python -m bench.people [--people 1000000] [--rounds 5]`; the workspace is made in ./bench-data
and kept. Every question is asked the way the API asks it; what is read first is told apart. The
last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from bench import launch_data, segments_data
from maracuja.lake.files import locate
from maracuja.model import Discovery, FileKind, LakeFile, Privacy, TraitType, micros
from maracuja.runtime import people_list, people_timeline, segment_work
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.people_list import ListAsked
from maracuja.segments.check import decode_conditions
from maracuja.store import discovered, manifest
from maracuja.store.schema import lake_files

HOME = Path("bench-data")
NOW = segments_data.NOW
ROWS = 51

KYIV = {"trait": "city", "is": "Київ"}
AGREED = {"consent": "harvest", "channel": "email"}
EVENTFUL: list[dict[str, Any]] = [
    KYIV,
    {"did": "Product Viewed", "at_least": 3, "within": "30 days"},
    {"did": "Product Added", "within": "14 days"},
    {"did_not": "Order Completed", "within": "60 days"},
]
LISTS: dict[str, dict[str, Any]] = {
    "newest": {},
    "words": {"words": "мария p9999"},
    "e-mail": {"words": "p123456@mail"},
    "by name": {"order": "name"},
    "trait": {"where": [KYIV], "columns": ["city", "bonus"]},
    "number, by trait": {"where": [{"trait": "bonus", "above": 1500}], "order": "-traits.bonus"},
    "consent and reach": {"where": [KYIV, AGREED, {"reachable": "email"}]},
}


def make(folder: Path, people: int) -> Ground:
    """The workspace: people of the bench of launches, events of the bench of segments."""
    home = folder / f"people-{people}"
    made = home.exists()
    launch_data.make(home, people)
    ground = launch_data.ground(home)
    if not made:
        data = segments_data.make(folder, people)
        with ground.store.write() as conn:
            conn.execute(update(lake_files).values(live_from_us=1))  # older than the events
            manifest.add(conn, [_linked(ground.lake, path) for path in data.events])
            seen = [("category", TraitType.TEXT), ("price", TraitType.NUMBER)]
            discovered.record(
                conn,
                [
                    Discovery("property", event, n, t, 1, 1, people, (), Privacy.PUBLIC)
                    for event in segments_data.EVENTS
                    for n, t in seen
                ],
            )
    return ground


def _linked(lake: Path, path: Path) -> LakeFile:
    """A file of the other bench as one of this lake."""
    day = path.stem.removeprefix("events-")
    name = f"events/{day}/{path.name}"
    place = locate(lake, name)
    place.parent.mkdir(parents=True, exist_ok=True)
    os.link(path, place)
    # Which moments are in it is not looked up: every reader looks into it.
    return LakeFile(
        path=name, kind=FileKind.EVENTS, day=day, low=0, high=0,
        from_us=micros(NOW - timedelta(days=segments_data.DAYS)), until_us=micros(NOW),
        rows=0, size=path.stat().st_size, sha256="", live_from_us=1,
    )  # fmt: skip


def timed(asked: Callable[[], Any], name: str, rounds: int) -> tuple[Any, float]:
    """What came out last, and the median of all times but the first, in ms."""
    spent = []
    found = None
    for _ in range(rounds + 1):
        start = time.perf_counter()
        found = asked()
        spent.append((time.perf_counter() - start) * 1000)
    median = round(statistics.median(spent[1:]))
    print(f"{name:26} first {spent[0]:6.0f} ms, then {median:5} ms", flush=True)
    return found, median


def main() -> None:
    """Ask everything, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    HOME.mkdir(exist_ok=True)
    ground = make(HOME, given.people)
    totals, lists = {}, {}
    for name, asked in LISTS.items():
        where = decode_conditions(asked["where"]) if "where" in asked else ()
        wanted = ListAsked(**{**asked, "where": where})
        found, lists[name] = timed(
            lambda wanted=wanted: people_list.listed(
                ground, wanted, NOW, behind=None, rows_max=ROWS
            ),
            f"list, {name}",
            given.rounds,
        )
        totals[name] = found.total
    where = decode_conditions(EVENTFUL)
    minutes = iter(range(10_000))

    def count(*, exact: bool) -> Any:
        """In a minute of its own: nothing of the events is kept from the one before."""
        now = NOW + timedelta(minutes=next(minutes))
        return segment_work.count(ground, where, now, exact=exact)

    guess, estimate = timed(lambda: count(exact=False), "estimate", given.rounds)
    counted, exact = timed(lambda: count(exact=True), "exact", given.rounds)
    _, timeline = timed(
        lambda: people_timeline.timeline(ground, 4711, NOW, rows_max=ROWS),
        "timeline",
        given.rounds,
    )
    of_city = segment_work.count(ground, decode_conditions([KYIV]), NOW, exact=True).people
    near = abs(guess.people - counted.people) <= 2 * guess.margin
    said = {
        "bench": "people",
        "people": given.people,
        "equal": totals["trait"] == of_city and near,
        "list_ms": max(lists.values()),
        "estimate_ms": estimate,
        "exact_ms": exact,
        "timeline_ms": timeline,
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
