"""Rows of a file of events to Segment calls, which then go the way of every other call."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import polars as pl

from maracuja.ingest.import_mapping import FileMapping
from maracuja.ingest.import_people import LINE, RowRefusal
from maracuja.rng import make_id

_CALLS: Final = {
    "external_id": "userId",
    "anonymous_id": "anonymousId",
    "event": "event",
    "timestamp": "timestamp",
    "message_id": "messageId",
}


def read_events(
    rows: pl.DataFrame, mapping: FileMapping, source: str
) -> tuple[list[bytes], list[RowRefusal]]:
    """One `track` call as JSON for each row; a row that names nobody or nothing is refused.

    `source` names the file: together with the line it makes the message id of rows that have none,
    so that importing the same file twice counts once.
    """
    calls: list[bytes] = []
    refused: list[RowRefusal] = []
    targets = [(h, t) for h, t in mapping.columns.items() if t != "ignore"]
    encode = msgspec.json.Encoder().encode
    for row in rows.iter_rows(named=True):
        call = _call(row, targets, mapping)
        if not {"userId", "anonymousId"} & set(call) and not call["context"].get("traits"):
            reason = "nothing in this row says who did it"
            refused.append(RowRefusal(row[LINE], "", "", reason, whole=True))
        elif not call.get("event"):
            reason = "nothing in this row says what happened"
            refused.append(RowRefusal(row[LINE], "", "", reason, whole=True))
        else:
            call.setdefault("messageId", make_id("import", source, row[LINE]).hex())
            calls.append(encode(call))
    return calls, refused


def _call(
    row: dict[str, Any], targets: list[tuple[str, str]], mapping: FileMapping
) -> dict[str, Any]:
    """The call of one row; its values get the types that JSON has."""
    call: dict[str, Any] = {"type": "track", "properties": {}, "context": {}}
    if mapping.event:
        call["event"] = mapping.event
    for heading, target in targets:
        text = row[heading]
        if text is None or not str(text).strip():
            continue
        text = str(text).strip()
        if target in _CALLS:
            call[_CALLS[target]] = text
        elif target in ("email", "phone"):
            call["context"].setdefault("traits", {})[target] = text
        else:
            scope, _, name = target.partition(".")
            _put(call[scope], name.split("."), _value(text))
    return call


def _put(into: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        deeper = into.setdefault(part, {})
        if not isinstance(deeper, dict):
            return
        into = deeper
    into[path[-1]] = value


def _value(text: str) -> Any:
    """A number, true, false or a JSON list or object where the text is one; else the text."""
    if text in ("true", "false") or text[0] in "-0123456789[{":
        if len(text) > 1 and text[0] == "0" and text[1].isdigit():
            return text  # a code such as 007, not a number
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            return text
    return text
