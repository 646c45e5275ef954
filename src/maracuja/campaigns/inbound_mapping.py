"""What another program told, made into calls of Segment's kind by an inbound webhook's mapping.

It must never guess: what cannot be made into a call is said, with the place, and the rest goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from maracuja.campaigns.inbound import PATH, Given, Inbound, Mapped, Source, Value
from maracuja.errors import BadInput
from maracuja.rng import make_id

ITEMS_MAX: Final = 1_000
DEPTH_MAX: Final = 32
FORM: Final = "application/x-www-form-urlencoded"
ROOT: Final = "$root"
_STEP: Final = re.compile(r"\.([^.\[\]\s]+)|\[(\d+)\]|\['([^']+)'\]")
_PATH: Final = re.compile(PATH)
_KEY: Final = re.compile(r"[^\[\]]+|\[([^\[\]]*)\]")
_IDS: Final = ("user_id", "anonymous_id", "previous_id", "group_id")


class Read(NamedTuple):
    """What came of something that was told: calls, and what could be made of nothing, and why."""

    calls: list[dict[str, Any]]
    faults: list[str]


def read_payload(body: bytes, content_type: str) -> Any:
    """The body as plain values: JSON, or a form whose names are nested with brackets.

    Raises BadInput.
    """
    if content_type.partition(";")[0].strip().lower() == FORM:
        return _form(body)
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BadInput(f"The body is no JSON: {fault}.") from None


def read(hook: Inbound, payload: Any) -> Read:
    """The calls that a payload comes to, in the order of its items and of the mapping."""
    found = Read([], [])
    digest = msgspec.json.encode(payload, order="sorted")
    for n, item in enumerate(_items(hook, payload, found.faults)):
        place = f"item {n}" if hook.each else ""
        for m, mapped in enumerate(hook.calls):
            if not all(_there(given, item, payload) for given in mapped.when):
                continue
            try:
                call = _call(mapped, item, payload)
            except BadInput as fault:
                where = ": ".join(filter(None, [place, f"calls[{m}].{fault.where}"]))
                found.faults.append(f"{where}: {fault.message}")
                continue
            given = call.pop("messageId", None)
            call["messageId"] = (
                f"{hook.id}:{given}:{m}"
                if given
                else make_id("inbound", hook.id, digest, n, m).hex()
            )
            found.calls.append(call)
    return found


def lookup(path: str, item: Any, root: Any = None) -> Any:
    """What lies at a path such as `$.contact.emails[0]`; None where nothing does."""
    whole = path == ROOT or path.startswith((f"{ROOT}.", f"{ROOT}["))
    value = root if whole else item
    for step in _STEP.finditer(path.removeprefix(ROOT if whole else "$")):
        name, place, quoted = step.groups()
        if place is not None:
            value = value[int(place)] if _has(value, int(place)) else None
        else:
            value = value.get(name or quoted) if isinstance(value, dict) else None
    return value


def _has(value: Any, place: int) -> bool:
    return isinstance(value, list) and place < len(value)


def _items(hook: Inbound, payload: Any, faults: list[str]) -> Iterator[Any]:
    """What the mapping is read for: the payload, or each item of a list in it."""
    if not hook.each:
        yield payload
        return
    found = lookup(hook.each, payload, payload)
    if isinstance(found, dict):
        found = list(found.values())
    if not isinstance(found, list):
        faults.append(f"each: there is no list at {hook.each}")
        return
    if len(found) > ITEMS_MAX:
        faults.append(f"each: only the first {ITEMS_MAX} of {len(found)} items are read")
    yield from found[:ITEMS_MAX]


def _there(given: Given, item: Any, root: Any) -> bool:
    value = lookup(given.path, item, root)
    return value in given.is_one_of if given.is_one_of else value not in (None, "")


def _call(mapped: Mapped, item: Any, root: Any) -> dict[str, Any]:
    """One call as Segment spells it. Raises BadInput where what it needs is not there."""
    call: dict[str, Any] = {"type": mapped.type}
    for name in _IDS:
        value = _value(getattr(mapped, name), item, root, name)
        if value not in (None, ""):
            call[_camel(name)] = _id(value, name)
    if "userId" not in call and "anonymousId" not in call:
        asked = " or ".join(
            str(_said(s)) for s in (mapped.user_id, mapped.anonymous_id) if s != ""
        )
        raise BadInput(f"nobody is named: nothing lies at {asked}", where="user_id")
    event = _value(mapped.event, item, root, "event")
    if mapped.type in ("track", "page") and event not in (None, ""):
        call["event" if mapped.type == "track" else "name"] = str(event)
    elif mapped.type == "track":
        raise BadInput(f"nothing lies at {_said(mapped.event)}", where="event")
    at = _value(mapped.timestamp, item, root, "timestamp")
    if at not in (None, ""):
        call["timestamp"] = at
    message_id = _value(mapped.message_id, item, root, "message_id")
    if message_id not in (None, ""):
        call["messageId"] = _id(message_id, "message_id")
    for name in ("traits", "properties", "context"):
        sources: dict[str, Source] = getattr(mapped, name)
        known = {
            key: value
            for key, source in sources.items()
            if (value := _value(source, item, root, f"{name}.{key}")) is not None
        }
        if known:
            call[name] = known
    return call


def _camel(name: str) -> str:
    """A field's name as Segment spells it: user_id is userId."""
    first, *others = name.split("_")
    return first + "".join(other.title() for other in others)


