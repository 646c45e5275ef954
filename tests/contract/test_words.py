"""What the server says itself, it says in all four languages of the web app."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest

import maracuja
from maracuja.api.link_words import NAMES

SOURCE = Path(maracuja.__file__).parent
LANGUAGES = tuple(NAMES)
# Languages themselves, names that people have and what they write to us are no words of ours.
OTHERS = ("language", "simulate", "templates")
CYRILLIC = re.compile("[а-яёіїєґөү]", re.IGNORECASE)
GAP = re.compile(r"{(\w*)}")
# Left as it is in every language; what is spelt alike in two of them.
SAME = {"e-mail", "sms", "api"}
# Rows of plurals; rows whose Mongolian stands apart, with a test of their own; letters.
APART = ("segments.phrases", "segments.phrases_mn", "segments.computed_words")
LETTERS = ("computed_words.py", "sms_letters.py")


def words_modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages([str(SOURCE)], "maracuja."):
        if re.search(r"(_words|_labels|\.words|phrases|phrases_mn)$", found.name):
            yield importlib.import_module(found.name)


def rows(value: object) -> Iterator[tuple[str, ...]]:
    """Every row of texts in a table, one text for each language."""
    if isinstance(value, tuple) and value and all(isinstance(one, str) for one in value):
        if any(CYRILLIC.search(one) for one in value):
            yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from rows(one)


MODULES = [one for one in words_modules() if one.__name__.split(".")[1] not in OTHERS]


def test_all_modules_of_words_are_looked_at() -> None:
    names = {one.__name__.removeprefix("maracuja.") for one in MODULES}
    assert {
        "decisions.reason_words", "decisions.absence_words", "decisions.message_words",
        "stats.words", "ui.report_labels", "ui.claims_labels", "ui.experiment_words",
        "ui.law_words", "segments.phrases", "runtime.breach_words", "api.form_words",
    } <= names  # fmt: skip


@pytest.mark.parametrize(
    "module",
    [one for one in MODULES if not one.__name__.endswith(APART)],
    ids=lambda one: one.__name__,
)
def test_rows_have_a_text_for_each_language_with_the_same_gaps(module: ModuleType) -> None:
    for name, table in vars(module).items():
        if not isinstance(table, Mapping) or set(table) & set(LANGUAGES):
            continue
        for row in rows(table):
            # A table of an English sentence's translations has the others alone.
            assert len(row) in (4, 3), (name, row)
            gaps = {tuple(sorted(GAP.findall(one))) for one in row}
            assert len(gaps) == 1, (name, row)
            assert all(CYRILLIC.search(one) or one.lower() in SAME for one in row[-3:]), (
                name,
                row,
            )


def by_language(tree: ast.Module) -> Iterator[ast.Dict]:
    """Every table of a module whose keys are languages."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            keys = {one.value for one in node.keys if isinstance(one, ast.Constant)}
            if {"ru", "uk"} <= keys:
                yield node


@pytest.mark.parametrize(
    "path",
    [
        one
        for one in sorted(SOURCE.rglob("*.py"))
        if one.relative_to(SOURCE).parts[0] not in OTHERS and one.name not in LETTERS
    ],
    ids=lambda one: str(one.relative_to(SOURCE)),
)
def test_tables_by_language_know_all_of_them(path: Path) -> None:
    for table in by_language(ast.parse(path.read_text("utf-8"))):
        keys = {one.value for one in table.keys if isinstance(one, ast.Constant)}
        assert keys >= {*LANGUAGES}, (path.name, table.lineno)
        inner = [one for one in table.values if isinstance(one, ast.Dict)]
        names = [{key.value for key in one.keys if isinstance(key, ast.Constant)} for one in inner]
        assert all(one == names[0] for one in names), (path.name, table.lineno)
