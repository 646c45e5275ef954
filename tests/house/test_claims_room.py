"""What is claimed elsewhere stays in its room: no plan, forecast or default reads it."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2] / "src"
LIST = "maracuja.stats.claims.published"
ROOM = "maracuja.stats.claims"
FIGURES = {"CLAIMS", "SURVEYS"}
# Who shows the report; none of them plans anything.
READERS = {
    "maracuja.api.claims",
    "maracuja.api.here",
    "maracuja.api.home",
    "maracuja.api.management",
    "maracuja.api.reports",
    "maracuja.cli.claims",
    "maracuja.cli.demo",
    "maracuja.runtime.claims_levels",
    "maracuja.runtime.claims_work",
    "maracuja.ui.claims_html",
    "maracuja.ui.claims_labels",
    "maracuja.ui.claims_terminal",
    "maracuja.ui.claims_words",
    "maracuja.ui.home",
}


def modules() -> dict[str, ast.Module]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
        for path in sorted((ROOT / "maracuja").rglob("*.py"))
    }


def imported(tree: ast.Module) -> set[str]:
    """Every module, and every name of one, that a module imports, lazily too."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_nothing_outside_the_room_reads_what_is_claimed() -> None:
    readers = set()
    for name, tree in modules().items():
        if name.startswith(ROOM):
            continue
        names = imported(tree)
        assert not names & {f"{LIST}.{figure}" for figure in FIGURES}, name
        assert LIST not in names or name in READERS, name  # kinds and records, for showing
        if any(one.startswith(ROOM) for one in names):
            readers.add(name)
    assert readers <= READERS, readers - READERS


def test_the_room_itself_plans_nothing() -> None:
    for name, tree in modules().items():
        if name.startswith(ROOM):
            used = {one for one in imported(tree) if one.startswith("maracuja.")}
            assert not any("runtime" in one or "campaigns" in one for one in used), name


def test_only_the_showing_modules_call_the_report() -> None:
    callers = {
        name
        for name, tree in modules().items()
        if "maracuja.runtime.claims_work" in imported(tree) and name not in READERS
    }
    assert not callers
