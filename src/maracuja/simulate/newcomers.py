"""People who come to the simulated shop for the first time: they sign up, fill carts, and order.

Some order anyway, some only because a message about their cart has reached them: only the
simulator knows who.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import polars as pl

from maracuja import rng
from maracuja.simulate.sink import Received
from maracuja.simulate.week import PERSON, Press

COUNT: Final = 3_000
DAYS: Final = 3  # in which they come
FILLS: Final = 0.7  # the share of those who sign up and put something into a cart
ANYWAY: Final = 0.10  # of those, the share that orders without being reminded
PERSUADED: Final = 0.12  # the share more that orders once a reminder has come
PRESSES: Final = 0.5  # of those who are persuaded, on another device
NAMES: Final = {
    "uk": ("Олена", "Тарас", "Марія", "Богдан"),
    "ru": ("Елена", "Иван", "Мария", "Андрей"),
    "en": ("Helen", "Jack", "Mary", "Andrew"),
}
BATCH: Final = 400

Body = tuple[datetime, bytes]


@dataclass
class Newcomers:
    """What they do from `start` on, and what they have got."""

    seed: int
    goods: pl.DataFrame
    start: datetime
    reminded: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        draw = rng.stream(self.seed, "newcomers")
        self._seconds = draw.integers(0, DAYS * 86_400, COUNT)
        self._fills = draw.random(COUNT) < FILLS
        self._anyway = self._fills & (draw.random(COUNT) < ANYWAY)
        self._persuaded = self._fills & ~self._anyway & (draw.random(COUNT) < PERSUADED)
        self._presses = self._persuaded & (draw.random(COUNT) < PRESSES)
        self._language = draw.choice(list(NAMES), COUNT)
        self._name = draw.integers(0, 4, COUNT)
        in_stock = self.goods.filter(pl.col("stock") > 0)
        self._items = draw.integers(0, in_stock.height, (COUNT, 2))
        self._stock = in_stock
        self._later_s = draw.integers(30 * 3600, 70 * 3600, COUNT)

    @property
    def true_lift(self) -> float:
        """How much more often a cart becomes an order where a reminder comes."""
        return float(self._persuaded.sum()) / max(float(self._anyway.sum()), 1.0)

    def calls(self) -> list[Body]:
        """Everything that they do whatever is written to them, in the order of time."""
        made: list[tuple[datetime, dict[str, Any]]] = []
        for n in range(COUNT):
            at = self.start + timedelta(seconds=int(self._seconds[n]))
            made += self._joining(n, at)
            if not self._fills[n]:
                continue
            for place in range(2):
                added = at + timedelta(minutes=10 + 5 * place)
                made.append((added, self._track(n, added, "Product Added", self._item(n, place))))
            if self._anyway[n]:
                made.append(self._order(n, at + timedelta(seconds=int(self._later_s[n]))))
        return _bodies(made)

    def answers(
        self, received: Sequence[Received], carts: Callable[[Received], bool], now: datetime
    ) -> tuple[list[Body], list[Press]]:
        """What is done because of messages that have just come: orders, and presses of links."""
        made: list[tuple[datetime, dict[str, Any]]] = []
        pressed: list[Press] = []
        for one in received:
            name = one.to.partition("@")[0]
            if not carts(one) or name in self.reminded:
                continue
            self.reminded[name] = now
            n = int(name.removeprefix("new"))
            if self._presses[n] and (link := _cart_link(one)):
                at = (now + timedelta(hours=3)).replace(tzinfo=None)
                pressed.append(Press(at, "GET", link, PERSON))
            if self._persuaded[n]:
                made.append(self._order(n, now + timedelta(hours=4 + n % 15)))
        return _bodies(made), sorted(pressed)

    def _joining(self, n: int, at: datetime) -> list[tuple[datetime, dict[str, Any]]]:
        language = str(self._language[n])
        traits = {
            "email": f"new{n:05d}@mail.example",
            "firstName": NAMES[language][self._name[n]],
            "language": language,
        }
        agreed = {
            "topic": "news", "channel": "email", "state": "opted_in", "source": "sign-up form",
            "text_version": "1", "language": language,
        }  # fmt: skip
        known = {"type": "identify", "traits": traits}
        return [
            (at, self._call(n, at, "identify", known)),
            (at, self._track(n, at, "Subscription Updated", agreed)),
            (at, self._track(n, at, "Signed Up", {"form": "footer"})),
        ]

    def _item(self, n: int, place: int) -> dict[str, Any]:
        row = self._stock.row(int(self._items[n, place]), named=True)
        return {
            "product_id": row["id"], "name": row["title"], "category": row["category"],
            "price": float(row["price"]), "currency": row["currency"], "quantity": 1,
            "first_visit": True,
        }  # fmt: skip

    def _order(self, n: int, at: datetime) -> tuple[datetime, dict[str, Any]]:
        items = [self._item(n, place) for place in range(2)]
        revenue = sum(float(item["price"]) for item in items)
        told = {"order_id": f"new order {n}", "revenue": revenue, "currency": "UAH"}
        return at, self._track(n, at, "Order Completed", told)

    def _track(
        self, n: int, at: datetime, event: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        told = {"type": "track", "event": event, "properties": properties}
        return self._call(n, at, f"{event} {properties.get('product_id', '')}", told)

    def _call(self, n: int, at: datetime, label: str, told: dict[str, Any]) -> dict[str, Any]:
        return {
            **told,
            "userId": f"new{n:05d}",
            "messageId": f"newcomer {n} {label}",
            "timestamp": at.astimezone(UTC).isoformat(),
        }


def _cart_link(message: Received) -> str:
    """The link of a message that restores the cart; '' where it has none."""
    return next((one for one in message.links if urlsplit(one).path.startswith("/b/")), "")


def restores(message: Received) -> bool:
    """Whether a message is about a cart."""
    return bool(_cart_link(message))


def _bodies(made: list[tuple[datetime, dict[str, Any]]]) -> list[Body]:
    """The calls as bodies of `/v1/batch`, each with the naive UTC moment of its last call."""
    made.sort(key=lambda one: (one[0], one[1]["messageId"]))
    found = []
    for at in range(0, len(made), BATCH):
        part = made[at : at + BATCH]
        body = msgspec.json.encode({"batch": [call for _, call in part]})
        found.append((part[-1][0].replace(tzinfo=None), body))
    return found
