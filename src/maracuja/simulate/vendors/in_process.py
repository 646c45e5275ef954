"""The real HTTP transport with a simulated vendor at the other end instead of a socket.

Logins, concurrency and the circuit breaker are the product's own; only bytes do not travel.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from maracuja.channels.base import Answer, Stage
from maracuja.channels.http import HttpChannel, HttpRequest
from maracuja.runtime.http import HttpTransport
from maracuja.simulate.vendors.http import HttpVendor

_LATE: Final = Answer(stage=Stage.GIVEN, text="no answer in time", lost=True)


class InProcess(HttpTransport):
    """Carries the requests of one account to `vendor`; `asked` has moment and recipient of each.

    An answer that would take longer than the account's time-out never comes; others take no time.
    """

    def __init__(
        self, channel: HttpChannel, vendor: HttpVendor, now: Callable[[], datetime]
    ) -> None:
        super().__init__(channel, now)
        self._vendor = vendor
        self.asked: list[tuple[datetime, str]] = []

    async def _carry(self, request: HttpRequest) -> Answer:
        """One request, with what the account proves itself by."""
        self.asked.append((self._now(), request.recipient))
        headers = {**request.headers, **self._channel.credentials()}
        answer, delay_s = self._vendor.answer(msgspec.structs.replace(request, headers=headers))
        return _LATE if delay_s >= self._settings.timeout_s else answer
