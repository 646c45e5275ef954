"""For how long a person may be answered: as each vendor counts it, said before it is sent."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from maracuja.simulate.vendors.http import Faults
from tests.contract.channel_case import Case
from tests.contract.channel_cases import instagram, messenger, whatsapp
from tests.contract.channel_world import World, opened_world
from tests.contract.operator_desk import Desk

META = pytest.mark.parametrize("case", [messenger.CASE, instagram.CASE], ids=["messenger", "ig"])


@contextmanager
def written(place: Path, case: Case, **settings: Any) -> Iterator[tuple[World, Desk, str]]:
    """A shop to which somebody wrote just now: the world, an operator, the conversation."""
    case = dataclasses.replace(case, section={**case.section, **settings})
    with opened_world(place, case, faults=Faults()) as world:
        assert case.arrive is not None
        case.arrive(world.vendor, 1)
        world.call(world.vendor.calls())
        world.settle()
        desk = Desk(world)
        write(world)
        (talk,) = desk.listed()
        yield world, desk, talk["id"]


def write(world: World) -> None:
    """The person writes a word, now."""
    vendor: Any = world.vendor
    at_s = int(world.clock.now().timestamp())
    if world.channel == "whatsapp":
        vendor.write(whatsapp.user(0), "Hello?", at_s=at_s)
    else:
        vendor.write(messenger.person(0), "Hello?", at_s=at_s)
    world.call(vendor.calls())
    world.settle()


def test_whatsapp_takes_answers_for_a_day(tmp_path: Path) -> None:
    with written(tmp_path, whatsapp.CASE) as (world, desk, number):
        world.settle(hours=23)
        desk.answer(number, "Here we are.")
        world.settle(hours=2)
        assert desk.turns(number)[-1]["status"] == "sent"
        refused = desk.answer(number, "One thing more", 409)
        assert "24 hours" in refused["detail"] and refused["fix"]
        write(world)
        desk.answer(number, "One thing more")
        world.settle(minutes=1)
        assert desk.turns(number)[-1]["status"] == "sent"
        assert not world.vendor.violations


@META
def test_a_human_may_answer_for_seven_days_where_meta_allows_it(
    case: Case, tmp_path: Path
) -> None:
    with written(tmp_path, case, human_agent=True) as (world, desk, number):
        world.settle(days=6)
        (talk,) = desk.listed()
        assert talk["answer_until"] > world.clock.now().isoformat()
        desk.answer(number, "Here we are.")
        world.settle(minutes=1)
        assert desk.turns(number)[-1]["status"] == "sent"
        world.settle(days=2)
        assert "168 hours" in desk.answer(number, "Still there?", 409)["detail"]
        assert not world.vendor.violations


@META
def test_without_it_a_day(case: Case, tmp_path: Path) -> None:
    with written(tmp_path, case) as (world, desk, number):
        desk.answer(number, "Here we are.")
        world.settle(hours=25)
        assert desk.turns(number)[-1]["status"] == "sent"
        (talk,) = desk.listed()
        assert talk["answer_until"] < world.clock.now().isoformat()
        refused = desk.answer(number, "Still there?", 422)
        assert refused["where"] == "human_agent"
        assert not world.vendor.violations


def test_what_waits_until_the_window_is_over_is_not_sent(tmp_path: Path) -> None:
    with written(tmp_path, whatsapp.CASE) as (world, desk, number):
        world.settle(hours=23, minutes=50)
        world.vendor.faults = Faults(unavailable=1.0)
        desk.answer(number, "In time?")
        world.settle(minutes=30)
        world.vendor.faults = Faults()
        world.settle(hours=3)
        last = desk.turns(number)[-1]
        assert (last["status"], last["code"]) == ("failed", "window_closed")
        assert desk.listed()[0]["state"] == "open"
