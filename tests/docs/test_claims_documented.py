"""The page on claims: its Python prints what stands below it, and it names every claim."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from maracuja.stats.claims.judging import Standing
from maracuja.stats.claims.published import CLAIMS, SOURCE, SURVEYS, Scale

PAGE = (Path(__file__).parents[2] / "docs" / "claims.md").read_text(encoding="utf-8")


def test_the_examples_print_what_stands_below_them() -> None:
    pairs = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)
    assert len(pairs) == PAGE.count("```python") > 0
    names: dict[str, object] = {}
    for code, expected in pairs:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(code, names)
        assert out.getvalue() == expected


def test_every_figure_stands_in_the_table_and_no_source_is_made_up() -> None:
    for claim in CLAIMS:
        if claim.figure is None:
            shown = f"{claim.low * 100:.0f}–{claim.high * 100:.0f} %"
        elif claim.scale is Scale.LEVEL:
            shown = f"{claim.figure * 100:.0f} %"
        else:
            shown = {2.0: "twice", 6.0: "6 times"}[claim.figure]
        assert shown in PAGE, claim.id
        assert claim.source == SOURCE
    assert SOURCE in PAGE
    for survey in SURVEYS:
        assert f"{survey.share * 100:.0f} %" in PAGE


def test_every_verdict_is_explained() -> None:
    for standing in Standing:
        assert f"| **{standing.value.replace('_', ' ')}" in PAGE
