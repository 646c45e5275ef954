"""The facts that are computed about people beside what conditions count: a closed list.

It says what each is and how it came about; computed_sql.py says how. It must never look at data.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from maracuja.errors import SegmentError
from maracuja.segments.operators import Kind
from maracuja.segments.reading import near

HALF_LIFE_DAYS: Final = 30  # of an interest: what was done so long ago counts half
HALF_LIVES_MAX: Final = 12  # what is older counts nothing: it would be less than 1/4096
GAP_MINUTES: Final = 30  # a visit ends where nothing more happens for so long
VISITS_DAYS: Final = 365  # visits and dwell time look back so far
FUNNEL_DAYS: Final = 30
SCORES: Final = 5
DECILES: Final = 10
POINTS: Final = {
    "Product Viewed": 1,
    "Product Added to Wishlist": 2,
    "Product Added": 3,
    "Order Completed": 5,
}
"""What an event says about an interest, beside the others."""

FUNNEL: Final = {
    "Product Viewed": "viewed",
    "Product Added": "added",
    "Checkout Started": "checkout",
    "Order Completed": "ordered",
}
"""The steps to an order, in order."""


class Group(StrEnum):
    """What is computed together, from the same events."""

    VALUE = "value"
    INTEREST = "interest"
    VISITS = "visits"
    DWELL = "dwell"
    FUNNEL = "funnel"


LOOKS_UP: Final = frozenset({Group.INTEREST, Group.DWELL, Group.FUNNEL})
"""What is about products: the catalogue knows what an event does not say of its own."""


class Origin(StrEnum):
    """How we came to know it: what may be said to the person depends on it."""

    GIVEN = "given"  # told or done on purpose: they know that we know
    OBSERVED = "observed"  # seen in passing
    INFERRED = "inferred"  # concluded by us


class Computed(NamedTuple):
    """One fact: what kind of value, where from, and of what it must or may be asked (`of`)."""

    group: Group
    kind: Kind
    origin: Origin
    about: str
    of: str = ""  # what `of` names: a category, a product
    needs_of: bool = False


def _score(about: str) -> Computed:
    return Computed(Group.VALUE, Kind.NUMBER, Origin.INFERRED, about)


COMPUTED: Final[dict[str, Computed]] = {
    "orders": Computed(Group.VALUE, Kind.NUMBER, Origin.GIVEN, "how many orders"),
    "first_order": Computed(Group.VALUE, Kind.TIME, Origin.GIVEN, "when the first order was"),
    "last_order": Computed(Group.VALUE, Kind.TIME, Origin.GIVEN, "when the last order was"),
    "days_since_order": Computed(
        Group.VALUE, Kind.NUMBER, Origin.GIVEN, "whole days since the last order"
    ),
    "lifetime_value": Computed(
        Group.VALUE, Kind.NUMBER, Origin.GIVEN, "all orders less refunds, in money, to date"
    ),
    "average_order": Computed(
        Group.VALUE, Kind.NUMBER, Origin.GIVEN, "lifetime value for each order"
    ),
    "recency_score": _score("1 to 5 among buyers: 5 bought last"),
    "frequency_score": _score("1 to 5 among buyers: 5 bought most often"),
    "value_score": _score("1 to 5 among buyers: 5 is worth most"),
    "rfv": Computed(
        Group.VALUE, Kind.TEXT, Origin.INFERRED, "the three scores as a text, such as 545"
    ),
    "value_decile": _score("1 to 10 among buyers by lifetime value: 10 is worth most"),
    "value_top_share": _score("percent of buyers who are worth at least as much"),
    "value_bottom_share": _score("percent of buyers who are worth at most as much"),
    "top_category": Computed(
        Group.INTEREST, Kind.TEXT, Origin.INFERRED, "the category of the strongest interest"
    ),
    "top_category_share": Computed(
        Group.INTEREST, Kind.NUMBER, Origin.INFERRED, "its part of all interest, 0 to 1"
    ),
    "category_affinity": Computed(
        Group.INTEREST,
        Kind.NUMBER,
        Origin.INFERRED,
        "part of all interest in one category, 0 to 1",
        of="category",
        needs_of=True,
    ),
    "top_product": Computed(
        Group.INTEREST, Kind.TEXT, Origin.INFERRED, "the product of the strongest interest"
    ),
    "usual_price": Computed(
        Group.INTEREST, Kind.NUMBER, Origin.INFERRED, "the price of what they look at and buy"
    ),
    "price_band": Computed(
        Group.INTEREST, Kind.TEXT, Origin.INFERRED, "low, middle or high: thirds of usual prices"
    ),
    "visits": Computed(Group.VISITS, Kind.NUMBER, Origin.OBSERVED, "how many visits"),
    "last_visit": Computed(Group.VISITS, Kind.TIME, Origin.OBSERVED, "when the last visit began"),
    "minutes_a_visit": Computed(
        Group.VISITS, Kind.NUMBER, Origin.OBSERVED, "how long a visit lasts, on average"
    ),
    "first_source": Computed(
        Group.VISITS, Kind.TEXT, Origin.OBSERVED, "where the first visit came from"
    ),
    "last_source": Computed(
        Group.VISITS, Kind.TEXT, Origin.OBSERVED, "where the last visit came from"
    ),
    "device": Computed(Group.VISITS, Kind.TEXT, Origin.OBSERVED, "the device of most visits"),
    "region": Computed(
        Group.VISITS, Kind.TEXT, Origin.OBSERVED, "the region of the last visit that has one"
    ),
    "dwell_seconds": Computed(
        Group.DWELL,
        Kind.NUMBER,
        Origin.OBSERVED,
        "seconds with products, of one category where it is named",
        of="category",
    ),
    "product_dwell_seconds": Computed(
        Group.DWELL,
        Kind.NUMBER,
        Origin.OBSERVED,
        "seconds with one product",
        of="product",
        needs_of=True,
    ),
    "longest_product": Computed(
        Group.DWELL, Kind.TEXT, Origin.OBSERVED, "the product that they stayed with longest"
    ),
    "longest_category": Computed(
        Group.DWELL, Kind.TEXT, Origin.OBSERVED, "the category that they stayed with longest"
    ),
    "funnel_step": Computed(
        Group.FUNNEL, Kind.TEXT, Origin.OBSERVED, "viewed, added, checkout or ordered"
    ),
    "funnel_left": Computed(
        Group.FUNNEL, Kind.TIME, Origin.OBSERVED, "when they were last on the way to an order"
    ),
    "funnel_product": Computed(
        Group.FUNNEL, Kind.TEXT, Origin.OBSERVED, "the product of that step"
    ),
    "funnel_category": Computed(
        Group.FUNNEL, Kind.TEXT, Origin.OBSERVED, "the category of that step"
    ),
}
"""Every computed fact by its name. In the profile of one person all of them are seen."""

SILENT: Final = frozenset(
    ("visits", "last_visit", "minutes_a_visit", "first_source", "last_source", "device", "region",
     "dwell_seconds", "product_dwell_seconds", "longest_product", "longest_category")
)  # fmt: skip
"""Observed ones that tell a person that they were watched: never said to them."""


def computed(name: str, where: str = "fact") -> Computed:
    """The fact of that name. SegmentError where there is none."""
    found = COMPUTED.get(name)
    if found is None:
        raise SegmentError(
            f"There is no computed fact {name!r}.",
            where=where,
            fix=near(name, COMPUTED) or f"There are {', '.join(COMPUTED)}.",
        )
    return found


def check_asked(name: str, of: str | None, given: Sequence[str], where: str) -> None:
    """Whether a fact is asked of what it can be asked of, and of nothing else. SegmentError.

    `given` are the fields by which events are chosen elsewhere: it has its own.
    """
    found = computed(name, f"{where}.fact")
    if found.needs_of and not of:
        raise SegmentError(
            f"It is not said of which {found.of}.", where=where, fix=f"Add of: <{found.of}>."
        )
    if of and not found.of:
        raise SegmentError(f"{name!r} takes no 'of'.", where=f"{where}.of", fix="Leave it out.")
    if given:
        raise SegmentError(
            f"A computed fact takes no {given[0]!r}.",
            where=f"{where}.{given[0]}",
            fix="Leave it out: docs/facts.md says over which time it is computed.",
        )
