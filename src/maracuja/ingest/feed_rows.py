"""The rows of a product feed, as texts by field: from CSV, JSON, or Google Merchant's XML.

It must never follow what a file names: no entity is read, no document type, no other file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
from xml.parsers import expat

import msgspec

from maracuja.errors import BadInput

BYTES_MAX: Final = 200_000_000
ROWS_MAX: Final = 1_000_000
TEXT_CHARS_MAX: Final = 10_000  # of one field: the rest is left out
GOOGLE: Final = "http://base.google.com/ns/1.0"
FIELDS: Final = (
    "id", "title", "category", "price", "sale_price", "sale_dates", "old_price", "currency",
    "availability", "stock", "url", "picture", "family",
)  # fmt: skip

# Headings as shops write them, in lower case with everything but letters and digits taken out.
_HEADINGS: Final = {
    "id": "id", "sku": "id", "offerid": "id", "productid": "id", "артикул": "id", "код": "id",
    "title": "title", "name": "title", "название": "title", "назва": "title",
    "category": "category", "producttype": "category", "категория": "category",
    "категорія": "category", "googleproductcategory": "category2",
    "price": "price", "цена": "price", "ціна": "price",
    "saleprice": "sale_price", "salepriceeffectivedate": "sale_dates", "oldprice": "old_price",
    "стараяцена": "old_price", "стараціна": "old_price",
    "currency": "currency", "валюта": "currency",
    "availability": "availability", "instock": "availability", "наличие": "availability",
    "наявність": "availability",
    "stock": "stock", "quantity": "stock", "остаток": "stock", "залишок": "stock",
    "url": "url", "link": "url", "ссылка": "url", "посилання": "url",
    "picture": "picture", "image": "picture", "imagelink": "picture", "imageurl": "picture",
    "фото": "picture",
    "itemgroupid": "family", "family": "family", "groupid": "family",
}  # fmt: skip


class Row(NamedTuple):
    """One product as it was written; `line` is its line in a CSV or XML, its number in a JSON."""

    line: int
    fields: dict[str, str]


def read_rows(form: str, body: bytes, columns: Mapping[str, str]) -> Iterator[Row]:
    """The rows of a feed (form csv, json or google); `columns` maps its own names to FIELDS.

    Raises BadInput, also in the midst of it, for what is no such file and for one too long.
    """
    if len(body) > BYTES_MAX:
        raise BadInput(f"The feed is longer than {BYTES_MAX:,} bytes.")
    unknown = sorted(set(columns.values()) - {*FIELDS, "ignore"})
    if unknown:
        raise BadInput(
            f"There is no field `{unknown[0]}` of a product.",
            where="columns",
            fix=f"There are {', '.join(FIELDS)}.",
        )
    rows = {"csv": _csv, "json": _json, "google": _google}[form](body, columns)
    for count, row in enumerate(rows, 1):
        if count > ROWS_MAX:
            raise BadInput(f"The feed has more than {ROWS_MAX:,} products.")
        yield row


def _target(name: str, columns: Mapping[str, str]) -> str:
    """The field that a heading stands for, '' for none."""
    if name in columns:
        return "" if columns[name] == "ignore" else columns[name]
    return _HEADINGS.get(re.sub(r"[\W_]+", "", name.lower()), "")


def _fields(pairs: Iterator[tuple[str, str]], columns: Mapping[str, str]) -> dict[str, str]:
    """The fields of one product; of several that mean the same the first counts."""
    found: dict[str, str] = {}
    for name, value in pairs:
        field, text = _target(name, columns), value.strip()[:TEXT_CHARS_MAX]
        if field and text:
            found.setdefault(field, text)
    if spare := found.pop("category2", ""):
        found.setdefault("category", spare)
    return found


def _csv(body: bytes, columns: Mapping[str, str]) -> Iterator[Row]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("The feed is no CSV in UTF-8.", fix="Save it as UTF-8.") from None
    first = text.partition("\n")[0]
    separator = max("\t;|,", key=first.count) if any(map(first.count, "\t;|,")) else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        headings = [name.strip() for name in next(reader, [])]
        _known(headings, columns)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                pairs = zip(headings, cells, strict=False)
                yield Row(reader.line_num, _fields(iter(pairs), columns))
    except csv.Error as fault:
        raise BadInput(f"The feed is no CSV: {fault}.", where=f"line {reader.line_num}") from None


def _known(headings: list[str], columns: Mapping[str, str]) -> None:
    """Refuse a file that names no id: it is some other one."""
    if "id" not in {_target(name, columns) for name in headings}:
        raise BadInput(
            f"The feed has no column with the id of a product: {', '.join(headings)[:200]}.",
            fix="Say which it is with `columns: {<heading>: id}`.",
        )


def _json(body: bytes, columns: Mapping[str, str]) -> Iterator[Row]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
        raise BadInput(f"The feed is no JSON: {fault}.") from None
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = max(lists, key=len, default=None)
    if not isinstance(found, list):
        raise BadInput("The feed is no list of products.", fix='Write [{"id": ...}, ...].')
    for number, one in enumerate(found, 1):
        pairs = _texts(one) if isinstance(one, dict) else iter(())
        yield Row(number, _fields(pairs, columns))


def _texts(one: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The values of an object as texts; of a list the first one, objects are passed over."""
    for name, value in one.items():
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, bool):
            yield name, "true" if first else "false"
        elif isinstance(first, str | int | float):
            yield name, str(first)


