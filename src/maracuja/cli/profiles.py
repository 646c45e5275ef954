"""Commands about one person: profile show, why, export, erase, merge, and their devices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maracuja.cli.output import (
    HERE,
    Json,
    Language,
    Words,
    Workspace,
    pairs,
    progress,
    say,
    say_json,
    table,
    when,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maracuja.app import App
    from maracuja.runtime.device_work import DeviceShown
    from maracuja.runtime.fact_reports import FactShown
    from maracuja.runtime.people_view import PersonShown
    from maracuja.runtime.people_why import ConditionShown, Decided, EventShown
    from maracuja.store.commands import Command

PANEL = "People"
ACTOR = "command line"
WAIT_S = 60
Who = Annotated[
    str,
    typer.Argument(
        metavar="WHO",
        help="External id, e-mail, phone, anonymous id, or pid:17.",
        show_default=False,
    ),
]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="One person: what is known, said, done.")
    group.command()(show)
    group.command()(why)
    group.command()(export)
    group.command()(erase)
    group.command()(merge)
    group.command("device-off")(device_off)
    cli.add_typer(group, name="profile", rich_help_panel=PANEL)


def show(
    who: Who,
    events: Annotated[int, typer.Option(min=0, max=1000, help="How many of the latest.")] = 10,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show who a person is, what is known, what they agreed to and what they did lately."""
    from maracuja import app
    from maracuja.runtime import fact_reports, people_view, people_why

    with app.opened(workspace) as here:
        now, zone = here.clock.now(), here.config.shop.time_zone
        with here.store.read() as conn:
            pid = people_view.find(conn, who, here.config.shop.country)
            person = people_view.show(conn, pid, now)
        lately = people_why.recent(here.ground, pid, now, rows_max=events) if events else []
        computed = fact_reports.of_person(here.ground, pid, now)
    if json:
        say_json({"person": person, "facts": computed, "events": lately})
        return
    _say_person(person, zone)
    if computed:
        say()
        say(facts_table(computed, zone))
    if lately:
        _say_events(lately, zone)


def _say_person(person: PersonShown, zone: str) -> None:
    known = {"person": f"pid {person.pid}", "since": when(person.created, zone)}
    if person.merged:
        known["merged"] = ", ".join(f"pid {pid}" for pid in person.merged)
    for one in person.identities:
        known[one.kind] = f"{known[one.kind]}, {one.value}" if one.kind in known else one.value
    for kind, address in person.addresses.items():
        if known.get(kind) != address:
            known[f"address: {kind}"] = address
    say(pairs(known))
    say()
    columns = ["trait", "value", "source", "sure", "since", "privacy"]
    rows = [
        (
            trait.name,
            trait.value,
            f"{trait.source}, expired" if trait.expired else trait.source,
            f"{trait.confidence:.0%}",
            when(trait.at, zone, minutes=False),
            trait.privacy,
        )
        for trait in person.traits
    ]
    say(table("Traits", columns, rows) if rows else "Nothing is known about them.")
    if person.devices:
        _say_devices(person.devices, zone)
    words = [
        (one.topic, one.channel, one.state, when(one.at, zone), one.source)
        for one in person.consents
        if one.in_force
    ]
    say()
    headings = ["topic", "channel", "state", "since", "source"]
    say(table("Consent", headings, words) if words else "They agreed to nothing.")
    if person.suppressions:
        stopped = [
            (s.channel, s.scope, s.reason, s.raw, when(s.at, zone), when(s.until, zone))
            for s in person.suppressions
        ]
        say()
        headings = ["channel", "what", "reason", "words", "since", "until"]
        say(table("Suppressed", headings, stopped))


def facts_table(found: Sequence[FactShown], zone: str) -> object:
    """What is computed about a person, each fact with its origin."""
    from datetime import datetime

    def shown(value: object) -> object:
        return when(value, zone) if isinstance(value, datetime) else value

    rows = [(one.name, shown(one.value), one.origin, one.about) for one in found]
    return table("Computed", ["fact", "value", "origin", "about"], rows)


def _say_devices(devices: Sequence[DeviceShown], zone: str) -> None:
    rows = [
        (
            one.id,
            one.channel,
            ", ".join(filter(None, [one.platform, one.app, one.at])),
            when(one.last_seen, zone),
            one.off or "-",
        )
        for one in devices
    ]
    say()
    say(table("Devices", ["id", "channel", "what", "last seen", "off"], rows))


def _say_events(events: Sequence[EventShown], zone: str) -> None:
    rows = [(when(one.at, zone), one.event, _short(one.properties)) for one in events]
    say()
    say(table("Lately", ["when", "event", "properties"], rows, cut="properties"))


def _short(properties: dict[str, Any]) -> str:
    """The event's own properties in a line, without its context."""
    own = {k.removeprefix("properties."): v for k, v in properties.items() if "context." not in k}
    return ", ".join(f"{name} {value}" for name, value in own.items())


