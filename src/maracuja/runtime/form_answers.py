"""Reads what was filled into a form: addresses in one spelling, answers by trait, or the faults.

It must never raise for what somebody typed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from maracuja.campaigns.forms import Field, FieldType, Form
from maracuja.ingest import addresses

TEXT_CHARS_MAX: Final = 300
YEARS: Final = (1900, 2100)
_UNREADABLE: Final = object()


class Filled(NamedTuple):
    """What was filled in; `faults` names what is wrong with a field, by its name."""

    addresses: dict[str, str]  # by kind: email, phone
    topics: list[str]
    answers: dict[str, Any]
    faults: dict[str, str]


def read_form(form: Form, posted: Mapping[str, Sequence[str]], country: str) -> Filled:
    """What came with a form, of people of that country."""
    told: dict[str, str] = {}
    faults: dict[str, str] = {}
    for kind in form.kinds:
        text = _first(posted, kind)
        if not text:
            continue
        read = addresses.email(text) if kind == "email" else addresses.phone(text, country)
        if read:
            told[kind] = read
        else:
            faults[kind] = f"fault_{kind}"
    if form.kinds and not told and not faults and not form.opened:
        name = form.kinds[0] if len(form.kinds) == 1 else "address"
        faults[name] = f"fault_{name}"
    topics = list(form.topics)
    if len(topics) > 1:
        topics = [topic for topic in topics if topic in posted.get("topic", ())]
        if not topics:
            faults["topics"] = "fault_topics"
    if not _first(posted, "consent"):
        faults["consent"] = "fault_consent"
    answers, wrong = read_answers(form.fields, posted)
    return Filled(told, topics, answers, faults | wrong)


def read_answers(
    fields: Sequence[Field], posted: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers by trait, and what is wrong with which; what was left empty is neither."""
    answers: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for field in fields:
        text = _first(posted, field.trait)
        value = read_value(field, text) if text else None
        if value is _UNREADABLE or (value is None and field.required):
            faults[field.trait] = "fault_field"
        elif value is not None:
            answers[field.trait] = value
    return answers, faults


def read_value(field: Field, text: str) -> Any:
    """The value of what stands in a field; something else than a value where it is none."""
    match field.type:
        case FieldType.YES:
            return True
        case FieldType.CHOICE:
            known = {option.value for option in field.options}
            return text if text in known else _UNREADABLE
        case FieldType.NUMBER:
            return _number(text)
        case FieldType.DATE:
            return _date(text)
        case _:
            return text if text.isprintable() else _UNREADABLE


def _number(text: str) -> Any:
    try:
        number = float(text.replace(",", ".").replace(" ", ""))
    except ValueError:
        return _UNREADABLE
    if not math.isfinite(number) or abs(number) > 1e15:
        return _UNREADABLE
    return int(number) if number.is_integer() else number


def _date(text: str) -> Any:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _UNREADABLE
    return day.isoformat() if YEARS[0] <= day.year < YEARS[1] else _UNREADABLE


def _first(posted: Mapping[str, Sequence[str]], name: str) -> str:
    text = next(iter(posted.get(name, ())), "")
    return " ".join(text.split())[:TEXT_CHARS_MAX]
