"""Everything that hears of our mails: the port for reports, the mailbox, the server's log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from maracuja.channels.email import Email
from maracuja.channels.email_mailbox import read_mailbox
from maracuja.clock import Clock
from maracuja.links.tokens import Ticket
from maracuja.runtime.postfix_log import PostfixFollower
from maracuja.runtime.report_mailbox import ReportMailbox
from maracuja.runtime.report_server import ReportServer
from maracuja.runtime.report_taking import ReportTaking
from maracuja.store.engine import Store


class MailListening:
    """As the settings of `channel` say. `leave` takes a person out who has asked for it."""

    def __init__(
        self,
        store: Store,
        channel: Email,
        clock: Clock,
        leave: Callable[[Ticket, datetime], object],
    ) -> None:
        self._store, self._channel, self._clock, self._leave = store, channel, clock, leave
        self.taking = ReportTaking(store, channel, clock, leave)

    def server(self) -> ReportServer | None:
        """What listens on a port; None where none is set."""
        at = self._channel.settings
        if not at.reports_port:
            return None
        return ReportServer(
            self._store,
            self._channel,
            self._clock,
            self._leave,
            host=at.reports_host,
            port=at.reports_port,
        )

    def mailboxes(self) -> list[ReportMailbox]:
        """What reads the mailbox; empty where none is set. Raises ConfigError for its address."""
        at = self._channel.settings
        if not at.mailbox:
            return []
        return [
            ReportMailbox(
                self._store,
                self.taking.take,
                self._clock,
                read_mailbox(at.mailbox, where="email.mailbox"),
                at.mailbox_password,
                verify=at.verify_certificate,
            )
        ]

    def logs(self) -> list[PostfixFollower]:
        """What follows the log of the server that takes our mail; empty where none is named."""
        path = self._channel.settings.postfix_log
        if not path:
            return []
        return [PostfixFollower(self._store, self._channel, self._clock, Path(path))]
