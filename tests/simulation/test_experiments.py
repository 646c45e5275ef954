"""A test on a part of the people, through the whole platform: looks, winner, roll-out, gates."""

from __future__ import annotations

from pathlib import Path

from maracuja.store.experiments import Stage
from tests.simulation.experiment_world import opened_shop

HALF = "test: {share: 0.5, rate: 0.2, looks: 3}"


def test_the_better_text_goes_to_those_who_waited(tmp_path: Path) -> None:
    with opened_shop(tmp_path, seed=1) as shop:
        shop.know(2_000)
        shop.launch(HALF)
        shop.live(1, lambda n, subject: 0.5 if subject == "Bold" else 0.2)
        tried = shop.subjects()
        assert set(tried) == {"Plain", "Bold"}
        assert 900 < tried.total() < 1100
        shop.live(60, lambda n, subject: 0.5 if subject == "Bold" else 0.2)
        assert shop.experiment.standing is Stage.WON
        assert shop.experiment.winner == "bold"
        assert shop.subjects()["Plain"] == tried["Plain"]
        assert sorted(shop.read) == list(range(2_000))
        assert all(len(rows) == 1 for rows in shop.read.values())
        assert shop.run_state() == "done"
        assert len(shop.looks) <= 3
