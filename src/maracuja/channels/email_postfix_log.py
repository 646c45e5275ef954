"""What Postfix tells in its log of our mails: taken by the recipient's server, put off, bounced.

A line counts only for a mail whose envelope sender is a bounce address that we signed: a
Message-ID, which anybody may copy, proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec

from maracuja.channels.email_bounces import reported, ticket_of
from maracuja.channels.email_mime import ADDRESS_CHARS_MAX
from maracuja.links.tokens import KeyRing, Ticket
from maracuja.model import DeliveryEvent, moment

QUEUED_MAX: Final = 200_000  # mails of which we remember whose they are
LINE_CHARS_MAX: Final = 20_000

_LINE: Final = re.compile(
    r"(?:<\d+>)?(?:(?P<time>\d{4}-\d\d-\d\dT\S+)|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) "
    r"(?P<host>\S+) (?P<program>postfix[\w.-]*(?:/[\w.-]+)+)\[\d+\]: (?P<says>.*)"
)
_SAYS: Final = re.compile(r"(?P<queue>[0-9A-Za-z]{5,20}): (?P<rest>.*)")
_FROM: Final = re.compile(r"from=<(?P<sender>[^>]*)>, (?:size=\d|status=(?P<end>[a-z-]*expired))")
_TO: Final = re.compile(
    r"to=<(?P<to>.*?)>, (?:orig_to=<(?P<first>.*?)>, )?relay=(?P<relay>[^,]*), .*?"
    r"\bdsn=(?P<state>[245]\.\d{1,3}\.\d{1,3}), status=(?P<status>\w+) \((?P<words>.*?)\)?$"
)
_SAID: Final = re.compile(r"^.*? said: | \(in reply to .*$")
_REMOVED: Final = "removed"

# As journald, rsyslog and the logs of containers name them in JSON.
_TEXT_KEYS: Final = ("MESSAGE", "message", "msg", "log")
_PROGRAM_KEYS: Final = ("SYSLOG_IDENTIFIER", "programname", "program")
_HOST_KEYS: Final = ("_HOSTNAME", "hostname", "host")
_TIME_KEYS: Final = ("time", "timestamp", "@timestamp")

_ACTIONS: Final = {"bounced": "failed", "deferred": "delayed", "sent": "delivered"}
# Where these have given a mail to, there it stays; a pipe may bring it back through a filter.
_DELIVERERS: Final = frozenset({"smtp", "lmtp", "local", "virtual"})
_FILTER: Final = re.compile(r"\[(?:127\.|::1\])")


class _Line(NamedTuple):
    daemon: str
    queue: str  # with the host and the instance whose queue it is
    rest: str
    at: datetime | None


class _Queued(NamedTuple):
    """A mail in the queue, and what it was last put off with."""

    ticket: Ticket
    to: str = ""
    state: str = ""
    words: str = ""


class PostfixLog:
    """Lines in their order, folded into events. `last`: what a server takes here is delivered.

    Not so where a relay host stands between, which only carries it on.
    """

    def __init__(self, ring: KeyRing, prefix: str, *, last: bool = True) -> None:
        self._ring, self._prefix, self._last = ring, prefix, last
        self._queued: dict[str, _Queued] = {}

    def take(self, lines: Iterable[str], now: datetime) -> list[DeliveryEvent]:
        """What the next lines tell. Lines without a year and a zone count as of `now`.

        Never raises for what stands in them.
        """
        events = []
        for raw in lines:
            line = _read(raw) if "postfix" in raw and len(raw) <= LINE_CHARS_MAX else None
            if line is None:
                continue
            event = self._told(line, min(line.at or now, now))
            if event is not None:
                events.append(event)
        return events

    def _told(self, line: _Line, at: datetime) -> DeliveryEvent | None:
        if line.daemon == "qmgr":
            return self._queue_told(line, at)
        queued = self._queued.get(line.queue)
        match = _TO.match(line.rest) if queued is not None else None
        if queued is None or match is None:
            return None
        to = (match["first"] or match["to"])[:ADDRESS_CHARS_MAX]
        words = _SAID.sub("", match["words"])
        action = _ACTIONS.get(match["status"], "")
        if action == "delayed":
            self._queued[line.queue] = _Queued(queued.ticket, to, match["state"], words)
        if action == "delivered" and not self._stays(line.daemon, match["relay"]):
            return None
        return reported(queued.ticket, action, match["state"], words, to, at)

    def _queue_told(self, line: _Line, at: datetime) -> DeliveryEvent | None:
        """Whose a mail is, that it was given up after days, or that it has left the queue."""
        if line.rest == _REMOVED:
            self._queued.pop(line.queue, None)
            return None
        match = _FROM.match(line.rest)
        ticket = ticket_of(match["sender"], self._ring, self._prefix) if match else None
        if match is None or ticket is None:
            return None
        known = self._queued.pop(line.queue, None)
        if known is None or known.ticket != ticket:  # the numbers of a queue are used again
            known = _Queued(ticket)
        if match["end"]:
            return reported(ticket, "failed", known.state or "4.0.0", known.words, known.to, at)
        self._queued[line.queue] = known
        if len(self._queued) > QUEUED_MAX:
            del self._queued[next(iter(self._queued))]
        return None

    def _stays(self, daemon: str, relay: str) -> bool:
        """Whether it is where it was to go, and not at a relay host or a filter of our own."""
        if daemon not in _DELIVERERS or relay == "none":
            return False
        return daemon != "smtp" or (self._last and not _FILTER.search(relay))


def _read(raw: str) -> _Line | None:
    """A line of syslog, of postlogd or of JSON; None where it speaks of no mail."""
    if raw.startswith("{"):
        return _read_json(raw)
    match = _LINE.match(raw.strip())
    return _line(match["host"], match["program"], match["says"], match["time"]) if match else None


def _read_json(raw: str) -> _Line | None:
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    text = _first(found, _TEXT_KEYS)
    match = _LINE.match(text.strip())
    if match:
        time = match["time"] or _first(found, _TIME_KEYS)
        return _line(match["host"], match["program"], match["says"], time)
    time = _first(found, _TIME_KEYS)
    stamp = str(found.get("__REALTIME_TIMESTAMP", ""))
    at = None
    if re.fullmatch(r"\d{15,17}", stamp):
        at = moment(int(stamp))
    line = _line(_first(found, _HOST_KEYS), _first(found, _PROGRAM_KEYS), text.strip(), time)
    return line if line is None or at is None else line._replace(at=at)


def _first(found: dict[str, Any], keys: Iterable[str]) -> str:
    return next((value for key in keys if isinstance(value := found.get(key), str)), "")


def _line(host: str, program: str, says: str, time: str | None) -> _Line | None:
    instance, _, daemons = program.partition("/")
    match = _SAYS.match(says)
    if match is None or not instance.startswith("postfix"):
        return None
    daemon = daemons.rpartition("/")[2]
    return _Line(daemon, f"{host} {instance} {match['queue']}", match["rest"], _moment(time))


def _moment(time: str | None) -> datetime | None:
    """A moment with its offset; None where it has none, so that nobody knows when it was."""
    try:
        at = datetime.fromisoformat(time or "")
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
