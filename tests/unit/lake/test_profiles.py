from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from maracuja import rng
from maracuja.lake.files import verify
from maracuja.lake.profile_merging import merge_profiles, plan_profile_merging
from maracuja.lake.profiles import (
    Unfit,
    copied_rev,
    gone_frame,
    profiles_frame,
    read_profiles,
    write_profiles,
)
from maracuja.model import LakeFile, Profile, Trait, TraitSource, TraitType, pack_meta

TYPES = {
    "first_name": TraitType.TEXT,
    "points": TraitType.NUMBER,
    "birthday": TraitType.DATE,
    "sizes": TraitType.LIST,
}


def trait(value: object, at_us: int = 1_700_000_000_000_000) -> Trait:
    return Trait(value, TraitSource.DECLARED, 0.9, at_us, 86_400)


def person(pid: int, rev: int, **traits: object) -> Profile:
    return Profile(
        pid=pid,
        bucket=rng.bucket(pid),
        rev=rev,
        created_us=1_600_000_000_000_000,
        draw_pid=pid,
        traits={name: trait(value) for name, value in traits.items()},
        addresses={"email": f"p{pid}@example.com"},
    )


def copy(root: Path, now: datetime, *batches: list[Profile]) -> list[LakeFile]:
    files = []
    for i, batch in enumerate(batches):
        low, high = min(p.rev for p in batch), max(p.rev for p in batch)
        frame, _ = profiles_frame(batch, TYPES)
        files.append(write_profiles(root, f"rev-{i}", frame, low=low, high=high, now=now))
    return files


def test_profiles_become_typed_columns_and_misfits_are_listed() -> None:
    frame, unfit = profiles_frame(
        [
            person(2, 11, first_name="Оля", points="many", sizes=["S"]),
            person(1, 10, first_name="Іван", birthday="1990-05-01", shoe=42),
        ],
        TYPES,
    )
    assert frame["pid"].to_list() == [1, 2]
    assert frame["traits.first_name"].to_list() == ["Іван", "Оля"]
    assert frame["traits.birthday"].to_list() == [date(1990, 5, 1), None]
    assert frame["traits.sizes"].to_list() == [None, ["S"]]
    assert frame["meta.first_name"].to_list() == [pack_meta(trait(""))] * 2
    assert frame["meta.points"].to_list() == [None, pack_meta(trait(""))]
    assert frame["address.email"].to_list() == ["p1@example.com", "p2@example.com"]
    assert [json.loads(text) for text in frame["rest"]] == [
        {"traits.shoe": 42},
        {"traits.points": "many"},
    ]
    assert sorted(unfit, key=lambda u: u.pid) == [
        Unfit(pid=1, name="shoe", value=42),
        Unfit(pid=2, name="points", value="many"),
    ]
    assert "traits.shoe" not in frame.columns


def test_the_highest_revision_of_a_person_is_read(root: Path, now: datetime) -> None:
    files = copy(
        root,
        now,
        [person(1, 1, first_name="a"), person(2, 2, first_name="b"), person(3, 3)],
        [person(2, 4, first_name="B", points=5)],
    )
    newer, _ = profiles_frame([person(3, 5, first_name="C")], TYPES)
    read = read_profiles(
        root, files, columns=["traits.first_name", "traits.points"], types=TYPES, newer=newer
    )
    assert read.rows() == [(1, "a", None), (2, "B", 5.0), (3, "C", None)]
    assert copied_rev(files) == 4
    assert copied_rev([]) == 0


def test_those_who_are_gone_are_not_read(root: Path, now: datetime) -> None:
    files = copy(root, now, [person(pid, pid) for pid in range(1, 5)])
    gone = write_profiles(root, "gone", gone_frame([2], [5]), low=5, high=5, now=now)
    read = read_profiles(root, [*files, gone], columns=[], types=TYPES, newer=gone_frame([4], [6]))
    assert read["pid"].to_list() == [1, 3]


def test_reading_is_limited_to_people_and_buckets(root: Path, now: datetime) -> None:
    files = copy(root, now, [person(pid, pid) for pid in range(100)], [person(7, 200)])
    some = np.array([3, 7, 50, 1000])
    read = read_profiles(root, files, columns=["address.email"], types=TYPES, pids=some)
    assert read.rows() == [(pid, f"p{pid}@example.com") for pid in (3, 7, 50)]
    nobody = np.array([], dtype=np.int64)
    assert read_profiles(root, files, columns=[], types=TYPES, pids=nobody).is_empty()
    chosen = [0, 1, 2, 3]
    by_bucket = read_profiles(root, files, columns=["bucket"], types=TYPES, buckets=chosen)
    assert by_bucket["pid"].to_list() == [p for p in range(100) if rng.bucket(p) in chosen]


