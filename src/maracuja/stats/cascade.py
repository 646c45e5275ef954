"""What each channel of a cascade did, and what the cascade cost: counted, never compared."""

from __future__ import annotations

from maracuja.model import Record


class ChannelTold(Record, frozen=True):
    """The messages of one channel; None where the channel does not tell.

    `failed` counts messages that failed for good, `fell_back` those after which the next channel
    was written to, `goals` people who reached the goal within its window after this message and
    before the next one: that describes, it does not prove. `cost` is in minor units.
    """

    channel: str
    sent: int
    delivered: int | None
    read: int | None
    clicked: int | None
    failed: int
    fell_back: int
    goals: int
    cost: int


class CascadeTold(Record, frozen=True):
    """A cascade beside its dearest channel alone; money in minor units.

    `people` were written to on any channel. The rule of `alone_cost`: the same people, one message
    each on the channel `alone`, the one with the highest price of a message (`alone_each`).
    `saved` is the difference: less than 0 where the cascade cost more.
    """

    channels: tuple[ChannelTold, ...]
    people: int
    cost: int
    alone: str
    alone_each: float
    alone_cost: int
    saved: int


def cascade_told(
    channels: tuple[ChannelTold, ...], people: int, prices: dict[str, float]
) -> CascadeTold:
    """The whole of what the channels say. `prices` are those of a message, in minor units.

    Where messages of a channel were sent, what they cost on average stands in its place.
    """
    each = prices | {one.channel: one.cost / one.sent for one in channels if one.sent and one.cost}
    alone = max(each, key=lambda channel: each[channel])
    cost, alone_cost = sum(one.cost for one in channels), round(people * each[alone])
    return CascadeTold(
        channels=channels,
        people=people,
        cost=cost,
        alone=alone,
        alone_each=each[alone],
        alone_cost=alone_cost,
        saved=alone_cost - cost,
    )
