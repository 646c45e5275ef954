"""Which files have outlived their time; it must never delete: the caller ends their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from maracuja.lake.files import last_day
from maracuja.model import FileKind, LakeFile


def outlived(
    files: Iterable[LakeFile], days: Mapping[FileKind, int], today: date
) -> list[LakeFile]:
    """The live files all of whose rows arrived more than `days` of their kind before `today`.

    A kind that is not in `days` is kept for ever, as profiles must be: they hold the present. A
    block goes when its last day does. In the order given.
    """
    return [
        file
        for file in files
        if file.dead_from_us is None
        and file.kind in days
        and last_day(file) < today - timedelta(days=days[file.kind])
    ]
