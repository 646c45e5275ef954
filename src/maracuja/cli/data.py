"""Commands that bring data in and out: import, export, apply, schemas."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maracuja.cli.output import (
    HERE,
    Json,
    Workspace,
    number,
    pairs,
    progress,
    say,
    say_json,
    table,
)

if TYPE_CHECKING:
    from maracuja.ingest.import_mapping import FileMapping
    from maracuja.runtime.importing import Imported

PANEL = "Data"
ACTOR = "command line"


class Kind(StrEnum):
    """What a file of rows holds."""

    PEOPLE = "people"
    EVENTS = "events"
    PRODUCTS = "products"


class What(StrEnum):
    """What can be written to files."""

    PEOPLE = "people"
    TRAITS = "traits"
    IDENTITIES = "identities"
    MERGES = "merges"
    CONSENTS = "consents"
    SUPPRESSIONS = "suppressions"
    PRODUCTS = "products"
    DISCOVERED = "discovered"
    EVENTS = "events"
    DELIVERIES = "deliveries"
    DECISIONS = "decisions"
    MESSAGES = "messages"
    AUDIT = "audit"
    DEFINITIONS = "definitions"


class Form(StrEnum):
    """The form of an exported file."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    cli.command("import", rich_help_panel=PANEL)(import_)
    cli.command(rich_help_panel=PANEL)(export)
    cli.command(rich_help_panel=PANEL)(apply)
    cli.command(rich_help_panel=PANEL)(schemas)


# ---------------------------------------------------------------- import


