"""The report as JSON and as CSV: the same figures as on the page, one per row in the CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import msgspec

from maracuja.stats.after_click import AfterClick
from maracuja.stats.cascade import CascadeTold
from maracuja.stats.compare import Comparison
from maracuja.stats.intervals import Interval
from maracuja.stats.rates import Rate
from maracuja.stats.report import Arm, LiftReport, Lifts
from maracuja.stats.wear_out import WearOut

COLUMNS = (
    "section",  # audience, arm, primary, whole, programme, variant, twin, breakdown, look ...
    "group",  # the fact of a breakdown, or the arm
    "row",  # the variant, or the value of the fact
    "measure",
    "scale",  # count, share, money, seconds; difference, lift, extra (each fixed), lift_anytime ..
    "value",
    "low",
    "high",
    "p",
    "treated_people",
    "control_people",
    "reason",  # why there is no value; "unknown" where the channel gives no receipt
)
Row = dict[str, object]


def to_json(report: LiftReport) -> bytes:
    """The whole record as JSON; what cannot be estimated is null with its reason."""
    return msgspec.json.format(msgspec.json.encode(report, order="sorted"))


def from_json(raw: bytes) -> LiftReport:
    """The record again; msgspec.ValidationError where the text is not one."""
    return msgspec.json.decode(raw, type=LiftReport)


def to_csv(report: LiftReport) -> str:
    """One figure a row, columns COLUMNS, empty where there is none."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_rows(report))
    return out.getvalue()


def _rows(report: LiftReport) -> Iterator[Row]:
    verdict = report.verdict
    yield {
        "section": "verdict",
        "measure": verdict.finding.value,
        "reason": verdict.why_not_yet.value if verdict.why_not_yet else "",
        **_interval(verdict.interval, keep_reason=False),
    }
    yield from _audience(report)
    for arm in report.arms:
        yield from _arm(arm)
    yield from _lifts("primary", report.primary)
    yield from _lifts("whole", report.whole)
    if report.programme:
        yield from _lifts("programme", report.programme)
    for variant in report.variants:
        yield from _lifts("variant", variant)
    for twins in report.twins:
        for comparison in (twins.clicks, twins.conversions, twins.revenue):
            if comparison is not None:
                yield from _comparison("twin", twins.twin, twins.variant, comparison)
    for table in report.breakdowns:
        for row in table.rows:
            yield from _comparison("breakdown", table.fact, row.value, row.conversions)
            if row.shrunk is not None:
                place = {"section": "breakdown", "group": table.fact, "row": row.value}
                scale = {"measure": "conversions", "scale": "lift_shrunk"}
                yield {**place, **scale, **_interval(row.shrunk)}
    for listing in report.descriptions:
        for line in listing.rows:
            place = {"section": "description", "group": listing.fact, "row": line.value}
            yield {**place, "measure": "conversions", **_rate(line.conversions)}
    if report.cascade is not None:
        yield from _cascade(report.cascade)
    if report.wear_out is not None:
        yield from _wear_out(report.wear_out)
    for one in report.after_click:
        yield from _after_click(one)
    yield from _experiment(report)
    for ratio in report.sample_ratios:
        for name, count in ratio.counts.items():
            yield {
                "section": "sample_ratio",
                "group": ratio.name,
                "row": name,
                "measure": "people",
                "scale": "count",
                "value": count,
                "p": ratio.p,
                "reason": "alarm" if ratio.alarm else "",
            }


def _experiment(report: LiftReport) -> Iterator[Row]:
    """Each look at a test, the harm that is watched, and lifts without people's past."""
    told = report.experiment
    for look in told.looks if told else ():
        place: Row = {"section": "look", "group": str(look.look)}
        for name, arm in look.arms.items():
            yield {**place, "row": name, "measure": "people", "scale": "count", "value": arm.n}
            done = {"measure": "conversions", "scale": "count", "value": arm.nonzero}
            yield {**place, "row": name, **done}
        for pair in look.verdict.pairs:
            lift = {"row": f"{pair.arm} / {pair.other}", "scale": "lift"}
            yield {**place, **lift, "measure": "conversions", **_interval(pair.lift)}
    for guard in told.guards if told else ():
        yield {
            "section": "guardrail",
            "row": guard.harm.value,
            "measure": "broken" if guard.broken else "kept",
            "scale": "share",
            "value": "" if guard.rate is None else guard.rate,
            "high": guard.rate_max,
            "p": guard.p,
            "treated_people": guard.people,
        }
    for one in report.adjusted:
        who = {"section": "adjusted", "row": f"{one.treated or 'sent'} / {one.control}"}
        measure = {"measure": one.measure.value}
        yield {**who, **measure, "scale": "lift", **_interval(one.plain)}
        yield {**who, **measure, "scale": "lift_adjusted", **_interval(one.adjusted)}
        yield {**who, **measure, "scale": "explained", "value": one.explained}


