"""What the commands about the law share: arguments, the panel, times as people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

PANEL = "Law"
ACTOR = "command line"
Number = Annotated[int, typer.Argument(help="Its number.", show_default=False)]
Reason = Annotated[str, typer.Argument(help="Why, in a few words.", show_default=False)]


class RightName(StrEnum):
    """What a person may ask of their data; as decisions.law.Right."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"


def moment_of(text: str, where: str) -> datetime | None:
    """A date or a time as a person writes it; without a zone, in UTC. Raises BadInput."""
    from maracuja.errors import BadInput

    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fix = "Write it as 2026-05-01T10:30."
        raise BadInput(f"`{text}` is no time.", where=where, fix=fix) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
