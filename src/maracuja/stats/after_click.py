"""Purchases after a click, by campaign and channel: a count, and no proof of anything.

It must never stand where a lift belongs: whoever clicks is more likely to buy anyway.
"""

from __future__ import annotations

from maracuja.model import Record
from maracuja.stats.rates import Rate, rate


class AfterClick(Record, frozen=True):
    """What people did who clicked in a campaign's messages on one channel.

    `buyers` are those of the `clickers` who reached the goal within the window after a click;
    an order belongs to the last click before it, of whichever campaign. `revenue` is in minor
    units of the currency. `median_s` is the time from the click to the first order, in seconds.
    """

    campaign: str
    channel: str
    clicks: int
    clickers: int
    buyers: Rate
    orders: int
    revenue: int
    median_s: float | None


def after_click(
    campaign: str,
    channel: str,
    *,
    clicks: int,
    clickers: int,
    buyers: int,
    orders: int,
    revenue: int,
    median_s: float | None,
) -> AfterClick:
    """The counts of one campaign on one channel as a record."""
    return AfterClick(
        campaign=campaign,
        channel=channel,
        clicks=clicks,
        clickers=clickers,
        buyers=rate(buyers, clickers),
        orders=orders,
        revenue=revenue,
        median_s=median_s,
    )
