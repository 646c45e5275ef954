"""A person's devices by hand: shown, registered, turned off; each change stands in the audit log.

It shows neither token nor subscription: whoever has one can write to the phone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection

from maracuja.channels.devices import told_name
from maracuja.errors import BadInput, NotFound
from maracuja.ingest.push_addresses import (
    MOBILE_PUSH,
    WEB_PUSH,
    mobile_push_address,
    web_push_address,
)
from maracuja.model import micros, moment
from maracuja.store import audit, devices, people, suppressions
from maracuja.store.devices import NEVER_US, Device, Told, Word
from maracuja.store.known import known_people

ID_CHARS: Final = 16


@dataclass(frozen=True)
class DeviceShown:
    """A browser or phone that takes notifications; `off` says why it gets none, '' where it does.

    `at` is the push service that reaches it: a host, fcm or apns.
    """

    id: str
    channel: str
    at: str
    app: str
    platform: str
    first_seen: datetime
    last_seen: datetime
    off: str
    off_until: datetime | None


def shown(conn: Connection, pid: int) -> list[DeviceShown]:
    """The devices of a canonical pid, those seen last first."""
    return [_shown(one) for one in devices.of(conn, [pid])]


def register(
    conn: Connection,
    pid: int,
    channel: str,
    *,
    subscription: Mapping[str, Any] | None = None,
    token: str = "",
    platform: str = "",
    app: str = "",
    actor: str,
    salt: str,
    now: datetime,
) -> DeviceShown:
    """Let notifications go to a device of the person, from whoever had it before.

    `subscription` for web_push, `token` for mobile_push. What a vendor or a person has ended
    begins anew. Raises NotFound, BadInput.
    """
    address = {
        WEB_PUSH: lambda: web_push_address(subscription),
        MOBILE_PUSH: lambda: mobile_push_address(platform, token),
    }.get(channel, str)()
    if not address:
        raise BadInput(
            f"This is no device of {channel}.",
            where="subscription" if channel == WEB_PUSH else "token",
            fix="web_push takes what PushSubscription.toJSON() gives, mobile_push a token.",
        )
    rev, now_us = people.next_rev(conn), micros(now)
    own = people.get(conn, pid).pid
    where = platform or ("web" if channel == WEB_PUSH else "")
    told = Told(own, channel, address, now_us, Word.ON, app, where.lower())
    devices.tell(conn, rev, [told], now_us, known_people)
    digest = suppressions.digest(salt, channel, address)
    suppressions.lift(conn, channel, [digest], reasons=("bounced", "unsubscribed"))
    made = _find(conn, own, devices.name_of(address).hex()[:ID_CHARS])
    detail = {"channel": channel, "device": made.name.hex()[:ID_CHARS]}
    audit.add(conn, now_us, actor, "device.on", f"person:{own}", detail)
    return _shown(made)


def turn_off(conn: Connection, pid: int, device: str, *, actor: str, now: datetime) -> DeviceShown:
    """Send nothing to a device of the person until it is registered again. Raises NotFound."""
    rev, now_us = people.next_rev(conn), micros(now)
    own = people.get(conn, pid).pid
    found = _find(conn, own, device)
    told = Told(own, found.kind, found.address, max(now_us, found.seen_us), Word.OFF)
    devices.tell(conn, rev, [told], now_us, known_people)
    detail = {"channel": found.kind, "device": found.name.hex()[:ID_CHARS]}
    audit.add(conn, now_us, actor, "device.off", f"person:{own}", detail)
    return _shown(_find(conn, own, device))


def _find(conn: Connection, pid: int, device: str) -> Device:
    for one in devices.of(conn, [pid]):
        if one.name.hex().startswith(device) and len(device) == ID_CHARS:
            return one
    raise NotFound(f"Person {pid} has no device {device}.", where="device")


def _shown(one: Device) -> DeviceShown:
    endpoint = urlsplit(told_name(one.address)) if one.kind == WEB_PUSH else None
    until = moment(one.off_until_us) if 0 < one.off_until_us < NEVER_US else None
    return DeviceShown(
        id=one.name.hex()[:ID_CHARS],
        channel=one.kind,
        at=endpoint.netloc if endpoint else one.address.partition(":")[0],
        app=one.app,
        platform=one.platform,
        first_seen=moment(one.first_us),
        last_seen=moment(one.seen_us),
        off=one.why,
        off_until=until,
    )
