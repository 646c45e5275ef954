"""The sending limit of a domain that is new: whose turn it is today, and who waits for tomorrow.

Who is not known to have a turn is never sent marketing; single and service messages always go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from maracuja.channels.email_settings import EmailSettings
from maracuja.channels.email_warm_up import provider_of
from maracuja.model import micros
from maracuja.runtime.delivery_results import Parcel
from maracuja.store import warm_ups
from maracuja.store.engine import Store

SOON: Final = timedelta(seconds=30)  # until the turns of today are known


class Turns:
    """Whose turn it is to be written to on one day: of each provider the people, or anybody."""

    def __init__(self, day: str, chosen: dict[str, set[int] | None], full: frozenset[str]) -> None:
        self.day = day
        self.chosen = chosen  # None: any number may go
        self.full = full  # no more today


class WarmUp:
    """Of one account. `turns` is set by the planning, and read by the sending."""

    def __init__(self, account: str, code: int, settings: EmailSettings, zone: str) -> None:
        self.account = account
        self.code = code
        self.settings = settings
        self.zone = ZoneInfo(zone)
        self.turns: Turns | None = None

    def day(self, now: datetime) -> str:
        """The day by the shop's clock."""
        return now.astimezone(self.zone).date().isoformat()

    def begun(self, now: datetime) -> bool:
        """Whether the domain is in its warm-up."""
        return bool(self.settings.warm_up_from) and self.settings.warm_up_from <= self.day(now)

    def tomorrow(self, now: datetime) -> datetime:
        """When the next day begins by the shop's clock."""
        local = now.astimezone(self.zone)
        after = datetime.combine(local.date() + timedelta(days=1), time(), self.zone)
        return after.astimezone(now.tzinfo)

    def holds(self, parcels: Sequence[Parcel], now: datetime) -> list[int | None]:
        """When each is to be tried again, in micros; None where it may go now.

        Nobody is put off beyond the end of their message: it is over then.
        """
        if not self.begun(now):
            return [None] * len(parcels)
        return [self._hold(parcel, now) for parcel in parcels]

    def went(self, store: Store, parcels: Sequence[Parcel], now: datetime) -> None:
        """Note who is being sent to: their turn is over."""
        if not self.begun(now):
            return
        fresh = [parcel for parcel in parcels if not parcel.attempts]
        sent = Counter(provider_of(parcel.address) for parcel in fresh)
        if not sent:
            return
        turns = self.turns
        for parcel in fresh if turns else []:
            assert turns is not None
            pids = turns.chosen.get(provider_of(parcel.address))
            if pids is not None:
                pids.discard(parcel.pid)
        with store.write() as conn:
            warm_ups.count(conn, self.account, self.day(now), sent)

    def _hold(self, parcel: Parcel, now: datetime) -> int | None:
        if not parcel.marketing or parcel.attempts:
            return None
        turns, provider = self.turns, provider_of(parcel.address)
        if turns is not None and turns.day == self.day(now):
            chosen = turns.chosen.get(provider, set())
            if chosen is None or parcel.pid in chosen:
                return None
            if provider in turns.full:
                return min(micros(self.tomorrow(now)), parcel.expires_us + 1)
        return min(micros(now + SOON), parcel.expires_us + 1)
