"""What else the demo's shop shows: its buyers, where they turn back, who may be written to."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from maracuja.cli.output import number, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maracuja.runtime.fact_reports import FunnelStep
    from maracuja.runtime.growth import Growth

DAYS = 30
TOPIC = "news"


def say_rest(workspace: Path) -> None:
    """A few lines of each, with the command that tells more."""
    from maracuja.app import opened
    from maracuja.runtime import fact_reports, growth

    with opened(workspace) as here:
        now, currency = here.clock.now(), here.config.shop.currency
        shares = fact_reports.shares(here.ground, now)
        steps = fact_reports.funnel(here.ground, now, days=DAYS)
        since = now - timedelta(days=DAYS)
        grown = growth.growth(here.ground, TOPIC, "email", since, now, step="month")
        url = here.config.public_url
    say("[bold]What else the shop shows[/]")
    if shares.value > 0:
        share = shares.top_value / shares.value
        say(
            f"The best tenth of {number(shares.buyers)} buyers brought {share:.0%} of"
            f" {currency} {shares.value:,.0f}.  [dim]maracuja facts shares[/]"
        )
    _say_steps(steps)
    _say_growth(grown)
    say(f"How people join, while the server runs: [bold]{url}/f/{TOPIC}[/]")
    say("[dim]maracuja calendar · maracuja facts quality · maracuja law record[/]")


def _say_steps(steps: Sequence[FunnelStep]) -> None:
    sent = [one for one in steps if one.sent]
    shares = ["–", *(f"{b.people / a.people:.0%}" for a, b in pairwise(sent) if a.people)]
    rows = [(one.step, one.people, part) for one, part in zip(sent, shares, strict=False)]
    say(f"On the way to an order, in {DAYS} days:")
    say(table("", ["step", "people", "of before"], rows))
    say("[dim]maracuja facts funnel; where they turn back: maracuja facts next[/]")


def _say_growth(grown: Growth) -> None:
    last = grown.periods[-1]
    gained = sum(period.gained for period in grown.periods)
    lost = sum(period.lost for period in grown.periods)
    say(
        f"{number(last.reachable)} people may be written to by mail about `{grown.topic}`:"
        f" {number(gained)} came and {number(lost)} went since {grown.periods[0].start:%d.%m.%Y}."
        "  [dim]maracuja growth news[/]"
    )
