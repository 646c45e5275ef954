"""Finds the definition that a command is about: in force, or in a file not yet applied.

It never stores anything.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from maracuja.errors import BadInput

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from maracuja.campaigns.decoding import Definition

T = TypeVar("T", bound="Definition")
SUFFIXES = (".yaml", ".yml", ".json")


def given(conn: Connection, name: str, of: type[T], stored: Callable[[Connection, str], T]) -> T:
    """The definition in the file `name` (of several there, `name#id`), else that id in force.

    Raises BadInput where the file does not hold it, DefinitionError where it cannot be read, and
    what `stored` raises.
    """
    place, _, wanted = name.partition("#")
    path = Path(place)
    if path.suffix not in SUFFIXES:
        return stored(conn, name)
    if not path.is_file():
        raise BadInput(f"There is no file {path}.")
    from maracuja.campaigns.decoding import decode_text

    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not UTF-8.", fix="Save it as UTF-8.") from None
    found = {one.id: one for one in decode_text(text, file=str(path)) if isinstance(one, of)}
    if wanted not in found and (wanted or len(found) != 1):
        what = of.__name__.lower()
        raise BadInput(
            f"{path} holds no {what} `{wanted}`." if wanted else f"Which {what} of {path}?",
            fix=f"It holds {', '.join(found) or 'none'}: write {path}#id.",
        )
    return found[wanted] if wanted else next(iter(found.values()))
