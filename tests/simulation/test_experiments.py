"""A test on a part of the people, through the whole platform: looks, winner, roll-out, gates."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from maracuja import commit_points
from maracuja.errors import Conflict
from maracuja.model import ConsentState
from maracuja.runtime import campaign_status, campaign_work, experiment_orders
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
