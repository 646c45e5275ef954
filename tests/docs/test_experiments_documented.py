"""The page on experiments: its Python runs in one go and prints what stands below it."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "experiments.md"


def test_the_examples_print_what_stands_below_them() -> None:
    text = PAGE.read_text(encoding="utf-8")
    pairs = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
    assert len(pairs) == text.count("```python")
    names: dict[str, object] = {}
    for code, expected in pairs:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(code, names)
        assert out.getvalue() == expected


def test_the_bounds_named_are_the_bounds() -> None:
    from maracuja.stats.boundaries import o_brien_fleming
    from maracuja.stats.sequential import LOOKS

    text = PAGE.read_text(encoding="utf-8")
    bounds = o_brien_fleming(LOOKS).z
    assert (
        f"the first of seven asks for z = {bounds[0]:.2f}, the last for {bounds[-1]:.2f}" in text
    )
