"""Each gate leaves its reason, and the first one that holds is on record."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import polars as pl
import pytest

from maracuja.decisions import gates
from maracuja.decisions.quiet import QuietHours
from maracuja.model import ConsentState, TopicKind, micros

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
RULES = gates.Rules(topic=TopicKind.MARKETING, quiet=QuietHours(start=time(21), end=time(9)))
SERVICE = gates.Rules(topic=TopicKind.SERVICE, quiet=QuietHours(start=time(21), end=time(9)))


def person(**changes: object) -> pl.DataFrame:
    """One person who passes every gate, with changes."""
    row: dict[str, object] = {
        "pid": 1,
        "known": True,
        "suppressed": None,
        "consent": ConsentState.OPTED_IN.value,
        "address": "maria@shop.example",
        "zone": None,
        "held": "",
        "fault": None,
        "due_us": None,
        "expires_us": None,
        "free_us": None,
        **changes,
    }
    return pl.DataFrame([row], schema={**gates.COLUMNS, **gates.OPTIONAL})


def decided(rules: gates.Rules, now: datetime, **changes: object) -> tuple[str, str, int | None]:
    return gates.decide(person(**changes), rules, now).row(0)  # type: ignore[return-value]


def test_somebody_who_passes_every_gate_is_sent_to() -> None:
    assert decided(RULES, NOON) == ("send", "passed", None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"expires_us": micros(NOON) - 1}, "expired"),
        ({"known": False}, "gone"),
        ({"suppressed": "marketing"}, "suppressed"),
        ({"suppressed": "all"}, "suppressed"),
        ({"consent": ConsentState.OPTED_OUT.value}, "opted_out"),
        ({"consent": ConsentState.PENDING.value}, "consent_pending"),
        ({"consent": ConsentState.UNPROVEN.value}, "consent_unproven"),
        ({"consent": ConsentState.UNKNOWN.value}, "no_consent"),
        ({"consent": None}, "no_consent"),
        ({"address": None}, "no_address"),
        ({"address": ""}, "no_address"),
        ({"fault": "stale"}, "stale"),
    ],
)
def test_a_closed_gate_says_why(changes: dict[str, object], reason: str) -> None:
    assert decided(RULES, NOON, **changes) == ("never", reason, None)


def test_a_later_local_time_waits_before_anything_else_is_asked() -> None:
    due = micros(NOON + timedelta(hours=3))
    assert decided(RULES, NOON, due_us=due, consent=None) == ("wait", "local_time", due)


def test_quiet_hours_wait_for_the_morning() -> None:
    morning = micros(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    assert decided(RULES, NIGHT) == ("wait", "quiet_hours", morning)


def test_quiet_hours_past_the_expiry_are_final() -> None:
    at_eight = micros(datetime(2026, 11, 21, 8, 0, tzinfo=UTC))
    assert decided(RULES, NIGHT, expires_us=at_eight) == ("never", "quiet_hours", None)


def test_quiet_hours_are_the_persons_own() -> None:
    assert decided(RULES, NIGHT, zone="Asia/Ulaanbaatar")[1] == "quiet_hours"
    assert decided(RULES, NIGHT, zone="Pacific/Auckland")[0] == "send"


def test_the_cap_waits_until_it_is_free_or_gives_up() -> None:
    free = micros(NOON + timedelta(days=2))
    assert decided(RULES, NOON, free_us=free) == ("wait", "frequency_cap", free)
    tomorrow = micros(NOON + timedelta(days=1))
    late = decided(RULES, NOON, free_us=free, expires_us=tomorrow)
    assert late == ("never", "frequency_cap", None)
    assert decided(RULES, NOON, free_us=micros(NOON))[0] == "send"


def test_what_is_withheld_waits_until_its_end_or_is_final() -> None:
    later = micros(NOON) + 1
    assert decided(RULES, NOON, withheld="expired") == ("never", "expired", None)
    assert decided(RULES, NOON, withheld="gone", withheld_until_us=later) == (
        "wait",
        "gone",
        later,
    )
    assert decided(RULES, NOON, withheld="gone", withheld_until_us=micros(NOON))[0] == "send"
    assert decided(SERVICE, NOON, withheld="expired")[0] == "send"
    assert decided(RULES, NOON, withheld="gone", consent=None) == ("never", "no_consent", None)


def test_the_held_out_pass_every_gate_before_they_become_ghosts() -> None:
    assert decided(RULES, NOON, held="global") == ("ghost", "held_out", None)
    assert decided(RULES, NOON, held="campaign", consent=None)[1] == "no_consent"
    assert decided(RULES, NIGHT, held="campaign")[1] == "quiet_hours"


def test_consent_is_asked_before_the_text_and_the_text_before_the_hour() -> None:
    assert decided(RULES, NIGHT, fault="missing", consent=None)[1] == "no_consent"
    assert decided(RULES, NIGHT, fault="missing")[1] == "missing"


def test_a_service_message_skips_all_but_suppression_and_opt_out() -> None:
    free = micros(NIGHT + timedelta(days=2))
    passed = decided(SERVICE, NIGHT, held="global", consent=None, free_us=free)
    assert passed == ("send", "passed", None)
    assert decided(SERVICE, NIGHT, suppressed="marketing")[0] == "send"
    assert decided(SERVICE, NIGHT, suppressed="all")[1] == "suppressed"
    opted_out = ConsentState.OPTED_OUT.value
    assert decided(SERVICE, NIGHT, consent=opted_out)[1] == "opted_out"


def test_only_those_who_may_be_written_to_are_rendered() -> None:
    people = pl.concat([person(), person(consent=None), person(known=None), person(address="")])
    assert gates.text_needed(people, RULES, NIGHT).to_list() == [True, False, True, False]
