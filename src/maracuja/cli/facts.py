"""Commands about computed facts: what there are, one person's, and reports over everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.output import (
    HERE,
    Json,
    Workspace,
    number,
    progress,
    say,
    say_json,
    share,
    table,
)
from maracuja.cli.profiles import Who, facts_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maracuja.runtime.fact_reports import Cohort, FactShown, FunnelStep, LeftAt, Shares
    from maracuja.runtime.quality import TraitQuality

PANEL = "People"
Days = Annotated[int, typer.Option(help="How many days to look back.")]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="Facts computed about people, and reports.")
    group.command("list")(list_facts)
    group.command()(show)
    group.command()(shares)
    group.command()(cohorts)
    group.command()(funnel)
    group.command("next")(next_steps)
    group.command("quality")(data_quality)
    cli.add_typer(group, name="facts", rich_help_panel=PANEL)


def list_facts(json: Json = False) -> None:
    """List every computed fact: what it is, and how we come to know it."""
    from maracuja.segments.computed import COMPUTED

    if json:
        say_json(
            [
                {"name": name, "origin": one.origin, "about": one.about, "of": one.of}
                for name, one in COMPUTED.items()
            ]
        )
        return
    rows = [(name, one.origin.value, one.of, one.about) for name, one in COMPUTED.items()]
    say(table("", ["fact", "origin", "of", "about"], rows))


def show(who: Who, workspace: Workspace = HERE, json: Json = False) -> None:
    """Show every computed fact of a person, and how we came to know it."""
    from maracuja import app
    from maracuja.runtime import fact_reports, people_view

    with app.opened(workspace) as here:
        with here.store.read() as conn:
            pid = people_view.find(conn, who, here.config.shop.country)
        with progress("computing", quiet=json):
            found = fact_reports.of_person(here.ground, pid, here.clock.now())
        zone = here.config.shop.time_zone
    if json:
        say_json(found)
    else:
        say_facts(found, zone)


def say_facts(found: Sequence[FactShown], zone: str) -> None:
    """Print the facts of a person, each with its origin."""
    if found:
        say(facts_table(found, zone))
    else:
        say("Nothing can be computed about them yet: they did nothing.")


def shares(
    percent: Annotated[float, typer.Option(help="The best and the last so many percent.")] = 10.0,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show what the best and the last buyers are worth, and every tenth of them."""
    from maracuja import app
    from maracuja.runtime import fact_reports

    with app.opened(workspace) as here:
        with progress("ranking", quiet=json):
            found = fact_reports.shares(here.ground, here.clock.now(), percent=percent)
        money = here.config.shop.currency
    say_json(found) if json else say_shares(found, money)


def say_shares(found: Shares, money: str) -> None:
    """Print the best and the last buyers, and every tenth."""
    if not found.buyers:
        say("Nobody has ordered yet.")
        return
    say(f"{number(found.buyers)} buyers, {found.value:,.2f} {money} to date.")
    for name, people, value in (
        ("best", found.top_people, found.top_value),
        ("last", found.bottom_people, found.bottom_value),
    ):
        part = f"{100 * value / found.value:.1f} %" if found.value > 0 else "–"
        who = f"The {name} {found.percent:g} %: {number(people)} people"
        say(f"{who}, {value:,.2f} {money}, {part}.")
    rows = [
        (
            one.decile,
            one.people,
            f"{one.value:,.2f}",
            "–" if one.share is None else f"{100 * one.share:.1f} %",
            f"{one.low:,.2f} to {one.high:,.2f}",
        )
        for one in found.deciles
    ]
    say(table("Tenths by lifetime value", ["tenth", "people", money, "share", "each"], rows))


