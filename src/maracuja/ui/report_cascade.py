"""The part of a report that tells what each channel of a cascade did and cost.

It never shows 0 where the channel gives no receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from maracuja.stats import words
from maracuja.stats.cascade import CascadeTold, ChannelTold
from maracuja.ui import report_words as say

COUNTS = ("sent", "delivered", "read", "clicked", "failed", "fell_back", "goals")


def terminal(told: CascadeTold, currency: str, language: str) -> Sequence[RenderableType]:
    """A column for each channel, so that narrow terminals can show it, and what was saved."""
    title = say.label("cascade", language)
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for one in told.channels:
        table.add_column(name(one.channel), justify="right")
    columns = [figures(one, currency, language) for one in told.channels]
    for n, key in enumerate((*COUNTS, "cost")):
        table.add_row(say.label(key, language), *(column[n] for column in columns))
    return [table, Text(sentence(told, currency, language), style="bold")]


def card(told: CascadeTold, currency: str, language: str) -> str:
    """The same as a card of the page."""
    keys = ("channel", *COUNTS, "cost")
    top = "".join(f'<th scope="col">{say.label(key, language)}</th>' for key in keys)
    unknown = say.label("unknown", language)
    body = "".join(
        f'<tr><th scope="row">{escape(name(one.channel))}</th>'
        + "".join(
            f'<td class="none">{escape(cell)}</td>'
            if cell == unknown
            else f"<td>{escape(cell)}</td>"
            for cell in figures(one, currency, language)
        )
        + "</tr>"
        for one in told.channels
    )
    return (
        f'<section class="card"><h2>{say.label("cascade", language)}</h2>'
        f"<p>{escape(sentence(told, currency, language))}</p>"
        f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
        "</div>"
        f'<p class="note">{escape(say.label("cascade_note", language))}</p></section>'
    )


def figures(one: ChannelTold, currency: str, language: str) -> list[str]:
    """The figures of a channel in the order of COUNTS, and its cost."""
    counts = [getattr(one, key) for key in COUNTS]
    return [
        *(
            say.label("unknown", language) if n is None else words.number(n, language)
            for n in counts
        ),
        words.money(one.cost, currency, language),
    ]


def sentence(told: CascadeTold, currency: str, language: str) -> str:
    """What the cascade cost, and what its dearest channel alone would have."""
    if not told.alone_each:
        return say.label("cascade_free", language)
    key = "cascade_saved" if told.saved > 0 else "cascade_spent"
    return say.label(key, language).format(
        cost=words.money(told.cost, currency, language),
        people=words.counted(told.people, "person", language),
        alone=name(told.alone),
        each=words.money(told.alone_each, currency, language),
        alone_cost=words.money(told.alone_cost, currency, language),
        saved=words.money(told.saved, currency, language),
    )


def name(channel: str) -> str:
    """A channel as people call it."""
    known = {"sms": "SMS", "email": "e-mail", "whatsapp": "WhatsApp"}
    return known.get(channel) or channel.replace("_", " ").capitalize()