def _id(value: Any, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadInput(f"{value!r} is no id", where=where)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _said(source: Source) -> Source:
    return source.path if isinstance(source, Value) else source


def _value(source: Source, item: Any, root: Any, where: str) -> Any:
    """What a source comes to; None where nothing lies there. Raises BadInput."""
    if isinstance(source, Value):
        found = lookup(source.path, item, root)
        if source.words and isinstance(found, str | int | float | bool):
            key = str(found).lower() if isinstance(found, bool) else str(found)
            found = source.words.get(key, source.default)
        if found in (None, ""):
            return source.default
        return _read_as(found, source.read_as, where)
    if isinstance(source, str) and _PATH.match(source):
        return lookup(source, item, root)
    return source


def _read_as(found: Any, how: str, where: str) -> Any:
    """A value in another form. Raises BadInput where it has none."""
    try:
        match how:
            case "text":
                return str(found)
            case "lower":
                return str(found).strip().lower()
            case "number":
                return _number(str(found))
            case "boolean":
                return _WORDS[str(found).strip().lower()]
            case "seconds":
                return datetime.fromtimestamp(float(found), UTC).isoformat()
            case "milliseconds":
                return datetime.fromtimestamp(float(found) / 1000, UTC).isoformat()
    except (ValueError, KeyError, OverflowError, OSError):
        raise BadInput(f"{found!r} cannot be read as {how}", where=where) from None
    return found


def _number(text: str) -> float:
    """`1 200,50`, `1,200.50` and `1200.5` alike: the last separator is that of the fraction."""
    plain = re.sub(r"[\s\u00a0]", "", text)
    last = max(plain.rfind(","), plain.rfind("."))
    if ("," in plain and "." in plain) or plain.count(",") > 1:
        whole = re.sub(r"[.,]", "", plain[:last])
        return float(
            f"{whole}.{plain[last + 1 :]}"
            if plain.count(plain[last]) == 1
            else whole + plain[last + 1 :]
        )
    return float(plain.replace(",", "."))


_WORDS: Final = {
    **dict.fromkeys(("true", "1", "yes", "y", "on", "да", "так"), True),
    **dict.fromkeys(("false", "0", "no", "n", "off", "нет", "ні"), False),
}


def _form(body: bytes) -> dict[str, Any]:
    """A form as values: `leads[add][0][id]=7` nests; numbered names become a list."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=10_000)
    except (UnicodeDecodeError, ValueError) as fault:
        raise BadInput(f"The body is no form: {fault}.") from None
    found: dict[str, Any] = {}
    for name, value in pairs:
        parts = [m[1] if m[1] is not None else m[0] for m in _KEY.finditer(name)] or [name]
        if len(parts) > DEPTH_MAX:
            raise BadInput("The body's names are nested too deeply.")
        into = found
        for part in parts[:-1]:
            inner = into.get(part)
            if not isinstance(inner, dict):
                inner = into[part] = {}
            into = inner
        last = parts[-1] if parts[-1] else str(len(into))
        into[last] = value
    listed = _lists(found)
    return listed if isinstance(listed, dict) else {"": listed}


def _lists(value: Any) -> Any:
    """Mappings whose keys count from 0 as lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(one) for key, one in value.items()}
    if inner and all(key.isascii() and key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
