"""Who is held out and who gets which variant, by draws that stay the same for ever."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from maracuja import rng
from maracuja.model import Record
from maracuja.rng import Pids

GLOBAL: Final = "global"
CAMPAIGN: Final = "campaign"


class Arms(Record, frozen=True):
    """The lottery of one campaign: its salts and shares, frozen at launch.

    The global control group is the same people in every campaign; within the rest each campaign
    draws its own holdout; variants are drawn for everybody, the held out included. The draws are
    independent because their salts differ.
    """

    salt: str  # of the workspace
    campaign: str
    variants: tuple[str, ...]
    shares: tuple[float, ...]  # one per variant, together 1
    global_holdout: float = 0.0
    holdout: float = 0.0

    def propensities(self) -> dict[tuple[str, str], float]:
        """The probability of every arm, by (held, variant); together 1."""
        groups = {
            GLOBAL: self.global_holdout,
            CAMPAIGN: (1 - self.global_holdout) * self.holdout,
            "": (1 - self.global_holdout) * (1 - self.holdout),
        }
        return {
            (held, variant): share * part
            for held, part in groups.items()
            for variant, share in zip(self.variants, self.shares, strict=True)
        }


def assign(arms: Arms, draw_pids: pl.Series) -> pl.DataFrame:
    """Columns `held` ('', 'global', 'campaign'), `variant` and `propensity` of each person.

    `draw_pids` (Int64, shape (n,)) are the pids whose draws decide: canonical at first sight and
    stored. `propensity` is the probability of exactly this (held, variant), so that those of all
    arms sum to 1. The same salt and pid give the same arm in every process and release.
    """
    pids = draw_pids.to_numpy()
    everywhere = _below(f"{arms.salt}:global", pids, arms.global_holdout)
    here = _below(f"{arms.salt}:holdout:{arms.campaign}", pids, arms.holdout)
    variant = _variant(arms, pids)
    held = np.where(everywhere, 2, np.where(here, 1, 0))
    names = ("", CAMPAIGN, GLOBAL)
    chances = arms.propensities()
    table = np.array([[chances[name, v] for v in arms.variants] for name in names])
    return pl.DataFrame(
        {
            "held": pl.Series(names, dtype=pl.String).gather(held),
            "variant": pl.Series(arms.variants, dtype=pl.String).gather(variant),
            "propensity": pl.Series(table[held, variant], dtype=pl.Float64),
        }
    )


def in_test(arms: Arms, occurrence: str, share: float, draw_pids: pl.Series) -> pl.Series:
    """Who of the people an experiment's variants are tried on (Boolean, shape (n,)).

    Of each occurrence others, and independent of who is held out and of the variants.
    """
    salt = f"{arms.salt}:test:{arms.campaign}:{occurrence}"
    return pl.Series(_below(salt, draw_pids.to_numpy(), share), dtype=pl.Boolean)


def _below(salt: str, pids: Pids, share: float) -> npt.NDArray[np.bool_]:
    """Whose draw falls under the share; no draw is spent where the share is nothing or all."""
    if share <= 0 or share >= 1:
        return np.full(len(pids), share >= 1)
    return rng.draws(salt, pids) < share


def _variant(arms: Arms, pids: Pids) -> npt.NDArray[np.int64]:
    """The place of each person's variant in `arms.variants`."""
    if len(arms.variants) == 1:
        return np.zeros(len(pids), dtype=np.int64)
    edges = np.cumsum(arms.shares)[:-1]
    drawn = rng.draws(f"{arms.salt}:variant:{arms.campaign}", pids)
    return np.searchsorted(edges, drawn, side="right").astype(np.int64)
