"""What a launch needs for a cascade: texts for each channel, and the order of the channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from maracuja.campaigns.cascade import Cascade, Order
from maracuja.campaigns.definitions import Arm
from maracuja.campaigns.facts import RunFacts
from maracuja.channels import BY_NAME
from maracuja.channels.http import HttpChannel
from maracuja.config import Config
from maracuja.decisions.cascade import Ranks, given_ranks, priced_ranks
from maracuja.runtime.launch_chunk import Rank, Written
from maracuja.runtime.launch_text import NO_SLOTS, Texts
from maracuja.templates.definition import choose

ONE_PART: Final = "-"  # any text of one part


class CascadeTexts:
    """The texts of a run on each of its channels; it writes to people of several at once."""

    def __init__(self, channels: Sequence[str], make: Callable[[str], Texts]) -> None:
        self.on = {channel: make(channel) for channel in channels}

    @property
    def reads(self) -> list[str]:
        """Every column that any of the texts reads, sorted."""
        return sorted({column for texts in self.on.values() for column in texts.reads})

    @property
    def neutral(self) -> dict[bool, int]:
        """How many were written to, by whether a word about them could not be said."""
        every = [texts.neutral for texts in self.on.values()]
        return {
            said: sum(one[said] for one in every)
            for said in (False, True)
            if any(said in one for one in every)
        }

    def write(self, people: pl.DataFrame) -> Written:
        """The texts of these people, each on the channel of the column `channel`, shape (n,)."""
        faults = pl.Series("fault", [None] * people.height, dtype=pl.String)
        slots: list[pl.DataFrame] = [pl.DataFrame(schema=NO_SLOTS)]
        skeletons: dict[str, Any] = {}
        for channel, texts in self.on.items():
            mine = people["channel"] == channel
            if not mine.any():
                continue
            written = texts.write(people.filter(mine))
            faults = faults.scatter(mine.arg_true(), written.faults.cast(pl.String))
            slots.append(written.slots)
            skeletons |= written.skeletons
        return Written(faults, pl.concat(slots, how="diagonal"), skeletons)


def bound(facts: RunFacts) -> list[str]:
    """The channels of a cascade on which some text goes only to those who wrote lately."""
    if facts.campaign.cascade is None:
        return []
    return [
        channel
        for channel in facts.campaign.channels
        if BY_NAME[channel].can.window_s and not _approved(facts, channel)
    ]


def _approved(facts: RunFacts, channel: str) -> bool:
    """Whether the vendor has approved whatever anybody reads on the channel."""
    for template in facts.templates.values():
        languages = ["", *(variant.language for variant in template.variants)]
        read = {choose(template, language, channel) for language in languages}
        if any(template.variants[n].approved is None for n in read):
            return False
    return True


def prices(config: Config, cascade: Cascade) -> list[float]:
    """What a message of one part costs on each step, in the shop's currency; 0: nobody said."""
    return [price(config, step.channel, step.price, ONE_PART, "") for step in cascade.steps]


def price(config: Config, channel: str, stated: float | None, text: str, language: str) -> float:
    """What a message of these words costs: as the step states, else as the settings tell."""
    if stated is not None:
        return stated
    account = account_at(config, channel)
    return 0.0 if account is None else account.price(text, language)


def account_at(config: Config, channel: str) -> HttpChannel | None:
    """A channel as it is set up at its vendor; None where it is not, or mail is sent."""
    account, kind = config.channels.get(channel), BY_NAME[channel]
    return None if account is None or not issubclass(kind, HttpChannel) else kind(account)


def ranking(
    config: Config, cascade: Cascade, answering: pl.DataFrame | None, arms: Sequence[Arm] = ()
) -> Rank:
    """The order of a cascade's channels; that of `arms` where each has its own.

    `answering` has `pid` and a share for each channel, for those who were written to before, and
    the shop's own in the row of pid 0; it is asked only where the order is by it.
    """
    channels = cascade.channels
    if cascade.order is Order.BY_VARIANT:
        orders = {arm.variant: [arm.order.index(name) for name in channels] for arm in arms}
        return lambda people: _by_variant(people, len(channels), orders)
    if cascade.order is Order.CHEAPEST:
        stated = prices(config, cascade)
        return lambda people: priced_ranks(people.height, stated)
    if cascade.order is Order.RESPONDING and answering is not None:
        return lambda people: _answering(people, channels, answering)
    return lambda people: given_ranks(people.height, len(channels))


def _by_variant(people: pl.DataFrame, channels: int, orders: Mapping[str, list[int]]) -> Ranks:
    """Each in the order of their own variant; who has none yet as the steps are written."""
    ranks = given_ranks(people.height, channels)
    for variant, order in orders.items() if "variant" in people else ():
        mine = (people["variant"] == variant).fill_null(value=False).to_numpy()
        ranks[mine] = np.array(order, dtype=np.float64)
    return ranks


def _answering(people: pl.DataFrame, channels: Sequence[str], shares: pl.DataFrame) -> Ranks:
    """The channel on which a person answers most readily comes first."""
    shop = shares.filter(pl.col("pid") == 0)
    own = people.select("pid").join(shares, on="pid", how="left", maintain_order="left")
    found = own.select(pl.col(one).fill_null(shop[one].item()) for one in channels)
    return -np.asarray(found.to_numpy(), dtype=np.float64)
