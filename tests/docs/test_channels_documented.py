"""The table of channels is made from their capabilities: `python -m tests.docs.channel_matrix`."""

from __future__ import annotations

from maracuja.channels import CHANNELS
from tests.docs.channel_matrix import PAGE, with_matrix


def test_the_table_of_channels_is_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == with_matrix(text), "run `python -m tests.docs.channel_matrix`"


def test_every_channel_has_its_steps() -> None:
    text = PAGE.read_text(encoding="utf-8").lower()
    missing = [one.name for one in CHANNELS if f"[{one.name}" not in text and one.name != "email"]
    assert not missing
