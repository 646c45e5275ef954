"""Definitions as files: apply and export are inverse, and nobody writes over another's change."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from maracuja.errors import BadInput, Conflict, DefinitionError, TemplateError
from maracuja.runtime.definition_files import BASES, apply, export, read_directory
from maracuja.store import audit, definitions
from maracuja.store.engine import Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GOAL = "kind: goal\nid: purchase\nevent: Order Completed\n"
SEGMENT = "kind: segment\nid: buyers\nwhere:\n  - did: Order Completed\n    within: 30 days\n"


def changes(store: Store, directory: Path, **options: bool) -> dict[str, str]:
    found = apply(store, directory, now=NOW, actor="test", **options)
    return {f"{c.kind}/{c.id}": f"{c.what} {c.version}" for c in found}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    place = tmp_path / "files"
    place.mkdir()
    (place / "all.yaml").write_text(f"{GOAL}---\n{SEGMENT}")
    return place


def test_what_is_applied_is_exported_and_applied_unchanged(store: Store, files: Path) -> None:
    assert changes(store, files) == {"goal/purchase": "new 1", "segment/buyers": "new 1"}
    elsewhere = files.parent / "elsewhere"
    assert [p.name for p in export(store, elsewhere)] == ["purchase.yaml", "buyers.yaml"]
    found = read_directory(elsewhere)
    assert {k: d for k, (d, _) in found.items()} == {
        k: d for k, (d, _) in read_directory(files).items()
    }
    assert set(changes(store, elsewhere).values()) == {"unchanged 1"}


def test_what_is_applied_is_on_record(store: Store, files: Path) -> None:
    changes(store, files)
    (files / "all.yaml").write_text(GOAL + "window: 3 days\n")
    changes(store, files, prune=True, dry=True)
    changes(store, files, prune=True)
    with store.read() as conn:
        lines = audit.newest(conn)[::-1]
    assert [(e.actor, e.action, e.subject, e.detail["version"]) for e in lines] == [
        ("test", "put", "goal:purchase", 1),
        ("test", "put", "segment:buyers", 1),
        ("test", "put", "goal:purchase", 2),
        ("test", "drop", "segment:buyers", 2),
    ]


def test_a_template_that_cannot_be_read_is_not_applied(store: Store, files: Path) -> None:
    text = "{{ person.name | nosuchfilter }} {{ links.unsubscribe }}"
    (files / "t.yaml").write_text(
        f"kind: template\nid: t\nvariants: [{{language: en, subject: Hi, text: '{text}'}}]\n"
    )
    with pytest.raises(TemplateError, match="nosuchfilter") as fault:
        apply(store, files, now=NOW, actor="test")
    assert fault.value.where.startswith("t.yaml: ")
    with store.read() as conn:
        assert definitions.current(conn) == [] and audit.newest(conn) == []


def test_a_newer_stored_version_is_not_written_over(store: Store, tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    for place in (mine, theirs):
        place.mkdir()
        (place / "g.yaml").write_text(GOAL)
    assert changes(store, mine) == {"goal/purchase": "new 1"}
    assert changes(store, theirs) == {"goal/purchase": "unchanged 1"}
    (theirs / "g.yaml").write_text(GOAL + "window: 3 days\n")
    assert changes(store, theirs) == {"goal/purchase": "changed 2"}
    (mine / "g.yaml").write_text(GOAL + "window: 5 days\n")
    with pytest.raises(Conflict, match="version 2"):
        apply(store, mine, now=NOW, actor="test")


def test_prune_deletes_and_a_dry_run_does_not(store: Store, files: Path) -> None:
    changes(store, files)
    (files / "all.yaml").write_text(GOAL)
    assert changes(store, files) == {"goal/purchase": "unchanged 1"}
    told = changes(store, files, prune=True, dry=True)
    assert told == {"goal/purchase": "unchanged 1", "segment/buyers": "deleted 2"}
    assert changes(store, files, prune=True) == told
    assert changes(store, files, prune=True) == {"goal/purchase": "unchanged 1"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: gaol\nid: x", "Did you mean `goal`"),
        (GOAL + "windwo: 3 days", "Did you mean `window`"),
        (f"{GOAL}---\n{GOAL}", "stands in"),
        ("kind: segment\nid: a\nwhere: [{segment: a}]", "a.yaml"),
        ("{", "YAML"),
    ],
)
def test_a_fault_names_its_file(store: Store, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(DefinitionError, match=r".") as refusal:
        apply(store, tmp_path, now=NOW, actor="test")
    assert words in str(refusal.value)
    assert "a.yaml" in str(refusal.value)


def test_the_note_of_versions_is_checked_too(store: Store, files: Path) -> None:
    (files / BASES).write_text("[")
    with pytest.raises(BadInput, match="Export"):
        apply(store, files, now=NOW, actor="test")
    with pytest.raises(BadInput, match="no directory"):
        apply(store, files / "nowhere", now=NOW, actor="test")
