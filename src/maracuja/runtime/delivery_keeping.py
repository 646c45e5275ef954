"""What must be known before a message goes: its short links, and the poll that it asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from maracuja.channels import CODES_BY_NAME
from maracuja.model import Message, micros
from maracuja.store import open_polls, short_links
from maracuja.store.engine import Store
from maracuja.store.open_polls import Open
from maracuja.store.short_links import ShortLink


def keep(store: Store, channel: str, messages: Sequence[Message], now: datetime) -> None:
    """Write it down, in one transaction; most messages have nothing of the kind."""
    links = [
        ShortLink(code, message.pid, token)
        for message in messages
        for code, token in message.short_links
    ]
    asked = [
        Open(message.pid, message.id, message.run, message.content.poll)
        for message in messages
        if message.content.poll is not None
    ]
    if links or asked:
        with store.write() as conn:
            short_links.add(conn, links, micros(now))
            open_polls.ask(conn, CODES_BY_NAME[channel], asked, micros(now))
