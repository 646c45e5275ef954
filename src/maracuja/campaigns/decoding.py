"""One decoder for every kind of definition, from YAML, JSON or plain values, and back.

It must never raise anything but DefinitionError for what a marketer wrote.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import msgspec
import yaml

from maracuja.campaigns.coupons import CouponPool
from maracuja.campaigns.definitions import Campaign, Goal, Topic
from maracuja.campaigns.feeds import Feed
from maracuja.campaigns.forms import Form
from maracuja.campaigns.holds import HoldRule
from maracuja.campaigns.inbound import Inbound
from maracuja.campaigns.law import LawDeclaration, TraitDeclaration
from maracuja.campaigns.outbound import Outbound
from maracuja.campaigns.triggers import read_conditions
from maracuja.errors import CampaignError, DefinitionError, TemplateError
from maracuja.segments import check
from maracuja.segments.definition import Did, Segment
from maracuja.segments.definition import schema as segment_schema
from maracuja.segments.reading import readable_schema
from maracuja.templates.definition import Template, json_schema
from maracuja.templates.tone import Tone

Declared: TypeAlias = HoldRule | LawDeclaration | TraitDeclaration
Hooked: TypeAlias = Inbound | Outbound
Offered: TypeAlias = CouponPool | Feed
Definition: TypeAlias = (
    Declared | Hooked | Offered | Segment | Template | Topic | Goal | Campaign | Tone | Form
)
Raw: TypeAlias = Mapping[str, Any]
T = TypeVar("T", bound=msgspec.Struct)

_PATH: Final = re.compile(
    r"^(?P<what>.*?)(?: - at (?:`key` in )?`\$?\.?(?P<path>[^`]*)`)?$", re.DOTALL
)
_UNKNOWN: Final = re.compile(r"unknown field `(?P<name>[^`]*)`")
FILE_BYTES_MAX: Final = 1_000_000


def decode_text(text: str, *, file: str = "") -> list[Definition]:
    """The definitions of a YAML or JSON text; several YAML documents may stand in one file.

    Raises DefinitionError with the path of the fault, the file's name in front.
    """
    if len(text) > FILE_BYTES_MAX:
        raise CampaignError("The file is too long for definitions.", where=file)
    try:
        documents = [raw for raw in yaml.safe_load_all(text) if raw is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise CampaignError(f"This is neither YAML nor JSON: {fault}", where=file) from None
    return [decode(raw, file=file) for raw in documents]


def decode(raw: object, *, file: str = "") -> Definition:
    """The definition of plain values, by its `kind`. Raises DefinitionError with the path."""
    if not isinstance(raw, Mapping):
        raise CampaignError("A definition is a mapping.", where=file, fix="Begin with `kind:`.")
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise CampaignError(
            f"There is no kind of definition `{kind}`.",
            where=": ".join(filter(None, [file, "kind"])),
            fix=_near(str(kind), list(KINDS)) or f"It is one of {', '.join(KINDS)}.",
        )
    try:
        return KINDS[kind].read(raw)
    except DefinitionError as fault:
        place = ": ".join(filter(None, [file, fault.where]))
        raise type(fault)(fault.message, where=place, fix=fault.fix) from None


def decode_stored(body: bytes) -> Definition:
    """The definition of canonical JSON, as `encode` made it."""
    return decode(msgspec.json.decode(body))


def encode(definition: Definition) -> bytes:
    """Canonical JSON: sorted keys, defaults left out; equal definitions give equal bytes."""
    return msgspec.json.encode(plain(definition), order="sorted")


def plain(definition: Definition) -> dict[str, Any]:
    """The definition as plain values with its `kind`, without what is at its default."""
    return {"kind": kind_of(definition), **_plain(definition)}


def to_yaml(definition: Definition) -> str:
    """The definition as YAML that `decode_text` reads back to an equal one."""
    return yaml.safe_dump(plain(definition), allow_unicode=True, sort_keys=False, width=96)


def kind_of(definition: Definition) -> str:
    """segment, template, topic, goal, campaign, tone ...: one of KINDS."""
    return str(definition.__struct_config__.tag)


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of every kind, for editors, made from the types."""
    return {kind: entry.schema() for kind, entry in KINDS.items()}


