"""Each setting that a form of the web app shows has words of its own there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from maracuja.channels import CHANNELS
from maracuja.config import Config
from maracuja.runtime import settings_view
from maracuja.runtime.settings_view import SettingShown

WORDS = Path(__file__).parents[3] / "web/src/i18n/en"


def _words(place: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((WORDS / f"{place}.json").read_text(encoding="utf-8"))
    return found


def _shown(channel: str) -> list[SettingShown]:
    return settings_view.account(Config(), channel).settings


@pytest.mark.parametrize("channel", [kind.name for kind in CHANNELS])
def test_a_channel_says_all_of_its_settings(channel: str) -> None:
    fields = [_words(place)["field"] for place in ("settings_channels", "settings_engineers")]
    told = [words.get(whose, {}) for words in fields for whose in (channel, "any")]
    for setting in _shown(channel):
        for what in ("label", "help"):
            assert any(what in words.get(setting.name, {}) for words in told), (setting.name, what)


def test_every_choice_has_a_name() -> None:
    choices = {one for kind in CHANNELS for shown in _shown(kind.name) for one in shown.choices}
    assert choices <= _words("settings_channels")["choice"].keys()


def test_no_words_are_left_over_of_settings_that_are_no_more() -> None:
    channels = {kind.name: {one.name for one in _shown(kind.name)} for kind in CHANNELS}
    channels["any"] = set().union(*channels.values())
    for place in ("settings_channels", "settings_engineers"):
        for whose, words in _words(place)["field"].items():
            assert words.keys() <= channels[whose], (place, whose)


def test_every_part_of_the_workspace_says_its_settings() -> None:
    told = _words("settings")["section"]
    for part in settings_view.sections(Config()):
        for setting in part.settings:
            assert {"label", "help"} <= told[part.name][setting.name].keys(), setting.name
