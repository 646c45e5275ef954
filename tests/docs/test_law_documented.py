"""docs/law.md is true: its table is that of the rule sets, its examples are definitions."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from maracuja.campaigns.decoding import decode, decode_text
from maracuja.campaigns.law import KEPT, LawDeclaration, LegalBasis, TraitClass, TraitDeclaration
from maracuja.campaigns.trait_law import kept_out
from maracuja.decisions.law import Deadline, Double, LawSet, Right, Stated
from maracuja.decisions.law_sets import LAWS
from maracuja.decisions.reasons import Reason
from maracuja.segments.definition import Segment

PAGE = (Path(__file__).parents[2] / "docs" / "law.md").read_text(encoding="utf-8")
YAML = [one for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
        for one in decode_text(block)]  # fmt: skip


def told(text: str, rule: Stated) -> str:
    return text if rule.law else f"{text}, advice"


def days(one: Deadline) -> str:
    more = f", {one.more} more" if one.more else ""
    return f"{one.days}{' working' * one.working} days{more}"


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_the_table_is_that_of_the_sets(law: LawSet) -> None:
    hours = "; ".join(told(f"{h.start:%H:%M}–{h.end:%H:%M}", h.stated) for h in law.hours)
    access = law.rights[Right.ACCESS]
    (double,) = {rule.double for rule in law.opt_in.values()}
    assert double is Double.ADVISED
    row = [
        f"`{law.id}`",
        told(str(law.age.years), law.age.stated),
        hours,
        double.value,
        told(days(access), access.stated),
        told(f"{law.breach.hours} hours", law.breach.stated),
    ]
    assert f"| {' | '.join(row)} |" in PAGE


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.id)
def test_every_official_page_is_linked(law: LawSet) -> None:
    rules = [
        *(rule.stated for rule in law.opt_in.values()),
        *(one.stated for one in law.hours),
        law.sender,
        law.age.stated,
        *(one.stated for one in law.rights.values()),
        law.breach.stated,
        law.special,
        law.profiling,
    ]
    for rule in rules:
        assert rule.url == "docs/law.md" or f"({rule.url})" in PAGE


def test_it_says_that_it_is_no_advice() -> None:
    assert "**This is no legal advice.**" in PAGE[:200]


def test_the_examples_are_declarations_that_name_every_field() -> None:
    law, trait = YAML
    assert isinstance(law, LawDeclaration) and isinstance(trait, TraitDeclaration)
    for kind in (LawDeclaration, TraitDeclaration):
        for field in msgspec.structs.fields(kind):
            assert re.search(rf"`{field.encode_name}`|\b{field.encode_name}:", PAGE)
    for word in (*KEPT, *LegalBasis, *TraitClass, *Right):
        assert re.search(rf"\b{word}\b", PAGE), word


def test_the_sentence_of_the_page_is_what_the_check_says() -> None:
    _, trait = YAML
    assert isinstance(trait, TraitDeclaration)
    segment = decode(
        {"kind": "segment", "id": "nutty", "where": [{"trait": "allergy", "is": "nuts"}]}
    )
    assert isinstance(segment, Segment)
    (fault,) = kept_out(segment.where, segment.id, {trait.name: trait}, lambda _: False)
    assert f"{fault.message}\n{fault.fix}\n" in PAGE


def test_every_reason_of_the_law_is_explained() -> None:
    reasons = (
        Reason.LAW_OPT_IN,
        Reason.LAW_HOURS,
        Reason.UNDER_AGE,
        Reason.OBJECTED,
        Reason.RESTRICTED,
    )
    for reason in reasons:
        assert f"`{reason.value}`" in PAGE
