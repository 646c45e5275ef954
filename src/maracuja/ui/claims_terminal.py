"""The claims report in the terminal: the same findings as on the page, as rich renderables."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maracuja.stats import words
from maracuja.stats.claims.judging import Standing
from maracuja.stats.claims.report import ClaimsReport, Tested
from maracuja.ui import claims_words as say

_STYLES = {
    Standing.SUPPORTED: "bold green",
    Standing.CONTRADICTED: "bold red",
    Standing.NOT_SHOWN: "bold yellow",
    Standing.NOT_ENOUGH_DATA: "bold",
    Standing.NOT_TESTABLE: "dim",
}


def terminal(report: ClaimsReport, language: str = "en") -> RenderableType:
    """The report in en, ru, uk or mn for `Console.print`; BadInput for another language."""
    words.checked_language(language)
    parts: list[RenderableType] = [
        Text(say.label("title", language), style="bold magenta"),
        Text(say.about_text(report, language)),
    ]
    parts += [Text(line, style="yellow") for line in say.missing_campaigns(report, language)]
    parts += [Text(), *(_tested(one, language) for one in report.tested)]
    return Group(*parts, _surveys(report, language))


def brief(report: ClaimsReport, language: str = "en") -> RenderableType:
    """One line for each claim: the verdict, the claimed range, the own figure."""
    words.checked_language(language)
    table = Table(title=say.label("title", language), title_justify="left", box=None)
    for head in ("", say.label("claimed", language), say.label("own", language)):
        table.add_column(head, no_wrap=not head)
    for one in report.tested:
        own = say.own_text(one.claim.scale, one.own, language) if one.own.people else "–"
        table.add_row(
            Text(say.standing(one.judged, language), style=_STYLES[one.judged.standing]),
            say.claim_words(one.claim, language),
            own,
        )
    return table


def _tested(one: Tested, language: str) -> RenderableType:
    """A claim: what is claimed, what the own data say, the verdict."""
    head = Text.assemble(
        (say.standing(one.judged, language), _STYLES[one.judged.standing]),
        f"  {say.claim_words(one.claim, language)}",
    )
    claimed = f"{say.claimed_range(one.claim, language)} · {say.elsewhere(one.claim, language)}"
    lines = [Text(claimed, style="dim")]
    if one.own.people:
        own = say.own_text(one.claim.scale, one.own, language)
        lines.append(
            Text.assemble(
                f"{say.label('own', language)}: ",
                (own, "bold" if one.own.interval.value is not None else "dim"),
                (f" · {say.counts(one.own, language)}", "dim"),
            )
        )
    for beside in one.beside:
        told = say.own_text(one.claim.scale, beside.own, language)
        lines.append(Text(f"{say.row_name(beside.name, language)}: {told}", style="dim"))
    lines.append(Text(" ".join(say.sentences(one, language))))
    return Padding(Group(head, Padding(Group(*lines), (0, 0, 0, 2))), (0, 0, 1, 0))


def _surveys(report: ClaimsReport, language: str) -> RenderableType:
    """Stated intent, which is shown and not tested."""
    lines: list[RenderableType] = [Text(say.label("surveys", language), style="bold")]
    for survey in report.surveys:
        share = words.percent(survey.share, language, 0)
        told = f"{share} {say.label('stated', language)} · {say.elsewhere(survey, language)}"
        lines.append(Padding(Text(told, style="dim"), (0, 0, 0, 2)))
    lines.append(Text(say.label("surveys_note", language)))
    lines.append(Text(f"\n{say.label('method', language)}", style="dim"))
    return Group(*lines)
