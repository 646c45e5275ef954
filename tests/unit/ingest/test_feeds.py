"""Feeds are read row by row: three forms, sales by their dates, bad rows with their reasons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.errors import BadInput
from maracuja.ingest.feed_products import FeedProduct, FeedRead, read_products
from maracuja.ingest.feed_rows import read_rows

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item><title>Rod &amp; reel</title><link>https://shop.example/rod</link><g:id>rod</g:id>
 <g:price>1299.00 UAH</g:price><g:sale_price>999.00 UAH</g:sale_price>
 <g:sale_price_effective_date>2026-11-01T00:00+02:00/2026-11-30T23:59+02:00</g:sale_price_effective_date>
 <g:availability>in_stock</g:availability><g:google_product_category>Sport</g:google_product_category>
 <g:product_type>Fishing &gt; Rods</g:product_type><g:item_group_id>rods</g:item_group_id>
 <g:image_link>https://shop.example/rod.jpg</g:image_link>
 <g:shipping><g:price>50 UAH</g:price></g:shipping></item>
<item><g:id>bait</g:id><title>Bait</title><g:price>50 UAH</g:price>
 <g:sale_price>40 UAH</g:sale_price>
 <g:sale_price_effective_date>2027-01-01T00:00Z/2027-01-31T00:00Z</g:sale_price_effective_date>
 <g:availability>out of stock</g:availability><link>javascript:alert(1)</link></item>
<item><title>Nameless</title><g:price>1 UAH</g:price></item>
<item><g:id>odd</g:id><g:price>ask us</g:price></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
<entry><g:id>rod</g:id><title>Rod</title><link href="https://shop.example/rod"/>
<g:price>15.00 USD</g:price></entry></feed>"""


def read(form: str, text: str, **columns: str) -> FeedRead:
    return read_products(read_rows(form, text.encode(), columns), "UAH", NOW)


def test_google_rss() -> None:
    found = read("google", RSS)
    rod, bait = found.products
    assert rod == FeedProduct(
        "rod", "Rod & reel", "Fishing > Rods", 99_900, "UAH", None, "https://shop.example/rod",
        "https://shop.example/rod.jpg", 129_900, "rods",
    )  # fmt: skip
    # The sale has not begun, it is sold out, and a script is no address.
    assert (bait.price, bait.old_price, bait.stock, bait.url) == (5_000, None, 0, "")
    assert (found.rows, found.refused_count) == (4, 2)
    assert [(one.line, one.id, one.reason) for one in found.refused] == [
        (14, "", "a product needs an id of 200 letters at most"),
        (15, "odd", "`ask us` is no price"),
    ]


def test_google_atom() -> None:
    (rod,) = read("google", ATOM).products
    assert (rod.price, rod.currency, rod.url) == (1_500, "USD", "https://shop.example/rod")


def test_csv_and_json_say_the_same() -> None:
    heading = "Артикул;Название;Цена;Old price;Остаток;Наличие"
    sheet = f'{heading}\na;"Red; rod";1 299,50;1500;7;да\n;x;1;;;\n'
    table = (
        '{"products": [{"id": "a", "title": "Red; rod", "price": 1299.5, "old_price": "1500",'
        ' "stock": 7, "availability": true}, {"title": "x"}]}'
    )
    for form, text, line in (("csv", sheet, 3), ("json", table, 2)):
        found = read(form, text)
        assert found.products == [
            FeedProduct("a", "Red; rod", "", 129_950, "UAH", 7, "", "", 150_000, "")
        ]
        assert [one.line for one in found.refused] == [line]


def test_own_columns_are_named() -> None:
    (one,) = read(
        "csv", "code,sum,id\nA-1,12.50,ignored\n", code="id", sum="price", id="ignore"
    ).products
    assert (one.id, one.price) == ("A-1", 1_250)
    with pytest.raises(BadInput, match="no field `cost`"):
        read("csv", "code,sum\n1,2\n", code="id", sum="cost")


@pytest.mark.parametrize(
    ("form", "text", "words"),
    [
        ("google", '<!DOCTYPE rss [<!ENTITY a "b">]><rss><item/></rss>', "document type"),
        ("google", '<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss/>', "document type"),
        ("google", "<rss><channel>", "no XML"),
        ("google", "plain words", "no XML"),
        ("google", "", "no XML"),
        ("csv", "title,price\nx,1\n", "no column with the id"),
        ("json", "{", "no JSON"),
        ("json", "{}", "no list of products"),
        ("json", "[" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_sentence(form: str, text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read(form, text)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("15.00 USD", 1500), ("1 299,50 грн", 129_950), ("1,299.00", 129_900),
        ("1.299,00", 129_900), ("1.299.000", 129_900_000), ("12.5", 1250), ("0", 0),
    ],
)  # fmt: skip
def test_prices_are_read_as_they_are_written(text: str, minor: int) -> None:
    assert read("csv", f'id;price\na;"{text}"\n').products[0].price == minor


@pytest.mark.parametrize("text", ["1.299", "1,299", "-5", "12.3456", "free", "1e5", "2 for 5"])
def test_a_price_that_is_none_or_two_is_refused(text: str) -> None:
    found = read("csv", f'id;price\na;"{text}"\n')
    assert (found.products, found.refused_count) == ([], 1)


def test_a_sale_holds_from_its_start_to_its_end() -> None:
    start, end = NOW, NOW + timedelta(days=1)
    span = f"{start.isoformat()}/{end.isoformat()}"
    row = f"id,price,sale_price,sale_price_effective_date\na,10,8,{span}\n"
    prices = [
        read_products(read_rows("csv", row.encode(), {}), "UAH", at).products[0].price
        for at in (start - timedelta(seconds=1), start, end - timedelta(seconds=1), end)
    ]
    assert prices == [1000, 800, 800, 1000]


@given(st.binary(max_size=400), st.sampled_from(["csv", "json", "google"]))
def test_nothing_but_bad_input_is_raised(body: bytes, form: str) -> None:
    try:
        found = read_products(read_rows(form, body, {}), "UAH", NOW)
    except BadInput as fault:
        assert fault.message
    else:
        assert found.rows == len(found.products) + found.refused_count or found.products
