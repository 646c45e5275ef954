"""The gate of a single service message says what the gates of a launch say."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import polars as pl

from maracuja.decisions import gates
from maracuja.decisions.reasons import Outcome, Reason
from maracuja.model import ConsentState, TopicKind

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_one_by_one_as_in_a_frame() -> None:
    cases = list(
        product(
            (True, False), (None, "marketing", "all"), [int(s) for s in ConsentState], ("", "a@b")
        )
    )
    known, suppressed, consent, address = zip(*cases, strict=True)
    frame = pl.DataFrame(
        {
            "pid": range(len(cases)),
            "known": known,
            "suppressed": suppressed,
            "consent": consent,
            "address": address,
            "zone": [None] * len(cases),
            "held": [""] * len(cases),
        },
        schema_overrides=dict(gates.COLUMNS),
    )
    decided = gates.decide(frame, gates.Rules(topic=TopicKind.SERVICE), NOW)
    single = [
        gates.service_refusal(known=k, suppressed=s, consent=c, address=a) for k, s, c, a in cases
    ]
    assert [(reason or Reason.PASSED).value for reason in single] == decided["reason"].to_list()
    outcomes = [Outcome.SEND if reason is None else Outcome.NEVER for reason in single]
    assert [outcome.value for outcome in outcomes] == decided["outcome"].to_list()
    assert len(set(single)) == 5, "every gate was met"
