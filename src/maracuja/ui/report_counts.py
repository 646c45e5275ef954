"""The parts of the page that count: the funnel, the arms, rates by kind, and what to trust.

They never show 0 where the channel gives no receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from maracuja.stats import words
from maracuja.stats.breakdown import Description
from maracuja.stats.rates import UNKNOWN
from maracuja.stats.report import Arm, LiftReport, NoteCode
from maracuja.stats.sample_ratio import SampleRatio
from maracuja.stats.units import Held
from maracuja.ui import report_svg as svg
from maracuja.ui import report_words as say


def funnel_card(report: LiftReport, language: str) -> str:
    """From the audience to the conversions of the people sent to."""
    audience, arm = report.audience, report.arms[0]
    steps: list[tuple[str, int | None, str]] = [
        ("audience", audience.people, "calm"),
        ("would_send", audience.would_send, "calm"),
        ("sent", audience.sent, "accent"),
    ]
    if audience.named or audience.neutral:
        steps.append(("named", audience.named, "calm"))
        steps.append(("neutral", audience.neutral, "calm"))
    for name in ("delivered", "read", "clicked"):
        steps.append((name, arm.receipts.get(name, UNKNOWN).count, "accent"))
    steps.append(("converted", arm.orders.buyers, "pulp"))
    lines = ""
    for key, count, tone in steps:
        share = None if count is None else count / max(audience.people, 1)
        text = say.label("unknown", language) if count is None else words.number(count, language)
        lines += (
            f"<div>{say.label(key, language)}</div><div>{svg.bar(share or 0.0, tone)}</div>"
            f'<div class="figure">{text}</div>'
            f'<div class="figure"><small>'
            f"{'' if share is None else words.percent(share, language)}</small></div>"
        )
    return (
        f'<section class="card"><h2>{say.label("funnel", language)}</h2>'
        f'<div class="funnel">{lines}</div></section>'
    )


def left_out_card(report: LiftReport, language: str) -> str:
    """Who was not sent to, and by which gate or draw."""
    left = sorted(report.audience.left_out.items(), key=lambda item: (-item[1], item[0]))
    lines = [(say.reason(code, language), people) for code, people in left]
    lines += [
        (say.arm_name(arm, language), arm.orders.people)
        for arm in report.arms
        if arm.held is not Held.SENT
    ]
    items = "".join(
        f'<li><span>{escape(text)}</span><span class="figure">'
        f"{words.number(people, language)}</span></li>"
        for text, people in lines
    )
    return (
        f'<section class="card"><h2>{say.label("left_out", language)}</h2>'
        f'<ul class="reasons">{items}</ul></section>'
    )


def arms_card(report: LiftReport, language: str) -> str:
    """Receipts, orders and time to decide of each arm."""
    receipts = ("delivered", "read", "clicked", "replied", "unsubscribed", "complained")
    heads = [
        "arm", "people_head", *receipts, "conversion_rate", "revenue_each", "average_order",
        "repeat", "decision_time",
    ]  # fmt: skip
    top = "".join(f'<th scope="col">{say.label(head, language)}</th>' for head in heads)
    body = "".join(
        f'<tr class="{"part" if arm.variant else ""}">'
        f'<th scope="row">{escape(say.arm_name(arm, language))}</th>'
        + "".join(
            f'<td class="none">{escape(cell)}</td>'
            if cell in ("–", say.label("unknown", language))
            else f"<td>{escape(cell)}</td>"
            for cell in _arm_cells(arm, receipts, report.plan.currency, language)
        )
        + "</tr>"
        for arm in report.arms
    )
    return (
        f'<section class="card"><h2>{say.label("arms", language)}</h2>'
        f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
        "</div></section>"
    )


def _arm_cells(arm: Arm, receipts: Sequence[str], currency: str, language: str) -> list[str]:
    orders = arm.orders
    each = orders.revenue / orders.people if orders.people else None
    took = orders.decision_time
    return [
        words.number(orders.people, language),
        *(
            say.rate_text(arm.receipts[name], language, 2 if name in receipts[4:] else 1)
            if arm.held is Held.SENT
            else "–"
            for name in receipts
        ),
        "–"
        if orders.conversion_rate is None
        else words.percent(orders.conversion_rate, language, 2),
        "–" if each is None else words.money(each, currency, language),
        "–"
        if orders.average_order is None
        else words.money(orders.average_order, currency, language),
        "–" if orders.repeat.value is None else words.percent(orders.repeat.value, language),
        "–" if took is None else words.duration(took.median_s, language),
    ]


def description_card(table: Description, report: LiftReport, language: str) -> str:
    """Conversion rates by what is only known afterwards, without any lift."""
    title = say.label("description", language).format(fact=say.fact_name(table.fact, language))
    most = max((row.conversions.value or 0.0 for row in table.rows), default=0.0) or 1.0
    lines = "".join(
        f"<div>{escape(say.fact_value(row.value, language))}</div>"
        f"<div>{svg.bar((row.conversions.value or 0.0) / most, 'calm')}</div>"
        f'<div class="figure">{say.rate_text(row.conversions, language, 2)}</div>'
        f'<div class="figure"><small>'
        f"{words.counted(row.conversions.of, 'person', language)}</small></div>"
        for row in table.rows
    )
    return (
        f'<section class="card"><h2>{escape(title)} '
        f'<span class="pill">{say.label("descriptive", language)}</span></h2>'
        f'<p class="note">{say.label("descriptive_note", language)}</p>'
        f'<div class="funnel">{lines}</div></section>'
    )


def trust_card(report: LiftReport, language: str) -> str:
    """Sample ratios, merged people, the method in a sentence, and when the report was made."""
    checks = "".join(_ratio(ratio, language) for ratio in report.sample_ratios)
    merged = "".join(
        f"<p>{escape(say.said_note(note, language))}</p>"
        for note in report.notes
        if note.code is NoteCode.MERGED_ACROSS_ARMS
    )
    return (
        f'<section class="card"><h2>{say.label("trust", language)}</h2>'
        f'<div class="trust">{checks}{merged}</div>'
        f'<p class="note">{say.label("method", language)}</p></section>'
        f"<footer><span>{say.label('made', language)} {say.made_at(report, language)}</span>"
        "<span>Maracuja</span></footer>"
    )


def _ratio(ratio: SampleRatio, language: str) -> str:
    key, tone, mark = ("ratio_alarm", "bad", "!") if ratio.alarm else ("ratio_good", "good", "✓")
    counts = " / ".join(words.number(count, language) for count in ratio.counts.values())
    return (
        f'<div><span class="pill {tone}">{mark}</span><span>{say.label(key, language)} '
        f"({say.label(f'ratio_{ratio.name}', language)})</span>"
        f'<small class="figure">{counts} · {say.p_text(ratio.p, language)}</small></div>'
    )
