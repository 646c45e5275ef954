"""What is planned of an experiment on a part of an audience, and what is told of it."""

from __future__ import annotations

from maracuja.model import Record
from maracuja.stats.factorial import Factorial
from maracuja.stats.guardrail import Guard
from maracuja.stats.moments import SufficientStatistics
from maracuja.stats.sequential import ExperimentPlan, ExperimentVerdict


class ExperimentPlanned(Record, frozen=True):
    """What is fixed at the launch and never changed.

    `share` of the `audience` people is written to at once; of these the share `reached` is
    expected to pass the gates and not to be held out. `window_s` is how long after the message an
    answer counts. `plan` has the people of one arm and the looks; `measured` says that its rate
    was measured on the audience. `lift_wished` is the lift that was asked for, None where the size
    was.
    """

    goal: str
    variants: tuple[str, ...]
    audience: int
    share: float
    reached: float
    window_s: int
    plan: ExperimentPlan
    measured: bool
    lift_wished: float | None = None

    @property
    def tested(self) -> int:
        """How many people of the audience are in the test."""
        return round(self.audience * self.share)


class LookTold(Record, frozen=True):
    """One look: when, at what share of the planned information, each arm, and the verdict."""

    look: int
    at_us: int
    fraction: float
    final: bool
    arms: dict[str, SufficientStatistics]
    verdict: ExperimentVerdict


class ExperimentTold(Record, frozen=True):
    """An experiment in a report: the plan, where it stands, each look, what went out, and harm.

    `standing` is store.experiments.Stage; `chosen` the variant that went to those who waited since
    `rolled_us`, by the order of `rolled_by`; `waiting` people wait for it still. `information` is
    the share of the planned that is in now. `factors` where the variants are made of two.
    """

    run: int
    planned: ExperimentPlanned
    standing: str
    winner: str
    chosen: str
    decided_us: int | None
    rolled_us: int | None
    rolled_by: str
    waiting: int
    information: float
    looks: tuple[LookTold, ...]
    guards: tuple[Guard, ...] = ()
    factors: Factorial | None = None
