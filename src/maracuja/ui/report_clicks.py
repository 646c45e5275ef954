"""Purchases after a click, with the words that they prove nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from maracuja.stats import words
from maracuja.stats.after_click import AfterClick
from maracuja.stats.words import LANGUAGES, checked_language
from maracuja.ui import report_words as say

Texts = tuple[str, str, str, str]  # in the order of LANGUAGES

LABELS: Final[dict[str, Texts]] = {
    "title": (
        "Purchases after a click",
        "Покупки после клика",
        "Покупки після кліку",
        "Даралтын дараах худалдан авалт",
    ),
    "campaign": ("Campaign", "Кампания", "Кампанія", "Кампанит ажил"),
    "clickers": ("People who clicked", "Кликнули, людей", "Клікнули, людей", "Дарсан хүн"),
    "buyers": ("of them bought", "из них купили", "з них купили", "үүнээс худалдан авсан"),
    "orders": ("Orders", "Заказы", "Замовлення", "Захиалга"),
    "revenue": ("Revenue", "Выручка", "Виручка", "Орлого"),
    "median": ("Median time to it", "Медиана времени", "Медіана часу", "Хугацааны медиан"),
    "no_proof": (
        "This is no proof: whoever clicks is more likely to buy anyway, and an order is given to "
        "the last click before it, though it might have come without. What a campaign changed is "
        "its lift against people held out.",
        "Это не доказательство: кто кликает, тот и без того покупает чаще, а заказ приписан "
        "последнему клику перед ним, хотя мог случиться и сам. Что изменила кампания, говорит "
        "прирост против контроля.",
        "Це не доказ: хто клікає, той і так купує частіше, а замовлення приписано останньому "
        "кліку перед ним, хоча воно могло статися й саме. Що змінила кампанія, каже приріст "
        "проти контролю.",
        "Энэ бол баталгаа биш: дардаг хүн ер нь ч илүү худалдан авдаг, захиалгыг түүний өмнөх "
        "сүүлчийн даралтад тооцдог ч дарахгүйгээр хийгдэх байсан байж болно. Кампанит ажил юу "
        "өөрчилснийг хяналтын бүлэгтэй харьцуулсан өсөлт хэлнэ.",
    ),
    "nothing": (
        "Nobody has clicked in a campaign with a goal yet.",
        "В кампаниях с целью ещё никто не кликал.",
        "У кампаніях із ціллю ще ніхто не клікав.",
        "Зорилготой кампанит ажилд хараахан хэн ч дараагүй байна.",
    ),
}


def terminal(
    told: Sequence[AfterClick], currency: str, language: str, *, campaigns: bool = False
) -> list[RenderableType]:
    """A row for each channel, of each campaign where they are shown, and what it is not."""
    if not told:
        return [Text(_of("nothing", language))] if campaigns else []
    table = Table(title=_of("title", language), title_justify="left", box=None, pad_edge=False)
    if campaigns:
        table.add_column(_of("campaign", language), no_wrap=True)
    table.add_column(say.label("channel", language), no_wrap=True)
    for head in ("clickers", "buyers", "orders", "revenue", "median"):
        table.add_column(_of(head, language), justify="right")
    for one in told:
        table.add_row(
            *([one.campaign] if campaigns else []), one.channel, *_figures(one, currency, language)
        )
    return [table, Text(_of("no_proof", language), style="yellow")]


def card(told: Sequence[AfterClick], currency: str, language: str) -> str:
    """The same as a card of the page; '' where nobody clicked."""
    if not told:
        return ""
    heads = "".join(
        f"<th>{escape(head)}</th>"
        for head in (
            say.label("channel", language),
            *(_of(key, language) for key in ("clickers", "buyers", "orders", "revenue", "median")),
        )
    )
    rows = "".join(
        f"<tr><th>{escape(one.channel)}</th>"
        + "".join(f"<td>{escape(figure)}</td>" for figure in _figures(one, currency, language))
        + "</tr>"
        for one in told
    )
    return (
        f'<section class="card"><h2>{_of("title", language)} '
        f'<span class="pill calm">{say.label("descriptive", language)}</span></h2>'
        f'<p class="note">{escape(_of("no_proof", language))}</p>'
        f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        "</div></section>"
    )


def _figures(one: AfterClick, currency: str, language: str) -> tuple[str, ...]:
    share = say.rate_text(one.buyers, language)
    return (
        words.number(one.clickers, language),
        f"{words.number(one.buyers.count or 0, language)} ({share})",
        words.number(one.orders, language),
        words.money(one.revenue, currency, language),
        "–" if one.median_s is None else words.duration(one.median_s, language),
    )


def _of(key: str, language: str) -> str:
    return LABELS[key][LANGUAGES.index(checked_language(language))]
