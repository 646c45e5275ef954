"""docs/words.md on wear-out: its Python prints what stands below it."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from maracuja.stats.wear_out import EXPOSURES_MAX, LEFT_MAX

PAGE = (Path(__file__).parents[2] / "docs" / "words.md").read_text(encoding="utf-8")


def test_the_example_prints_what_stands_below_it() -> None:
    ((code, expected),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {})
    assert out.getvalue() == expected


def test_the_limits_named_are_the_limits() -> None:
    assert EXPOSURES_MAX == 6 and "From the sixth time on" in PAGE
    assert LEFT_MAX == 0.5 and "surely below half of what the first one did" in PAGE
