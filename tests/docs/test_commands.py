"""Every command is in docs/cli.md with an example, and every example can be parsed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from maracuja import errors
from maracuja.cli import cli

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
EXAMPLES = [
    shlex.split(line, comments=True)
    for block in BLOCKS
    for line in block.replace("\\\n", " ").splitlines()
    if line.startswith("maracuja ")
]
ROOT = get_command(cli)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that people run, with the words that lead to it."""
    below = getattr(command, "commands", {})
    if path and not command.hidden and (not below or command.invoke_without_command):
        yield path, command
    for name, one in below.items():
        yield from commands(one, (*path, name))


COMMANDS = dict(commands(ROOT))


def find(words: list[str]) -> tuple[tuple[str, ...], Any]:
    """The command that an example runs, and the words of its name."""
    for length in range(min(2, len(words)), 0, -1):
        path = tuple(words[:length])
        if path in COMMANDS:
            return path, COMMANDS[path]
    raise AssertionError(f"there is no command: maracuja {' '.join(words)}")


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_an_example(path: tuple[str, ...]) -> None:
    shown = {find(words[1:])[0] for words in EXAMPLES}
    assert path in shown, f"docs/cli.md has no example of maracuja {' '.join(path)}"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_is_documented(path: tuple[str, ...]) -> None:
    options = {
        option
        for parameter in COMMANDS[path].params
        if not getattr(parameter, "hidden", False)
        for option in [*parameter.opts, *parameter.secondary_opts]
        if option.startswith("--") and option not in ("--help", "--workspace", "--json")
    }
    missing = {o for o in options if not re.search(rf"{re.escape(o)}(?![\w-])", PAGE)}
    assert not missing, f"docs/cli.md does not say {', '.join(sorted(missing))}"


@pytest.mark.parametrize("words", EXAMPLES, ids=" ".join)
def test_every_example_can_be_parsed(words: list[str]) -> None:
    path, command = find(words[1:])
    command.make_context(" ".join(path), words[1 + len(path) :])


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does(path: tuple[str, ...]) -> None:
    help_text = COMMANDS[path].help
    assert help_text and help_text.strip().endswith(".")


def test_json_is_everywhere() -> None:
    silent = {"serve", "work", "email take-report"}  # they print nothing to read by a program
    silent |= {"suppress export"}  # it prints a table for programs anyway
    without = {
        " ".join(path)
        for path, command in COMMANDS.items()
        if not any("--json" in parameter.opts for parameter in command.params)
    }
    assert without <= silent


def test_every_exit_code_is_documented() -> None:
    classes = [v for v in vars(errors).values() if isinstance(v, type)]
    codes = {c.exit_code for c in classes if issubclass(c, errors.MaracujaError)}
    for code in codes:
        assert re.search(rf"^\| {code} \|", PAGE, re.MULTILINE), f"exit code {code}"
