"""Ad spend over HTTP: taken by the day, and what came back."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from maracuja.api.here import Here, Long, Now, Sender, messaging
from maracuja.errors import BadInput
from maracuja.model import micros
from maracuja.runtime import spend_work
from maracuja.runtime.spend_work import SpendRefused, SpendReport, SpendTaken
from maracuja.store import audit, spend

router = messaging("/v1/shop/spend", "shop")
ROWS_MAX = 10_000
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DayGiven(_Strict):
    """A day of a campaign; `cost` as it is written on the bill, 1250.50."""

    day: date
    source: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    campaign: Text = ""
    currency: Annotated[str, Field(pattern="^([A-Za-z]{3})?$")] = ""
    cost: Annotated[str, Field(pattern=r"^\d{1,12}(\.\d{1,6})?$")]
    clicks: Annotated[int, Field(ge=0, le=10**12 - 1)] = 0
    impressions: Annotated[int, Field(ge=0, le=10**12 - 1)] = 0


class DaysGiven(_Strict):
    """Days; one that comes again is replaced."""

    days: Annotated[list[DayGiven], Field(max_length=ROWS_MAX)]


@router.post("")
def put_spend(here: Here, actor: Sender, now: Now, given: DaysGiven) -> SpendTaken:
    """Keep what was spent; bad rows are refused by their number, from 1."""
    rows, refused = [], []
    for line, one in enumerate(given.days, 1):
        texts = {name: str(value) for name, value in one.model_dump().items()}
        try:
            rows.append(spend_work.spent(texts, here.config.shop.currency))
        except BadInput as fault:
            refused.append(SpendRefused(line, fault.message))
    with here.store.write() as conn:
        taken = spend.put(conn, rows)
        audit.add(conn, micros(now), actor, "put_spend", "spend", {"days": taken})
    return SpendTaken(taken, tuple(refused))


@router.get("")
def spend_report(here: Here, now: Now, long: Long, first: date, last: date) -> SpendReport:
    """What was spent on these days (both included), and what came back."""
    with long.long():
        return spend_work.report(here.ground, first, last, now)
