"""The claims report as JSON and as CSV."""

from __future__ import annotations

import csv
import io

import msgspec

from maracuja.stats.claims.evidence import Estimate
from maracuja.stats.claims.report import ClaimsReport

COLUMNS = (
    "claim", "row", "words", "scale", "claimed_low", "claimed_high", "source", "value", "low",
    "high", "p", "people", "hits", "campaigns", "smallest", "standing", "because", "people_more",
    "reason",
)  # fmt: skip


def to_json(report: ClaimsReport) -> bytes:
    """The whole record as JSON; what cannot be estimated is null with its reason."""
    return msgspec.json.format(msgspec.json.encode(report, order="sorted"))


def to_csv(report: ClaimsReport) -> str:
    """One own figure a row, columns COLUMNS, then the surveys; empty where there is nothing."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for one in report.tested:
        claim, judged = one.claim, one.judged
        shared = {"claim": claim.id, "scale": claim.scale.value}
        writer.writerow({
            **shared, "row": "own", "words": claim.words, "source": claim.source,
            "claimed_low": claim.low, "claimed_high": claim.high, **_figures(one.own),
            "standing": judged.standing.value, "because": judged.because.value,
            "people_more": "" if judged.people_more is None else judged.people_more,
        })  # fmt: skip
        for beside in one.beside:
            writer.writerow({**shared, "row": beside.name, **_figures(beside.own)})
    for survey in report.surveys:
        told = {"claim": survey.id, "row": "survey", "scale": "stated", "source": survey.source}
        writer.writerow({**told, "claimed_low": survey.share, "claimed_high": survey.share})
    return out.getvalue()


def _figures(own: Estimate) -> dict[str, object]:
    told = own.interval
    figures = {
        "value": told.value, "low": told.low, "high": told.high, "p": told.p,
        "people": own.people, "hits": own.hits, "campaigns": own.campaigns,
        "smallest": own.smallest, "reason": told.reason.value if told.reason else "",
    }  # fmt: skip
    return {name: "" if value is None else value for name, value in figures.items()}
