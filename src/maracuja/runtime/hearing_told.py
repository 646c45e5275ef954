"""What was heard, told on: each thing as an event of the feed, and on the ladder of a message.

It works inside the projection's transaction and commits nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from maracuja.ingest.heard import became, event_name, event_properties
from maracuja.runtime.conversation_hearing import Said
from maracuja.store import feed, posted


def tell(conn: Connection, said: Sequence[Said]) -> None:
    """Append what says something new to the feed, and note what became of single messages."""
    named = [one for one in said if event_name(one.told.heard)]
    feed.append(
        conn,
        at_us=[min(one.told.heard.at_us, one.told.received_us) for one in named],
        pid=[one.pid for one in named],
        event=[event_name(one.told.heard) for one in named],
        message_id=[one.told.event_id for one in named],
        properties=[
            msgspec.json.encode(
                event_properties(one.told, one.payload, one.message, one.run, one.language)
            )
            for one in named
        ],
    )
    posted.note(conn, [(one.run, step) for one in named if (step := _step(one)) is not None])


def _step(said: Said) -> posted.Step | None:
    heard = said.told.heard
    status = became(heard)
    if status is None:
        return None
    return posted.Step(said.message, status, heard.at_us, heard.code, heard.raw)