def _cascade(told: CascadeTold) -> Iterator[Row]:
    """Every figure of each channel, then those of the whole."""
    counts = ("sent", "delivered", "read", "clicked", "failed", "fell_back", "goals")
    for one in told.channels:
        place = {"section": "cascade", "row": one.channel}
        for name in counts:
            n = getattr(one, name)
            known = {"reason": "unknown"} if n is None else {"value": n}
            yield {**place, "measure": name, "scale": "count", **known}
        yield {**place, "measure": "cost", "scale": "money", "value": one.cost}
    whole = {"people": told.people, "cost": told.cost, "saved": told.saved}
    for name, value in whole.items():
        scale = "count" if name == "people" else "money"
        yield {"section": "cascade", "measure": name, "scale": scale, "value": value}
    alone = {"section": "cascade", "group": "alone", "row": told.alone}
    yield {**alone, "measure": "cost", "scale": "money", "value": told.alone_cost}


def _wear_out(told: WearOut) -> Iterator[Row]:
    """The lift of each time, then the trend from time to time."""
    place = {"section": "wear_out", "group": told.name, "measure": "conversions"}
    for one in told.exposures:
        arms = {"treated_people": one.sent.of, "control_people": one.held.of}
        yield {**place, "row": one.time, "scale": "lift", **arms, **_interval(one.lift)}
    yield {**place, "row": "trend", "scale": "lift", **_interval(told.trend)}


def _after_click(one: AfterClick) -> Iterator[Row]:
    """What followed clicks on one channel: no effect of anything."""
    place = {"section": "after_click", "row": one.channel}
    counts = {"clickers": one.clickers, "buyers": one.buyers.count, "orders": one.orders}
    for measure, n in counts.items():
        yield {**place, "measure": measure, "scale": "count", "value": n}
    yield {**place, "measure": "revenue", "scale": "money", "value": one.revenue}


def _audience(report: LiftReport) -> Iterator[Row]:
    audience = report.audience
    figures = {
        "people": audience.people,
        "would_send": audience.would_send,
        "sent": audience.sent,
        "named": audience.named,
        "neutral": audience.neutral,
        "held_campaign": audience.held_campaign,
        "held_global": audience.held_global,
    }
    for measure, value in figures.items():
        yield {"section": "audience", "measure": measure, "scale": "count", "value": value}
    for reason, people in audience.left_out.items():
        yield {
            "section": "audience",
            "row": reason,
            "measure": "left_out",
            "scale": "count",
            "value": people,
        }


def _arm(arm: Arm) -> Iterator[Row]:
    place: Row = {"section": "arm", "group": arm.held.value or "sent", "row": arm.variant}
    orders = arm.orders
    figures: list[tuple[str, str, float | None]] = [
        ("people", "count", orders.people),
        ("sent", "count", arm.sent),
        ("buyers", "count", orders.buyers),
        ("conversions", "count", orders.conversions),
        ("conversion_rate", "share", orders.conversion_rate),
        ("revenue", "money", orders.revenue),
        ("average_order", "money", orders.average_order),
        ("repeat", "share", orders.repeat.value),
    ]
    if orders.decision_time:
        figures.append(("decision_time_median", "seconds", orders.decision_time.median_s))
    for measure, scale, value in figures:
        shown = "" if value is None else value
        yield {**place, "measure": measure, "scale": scale, "value": shown}
    for name, rate in arm.receipts.items():
        yield {**place, "measure": name, **_rate(rate)}


def _lifts(section: str, lifts: Lifts) -> Iterator[Row]:
    for comparison in (lifts.conversions, lifts.revenue):
        yield from _comparison(section, "", lifts.variant, comparison)


def _comparison(section: str, group: str, row: str, comparison: Comparison) -> Iterator[Row]:
    scales = {
        "difference": comparison.difference,
        "lift": comparison.lift,
        "difference_anytime": comparison.difference_anytime,
        "lift_anytime": comparison.lift_anytime,
        "extra": comparison.extra,
        "extra_anytime": comparison.extra_anytime,
    }
    for scale, interval in scales.items():
        yield {
            "section": section,
            "group": group,
            "row": row,
            "measure": comparison.measure.value,
            "scale": scale,
            "treated_people": comparison.treated.n,
            "control_people": comparison.control.n,
            **_interval(interval),
        }


def _interval(interval: Interval, *, keep_reason: bool = True) -> Row:
    figures = {
        "value": interval.value,
        "low": interval.low,
        "high": interval.high,
        "p": interval.p,
    }
    row: Row = {name: value for name, value in figures.items() if value is not None}
    if interval.reason is not None and keep_reason:
        row["reason"] = interval.reason.value
    return row


def _rate(rate: Rate) -> Row:
    if rate.value is None:
        return {"scale": "share", "reason": "unknown"}
    return {"scale": "share", "value": rate.value, "treated_people": rate.of}