def cohorts(
    months: Annotated[int, typer.Option(help="How many cohorts, the latest.")] = 12,
    revenue: Annotated[bool, typer.Option("--revenue", help="Money, not people.")] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show who came back in the months after their first order, by the month of that order."""
    from maracuja import app
    from maracuja.runtime import fact_reports

    with app.opened(workspace) as here, progress("counting", quiet=json):
        found = fact_reports.cohorts(here.ground, here.clock.now(), months=months)
    say_json(found) if json else say_cohorts(found, revenue=revenue)


def say_cohorts(found: Sequence[Cohort], *, revenue: bool = False) -> None:
    """Print a row for each month of first orders."""
    if not found:
        say("Nobody has ordered yet.")
        return
    width = min(max(len(one.months) for one in found), 13)
    rows = [
        [
            one.month,
            one.people,
            *(
                (f"{cell.revenue:,.0f}" if revenue else f"{100 * cell.retention:.0f} %")
                + ("" if cell.complete else " …")
                for cell in one.months[:width]
            ),
            *[""] * (width - len(one.months)),
        ]
        for one in found
    ]
    what = "Revenue" if revenue else "People who ordered"
    say(table(f"{what} so many months after", ["first", "people", *map(str, range(width))], rows))
    say("[dim]… the month is not over.[/]")


def funnel(days: Days = 30, workspace: Workspace = HERE, json: Json = False) -> None:
    """Show how far people came on the way from a product to an order."""
    from maracuja import app
    from maracuja.runtime import fact_reports

    with app.opened(workspace) as here, progress("counting", quiet=json):
        found = fact_reports.funnel(here.ground, here.clock.now(), days=days)
    say_json(found) if json else say_funnel(found, days)


def say_funnel(found: Sequence[FunnelStep], days: int) -> None:
    """Print each step, and those that the shop does not send."""

    def part(value: float | None) -> str:
        return "–" if value is None else f"{100 * value:.1f} %"

    rows = [(one.step, one.people, part(one.of_before), part(one.of_first)) for one in found]
    say(table(f"In {days} days", ["step", "people", "of the step before", "of the first"], rows))
    for one in found:
        if not one.sent:
            say(f"[yellow]The shop sent no “{one.event}”: who came further is counted in it.[/]")


def next_steps(
    days: Days = 90,
    within: Annotated[int, typer.Option(help="Days in which people may come back.")] = 14,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show what people who did not buy do next, by how far they had come."""
    from maracuja import app
    from maracuja.runtime import fact_reports

    with app.opened(workspace) as here, progress("following visits", quiet=json):
        found = fact_reports.next_steps(
            here.ground, here.clock.now(), days=days, within_days=within
        )
    say_json(found) if json else say_next(found, within)


def say_next(found: Sequence[LeftAt], within: int) -> None:
    """Print what came after leaving, by how far people had come."""
    if not found:
        say("Nobody left without an order in this time.")
    for one in found:
        _say_left(one, within)


SAID = {
    "ordered": "came back and ordered",
    "further": "came back and went further",
    "same_product": "came back to the same product",
    "same_category": "came back to the same category",
    "another_category": "came back to another category",
    "looked_around": "came back and only looked around",
    "nothing": "did nothing more in {days} days",
}


def _say_left(one: LeftAt, within: int) -> None:
    say(
        f"[bold]Left at “{one.step}”[/]: {number(one.times)} visits of {number(one.people)} people"
    )
    rows = [
        (
            SAID[step.outcome].format(days=within),
            step.times,
            share(step.times, one.times - one.too_early),
            step.people,
            step.days,
        )
        for step in one.outcomes
    ]
    if rows:
        say(table("", ["what next", "visits", "share", "people", "days until"], rows))
    if one.first_events:
        firsts = [f"{first.event} {100 * first.share:.1f} %" for first in one.first_events[:5]]
        say(f"First they did: {', '.join(firsts)}.")
    if one.too_early:
        say(f"[dim]{number(one.too_early)} left less than {within} days ago and are not back.[/]")
    say()


def data_quality(
    trait: Annotated[
        str, typer.Option(help="One trait, with people in doubt.", show_default=False)
    ] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Say how complete, valid, fresh and agreed upon each trait is, and what to do about it."""
    from maracuja import app
    from maracuja.runtime import quality

    with app.opened(workspace) as here, progress("looking at people", quiet=json):
        now = here.clock.now()
        one = quality.of_trait(here.ground, trait, now) if trait else None
        found = [one.quality] if one else quality.report(here.ground, now)
    if json:
        say_json(one or found)
        return
    say_quality(found)
    if one and one.doubts:
        rows = [(f"pid:{doubt.pid}", doubt.value, doubt.why) for doubt in one.doubts]
        say(table("In doubt", ["person", "value", "why"], rows))


def say_quality(found: Sequence[TraitQuality]) -> None:
    """Print a row for each trait, and what to do."""
    from rich.markup import escape

    def part(value: float | None) -> str:
        return "–" if value is None else f"{100 * value:.1f} %"

    rows = [
        (
            one.name,
            one.known,
            part(one.complete),
            part(one.valid),
            part(one.fresh),
            one.median_days,
            one.conflicting,
            ", ".join(f"{name} {number(n)}" for name, n in one.sources.items()),
        )
        for one in found
    ]
    columns = ["trait", "people", "complete", "valid", "fresh", "days", "disputed", "sources"]
    say(table("What is known", columns, rows) if rows else "Nothing is known of anybody yet.")
    for one in found:
        for todo in one.todo:
            say(f"[bold]{escape(one.name)}[/]: {escape(todo)}")
