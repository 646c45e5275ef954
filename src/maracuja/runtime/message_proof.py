"""What proves that a message was lawful: its exact text, the consent at that second, the decision.

It must never show a signed link: whoever reads the proof could act in the person's name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import msgspec
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.decoding import decode_stored
from maracuja.campaigns.definitions import Topic
from maracuja.campaigns.facts import RunFacts, decode_facts
from maracuja.channels import channel_of
from maracuja.decisions.message_words import happened
from maracuja.decisions.reason_words import sentence
from maracuja.decisions.reasons import Outcome, read
from maracuja.errors import BadInput, NotFound
from maracuja.lake.files import locate
from maracuja.lake.session import open_session
from maracuja.model import ConsentState, FileKind, TopicKind, micros, moment
from maracuja.runtime import delivery_texts, rights_work
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.posted_texts import Written
from maracuja.store import consents, definitions, manifest, outbox, people, posted
from maracuja.templates.placeholders import fill


@dataclass(frozen=True)
class TextProven:
    """What the message said, before its links were signed; `sha256` is of subject, text, html."""

    template: str
    template_version: int | None
    variant: str
    language: str
    address: str
    subject: str
    text: str
    html: str
    sha256: str


@dataclass(frozen=True)
class ConsentProven:
    """A word of the ledger as it stood when the message was sent; the last one was in force.

    `shown` is the text that they agreed to, where a version of the topic still has it.
    """

    state: str
    said: datetime
    recorded: datetime
    source: str
    text_version: str
    language: str
    address: str
    shown: str


@dataclass(frozen=True)
class StepProven:
    """What was decided, or what became of the message, and when."""

    at: datetime
    what: str
    says: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class Proof:
    """Everything that is known of one message; `gaps` says what is not, and why."""

    message: str
    pid: int | None
    campaign: str
    topic: str
    marketing: bool
    channel: str
    law: str
    country: str
    text: TextProven | None
    consent: tuple[ConsentProven, ...]
    decisions: tuple[StepProven, ...]
    delivery: tuple[StepProven, ...]
    gaps: tuple[str, ...]


def prove(ground: Ground, message: str, now: datetime) -> Proof:
    """The proof of a message by its id in hexadecimal. Raises BadInput, NotFound."""
    try:
        key = bytes.fromhex(message)
    except ValueError:
        raise BadInput(f"`{message}` is no id of a message.", fix="It is hexadecimal.") from None
    with ground.store.read() as conn:
        single = posted.get(conn, key)
        if single is not None:
            return _single(conn, ground, single)
        con = _open(conn, ground, now)
        try:
            decided = _rows(con, 'SELECT * FROM decisions WHERE message = ? ORDER BY "at"', key)
            if not decided:
                raise NotFound(
                    f"There is no message {message}.",
                    fix="`maracuja profile why` and `profile export` tell the ids.",
                )
            events = _events(con, key.hex())
        finally:
            con.close()
        return _campaign(conn, ground, key, decided, events)


def _campaign(
    conn: Connection,
    ground: Ground,
    key: bytes,
    decided: Sequence[dict[str, Any]],
    events: Sequence[dict[str, Any]],
) -> Proof:
    """The proof of a campaign's message."""
    last = decided[-1]
    run, pid = int(last["run"]), int(people.canonical(conn, [last["pid"]])[0])
    known = bool(people.standing(conn, [pid])[0])
    facts = decode_facts(outbox.launched_with(conn, [run])[run])
    body = _body(conn, ground, run, key) if known else None
    gaps = [] if known else ["The person was erased: text, address and consent went with them."]
    if known and body is None:
        goes = last["outcome"] == Outcome.SEND.value
        gaps.append("The text is kept no longer." if goes else "Nothing was sent: no text.")
    sent = [one["ts"] for one in events if one["event"] == "Message Sent"]
    at_us = micros(min(sent, default=last["at"]).replace(tzinfo=UTC))
    words = _consents(conn, pid, facts.topic, last["channel"], at_us) if known else ()
    if facts.marketing and known and not words:
        gaps.append("Nobody said a word about this topic on this channel before it.")
    country, law = _law(conn, ground, pid) if known else ("", "")
    return Proof(
        message=key.hex(),
        pid=pid if known else None,
        campaign=facts.campaign.id,
        topic=facts.topic.id,
        marketing=facts.marketing,
        channel=last["channel"],
        law=law,
        country=country,
        text=None if body is None else _text(conn, body, facts),
        consent=words,
        decisions=tuple(_decision(one) for one in decided),
        delivery=tuple(_event(one) for one in events),
        gaps=tuple(gaps),
    )


def _single(conn: Connection, ground: Ground, row: posted.Posted) -> Proof:
    """The proof of a message that was asked for alone: it is of service, and needs no opt-in."""
    words = msgspec.json.decode(row.written, type=Written).content if row.written else None
    text = words and TextProven(
        template="",
        template_version=None,
        variant="",
        language="",
        address=row.address or row.value,
        subject=words.subject,
        text=words.text,
        html=words.html,
        sha256=_digest(words.subject, words.text, words.html),
    )
    asked = StepProven(moment(row.at_us), "asked", "asked for by a program or an operator", {})
    steps = tuple(
        StepProven(moment(one.at_us), str(one.status), str(one.status), {"raw": one.raw})
        for one in posted.steps(conn, row.message)
    )
    return Proof(
        message=row.message.hex(),
        pid=None,
        campaign="",
        topic="",
        marketing=False,
        channel=row.channel,
        law="",
        country="",
        text=text or None,
        consent=(),
        decisions=(asked,),
        delivery=steps,
        gaps=("A single message of service needs no opt-in.",),
    )


