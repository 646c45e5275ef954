"""The workspace over HTTP: how it does, its keys, what is stopped, and who did what."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, Field

from maracuja.api.answers import ID_MAX, Listing, Name, Part, Word
from maracuja.api.here import Actor, Here, Now, Reader, managing
from maracuja.api.letters import Letters
from maracuja.api.said import said
from maracuja.channels import CHANNELS, account_of
from maracuja.model import micros, moment
from maracuja.runtime import campaign_status, campaign_work
from maracuja.runtime.campaign_status import Sending
from maracuja.runtime.overview import Overview
from maracuja.runtime.overview import overview as overview_of
from maracuja.runtime.team_letter_words import Changed
from maracuja.store import audit, commands, health, keys, notices, suppressions

router = managing("", "workspace")
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]


class ChannelShown(BaseModel):
    """A channel: paused or not and why, and the rate that its vendor has shown to bear.

    `notices` are what its vendor says of our account, newest first.
    """

    channel: str
    paused: bool
    reason: str
    since: datetime | None
    rate_per_s: float | None
    notices: list[str]


class WhyStopped(BaseModel):
    """The reason, for the audit log and whoever wonders later."""

    reason: Text = ""


class KeyShown(BaseModel):
    """A key, never its secret."""

    id: str
    kind: str
    name: str
    created: datetime
    revoked: datetime | None


class KeyAsked(BaseModel):
    """The key to make: server and browser keys send events, admin keys manage."""

    kind: Literal["server", "browser", "admin"]
    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]


class KeyMade(KeyShown):
    """A new key: `secret` and `signing_secret` (of browser keys) are shown this once."""

    secret: str
    signing_secret: str


class AuditLine(BaseModel):
    """Who did what to whom and when."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Any


class CommandShown(BaseModel):
    """A wish to the worker; `done` null while it waits."""

    id: int
    at: datetime
    actor: str
    name: str
    done: datetime | None
    result: Any


class SuppressedAddress(BaseModel):
    """An address that is not written to, as its salted hash."""

    channel: str
    digest: str
    scope: str
    pid: int | None
    reason: str
    code: str
    raw: str
    at: datetime
    until: datetime | None


@router.get("/workspace")
def overview(here: Here, now: Now) -> Overview:
    """How the workspace does."""
    return overview_of(here.store, here.config, now)


# ---------------------------------------------------------------- sending


@router.get("/sending")
def sending(here: Here) -> Sending:
    """What is stopped now."""
    with here.store.read() as conn:
        return campaign_status.sending(conn)


@router.post("/sending/stop")
def stop_all(here: Here, actor: Actor, now: Now, why: WhyStopped) -> Sending:
    """Stop all sending on every channel within a second, until it is let go on."""
    with here.store.write() as conn:
        return campaign_work.stop_all(conn, now, actor=actor, reason=why.reason)


@router.post("/sending/go-on")
def go_on(here: Here, actor: Actor, now: Now) -> Sending:
    """Let sending go on."""
    with here.store.write() as conn:
        return campaign_work.go_on(conn, now, actor=actor)


@router.get("/channels")
def list_channels(here: Here, part: Part) -> Listing[ChannelShown]:
    """The health of every channel."""
    with here.store.read() as conn:
        known = health.every(conn)
        told = {kind.name: notices.of(conn, kind.name) for kind in CHANNELS}
    shown = []
    set_up = (*here.config.mails, *here.config.channels)
    further = [name for name in set_up if account_of(name)]
    for name in (*(channel.name for channel in CHANNELS), *further):
        one = known.get(name, health.Health(name, False, "", 0, None))
        shown.append(
            ChannelShown(
                channel=name,
                paused=one.paused,
                reason=one.reason,
                since=moment(one.since_us) if one.since_us else None,
                rate_per_s=one.rate_per_s,
                notices=[kept.notice.words for kept in told[name]],
            )
        )
    return part.of(shown, attrgetter("channel"))


@router.post("/channels/{channel:path}/pause")
def pause_channel(here: Here, actor: Actor, now: Now, channel: Name, why: WhyStopped) -> Sending:
    """Stop one channel."""
    with here.store.write() as conn:
        return campaign_work.let_channel(
            conn, channel, now, actor=actor, paused=True, reason=why.reason
        )


