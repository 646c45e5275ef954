"""What a launch of a cascade would come to, step by step: whom each reaches, how many, what cost.

It counts what the gates say and writes to nobody. What follows a first message is not known
before: it is told as a range, and as an expectation where messages of the shop's past speak.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from maracuja.campaigns.cascade import Step
from maracuja.channels import BY_NAME
from maracuja.decisions import cascade as deciding
from maracuja.decisions.reasons import Outcome
from maracuja.runtime.cascade_answers import Past
from maracuja.runtime.launch_cascade import ONE_PART, CascadeTexts, price
from maracuja.runtime.launch_chunk import Decided
from maracuja.runtime.launch_work import Round
from maracuja.runtime.rehearsed_texts import some_of, words_of

PAST_MIN: Final = 20  # messages of a channel, below which its past says nothing


@dataclass(frozen=True)
class StepPlanned:
    """One channel of a cascade before its launch; money in the shop's currency.

    `reachable` people of the audience could be written to there, `first` begin there. It is sent
    between `least` (all before it are delivered) and `most` (none is) messages; `expected` is what
    the channels' own past makes likely, None where there is none. `each` is the mean price; it
    is 0 where nobody has named one, though vendors want money there, if `unpriced`.
    """

    channel: str
    reachable: int
    first: int
    least: int
    expected: float | None
    most: int
    each: float
    cost_least: float
    cost_expected: float | None
    cost_most: float
    unpriced: bool = False


class CascadeCount:
    """Sums over the chunks of a rehearsal."""

    def __init__(self, work: Round) -> None:
        cascade = work.facts.campaign.cascade
        assert cascade is not None and isinstance(work.texts, CascadeTexts)
        self._work = work
        self._steps = cascade.steps
        self._texts = work.texts
        self._reachable: Counter[str] = Counter()
        self._paths: Counter[tuple[str, ...]] = Counter()
        self._prices: dict[str, list[float]] = {step.channel: [] for step in cascade.steps}

    def add(self, read: pl.DataFrame, decided: Decided, now: datetime) -> None:
        """One chunk more: the people as they were read, and what they came to."""
        work, channels = self._work, [step.channel for step in self._steps]
        assert work.rank is not None
        rules = work.ground.rules(work.facts)
        people = read.sort("pid")
        refused = deciding.why_not(people, channels, rules)
        for channel in channels:
            self._reachable[channel] += int(((refused[channel] == "") & people["known"]).sum())
        coming = [Outcome.SEND.value, Outcome.WAIT.value]
        going = decided.decisions.filter(
            pl.col("outcome").is_in(coming), pl.col("channel") != "", pl.col("held") == ""
        )
        paths = deciding.paths(people, channels, work.rank(people), rules)
        people = people.with_columns(path=paths).join(
            going.select("pid", "variant"), on="pid", how="inner", maintain_order="left"
        )
        counted = people.group_by("path").len().iter_rows()
        self._paths.update({tuple(path.split(",")): n for path, n in counted})
        for step in self._steps:
            self._prices[step.channel] += self._priced(step, people, now)

    def _priced(self, step: Step, people: pl.DataFrame, now: datetime) -> list[float]:
        """The prices of some messages of a step, as they would really be written."""
        work, channel = self._work, step.channel
        account = work.ground.config.channels.get(channel)
        if step.price is not None or account is None or not BY_NAME[channel].paid:
            return []
        if not BY_NAME[channel].cuts:  # whatever the words are
            return [price(work.ground.config, channel, None, ONE_PART, "")]
        asked = some_of(people.filter(pl.col("path").str.split(",").list.contains(channel)))
        written = self._texts.on[channel].write(asked.with_columns(channel=pl.lit(channel)))
        rows = written.slots.join(asked.select("pid", "variant"), on="pid", how="left")
        config, facts = work.ground.config, work.facts.on(channel)
        return [
            price(config, channel, None, *words)
            for words in words_of(config, facts, rows, written.skeletons, now)
        ]

    def planned(self, past: Mapping[str, Past]) -> tuple[StepPlanned, ...]:
        """The steps as they are written; `past` is what became of earlier messages."""
        chances = {step.channel: follows(step, past[step.channel]) for step in self._steps}
        least, most = Counter[str](), Counter[str]()
        expected: dict[str, float | None] = {step.channel: 0.0 for step in self._steps}
        for path, people in self._paths.items():
            least[path[0]] += people
            left: float | None = float(people)
            for channel in path:
                most[channel] += people
                so_far, chance = expected[channel], chances[channel]
                expected[channel] = None if left is None or so_far is None else so_far + left
                left = None if left is None or chance is None else left * chance
        return tuple(
            self._step(step, least[step.channel], expected[step.channel], most[step.channel])
            for step in self._steps
        )

    def _step(self, step: Step, least: int, expected: float | None, most: int) -> StepPlanned:
        each = self._each(step)
        return StepPlanned(
            channel=step.channel,
            reachable=self._reachable[step.channel],
            first=least,
            least=least,
            expected=expected,
            most=most,
            each=each,
            cost_least=least * each,
            cost_expected=None if expected is None else expected * each,
            cost_most=most * each,
            unpriced=step.price is None and each == 0 and BY_NAME[step.channel].paid,
        )

    def _each(self, step: Step) -> float:
        """What a message costs on average: as stated, else as those that were written."""
        if step.price is not None:
            return step.price
        prices = self._prices[step.channel]
        return sum(prices) / len(prices) if prices else 0.0


def follows(step: Step, past: Past) -> float | None:
    """How likely the next step follows this one; None where the past says nothing."""
    if past.sent + past.failed < PAST_MIN:
        return None
    if step.wait:
        return max(0.0, 1 - past.delivered / max(past.sent, 1))
    return min(1.0, past.failed / (past.sent + past.failed))


def costs(steps: Sequence[StepPlanned]) -> tuple[float, float | None, float]:
    """What the cascade costs: at least, expected (None: unknown), at most."""
    likely = [step.cost_expected for step in steps]
    known = [cost for cost in likely if cost is not None]
    return (
        sum(step.cost_least for step in steps),
        sum(known) if len(known) == len(likely) else None,
        sum(step.cost_most for step in steps),
    )
