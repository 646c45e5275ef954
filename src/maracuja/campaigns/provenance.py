"""What a text may say of what we know: nothing that the person never knowingly told us.

Facts are judged by how they come about, as soon as a template is checked; traits by the source of
each person's own, when the text is made (templates/prepare.py).
"""

from __future__ import annotations

from typing import Final

from maracuja.errors import SegmentError
from maracuja.segments.check import decode_measure
from maracuja.segments.computed import COMPUTED, SILENT, Origin
from maracuja.segments.definition import Known
from maracuja.templates.definition import Template
from maracuja.templates.lints import Finding
from maracuja.templates.needs import needs

WHY: Final = {
    Origin.INFERRED: "It is our conclusion: people read such a sentence as being judged.",
    Origin.OBSERVED: "Nobody told us: the sentence says that we were watching.",
}


def origin_of(fact: str) -> Origin:
    """How we come to know a computed fact."""
    return COMPUTED[fact].origin


def unsayable(template: Template) -> list[Finding]:
    """The facts that the texts print although the person never told us. Raises TemplateError.

    What is only tested, or chooses a product, is no matter; nor is what the marketer has declared
    to be `known_to_person`.
    """
    if template.neutral:
        return []
    found: list[Finding] = []
    for need in needs(template).paths:
        head = ".".join(need.path.split("[")[0].split(".")[:2])
        raw = template.facts.get(head.removeprefix("facts."))
        if not need.shown or not head.startswith("facts.") or raw is None:
            continue
        if head in template.known_to_person:
            continue
        name = _computed(raw)
        if name and (origin_of(name) is Origin.INFERRED or name in SILENT):
            found.append(_finding(head, name, need.where))
    return found


def _computed(raw: dict[str, object]) -> str:
    """The computed fact that is declared, '' for another."""
    try:
        measure = decode_measure(raw)
    except SegmentError:
        return ""  # it has its own fault
    return measure.fact if isinstance(measure, Known) else ""


def _finding(path: str, name: str, where: str) -> Finding:
    origin = origin_of(name)
    return Finding(
        "error",
        "not_given",
        f"`{path}` says what the person never told us: {COMPUTED[name].about} ({origin.value})",
        where,
        f"Choose the text or a product by it, without saying it; or, where they see it themselves,"
        f" declare it: known_to_person: [{path}].",
        WHY[origin],
    )
