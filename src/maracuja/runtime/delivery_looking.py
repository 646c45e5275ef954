"""The last look at a claim, and the wire forms of those who pass it.

It sends nothing, and writes only what must be known before a message goes: who may not be sent to
goes into the outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from maracuja.campaigns.facts import RunFacts
from maracuja.channels.base import Channel
from maracuja.decisions.reasons import Outcome, Reason
from maracuja.errors import UnsupportedFeature
from maracuja.links.making import LinkMaker
from maracuja.model import Message, Status, micros
from maracuja.runtime.delivery_checks import (
    Checked,
    Questions,
    Rules,
    by_run,
    check,
    windows_closed,
)
from maracuja.runtime.delivery_devices import narrowed
from maracuja.runtime.delivery_keeping import keep
from maracuja.runtime.delivery_parcels import Context, opened
from maracuja.runtime.delivery_renewal import Renew, renewed
from maracuja.runtime.delivery_results import Outcomes, Parcel, may_have_arrived
from maracuja.runtime.delivery_senders import Sender
from maracuja.runtime.delivery_texts import Body, make_message
from maracuja.runtime.warm_up import WarmUp
from maracuja.store import counters, notices
from maracuja.store.engine import Store
from maracuja.store.outbox import Claimed, OutboxState

HELD: Final = timedelta(minutes=15)  # between looks at what a vendor has stopped


@dataclass(frozen=True)
class Looking:
    """What the last look stands on; `root` is the lake's."""

    store: Store
    root: Path
    links: LinkMaker
    rules: Rules
    renew: Renew

    def checked(
        self,
        channel: Channel[Any],
        claimed: Claimed,
        context: Context,
        now: datetime,
        out: Outcomes,
    ) -> tuple[list[tuple[Parcel, Body]], int]:
        """Who may still be sent to, and the feed's mark at the moment of this last look."""
        name = channel.name
        found: list[tuple[Parcel, Body]] = []
        for parcel, body in opened(self.root, claimed, context):
            if body is None:
                out.close(parcel, OutboxState.FAILED, Status.FAILED, name, now, code="no_text")
            elif body.later:
                out.put_back(parcel, micros(now))
            else:
                found.append((parcel, body))
        passed: list[tuple[Parcel, Body]] = []
        with self.store.read() as conn:
            mark = counters.last(conn, "feed")
            found = narrowed(conn, channel, found, self.rules.salt, now)
            stopped = notices.stopped(conn, name) if channel.can.approved else frozenset()
            for run, places in by_run([parcel.run for parcel, _ in found]).items():
                several = [found[place] for place in places]
                pids, addresses = [p.pid for p, _ in several], [p.address for p, _ in several]
                asked = Questions(pids, addresses, run)
                looked = check(conn, asked, context.facts[run], self.rules, now)
                human, salt = [body.human for _, body in several], self.rules.salt
                closed = windows_closed(conn, name, asked.address, salt, now, human)
                for (parcel, body), seen, shut in zip(several, looked, closed, strict=True):
                    one = parcel._replace(
                        pid=seen.pid, expires_us=body.expires_us or seen.expires_us
                    )
                    if channel.subject(body.content) in stopped:
                        seen = _held(seen, now)
                    if _may_go(one, body, seen, out, channel, now, shut=shut):
                        passed.append((one, body))
        kept, refused = renewed(passed, context.chunks, context.facts, self.renew, now)
        for parcel, reason in refused:
            _close(out, parcel, reason.value, channel, now)
        return kept, mark

    def encoded(
        self,
        sender: Sender,
        parcels: Sequence[tuple[Parcel, Body]],
        facts: Mapping[int, RunFacts],
        now: datetime,
        out: Outcomes,
        *,
        first: bool,
    ) -> list[tuple[Parcel, Any]]:
        """The wire forms of those whom the limits let through now."""
        if sender.warm_up is not None:
            parcels = _whose_turn(sender.warm_up, parcels, now, out)
        hosts = [sender.channel.host(parcel.address) for parcel, _ in parcels]
        weights = [sender.channel.wires(parcel.address) for parcel, _ in parcels]
        admitted = sender.admit(hosts, now, weights, first=first)
        batch: list[tuple[Parcel, Any]] = []
        made: list[Message] = []
        for (parcel, body), later in zip(parcels, admitted, strict=True):
            if later is not None:
                out.put_back(parcel, micros(later))
                continue
            try:
                message = make_message(
                    body,
                    facts[parcel.run],
                    self.links,
                    pid=parcel.pid,
                    run=parcel.run,
                    now=now,
                    expires_us=parcel.expires_us,
                )
                wire = sender.channel.encode(message, now)
                batch.append((parcel.priced(sender.channel, message), wire))
                made.append(message)
            except UnsupportedFeature as fault:
                out.close(
                    parcel,
                    OutboxState.FAILED,
                    Status.REJECTED,
                    sender.channel.name,
                    now,
                    code=fault.code,
                    raw=str(fault),
                )
        keep(self.store, sender.channel.name, made, now)
        if sender.warm_up is not None:
            sender.warm_up.went(self.store, [parcel for parcel, _ in batch], now)
        return batch


def _whose_turn(
    warm_up: WarmUp, parcels: Sequence[tuple[Parcel, Body]], now: datetime, out: Outcomes
) -> list[tuple[Parcel, Body]]:
    """Those whose turn it is while a domain is new; the others wait."""
    holds = warm_up.holds([parcel for parcel, _ in parcels], now)
    for (parcel, _), later_us in zip(parcels, holds, strict=True):
        if later_us is not None:
            out.put_back(parcel, later_us)
    return [one for one, later_us in zip(parcels, holds, strict=True) if later_us is None]


def _held(seen: Checked, now: datetime) -> Checked:
    """What the vendor does not let through now waits, as long as it is of use."""
    if seen.outcome is not Outcome.SEND or seen.expires_us < micros(now):
        return seen
    return seen._replace(outcome=Outcome.WAIT, until_us=micros(now + HELD))


def _may_go(
    parcel: Parcel,
    body: Body,
    seen: Checked,
    out: Outcomes,
    channel: Channel[Any],
    now: datetime,
    *,
    shut: bool,
) -> bool:
    """Whether a message goes on its way by what the last look has seen; else where it goes."""
    if seen.outcome is Outcome.SEND and parcel.expires_us < micros(now):
        seen = seen._replace(outcome=Outcome.NEVER, reason=Reason.EXPIRED.value)
    if seen.outcome is Outcome.SEND and shut and body.content.approved is None:
        seen = seen._replace(outcome=Outcome.NEVER, reason=Reason.WINDOW_CLOSED.value)
    if seen.outcome is Outcome.SEND:
        return True
    if seen.outcome is Outcome.WAIT and seen.until_us is not None:
        out.put_back(parcel, seen.until_us)
        return False
    _close(out, parcel, seen.reason, channel, now)
    return False


def _close(
    out: Outcomes, parcel: Parcel, reason: str, channel: Channel[Any], now: datetime
) -> None:
    """It does not go any more; where it was on its way before, nobody knows whether it came."""
    state, status = OutboxState.WITHDRAWN, Status.FAILED
    if may_have_arrived(channel, parcel):
        state, status = OutboxState.UNKNOWN, Status.UNKNOWN
    elif reason == Reason.EXPIRED:
        state, status = OutboxState.EXPIRED, Status.EXPIRED
    out.close(parcel, state, status, channel.name, now, code=reason)
