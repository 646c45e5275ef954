"""Everything that is held about one person, for the person to read: a data-subject request.

It must never show anybody else, nor a secret such as a signed link.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from maracuja.model import moment
from maracuja.runtime import (
    bonus_work,
    conversation_view,
    coupon_work,
    delivery_texts,
    form_view,
    holds_view,
    people_view,
    people_why,
    rights_work,
)
from maracuja.runtime.delivery_texts import Body
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.posted_texts import Written
from maracuja.runtime.web_chat_desk import shown
from maracuja.store import accounts, devices, entries, held, people, posted, runs, web_chat
from maracuja.store.held import Sent
from maracuja.store.outbox import Chunk, OutboxState
from maracuja.store.posted import Posted
from maracuja.templates.placeholders import fill

EVERYTHING: Final = 2**62


def export_person(
    ground: Ground, pid: int, now: datetime, *, language: str = "en"
) -> dict[str, Any]:
    """The person, found also by a pid that was merged away, as plain values for JSON.

    Identities, addresses, traits (with source, confidence, time), consents with their history,
    suppressions, events, decisions in words of `language`, and messages as they were rendered,
    with their links before they were signed; conversations with every turn. Events count once
    they are projected. Raises NotFound.
    """
    with ground.store.read() as conn:
        person = people_view.show(conn, pid, now)
        tokens = [(one.kind, one.address) for one in devices.of(conn, [person.pid])]
        accounts_there = accounts.names(conn)
        everybody = [person.pid, *person.merged]
        sent = [one for one in held.messages_of(conn, everybody) if one.run not in posted.RUNS]
        singles = [_single(conn, row) for row in posted.of_people(conn, everybody)]
        talks = conversation_view.everything(conn, person.pid)
        of_run = {run.run: run for run in runs.every(conn)}
        named = {(one.kind, one.value) for one in people.identities_of(conn, person.pid)}
        codes = coupon_work.of_person(conn, everybody, now)
        earned = bonus_work.show(conn, person.pid, now)
        withheld = holds_view.everything(conn, person.pid, now)
        asked = rights_work.listed(conn, now, every=True, pid=person.pid)
        objects = rights_work.objects(conn, person.pid)
        signed = form_view.of_person(conn, person.pid)
        likes = form_view.wishes_of(conn, person.pid)
        entered = entries.of_person(conn, person.pid)
        chat = [shown(line) for line in web_chat.of(conn, web_chat.addresses_of(named))]
    why = people_why.why(ground, person.pid, now, language=language, rows_max=EVERYTHING)
    events = people_why.recent(ground, person.pid, now, rows_max=EVERYTHING)
    found = {
        "exported_at": now,
        "person": person,
        "device_addresses": [{"channel": kind, "address": one} for kind, one in tokens],
        "decisions": why.decisions,
        "messages": [_message(ground.lake, one, of_run, accounts_there) for one in sent],
        "single_messages": singles,
        "conversations": talks,
        "events": events,
        "web_chat": chat,
        "entries": [_entered(one) for one in entered],
        "sign_ups": signed,
        "preferences": likes,
        "rights_requests": asked,
        "objects_to_profiling": objects,
        "coupons": codes,
        "bonus": earned,
        **withheld,
    }
    return msgspec.json.decode(msgspec.json.encode(found), type=dict[str, Any])


def write_person(ground: Ground, pid: int, path: Path, now: datetime) -> Path:
    """`export_person` as a JSON file that only its owner may read. Raises as it does."""
    found = export_person(ground, pid, now)
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found)))
    return path


def _message(
    lake: Path, sent: Sent, of_run: Mapping[int, runs.Run], named: Mapping[int, str]
) -> dict[str, Any]:
    """One message: where it is, and what it said, if its text is still kept."""
    run = of_run[sent.run]
    chunk = Chunk(chunk=0, run=sent.run, path=sent.path, lane=0, catalog_rev=0)
    body = delivery_texts.read(lake, chunk, [sent.n]).get(sent.n)
    return {
        "campaign": run.campaign,
        "occurrence": run.occurrence,
        "channel": named.get(sent.channel, str(sent.channel)),
        "state": OutboxState(sent.state).name.lower(),
        "attempts": sent.attempts,
        "due": moment(sent.due_us),
        **(_text(body) if body is not None else {"text_kept": False}),
    }


def _single(conn: Connection, row: Posted) -> dict[str, Any]:
    """A message that a program or an operator had sent, and what became of it."""
    words = msgspec.json.decode(row.written, type=Written).content if row.written else None
    return {
        "message": row.message.hex(),
        "channel": row.channel,
        "address": row.address or row.value,
        "asked": moment(row.at_us),
        "subject": words.subject if words else "",
        "text": words.text if words else "",
        "became": [(step.status, moment(step.at_us)) for step in posted.steps(conn, row.message)],
    }


def _entered(entry: entries.Entry) -> dict[str, Any]:
    """An event that has let the person into a campaign."""
    return {
        "campaign": entry.campaign,
        "at": moment(entry.entered_us),
        "event": msgspec.json.decode(entry.event or b"{}"),
    }


def _text(body: Body) -> dict[str, Any]:
    def filled(text: str, *, html: bool = False) -> str:
        return fill(
            text,
            body.links,
            html=html,
            href=lambda _, url: url,
            page=lambda name: f"[{name}]",
        )

    return {
        "id": body.message.hex(),
        "address": body.address,
        "variant": body.variant,
        "language": body.language,
        "subject": filled(body.content.subject),
        "preheader": filled(body.content.preheader),
        "text": filled(body.content.text),
        "html": filled(body.content.html, html=True),
    }
