"""Instagram in the contract suite: what differs from Messenger."""

from __future__ import annotations

from maracuja.channels.instagram import Instagram, InstagramSettings
from maracuja.content import Content
from maracuja.simulate.vendors.messenger import MessengerVendor, signed_call
from tests.contract.channel_case import PICTURE, Case
from tests.contract.channel_cases import messenger
from tests.contract.channel_cases.messenger import (
    BAD_ADDRESSES,
    BEYOND,
    BUTTONS,
    CARDS,
    CONTENTS,
    KEYBOARD,
    SECRET,
    TABLE,
)  # fmt: skip
from tests.contract.messenger_api import fits

ACCOUNT = "17841405822304914"
TOKEN = "IGAA-account-token"
SETTINGS = InstagramSettings(
    token=TOKEN,
    app_secret=SECRET,
    verify_token="a-long-word-of-our-own",
    instagram_id=ACCOUNT,
    page_name="my.shop",
)


def arrive(vendor: MessengerVendor, size: int) -> None:
    """Everybody follows a link on a poster."""
    for n in range(size):
        vendor.follow(messenger.person(n), "poster-1", at_s=messenger.AT_S - 60)


def react(vendor: MessengerVendor) -> dict[str, int]:
    """As on Messenger; Instagram does not tell that anything was delivered."""
    told = vendor.delivered
    vendor.delivered = lambda *_, **__: None  # type: ignore[method-assign]
    try:
        expected = messenger.react(vendor)
    finally:
        vendor.delivered = told  # type: ignore[method-assign]
    del expected["Message Delivered"]
    return expected


CASE = Case(
    section={
        "token": TOKEN,
        "app_secret": SECRET,
        "instagram_id": ACCOUNT,
        "page_name": "my.shop",
    },
    vendor=lambda seed, faults: MessengerVendor(
        seed=seed,
        faults=faults,
        account=ACCOUNT,
        token=TOKEN,
        app_secret=SECRET,
        about="instagram",
    ),
    arrive=arrive,
    nameless=True,
    react=react,
    make=lambda: Instagram(SETTINGS),
    address="1784140582230491",
    answers=messenger.ANSWERS,
    bad_addresses=BAD_ADDRESSES,
    contents={**CONTENTS, "Cyrillic": Content(text="\u0436" * 500)},
    refused={
        **BEYOND,
        "long Cyrillic": Content(text="\u0436" * 501),
        "cards and quick replies": Content(text="", cards=CARDS, keyboard=KEYBOARD[:2]),
        "a picture and quick replies": Content(text="", media=(PICTURE,), keyboard=KEYBOARD[:2]),
        "buttons and quick replies": Content(text="x", buttons=BUTTONS, keyboard=KEYBOARD[:2]),
        "a number": Content(text="x", keyboard=KEYBOARD[12:]),
    },
    fits=fits,
    table=TABLE,
    genuine=lambda body: signed_call(body, SECRET),
    proof=("app_secret",),
    signed=True,
)
