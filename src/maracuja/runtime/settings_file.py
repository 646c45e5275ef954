"""The file of settings, changed by a program: one section at a time, all else letter by letter.

It must never leave half a file, nor one that the workspace does not open with.
"""

from __future__ import annotations

import re
import threading
import tomllib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from maracuja.config import FILE_NAME, config_of, toml_value
from maracuja.errors import BadInput, ConfigError

_NAME: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_ONE_AT_A_TIME: Final = threading.Lock()


@contextmanager
def changing(directory: Path) -> Iterator[tuple[Path, str]]:
    """The file and its text, while nobody else of this process changes it."""
    path = directory / FILE_NAME
    with _ONE_AT_A_TIME:
        yield path, path.read_text(encoding="utf-8")


def with_section(
    before: str,
    section: str,
    values: Mapping[str, Any],
    directory: Path,
    *,
    dropped: Collection[str] = (),
) -> str:
    """The text with these values in the section; those `dropped` are at their defaults again.

    Each stays in its line, comments stay where they are. Raises BadInput for a value that is none,
    ConfigError for a file that only people can change.
    """
    wanted = _parsed(before, section)
    inner = _section_of(wanted, section)
    inner.update(values)
    for name in dropped:
        inner.pop(name, None)
    return _checked(_written(before, section, values, dropped), wanted, section, directory)


def without_section(before: str, section: str, directory: Path) -> str:
    """The text without the section's own settings; raises as `with_section`."""
    wanted = _parsed(before, section)
    *above, last = section.split(".")
    outer = _section_of(wanted, ".".join(above)) if above else wanted
    lines = before.splitlines()
    begin, end = _place(lines, section)
    headings = {line.partition("#")[0].strip() for line in lines}
    further = {n: v for n, v in outer.pop(last, {}).items() if f"[{section}.{n}]" in headings}
    rest = "\n".join([*lines[:begin], *lines[end:], ""])
    if further:
        outer[last] = further
    elif above and not outer and f"[{'.'.join(above)}]" not in headings:
        del wanted[above[0]]
    return _checked(rest, wanted, section, directory)


def replace(path: Path, text: str) -> None:
    """Put the text in the file's place, whole or not at all."""
    aside = path.with_name(path.name + ".new")
    aside.write_text(text, encoding="utf-8")
    aside.chmod(path.stat().st_mode)
    aside.replace(path)


def _parsed(text: str, section: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ConfigError(f"{FILE_NAME} is not valid TOML: {fault}", where=section) from fault


def _section_of(raw: dict[str, Any], section: str) -> dict[str, Any]:
    for name in section.split("."):
        raw = raw.setdefault(name, {})
    return raw


def _checked(text: str, wanted: Mapping[str, Any], section: str, directory: Path) -> str:
    """The text, where it says what is wanted and the workspace opens with it."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        said = None
    if said != wanted:
        raise ConfigError(
            f"{FILE_NAME} is written in a way that only a person can change.",
            where=section,
            fix=f"Write the settings of [{section}] by hand.",
        )
    try:
        config_of(text, directory)
    except ConfigError as fault:
        what = fault.message.removeprefix(f"{directory / FILE_NAME}: ")
        raise BadInput(what, where=fault.where, fix=fault.fix) from fault
    return text


def _place(lines: list[str], section: str) -> tuple[int, int]:
    """From the section's heading to what follows it; both the end where there is none."""
    headings = [n for n, line in enumerate(lines) if line.lstrip().startswith("[")]
    named = (n for n in headings if lines[n].partition("#")[0].strip() == f"[{section}]")
    begin = next(named, len(lines))
    return begin, next((n for n in headings if n > begin), len(lines))


def _written(text: str, section: str, values: Mapping[str, Any], dropped: Collection[str]) -> str:
    lines = text.splitlines()
    begin, end = _place(lines, section)
    if begin == len(lines):
        lines += ["", f"[{section}]"]
        end = len(lines)
    left = {name: f"{name} = {toml_value(value)}" for name, value in values.items()}
    own = [
        left.pop(name, line) if (name := _name(line)) else line
        for line in lines[begin + 1 : end]
        if _name(line) not in dropped
    ]
    room = len(own)
    while room and not own[room - 1].strip():
        room -= 1
    own[room:room] = left.values()
    return "\n".join([*lines[: begin + 1], *own, *lines[end:], ""])


def _name(line: str) -> str:
    found = _NAME.match(line)
    return found[1] if found else ""
