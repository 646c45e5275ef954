"""A test on a part of the people, through the whole platform: looks, winner, roll-out, gates."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from maracuja import commit_points
from maracuja.campaigns.decoding import decode_text
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.experiment import Experiment as Planned
from maracuja.campaigns.experiment_checks import check_experiment
from maracuja.errors import CampaignError, Conflict
from maracuja.model import ConsentState
from maracuja.runtime import campaign_status, campaign_work, experiment_orders
from maracuja.runtime.campaign_rehearsal import rehearse
from maracuja.runtime.experiment_planning import planned_shown
from maracuja.store import audit, experiments
from maracuja.store.experiments import Stage
from tests.simulation.experiment_world import TWO, opened_shop

HALF = "test: {share: 0.5, rate: 0.2, looks: 3}"


def test_the_better_text_goes_to_those_who_waited(tmp_path: Path) -> None:
    with opened_shop(tmp_path, seed=1) as shop:
        shop.know(1_200)
        shop.launch(HALF)
        shop.live(1, lambda n, subject: 0.5 if subject == "Bold" else 0.2)
        tried = shop.subjects()
        assert set(tried) == {"Plain", "Bold"}
        assert 520 < tried.total() < 680
        shop.live(32, lambda n, subject: 0.5 if subject == "Bold" else 0.2)
        assert shop.experiment.standing is Stage.WON
        assert shop.experiment.winner == "bold"
        assert shop.subjects()["Plain"] == tried["Plain"]
        assert sorted(shop.read) == list(range(1_200))
        assert all(len(rows) == 1 for rows in shop.read.values())
        assert shop.run_state() == "done"
        assert len(shop.looks) <= 3


class Crash(BaseException):
    """The worker dies here."""


@contextlib.contextmanager
def crashing(point: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the work end where this point is passed for the first time."""

    def die() -> None:
        commit_points.arm("")
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(commit_points, "_die", die)
        commit_points.arm(point)
        try:
            yield
        finally:
            commit_points.arm("")


def bold_is_better(n: int, subject: str) -> float:
    """Every second buys after one text, every fifth after the other."""
    return 0.5 if subject == "Bold" else 0.2


def alike(n: int, subject: str) -> float:
    """Every fifth buys, whatever was read."""
    return 0.2


def test_the_roll_out_passes_every_gate_again_and_counts_from_its_own_moment(
    tmp_path: Path,
) -> None:
    with opened_shop(tmp_path, seed=2) as shop:
        shop.know(1_000)
        shop.launch("test: {share: 0.5, rate: 0.2, looks: 2}\nexpires_after: 3 hours", holdout=0.1)
        shop.live(5, bold_is_better)
        waited = [n for n in range(1_000) if n not in shop.read]
        left = waited[::20]
        with shop.app.store.write() as conn:
            shop.say(conn, left, ConsentState.OPTED_OUT)
        shop.live(32, bold_is_better)
        assert shop.experiment.chosen == "bold"
        assert not set(left) & set(shop.read)
        last = shop.decisions().unique("pid", keep="last").sort("pid")
        ghosts = last.filter(outcome="ghost")
        assert 60 < ghosts.height < 140
        assert len(shop.read) + ghosts.height + last.filter(reason="opted_out").height == 1_000
        assert last.filter(outcome="wait").is_empty()
        late = last.filter(~pl.col("tested"), outcome="send")
        assert set(late["variant"]) == {"bold"}
        assert late["due"].min() > last.filter("tested")["due"].max()  # type: ignore[operator]


def test_where_nothing_differs_somebody_chooses(tmp_path: Path) -> None:
    with opened_shop(tmp_path, seed=3) as shop:
        shop.know(1_200)
        shop.launch(HALF)
        shop.live(32, alike)
        assert shop.experiment.standing is Stage.UNDECIDED
        assert len(shop.looks) <= 4
        assert shop.looks[-1].final
        assert shop.run_state() == "sending"
        assert len(shop.read) < 700
        with shop.app.store.write() as conn:
            experiment_orders.roll_out(conn, "hello", "plain", shop.clock.now())
        with shop.app.store.write() as conn, pytest.raises(Conflict, match="already"):
            experiment_orders.roll_out(conn, "hello", "bold", shop.clock.now())
        shop.live(1)
        assert sorted(shop.read) == list(range(1_200))
        assert shop.run_state() == "done"
        with shop.app.store.read() as conn:
            [order] = audit.newest(conn, subject="campaign:hello", action="roll_out")
        assert (order.actor, order.detail["variant"]) == ("command line", "plain")


