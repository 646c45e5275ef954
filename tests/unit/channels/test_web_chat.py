"""The web chat's tokens, names of messages and settings, by themselves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.base import Answer, Stage
from maracuja.channels.web_chat import WebChat, WebChatSettings, origin_of
from maracuja.channels.web_chat_frames import (
    FRAMES_MAX,
    TEXT_CHARS_MAX,
    AnyFrame,
    heard_of,
    opened,
    read_frames,
)
from maracuja.channels.web_chat_token import (
    guest_address,
    is_address,
    make_token,
    public_id,
    read_public_id,
    read_token,
    user_address,
)
from maracuja.errors import WebhookRejected
from maracuja.model import micros
from tests.contract.channel_case import NOW, message
from tests.contract.channel_cases.web_chat import CASE, NAMED, SECRET

UNTIL = int((NOW + timedelta(days=1)).timestamp())
ids = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=80)


@given(name=ids)
def test_a_token_says_whose_it_is_and_for_how_long(name: str) -> None:
    address = user_address(name)
    assert is_address(address)
    token = make_token(SECRET, address, UNTIL)
    assert token.isascii() and not set(token) & set(" \t\r\n,;")
    assert read_token(SECRET, token, NOW) == (address, UNTIL)
    with pytest.raises(WebhookRejected, match="too old"):
        read_token(SECRET, token, NOW + timedelta(days=2))
    with pytest.raises(WebhookRejected):
        read_token(SECRET.swapcase() + "x", token, NOW)


@given(given_to=st.text(max_size=60))
def test_no_other_text_is_a_token_or_a_name(given_to: str) -> None:
    for read in (
        lambda: read_token(SECRET, given_to, NOW),
        lambda: read_public_id(SECRET, given_to),
    ):
        with pytest.raises(WebhookRejected):
            read()


def test_a_token_is_no_name_of_a_message_and_the_other_way_round() -> None:
    token = make_token(SECRET, guest_address(bytes(16)), UNTIL)
    with pytest.raises(WebhookRejected):
        read_public_id(SECRET, token)
    with pytest.raises(WebhookRejected):
        read_token(SECRET, NAMED, NOW)
    signed_but_odd = public_id(SECRET, "x.y.z")
    with pytest.raises(WebhookRejected, match="no message"):
        read_public_id(SECRET, signed_but_odd)


def test_only_pages_of_the_shop_may_hold_the_chat() -> None:
    hook = "https://go.shop.example/w/web_chat/main"
    own = WebChat(WebChatSettings(secret=SECRET), hook)
    asked = ("https://shop.example", "https://go.shop.example", "https://evil.example", "null", "")
    assert [own.allows(one, "https://Shop.example/en") for one in asked] == [
        True, True, False, False, False,
    ]  # fmt: skip
    listed = WebChat(WebChatSettings(secret=SECRET, origins=("https://a.example",)), hook)
    assert listed.allows("https://a.example", "") and not listed.allows("https://b.example", "")
    every = WebChat(WebChatSettings(secret=SECRET, origins=("*",)), hook)
    assert every.allows("https://evil.example", "")
    assert origin_of("https://shop.example:8443/x?y") == "https://shop.example:8443"
    assert origin_of("shop.example") == origin_of("https://[") == origin_of("file:///x") == ""


def test_what_is_shown_has_a_way_out_where_it_is_marketing() -> None:
    channel = CASE.make()
    for marketing in (True, False):
        request = channel.encode(message(CASE, marketing=marketing), NOW)
        shown = msgspec.json.decode(request.body)["shown"]
        assert shown.get("leave") == ("https://shop.example/u/token" if marketing else None)


def test_a_full_inbox_is_counted_and_suppresses_nobody() -> None:
    result = CASE.make().decode(Answer(stage=Stage.GIVEN, code=409, text="too much"))
    assert result.full and result.status != "bounced"


def test_what_is_told_of_a_guest_names_nobody() -> None:
    """What a page may name without a proof is never a guest's identity."""
    address, now_us = guest_address(b"x" * 16), micros(NOW)
    frames = read_frames([{"t": "say", "id": "visitor-0001", "text": "Hi"}, {"t": "start"}])
    heard = [*heard_of(frames, address, SECRET, now_us), opened(address, [], now_us)]
    assert {one.identities for one in heard} == {()}
    (named,) = {one.identities for one in heard_of(frames, "user:u1", SECRET, now_us)}
    assert named == (("external_id", "u1"),)
    joined = opened("user:u1", [address], now_us)
    assert joined.identities == (("external_id", "u1"), ("web_chat", address))


def test_the_protocol_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "web_chat.md").read_text(encoding="utf-8")
    tags = [kind.__struct_config__.tag for kind in get_args(AnyFrame)]
    assert len(tags) == 5 and [tag for tag in tags if f"`{tag}`" not in page] == []
    for limit in (f"{TEXT_CHARS_MAX:,} characters", f"up to {FRAMES_MAX} frames"):
        assert limit in page
