"""Commands about experiments: how many people before a launch, and what goes to the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, number, progress, say, say_json

if TYPE_CHECKING:
    from maracuja.app import App
    from maracuja.campaigns.experiment import Experiment
    from maracuja.runtime.experiment_planning import PlanShown

Name = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its id.", show_default=False)]


def add_commands(group: typer.Typer) -> None:
    """Add the commands of this module to those of campaigns."""
    group.command()(plan)
    group.command("roll-out")(roll_out)


def plan(
    name: Name,
    rate: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="The share who do it anyway; measured."),
    ] = None,
    lift: Annotated[
        float | None, typer.Option(min=0.0, help="The lift worth having, 0.1 for 10 %.")
    ] = None,
    share: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="The share to try it on.")
    ] = None,
    looks: Annotated[int | None, typer.Option(min=1, max=14, help="How many looks.")] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Say how many people a test of the variants needs, or which lift so many could show."""
    from maracuja import app
    from maracuja.runtime import experiment_orders
    from maracuja.runtime.experiment_planning import planned_shown

    with app.opened(workspace) as here, progress("planning", quiet=json):
        test = _asked(here, name, rate, lift, share, looks)
        found = experiment_orders.plan(here.ground, name, here.clock.now(), test=test)
    shown = planned_shown(name, found)
    if json:
        say_json(shown)
    else:
        say_plan(shown)


def _asked(
    here: App,
    name: str,
    rate: float | None,
    lift: float | None,
    share: float | None,
    looks: int | None,
) -> Experiment:
    """The campaign's test with what was asked for on the command line."""
    import msgspec

    from maracuja.campaigns.experiment import Experiment
    from maracuja.errors import BadInput
    from maracuja.runtime import campaign_work

    with here.store.read() as conn:
        test = campaign_work.get(conn, name).test or Experiment()
    given = {"rate": rate, "lift": lift, "share": share, "looks": looks}
    said: dict[str, float | None] = {
        field: value for field, value in given.items() if value is not None
    }
    if "share" in said:
        said["people"] = None
    elif "lift" in said:
        said |= {"share": None, "people": None}
    try:
        return msgspec.convert({**msgspec.to_builtins(test), **said}, Experiment)
    except msgspec.ValidationError as fault:
        raise BadInput(f"{fault}.", where="plan") from None


def check_size(here: App, name: str) -> None:
    """Refuse to launch a campaign whose audience is too small for its test."""
    from maracuja.runtime import experiment_orders

    experiment_orders.check_size(here.ground, name, here.clock.now())


def say_planned(shown: PlanShown | None) -> None:
    """The plan below what a dry run says, where there is a test."""
    if shown is not None:
        say()
        say_plan(shown)


def say_plan(shown: PlanShown) -> None:
    """How large the test is, in words."""
    source = "as measured on this audience" if shown.measured else "as given"
    hours = round(shown.answers_within_s / 3600)
    span = f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
    say(
        f"[bold]{number(shown.people)}[/] people for each of {len(shown.variants)} variants"
        f" ({', '.join(shown.variants)}): {number(shown.tested)} of {number(shown.audience)},"
        " held out and left out included."
    )
    say(
        f"It shows a lift of [bold]{shown.lift:.0%}[/] over {shown.rate:.2%}"
        f" ({shown.goal} within {span}, {source}) with a chance of 80 %."
    )
    say(
        f"Looked at {number(shown.looks)} times at most, it ends after {number(shown.expected)}"
        f" people's worth of answers on average, {number(shown.expected_alike)} where nothing"
        " differs."
    )
    say(f"[dim]{number(shown.waiting)} people wait for the winner.[/]")


def roll_out(
    name: Name,
    variant: Annotated[str, typer.Option(help="What goes to those who wait.", show_default=False)],
    early: Annotated[bool, typer.Option("--early", help="End a test that is running.")] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Let a variant go to everybody who waits for the winner, through every gate."""
    from maracuja import app
    from maracuja.runtime import experiment_orders

    with app.opened(workspace) as here, here.store.write() as conn:
        now = here.clock.now()
        found = experiment_orders.roll_out(conn, name, variant, now, early=early)
    if json:
        told = {"run": found.run, "standing": found.standing, "chosen": found.chosen}
        say_json(told)
        return
    say(f"[bold]{variant}[/] goes to everybody who waits, through every gate.")
    say("[dim]`maracuja campaign status` shows how far it is.[/]")
