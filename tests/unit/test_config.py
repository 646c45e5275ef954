"""The configuration: one file plus the environment, with faults that name their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from maracuja.channels.email_settings import EmailSettings
from maracuja.config import (
    Config,
    Shop,
    Store,
    load_config,
    make_config,
    shown,
    write_config,
)
from maracuja.errors import ConfigError


def test_a_missing_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="maracuja init"):
        load_config(tmp_path, {})


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    config = Config(
        root=str(tmp_path),
        shop=Shop(
            name='The "Маракуйя" shop',
            languages=("ru", "uk"),
            time_zone="Europe/Kyiv",
            money_patterns={"MNT": "#,##0₮", "uk": '#,##0.00 "¤"'},
        ),
        email=EmailSettings(port=2525, rate_per_s=14.5),
    )
    write_config(config)
    assert load_config(tmp_path, {}) == config


def test_a_pattern_that_writes_no_amount_is_refused() -> None:
    with pytest.raises(ConfigError, match="`1,500₮` of MNT is no pattern of an amount") as fault:
        make_config({"shop": {"money_patterns": {"MNT": "1,500₮"}}})
    assert fault.value.where == "shop.money_patterns" and "#,##0₮" in fault.value.fix


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    write_config(Config(root=str(tmp_path)))
    config = load_config(tmp_path, {"MARACUJA_EMAIL__PORT": "587", "MARACUJA_SHOP__NAME": "Aqua"})
    assert (config.email.port, config.shop.name) == (587, "Aqua")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[shop", "TOML"),
        ("[shop]\nnmae = 'x'", "nmae"),
        ("[server]\nport = 99999", "server.port"),
        ("[pressure]\nquiet_from = '25:00'", "pressure.quiet_from"),
        ("[shop]\ntime_zone = 'Mars/Olympus'", "shop.time_zone"),
        ("[email]\nsecurity = 'maybe'", "email.security"),
        ("[email]\npassword = 'x'", "email.user"),
    ],
)
def test_a_fault_names_its_place(tmp_path: Path, text: str, place: str) -> None:
    (tmp_path / "maracuja.toml").write_text(text)
    with pytest.raises(ConfigError) as refusal:
        load_config(tmp_path, {})
    assert place in str(refusal.value)


def test_secrets_are_not_shown() -> None:
    config = Config(
        email=EmailSettings(user="me", password="hunter2"),
        store=Store(url="postgresql+psycopg://me:hunter2@db/shop"),
    )
    assert "hunter2" not in str(shown(config))


def test_plain_values_make_a_config() -> None:
    assert make_config({"shop": {"name": "A"}}).shop.name == "A"


# ---------------------------------------------------------------- several accounts of a channel

BOT = {"token": "123456:AAbbCCddEEffGGhhIIjjKK", "bot": "shop_bot"}
PROMO = {"token": "654321:ZZbbCCddEEffGGhhIIjjKK", "bot": "promo_bot"}


def test_a_table_within_a_channels_section_is_a_further_account(tmp_path: Path) -> None:
    config = make_config(
        {"root": str(tmp_path), "telegram": {**BOT, "promo": PROMO, "b-2": PROMO}}
    )
    assert {name: one.account for name, one in config.channels.items()} == {
        "telegram": "main", "telegram/promo": "promo", "telegram/b-2": "b-2",
    }  # fmt: skip
    write_config(config)
    assert "[telegram.promo]" in (tmp_path / "maracuja.toml").read_text()
    assert load_config(tmp_path, {}) == config
    told = shown(config)
    assert (
        told["telegram.promo"]["token"] == "***" and told["telegram.promo"]["account"] == "promo"
    )


def test_a_channel_may_have_further_accounts_alone() -> None:
    config = make_config({"telegram": {"promo": PROMO}})
    assert list(config.channels) == ["telegram/promo"]


def test_secrets_of_an_account_come_from_the_environment(tmp_path: Path) -> None:
    write_config(make_config({"root": str(tmp_path), "telegram": {**BOT, "promo": PROMO}}))
    config = load_config(
        tmp_path,
        {
            "MARACUJA_TELEGRAM__TOKEN": "123456:" + "m" * 30,
            "MARACUJA_TELEGRAM__PROMO__TOKEN": "654321:" + "p" * 30,
            "MARACUJA_TELEGRAM__B_2__TOKEN": "777777:" + "b" * 30,
        },
    )
    tokens = {name: getattr(one, "token", "")[:8] for name, one in config.channels.items()}
    assert tokens == {
        "telegram": "123456:m", "telegram/promo": "654321:p", "telegram/b-2": "777777:b",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ({**BOT, "main": PROMO}, "telegram.main"),
        ({**BOT, "Promo": PROMO}, "telegram.Promo"),
        ({**BOT, "a" * 41: PROMO}, f"telegram.{'a' * 41}"),
        ({**BOT, "account": "promo", "promo": PROMO}, "telegram.promo"),
        ({**BOT, "promo": {**PROMO, "account": "other"}}, "telegram.promo.account"),
        ({**BOT, "promo": {**PROMO, "tokn": "x"}}, "telegram.promo"),
        ({**BOT, "promo": {**PROMO, "token": "no"}}, "telegram.promo"),
    ],
)
def test_an_account_that_cannot_work_is_refused_with_its_place(
    section: dict[str, object], place: str
) -> None:
    with pytest.raises(ConfigError) as fault:
        make_config({"telegram": section})
    assert fault.value.where.startswith(place)


def test_mail_has_further_accounts_too(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(b"PEM")
    club = {
        "sender": "Club <club@club.example>",
        "user": "club",
        "password": "secret",
        "dkim_key_file": "key.pem",
        "dkim_domain": "club.example",
        "dkim_selector": "s1",
    }
    config = make_config({"root": str(tmp_path), "email": {"port": 2525, "club": club}})
    assert config.email.port == 2525 and config.mail("email/club").port == 25
    assert config.dkim_key("email/club") == b"PEM" and config.dkim_key("email") == b""
    write_config(config)
    environ = {"MARACUJA_EMAIL__CLUB__PORT": "587"}
    assert load_config(tmp_path, environ).mail("email/club").port == 587
    assert shown(config)["email.club"]["password"] == "***"
    with pytest.raises(ConfigError) as fault:
        make_config({"email": {"club": {"password": "secret"}}})
    assert fault.value.where == "email.club.user"
    (tmp_path / "key.pem").unlink()
    with pytest.raises(ConfigError) as fault:
        config.dkim_key("email/club")
    assert fault.value.where == "email.club.dkim_key_file"


def test_accounts_that_share_devices_are_refused() -> None:
    key = {"subject": "mailto:s@shop.example", "title": "Shop", "private_key": "A" * 42 + "E"}

    def make(main: list[str], club: list[str]) -> Config:
        section = {**key, "apps": main, "club": {**key, "apps": club}}
        return make_config({"web_push": section})

    assert set(make(["shop.example"], ["club.example"]).channels) == {"web_push", "web_push/club"}
    for wrong in (([], ["club.example"]), (["a"], []), (["a"], ["b", "a"])):
        with pytest.raises(ConfigError, match="which devices are its own"):
            make(*wrong)
