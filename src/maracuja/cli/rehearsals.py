"""The command `campaign dry-run`: whom a launch would reach, when, and why not the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli import experiments, mail_trials
from maracuja.cli.output import (
    HERE,
    Json,
    Language,
    Words,
    Workspace,
    number,
    progress,
    say,
    say_json,
    share,
    table,
    when,
)
from maracuja.cli.templates import say_preview
from maracuja.cli.triggers import say_replay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maracuja.runtime.campaign_rehearsal import Gate, Rehearsal, Wording
    from maracuja.runtime.cascade_rehearsal import StepPlanned
    from maracuja.runtime.rehearsal_cost import CostPlanned

HOURS_SHOWN = 24
HELD = {"": "sent", "campaign": "held out", "global": "global control"}
Name = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its id.", show_default=False)]


def dry_run(
    name: Name,
    samples: Annotated[int, typer.Option(min=0, max=100, help="How many texts.")] = 3,
    days: Annotated[int, typer.Option(min=1, max=90, help="Of a trigger: how far back.")] = 7,
    language: Language = Words.EN,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show whom a launch would reach, when, why not the others, and what they would read."""
    from maracuja import app
    from maracuja.runtime.entry_replay import rehearse

    with app.opened(workspace) as here, progress(f"{name}", quiet=json) as advance:
        zone = here.config.shop.time_zone
        found = rehearse(
            here.ground,
            name,
            here.clock.now(),
            days=days,
            samples=samples,
            language=language.value,
            advance=advance,
        )
    if json:
        say_json(found)
    else:
        _say_rehearsal(found, zone, here.config.shop.currency)
        mail_trials.say_advice(workspace, name)


def _say_rehearsal(found: Rehearsal, zone: str, currency: str) -> None:
    if found.replay is not None:
        say_replay(found.replay)
        for one in found.samples:
            say()
            say_preview(one)
        return
    planned, expires = when(found.planned, zone), when(found.expires, zone)
    say(f"[bold]{found.campaign}[/], planned for {planned}, expires {expires}")
    say(f"Its audience has [bold]{number(found.audience)}[/] people.")
    say()
    rows = [(g.people, share(g.people, found.audience), _why(g)) for g in found.gates]
    say(table("What would become of them", ["people", "share", "why"], rows))
    if found.arms:
        say()
        arms = [(a.variant, HELD[a.held], a.people) for a in found.arms]
        say(table("Who would get what", ["variant", "arm", "people"], arms))
    experiments.say_planned(found.experiment)
    if found.cascade:
        _say_cascade(found.cascade, currency)
    if found.cost is not None:
        _say_cost(found.cost, currency)
    if found.words is not None:
        say()
        _say_words(found.words)
    if found.when:
        say()
        most = max(hour.people for hour in found.when)
        hours = [
            (when(hour.at, zone), hour.people, "█" * max(1, round(24 * hour.people / most)))
            for hour in found.when[:HOURS_SHOWN]
        ]
        say(table("When", ["hour", "people", ""], hours))
        if len(found.when) > HOURS_SHOWN:
            say(f"[dim]… and {len(found.when) - HOURS_SHOWN} hours more (--json has them).[/]")
    for one in found.samples:
        say()
        say_preview(one)
    if not found.samples:
        say("[dim]Nobody would be sent to at once: `maracuja template preview` shows texts.[/]")


def _why(gate: Gate) -> str:
    """Why so many, and how many of them are held out."""
    return f"{gate.says} ({number(gate.control)} of them held out)" if gate.control else gate.says


def _say_cascade(steps: Sequence[StepPlanned], currency: str) -> None:
    """What each step of a cascade would come to, and what it would cost."""
    from maracuja.runtime.cascade_rehearsal import costs

    def likely(value: float | None, form: str) -> str:
        return "unknown" if value is None else format(value, form)

    say()
    heads = ["channel", "reaches", "begin", "expected", "most", "each", "cost", "most"]
    rows = [
        (
            step.channel, step.reachable, step.first, likely(step.expected, ",.0f"), step.most,
            f"{step.each:,.2f}", likely(step.cost_expected, ",.0f"), f"{step.cost_most:,.0f}",
        )
        for step in steps
    ]  # fmt: skip
    say(table(f"The cascade (money in {currency})", heads, rows))
    least, expected, most = costs(steps)
    said = "" if expected is None else f", probably {expected:,.2f}"
    say(f"It costs between {least:,.2f} (all first messages arrive) and {most:,.2f}{said}.")


def _say_cost(cost: CostPlanned, currency: str) -> None:
    """What the messages of one channel would cost, where their vendor wants money at all."""
    if not cost.paid:
        return
    parts = "" if cost.parts == 1 else f" in {cost.parts:.2f} parts on average"
    sent = f"{number(cost.messages)} messages{parts}"
    say()
    if cost.total is None:
        say(f"[yellow]What {sent} cost is not known: the settings name no price.[/]")
    else:
        say(f"It costs {cost.total:,.2f} {currency}: {sent}, {cost.each:,.2f} each.")


def _say_words(words: Wording) -> None:
    """How many read every word about them, with a warning where many do not."""
    from maracuja.stats.report import NEUTRAL_WARNED

    whole = words.said + words.neutral
    text = (
        f"Names, genders and cities are said to [bold]{number(words.said)}[/] of {number(whole)};"
        f" {number(words.neutral)} ({share(words.neutral, whole)}) read something neutral."
    )
    say(text if words.share <= NEUTRAL_WARNED else f"[yellow]{text}[/]")
