"""The example of pictures, buttons and cards is one that its channels carry, field by field."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from maracuja.channels import BY_NAME
from maracuja.content import Button, Card
from maracuja.templates.check import LONG, tried
from maracuja.templates.definition import Attachment, Template, Variant, decode

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Pictures, buttons and cards\n")[2].partition("\n## ")[0]
EXAMPLE: Template = decode(re.findall(r"```yaml\n(.*?)```", SECTION, re.DOTALL)[0])


@pytest.mark.parametrize("n", range(len(EXAMPLE.variants)))
def test_each_channel_carries_its_variant(n: int) -> None:
    channel = BY_NAME[EXAMPLE.variants[n].channel]
    people = [trial for trial in tried(EXAMPLE, n, {}, {}) if trial.profile != LONG]
    read = [trial.content for trial in people if trial.content is not None]
    assert len(read) == len(people), "nobody is refused"
    for content in read:
        channel.refuse(content)


def test_every_field_is_explained() -> None:
    prose = re.sub(r"```.*?```", "", SECTION, flags=re.DOTALL)
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", prose))))
    elsewhere = {"language", "channel", "subject", "preheader", "text", "html", "mjml"}
    fields = {field.name for field in msgspec.structs.fields(Variant)} - elsewhere
    for kind in (Attachment, Button, Card):
        fields |= {field.name for field in msgspec.structs.fields(kind)}
    assert fields <= words, fields - words
