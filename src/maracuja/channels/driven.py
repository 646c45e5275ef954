"""Channels that speak to one of several gateways: a driver for each, chosen by the settings.

The channel checks what holds for all of them; the driver translates for its gateway alone.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Hook
from maracuja.channels.http import HttpChannel, HttpRequest, HttpSettings, reject

Settings = TypeVar("Settings", bound=HttpSettings)


class Driver(ABC, Generic[Settings]):
    """Translates for one kind of gateway; `hook` is the address at which it calls us."""

    over_http: ClassVar[bool] = True

    def __init__(self, settings: Settings, hook: str) -> None:
        self.settings, self.hook = settings, hook

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """What a verified call tells. Raises WebhookRejected."""
        raise reject("this gateway does not call")

    def account_request(self) -> HttpRequest | None:
        """A question that proves that the account works; None: there is none."""
        return None

    def answered_well(self, answer: Answer) -> bool:
        """Whether an answer to it is a good one."""
        return 200 <= answer.code < 300

    def account_words(self, answer: Answer) -> str:
        """Which account a good answer to it names."""
        return ""

    def brief(self, answer: Answer) -> Answer:
        """The answer without what it repeats of number and text."""
        return answer

    def credentials(self) -> Mapping[str, str]:
        """Headers that are added to every request at the moment of sending."""
        return {}


Spoken = TypeVar("Spoken", bound=Driver[Any])


class DrivenChannel(HttpChannel, Generic[Spoken]):
    """A channel whose gateway's language is spoken by `driver`."""

    drivers: ClassVar[Mapping[str, type[Driver[Any]]]]
    driver: Spoken

    def __init__(self, settings: Any, hook: str = "") -> None:
        kind: Any = self.drivers[settings.driver]
        super().__init__(settings, hook if kind.over_http else "")
        self.driver = kind(settings, self.hook)

    def brief(self, answer: Answer) -> Answer:
        """The driver's."""
        return self.driver.brief(answer)

    def credentials(self) -> Mapping[str, str]:
        """The driver's."""
        return self.driver.credentials()

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """What a call of the gateway tells; one that is spoken to on a line tells on that."""
        return self.driver.webhook(inbound, now)

    def account_request(self) -> HttpRequest | None:
        """A question about the account, where the gateway answers any."""
        return self.driver.account_request()

    def answered_well(self, answer: Answer) -> bool:
        """The driver's."""
        return self.driver.answered_well(answer)

    def account_words(self, answer: Answer) -> str:
        """The driver's."""
        return self.driver.account_words(answer)
