"""Channels that reach a person on several devices: one message, a request for each device.

The devices are one address, a line each, the one seen last first. No token is ever cut or kept
here; an answer names its device by a mark that tells nobody which it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal

import msgspec
from msgspec import Meta

from maracuja.channels.base import Answer
from maracuja.channels.http import HttpChannel, HttpRequest, HttpSettings
from maracuja.errors import UnsupportedFeature
from maracuja.model import Message, Scope, SendResult, Verdict

DEVICES_MAX: Final = 10  # of one person on one channel; whoever has more keeps those seen last
_MARK_CHARS: Final = 16
_BETTER: Final = (
    Verdict.ACCEPTED,
    Verdict.UNKNOWN,  # it may have been read: never sent again for the sake of another device
    Verdict.OURS,
    Verdict.TEMPORARY,
    Verdict.CONTENT,
    Verdict.PERMANENT,
)


class DeviceSettings(HttpSettings, frozen=True):
    """What every account has whose people may have several devices."""

    devices: Annotated[
        Literal["all", "latest"],
        Meta(description="a message goes to all devices of a person, or to the one seen last"),
    ] = "all"
    apps: Annotated[
        tuple[str, ...],
        Meta(
            description="ids of the apps, or hosts of the sites, whose devices are this account's;"
            " empty: all, where there is no other account"
        ),
    ] = ()

    def reaches(self, app: str, *, main: bool) -> bool:
        """Whether a device of this app is the account's; one of no known app is the main one's."""
        return app in self.apps or (main if not app else not self.apps)


def split(address: str) -> tuple[str, ...]:
    """The devices that an address stands for; it alone, for every other address."""
    return tuple(address.split("\n")) if address else ()


def join(devices: Iterable[str]) -> str:
    """One address for several devices, at most DEVICES_MAX; '' for none."""
    return "\n".join(list(devices)[:DEVICES_MAX])


def told_name(device: str) -> str:
    """What says that two spellings are one device: a subscription's endpoint, else the token."""
    if not device.startswith("{"):
        return device
    try:
        return str(msgspec.json.decode(device)["endpoint"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return device


def mark_of(device: str) -> str:
    """What an answer calls a device."""
    return hashlib.sha256(device.encode()).hexdigest()[:_MARK_CHARS]


def joined(requests: Sequence[HttpRequest], answers: Sequence[Answer]) -> Answer:
    """One answer for those to the devices of a message; the answer itself where there is one."""
    if len(answers) == 1:
        return answers[0]
    marked = [
        msgspec.structs.replace(answer, mark=mark_of(request.recipient))
        for request, answer in zip(requests, answers, strict=True)
    ]
    return msgspec.structs.replace(marked[0], others=tuple(marked[1:]))


class DeviceChannel(HttpChannel):
    """A channel over HTTP whose `request` and `outcome` speak of one device."""

    several_devices: ClassVar[bool] = True
    Settings: ClassVar[type[DeviceSettings]]
    settings: DeviceSettings

    def reaches(self, app: str) -> bool:
        """As the settings say; see DeviceSettings."""
        return self.settings.reaches(app, main="/" not in self.name)

    def wires(self, address: str) -> int:
        """How many requests a message to this address is."""
        return len(self._meant(address)) or 1

    def _encode(self, message: Message, now: datetime) -> HttpRequest:
        """A request with those of the other devices; who cannot be reached stays away.

        Raises UnsupportedFeature where no device can be.
        """
        made: list[HttpRequest] = []
        faults: list[UnsupportedFeature] = []
        for device in self._meant(message.to.value) or ("",):
            to = msgspec.structs.replace(message.to, value=device)
            try:
                made.append(self.request(msgspec.structs.replace(message, to=to), now))
            except UnsupportedFeature as fault:
                faults.append(fault)
        if not made:
            raise faults[0]
        return msgspec.structs.replace(made[0], others=tuple(made[1:])) if made[1:] else made[0]

    def decode(self, answer: Answer, *, attempt: int = 1) -> SendResult:
        """The best that any device has answered; it has gone where one has taken it."""
        results = []
        for one in (answer, *answer.others):
            result = super().decode(one, attempt=attempt)
            results.append(msgspec.structs.replace(result, mark=one.mark))
        best = min(results, key=_rank)
        others = tuple(result for result in results if result is not best)
        return msgspec.structs.replace(best, others=others) if others else best

    def _meant(self, address: str) -> tuple[str, ...]:
        devices = split(address)[:DEVICES_MAX]
        return devices[:1] if self.settings.devices == "latest" else devices


def _rank(result: SendResult) -> tuple[int, bool]:
    host = result.verdict is Verdict.OURS and result.scope is not Scope.ACCOUNT
    return _BETTER.index(Verdict.TEMPORARY if host else result.verdict), host
