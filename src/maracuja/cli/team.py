"""Commands about the people who work here: team list, invite, change, remove, reset-factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, say, say_json, table, when
from maracuja.runtime.access import Area, Level, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maracuja.runtime.team_members import MemberShown

PANEL = "Workspace"
ACTOR = "command line"
Who = Annotated[str, typer.Argument(metavar="EMAIL", help="Whose.", show_default=False)]
Rights = Annotated[
    list[str] | None,
    typer.Option("--right", help="area=none|read|write, where it differs from the role's."),
]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="Who works here, and what they may.")
    group.command("list")(every)
    group.command()(invite)
    group.command()(change)
    group.command()(remove)
    group.command("reset-factor")(reset_factor)
    cli.add_typer(group, name="team", rich_help_panel=PANEL)


def every(workspace: Workspace = HERE, json: Json = False) -> None:
    """List the team with roles, and what differs from them."""
    from maracuja import app

    with app.opened(workspace) as here:
        found, zone = here.team.members(), here.config.shop.time_zone
    if json:
        say_json(found)
    elif found:
        _say_members(found, zone)
    else:
        say("Nobody works here yet: `maracuja team invite you@shop.example --role owner`.")


def _say_members(found: Sequence[MemberShown], zone: str) -> None:
    from maracuja.runtime.access import rights

    rows = [
        (
            one.email,
            one.name or "–",
            one.role.value,
            ", ".join(
                f"{area}={level.name.lower()}"
                for area, level in one.rights.items()
                if level is not rights(one.role, {})[area]
            )
            or "–",
            one.state,
            "yes" if one.second_factor else "no",
            when(one.seen, zone) if one.seen else "–",
        )
        for one in found
    ]
    heads = ["address", "name", "role", "otherwise", "state", "second factor", "last here"]
    say(table("", heads, rows))


def invite(
    email: Who,
    role: Annotated[Role, typer.Option(help="What they are here.")] = Role.MARKETER,
    name: Annotated[str, typer.Option(help="What they are called.")] = "",
    right: Rights = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Put somebody on the team, or let them choose a new password; prints their token."""
    from maracuja import app

    own = _rights(right)
    with app.opened(workspace) as here:
        now = here.clock.now()
        standing = {one.email: one for one in here.team.members()}.get(email.strip().lower())
        if standing is None:
            token = here.team.invite(email, role, now, ACTOR, name=name, own=own)
        else:
            token = here.team.invite_again(standing.id, now, ACTOR)
    if json:
        say_json({"token": token})
        return
    say(f"[bold]{email}[/] may choose a password within a week, with this token:")
    say(f"[bold]{token}[/]")
    say("[dim]Give it to them alone: POST /api/session/join takes it, with a password.[/]")


def change(
    email: Who,
    role: Annotated[Role | None, typer.Option(help="What they are from now on.")] = None,
    right: Rights = None,
    off: Annotated[
        bool | None, typer.Option("--off/--on", help="Let them in no more, or again.")
    ] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Change role or rights of somebody, or let them in no more: at once."""
    from maracuja import app

    with app.opened(workspace) as here:
        number, now = _number(here.team.members(), email), here.clock.now()
        own = _rights(right) if right is not None else None
        found = here.team.change(number, now, ACTOR, role=role, own=own, off=off)
        zone = here.config.shop.time_zone
    if json:
        say_json(found)
    else:
        _say_members([found], zone)


def remove(email: Who, workspace: Workspace = HERE, json: Json = False) -> None:
    """Take somebody off the team; all their sessions end."""
    from maracuja import app

    with app.opened(workspace) as here:
        here.team.remove(_number(here.team.members(), email), here.clock.now(), ACTOR)
    if json:
        say_json({"removed": email})
    else:
        say(f"[bold]{email}[/] works here no more.")


def reset_factor(email: Who, workspace: Workspace = HERE, json: Json = False) -> None:
    """Ask no codes of somebody who has lost the telephone, until they set it up again."""
    from maracuja import app

    with app.opened(workspace) as here:
        here.team.drop_factor(_number(here.team.members(), email), here.clock.now(), ACTOR)
    if json:
        say_json({"second_factor": False})
    else:
        say(f"[bold]{email}[/] is asked for no code.")


def _number(members: Sequence[MemberShown], email: str) -> int:
    """The number of a member. Raises NotFound."""
    from maracuja.errors import NotFound

    for one in members:
        if one.email == email.strip().lower():
            return one.id
    raise NotFound(f"Nobody of the team is {email}.", fix="See `maracuja team list`.")


def _rights(given: Sequence[str] | None) -> dict[Area, Level]:
    """Rights as they are written. Raises BadInput."""
    from maracuja.errors import BadInput

    found: dict[Area, Level] = {}
    for one in given or ():
        area, _, level = one.partition("=")
        try:
            found[Area(area)] = Level[level.upper()]
        except (ValueError, KeyError):
            raise BadInput(
                f"`{one}` is no right.",
                where="--right",
                fix=f"Write area=none|read|write, for one of {', '.join(Area)}.",
            ) from None
    return found
