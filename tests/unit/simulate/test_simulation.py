"""The simulated shop: the same seed gives the same shop, and its truths are true."""

from __future__ import annotations

import json
import smtplib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import numpy as np
import phonenumbers
import polars as pl
import pytest

from maracuja.simulate.catalogue import make_catalogue
from maracuja.simulate.letters import LOOKS, Letters
from maracuja.simulate.people import make_people
from maracuja.simulate.reactions import (
    WINDOW,
    order_moments,
    potential_outcomes,
    react,
    true_effect,
)
from maracuja.simulate.sink import MailSink, Received
from maracuja.simulate.visits import browsing, ordering, requests, visit_calls

TODAY = date(2026, 11, 21)
START = date(2026, 8, 23)


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return make_people(7, 2000, TODAY)


def test_the_same_seed_gives_the_same_shop(people: pl.DataFrame) -> None:
    assert people.equals(make_people(7, 2000, TODAY))
    assert not people.equals(make_people(8, 2000, TODAY))


def test_telephones_are_valid_and_everyone_is_distinct(people: pl.DataFrame) -> None:
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(p)) for p in people["phone"])
    assert people["external_id"].n_unique() == people.height
    assert people["email"].drop_nulls().n_unique() == people["email"].drop_nulls().len()
    assert set(people["language"]) == {"uk", "ru", "en", "mn"}


def test_visits_become_segment_calls_in_batches(people: pl.DataFrame) -> None:
    goods = make_catalogue(7)
    visits = pl.concat([browsing(7, "t", people, START, 90), ordering(7, "t", people, START, 90)])
    calls = visit_calls(7, "t", visits, people, goods)
    bodies = requests(calls)
    decoded = [call for _, body in bodies for call in json.loads(body)["batch"]]
    assert len(decoded) == calls.height
    assert len({call["messageId"] for call in decoded}) == len(decoded)
    orders = [c for c in decoded if c.get("event") == "Order Completed"]
    assert len(orders) == visits["ordered"].sum() > 0
    assert all(o["properties"]["revenue"] > 0 for o in orders)
    assert {c["context"]["device"]["type"] for c in decoded} == {"mobile", "desktop", "tablet"}
    assert decoded == sorted(decoded, key=lambda c: c["timestamp"])


def test_the_true_effect_is_none_positive_or_harmful_as_asked(people: pl.DataFrame) -> None:
    everyone = np.ones(people.height, dtype=bool)
    for strength, sign in ((0.0, 0), (1.0, 1), (-1.0, -1)):
        _, without, with_it = potential_outcomes(7, "t", people, strength)
        rate_without, rate_with = true_effect(without, with_it, everyone)
        assert np.sign(rate_with - rate_without) == sign


def test_who_gets_nothing_does_nothing_with_it(people: pl.DataFrame) -> None:
    moments = pl.Series([datetime(2026, 11, 1, 9), None] * (people.height // 2))
    reads, _, with_it = potential_outcomes(7, "t", people, 1.0)
    reactions = react(7, "t", people, reads, moments)
    assert reactions.filter(moments.is_null()).null_count().sum_horizontal().item() == 4 * 1000
    assert (reactions["read"].is_not_null() | reactions["clicked"].is_null()).all()
    since = pl.Series([datetime(2026, 11, 1, 9)] * people.height)
    ordered = order_moments(7, "t", with_it, since, reactions["clicked"])
    assert (ordered.is_not_null() == pl.Series(with_it)).all()
    assert ordered.max() < datetime(2026, 11, 1, 9) + WINDOW  # type: ignore[operator]
    assert ordered.min() > datetime(2026, 11, 1, 9) - timedelta(seconds=1)  # type: ignore[operator]


def test_readers_look_in_by_the_letter_that_they_got(people: pl.DataFrame) -> None:
    letters = Letters(3, people, make_catalogue(3))
    now = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
    subjects = list(LOOKS)
    came = [
        Received(address, "", subject=subjects[n % 2], text="", html="", unsubscribe="")
        for n, address in enumerate(people["email"].head(1_600))
        if address
    ]
    bodies = letters.answers(came, now)
    assert bodies == letters.answers(came, now)
    assert all(now.replace(tzinfo=None) < at < datetime(2026, 6, 3) for at, _ in bodies)
    calls = [call for _, body in bodies for call in json.loads(body)["batch"]]
    row = {name: n for n, name in enumerate(people["external_id"])}
    who = Counter(row[name] % 2 for name in {call["userId"] for call in calls})
    assert max(row[call["userId"]] for call in calls) < 1_600, "who got none is not moved by it"
    assert 2 < who[1] / who[0] < 5
    assert letters.answers([], now) == []


def test_the_sink_takes_refuses_and_defers() -> None:
    mail = EmailMessage()
    mail["Message-ID"], mail["Subject"] = "<1@shop.example>", "Маракуйя"
    mail["List-Unsubscribe"] = "<https://shop.example/u/x>, <mailto:u@shop.example>"
    mail.set_content("Text https://shop.example/c/1")
    mail.add_alternative('<a href="https://shop.example/c/2?a=1&amp;b=2">x</a>', subtype="html")
    with MailSink() as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.send_message(mail, "shop@shop.example", ["anna@mail.example"])
        for address, code in (("gone@mail.example", 550), ("full@mail.example", 452)):
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
                client.send_message(mail, "shop@shop.example", [address])
            assert refusal.value.recipients[address][0] == code
        client.send_message(mail, "shop@shop.example", ["full@mail.example"])
        received = sink.take()
    assert [r.to for r in received] == ["anna@mail.example", "full@mail.example"]
    assert received[0].subject == "Маракуйя"
    assert received[0].unsubscribe == "https://shop.example/u/x"
    assert received[0].links == ["https://shop.example/c/2?a=1&b=2"]