def import_(
    kind: Annotated[Kind, typer.Argument(help="What the rows are.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="CSV, JSON lines or Parquet.", show_default=False)],
    map_: Annotated[
        Path | None, typer.Option("--map", help="YAML that says which column becomes what.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check the file.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also if it was imported.")] = False,
    encoding: Annotated[str, typer.Option(help="Of a CSV, as cp1251; guessed.")] = "",
    separator: Annotated[str, typer.Option(help="Of a CSV; guessed.")] = "",
    country: Annotated[str, typer.Option(help="Of phones without a prefix, as UA.")] = "",
    consent_source: Annotated[str, typer.Option(help="Where people agreed.")] = "",
    consent_at: Annotated[str, typer.Option(help="When, as 2026-05-01.")] = "",
    event: Annotated[str, typer.Option(help="The event of every row.")] = "",
    currency: Annotated[str, typer.Option(help="Of prices, as UAH.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Take people, events or products from a file; goes on where a stopped import ended."""
    from maracuja import app
    from maracuja.runtime import importing

    options = {
        "country": country,
        "consent_source": consent_source,
        "consent_at": consent_at,
        "event": event,
        "currency": currency,
    }
    with app.opened(workspace) as here, progress(f"{file.name}", quiet=json) as advance:
        shop = here.config.shop
        work = importing.prepare(
            kind.value,
            file,
            mapping=_mapping(map_, options, shop.country),
            encoding=encoding or None,
            separator={"tab": "\t", "\\t": "\t"}.get(separator, separator) or None,
        )
        _no_strangers(map_, work.file.headings)
        result = importing.run(
            here.store,
            work,
            now=here.clock.now(),
            currency=work.mapping.currency or shop.currency,
            dry=dry_run,
            again=again,
            advance=lambda part: advance(int(part * 1000), 1000),
        )
    if json:
        say_json(result)
    else:
        _tell(kind, result, dry=dry_run)
    if result.rows and not result.taken:
        raise typer.Exit(2)


def _mapping(path: Path | None, options: dict[str, str], country: str) -> FileMapping:
    """The mapping of the file and the options, which win."""
    import msgspec

    from maracuja.errors import BadInput
    from maracuja.ingest.import_mapping import FileMapping

    raw = {"columns": {}, "country": country, **_read_yaml(path)}
    raw |= {name: value for name, value in options.items() if value}
    try:
        return msgspec.convert(raw, FileMapping)
    except msgspec.ValidationError as fault:
        raise BadInput(
            f"The mapping is not understood: {fault}.",
            where=str(path),
            fix="It has `columns:` and, where needed, country, consent_source, consent_at, "
            "event, currency.",
        ) from None


def _read_yaml(path: Path | None) -> dict[str, Any]:
    import yaml

    from maracuja.errors import BadInput

    if path is None:
        return {}
    if not path.is_file():
        raise BadInput(f"There is no file {path}.", where="--map")
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise BadInput(f"{path} is not YAML: {fault}") from None
    if not isinstance(raw, dict):
        raise BadInput(f"{path} is no mapping.", fix="Begin with `columns:`.")
    return raw


def _no_strangers(path: Path | None, headings: list[str]) -> None:
    """Refuse a mapping that speaks of a column which the file has not."""
    from maracuja.errors import BadInput

    named = _read_yaml(path).get("columns") or {}
    missing = [name for name in named if name not in headings]
    if missing:
        raise BadInput(
            f"The file has no column `{missing[0]}`.",
            where=f"{path}: columns",
            fix=f"Its columns are: {', '.join(headings)}.",
        )


def _tell(kind: Kind, result: Imported, *, dry: bool) -> None:
    say(table("", ["column", "becomes"], result.columns.items()))
    say()
    verb = "would be taken" if dry else "taken"
    say(f"[bold]{number(result.taken)}[/] of {number(result.rows)} rows {verb}.")
    figures = {
        "new": result.new if not dry else None,
        "merged": result.merged or None,
        "rows refused": result.rows_refused or None,
        "values refused": result.values_refused or None,
        "gone on after line": result.resumed_after_line or None,
    }
    known = {name: value for name, value in figures.items() if value is not None}
    if known:
        say(pairs(known))
    if result.unproven:
        say(
            f"[yellow]Consents without source or date: {number(result.unproven)}[/]: nobody is "
            "written to by them; give --consent-source and --consent-at."
        )
    if result.examples:
        from rich.markup import escape

        say("\n".join(f"  [yellow]{escape(line)}[/]" for line in result.examples))
    if result.refused_path:
        say(f"All that was refused, with reasons: [bold]{result.refused_path}[/]")
    if kind is Kind.EVENTS and not dry:
        say("[dim]Events wait in the inbox until `maracuja work` takes them.[/]")


# ---------------------------------------------------------------- export


def export(
    what: Annotated[What, typer.Argument(help="All rows of this kind.", show_default=False)],
    path: Annotated[
        Path, typer.Argument(help="The file; of definitions, the directory.", show_default=False)
    ],
    form: Annotated[Form | None, typer.Option("--format", help="As the file's name says.")] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Write everything of a kind to a file; definitions as a directory that `apply` takes back."""
    from maracuja import app

    with app.opened(workspace) as here:
        if what is What.DEFINITIONS:
            from maracuja.runtime import definition_files

            written = len(definition_files.export(here.store, path))
        else:
            from maracuja.runtime import exporting

            with progress(f"{what.value}", quiet=json) as advance:
                written = exporting.export(
                    here.store,
                    here.lake_root,
                    here.config.lake,
                    what.value,
                    path,
                    now=here.clock.now(),
                    form=form.value if form else None,
                    advance=advance,
                )
    if json:
        say_json({"path": str(path), "written": written})
    else:
        things = "definitions" if what is What.DEFINITIONS else "rows"
        say(f"[bold]{path}[/]: {number(written)} {things}.")


# ---------------------------------------------------------------- definitions


def apply(
    directory: Annotated[
        Path, typer.Argument(help="With YAML or JSON files.", show_default=False)
    ],
    prune: Annotated[bool, typer.Option("--prune", help="Delete what stands in no file.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would change.")
    ] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Store a directory's definitions, all or none; never undoes somebody else's change."""
    from maracuja import app
    from maracuja.runtime import definition_files

    with app.opened(workspace) as here:
        changes = definition_files.apply(
            here.store, directory, now=here.clock.now(), actor=ACTOR, prune=prune, dry=dry_run
        )
    if json:
        say_json([change._asdict() for change in changes])
        return
    different = [change for change in changes if change.what != "unchanged"]
    if different:
        rows = [(c.what, c.kind, c.id, c.version) for c in different]
        say(table("", ["", "kind", "id", "version"], rows))
    same = len(changes) - len(different)
    tense = "would change" if dry_run else "changed"
    say(f"{len(different)} {tense}, {same} {'is' if same == 1 else 'are'} as before.")


def schemas(
    directory: Annotated[Path, typer.Argument(help="To write to.", show_default=False)],
    json: Json = False,
) -> None:
    """Write the JSON Schemas of definitions, with which editors complete and check them."""
    from maracuja.campaigns.decoding import write_schemas

    paths = write_schemas(directory)
    if json:
        say_json([str(path) for path in paths])
    else:
        say("\n".join(f"[bold]{path}[/]" for path in paths))
