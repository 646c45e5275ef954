"""The rule sets, one by one, and what they come to for people of several countries at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl
import pytest

from maracuja.channels import CHANNELS
from maracuja.decisions import countries
from maracuja.decisions.law import (
    KIND_OF,
    Consent,
    Deadline,
    Kind,
    LawSet,
    Own,
    Right,
    Stated,
    due,
    kind_of,
    strictest,
)
from maracuja.decisions.law_europe import EUROPE
from maracuja.decisions.law_sets import BY_COUNTRY, BY_ID, DEFAULT, LAWS, STRICT, law_of
from maracuja.decisions.lawful import TOLD, Rulebook, counted, lawful, laws_of
from maracuja.model import ConsentState, moment

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)

# law: country, mail, phone, messenger, age, hours by law, days of access, working, breach hours
TABLE = [
    ("gdpr", "FR", "soft", "soft", "prior", 16, [], 30, False, 72),
    ("germany", "DE", "soft", "prior", "prior", 16, [], 30, False, 72),
    ("italy", "IT", "soft", "prior", "prior", 16, [], 30, False, 72),
    ("poland", "PL", "prior", "prior", "prior", 16, [], 30, False, 72),
    ("gdpr", "GB", "soft", "soft", "prior", 16, [], 30, False, 72),
    ("ukraine", "UA", "prior", "prior", "prior", 14, [], 30, False, 72),
    ("russia", "RU", "prior", "prior", "prior", 18, [], 10, True, 24),
    ("mongolia", "MN", "prior", "prior", "prior", 18, [], 10, True, 24),
    ("strict", "US", "prior", "prior", "prior", 18, [(8, 21)], 10, True, 24),
    ("strict", "", "prior", "prior", "prior", 18, [(8, 21)], 10, True, 24),
]


@pytest.mark.parametrize(
    ("name", "country", "mail", "phone", "messenger", "age", "hours", "days", "working", "breach"),
    TABLE,
)
def test_each_set_says_what_its_law_says(
    name: str,
    country: str,
    mail: str,
    phone: str,
    messenger: str,
    age: int,
    hours: list[tuple[int, int]],
    days: int,
    working: bool,
    breach: int,
) -> None:
    law = law_of(country)
    assert law.id == name
    assert [law.opt_in[kind].needs for kind in (Kind.MAIL, Kind.PHONE, Kind.MESSENGER)] == [
        mail,
        phone,
        messenger,
    ]
    assert law.age.years == age
    assert [(h.start.hour, h.end.hour) for h in law.hours if h.stated.law] == hours
    access = law.rights[Right.ACCESS]
    assert (access.days, access.working) == (days, working)
    assert law.breach.hours == breach


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_every_rule_says_where_it_stands(law: LawSet) -> None:
    rules = [
        *(rule.stated for rule in law.opt_in.values()),
        *(one.stated for one in law.hours),
        law.sender,
        law.age.stated,
        *(one.stated for one in law.rights.values()),
        law.breach.stated,
        law.special,
        law.profiling,
    ]
    for rule in rules:
        assert rule.source
        assert rule.url.startswith(("https://", "http://", "docs/"))
        assert not rule.law or rule.url.startswith("http"), "a law has an official page"
    assert set(law.opt_in) == set(Kind)
    assert set(law.rights) == set(Right)
    assert law.name and law.keep


def test_every_channel_has_its_kind_and_no_country_two_laws() -> None:
    assert {channel.name for channel in CHANNELS} == set(KIND_OF)
    assert kind_of("telegram/promo") is Kind.MESSENGER
    assert kind_of("pigeon") is Kind.PHONE
    named = [country for law in LAWS for country in law.countries]
    assert len(named) == len(set(named)) == len(BY_COUNTRY)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_the_default_is_as_strict_as_any(law: LawSet) -> None:
    assert DEFAULT.age.years >= law.age.years
    assert DEFAULT.breach.hours <= law.breach.hours
    for kind in Kind:
        assert DEFAULT.opt_in[kind].needs is Consent.PRIOR
    for day in range(7):
        since = NOON + timedelta(days=day)
        for right in Right:
            assert due(DEFAULT.rights[right], since) <= due(law.rights[right], since)
    quiet = strictest(DEFAULT, Own(advice=True)).quiet
    for hour in range(24):
        closed = any(one.holds(time(hour)) for one in strictest(law, Own(advice=True)).quiet)
        assert not closed or any(one.holds(time(hour)) for one in quiet)


def test_deadlines_count_days_or_working_days() -> None:
    stated = Stated(source="x", url="docs/law.md")
    friday = datetime(2026, 3, 6, 15, tzinfo=UTC)
    assert due(Deadline(days=30, stated=stated), friday) == friday + timedelta(days=30)
    working = Deadline(days=10, working=True, more=5, stated=stated)
    assert due(working, friday).date() == date(2026, 3, 20)
    assert due(working, friday, extended=True).date() == date(2026, 3, 27)
    assert due(Deadline(days=0, stated=stated), friday) == friday


@pytest.mark.parametrize(
    ("said", "phone", "zone", "country"),
    [
        ("UA", "+4915112345678", "Europe/Berlin", "UA"),
        ("ukraine", None, None, "UA"),
        ("Україна", None, None, "UA"),
        ("Россия", None, None, "RU"),
        ("Монгол", None, None, "MN"),
        ("Atlantis", "+97699112233", None, "MN"),
        (None, "+77011234567", "Europe/Kyiv", "KZ"),
        (None, "+79161234567", None, "RU"),
        (None, "+447700900123", None, "GB"),
        (None, None, "Europe/Kiev", "UA"),
        (None, None, "America/New_York", "US"),
        (None, None, "UTC", "PL"),
        (None, None, None, "PL"),
    ],
)
def test_a_country_is_their_word_else_their_phone_else_their_zone(
    said: str | None, phone: str | None, zone: str | None, country: str
) -> None:
    assert countries.of_person(said, phone, zone, "PL") == country


def people(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=TOLD, orient="row")


def test_people_of_all_countries_are_looked_at_in_one_set() -> None:
    frame = people(
        ("DE", None, "Europe/Berlin", date(2010, 3, 5), None),  # 15, for a day more
        ("DE", None, "Europe/Berlin", date(2010, 3, 4), None),  # 16 today
        (None, "+380501234567", None, date(2010, 3, 5), None),
        ("RU", None, None, date(2010, 3, 4), None),
        (None, None, "America/New_York", None, None),
        (None, None, None, None, True),
    )
    found = lawful(frame, Rulebook(country="UA"), NOON, "Europe/Kyiv")
    assert found["law"].to_list() == [
        "germany",
        "germany",
        "ukraine",
        "russia",
        "strict",
        "ukraine",
    ]
    assert found["under_age"].to_list() == [True, False, False, True, False, True]
    # Seven in the morning in New York: the law opens at eight. Nowhere else is there one.
    assert found["law_until_us"].drop_nulls().to_list()
    (until,) = found["law_until_us"].drop_nulls()
    assert moment(until) == datetime(2026, 3, 4, 13, tzinfo=UTC)
    assert found["law_until_us"][4] == until


def test_advice_holds_where_the_shop_wants_it() -> None:
    frame = people(("UA", None, "Europe/Kyiv", None, None))
    night = datetime(2026, 3, 4, 20, tzinfo=UTC)  # ten in the evening in Kyiv
    assert lawful(frame, Rulebook(), night, "UTC")["law_until_us"].to_list() == [None]
    book = Rulebook(own=Own(advice=True))
    (until,) = lawful(frame, book, night, "UTC")["law_until_us"]
    assert moment(until) == datetime(2026, 3, 5, 7, tzinfo=UTC)


def test_a_shop_may_put_a_country_under_another_law() -> None:
    frame = people(("KZ", None, None, None, None), ("UA", None, None, None, None))
    book = Rulebook(laws={"KZ": "russia"})
    assert laws_of(frame, book).to_list() == ["russia", "ukraine"]
    assert book.law_of("kz").id == "russia"


def test_a_soft_opt_in_counts_where_the_law_takes_it() -> None:
    law = pl.Series("law", ["gdpr", "ukraine", "gdpr", STRICT])
    states = np.array([5, 5, 1, 5], dtype=np.int8)
    book = Rulebook(country="UA")
    assert counted(states, law, "email", book).tolist() == [1, 5, 1, 5]
    assert counted(states, law, "telegram", book).tolist() == [5, 5, 1, 5]
    never = Rulebook(own=Own(soft_opt_in=False))
    assert counted(states, law, "email", never).tolist() == [5, 5, 1, 5]
    assert ConsentState.SOFT == 5


def test_the_strictest_of_law_and_shop_holds() -> None:
    assert strictest(BY_ID["gdpr"], Own(minimum_age=13)).age == 16
    assert strictest(BY_ID["gdpr"], Own(minimum_age=21)).age == 21
    assert strictest(BY_ID["gdpr"], Own()).double == frozenset()
    assert strictest(BY_ID["gdpr"], Own(advice=True)).double == frozenset()
    assert strictest(BY_ID["ukraine"], Own(double_opt_in=True)).double == frozenset(Kind)


def test_a_state_that_asks_more_takes_no_soft_opt_in() -> None:
    law = pl.Series("law", ["gdpr", "germany", "italy", "poland"])
    soft = np.full(4, ConsentState.SOFT, dtype=np.int8)
    book = Rulebook()
    yes = ConsentState.OPTED_IN
    assert (counted(soft, law, "email", book) == yes).tolist() == [True, True, True, False]
    assert (counted(soft, law, "sms", book) == yes).tolist() == [True, False, False, False]
    assert not (counted(soft, law, "telegram", book) == yes).any()


@pytest.mark.parametrize("law", EUROPE, ids=lambda law: law.id)
def test_no_state_asks_less_than_the_union(law: LawSet) -> None:
    union = EUROPE[0]
    for kind in Kind:
        asks, theirs = law.opt_in[kind].needs, union.opt_in[kind].needs
        assert asks is theirs or asks is Consent.PRIOR
    assert (law.age, law.rights, law.breach) == (union.age, union.rights, union.breach)