def test_the_definition_may_say_what_goes_out_if_none_has_won(tmp_path: Path) -> None:
    with opened_shop(tmp_path, seed=3) as shop:
        shop.know(800)
        shop.launch("test: {share: 0.5, rate: 0.2, looks: 2, undecided: plain}")
        shop.live(32, alike)
        assert (shop.experiment.standing, shop.experiment.chosen) == (Stage.UNDECIDED, "plain")
        assert sorted(shop.read) == list(range(800))


def test_what_was_won_may_wait_for_a_word(tmp_path: Path) -> None:
    with opened_shop(tmp_path, seed=1) as shop:
        shop.know(1_200)
        shop.launch("test: {share: 0.5, rate: 0.2, looks: 3, roll_out: by_hand}")
        shop.live(1, bold_is_better)
        with shop.app.store.write() as conn, pytest.raises(Conflict, match="still running"):
            experiment_orders.roll_out(conn, "hello", "bold", shop.clock.now())
        shop.live(32, bold_is_better)
        assert (shop.experiment.winner, shop.experiment.chosen) == ("bold", "")
        assert len(shop.read) < 700


def test_a_test_can_be_ended_early_and_cancelled(tmp_path: Path) -> None:
    with opened_shop(tmp_path, seed=4) as shop:
        shop.know(800)
        shop.launch(HALF)
        shop.live(2, alike)
        with shop.app.store.write() as conn:
            experiment_orders.roll_out(conn, "hello", "bold", shop.clock.now(), early=True)
        shop.live(1)
        assert shop.experiment.standing is Stage.ENDED
        assert sorted(shop.read) == list(range(800))
        shop.apply(TWO.replace("hello", "again").replace("HOLDOUT", "0").replace("TEST", HALF))
        with shop.app.store.write() as conn:
            campaign_work.launch(conn, shop.app.ground, "again", shop.clock.now())
        shop.live(2, alike)
        with shop.app.store.write() as conn:
            campaign_work.cancel(conn, "again", shop.clock.now())
        shop.live(2)
        with shop.app.store.read() as conn:
            [one] = experiments.of_campaign(conn, "again")
            assert experiments.unfinished(conn) == []
        assert one.standing is Stage.CANCELLED


def test_the_guardrail_stops_the_roll_out_and_says_why(tmp_path: Path) -> None:
    with opened_shop(tmp_path, seed=5) as shop:
        shop.know(1_200)
        shop.launch("test: {share: 0.5, rate: 0.2, looks: 3, guardrail: {opt_out: 0.02}}")
        shop.live(2, bold_is_better)
        leaving = sorted(shop.read)[:80]
        now = shop.clock.now()
        shop.track(
            "Subscription Updated",
            [(n, now) for n in leaving],
            topic="news",
            channel="email",
            state="opted_out",
        )
        shop.live(1, bold_is_better)
        assert shop.run_state() == "paused"
        with shop.app.store.read() as conn:
            [shown] = campaign_status.status(conn, "hello")
        assert "80 of" in shown.held
        assert "the limit is 2.00%" in shown.held
        shop.live(36, bold_is_better)
        assert shop.experiment.standing is Stage.RUNNING
        with shop.app.store.write() as conn:
            campaign_work.resume(conn, "hello", shop.clock.now())
        shop.live(5, bold_is_better)
        assert shop.experiment.chosen == "bold"
        assert shop.run_state() == "done"
        assert sorted(shop.read) == list(range(1_200))


