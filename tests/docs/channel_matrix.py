"""Writes the table of what channels carry and tell into docs/channels.md."""

from __future__ import annotations

import re
from pathlib import Path

from maracuja.channels.matrix import as_markdown, matrix

PAGE = Path(__file__).parents[2] / "docs" / "channels.md"
_TABLE = re.compile(r"(?<=<!-- matrix -->\n).*?(?=<!-- /matrix -->)", re.DOTALL)


def with_matrix(text: str) -> str:
    """The page with the table as it is now."""
    return _TABLE.sub(lambda _: as_markdown(matrix()) + "\n", text)


if __name__ == "__main__":
    PAGE.write_text(with_matrix(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
