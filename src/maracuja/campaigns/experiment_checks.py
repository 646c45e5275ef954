"""Whether an experiment can tell anything: its arms are comparable, its harms can be heard of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from maracuja.campaigns.cascade import Order
from maracuja.campaigns.definitions import Campaign
from maracuja.channels import BY_NAME
from maracuja.errors import CampaignError
from maracuja.model import Status
from maracuja.stats.harm import Harm

LEVELS = 2
BLOCKS_TOLD = frozenset({"telegram", "viber", "sms", "messenger"})
"""Channels whose vendor tells that somebody has closed the chat or blocked us."""


def harms_told(channels: Sequence[str]) -> list[Harm]:
    """What harm the campaign's channels tell of."""
    names = {name.partition("/")[0] for name in channels} & {*BY_NAME}
    told = {
        Harm.OPT_OUT: True,
        Harm.BLOCK: bool(names & BLOCKS_TOLD),
        Harm.COMPLAINT: any(Status.COMPLAINED in BY_NAME[one].can.receipts for one in names),
        Harm.PUSH_LOST: any(BY_NAME[one].several_devices for one in names),
    }
    return [harm for harm, heard in told.items() if heard]


def check_experiment(campaign: Campaign) -> Iterator[CampaignError]:
    """What keeps the campaign's experiment from telling anything."""
    yield from _test(campaign)
    yield from _factors(campaign)
    yield from _orders(campaign)
    yield from _hours(campaign)
    yield from _frequencies(campaign)


def _test(campaign: Campaign) -> Iterator[CampaignError]:
    """The test itself, against the rest of the campaign."""
    test = campaign.test
    if test is None:
        return
    names = [variant.id for variant in campaign.variants]
    if len(names) < LEVELS:
        yield CampaignError(
            "A test compares at least two variants.",
            where="test",
            fix="Write `variants`, or leave out the test.",
        )
    if any(variant.share is not None for variant in campaign.variants):
        yield CampaignError(
            "The arms of a test are of one size.",
            where="variants",
            fix="Leave out the shares: how many get each is planned from the test.",
        )
    if not campaign.goals:
        yield CampaignError(
            "A test needs a goal to find the better variant by.",
            where="goals",
            fix="Name a goal.",
        )
    if test.goal and test.goal not in campaign.goals:
        yield CampaignError(
            f"`{test.goal}` is no goal of the campaign.",
            where="test.goal",
            fix=f"It has {', '.join(campaign.goals) or 'none'}.",
        )
    if test.undecided and test.undecided not in names:
        yield CampaignError(
            f"`{test.undecided}` is no variant of the campaign.",
            where="test.undecided",
            fix=f"It is one of {', '.join(names)}; empty: somebody chooses.",
        )
    told = harms_told(campaign.channels)
    for harm in test.guardrail:
        if harm not in told:
            yield CampaignError(
                f"{', '.join(campaign.channels)} cannot tell of this harm: {harm.value}.",
                where=f"test.guardrail.{harm.value}",
                fix=f"It tells of {', '.join(told)}.",
            )


def _factors(campaign: Campaign) -> Iterator[CampaignError]:
    """Two factors of two levels each, all four together."""
    given = [variant.factors for variant in campaign.variants]
    if not any(given):
        return
    names = {name for factors in given for name in factors}
    cells = {tuple(sorted(factors.items())) for factors in given}
    levels = {name: {factors.get(name, "") for factors in given} for name in names}
    square = (
        len(names) == LEVELS
        and len(cells) == len(given) == LEVELS**2
        and all(set(factors) == names for factors in given)
        and all(len(values) == LEVELS for values in levels.values())
    )
    if not square:
        yield CampaignError(
            "Factors make a square: two of them with two levels each, and a variant for each of"
            " the four.",
            where="variants",
            fix="Such as {name: with, product: theirs}, {name: with, product: popular},"
            " {name: without, product: theirs} and {name: without, product: popular}.",
        )


def _orders(campaign: Campaign) -> Iterator[CampaignError]:
    """Orders of channels: with a cascade whose order is the variant's."""
    orders = [variant.order for variant in campaign.variants if variant.order]
    cascade = campaign.cascade
    by_variant = cascade is not None and cascade.order is Order.BY_VARIANT
    if not orders and not by_variant:
        return
    if cascade is None or not by_variant:
        yield CampaignError(
            "Variants with an order of channels need a cascade whose order they are.",
            where="cascade.order",
            fix="Write a `cascade` with `order: by_variant`.",
        )
        return
    if campaign.test is None or len(orders) < len(campaign.variants) or len(orders) < LEVELS:
        yield CampaignError(
            "Orders of channels are compared in a test, each variant with its own.",
            where="variants",
            fix="Give every variant its `order`, and the campaign a `test`.",
        )
    for order in orders:
        if sorted(order) != sorted(cascade.channels):
            yield CampaignError(
                f"The order {', '.join(order)} does not name each channel of the cascade once.",
                where="variants",
                fix=f"They are {', '.join(cascade.channels)}.",
            )


def _hours(campaign: Campaign) -> Iterator[CampaignError]:
    """Hours of variants: all have one, and the schedule begins with the earliest."""
    hours = [variant.at for variant in campaign.variants if variant.at is not None]
    if not hours:
        return
    earliest = min(hours)
    if len(hours) < len(campaign.variants) or campaign.schedule.at != earliest:
        yield CampaignError(
            "Where variants have hours, all have one, and the schedule has the earliest.",
            where="schedule.at",
            fix=f'Write `at: "{earliest}"` with a `day` or `every`, and an `at` for each variant.',
        )


def _frequencies(campaign: Campaign) -> Iterator[CampaignError]:
    """How often people hear a week: with a message that comes at least as often."""
    often = [variant.per_week for variant in campaign.variants if variant.per_week is not None]
    if not often:
        return
    schedule, test = campaign.schedule, campaign.test
    comes = {"day": 7, "week": len(schedule.weekdays)}.get(schedule.every or "", 0)
    if len(often) < len(campaign.variants) or comes < max(often):
        yield CampaignError(
            f"To hear {max(often)} times a week, the campaign has to come so often.",
            where="schedule.every",
            fix="Let it come every day, and give each variant its `per_week`.",
        )
    if test is None or not test.decide_after or campaign.cascade is not None:
        yield CampaignError(
            "How often people like to hear shows after weeks, in a test on one channel.",
            where="test.decide_after",
            fix="Write a `test` with `decide_after: 4 weeks`, say.",
        )