def write_schemas(directory: Path) -> list[Path]:
    """Write `<kind>.schema.json` for every kind into the directory; the paths written."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, schema in schemas().items():
        path = directory / f"{kind}.schema.json"
        text = msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2)
        path.write_bytes(text + b"\n")
        written.append(path)
    return written


def _campaign(raw: Raw) -> Campaign:
    """A campaign: its inline conditions are read by the segment language."""
    values = read_conditions(raw)
    if isinstance(values.get("audience"), list | Mapping):
        values["audience"] = check.decode_conditions(values["audience"], "audience")
    schedule = values.get("schedule")
    if isinstance(schedule, Mapping) and isinstance(schedule.get("at"), int):
        # YAML 1.1 reads 10:00 without quotes as a number to the base of sixty.
        minutes = schedule["at"]
        values["schedule"] = {**schedule, "at": f"{minutes // 60:02}:{minutes % 60:02}"}
    return _convert(values, Campaign)


def _template(raw: Raw) -> Template:
    """A template; its own durations and variants are checked by its type."""
    try:
        return msgspec.convert(raw, Template)
    except (msgspec.ValidationError, RecursionError, OverflowError) as fault:
        raise _fault(fault, TemplateError, Template) from None


def _goal(raw: Raw) -> Goal:
    return _convert(_filtered(raw, raw.get("event", ""), "goal"), Goal)


def _outbound(raw: Raw) -> Outbound:
    return _convert(_filtered(raw, list(raw.get("events") or [""]), "outbound"), Outbound)


def _hold(raw: Raw) -> HoldRule:
    # Without the event that opens it there is nothing to filter: its type says so.
    return _convert(_filtered(raw, raw["opens"], "hold") if raw.get("opens") else raw, HoldRule)


def _filtered(raw: Raw, events: Any, place: str) -> Raw:
    """The values with `where`, the properties of these events, read by the segment language."""
    if not raw.get("where"):
        return raw
    (did,) = check.decode_conditions([{"did": events, "where": raw["where"]}], place)
    assert isinstance(did, Did)
    return {**raw, "where": did.where}


def _convert(raw: Raw, to: type[T]) -> T:
    """The record; CampaignError with path and, where a name is misspelt, the near one."""
    try:
        return msgspec.convert(raw, to)
    except (msgspec.ValidationError, RecursionError, OverflowError) as fault:
        raise _fault(fault, CampaignError, to) from None


def _fault(
    fault: Exception, error: type[DefinitionError], to: type[msgspec.Struct]
) -> DefinitionError:
    """Our error of msgspec's: what, where and, for a misspelt name, the near one."""
    match = _PATH.match(str(fault))
    assert match is not None
    what = match["what"].replace("Object", "It").replace("`str`", "a text")
    unknown = _UNKNOWN.search(what)
    fields = [field.encode_name for field in msgspec.structs.fields(to)]
    return error(
        what if what.endswith(".") else f"{what}.",
        where=match["path"] or "",
        fix=_near(unknown["name"], fields) if unknown else "",
    )


def _near(name: str, known: list[str]) -> str:
    """A sentence that proposes a known name like this one, or nothing."""
    found = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean `{found[0]}`?" if found else ""


def _plain(value: object) -> Any:
    """Structs as mappings of what differs from the defaults; texts for dates and words."""
    if isinstance(value, msgspec.Struct):
        given = ((f, getattr(value, f.name)) for f in msgspec.structs.fields(value))
        return {f.encode_name: _plain(v) for f, v in given if f.required or v != _default(f)}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return msgspec.to_builtins(value)


def _default(field: msgspec.structs.FieldInfo) -> object:
    """What the field is where nothing is given."""
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return field.default_factory()


class _Kind(NamedTuple):
    """How one kind is read, and what editors are told about it."""

    read: Callable[[Raw], Definition]
    schema: Callable[[], dict[str, Any]]


def _kind(record: type[Any], read: Callable[[Raw], Definition] | None = None) -> _Kind:
    """A kind whose record its type alone checks, or that is read in a way of its own."""
    return _Kind(read or (lambda raw: _convert(raw, record)), lambda: readable_schema(record))


KINDS: Final[dict[str, _Kind]] = {
    "segment": _Kind(check.decode, segment_schema),
    "template": _Kind(_template, json_schema),
    "topic": _kind(Topic),
    "goal": _kind(Goal, _goal),
    "campaign": _kind(Campaign, _campaign),
    "law": _kind(LawDeclaration),
    "trait": _kind(TraitDeclaration),
    "inbound": _kind(Inbound),
    "outbound": _kind(Outbound, _outbound),
    "coupons": _kind(CouponPool),
    "feed": _kind(Feed),
    "hold": _kind(HoldRule, _hold),
    "tone": _kind(Tone),
    "form": _kind(Form),
}
