"""Where visitors of the web chat come in: who they are, what they say, what they are given.

Each call is one step of one visitor. It makes nothing durable in the inbox of events: whoever
calls does that between `untold` and `keep`, so that what is kept was heard.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from msgspec import Meta
from sqlalchemy import Connection

from maracuja.channels.heard import Heard
from maracuja.channels.web_chat import WebChat
from maracuja.channels.web_chat_frames import (
    AnyFrame,
    Say,
    Seen,
    Start,
    Taken,
    Tap,
    opened,
)
from maracuja.channels.web_chat_token import (
    guest_address,
    is_address,
    make_token,
    read_public_id,
    user_address,
)
from maracuja.errors import Forbidden, NotFound, Unauthorized, WebhookRejected
from maracuja.model import Record, Status, micros
from maracuja.rng import make_id
from maracuja.store import keys, web_chat
from maracuja.store.engine import Store
from maracuja.store.keys import KeyKind
from maracuja.store.web_chat import Line, New, Side, Thread

DAY_S: Final = 86_400
GUEST_TOKEN_DAYS: Final = 400
SWEPT: Final = timedelta(hours=1)


class Hello(Record, frozen=True):
    """How a browser or an app begins: the shop's browser key, and what it knows of the visitor.

    `user` is the shop's own id of them, `proof` its HMAC; `token` what they were given before;
    `after` is the last line that they have.
    """

    key: Annotated[str, Meta(max_length=200)]
    token: Annotated[str, Meta(max_length=1_000)] = ""
    user: Annotated[str, Meta(max_length=300)] = ""
    proof: Annotated[str, Meta(max_length=200)] = ""
    after: Annotated[int, Meta(ge=0, le=2**62)] = 0


class Entry(NamedTuple):
    """Who came in: their address, the token to keep, what that tells, and who they were before."""

    address: str
    token: str
    until_s: int
    heard: list[Heard]
    before: str = ""  # the guest's address that is theirs too


class Kept(NamedTuple):
    """The thread, and the lines of what the visitor said; `noted` are ids of ours now seen."""

    thread: Thread
    said: list[Line]
    noted: list[str]


class WebChatDesk:
    """The steps of visitors; `key_secret` is the workspace's, by which ids are proven."""

    def __init__(self, store: Store, channel: WebChat, key_secret: str) -> None:
        self._store = store
        self._channel = channel
        self._secret = channel.settings.secret
        self._key_secret = key_secret
        self._swept: datetime | None = None

    # ------------------------------------------------------------ who it is

    def enter(self, hello: Hello, now: datetime) -> Entry:
        """Who says hello; a guest whom nobody knows gets a new address.

        Raises Unauthorized for a key that is none or an id that is not proven, Forbidden for a
        key of another kind.
        """
        with self._store.read() as conn:
            key = keys.authenticate(conn, hello.key)
            if key.kind is not KeyKind.BROWSER:
                raise Forbidden("A page or an app uses a browser key.", where="key")
            if hello.user:
                self._check(hello, key.id)
            before = self._standing(conn, hello.token, now)
            address = user_address(hello.user) if hello.user else before
            if not address or not is_address(address) or (not hello.user and not _guest(before)):
                address = guest_address(secrets.token_bytes(16))
            also = [before] if _guest(before) and before != address else []
            thread = web_chat.find(conn, [address]).get(address)
        days = self._channel.settings.token_days if hello.user else GUEST_TOKEN_DAYS
        until_s = int(now.timestamp()) + days * DAY_S
        new = also or thread is None or thread.came_us // (DAY_S * 10**6) != _day(now)
        return Entry(
            address=address,
            token=make_token(self._secret, address, until_s),
            until_s=until_s,
            heard=[opened(address, also, micros(now))] if new else [],
            before=also[0] if also else "",
        )

    def seat(self, entry: Entry, now: datetime) -> Thread:
        """Their thread, with what they wrote as a guest; once an hour old lines are forgotten."""
        with self._store.write() as conn:
            if entry.before:
                web_chat.adopt(conn, entry.before, entry.address, micros(now))
            thread = web_chat.come(conn, entry.address, micros(now))
            if self._swept is None or now - self._swept >= SWEPT:
                self._sweep(conn, now)
        return thread

    def _sweep(self, conn: Connection, now: datetime) -> None:
        """Forget lines that were seen, and guests long away."""
        settings = self._channel.settings
        web_chat.sweep(
            conn,
            before_us=micros(now - timedelta(days=settings.keep_days)),
            guests_us=micros(now - timedelta(days=settings.guest_days)),
        )
        self._swept = now

    def _check(self, hello: Hello, key: str) -> None:
        signing = keys.signing_secret(self._key_secret, key)
        fits = is_address(user_address(hello.user)) and hello.proof.isascii()
        if not fits or not keys.proves_id(signing, hello.user, hello.proof):
            raise Unauthorized(
                "The id of the visitor is not proven.",
                where="proof",
                fix="Sign it on your server with the browser key's signing secret.",
            )

    def _standing(self, conn: Connection, token: str, now: datetime) -> str:
        """The address of a token that is ours, and of a guest who was not forgotten; or ''."""
        try:
            address = self._channel.visitor(token, now)
        except WebhookRejected:
            return ""
        return address if web_chat.find(conn, [address]) else ""

    # ------------------------------------------------------------ what they say

    def untold(self, address: str, heard: Sequence[Heard]) -> list[Heard]:
        """Of what their frames tell, what was not told before.

        Raises NotFound for a guest who was forgotten, or is somebody known by now: nothing that
        their old token says may change where that person is reached.
        """
        messages = {bytes.fromhex(one.reference[:32]) for one in heard if one.status is not None}
        with self._store.read() as conn:
            thread = web_chat.find(conn, [address]).get(address)
            lines = web_chat.of_messages(conn, thread.thread, messages) if thread else []
        if thread is None and _guest(address):
            raise _forgotten()
        known: set[str] = {f"start:{address}"} if thread and thread.started_us else set()
        for line in lines:
            named = f"{line.message.hex()}.{line.pid}.{line.run}"
            known |= {f"{Status.DELIVERED}:{named}"} if line.taken_us else set()
            known |= {f"{Status.READ}:{named}"} if line.seen_us else set()
        return [one for one in heard if one.key not in known]

    def keep(self, address: str, frames: Sequence[AnyFrame], now: datetime) -> Kept:
        """Write down what they said and saw. Raises NotFound as `untold`."""
        now_us = micros(now)
        words = [frame for frame in frames if isinstance(frame, Say | Tap)]
        taken = {self._message(i) for one in frames if isinstance(one, Taken) for i in one.ids}
        noted = [i for one in frames if isinstance(one, Seen) for i in one.ids]
        seen = {self._message(one) for one in noted}
        started = any(isinstance(frame, Start) for frame in frames)
        with self._store.write() as conn:
            thread = web_chat.find(conn, [address]).get(address)
            if thread is None and _guest(address):
                raise _forgotten()
            if thread is None or started or words:
                thread = web_chat.come(conn, address, now_us, start=started or bool(words))
            web_chat.note(conn, thread.thread, now_us, taken=taken, seen=seen)
            web_chat.add(conn, [_line(address, one) for one in words], now_us)
            messages = [_own(one.id) for one in words]
            said = web_chat.of_messages(conn, thread.thread, messages) if words else []
        return Kept(thread, said, noted)

    def _message(self, named: str) -> bytes:
        """The id of a message that we gave to somebody. Raises WebhookRejected."""
        return bytes.fromhex(read_public_id(self._secret, named).partition(".")[0])

    # ------------------------------------------------------------ what they are given

    def find(self, address: str) -> Thread | None:
        """Their thread, if they have one."""
        with self._store.read() as conn:
            return web_chat.find(conn, [address]).get(address)

    def begin_after(self, thread: Thread, after: int, now: datetime) -> int:
        """After which line to go on: where they stopped, else with some history."""
        if 0 < after <= thread.seq:
            return after
        with self._store.read() as conn:
            return web_chat.begin_after(conn, thread, micros(now))

    def read(
        self, thread: int, now: datetime, *, after: int, before: int = 0, limit: int = 200
    ) -> list[dict[str, Any]]:
        """Lines of a thread as the browser reads them."""
        with self._store.read() as conn:
            lines = web_chat.read(
                conn, thread, after=after, before=before, limit=limit, now_us=micros(now)
            )
        return [shown(line) for line in lines]

    def unseen(self, thread: int, now: datetime) -> int:
        """How many lines they have not seen."""
        with self._store.read() as conn:
            return web_chat.unseen(conn, thread, micros(now))

    def last(self) -> int:
        """The number of the newest line of all."""
        with self._store.read() as conn:
            return web_chat.last(conn)

    def news(self, after: int) -> tuple[int, set[int]]:
        """The newest number, and the threads that have something new after that one."""
        with self._store.read() as conn:
            newest = web_chat.last(conn)
            return web_chat.news(conn, after) if newest > after else (newest, set())


def shown(line: Line) -> dict[str, Any]:
    """A line as the browser reads it; `at` in milliseconds."""
    body = msgspec.json.decode(line.body)
    mine = line.side == Side.VISITOR
    told = {"seq": line.seq, "from": "you" if mine else "shop", "at": line.at_us // 1000}
    return {**told, **({} if mine else {"seen": line.seen_us > 0}), **body}


def _line(address: str, frame: Say | Tap) -> New:
    body = {"id": frame.id, "text": frame.text}
    if isinstance(frame, Tap):
        body["of"] = frame.of
    return New(address, _own(frame.id), 0, 0, Side.VISITOR, 0, msgspec.json.encode(body))


def _own(named: str) -> bytes:
    return make_id("web_chat", named)


def _forgotten() -> NotFound:
    return NotFound("This guest has been forgotten.", fix="Say hello again.")


def _guest(address: str) -> bool:
    return address.startswith("guest:")


def _day(now: datetime) -> int:
    return int(now.timestamp()) // DAY_S