@router.post("/channels/{channel:path}/resume")
def resume_channel(here: Here, actor: Actor, now: Now, channel: Name) -> Sending:
    """Let a channel send again, as after its vendor refused us and was reconciled."""
    with here.store.write() as conn:
        return campaign_work.let_channel(conn, channel, now, actor=actor, paused=False)


@router.get("/suppressions")
def list_suppressions(here: Here, now: Now, part: Part) -> Listing[SuppressedAddress]:
    """The addresses that are not written to, newest first."""
    with here.store.read() as conn:
        rows = suppressions.current(conn, micros(now), rows_max=part.reach)
    return part.of(
        [
            SuppressedAddress(
                channel=row.channel,
                digest=row.digest.hex(),
                scope=row.scope,
                pid=row.pid,
                reason=row.reason,
                code=row.code,
                raw=row.raw,
                at=moment(row.at_us),
                until=None if row.until_us is None else moment(row.until_us),
            )
            for row in rows
        ],
        attrgetter("channel", "digest", "scope"),
    )


# ---------------------------------------------------------------- keys, records


@router.get("/keys")
def list_keys(here: Here, part: Part) -> Listing[KeyShown]:
    """All keys, revoked ones too, oldest first."""
    with here.store.read() as conn:
        return part.of([KeyShown(**_key(one)) for one in keys.every(conn)], attrgetter("id"))


@router.post("/keys", status_code=201)
def create_key(here: Here, actor: Actor, now: Now, letters: Letters, asked: KeyAsked) -> KeyMade:
    """Make a key; its secret is shown this once."""
    with here.store.write() as conn:
        made = keys.create(
            conn,
            keys.KeyKind(asked.kind),
            asked.name,
            micros(now),
            key_secret=here.secrets.key_secret,
        )
        detail = {"kind": asked.kind, "name": asked.name}
        audit.add(conn, micros(now), actor, "create_key", f"key:{made.key.id}", detail)
    letters.tell_of_key(Changed.KEY_MADE, actor)
    return KeyMade(**_key(made.key), secret=made.secret, signing_secret=made.signing_secret)


@router.delete("/keys/{number}", status_code=204)
def revoke_key(here: Here, actor: Actor, now: Now, letters: Letters, number: Name) -> None:
    """Let a key open nothing from now on."""
    with here.store.write() as conn:
        keys.revoke(conn, number, micros(now))
        audit.add(conn, micros(now), actor, "revoke_key", f"key:{number}")
    letters.tell_of_key(Changed.KEY_REVOKED, actor)


@router.get("/audit")
def list_audit(
    here: Here,
    reader: Reader,
    part: Part,
    subject: Word = "",
    action: Word = "",
    actor: Word = "",
) -> Listing[AuditLine]:
    """Who did what, newest first; `subject` such as person:17, `actor` as the lines name it."""
    with here.store.read() as conn:
        rows = audit.newest(
            conn,
            subject=subject or None,
            action=action or None,
            actor=actor or None,
            before=part.behind(int) or ID_MAX,
            rows_max=part.limit + 1,
        )
    return part.page([_line(row, reader) for row in rows], attrgetter("id"))


@router.get("/audit/{number}")
def show_audit_line(
    here: Here, reader: Reader, number: Annotated[int, Path(ge=1, le=ID_MAX)]
) -> AuditLine:
    """One line of the audit log, whole."""
    with here.store.read() as conn:
        return _line(audit.get(conn, number), reader)


@router.get("/commands/{number}")
def show_command(here: Here, number: Annotated[int, Path(ge=1, le=ID_MAX)]) -> CommandShown:
    """What came of a wish to the worker."""
    with here.store.read() as conn:
        one = commands.get(conn, number)
    return CommandShown(
        id=one.id,
        at=moment(one.at_us),
        actor=one.actor,
        name=one.name,
        done=None if one.done_us is None else moment(one.done_us),
        result=one.result,
    )


def _key(key: keys.Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "kind": key.kind.value,
        "name": key.name,
        "created": moment(key.created_us),
        "revoked": None if key.revoked_us is None else moment(key.revoked_us),
    }


def _line(row: audit.Entry, language: str) -> AuditLine:
    """What the worker has said is ours to translate; what a person wrote stays."""
    ours = row.actor == audit.WORKER and isinstance(row.detail, str)
    return AuditLine(
        id=row.id,
        at=moment(row.at_us),
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        detail=said(row.detail, language) if ours else row.detail,
    )
