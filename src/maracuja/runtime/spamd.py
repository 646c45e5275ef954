"""Asks a SpamAssassin daemon (spamd) what it thinks of a mail: its score, and which rules count.

The mail is invented and of nobody; nothing is taught.
"""

from __future__ import annotations

import re
import socket
from typing import Final, NamedTuple

from maracuja.errors import VendorDown, VendorError

TIMEOUT_S: Final = 30.0
ANSWER_BYTES_MAX: Final = 1_000_000
PORT: Final = 783
_STATUS: Final = re.compile(r"^SPAMD/[\d.]+ (\d+) ")
_SPAM: Final = re.compile(r"^Spam: *(\w+) *; *(-?[\d.]+) */ *(-?[\d.]+)", re.MULTILINE | re.I)
_RULE: Final = re.compile(r"^\s*(-?\d+\.\d+|-?\d+) +([A-Z][A-Z0-9_]+) +(.*)$")


class Rule(NamedTuple):
    """A rule that counts so many points for or against."""

    points: float
    name: str
    says: str


class SpamScore(NamedTuple):
    """What it gave, from which score on it calls a mail spam, and the rules, the worst first."""

    score: float
    threshold: float
    rules: tuple[Rule, ...]

    @property
    def spam(self) -> bool:
        """Whether it would be put away."""
        return self.score >= self.threshold


def ask(server: str, mail: bytes, *, timeout_s: float = TIMEOUT_S) -> SpamScore:
    """The score of a mail at a server `host:port`. Raises VendorDown, VendorError."""
    host, _, port = server.rpartition(":") if ":" in server else (server, "", str(PORT))
    head = f"REPORT SPAMC/1.5\r\nContent-length: {len(mail)}\r\n\r\n".encode()
    try:
        with socket.create_connection((host, int(port)), timeout=timeout_s) as line:
            line.sendall(head + mail)
            line.shutdown(socket.SHUT_WR)
            told = b""
            while piece := line.recv(65_536):
                told += piece
                if len(told) > ANSWER_BYTES_MAX:
                    break
    except (OSError, ValueError) as fault:
        raise VendorDown(f"SpamAssassin at {server}: {fault}", vendor="spamd") from fault
    return read_answer(told)


def read_answer(told: bytes) -> SpamScore:
    """What an answer to REPORT says. Raises VendorError where it is none."""
    text = told.decode("utf-8", "replace").replace("\r\n", "\n")
    head, _, report = text.partition("\n\n")
    status = _STATUS.match(head)
    score = _SPAM.search(head)
    if status is None or status[1] != "0" or score is None:
        words = head[:200].replace("\n", " ")
        raise VendorError(f"SpamAssassin did not answer as it should: {words}", vendor="spamd")
    return SpamScore(float(score[2]), float(score[3]), _rules(report))


def _rules(report: str) -> tuple[Rule, ...]:
    """The table at the end of a report; a rule's words may go on in the next line."""
    found: list[Rule] = []
    for line in report.splitlines():
        row = _RULE.match(line)
        if row:
            found.append(Rule(float(row[1]), row[2], row[3].strip()))
        elif found and line.startswith("     ") and line.strip():
            last = found[-1]
            found[-1] = last._replace(says=f"{last.says} {line.strip()}")
    return tuple(sorted(found, key=lambda rule: -rule.points))
