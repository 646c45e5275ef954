"""Who is a machine, and on what evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from maracuja.links.visitors import Visit, judge

SENT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATER = SENT + timedelta(minutes=20)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


def test_a_person_opens_and_presses() -> None:
    visit = Visit(at=LATER, user_agent=PHONE)
    assert not judge(visit, pixel=True, handed_over=SENT).machine
    assert not judge(visit, pixel=False, handed_over=SENT).machine


@pytest.mark.parametrize(
    ("visit", "evidence"),
    [
        (Visit(at=LATER, user_agent="Mozilla/5.0"), "image proxy"),
        (Visit(at=LATER, user_agent=GMAIL), "image proxy"),
        (Visit(at=LATER, user_agent=PHONE, method="HEAD"), "method HEAD"),
        (Visit(at=LATER, user_agent=""), "no user agent"),
        (Visit(at=LATER, user_agent="python-requests/2.32"), "robot"),
        (Visit(at=LATER, user_agent="BarracudaCentral"), "robot"),
        (Visit(at=LATER, user_agent=PHONE, headers={"sec-purpose": "prefetch"}), "pre-fetched"),
        (Visit(at=SENT + timedelta(seconds=2), user_agent=PHONE), "2.0 s after"),
    ],
)
@pytest.mark.parametrize("pixel", [True, False])
def test_machines(visit: Visit, evidence: str, pixel: bool) -> None:
    found = judge(visit, pixel=pixel, handed_over=SENT)
    assert found.machine and evidence in found.evidence


FETCHERS = {
    "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack's pictures": "Slack-ImgProxy (+https://api.slack.com/robots)",
    "Telegram": "TelegramBot (like TwitterBot)",
    "WhatsApp": "WhatsApp/2.23.20.0 A",
    "Viber": "Viber/20.3.0 CFNetwork/1410 Darwin/22.6.0",
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "iMessage": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like "
    "Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "LinkedIn": "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +https://linkedin.com)",
    "VK": "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
    "Discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Skype and Teams": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "Outlook": "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "Office": "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.1; Pro)",
    "Barracuda": "Mozilla/5.0 (compatible; BarracudaCentral/1.0)",
    "a gateway": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0 Safari",
}
READERS = {
    "Viber's browser": "Mozilla/5.0 (Linux; Android 13; SM-A515F; wv) AppleWebKit/537.36 (KHTML, "
    "like Gecko) Version/4.0 Chrome/120.0 Mobile Safari/537.36 Viber/21.5.0.3",
    "Telegram's browser": "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 "
    "Chrome/126.0 Mobile Safari/537.36 Telegram-Android/11.2.2 (Google Pixel 7; SDK 34; HIGH)",
    "Facebook's browser": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) "
    "AppleWebKit/605.1 Mobile/15E148 [FBAN/FBIOS;FBAV/440.0;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS]",
    "Instagram's browser": "Mozilla/5.0 (Linux; Android 12; wv) Chrome/119 Mobile Safari/537.36 "
    "Instagram 309.0.0.40 Android",
    "Safari": PHONE,
    "Firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
}


@pytest.mark.parametrize("agent", FETCHERS.values(), ids=FETCHERS)
def test_who_fetches_a_preview_or_judges_a_link_is_a_machine(agent: str) -> None:
    found = judge(Visit(at=LATER, user_agent=agent), pixel=False, handed_over=SENT)
    assert found.machine and "robot" in found.evidence


@pytest.mark.parametrize("agent", READERS.values(), ids=READERS)
def test_who_reads_in_a_browser_is_a_person(agent: str) -> None:
    headers = {"sec-fetch-dest": "document"}
    visit = Visit(at=LATER, user_agent=agent, headers=headers)
    assert judge(visit, pixel=False, handed_over=SENT).evidence == ""


@pytest.mark.parametrize(
    ("headers", "evidence"),
    [
        ({"sec-purpose": "prefetch;prerender"}, "pre-fetched"),
        ({"x-purpose": "preview"}, "pre-fetched"),
        ({"x-moz": "prefetch"}, "pre-fetched"),
        ({"sec-fetch-dest": "empty"}, "fetched as empty"),
        ({"sec-fetch-dest": "image"}, "fetched as image"),
    ],
)
def test_what_a_browser_fetches_ahead_is_no_press(headers: dict[str, str], evidence: str) -> None:
    visit = Visit(at=LATER, user_agent=PHONE, headers=headers)
    assert evidence in judge(visit, pixel=False, handed_over=SENT).evidence


def test_a_picture_fetched_as_a_picture_is_an_opening() -> None:
    visit = Visit(at=LATER, user_agent=PHONE, headers={"sec-fetch-dest": "image"})
    assert not judge(visit, pixel=True, handed_over=SENT).machine


def test_all_links_at_once_is_a_scanner() -> None:
    visit = Visit(at=LATER, user_agent=PHONE)
    two = [(LATER - timedelta(seconds=s), f"https://shop.example/{s}") for s in (1, 2)]
    found = judge(visit, pixel=False, earlier=two, url="https://shop.example/3")
    assert found.machine and "3 different links" in found.evidence
    assert not judge(visit, pixel=False, earlier=two, url="https://shop.example/1").machine
    old = [(at - timedelta(minutes=1), url) for at, url in two]
    assert not judge(visit, pixel=False, earlier=old, url="https://shop.example/3").machine
