"""Each sign of spam is told with its place, why it matters and what to do; good mail has none."""

from __future__ import annotations

import pytest

from maracuja.model import Content
from maracuja.templates.mail_lints import of_mail, related

ADDRESS = "Tea & Co, 5 Main St, Kyiv"
WORDS = " ".join(["The Assam that sold out in spring is back on the shelf."] * 3)
GOOD = Content(
    subject="The Assam is back",
    text=f"{WORDS} {ADDRESS} https://shop.example/assam",
    html=f'<p>{WORDS}</p><img src="https://shop.example/a.png" alt="Assam">'
    f'<a href="https://shop.example/assam">shop.example</a><p>Tea &amp; Co</p>',
)


def codes(content: Content, *, address: str = ADDRESS, marketing: bool = True) -> list[str]:
    found = of_mail(content, "t: variants[0]", marketing=marketing, postal_address=address)
    for one in found:
        assert one.where.startswith("t: variants[0]") and one.fix and one.why, one
        assert one.level == "warning"
    return [one.code for one in found]


def test_a_good_mail_has_nothing_to_say() -> None:
    assert codes(GOOD) == []


def changed(**parts: str) -> Content:
    import msgspec

    return msgspec.structs.replace(GOOD, **parts)


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("ONLY TODAY: EVERYTHING", "subject_capitals"),
        ("ТОЛЬКО СЕГОДНЯ СКИДКИ", "subject_capitals"),
        ("Look!!", "subject_marks"),
        ("Win $$$ now", "subject_marks"),
        ("Re: your order", "fake_reply"),
        ("FW: hello", "fake_reply"),
        ("  ", "no_subject"),
    ],
)
def test_subjects(subject: str, code: str) -> None:
    assert codes(changed(subject=subject)) == [code]


@pytest.mark.parametrize("subject", ["SALE", "Really?", "Чай!", "今日のお茶", "Rest: 20 % off"])
def test_subjects_that_are_well(subject: str) -> None:
    assert codes(changed(subject=subject)) == []


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ('<img src="a.png" alt="x"><p>Hi Tea &amp; Co</p>', "picture_only"),
        (GOOD.html + '<img src="b.png">', "no_alt"),
        (GOOD.html + '<img alt="" src="data:image/png;base64,aa">', "embedded_picture"),
        (GOOD.html + "<form></form>", "active"),
        (GOOD.html + '<a href="https://bit.ly/x">Look</a>', "shortener"),
        (GOOD.html + '<a href="http://192.0.2.7/x">Look</a>', "ip_link"),
        (GOOD.html + '<a href="https://evil.example">bank.example</a>', "other_target"),
        (GOOD.html + '<a href="https://a.example/x">https://b.example/x</a>', "other_target"),
        (GOOD.html + '<a href="https://shop.example/x">Look</a>' * 41, "many_links"),
        (GOOD.html + "<table></table>" * 2_000, "little_text"),
        (GOOD.html + f"<p>{WORDS * 40}</p>", "thin_text"),
    ],
)
def test_bodies(html: str, code: str) -> None:
    assert codes(changed(html=html)) == [code]


def test_a_mail_that_gmail_cuts() -> None:
    html = GOOD.html + f"<p>{WORDS * 700}</p>"
    assert "gmail_clip" in codes(changed(html=html, text=WORDS * 700 + ADDRESS))


def test_who_writes_is_said_in_marketing_alone() -> None:
    bare = changed(html=GOOD.html.replace("Tea &amp; Co", ""), text="https://shop.example/assam")
    assert "no_address" in codes(bare)
    assert "no_address" in codes(GOOD, address=" ")
    assert "no_address" not in codes(bare, marketing=False)


def test_links_of_a_plain_text_are_seen() -> None:
    plain = changed(html="", text=f"{WORDS} {ADDRESS} https://tinyurl.com/x")
    assert codes(plain) == ["shortener"]


def test_a_pixel_is_no_picture() -> None:
    assert codes(changed(html=GOOD.html + '<img src="x.gif" width="1" height="1">')) == []


@pytest.mark.parametrize(
    ("shown", "host", "same"),
    [
        ("www.shop.example", "shop.example", True),
        ("shop.example", "go.shop.example", True),
        ("магазин.укр", "xn--80aairftm.xn--j1amh", True),
        ("shop.example", "shop.example.evil.example", False),
        ("a..b", "shop.example", False),
    ],
)
def test_hosts_that_are_one_s_own(shown: str, host: str, *, same: bool) -> None:
    assert related(shown, host) is same
