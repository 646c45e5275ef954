from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from maracuja import rng
from maracuja.lake.audience import read_audience, write_audience
from maracuja.lake.bodies import read_bodies, write_bodies
from maracuja.lake.decisions import DECISION_TYPES, write_decisions
from maracuja.lake.erasure import erase
from maracuja.lake.events import ORDER, write_events
from maracuja.lake.files import GROUP_ROWS, locate, verify
from maracuja.lake.profiles import gone_frame, read_profiles, write_profiles
from maracuja.lake.retention import outlived
from maracuja.model import FileKind, LakeFile, TraitType

Rows = Callable[..., pl.DataFrame]
MARIA, ALIAS, OTHER, NUMBER = 5, 6, 7, 2**61 + 17
KNOWN = {
    "properties.message": TraitType.TEXT,
    "properties.url": TraitType.TEXT,
    "properties.raw": TraitType.TEXT,
    "properties.total": TraitType.NUMBER,
    "properties.note": TraitType.TEXT,
}
SECRET = "maria's own words"


@pytest.fixture
def files(root: Path, event_rows: Rows, now: datetime) -> dict[str, LakeFile]:
    """One file of each kind in which Maria, her alias and somebody else are."""
    at = [now + timedelta(seconds=i) for i in range(3)]
    people = [MARIA, ALIAS, OTHER]
    rows = list(zip(people, ["Product Viewed"] * 3, at, strict=True))
    orders = list(zip(people, ["Order Completed"] * 3, at, strict=True))
    clicks = list(zip(people, ["Message Clicked"] * 3, at, strict=True))
    batch = pl.concat(
        [
            event_rows(rows, **{"properties.note": [SECRET] * 3}),
            event_rows(
                orders,
                first=3,
                **{"properties.total": [9.5, 8.5, 1.5], "properties.note": [SECRET] * 3},
            ),
            event_rows(
                clicks,
                first=6,
                kind="internal",
                **{
                    "properties.message": ["ab", "cd", "ef"],
                    "properties.url": [SECRET] * 3,
                    "properties.raw": [SECRET] * 3,
                },
            ),
        ],
        how="diagonal",
    ).with_columns(rest=pl.lit(f'{{"properties.x":"{SECRET}"}}'))
    (events,) = write_events(root, "b", batch, KNOWN, low=0, high=8, now=now)
    decided = pl.DataFrame({"pid": people, "draw_pid": [ALIAS, ALIAS, OTHER]}).with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in DECISION_TYPES.items()
        if name not in ("pid", "draw_pid", "at")
    )
    decided = decided.with_columns(at=pl.lit(now.replace(tzinfo=None)))
    texts = pl.DataFrame(
        {
            "n": [0, 1, 2],
            "pid": people,
            "message": [b"a", b"b", b"c"],
            "variant": ["v"] * 3,
            "language": ["ru"] * 3,
            "address": ["maria@example.com", "m@example.com", "other@example.com"],
            "template": ["t"] * 3,
            "s0": [SECRET] * 3,
        }
    )
    audience = pl.DataFrame({"pid": range(GROUP_ROWS + 10), "city": "Київ"})
    profiles = gone_frame(people, [1, 2, 3]).with_columns(
        gone=pl.lit(value=False), **{"traits.first_name": pl.lit(SECRET)}
    )
    return {
        "events": events,
        "decisions": write_decisions(root, "d", decided, chunk=1, now=now),
        "bodies": write_bodies(root, "b", {"t": ["x"]}, texts, chunk=1, now=now),
        "audience": write_audience(root, 3, audience, now=now),
        "profiles": write_profiles(root, "p", profiles, low=1, high=3, now=now),
    }


