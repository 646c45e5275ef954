"""A text is held where its dates, codes or addresses would be false on a day it may arrive."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from maracuja.campaigns.decoding import decode_text, to_yaml
from maracuja.campaigns.schedule import Schedule, first_occurrence
from maracuja.campaigns.timeliness import Window, unfounded, untimely, window_of
from maracuja.templates.definition import Template, Variant

TUESDAY = datetime(2026, 3, 10, 8, tzinfo=UTC)
FRIDAY = date(2026, 3, 13)


def window(days: int = 0, hours: int = 0, **schedule: object) -> Window:
    occurrence = first_occurrence(Schedule(**schedule), TUESDAY, "Europe/Kyiv")
    assert occurrence is not None
    return window_of(occurrence, timedelta(days=days, hours=hours), "Europe/Kyiv")


def template(text: str, language: str = "en", **more: object) -> Template:
    variants = (Variant(language=language, channel="telegram", text=text),)
    return Template(id="t", variants=variants, **more)


def codes(made: Template, within: Window, *channels: str) -> list[tuple[str, str]]:
    return [(one.level, one.code) for one in untimely(made, within, channels)]


def test_a_window_goes_from_the_first_to_the_last_day_of_reading() -> None:
    at_once = window(days=2)
    assert (at_once.first, at_once.last) == (date(2026, 3, 10), date(2026, 3, 12))
    late = window(hours=15)  # 23:00 UTC is the next day in Kyiv
    assert late.last == late.until_day == date(2026, 3, 11)
    theirs = window(hours=5, day=date(2026, 3, 12), at="10:00", zone="person")
    assert (theirs.first, theirs.last) == (date(2026, 3, 12), date(2026, 3, 12))
    assert theirs.until == datetime(2026, 3, 13, 3, tzinfo=UTC), "the last zone on earth"
    assert theirs.until_day == date(2026, 3, 13)


@pytest.mark.parametrize(
    ("days", "found"),
    [(2, []), (3, []), (4, [("error", "wrong_date")])],
)
def test_a_day_that_is_meant_must_be_the_day_that_is_said(days, found) -> None:
    made = template("It arrives this Friday", dates={"this Friday": FRIDAY})
    assert codes(made, window(days=days)) == found


def test_every_language_and_branch_is_looked_at() -> None:
    text = "{% if person.vip %}Завтра{% else %}В эту пятницу{% endif %}"
    made = template(text, "ru", dates={"пятницу": FRIDAY, "завтра": FRIDAY})
    (fault,) = untimely(made, window(days=0, hours=1))
    assert fault.message.startswith("read on 2026-03-10, «Завтра» says 2026-03-11")


def test_words_that_mean_several_days_are_told_once() -> None:
    made = template("Only today, today, this week, this Friday")
    assert codes(made, window(hours=3)) == []
    assert codes(made, window(days=1)) == [("warning", "moving_date")]
    assert len(untimely(made, window(days=7))) == 3


def test_a_date_that_will_be_over_is_told() -> None:
    made = template("Until 11 March. Since 10 March 2019.")
    assert codes(made, window(days=1)) == []
    assert codes(made, window(days=2)) == [("warning", "past_date")]
    wrong = template("On 14 March", dates={"14 March": FRIDAY})
    assert codes(wrong, window()) == [("error", "wrong_date")]


def test_a_code_must_outlive_the_message() -> None:
    made = template("Say SPRING10", ends={"SPRING10": date(2026, 3, 12)})
    assert codes(made, window(days=2)) == []
    assert codes(made, window(days=3)) == [("error", "ends_first")]
    recurring = window(days=1, every="week", weekdays=("thursday",), at="10:00")
    assert codes(made, recurring) == [("error", "ends_first")]


def test_an_address_ends_wherever_it_stands() -> None:
    variant = Variant(
        language="en",
        channel="telegram",
        text="Look",
        picture="https://shop.example/sale.jpg",
    )
    made = Template(id="t", variants=(variant,), ends={"shop.example/sale": date(2026, 3, 10)})
    (fault,) = untimely(made, window(days=1))
    assert (fault.code, fault.where) == ("ends_first", "variants[0].picture")


@pytest.mark.parametrize(
    "address",
    [
        f"https://files.example/a?Expires={int((TUESDAY + timedelta(hours=24)).timestamp())}",
        "https://files.example/a?X-Amz-Date=20260310T080000Z&X-Amz-Expires=86400",
        "https://files.example/a?X-Goog-Expires=86400&X-Goog-Date=20260310T080000Z",
    ],
)
def test_an_address_that_ends_by_itself_is_found(address) -> None:
    made = template(f"Look: {address}")
    assert codes(made, window(hours=24)) == []
    assert codes(made, window(hours=25)) == [("error", "ends_first")]


def test_only_the_channels_of_the_campaign_are_asked() -> None:
    made = Template(
        id="t",
        variants=(
            Variant(language="en", channel="telegram", text="today"),
            Variant(language="en", channel="sms", text="Look"),
        ),
    )
    assert codes(made, window(days=1), "sms") == []
    assert codes(made, window(days=1), "telegram") == [("warning", "moving_date")]


def test_what_stands_nowhere_is_unfounded() -> None:
    made = template("On Friday with A1", dates={"Monday": FRIDAY}, ends={"B2": FRIDAY})
    assert [one.message for one in unfounded(made)] == [
        "`dates` names «Monday», but no text says a date with these words",
        "`ends` names «B2», but it stands nowhere in the template",
    ]
    assert (
        unfounded(template("On Friday: A1", dates={"friday": FRIDAY}, ends={"A1": FRIDAY})) == []
    )


def test_dates_are_kept_as_they_were_written() -> None:
    made = template("On Friday with A1", dates={"Friday": FRIDAY}, ends={"A1": FRIDAY})
    assert decode_text(to_yaml(made)) == [made]


def test_a_window_by_the_persons_clock_ends_by_it() -> None:
    assert window(days=1, day=FRIDAY, at=time(23, 30).strftime("%H:%M"), zone="person").last == (
        FRIDAY + timedelta(days=1)
    )
