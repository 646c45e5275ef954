"""Every condition and comparison of the segment language is in docs/segments.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from maracuja.segments.check import decode
from maracuja.segments.definition import FIELDS, WORDS
from maracuja.segments.words import say

PAGE = (Path(__file__).parents[2] / "docs" / "segments.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted({*WORDS, *FIELDS} - {"name", "about", "id"}))
def test_every_word_is_documented(name: str) -> None:
    assert re.search(rf"`[^`]*\b{name}\b[^`]*`", PAGE), f"docs/segments.md does not say {name}"


def test_the_example_is_a_segment() -> None:
    block = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    sentence = say(decode(yaml.safe_load(block[1])).where)
    quoted = re.search(r"\*(Everybody.*?) and …\*", PAGE, re.DOTALL)
    assert quoted is not None
    assert sentence.startswith(" ".join(quoted[1].split()))
