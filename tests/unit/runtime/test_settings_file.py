"""The file of settings: a section changes, all else in it stays letter by letter."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from maracuja.config import given_outside
from maracuja.errors import BadInput, ConfigError
from maracuja.runtime.settings_file import with_section, without_section

BEFORE = """# ours
[shop]
# what people read
name = "Fruit"  # short
currency = "UAH"

[telegram]
token = "7000001:AAdemo-telegram-token-of-35-letters"
bot = "fruit_bot"

[telegram.promo]
token = "7000002:AAdemo-telegram-token-of-35-letters"

[email]
sender = "Fruit <shop@fruit.example>"
"""


def test_a_value_changes_in_its_line_and_comments_stay(tmp_path: Path) -> None:
    after = with_section(BEFORE, "shop", {"currency": "EUR", "url": "https://a.b"}, tmp_path)
    changed = BEFORE.replace('currency = "UAH"', 'currency = "EUR"\nurl = "https://a.b"')
    assert after == changed


def test_a_section_that_was_not_there_comes_at_the_end(tmp_path: Path) -> None:
    after = with_section(BEFORE, "pressure", {"messages": 2}, tmp_path)
    assert after == BEFORE + "\n[pressure]\nmessages = 2\n"


def test_what_is_dropped_is_at_its_default_again(tmp_path: Path) -> None:
    after = with_section(BEFORE, "telegram", {}, tmp_path, dropped={"bot"})
    assert tomllib.loads(after)["telegram"] == {
        "token": "7000001:AAdemo-telegram-token-of-35-letters",
        "promo": {"token": "7000002:AAdemo-telegram-token-of-35-letters"},
    }


def test_further_accounts_stay_when_the_main_one_goes(tmp_path: Path) -> None:
    after = without_section(BEFORE, "telegram", tmp_path)
    assert tomllib.loads(after)["telegram"] == {
        "promo": {"token": "7000002:AAdemo-telegram-token-of-35-letters"}
    }
    gone = without_section(after, "telegram.promo", tmp_path)
    assert "telegram" not in gone
    assert 'sender = "Fruit <shop@fruit.example>"' in gone


def test_texts_of_several_lines_come_back_as_they_were(tmp_path: Path) -> None:
    address = 'Sadova 1\n"Fruit" \\ Kyiv'
    after = with_section(BEFORE, "shop", {"postal_address": address}, tmp_path)
    assert tomllib.loads(after)["shop"]["postal_address"] == address


@pytest.mark.parametrize(
    ("section", "values", "where"),
    [
        ("shop", {"time_zone": "Mars/Olympus"}, "shop.time_zone"),
        ("telegram", {"webhook_secret": "short"}, "telegram.webhook_secret"),
        ("email", {"sender": "nobody"}, "email.sender"),
    ],
)
def test_a_value_that_is_none_is_refused(
    tmp_path: Path, section: str, values: dict[str, str], where: str
) -> None:
    with pytest.raises(BadInput) as told:
        with_section(BEFORE, section, values, tmp_path)
    assert told.value.where == where
    assert str(tmp_path) not in told.value.message


@pytest.mark.parametrize(
    "strange",
    [
        'shop = {name = "Fruit"}\n',
        '[shop]\nlanguages = [\n"uk",\n"en",\n]\n',
        '["shop"]\nlanguages = ["uk"]\n',
    ],
)
def test_a_file_that_is_written_strangely_is_left_to_people(tmp_path: Path, strange: str) -> None:
    with pytest.raises(ConfigError, match="only a person can change"):
        with_section(strange, "shop", {"languages": ["en"]}, tmp_path)


def test_what_the_environment_gives_is_known_by_its_place() -> None:
    environ = {
        "MARACUJA_TELEGRAM__TOKEN": "t",
        "MARACUJA_TELEGRAM__SECOND_BOT__TOKEN": "u",
        "MARACUJA_SHOP__NAME": "Fruit",
        "PATH": "/bin",
    }
    assert given_outside(environ) == {"telegram.token", "telegram.second-bot.token", "shop.name"}
