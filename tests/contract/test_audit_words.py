"""What the program writes into the audit log has words on the page that shows it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import maracuja
from maracuja.campaigns.decoding import KINDS
from maracuja.runtime import breach_work
from maracuja.store import feeds

SOURCE = Path(maracuja.__file__).parent
WORDS = Path(__file__).parents[2] / "web/src/i18n/en/audit.json"
ACTOR, ACTION, SUBJECT = 2, 3, 4  # as audit.add takes them
# What the source alone does not tell: what stands in a gap, and all that it can be.
GAPS = {
    "feed_{state.state}": (feeds.TAKEN, feeds.SAME, feeds.HELD, feeds.FAILED),
    "breach_told_{to}": (breach_work.AUTHORITY, breach_work.PEOPLE),
}
# Of what people are careful with: PUT /api/discovered/privacy.
SCOPES = {"trait", "property", "context"}


class Scope(NamedTuple):
    """Where a name of a module means something: the module, and the function within."""

    module: ast.Module
    function: ast.FunctionDef | None

    def texts(self, node: ast.expr) -> set[str]:
        """All that an expression can be; `{gap}` stands for what only running it would tell."""
        match node:
            case ast.Constant(value=str(text)):
                return {text}
            case ast.IfExp(body=one, orelse=other):
                return self.texts(one) | self.texts(other)
            case ast.ListComp(elt=one):
                return self.texts(one)
            case ast.Name(id=name):
                return set(self._meanings(name)) or {f"{{{name}}}"}
            case ast.JoinedStr(values=parts):
                found = {""}
                for part in parts:
                    said = part.value if isinstance(part, ast.FormattedValue) else part
                    found = {before + text for before in found for text in self.texts(said)}
                return found
        return {f"{{{ast.unparse(node)}}}"}

    def _meanings(self, name: str) -> Iterator[str]:
        """What a name is given: in its function, by who calls that, else in the module."""
        function = self.function
        if function and (given := [*_assigned(function, name)]):
            for value in given:
                yield from self.texts(value)
        elif function and name in (arguments := [one.arg for one in function.args.args]):
            for scope, call in _calls(self.module, function.name):
                if len(call.args) > (place := arguments.index(name)):
                    yield from scope.texts(call.args[place])
        elif function:
            yield from Scope(self.module, None)._meanings(name)
        else:
            for statement in self.module.body:
                for value in _assigned(statement, name):
                    if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                        yield from self.texts(value)


def _assigned(within: ast.AST, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(within):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value):
                if target == name:
                    yield value


def _calls(module: ast.Module, name: str) -> Iterator[tuple[Scope, ast.Call]]:
    """Each call of `name`, which may be `audit.add`, with the function that it stands in."""
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
                    yield Scope(module, function), node


def written(argument: int) -> set[str]:
    """All that is ever given to the log as this argument, gaps filled where GAPS says how."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        source = path.read_text("utf-8")
        module = ast.parse(source if "audit.add" in source else "")
        for name in ("audit.add", "audit.add_many"):
            for scope, call in _calls(module, name):
                found |= scope.texts(call.args[argument])
    for gap in GAPS.keys() & found:
        before = gap.partition("{")[0]
        found = found - {gap} | {f"{before}{one}" for one in GAPS[gap]}
    return found


@pytest.fixture(scope="module")
def words() -> dict[str, Any]:
    """The English words of the page; web/src/app/words.test.ts compares the other languages."""
    found: dict[str, Any] = json.loads(WORDS.read_text("utf-8"))
    return found


def test_every_action_has_words_and_no_words_are_left_over(words: dict[str, Any]) -> None:
    actions = written(ACTION)
    assert {"log_in", "pause_person", "wrong_person", "breach_noted", "feed_held"} <= actions
    assert actions == words["action"].keys()


def test_every_kind_of_subject_has_a_word(words: dict[str, Any]) -> None:
    subjects = {one for one in written(SUBJECT) if not one.startswith("{")}
    kinds = {one.partition(":")[0] for one in subjects if ":" in one}
    assert {"person", "team", "channel", "breach"} <= kinds
    assert kinds | KINDS.keys() | SCOPES <= words["kind"].keys()
    assert {one for one in subjects if ":" not in one} <= words["whole"].keys()


def test_whatever_acts_by_itself_has_a_name(words: dict[str, Any]) -> None:
    actors = {one for one in written(ACTOR) if not one.startswith(("{", "team:"))}
    assert {"worker", "person", "delivery"} <= actors
    assert actors == words["actor"].keys()
