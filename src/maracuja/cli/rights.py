"""Commands about people's rights: rights open, list, show, answer, refuse, extend, withdraw ..."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.law_words import ACTOR, PANEL, Number, Reason, RightName, moment_of
from maracuja.cli.output import HERE, Json, Workspace, pairs, say, say_json, table, when
from maracuja.cli.profiles import Who

if TYPE_CHECKING:
    from maracuja.runtime.rights_work import RequestShown

Source = Annotated[str, typer.Option(help="How it came: by e-mail, in the shop, on a page.")]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(
        no_args_is_help=True, help="What people asked of their data, with its clock."
    )
    group.command("open")(open_)
    group.command("list")(list_)
    for command in (show, answer, refuse, extend, withdraw, object_, allow):
        group.command(command.__name__.rstrip("_"))(command)
    cli.add_typer(group, name="rights", rich_help_panel=PANEL)


def open_(
    who: Who,
    right: Annotated[RightName, typer.Argument(help="What they ask for.", show_default=False)],
    source: Source = "",
    received: Annotated[str, typer.Option(help="When it came, as 2026-05-01T10:30; now.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Take down a request; its clock is that of the law of the person's country."""
    from maracuja import app
    from maracuja.decisions.law import Right
    from maracuja.runtime import people_view, rights_work

    with app.opened(workspace) as here, here.store.write() as conn:
        shop = here.config.shop
        made = rights_work.take_down(
            conn,
            people_view.find(conn, who, shop.country),
            Right(right.value),
            country=shop.country,
            source=source,
            actor=ACTOR,
            now=here.clock.now(),
            received=moment_of(received, "--received"),
        )
    _tell(made, shop.time_zone, json=json)


