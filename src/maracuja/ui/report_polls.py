"""The part of a report that tells what people answered to a campaign's polls."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rich.console import RenderableType
from rich.table import Table

from maracuja.stats import words
from maracuja.stats.polls import PollTold
from maracuja.ui import report_svg as svg
from maracuja.ui import report_words as say


def terminal(told: Sequence[PollTold], language: str) -> list[RenderableType]:
    """A table for each poll."""
    found: list[RenderableType] = []
    for one in told:
        table = Table(title=title(one, language), title_justify="left", box=None, pad_edge=False)
        table.add_column("", no_wrap=True)
        for _ in range(2):
            table.add_column("", justify="right")
        for answer in one.answers:
            share = words.percent(answer.people / max(one.people, 1), language)
            table.add_row(answer.answer, words.number(answer.people, language), share)
        found.append(table)
    return found


def card(one: PollTold, language: str) -> str:
    """The same as a card of the page."""
    lines = ""
    for answer in one.answers:
        share = answer.people / max(one.people, 1)
        lines += (
            f"<div>{escape(answer.answer)}</div><div>{svg.bar(share, 'accent')}</div>"
            f'<div class="figure">{words.number(answer.people, language)}</div>'
            f'<div class="figure"><small>{words.percent(share, language)}</small></div>'
        )
    return (
        f'<section class="card"><h2>{escape(title(one, language))}</h2>'
        f'<div class="funnel">{lines}</div></section>'
    )


def title(one: PollTold, language: str) -> str:
    """The poll, and how many answered."""
    people = words.counted(one.people, "person", language)
    return f"{say.label('poll', language)}: {one.poll} · {people}"
