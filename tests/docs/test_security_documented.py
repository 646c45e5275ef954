"""docs/security.md names tests; each is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TEXT)))


def test_every_item_has_its_test() -> None:
    rows = re.findall(r"^\| [\d.–, ]+ \|.*$", TEXT, re.MULTILINE)
    assert len(rows) > 35
    assert not [row for row in rows if "::test_" not in row]


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_the_test_is_there(path: str, name: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^def {name}\(", text, re.MULTILINE), f"{path}::{name}"
