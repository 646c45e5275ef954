"""docs/shop.md is true: its examples come out as it says, and it names every field."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from maracuja.campaigns.bonus import Entry, balances
from maracuja.campaigns.coupons import CouponPool
from maracuja.campaigns.decoding import decode_text
from maracuja.campaigns.feeds import Feed
from maracuja.campaigns.outlets import read_hours
from maracuja.campaigns.schedule import Occurrence
from maracuja.campaigns.timeliness import untimely, window_of, with_codes
from maracuja.cli import coupons as coupons_cli
from maracuja.cli import spend as spend_cli
from maracuja.decisions.reasons import Reason
from maracuja.ingest.feed_products import FeedRead, read_products
from maracuja.ingest.feed_rows import read_rows
from maracuja.model import micros
from maracuja.runtime import bonus_work, feed_work, product_news
from maracuja.runtime.coupon_work import Earned, GivenBy, PoolShown
from maracuja.runtime.spend_work import AdReturn, MessageReturn, SpendReport
from maracuja.templates.definition import Template
from maracuja.templates.needs import needs
from maracuja.templates.offered import OFFERED

PAGE = (Path(__file__).parents[2] / "docs" / "shop.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def section(title: str) -> str:
    """The part of the page below that heading."""
    return re.split(r"^## ", PAGE.partition(f"## {title}\n")[2], maxsplit=1, flags=re.M)[0]


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def plain(text: str) -> str:
    """What a terminal shows, without the blanks at the ends of lines."""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


@pytest.mark.parametrize("kind", [Feed, CouponPool])
def test_every_field_is_named(kind: type[msgspec.Struct]) -> None:
    for field in msgspec.structs.fields(kind):
        assert re.search(rf"`{field.encode_name}`|\b{field.encode_name}:", PAGE), field.name


def test_the_feed_is_read_as_the_page_shows() -> None:
    part = section("Product feeds")
    (feed,) = decode_text(fenced(part, "yaml")[0])
    (xml,) = fenced(part, "xml")
    read, held = fenced(part, "text")
    assert isinstance(feed, Feed)
    found = read_products(read_rows(feed.form.value, xml.encode(), {}), "UAH", NOW)
    told = [f"  line {one.line}: {one.id} {one.reason}" for one in found.refused]
    assert "\n".join([feed_work.words(found), *told]) + "\n" == read
    (rod,) = found.products
    assert (rod.price, rod.old_price) == (99_900, 129_900)
    nothing = FeedRead([], [], 0, 0)
    assert feed_work.held_words(feed, 1_000, 840, nothing) + "\n" == held


def test_the_events_of_products_are_named() -> None:
    for name in product_news.EVENTS.values():
        assert f"| `{name}` |" in PAGE


def test_a_coupon_that_ends_too_soon_is_told_as_the_page_shows() -> None:
    part = section("Coupons")
    pool, template = (one for block in fenced(part, "yaml") for one in decode_text(block))
    assert isinstance(pool, CouponPool) and isinstance(template, Template)
    assert {need.path for need in needs(template).paths} >= {"coupon.code", "coupon.expires"}
    planned = Occurrence(key="once", planned=NOW)
    early = msgspec.structs.replace(pool, ends=date(2026, 11, 21))
    window = with_codes(window_of(planned, timedelta(days=3), "UTC"), early)
    (finding,) = untimely(template, window)
    assert f"{finding.message}.\n" in fenced(part, "text")
    assert f"`{Reason.COUPONS_GONE.value}`" in part


def test_a_pool_is_shown_as_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    shown = PoolShown(
        pool="spring-10", name="", ends=date(2026, 12, 31), codes=100, free=88, given=12,
        redeemed=3, low=True, campaigns=(GivenBy("", 2, 1), GivenBy("spring", 10, 2)),
        revenue=(Earned("spring", "UAH", 2, 15_000),),
    )  # fmt: skip
    coupons_cli._tell(shown)
    assert plain(capsys.readouterr().out) in {
        plain(block) for block in fenced(section("Coupons"), "text")
    }


def test_hours_are_read_as_they_are_written() -> None:
    (text,) = fenced(section("Outlets"), "text")
    hours = read_hours(text)
    assert hours.said(date(2026, 11, 20)) == "09:00–13:00, 14:00–18:00"
    assert "`09:00–13:00, 14:00–18:00`" in PAGE


def test_every_column_that_a_text_may_name_is_there() -> None:
    for name in OFFERED:
        assert f"`{name}`" in PAGE, name


def test_the_ledger_comes_to_what_the_page_says() -> None:
    def at(day: str) -> int:
        return micros(datetime.fromisoformat(day).replace(tzinfo=UTC))

    end = at("2026-02-02")  # the end of the first of February
    entries = [
        Entry(1, "s", "a", 100, at("2026-01-01"), end),
        Entry(1, "s", "b", 50, at("2026-01-05")),
        Entry(1, "s", "c", -30, at("2026-01-10")),
    ]
    (text,) = fenced(section("Bonuses"), "text")
    for line in text.splitlines():
        has = balances(entries, at(line[:10]))[1]
        assert has.balance == int(line[35:44])
        if "of which" in line:
            assert f"of which {has.expiring} end on" in line
            assert str(bonus_work.last_day(has.expires_us, "UTC")) in line


def test_spending_is_shown_as_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    ads = (
        AdReturn("google", "autumn", "UAH", 150_050, 150, 7_500, 2, 1, 300_100, 2.0),
        AdReturn("meta", "", "UAH", 30_000, 30, 900, 1, 0, 0, 0.0),
        AdReturn("google", "autumn", "USD", 2_000, 5, 100, 2, 1, 5_000, 2.5),
    )
    own = MessageReturn("hello", 134, 6_700, 1_234_567.0, -100_000.0, 2_569_134.0)
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    spend_cli.tell(SpendReport(first, last, "UAH", ads, (own,)))
    assert plain(capsys.readouterr().out) == plain(fenced(section("Ad spend"), "text")[0])