def list_(
    every: Annotated[bool, typer.Option("--all", help="Those that are closed too.")] = False,
    person: Annotated[str, typer.Option(help="Of one person alone.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """List the open requests, those due first in front, and what is due soon."""
    from maracuja import app
    from maracuja.runtime import law_clock, people_view, rights_work

    with app.opened(workspace) as here, here.store.read() as conn:
        shop, now = here.config.shop, here.clock.now()
        pid = people_view.find(conn, person, shop.country) if person else None
        found = rights_work.listed(conn, now, every=every, pid=pid)
        soon = law_clock.board(conn)
    if json:
        say_json({"requests": found, "reminders": soon})
        return
    for words in soon:
        say(f"[yellow]![/] {words}")
    if not found:
        say("Nobody waits for an answer.")
        return
    rows = [
        (
            str(one.id),
            "–" if one.pid is None else f"pid:{one.pid}",
            one.right,
            one.law,
            when(one.received, shop.time_zone),
            f"{when(one.due, shop.time_zone)}{' late!' if one.late else ''}",
            one.state,
        )
        for one in found
    ]
    say(table("", ["no", "person", "asks for", "law", "came", "due", "state"], rows))


def show(number: Number, workspace: Workspace = HERE, json: Json = False) -> None:
    """Show a request: its clock, its rule, and who did what."""
    from maracuja import app
    from maracuja.runtime import rights_work

    with app.opened(workspace) as here, here.store.read() as conn:
        found = rights_work.show(conn, number, here.clock.now())
    _tell(found, here.config.shop.time_zone, json=json)


def answer(
    number: Number,
    outcome: Annotated[str, typer.Option(help="What was done, without personal data.")] = "",
    path: Annotated[
        Path | None,
        typer.Option("--file", help="Write everything about the person there, for them to have."),
    ] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Grant a request: an erasure is asked of the worker; an export is written to a file."""
    from maracuja import app
    from maracuja.errors import BadInput
    from maracuja.runtime import rights_work
    from maracuja.runtime.export_person import write_person

    with app.opened(workspace) as here:
        now = here.clock.now()
        if path is not None:
            with here.store.read() as conn:
                pid = rights_work.show(conn, number, now).pid
            if pid is None:
                raise BadInput("The person was erased: nothing is known of them.")
            write_person(here.ground, pid, path, now)
            outcome = outcome or "a file with everything was written for the person"
        with here.store.write() as conn:
            done = rights_work.answer(conn, number, actor=ACTOR, now=now, outcome=outcome)
    _tell(done, here.config.shop.time_zone, json=json)


def refuse(
    number: Number, reason: Reason, workspace: Workspace = HERE, json: Json = False
) -> None:
    """Refuse a request, with the reason that the person is told."""
    from maracuja import app
    from maracuja.runtime import rights_work

    with app.opened(workspace) as here, here.store.write() as conn:
        done = rights_work.refuse(conn, number, reason, actor=ACTOR, now=here.clock.now())
    _tell(done, here.config.shop.time_zone, json=json)


def extend(
    number: Number, reason: Reason, workspace: Workspace = HERE, json: Json = False
) -> None:
    """Take the longer time that the law leaves, once; the person is told why."""
    from maracuja import app
    from maracuja.runtime import rights_work

    with app.opened(workspace) as here, here.store.write() as conn:
        done = rights_work.extend(conn, number, reason, actor=ACTOR, now=here.clock.now())
    _tell(done, here.config.shop.time_zone, json=json)


def withdraw(number: Number, workspace: Workspace = HERE, json: Json = False) -> None:
    """The person takes a request back: an objection or a restriction is lifted by it."""
    from maracuja import app
    from maracuja.runtime import rights_work

    with app.opened(workspace) as here, here.store.write() as conn:
        done = rights_work.withdraw(conn, number, actor=ACTOR, now=here.clock.now())
    _tell(done, here.config.shop.time_zone, json=json)


def object_(
    who: Who, source: Source = "", workspace: Workspace = HERE, json: Json = False
) -> None:
    """Note that a person objects to profiling: campaigns that go by behaviour leave them out."""
    from maracuja import app
    from maracuja.runtime import people_view, rights_work

    with app.opened(workspace) as here, here.store.write() as conn:
        country = here.config.shop.country
        pid = people_view.find(conn, who, country)
        new = rights_work.object_to_profiling(
            conn, pid, country=country, source=source, actor=ACTOR, now=here.clock.now()
        )
    if json:
        say_json({"pid": pid, "objects": True, "new": new})
    else:
        say(f"Person {pid} objects to profiling{'' if new else ' already'}.")


def allow(who: Who, workspace: Workspace = HERE, json: Json = False) -> None:
    """Take a person's objection to profiling back, by their own word."""
    from maracuja import app
    from maracuja.runtime import people_view, rights_work

    with app.opened(workspace) as here, here.store.write() as conn:
        pid = people_view.find(conn, who, here.config.shop.country)
        there = rights_work.allow_profiling(conn, pid, actor=ACTOR, now=here.clock.now())
    if json:
        say_json({"pid": pid, "objects": False, "new": there})
    else:
        say(f"Person {pid} {'no longer objects' if there else 'never objected'} to profiling.")


def _tell(one: RequestShown, zone: str, *, json: bool) -> None:
    """A request in words, or as JSON."""
    if json:
        say_json(one)
        return
    known = {
        "request": f"{one.id}: {one.right}",
        "person": "erased" if one.pid is None else f"pid:{one.pid}",
        "law": f"{one.law} ({one.country or 'no country known'})",
        "rule": one.rule,
        "came": when(one.received, zone),
        "due": f"{when(one.due, zone)}{' extended' * one.extended}{' late!' * one.late}",
        "state": one.state,
        "outcome": one.outcome,
        "certificate": one.certificate,
    }
    say(pairs({name: value for name, value in known.items() if value}))
    rows = [
        (when(s.at, zone), s.actor, s.action.removeprefix("rights_").replace("_", " "))
        for s in one.steps
    ]
    if rows:
        say(table("", ["when", "who", "did"], rows))
