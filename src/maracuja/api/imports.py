"""Files over HTTP: brought in by pieces, looked at, tried, imported; and exported ones fetched."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import Path, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from maracuja.api.answers import Listing, Part
from maracuja.api.bodies import read_body
from maracuja.api.here import Actor, Here, managing
from maracuja.ingest.import_mapping import FileMapping
from maracuja.runtime import export_desk, import_desk
from maracuja.runtime.import_desk import BYTES_MAX, PIECE_BYTES_MAX
from maracuja.runtime.importing import Imported

router = managing("/imports", "data")
export_router = managing("/exports", "data")
Id = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="The file's own.")]
Short = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}
}


class FileExpected(BaseModel):
    """A file that is about to come, and what its rows are."""

    kind: Literal["people", "events", "products"]
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00/\\]*$")]
    size: Annotated[int, Field(ge=1, le=BYTES_MAX)]


class ColumnsGiven(BaseModel):
    """What each column becomes, and what a file that does not say so means."""

    columns: dict[Short, Short]
    country: Short = "UA"
    consent_source: Short = ""
    consent_at: Short = ""
    event: Short = ""
    currency: Short = ""


class ImportShown(BaseModel):
    """A file and how far it is; `tried` is what a trial found, `result` what became of it.

    `share` is how much of it has been read, `sample` its first rows.
    """

    id: str
    kind: Literal["people", "events", "products"]
    name: str
    size: int
    at: datetime
    actor: str
    state: import_desk.State
    headings: list[str]
    sample: list[list[str | None]]
    mapping: ColumnsGiven
    tried: Imported | None
    result: Imported | None
    fault: str
    share: float


class ExportAsked(BaseModel):
    """Everything of a kind, as a file."""

    what: Annotated[str, Field(pattern="^[a-z]{1,20}$", examples=["people"])]
    form: Literal["csv", "jsonl", "parquet"] = "csv"


class ExportShown(BaseModel):
    """A file that is made, and gone after a day; `size` in bytes once it is whole."""

    id: str
    what: str
    form: Literal["csv", "jsonl", "parquet"]
    name: str
    at: datetime
    actor: str
    state: Literal["making", "stopped", "done"]
    rows: int
    size: int
    fault: str


@router.get("")
def list_imports(here: Here, part: Part) -> Listing[ImportShown]:
    """The files of the last week, the newest first."""
    return part.of([_import(card) for card in here.imports.every()], attrgetter("id"))


@router.post("", status_code=201)
def expect_file(here: Here, actor: Actor, coming: FileExpected) -> ImportShown:
    """Say that a file comes; its pieces follow."""
    return _import(here.imports.begin(coming.kind, coming.name, coming.size, actor=actor))


@router.put(
    "/{id}/pieces",
    openapi_extra={
        "requestBody": {
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            }
        }
    },
)
async def take_piece(
    request: Request, here: Here, id: Id, at: Annotated[int, Query(ge=0, le=BYTES_MAX)]
) -> ImportShown:
    """Take up to 1,500,000 bytes of a file, from byte `at` on."""
    piece = await read_body(request, PIECE_BYTES_MAX)
    return _import(await run_in_threadpool(here.imports.take, id, at, piece))


@router.get("/{id}")
def show_import(here: Here, id: Id) -> ImportShown:
    """A file and how far it is."""
    return _import(here.imports.get(id))


@router.put("/{id}/columns")
def say_columns(here: Here, id: Id, given: ColumnsGiven) -> ImportShown:
    """Say what the columns become."""
    return _import(here.imports.map(id, FileMapping(**given.model_dump())))


@router.post("/{id}/check", status_code=202)
def try_import(here: Here, id: Id) -> ImportShown:
    """Go through the whole file and write nothing."""
    return _import(here.imports.check(id))


@router.post("/{id}/run", status_code=202)
def run_import(here: Here, actor: Actor, id: Id) -> ImportShown:
    """Import the file; one that was stopped goes on where it was."""
    return _import(here.imports.run(id, actor=actor))


@router.get("/{id}/refused", response_class=FileResponse, responses=_FILE)
def refused_rows(here: Here, id: Id) -> FileResponse:
    """What was refused, with line, column, value and reason, as CSV."""
    path = here.imports.refused(id)
    return FileResponse(path, media_type="text/csv", filename="refused.csv")


@router.delete("/{id}", status_code=204)
def forget_import(here: Here, id: Id) -> None:
    """Throw a file away; what was imported of it stays."""
    here.imports.drop(id)


@export_router.get("")
def list_exports(here: Here, part: Part) -> Listing[ExportShown]:
    """The files of the last day, the newest first."""
    return part.of([_export(card) for card in here.exports.every()], attrgetter("id"))


@export_router.post("", status_code=202)
def begin_export(here: Here, actor: Actor, asked: ExportAsked) -> ExportShown:
    """Make a file of everything of a kind."""
    return _export(here.exports.begin(asked.what, asked.form, actor=actor))


@export_router.get("/{id}/file", response_class=FileResponse, responses=_FILE)
def exported_file(here: Here, id: Id) -> FileResponse:
    """The file, once it is whole."""
    path, name = here.exports.file(id), here.exports.get(id).name
    return FileResponse(path, media_type="application/octet-stream", filename=name)


@export_router.delete("/{id}", status_code=204)
def forget_export(here: Here, id: Id) -> None:
    """Throw a file away."""
    here.exports.drop(id)


def _import(card: import_desk.Card) -> ImportShown:
    given = msgspec.to_builtins(card)
    return ImportShown(
        **{**given, "at": card.at, "tried": card.tried, "result": card.result},
    )


def _export(card: export_desk.Card) -> ExportShown:
    return ExportShown(**msgspec.to_builtins(card), at=card.at, name=card.name)