def test_a_person_leaves_every_kind_of_file(
    root: Path, files: dict[str, LakeFile], now: datetime
) -> None:
    later = now + timedelta(days=1)
    erased = erase(
        root,
        files.values(),
        {MARIA: NUMBER, ALIAS: NUMBER},
        goal_events=frozenset({"Order Completed"}),
        goal_columns=frozenset({"properties.total"}),
        now=later,
    )
    assert erased.counts == {
        "audience_replaced": 2,
        "bodies_blanked": 2,
        "decisions_replaced": 2,
        "events_deleted": 2,
        "events_replaced": 4,
        "profiles_deleted": 2,
    }
    assert set(erased.swap.dead) == {file.path for file in files.values()}
    new = {file.kind.value: file for file in erased.swap.new}
    for kind, file in new.items():
        verify(root, file)
        old = files[kind]
        assert erased.swap.moved[old.path] == file.path != old.path
        assert (file.day, file.low, file.high) == (old.day, old.low, old.high)
        if kind not in ("events", "profiles"):
            assert (file.from_us, file.until_us, file.rows) == (
                old.from_us,
                old.until_us,
                old.rows,
            )
        whole = pl.read_parquet(locate(root, file.path))
        assert not whole["pid"].is_in([MARIA, ALIAS]).any()

    events = pl.read_parquet(locate(root, new["events"].path))
    assert events.select(ORDER).equals(events.select(ORDER).sort(*ORDER))
    kept = events.filter(pl.col("pid") == NUMBER)
    assert sorted(kept["event"]) == ["Message Clicked"] * 2 + ["Order Completed"] * 2
    assert set(kept["bucket"]) == {rng.bucket(NUMBER)}
    assert sorted(kept["properties.total"].drop_nulls()) == [8.5, 9.5]
    assert sorted(kept["properties.message"].drop_nulls()) == ["ab", "cd"]
    assert set(kept["message_id"]) == {""}
    assert SECRET not in kept.write_json()
    assert events.filter(pl.col("pid") == OTHER).height == 3
    decisions = pl.read_parquet(locate(root, new["decisions"].path))
    assert sorted(decisions.select("pid", "draw_pid").rows()) == sorted(
        [(NUMBER, NUMBER), (NUMBER, NUMBER), (OTHER, OTHER)]
    )
    skeletons, bodies = read_bodies(root, new["bodies"].path)
    assert skeletons == {"t": ["x"]}
    assert bodies.select("n", "pid", "address", "s0").rows() == [
        (0, NUMBER, None, None),
        (1, NUMBER, None, None),
        (2, OTHER, "other@example.com", SECRET),
    ]
    first = read_audience(root, new["audience"].path, 0)
    assert first["pid"].is_in([NUMBER]).sum() == 2
    assert read_audience(root, new["audience"].path, 1)["pid"][0] == GROUP_ROWS
    people = read_profiles(root, [new["profiles"]], columns=[], types={})
    assert people["pid"].to_list() == [OTHER]


def test_files_without_the_person_stay(
    root: Path, files: dict[str, LakeFile], now: datetime
) -> None:
    erased = erase(root, files.values(), {10**9: NUMBER}, now=now)
    assert erased.swap.dead == erased.swap.new == ()
    assert erased.counts == {}


def test_a_file_of_that_person_only_goes_but_the_copy_keeps_its_revision(
    root: Path, event_rows: Rows, now: datetime
) -> None:
    batch = event_rows([(MARIA, "Product Viewed", now)])
    (events,) = write_events(root, "b", batch, KNOWN, low=0, high=0, now=now)
    profiles = write_profiles(root, "p", gone_frame([MARIA], [9]), low=9, high=9, now=now)
    erased = erase(root, [events, profiles], {MARIA: NUMBER}, now=now)
    assert set(erased.swap.dead) == {events.path, profiles.path}
    (left,) = erased.swap.new
    assert (left.kind, left.rows, left.high) == (FileKind.PROFILES, 0, 9)
    assert not any(path.suffix == ".part" for path in root.rglob("*"))


def test_an_erasure_after_another_gives_files_new_names(
    root: Path, files: dict[str, LakeFile], now: datetime
) -> None:
    first = erase(root, [files["bodies"]], {MARIA: NUMBER}, now=now)
    second = erase(root, first.swap.new, {OTHER: NUMBER + 1}, now=now)
    paths = {files["bodies"].path, *(f.path for f in first.swap.new + second.swap.new)}
    assert len(paths) == 3
    _, bodies = read_bodies(root, second.swap.new[0].path)
    assert bodies["pid"].to_list() == [NUMBER, ALIAS, NUMBER + 1]


def test_retention_goes_by_kind_and_last_day(files: dict[str, LakeFile]) -> None:
    live = list(files.values())
    days = {FileKind.EVENTS: 30, FileKind.BODIES: 10}
    assert outlived(live, days, date(2026, 3, 30)) == []
    assert outlived(live, days, date(2026, 3, 31)) == [files["bodies"]]
    assert outlived(live, days, date(2026, 4, 20)) == [files["events"], files["bodies"]]
