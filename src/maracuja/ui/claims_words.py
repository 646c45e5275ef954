"""How the claims report says what was claimed, what was measured, and what would decide it."""

from __future__ import annotations

from maracuja.stats.claims.evidence import Estimate
from maracuja.stats.claims.judging import Judged, Standing
from maracuja.stats.claims.published import Claim, Scale, Survey
from maracuja.stats.claims.report import ClaimsReport, Tested
from maracuja.stats.words import LANGUAGES, about, checked_language, counted, number, percent
from maracuja.ui.claims_labels import (
    BECAUSE,
    CLAIMED,
    LABELS,
    NAMES,
    ON,
    SOURCES,
    STANDINGS,
    TO_RUN,
    Texts,
)
from maracuja.ui.report_words import missing


def label(key: str, language: str, **values: str) -> str:
    """The text of a heading or a sentence; KeyError is ours to mend."""
    return _of(LABELS[key], language).format(**values)


def claim_words(claim: Claim, language: str) -> str:
    """What is claimed, as a sentence."""
    if language == "en":
        return claim.words
    return CLAIMED[claim.id][LANGUAGES.index(language) - 1].replace(" %", "\u00a0%")


def source_words(source: str, language: str) -> str:
    """Where a claim comes from."""
    return source if language == "en" else SOURCES[source][LANGUAGES.index(language) - 1]


def elsewhere(claim: Claim | Survey, language: str) -> str:
    """That the claim was made elsewhere, by whom, and not of this shop."""
    return label("elsewhere", language, source=source_words(claim.source, language))


def claimed_range(claim: Claim, language: str) -> str:
    """The range or the figure that is claimed: "+10% to +20%", "6×", "80%"."""
    if claim.figure is not None:
        return value_text(claim.scale, claim.figure, language, digits=0)
    ends = (value_text(claim.scale, end, language, digits=0) for end in (claim.low, claim.high))
    return " … ".join(ends)


def value_text(scale: Scale, value: float, language: str, digits: int = 1) -> str:
    """A figure on the scale of a claim."""
    if scale is Scale.RATIO:
        return f"{number(value, language, max(digits, int(value % 1 > 0)))}×"
    return percent(value, language, digits, signed=scale is Scale.LIFT)


def own_text(scale: Scale, own: Estimate, language: str) -> str:
    """An own figure with its interval, or why there is none."""
    told = own.interval
    if told.value is None or told.low is None or told.high is None:
        return missing(told.reason, language)
    low, high = (value_text(scale, end, language) for end in (told.low, told.high))
    return f"{value_text(scale, told.value, language)} [{low} … {high}]"


def row_name(name: str, language: str) -> str:
    """What a figure beside is called."""
    return _of(NAMES[name], language)


def standing(judged: Judged, language: str) -> str:
    """The verdict in a word or two."""
    return _of(STANDINGS[judged.standing], language)


def counts(own: Estimate, language: str) -> str:
    """Of how many people and campaigns an own figure is."""
    people = counted(own.people, "person", language)
    if not own.campaigns:
        return people
    return label("from", language, people=people, n=number(own.campaigns, language))


def sentences(one: Tested, language: str) -> tuple[str, ...]:
    """Why the claim stands as it does, what could be shown, and what would decide it."""
    claim, own, judged = one.claim, one.own, one.judged
    shown = own_text(claim.scale, own, language)
    lines = [_of(BECAUSE[judged.because], language).format(own=shown)]
    if own.smallest is not None:
        if claim.scale is Scale.LEVEL:
            points = number(own.smallest * 100, language, 1)
            lines.append(label("smallest_level", language, smallest=points))
        else:
            smallest = value_text(claim.scale, own.smallest, language)
            lines.append(label("smallest", language, smallest=smallest))
    if judged.standing in (Standing.SUPPORTED, Standing.CONTRADICTED):
        return tuple(lines)
    if judged.standing is not Standing.NOT_SHOWN:
        on = _of(ON[claim.kind], language) if claim.kind else ""
        what = _of(TO_RUN[claim.against], language).format(on=on)
        lines.append(label("to_run", language, what=what))
    if judged.people_more:
        people = counted(about(judged.people_more), "person", language)
        lines.append(label("more", language, people=people))
    elif judged.people_more is None and own.people:
        lines.append(label("beyond", language))
    return tuple(lines)


def missing_campaigns(report: ClaimsReport, language: str) -> tuple[str, ...]:
    """Which campaigns take no part, and why."""
    found = {"left_out": report.left_out, "unmeasured": report.unmeasured}
    return tuple(
        label(key, language, names=", ".join(names)) for key, names in found.items() if names
    )


def about_text(report: ClaimsReport, language: str) -> str:
    """What the report is about."""
    return label("about", language, shop=report.shop, campaigns=number(report.campaigns, language))


def _of(texts: Texts, language: str) -> str:
    return texts[LANGUAGES.index(checked_language(language))]