def _open(conn: Connection, ground: Ground, now: datetime) -> duckdb.DuckDBPyConnection:
    files = manifest.live(conn, (FileKind.EVENTS, FileKind.DECISIONS), micros(now))
    limits = ground.config.lake
    return open_session(ground.lake, files, threads=limits.threads, memory=limits.memory)


def _rows(con: duckdb.DuckDBPyConnection, query: str, *values: Any) -> list[dict[str, Any]]:
    rows = con.execute(query, list(values))
    names = [column[0] for column in rows.description or []]
    return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def _events(con: duckdb.DuckDBPyConnection, message: str) -> list[dict[str, Any]]:
    """What became of the message, in order of time."""
    names = [row[0] for row in con.execute("SELECT column_name FROM (DESCRIBE events)").fetchall()]
    if "properties.message" not in names:
        return []
    query = """SELECT * FROM events WHERE "properties.message" = ? ORDER BY ts, message_hash"""
    return _rows(con, query, message)


def _decision(row: dict[str, Any]) -> StepProven:
    reason, detail = read(row["reason"])
    outcome = Outcome(row["outcome"])
    names = ("run", "occurrence", "outcome", "reason", "variant", "propensity", "language", "held")
    return StepProven(
        row["at"].replace(tzinfo=UTC),
        outcome.value,
        sentence(outcome, reason, "en", detail),
        {name: row[name] for name in names},
    )


def _event(row: dict[str, Any]) -> StepProven:
    shown = ("status", "code", "raw", "url", "machine", "channel")
    detail = {name: row.get(f"properties.{name}") for name in shown}
    told = {name: value for name, value in detail.items() if value not in (None, "")}
    machine = bool(row.get("properties.machine"))
    at = row["ts"].replace(tzinfo=UTC)
    return StepProven(at, row["event"], happened(row["event"], machine=machine), told)


def _body(
    conn: Connection, ground: Ground, run: int, message: bytes
) -> delivery_texts.Body | None:
    """The body of one message among a run's files."""
    for chunk in outbox.chunks_of_run(conn, run):
        try:
            rows = pl.scan_parquet(locate(ground.lake, chunk.path), glob=False)
            found = rows.filter(pl.col("message") == message).select("n").collect()["n"]
        except FileNotFoundError:
            continue
        if len(found):
            n = int(found[0])
            return delivery_texts.read(ground.lake, chunk, [n]).get(n)
    return None


def _text(conn: Connection, body: delivery_texts.Body, facts: RunFacts) -> TextProven:
    def filled(text: str, *, html: bool = False) -> str:
        return fill(
            text, body.links, html=html, href=lambda _, url: url, page=lambda name: f"[{name}]"
        )

    arm = next((one for one in facts.arms if one.variant == body.variant), facts.arms[0])
    content = body.content
    subject, text = filled(content.subject), filled(content.text)
    html = filled(content.html, html=True)
    return TextProven(
        template=arm.template,
        template_version=_version(conn, facts, arm.template),
        variant=body.variant,
        language=body.language,
        address=body.address,
        subject=subject,
        text=text,
        html=html,
        sha256=_digest(subject, text, html),
    )


def _version(conn: Connection, facts: RunFacts, template: str) -> int | None:
    """The version of the definition that the run was launched with."""
    frozen = facts.templates[template]
    for one in definitions.history(conn, "template", template):
        if one.body and decode_stored(one.body) == frozen:
            return one.version
    return None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _consents(
    conn: Connection, pid: int, topic: Topic, channel: str, at_us: int
) -> tuple[ConsentProven, ...]:
    """The words about the topic on the channel that stood in the ledger at that second."""
    if topic.type is TopicKind.SERVICE:
        return ()
    texts = {topic.text_version: topic.texts}
    for one in definitions.history(conn, "topic", topic.id):
        if one.body:
            kept = msgspec.json.decode(one.body, type=Topic)
            texts.setdefault(kept.text_version, kept.texts)
    named = channel_of(channel)
    return tuple(
        ConsentProven(
            state=ConsentState(word.state).name.lower(),
            said=moment(word.at_us),
            recorded=moment(word.recorded_us),
            source=word.source,
            text_version=word.text_version,
            language=word.language,
            address=word.address,
            shown=texts.get(word.text_version, {}).get(word.language, ""),
        )
        for word in consents.history(conn, pid)
        if (word.topic, word.channel) == (topic.id, named) and word.recorded_us <= at_us
    )


def _law(conn: Connection, ground: Ground, pid: int) -> tuple[str, str]:
    """The person's country and rule set, as things stand now."""
    return rights_work.law_of_person(conn, pid, ground.config.shop.country)
