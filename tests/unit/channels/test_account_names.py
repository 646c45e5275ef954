"""What the name of an account leads to: its channel, its addresses, its people's identities."""

from __future__ import annotations

import pytest

from maracuja.channels import (
    BY_NAME,
    CHANNELS,
    CODES_BY_NAME,
    account_of,
    address_kind,
    address_kinds,
    channel_of,
    identity_kind,
    kept_under,
    section_of,
)


@pytest.mark.parametrize("kind", CHANNELS, ids=lambda c: c.name)
def test_an_account_is_of_its_channels_kind(kind: type) -> None:
    name, further = kind.name, f"{kind.name}/promo"  # type: ignore[attr-defined]
    assert BY_NAME[further] is BY_NAME[name] is kind and further in BY_NAME
    assert CODES_BY_NAME[further] == CODES_BY_NAME[name]
    assert (channel_of(further), account_of(further)) == (name, "promo")
    assert (channel_of(name), account_of(name)) == (name, "")
    assert section_of(further) == f"{name}.promo"
    assert kept_under(name) == name and identity_kind(name) == address_kind(name)
    own = address_kind(further) != address_kind(name)
    assert (kept_under(further) == further) is own, "suppressed where its addresses are"


@pytest.mark.parametrize("name", ["", "smoke", "smoke/promo", "/promo"])
def test_what_is_no_channel_has_no_account(name: str) -> None:
    assert name not in BY_NAME
    with pytest.raises(KeyError):
        BY_NAME[name]
    with pytest.raises(KeyError):
        CODES_BY_NAME[name]


@pytest.mark.parametrize(
    ("name", "address", "identity"),
    [
        ("telegram/promo", "telegram/promo", "telegram"),  # one person in all bots
        ("viber/promo", "viber/promo", "viber/promo"),
        ("messenger/promo", "messenger/promo", "messenger/promo"),
        ("instagram/promo", "instagram/promo", "instagram/promo"),
        ("sms/second", "phone", "phone"),
        ("email/club", "email", "email"),
        ("mobile_push/club", "mobile_push", "mobile_push"),
    ],
)
def test_how_accounts_know_people(name: str, address: str, identity: str) -> None:
    assert (address_kind(name), identity_kind(name)) == (address, identity)
    assert address_kinds(name)[0] == address