def why(
    who: Who,
    campaign: Annotated[str, typer.Option(help="Only this one.")] = "",
    language: Language = Words.EN,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Say why a person did or did not get a message, and on what evidence."""
    from maracuja import app
    from maracuja.runtime import people_view, people_why

    with app.opened(workspace) as here:
        zone, shop = here.config.shop.time_zone, here.config.shop
        with here.store.read() as conn:
            pid = people_view.find(conn, who, shop.country)
        found = people_why.why(
            here.ground,
            pid,
            here.clock.now(),
            campaign=campaign or None,
            language=language.value,
        )
    if json:
        say_json(found)
        return
    for one in found.decisions:
        _say_decided(one, zone)
    for words in found.suppressed:
        typer.echo(words)
    if found.absent:
        say(found.absent)
        say_conditions(found.conditions)
    elif not found.decisions:
        say("Nothing was ever decided about this person: no campaign had them in its audience.")


def _say_decided(one: Decided, zone: str) -> None:
    from rich.markup import escape

    say(f"{when(one.at, zone)}  [bold]{escape(one.campaign)}[/]  {escape(one.says)}")
    details = [one.channel, one.variant, one.language]
    if one.outcome != "send":
        details.append(f"would have been due {when(one.due, zone)}")
    say(f"[dim]{' ' * 18}{escape(', '.join(filter(None, details)))}[/]")
    for became in one.became:
        say(f"[dim]{' ' * 18}{escape(became)}[/]")


def say_conditions(conditions: Sequence[ConditionShown], depth: int = 0) -> None:
    """Print which conditions held, each with its evidence, the parts of a group below it."""
    from rich.markup import escape

    for one in conditions:
        mark = "[green]✓[/]" if one.held else "[red]✗[/]"
        evidence = f" [dim]— {escape(one.evidence)}[/]" if one.evidence else ""
        say(f"{'  ' * depth}{mark} {escape(one.says)}{evidence}")
        say_conditions(one.parts, depth + 1)


def export(
    who: Who,
    path: Annotated[
        Path | None, typer.Argument(help="A file to write; standard output.", show_default=False)
    ] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Write everything that is held about a person as JSON, for the person to read."""
    from maracuja import app
    from maracuja.runtime import people_view
    from maracuja.runtime.export_person import export_person, write_person

    with app.opened(workspace) as here:
        now = here.clock.now()
        with here.store.read() as conn:
            pid = people_view.find(conn, who, here.config.shop.country)
        if path is None:
            say_json(export_person(here.ground, pid, now))
            return
        write_person(here.ground, pid, path, now)
    if json:
        say_json({"path": str(path), "pid": pid})
    else:
        say(f"[bold]{path}[/] holds everything about person {pid}; only you may read it.")


def erase(
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Forget a person everywhere and for good, and print the certificate."""
    from maracuja import app
    from maracuja.errors import BadInput, Conflict
    from maracuja.runtime import people_view
    from maracuja.runtime.orders import ask_erasure

    with app.opened(workspace) as here:
        with here.store.read() as conn:
            pid = people_view.find(conn, who, here.config.shop.country)
        if not yes:
            if json:
                raise BadInput("An erasure cannot be undone.", fix="Say --yes.")
            typer.confirm(f"Erase person {pid}? This cannot be undone.", abort=True, err=True)
        with here.store.write() as conn:
            asked = ask_erasure(conn, pid, here.clock.now(), actor=ACTOR)
        with progress("erasing", quiet=json):
            command = _obeyed(here, asked)
    if command.done_us is None:
        say_json({"asked": asked}) if json else say(
            f"The worker is busy: it erases the person soon (command {asked})."
        )
        return
    if "certificate" not in command.result:
        raise Conflict(command.result["message"])
    certificate = command.result["certificate"]
    if json:
        say_json(certificate)
    else:
        _say_certificate(certificate)


def _obeyed(here: App, asked: int) -> Command:
    """The command once it is done, by the worker or, where none is at work, here; a minute."""
    from maracuja import app
    from maracuja.errors import Conflict
    from maracuja.store import commands

    for _ in range(WAIT_S):
        with here.store.read() as conn:
            command = commands.get(conn, asked)
        if command.done_us is not None:
            break
        try:
            app.obey(here, holder=f"{ACTOR} {asked}")
        except Conflict:
            here.clock.wait_until(None)
    return command


def _say_certificate(certificate: dict[str, Any]) -> None:
    say(f"Erased. Certificate [bold]{certificate['id']}[/] of {certificate['erased_at']}")
    counts = {**certificate["tables"], **certificate["lake"]}
    say(pairs({name: n for name, n in counts.items() if n}))
    say(f"Old files are deleted by {certificate['old_files_deleted_by']}.")
    for kept in certificate["kept"]:
        say(f"[dim]Kept: {kept}.[/]")


def merge(
    winner: Annotated[str, typer.Argument(help="Who stays.", show_default=False)],
    loser: Annotated[str, typer.Argument(help="Who becomes them.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Make two people one, for good: traits, consents, events and addresses are joined."""
    from maracuja import app
    from maracuja.errors import BadInput
    from maracuja.runtime import people_by_hand, people_view
    from maracuja.runtime.exposures import first_decided

    with app.opened(workspace) as here:
        now, country = here.clock.now(), here.config.shop.country
        with here.store.read() as conn:
            stays, goes = (people_view.find(conn, one, country) for one in (winner, loser))
        if not yes:
            if json:
                raise BadInput("A merge cannot be undone.", fix="Say --yes.")
            question = f"Make person {goes} a part of person {stays}? This cannot be undone."
            typer.confirm(question, abort=True, err=True)
        exposures = first_decided(here.store, here.lake_root, here.clock.now)
        with here.store.write() as conn:
            kept = people_by_hand.merge(
                conn, stays, goes, exposures=exposures, actor=ACTOR, now=now
            )
    if json:
        say_json({"pid": kept, "merged": goes})
    else:
        say(f"Person {goes} is person [bold]{kept}[/] from now on.")


def device_off(
    who: Who,
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="Its id, as `show` has it.")],
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Send nothing more to one browser or phone of a person; their others stay."""
    from maracuja import app
    from maracuja.runtime import device_work, people_view

    with app.opened(workspace) as here, here.store.write() as conn:
        pid = people_view.find(conn, who, here.config.shop.country)
        done = device_work.turn_off(conn, pid, device, actor=ACTOR, now=here.clock.now())
    if json:
        say_json(done)
        return
    say(f"{done.channel} sends nothing to [bold]{done.id}[/] until it is registered again.")
