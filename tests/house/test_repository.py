"""Reads the repository: sizes, docstrings, banned words, the error tree."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from maracuja import errors

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "maracuja").rglob("*.py"))
MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
BANNED_NAMES = ("util", "utils", "common", "manager", "helper", "helpers", "misc")
BANNED_SQL = re.compile(
    r"\b(now\(\)|current_timestamp|current_date|random\(\)|hash\(|datetime\('now)", re.IGNORECASE
)
# Spelled in pieces, so that this file does not contain what it looks for.
REGISTRY_HOSTS = ("pypi" + ".org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_module_is_one_room(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    lines = text.count("\n")
    assert lines <= MODULE_LINES_MAX, f"{lines} lines: which second thing does it hold?"
    assert path.stem not in BANNED_NAMES and path.parent.name not in BANNED_NAMES
    docstring = ast.get_docstring(tree)
    assert docstring, "a module says in one sentence what it is for"
    for function in functions(tree):
        size = (function.end_lineno or function.lineno) - function.lineno + 1
        assert size <= FUNCTION_LINES_MAX, f"{function.name} has {size} lines"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_what_is_public_says_what_it_does(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = [
        f"{node.name} (line {node.lineno})"
        for body in (tree.body, *(c.body for c in tree.body if isinstance(c, ast.ClassDef)))
        for node in body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert not silent


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_queries_leave_time_and_chance_to_arguments(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation
            and re.search(r"\b(select|insert|update|delete)\b", node.value, re.IGNORECASE)
        ):
            assert not BANNED_SQL.search(node.value), f"line {node.lineno}: {node.value[:80]}"


def test_the_error_tree_is_drawn_as_it_is() -> None:
    drawn = re.findall(r"^ *([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    classes = [
        c.__name__
        for _, c in inspect.getmembers(errors, inspect.isclass)
        if issubclass(c, errors.MaracujaError)
    ]
    names = [d for d in drawn if d in classes]
    assert sorted(names) == sorted(classes)
    codes = [getattr(errors, c).code for c in classes]
    assert len(set(codes)) == len(codes), "an error code means one thing"


def test_the_repository_speaks_of_the_product_alone() -> None:
    faults = []
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if not path.is_file() or {".git", ".venv", "node_modules", "bench-data"} & set(parts):
            continue
        if path.suffix not in {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".html"}:
            continue
        if parts[0].startswith((".", "demo-data", "dist", "build")) and parts[0] != ".ci":
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        faults += [f"{path.relative_to(ROOT)}: {host}" for host in REGISTRY_HOSTS if host in text]
        if re.search(r"(?<![\w.])/(root|work|home)/\w", text):
            faults.append(f"{path.relative_to(ROOT)}: a path of one machine")
    assert not faults


@pytest.mark.parametrize("lock", ["web/package-lock.json", "web/openapi/package-lock.json"])
def test_locks_of_npm_name_no_host_and_hold_every_platform(lock: str) -> None:
    """A part that this platform lacks must stand in the lock: elsewhere it is needed."""
    packages = json.loads((ROOT / lock).read_text(encoding="utf-8"))["packages"]
    assert len(packages) > 10 and not [one for one in packages.values() if "resolved" in one]
    wanted = {name for one in packages.values() for name in one.get("optionalDependencies", ())}
    held = {path.rpartition("node_modules/")[2] for path in packages}
    assert wanted - held == set()
