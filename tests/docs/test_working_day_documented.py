"""docs/working_day.md is true: its definitions are read, and say what the page shows."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from maracuja.campaigns.decoding import decode_text
from maracuja.campaigns.inbound import Inbound, Mapped, Signature, Value
from maracuja.campaigns.inbound_mapping import read
from maracuja.campaigns.outbound import Outbound
from maracuja.channels.signing import signature
from maracuja.cli import shelf
from maracuja.clock import SystemClock
from maracuja.runtime import hooks_view
from maracuja.runtime.calendar_work import Calendar, Entry, Overlap
from maracuja.runtime.growth import Growth, Loss, Period, Source

PAGE = (Path(__file__).parents[2] / "docs" / "working_day.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The part of the page below that heading."""
    found = PAGE.partition(f"## {title}\n")[2]
    assert found, title
    return re.split(r"^## ", found, maxsplit=1, flags=re.M)[0]


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def printed(text: str) -> list[str]:
    """Lines without the spaces at their ends."""
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def day(date: int, hour: int) -> datetime:
    return datetime(2026, 11, date, hour, tzinfo=UTC)


def entry(name: str, title: str, at: datetime, people: int, **more: Any) -> Entry:
    shown: dict[str, Any] = {
        "occurrence": "once", "until": at, "state": "draft", "channels": ["email"],
        "topic": "news", "marketing": True, "labels": [], **more,
    }  # fmt: skip
    return Entry(campaign=name, name=title, from_=at, people=people, **shown)


def test_the_calendar_is_printed_as_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    found = Calendar(
        since=day(20, 0),
        until=day(30, 0),
        entries=[
            entry("kyiv-again", "Kyiv, once more", day(21, 10), 20),
            entry("everybody", "To everybody", day(21, 18), 40),
            entry(
                "weekly", "The weekly letter", day(23, 10), 20, state="expected", labels=["weekly"]
            ),
        ],
        always=[],
        overlaps=[Overlap(date(2026, 11, 21), "kyiv-again", "everybody", 20, 1.0)],
        crowded=0,
    )  # fmt: skip
    shelf._say_calendar(found, "UTC")
    assert printed(capsys.readouterr().out) == printed(fenced(section("The calendar"), "text")[0])


def test_growth_is_printed_as_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    found = Growth(
        topic="news",
        channel="email",
        currency="USD",
        periods=[Period(day(2, 0), 4, 0, 4), Period(day(9, 0), 1, 2, 3)],
        sources=[
            Source("facebook", 4, 2, 2, 50.0, 25.0),
            Source("checkout", 1, 0, 1, None, None),
        ],
        losses=[Loss("bounced", 1), Loss("opted out", 1)],
    )
    shelf._say_growth(found, "UTC")
    assert printed(capsys.readouterr().out) == printed(
        fenced(section("Does the list grow?"), "text")[0]
    )


INBOUND = section("Inbound webhooks: when the CRM calls")
SAMPLE, (SUGGESTED, MEANT) = json.loads(fenced(INBOUND, "json")[0]), fenced(INBOUND, "yaml")


def test_the_first_mapping_is_guessed_as_the_page_shows() -> None:
    found = hooks_view.suggest("crm", SAMPLE)
    assert yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=96) == SUGGESTED


def test_the_mapping_makes_the_calls_that_the_page_shows() -> None:
    (hook,) = decode_text(MEANT)
    assert isinstance(hook, Inbound)
    found = read(hook, hook.example)
    assert found.faults == []
    lines = []
    for call in found.calls:
        said = {key: value for key, value in call.items() if key != "messageId"}
        text = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=88)
        lines += [call["type"], *(f"  {line}" for line in text.splitlines())]
    assert "\n".join(lines) + "\n" == fenced(INBOUND, "text")[0]


def test_what_cannot_be_read_is_said_as_the_page_shows() -> None:
    (hook,) = decode_text(MEANT)
    assert isinstance(hook, Inbound)
    worse = {**SAMPLE, "deal": {"id": 77, "amount": "a lot"}}
    assert read(hook, worse).faults == [fenced(INBOUND, "text")[1].strip()]
    assert len(read(hook, worse).calls) == 1


@pytest.mark.parametrize(
    "name",
    sorted(
        {
            field.encode_name
            for kind in (Inbound, Mapped, Signature, Value, Outbound)
            for field in msgspec.structs.fields(kind)
        }
    ),
)
def test_every_field_is_documented(name: str) -> None:
    assert re.search(rf"`{name}`|\b{name}\b", PAGE), f"docs/working_day.md does not say {name}"


def test_the_outbound_webhook_is_one_and_its_signature_is_checked_as_shown() -> None:
    part = section("Outbound webhooks: telling others")
    ((hook,),) = (decode_text(block) for block in fenced(part, "yaml"))
    assert isinstance(hook, Outbound) and hook.batch == 50
    names: dict[str, Any] = {}
    exec(fenced(part, "python")[0], names)
    now_s = int(SystemClock().now().timestamp())
    header = signature("secret", now_s, b"body")
    assert names["is_ours"](header, b"body", "secret")
    assert not names["is_ours"](header, b"other", "secret")
    assert not names["is_ours"](signature("secret", now_s - 700, b"body"), b"body", "secret")