def test_columns_that_no_file_has_are_typed_nulls(root: Path, now: datetime) -> None:
    files = copy(root, now, [person(1, 1)])
    wanted = ["traits.birthday", "traits.sizes", "meta.points", "address.sms", "rev", "pid"]
    read = read_profiles(root, files, columns=wanted, types=TYPES)
    assert dict(read.schema) == {
        "pid": pl.Int64(),
        "traits.birthday": pl.Date(),
        "traits.sizes": pl.List(pl.String()),
        "meta.points": pl.Int64(),
        "address.sms": pl.String(),
        "rev": pl.Int64(),
    }
    assert read_profiles(root, [], columns=wanted, types=TYPES).schema == read.schema
    with pytest.raises(KeyError):
        read_profiles(root, files, columns=["traits.nobody_has"], types=TYPES)


def test_a_column_of_another_type_gives_the_values_that_fit(root: Path, now: datetime) -> None:
    before = {"points": TraitType.TEXT}
    frame, _ = profiles_frame([person(1, 1, points="12"), person(2, 2, points="many")], before)
    file = write_profiles(root, "old", frame, low=1, high=2, now=now)
    read = read_profiles(root, [file], columns=["traits.points"], types=TYPES)
    assert read["traits.points"].to_list() == [12.0, None]


def test_a_person_twice_in_a_frame_is_a_fault(root: Path, now: datetime) -> None:
    with pytest.raises(AssertionError, match="twice"):
        write_profiles(root, "x", gone_frame([1, 1], [1, 2]), low=1, high=2, now=now)


def test_merging_gives_the_same_people_in_one_file(root: Path, now: datetime) -> None:
    files = copy(
        root,
        now,
        [person(pid, pid, first_name=f"n{pid}") for pid in range(1, 60)],
        [person(pid, 100 + pid, points=pid) for pid in range(50, 70)],
    )
    files.append(write_profiles(root, "gone", gone_frame([3], [300]), low=300, high=300, now=now))
    columns = ["traits.first_name", "traits.points", "meta.points", "rest", "rev"]
    before = read_profiles(root, files, columns=columns, types=TYPES)
    swap = merge_profiles(root, files, files, types=TYPES, now=now)
    (new,) = swap.new
    verify(root, new)
    assert set(swap.dead) == {file.path for file in files}
    assert (new.low, new.high, new.rows) == (1, 300, 68)
    assert read_profiles(root, [new], columns=columns, types=TYPES).equals(before)


def test_merging_only_the_newest_keeps_who_is_gone(root: Path, now: datetime) -> None:
    (base,) = copy(root, now, [person(pid, pid) for pid in range(1, 10)])
    gone = [
        write_profiles(
            root, f"g{i}", gone_frame([i], [100 + i]), low=100 + i, high=100 + i, now=now
        )
        for i in (1, 2)
    ]
    swap = merge_profiles(root, gone, [base, *gone], types=TYPES, now=now)
    read = read_profiles(root, [base, *swap.new], columns=[], types=TYPES)
    assert read["pid"].to_list() == list(range(3, 10))


def test_merging_keeps_values_of_an_older_type(root: Path, now: datetime) -> None:
    text, _ = profiles_frame(
        [person(1, 1, points="12"), person(2, 2, points="many")], {"points": TraitType.TEXT}
    )
    old = write_profiles(root, "old", text, low=1, high=2, now=now)
    (young,) = copy(root, now, [person(3, 3, points=7)])
    swap = merge_profiles(root, [old, young], [old, young], types=TYPES, now=now)
    read = read_profiles(root, swap.new, columns=["traits.points", "rest"], types=TYPES)
    assert read["traits.points"].to_list() == [12.0, None, 7.0]
    assert json.loads(read["rest"][1]) == {"traits.points": "many"}


def test_what_to_merge_leaves_the_large_file_alone(root: Path, now: datetime) -> None:
    batches = [[person(pid, pid) for pid in range(1, 200)]]
    batches += [[person(1, 1000 + i)] for i in range(6)]
    files = copy(root, now, *batches)
    assert plan_profile_merging(files[:6]) == []
    assert {f.low for f in plan_profile_merging(files)} == set(range(1000, 1006))
