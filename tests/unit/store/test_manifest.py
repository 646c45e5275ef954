"""The manifest: a file is in the lake exactly while its row says so."""

from __future__ import annotations

import pytest

from maracuja.errors import Conflict
from maracuja.model import FileKind, LakeFile
from maracuja.store import manifest
from maracuja.store.engine import Store


def file(
    path: str, kind: FileKind = FileKind.EVENTS, sha256: str = "0", live: int = 0
) -> LakeFile:
    return LakeFile(
        path=path,
        kind=kind,
        day="2026-01-01",
        low=1,
        high=2,
        from_us=0,
        until_us=9,
        rows=3,
        size=100,
        sha256=sha256,
        live_from_us=live,
    )


def test_files_are_live_between_their_two_moments(store: Store) -> None:
    bodies = file("c", FileKind.BODIES)
    with store.write() as conn:
        assert manifest.add(conn, [file("b"), file("a"), bodies]) == 3
        assert manifest.add(conn, [file("a")]) == 0
        assert manifest.live(conn, [FileKind.EVENTS], 5) == [file("a"), file("b")]
        before = manifest.version(conn, [FileKind.EVENTS])
        manifest.swap(conn, ["a", "b"], [file("ab", live=7)], 7)
        assert manifest.version(conn, [FileKind.EVENTS]) != before
        assert [f.path for f in manifest.live(conn, [FileKind.EVENTS], 6)] == ["a", "b"]
        assert [f.path for f in manifest.live(conn, [FileKind.EVENTS], 7)] == ["ab"]
        assert manifest.live(conn, [FileKind.BODIES, FileKind.AUDIENCE], 7) == [bodies]
        assert [f.path for f in manifest.get(conn, ["c", "zz", "a"])] == ["c", "a"]


def test_a_path_is_never_two_contents(store: Store) -> None:
    with store.write() as conn:
        manifest.add(conn, [file("a")])
        with pytest.raises(Conflict, match="another content"):
            manifest.add(conn, [file("a", sha256="1")])


def test_a_file_is_swapped_once(store: Store) -> None:
    with store.write() as conn:
        manifest.add(conn, [file("a")])
        manifest.swap(conn, ["a"], [], 5)
    with pytest.raises(Conflict, match="1 of 1"), store.write() as conn:
        manifest.swap(conn, ["a"], [file("b")], 6)
    with store.read() as conn:
        assert manifest.live(conn, [FileKind.EVENTS], 9) == []


def test_dead_files_are_swept_after_the_grace_time(store: Store) -> None:
    with store.write() as conn:
        manifest.add(conn, [file("a"), file("b"), file("c")])
        manifest.swap(conn, ["a"], [], 5)
        manifest.swap(conn, ["b"], [], 8)
        assert manifest.sweepable(conn, 8) == ["a"]
        assert manifest.forget(conn, ["a", "c"]) == 1
        assert manifest.sweepable(conn, 100) == ["b"]
        assert [f.path for f in manifest.live(conn, [FileKind.EVENTS], 9)] == ["c"]
