"""What holds marketing to a person for a while, as rules about events: a complaint, a late order.

It must never know who: the events of a batch come as columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from maracuja.campaigns.cascade import fixed_span
from maracuja.campaigns.definitions import Id
from maracuja.model import Record
from maracuja.segments.definition import Property


class HoldRule(Record, frozen=True, kw_only=True, tag_field="kind", tag="hold"):
    """Events that begin and end a hold; one of the built-in id replaces that one.

    `key` names the property that says which (an order's id): an opening and a closing with the
    same belong together. `due` names the property with the day or time by which something was
    promised: the hold begins when that has passed, and without one there is none. `lasts` counts
    from the beginning. One that is not `active` holds nobody.
    """

    id: Id
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    where: tuple[Property, ...] = ()
    key: str = ""
    due: str = ""
    lasts: str = "30 days"
    active: bool = True
    name: str = ""
    about: str = ""

    def __post_init__(self) -> None:
        """Refuse a rule that nothing opens, and a span that cannot be read."""
        if not self.opens and self.active:
            raise ValueError("it is not said which events open it: `opens`")
        fixed_span(self.lasts)

    @property
    def length(self) -> timedelta:
        """How long it lasts where nothing closes it."""
        return fixed_span(self.lasts)


BUILT_IN: Final = (
    HoldRule(
        id="complaint",
        opens=("Complaint Opened",),
        closes=("Complaint Closed", "Complaint Resolved"),
        key="complaint_id",
        name="an open complaint",
    ),
    HoldRule(
        id="refund",
        opens=("Refund Requested", "Return Requested"),
        closes=("Order Refunded", "Refund Closed"),
        key="order_id",
        name="a refund that is asked for",
    ),
    HoldRule(
        id="refunded",
        opens=("Order Refunded",),
        key="order_id",
        lasts="7 days",
        name="a refund in the last days",
    ),
    HoldRule(
        id="late-order",
        opens=("Order Completed",),
        closes=("Order Delivered", "Order Cancelled", "Order Refunded"),
        key="order_id",
        due="promised_date",
        name="an order past its promised date",
    ),
)
"""What holds without anybody having written a rule."""


def rules(written: Iterable[HoldRule]) -> list[HoldRule]:
    """The rules in force: those written, and of the built-in ones the rest."""
    by_id = {rule.id: rule for rule in (*BUILT_IN, *written)}
    return [rule for rule in by_id.values() if rule.active]


def promised_until(said: object) -> datetime | None:
    """When a promised day or time is over (aware, UTC); None where it cannot be read.

    A day is over when it is over everywhere on Earth: at noon of the next, by UTC.
    """
    if isinstance(said, datetime):
        return said if said.tzinfo else said.replace(tzinfo=UTC)
    if isinstance(said, str):
        text = said.strip()
        try:
            if len(text) > 10:
                return promised_until(datetime.fromisoformat(text))
            said = date.fromisoformat(text)
        except ValueError:
            return None
    if not isinstance(said, date) or said.year > 9000:
        return None
    return datetime.combine(said + timedelta(days=1), time(12), UTC)