@pytest.mark.slow
@pytest.mark.parametrize(
    "point",
    ["experiment.looked", "experiment.chosen", "experiment.rolled_out", "waiting.committed"],
)
def test_a_crash_changes_nothing(
    tmp_path: Path, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened_shop(tmp_path, seed=1) as shop:
        shop.know(800)
        shop.launch("test: {share: 0.5, rate: 0.2, looks: 2}")
        shop.live(1, bold_is_better)
        with crashing(point, monkeypatch), pytest.raises(Crash):
            shop.live(32, bold_is_better)
        shop.restart()
        shop.live(36, bold_is_better)
        assert shop.experiment.chosen == "bold"
        assert sorted(shop.read) == list(range(800))
        assert all(len(rows) == 1 for rows in shop.read.values())
        assert shop.run_state() == "done"


def test_what_is_planned_is_told_and_what_is_too_small_is_refused(tmp_path: Path) -> None:
    with opened_shop(tmp_path, seed=6) as shop:
        shop.know(1_000)
        shop.apply(TWO.replace("HOLDOUT", "0.1").replace("TEST", "test: {rate: 0.02}"))
        ground, now = shop.app.ground, shop.clock.now()
        with pytest.raises(CampaignError, match=r"takes .* people for each of 2 texts") as refused:
            experiment_orders.check_size(ground, "hello", now)
        assert refused.value.fix == (
            "This audience is too small for a test: send one text to all of it."
        )
        bold = Planned(rate=0.3, lift=0.5, looks=5)
        shown = planned_shown("hello", experiment_orders.plan(ground, "hello", now, test=bold))
        assert (shown.audience, shown.lift, shown.looks) == (1_000, 0.5, 5)
        assert shown.people * 2 == pytest.approx(shown.tested * shown.reached, rel=0.02)
        assert shown.reached == pytest.approx(0.9, abs=0.03), "a tenth is held out"
        assert shown.expected < shown.people
        with pytest.raises(CampaignError, match="lately"):
            experiment_orders.plan(ground, "hello", now, test=Planned())
        with pytest.raises(CampaignError, match="could not show a lift"):
            experiment_orders.plan(ground, "hello", now, test=Planned(share=0.05, rate=0.1))


def test_a_rate_is_measured_where_none_is_given(tmp_path: Path) -> None:
    with opened_shop(tmp_path, seed=7) as shop:
        shop.know(600)
        now = shop.clock.now()
        for day in range(4):
            at = now - timedelta(hours=24 * day + 1)
            shop.track("Order Completed", [(n, at) for n in range(day, 600, 5)], revenue=10)
        shop.settle()
        shop.apply(TWO.replace("HOLDOUT", "0").replace("TEST", "test: {lift: 0.6}"))
        found = experiment_orders.plan(shop.app.ground, "hello", now)
        assert found.measured
        assert found.plan.base_rate == pytest.approx(0.2)
        shown = rehearse(shop.app.ground, "hello", now, samples=0)
        assert shown.experiment == planned_shown("hello", found)
        waits = {gate.reason: gate.people for gate in shown.gates}["for_the_winner"]
        assert waits == pytest.approx(found.audience - found.tested, abs=60)
        assert sum(hour.people for hour in shown.when) == shown.audience - waits


def test_a_test_that_could_tell_nothing_is_refused_with_what_to_do() -> None:
    campaign = TWO.replace("HOLDOUT", "0")
    for test, says in (
        ("test: {undecided: third}", "no variant"),
        ("test: {goal: visit}", "no goal of the campaign"),
        ("test: {guardrail: {push_lost: 0.01}}", "cannot tell of this harm"),
    ):
        [wanted] = decode_text(campaign.replace("TEST", test))
        assert isinstance(wanted, Campaign)
        [fault] = check_experiment(wanted)
        assert says in fault.message
        assert fault.fix
    with pytest.raises(CampaignError, match="either a `share`"):
        decode_text(campaign.replace("TEST", "test: {share: 0.1, people: 100}"))
    with pytest.raises(CampaignError, match="an hour at the earliest"):
        decode_text(campaign.replace("TEST", "test: {decide_after: 5 minutes}"))


FAULTS = (
    (
        "{id: plain, template: plain, share: 0.4}, {id: bold, template: bold, share: 0.6}",
        "one size",
    ),
    ("{id: plain, template: plain}", "at least two"),
    ("{id: plain, template: plain, factors: {a: b}}, {id: bold, template: bold}", "make a square"),
    ("{id: plain, template: plain, order: [email]}, {id: bold, template: bold}", "need a cascade"),
    ('{id: plain, template: plain, at: "10:00"}, {id: bold, template: bold}', "have hours"),
    ("{id: plain, template: plain, per_week: 2}, {id: bold, template: bold}", "come so often"),
)


@pytest.mark.parametrize(("variants", "says"), FAULTS)
def test_arms_that_cannot_be_compared_are_refused(variants: str, says: str) -> None:
    text = TWO.replace("HOLDOUT", "0").replace("TEST", "test: {share: 0.5, rate: 0.2}")
    old = "{id: plain, template: plain}, {id: bold, template: bold}"
    [wanted] = decode_text(text.replace(old, variants))
    assert isinstance(wanted, Campaign)
    assert says in " ".join(fault.message for fault in check_experiment(wanted))
