"""Chance is the same in every process and release: golden vectors, uniformity, independence."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
from scipy.stats import chi2

from maracuja import rng

PIDS = [1, 2, 3, 1_000_000, 2**62]
PEOPLE = range(1, 64_001)
GOLDEN_DRAWS = [
    0.8316057949444076,
    0.6463391454449591,
    0.7802455623099954,
    0.27971984059863697,
    0.031592640427674956,
]
GOLDEN_BUCKETS = [16, 48, 53, 39, 20]
GOLDEN_ID = "a8fff6995a8783596234837ad33a4b9a"
GOLDEN_KEY = 3341247271602818781
GOLDEN_STREAM = [0.5012381641890477, 0.4474087050286867, 0.6484637547546787]


def test_draws_are_the_golden_ones() -> None:
    assert rng.draws("holdout:autumn", PIDS).tolist() == GOLDEN_DRAWS


def test_a_draw_is_the_first_53_bits_of_sha256_of_salt_zero_and_pid() -> None:
    digest = hashlib.sha256(b"holdout:autumn\x00" + (3).to_bytes(8, "big")).hexdigest()
    assert rng.draws("holdout:autumn", [3])[0] == (int(digest[:16], 16) >> 11) / 2**53


def test_buckets_are_the_golden_ones() -> None:
    assert [rng.bucket(pid) for pid in PIDS] == GOLDEN_BUCKETS
    assert rng.buckets(PIDS).tolist() == GOLDEN_BUCKETS


def test_ids_and_keys_are_the_golden_ones() -> None:
    assert rng.make_id("message", "autumn", 1, 7).hex() == GOLDEN_ID
    assert rng.make_key("event", "m-1") == GOLDEN_KEY


def test_parts_of_a_key_do_not_run_together() -> None:
    assert rng.make_id("ab", "c") != rng.make_id("a", "bc")


def test_streams_are_the_golden_ones() -> None:
    assert rng.stream(1, "decision", 7).random(3).tolist() == GOLDEN_STREAM


def test_a_stream_depends_on_every_part_of_its_name() -> None:
    first = rng.stream(1, "decision", 7).random(4).tolist()
    assert first == rng.stream(1, "decision", 7).random(4).tolist()
    for other in ((2, "decision", 7), (1, "policy", 7), (1, "decision", 8)):
        assert first != rng.stream(*other).random(4).tolist()


def test_another_process_with_another_hash_seed_draws_the_same() -> None:
    code = (
        "from maracuja import rng;"
        f"print(rng.draws('holdout:autumn', {PIDS}).tolist(), rng.stream(1, 'a').random())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},  # noqa: TID251
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "77")
    }
    assert answers == {f"{GOLDEN_DRAWS} {rng.stream(1, 'a').random()}\n"}


def test_draws_are_uniform() -> None:
    for salt in ("global", "holdout:autumn", "variant:autumn"):
        counts, _ = np.histogram(rng.draws(salt, PEOPLE), bins=100, range=(0, 1))
        assert _chi_square_p(counts, np.full(100, len(PEOPLE) / 100), 99) > 0.001


def test_buckets_are_uniform() -> None:
    counts = np.bincount(rng.buckets(PEOPLE), minlength=rng.BUCKETS)
    assert _chi_square_p(counts, np.full(64, len(PEOPLE) / 64), 63) > 0.001


def test_salts_are_independent_of_each_other_and_of_buckets() -> None:
    salts = ["global", "holdout:autumn", "holdout:winter", "variant:autumn"]
    cells = [(rng.draws(salt, PEOPLE) * 10).astype(int) for salt in salts]
    cells.append(rng.buckets(PEOPLE).astype(int) % 10)
    for i, first in enumerate(cells):
        for second in cells[i + 1 :]:
            table = np.histogram2d(first, second, bins=10, range=((0, 10), (0, 10)))[0]
            expected = table.sum(1, keepdims=True) * table.sum(0, keepdims=True) / table.sum()
            assert _chi_square_p(table, expected, 81) > 0.001


def _chi_square_p(counts: np.ndarray, expected: np.ndarray, degrees: int) -> float:
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), degrees))
