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


def test_all_links_at_once_is_a_scanner() -> None:
    visit = Visit(at=LATER, user_agent=PHONE)
    two = [(LATER - timedelta(seconds=s), f"https://shop.example/{s}") for s in (1, 2)]
    found = judge(visit, pixel=False, earlier=two, url="https://shop.example/3")
    assert found.machine and "3 different links" in found.evidence
    assert not judge(visit, pixel=False, earlier=two, url="https://shop.example/1").machine
    old = [(at - timedelta(minutes=1), url) for at, url in two]
    assert not judge(visit, pixel=False, earlier=old, url="https://shop.example/3").machine
