"""Inbound webhooks: what a CRM tells is verified and kept, then read into the inbox by a chore.

It is kept as it came before it is answered, so that a mapping that was wrong can be mended and
what it refused be read again.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.decoding import decode_stored
from maracuja.campaigns.inbound import Inbound, secret_name
from maracuja.campaigns.inbound_mapping import Read, read, read_payload
from maracuja.channels import base
from maracuja.channels.http import check_equal, reject
from maracuja.channels.signing import check_signature
from maracuja.errors import ConfigError, NotFound
from maracuja.ingest.calls import EVENTS_MAX
from maracuja.model import micros
from maracuja.store import definitions, inbound, inbox, keys
from maracuja.store.engine import Store
from maracuja.store.inbound import InboundState, Told

SERVER: Final = "server"
SWEEP_EVERY: Final = timedelta(hours=1)
FAULTS_SHOWN: Final = 10
_HASHES: Final = {"hmac-sha256": "sha256", "hmac-sha1": "sha1", "hmac-sha512": "sha512"}


def hook_in_force(conn: Connection, name: str) -> Inbound:
    """An inbound webhook. Raises NotFound."""
    found = decode_stored(definitions.get(conn, "inbound", name).body)
    assert isinstance(found, Inbound)
    return found


def secret_of(hook: Inbound, key_secret: str, given: Mapping[str, str]) -> str:
    """The secret that both sides know: of the settings where one is named, else ours.

    Raises ConfigError where the settings have none of that name.
    """
    if not hook.secret:
        return keys.signing_secret(key_secret, secret_name(hook))
    if not given.get(hook.secret):
        raise ConfigError(
            f"The webhook `{hook.id}` is proved by the secret `{hook.secret}`, and there is none.",
            where=f"secrets.{hook.secret}",
            fix="Put it into the section [secrets] of maracuja.toml.",
        )
    return given[hook.secret]


def verify(hook: Inbound, call: base.Inbound, secret: str, now: datetime) -> None:
    """See that it is the CRM who calls. Raises WebhookRejected."""
    how = hook.signature
    if how.parameter:
        given = call.query.get(how.parameter, "")
    else:
        given = call.headers.get(how.header.lower(), "")
    if how.prefix and not given.startswith(how.prefix):
        raise reject("its signature is not there")
    given = given.removeprefix(how.prefix)
    match how.scheme:
        case "token":
            check_equal(given, secret)
        case "maracuja":
            check_signature(given, secret, call.body, now)
        case scheme:
            made = hmac.new(secret.encode(), call.body, _HASHES[scheme]).digest()
            said = made.hex() if how.encoding == "hex" else base64.b64encode(made).decode()
            same = given.lower() if how.encoding == "hex" else given
            if not hmac.compare_digest(same.encode(), said.encode()):
                raise reject("its signature is not theirs")


def take(
    store: Store,
    name: str,
    call: base.Inbound,
    *,
    key_secret: str,
    given: Mapping[str, str],
    now: datetime,
) -> int:
    """Verify a call and keep what it tells; its number. Blocks on the database.

    Raises WebhookRejected, NotFound for a webhook that is not there or is held, and BadInput for
    a body that cannot be read.
    """
    with store.read() as conn:
        hook = hook_in_force(conn, name)
    if hook.paused:
        raise NotFound("Nobody is called here.")
    verify(hook, call, secret_of(hook, key_secret, given), now)
    payload = read_payload(call.body, call.headers.get("content-type", ""))
    with store.write() as conn:
        return inbound.add(conn, name, micros(now), msgspec.json.encode(payload))


class InboundWork:
    """A chore of the worker: reads what was told, and forgets what was kept long enough."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sweep = datetime.min.replace(tzinfo=UTC)

    def __call__(self, now: datetime) -> datetime | None:
        """Read a batch; when to come again (`now`: there may be more)."""
        with self._store.read() as conn:
            told = inbound.new(conn)
            hooks = _hooks(conn) if told else {}
        if told:
            self._read(told, hooks, now)
            return now
        if now >= self._sweep:
            self._forget(now)
            self._sweep = now + SWEEP_EVERY
        return None

    def _read(self, told: Sequence[Told], hooks: Mapping[str, Inbound], now: datetime) -> None:
        found = [_read_one(one, hooks.get(one.hook)) for one in told]
        calls = [msgspec.Raw(msgspec.json.encode(call)) for one in found for call in one.calls]
        requests = [
            inbox.Request(
                micros(now),
                "batch",
                SERVER,
                b"{}",
                msgspec.json.encode({"batch": calls[at : at + EVENTS_MAX]}),
            )
            for at in range(0, len(calls), EVENTS_MAX)
        ]
        # Two databases on SQLite: a crash between them reads twice, which de-duplication sees.
        if requests:
            with self._store.write_inbox() as conn:
                inbox.append(conn, requests)
        with self._store.write() as conn:
            for one, came in zip(told, found, strict=True):
                fault = "; ".join(came.faults[:FAULTS_SHOWN])
                inbound.mark(conn, one.id, _state(came), len(came.calls), fault)

    def _forget(self, now: datetime) -> None:
        with self._store.read() as conn:
            names, hooks = inbound.hooks(conn), _hooks(conn)
        if not names:
            return
        with self._store.write() as conn:
            for name in names:
                days = hooks[name].keep_days if name in hooks else 0
                inbound.delete_before(conn, name, micros(now - timedelta(days=days)))


def replay(store: Store, name: str, *, since: datetime | None = None, whole: bool = False) -> int:
    """Have read once more what could not be read, or (`whole`) everything; how many.

    What had become an event before does not become another. Raises NotFound.
    """
    states = [InboundState.REFUSED, InboundState.PARTLY]
    with store.write() as conn:
        hook_in_force(conn, name)
        since_us = micros(since) if since else 0
        found = inbound.newest(
            conn, name, [] if whole else states, since_us=since_us, rows_max=100_000
        )
        return inbound.again(conn, [one.id for one in found])


def tried(hook: Inbound, payload: Any = None) -> Read:
    """What the mapping makes of its example, or of another payload; nothing is kept."""
    return read(hook, hook.example if payload is None else payload)


def _read_one(told: Told, hook: Inbound | None) -> Read:
    if hook is None:
        return Read([], ["there is no such webhook any more"])
    return read(hook, msgspec.json.decode(told.body))


def _state(came: Read) -> InboundState:
    if came.faults:
        return InboundState.PARTLY if came.calls else InboundState.REFUSED
    return InboundState.TAKEN if came.calls else InboundState.SKIPPED


def _hooks(conn: Connection) -> dict[str, Inbound]:
    found = [decode_stored(one.body) for one in definitions.current(conn, "inbound")]
    return {one.id: one for one in found if isinstance(one, Inbound)}
