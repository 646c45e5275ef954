"""Delivery over real SMTP to a server that loses lines and answers, as servers do."""

from __future__ import annotations

import email
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from maracuja.channels.email_settings import EmailSettings
from maracuja.runtime.mail_server import MailServer
from maracuja.runtime.smtp import SmtpTransport
from maracuja.store.engine import Store
from maracuja.store.outbox import OutboxState
from tests.unit.runtime.delivery_world import NOW, World

PEOPLE = 400


class Unreliable:
    """Takes mail, and on fixed turns cuts the line before or after, is busy, or refuses."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.turn = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.turn += 1
        if self.turn % 41 == 0:
            return "421 4.3.2 Shutting down"
        if self.turn % 31 == 0:
            return "451 4.3.0 Try again later"
        if self.turn % 37 == 0:
            assert server.transport is not None
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mail = email.message_from_bytes(envelope.content or b"")
        self.taken.append((envelope.rcpt_tos[0], mail["Message-ID"]))
        if len(self.taken) % 23 == 0:
            assert server.transport is not None
            server.transport.close()
        return "250 2.0.0 queued"


@contextmanager
def serving(handler: Unreliable) -> Iterator[int]:
    server = MailServer(handler, "127.0.0.1", 0)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def test_each_message_reaches_an_unreliable_server_once(
    sqlite_store: Store, tmp_path: Path
) -> None:
    handler = Unreliable()
    world = World(sqlite_store, tmp_path / "lake")
    world.delivery.close()
    with serving(handler) as port:
        settings = EmailSettings(port=port, connections=4, messages_per_connection=20)
        world.delivery = world.open(SmtpTransport(settings), settings)
        world.ready(PEOPLE)
        world.run(NOW + timedelta(hours=6))
        world.delivery.close()

    states = world.states()
    assert Counter(states.values()).keys() == {OutboxState.SENT, OutboxState.UNKNOWN}
    sent = {f"p{pid}@mail.example" for pid, state in states.items() if state is OutboxState.SENT}
    taken = Counter(handler.taken)
    assert max(taken.values()) == 1, "no Message-ID reaches the server twice"
    assert sent <= {to for to, _ in taken}, "nothing counts as sent that was not taken"
    assert len(taken) == PEOPLE, "everybody was reached; of some the answer was lost"
    assert len(states) - len(sent) == PEOPLE // 23
