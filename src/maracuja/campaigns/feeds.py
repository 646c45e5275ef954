"""Product feeds as a marketer writes them: where they come from, how often, what they hold."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from maracuja.campaigns.cascade import fixed_span
from maracuja.model import Record

EVERY_MIN: Final = timedelta(minutes=5)
FOLDER: Final = "feeds"
_FILE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")


class FeedForm(StrEnum):
    """How a feed is written."""

    CSV = "csv"
    JSON = "json"
    GOOGLE = "google"  # Google Merchant's XML: RSS 2.0 or Atom


class Feed(Record, frozen=True, tag_field="kind", tag="feed"):
    """All products of a shop, or of a part of it, asked for again and again.

    `source` is an address that begins with https, or the name of a file in the workspace's folder
    `feeds`. `columns` says which of a CSV's or a JSON's fields becomes what (as in imports).
    What is missing is gone, unless `partial`. A feed that lost more than the share `gone_max` of
    its products is held. A price that fell by the share `price_drop` or more, and a product that
    is back in stock, are told of for people who looked at it in the last `told` days.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    source: str
    name: str = ""
    form: FeedForm = FeedForm.GOOGLE
    every: str = "1 hour"
    columns: dict[str, str] = msgspec.field(default_factory=dict)
    currency: str = ""
    partial: bool = False
    gone_max: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.5
    price_drop: Annotated[float, Meta(gt=0.0, lt=1.0)] = 0.05
    told: Annotated[int, Meta(ge=0, le=366)] = 30

    def __post_init__(self) -> None:
        """Refuse an address that is none, and one that would be asked without a pause."""
        if fixed_span(self.every) < EVERY_MIN:
            raise ValueError("a feed is asked for every 5 minutes at most")
        if self.is_file:
            if _FILE.fullmatch(self.source) is None:
                raise ValueError(
                    f"`source` is an address that begins with https, or the name of a file in"
                    f" the folder `{FOLDER}` of the workspace"
                )
            return
        parts = urlsplit(self.source)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("`source` is no address: write https://shop.example/feed.xml")
        if parts.username or parts.password or parts.fragment:
            raise ValueError("`source` holds a password or a #: leave them out")

    @property
    def is_file(self) -> bool:
        """Whether it lies in the workspace's folder."""
        return "://" not in self.source

    @property
    def pause(self) -> timedelta:
        """How long after one look the next one follows."""
        return fixed_span(self.every)
