"""The page behind `links.view`: a message exactly as it was sent, for as long as that is due.

It shows nothing of a person who was forgotten, and nothing to whoever cannot name the message by
its signed link.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Final

import polars as pl

from maracuja.campaigns.facts import RunFacts, decode_facts
from maracuja.channels import NAMES_BY_CODE
from maracuja.lake.files import locate
from maracuja.links.making import LinkMaker
from maracuja.links.tokens import Ticket
from maracuja.model import moment
from maracuja.runtime import delivery_texts
from maracuja.runtime.delivery_texts import Body
from maracuja.runtime.posted_texts import body_of, facts_on
from maracuja.store import outbox, people, posted
from maracuja.store.engine import Store
from maracuja.store.outbox import Chunk

LIFE: Final = timedelta(days=180)  # after this a link shows nothing more

_PAGE: Final = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="robots" content="noindex"><title>{subject}</title></head>'
    '<body><main><pre style="white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;'
    'max-width:40rem;margin:1rem auto;padding:0 1rem">{text}</pre></main></body></html>'
)


def page_of(
    store: Store, root: Path, links: LinkMaker, ticket: Ticket, now: datetime
) -> str | None:
    """The message of a link as HTML; None where it is over, kept no longer, or nobody's.

    Its links are those of the message itself: made for the same person at the same second.
    """
    sent = moment(ticket.sent_s * 1_000_000) if ticket.sent_s else None
    if sent is not None and now - sent > LIFE:
        return None
    with store.read() as conn:
        pid = int(people.canonical(conn, [ticket.pid])[0])
        if not people.select_people(conn, [pid]).pid:
            return None
        if ticket.run in posted.RUNS:
            row = posted.get(conn, ticket.message)
            found = None if row is None else (body_of(row), facts_on(row.channel))
            chunks: list[Chunk] = []
            frozen = None
        else:
            chunks = outbox.chunks_of_run(conn, ticket.run)
            frozen = outbox.launched_with(conn, [ticket.run]).get(ticket.run)
            found = None
    if frozen is not None:
        body = _find(root, chunks, ticket.message)
        found = None if body is None else (body, _narrowed(decode_facts(frozen), ticket))
    if found is None:
        return None
    body, facts = found
    content = delivery_texts.make_message(
        body, facts, links, pid=ticket.pid, run=ticket.run, now=sent or now
    ).content
    if content.html:
        return content.html
    return _PAGE.format(
        language=escape(body.language or "en"),
        subject=escape(content.subject),
        text=escape(content.text),
    )


def _narrowed(facts: RunFacts, ticket: Ticket) -> RunFacts:
    """Of a cascade, the step by which the message went."""
    name = NAMES_BY_CODE.get(ticket.channel, "")
    return facts.on(name) if name in facts.campaign.channels else facts


def _find(root: Path, chunks: list[Chunk], message: bytes) -> Body | None:
    """The body of one message among a run's files."""
    for chunk in chunks:
        try:
            rows = pl.scan_parquet(locate(root, chunk.path), glob=False)
            numbers = rows.filter(pl.col("message") == message).select("n").collect()["n"]
        except FileNotFoundError:
            continue
        if len(numbers):
            n = int(numbers[0])
            return delivery_texts.read(root, chunk, [n]).get(n)
    return None