class _Items:
    """Gathers the items of RSS or the entries of Atom while expat reads."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self.ready: list[Row] = []
        self._columns = columns
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.buffer_text = True
        self._depth = 0
        self._item = 0  # the depth of the item that is open
        self._line = 0
        self._pairs: list[tuple[str, str, bool]] = []
        self._said: list[str] = []
        self._size = 0

    def feed(self, piece: bytes, *, last: bool) -> list[Row]:
        """The items that ended in this piece of the file."""
        self._parser.Parse(piece, last)
        ready, self.ready = self.ready, []
        return ready

    def _doctype(self, *_: object) -> None:
        raise BadInput(
            "The feed declares a document type, which is not read.",
            fix="Write the feed without `<!DOCTYPE`.",
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        name = tag.rpartition(" ")[2]
        if not self._item and name in ("item", "entry"):
            self._item, self._line, self._pairs = self._depth, self._parser.CurrentLineNumber, []
        elif self._item and self._depth == self._item + 1:
            self._said, self._size = [], 0
            if name == "link" and "href" in attributes:  # Atom's
                self._pairs.append(("link", attributes["href"], False))

    def _text(self, words: str) -> None:
        if self._item and self._size < TEXT_CHARS_MAX:
            self._said.append(words)
            self._size += len(words)

    def _end(self, tag: str) -> None:
        if self._item and self._depth == self._item + 1:
            space, _, name = tag.rpartition(" ")
            self._pairs.append((name, "".join(self._said), space == GOOGLE))
        elif self._depth == self._item:
            # Google's own words before those of RSS.
            pairs = sorted(self._pairs, key=lambda pair: not pair[2])
            named = ((name, value) for name, value, _ in pairs)
            self.ready.append(Row(self._line, _fields(named, self._columns)))
            self._item = 0
        self._depth -= 1


def _google(body: bytes, columns: Mapping[str, str]) -> Iterator[Row]:
    items = _Items(columns)
    size = 1 << 16
    try:
        for at in range(0, max(len(body), 1), size):
            yield from items.feed(body[at : at + size], last=at + size >= len(body))
    except expat.ExpatError as fault:
        raise BadInput(
            f"The feed is no XML: {expat.ErrorString(fault.code)}.", where=f"line {fault.lineno}"
        ) from None
