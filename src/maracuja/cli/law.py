"""Commands about the law: law sets, show, person, record, retention; proof of a message."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maracuja.cli.law_words import PANEL
from maracuja.cli.output import HERE, Json, Workspace, pairs, say, say_json, table, when
from maracuja.cli.profiles import Who

if TYPE_CHECKING:
    from maracuja.decisions.law import LawSet, Stated

Page = Annotated[
    Path | None, typer.Option("--html", help="Write it there as a page.", show_default=False)
]
Spoken = Annotated[str, typer.Option("--language", help="Of the page: en, ru, uk or mn.")]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(
        no_args_is_help=True, help="What the law asks, and how this workspace holds it."
    )
    for command in (sets, show, person, record, retention):
        group.command()(command)
    cli.add_typer(group, name="law", rich_help_panel=PANEL)
    cli.command(rich_help_panel=PANEL)(proof)


def sets(json: Json = False) -> None:
    """List the rule sets that there are, with their countries. It is no legal advice."""
    from maracuja.decisions.law_sets import LAWS

    if json:
        say_json({law.id: list(law.countries) for law in LAWS})
        return
    rows = [(law.id, law.name, " ".join(law.countries) or "everywhere else") for law in LAWS]
    say(table("", ["law", "name", "countries"], rows))


def show(
    law: Annotated[str, typer.Argument(help="Its id, or a country, as UA.", show_default=False)],
    json: Json = False,
) -> None:
    """Show the rules of a law, each with its source."""
    from maracuja.decisions.law_sets import BY_ID, law_of

    found = BY_ID.get(law.lower()) or law_of(law)
    if json:
        say_json(found)
        return
    say(f"[bold]{found.id}[/]: {found.name}")
    say(table("", ["rule", "says", "source"], [*rules(found)]))
    for note in (*found.keep, *found.notes):
        say(f"· {note}")


def rules(law: LawSet) -> list[tuple[str, str, str]]:
    """The rules of a law as rows: what it is about, what it says, where it stands."""
    rows = [
        (
            f"opt-in, {kind.value}",
            f"{rule.needs.value}, confirmed: {rule.double.value}",
            _source(rule.stated),
        )
        for kind, rule in law.opt_in.items()
    ]
    rows += [
        ("hours", f"{one.start:%H:%M}–{one.end:%H:%M}", _source(one.stated)) for one in law.hours
    ]
    rows += [
        ("sender", "named in every message", _source(law.sender)),
        ("age", f"{law.age.years} years", _source(law.age.stated)),
    ]
    for right, deadline in law.rights.items():
        days = (
            f"{deadline.days}{' working' * deadline.working} days" if deadline.days else "at once"
        )
        more = f", {deadline.more} more if needed" if deadline.more else ""
        rows.append((right.value, days + more, _source(deadline.stated)))
    breach = law.breach
    rows.append(("breach", f"{breach.hours} hours to {breach.authority}", _source(breach.stated)))
    rows += [
        ("special categories", "kept out unless allowed", _source(law.special)),
        ("profiling", "may be objected to", _source(law.profiling)),
    ]
    return rows  # fmt: skip


def _source(one: Stated) -> str:
    return one.source if one.law else f"advice: {one.source}"


def person(who: Who, workspace: Workspace = HERE, json: Json = False) -> None:
    """Show which law holds for a person, and what they asked for by it."""
    from maracuja import app
    from maracuja.decisions.law_sets import BY_ID
    from maracuja.runtime import people_view, rights_work

    with app.opened(workspace) as here, here.store.read() as conn:
        shop, now = here.config.shop, here.clock.now()
        pid = people_view.find(conn, who, shop.country)
        country, law = rights_work.law_of_person(conn, pid, shop.country)
        objects = rights_work.objects(conn, pid)
        asked = rights_work.listed(conn, now, every=True, pid=pid)
    told = {
        "pid": pid,
        "country": country,
        "law": law,
        "name": BY_ID[law].name,
        "objects to profiling": objects,
        "requests": ", ".join(f"{one.id} ({one.right}, {one.state})" for one in asked),
    }
    if json:
        say_json(told)
        return
    shown = {**told, "objects to profiling": "yes" if objects else "no"}
    say(pairs({name: value for name, value in shown.items() if value != ""}))


def record(
    page: Page = None, language: Spoken = "en", workspace: Workspace = HERE, json: Json = False
) -> None:
    """Print the record of processing: who gets what, where, for what, and for how long."""
    from maracuja import app
    from maracuja.runtime import processing_record
    from maracuja.ui.law_html import record_html

    with app.opened(workspace) as here:
        found = processing_record.record(here.store, here.config, here.clock.now())
    if page is not None:
        page.write_text(record_html(found, language), encoding="utf-8")
    if json:
        say_json(found)
        return
    who = found.controller
    say(pairs({"responsible": who.name or "–", "contact": who.contact or "–"}))
    rows = [
        (one.channel, one.recipient, one.country, ", ".join(one.data), one.keeps)
        for one in found.channels
    ]
    say(table("", ["channel", "recipient", "country", "data", "kept there"], rows))
    traits = [(t.name, t.purpose or "–", t.basis or "–", t.class_, t.kept) for t in found.traits]
    say(table("", ["trait", "purpose", "basis", "class", "kept"], traits))
    for one in found.lacks:
        say(f"[yellow]![/] Not declared yet: {one}.")
    if page is not None:
        say(f"[bold]{page}[/] holds it as a page.")


def retention(workspace: Workspace = HERE, json: Json = False) -> None:
    """Show for how long each kind of data is kept, by whose word, and the oldest there is."""
    from maracuja import app
    from maracuja.runtime import retention_work

    with app.opened(workspace) as here:
        zone = here.config.shop.time_zone
        found = retention_work.report(here.store, here.config, here.clock.now())
    if json:
        say_json(found)
        return
    rows = [
        (
            one.kind,
            f"{one.days} days" if one.days else "–",
            one.by,
            "–" if one.oldest is None else when(one.oldest, zone, minutes=False),
            one.note,
        )
        for one in found
    ]
    say(table("", ["data", "kept", "by", "oldest", ""], rows))


def proof(
    message: Annotated[str, typer.Argument(help="Its id, hexadecimal.", show_default=False)],
    page: Page = None,
    language: Spoken = "en",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Prove a message: its exact text, the consent at that second, the decision, the delivery."""
    from maracuja import app
    from maracuja.runtime.message_proof import prove
    from maracuja.ui.law_html import proof_html

    with app.opened(workspace) as here:
        zone = here.config.shop.time_zone
        found = prove(here.ground, message, here.clock.now())
    if page is not None:
        page.touch(mode=0o600)
        page.write_text(proof_html(found, language), encoding="utf-8")
    if json:
        say_json(found)
        return
    known: dict[str, Any] = {
        "message": found.message,
        "person": "–" if found.pid is None else f"pid:{found.pid}",
        "campaign": found.campaign,
        "topic": found.topic,
        "channel": found.channel,
        "law": " ".join(filter(None, [found.law, found.country])),
    }
    if found.text is not None:
        version = found.text.template_version
        known |= {
            "template": f"{found.text.template}{f' version {version}' if version else ''}",
            "to": found.text.address,
            "subject": found.text.subject,
            "sha256": found.text.sha256,
        }
    say(pairs({name: value for name, value in known.items() if value}))
    rows = [
        (when(one.said, zone), one.state, one.source, one.text_version, one.shown)
        for one in found.consent
    ]
    if rows:
        say(table("Consent then", ["said", "state", "source", "version", "text"], rows))
    steps = [(when(one.at, zone), one.says) for one in (*found.decisions, *found.delivery)]
    say(table("What happened", ["when", "what"], steps))
    if found.text is not None:
        say(found.text.text.replace("[", "\\["))
    for one in found.gaps:
        say(f"[yellow]![/] {one}")
