"""What goes on: work with its progress, and a socket that tells pages what has changed.

Nothing that counts lives in a socket alone: who comes back says how far they had heard, and hears
the rest. Who else looks at a conversation is told while they do, and kept nowhere.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Annotated, Any, Final

import msgspec
from fastapi import Query
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from maracuja.api.answers import ID_MAX, Listing, Part
from maracuja.api.guard import cookie_of
from maracuja.api.here import Desk, Here, Now, managing
from maracuja.api.presence import Beside, Presence, read_sign
from maracuja.api.routers import router_at
from maracuja.api.web_chat_bell import Paces
from maracuja.app import App
from maracuja.clock import monotonic_s
from maracuja.errors import BadInput, Forbidden, MaracujaError
from maracuja.runtime import second_factors, work_shown
from maracuja.runtime.access import Area, Level
from maracuja.runtime.team_members import Who
from maracuja.runtime.work_shown import WorkShown
from maracuja.store import live
from maracuja.store.engine import Store
from maracuja.store.live import Changed, Kind

LOOK_S: Final = 1.0
BEAT_S: Final = 15.0  # so often a silent socket says that it is there
SESSION_S: Final = 30.0  # so often it is asked whether the session still holds
SOCKETS_MAX: Final = 500
OF_MEMBER_MAX: Final = 40  # one for each tab
SIGNS_PER_S, SIGNS_MAX = 2, 20  # of a page; the latter at once
RESTART, SPOKEN, OVER, FORBIDDEN, TOO_MANY = 1012, 1008, 4401, 4403, 4429
AREAS: Final = {
    Kind.CONVERSATION: Area.CONVERSATIONS,
    Kind.CAMPAIGN: Area.CONTENT,
    Kind.WORK: Area.CONTENT,
}

router = router_at("/api/live", "live")
work_router = managing("/work", "live")
_log = logging.getLogger("maracuja.api")


class Watch:
    """Looks once a second for all open sockets together, and only while there are some."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.presence = Presence()
        self._rung: set[asyncio.Event] = set()
        self._of: Counter[int] = Counter()
        self._since = self._last = 0  # the latest look's changes lie between
        self._rows: list[Changed] = []
        self._looking: asyncio.Task[None] | None = None
        self.closed = False

    def close(self) -> None:
        """End every socket: the server stops, and pages come back to the next one."""
        self.closed = True
        for one in self._rung:
            one.set()

    def full(self, member: int) -> bool:
        """Whether no more sockets are opened, in all or to this member."""
        return self._of.total() >= SOCKETS_MAX or self._of[member] >= OF_MEMBER_MAX

    @contextmanager
    def listen(self, member: int) -> Iterator[asyncio.Event]:
        """An event that is set whenever something may have changed."""
        rung = asyncio.Event()
        self._rung.add(rung)
        self._of[member] += 1
        try:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._watch())
            yield rung
        finally:
            self._rung.discard(rung)
            self._of[member] -= 1
            self.presence.leave(rung)

    async def start(self, after: int | None) -> int:
        """The number from which a page hears on; a number that never was is the newest."""
        newest = await run_in_threadpool(self._newest)
        return newest if after is None else min(after, newest)

    async def after(self, seq: int) -> list[Changed]:
        """What changed after that number, as far as the latest look saw."""
        if seq < self._since:
            return await run_in_threadpool(self._read, seq)
        return [one for one in self._rows if one.seq > seq]

    async def _watch(self) -> None:
        begun = False
        while self._rung and not self.closed:
            self.presence.forget()
            try:
                begun = await self._look(begun)
            except Exception:  # the database rests: sockets go on when it is back
                _log.warning("What has changed cannot be read.", exc_info=True)
            await asyncio.sleep(LOOK_S)

    async def _look(self, begun: bool) -> bool:
        """Read what has changed since the last look; the first one only notes where it begins."""
        if begun:
            rows = await run_in_threadpool(self._read, self._last)
            if not rows:
                return True
            self._since, self._last, self._rows = self._last, rows[-1].seq, rows
        else:
            self._since = self._last = await run_in_threadpool(self._newest)
            self._rows = []
        for one in self._rung:
            one.set()
        return True

    def _newest(self) -> int:
        with self._store.read() as conn:
            return live.last(conn)

    def _read(self, seq: int) -> list[Changed]:
        with self._store.read() as conn:
            return live.after(conn, seq, list(Kind))


class LiveSocket:
    """The course of one socket: hello, what changed, beats between, until either side ends it."""

    def __init__(self, app: App, watch: Watch, socket: WebSocket) -> None:
        self._app = app
        self._watch = watch
        self._socket = socket

    async def serve(self, after: int | None) -> None:
        """Be there until the page goes, its session ends, or the server stops."""
        try:
            who = self._whose = await run_in_threadpool(self._who)
        except MaracujaError:
            await self._socket.close(FORBIDDEN)
            return
        if self._watch.full(who.member.id):
            await self._socket.close(TOO_MANY)
            return
        await self._socket.accept()
        with self._watch.listen(who.member.id) as rung:
            telling = asyncio.create_task(self._tell(after, rung))
            hearing = asyncio.create_task(self._hear(rung))
            done, waiting = await asyncio.wait(
                {telling, hearing}, return_when=asyncio.FIRST_COMPLETED
            )
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        with suppress(WebSocketDisconnect, RuntimeError):  # the page is gone
            for task in done:
                await self._socket.close(task.result())

    async def _tell(self, after: int | None, rung: asyncio.Event) -> int:
        """Tell what changes; with which code the socket is closed in the end."""
        told = await self._watch.start(after)
        await self._send({"t": "hello", "seq": told})
        asked_s = monotonic_s()
        beside: Beside | None = None
        while not self._watch.closed:
            rung.clear()
            if monotonic_s() >= asked_s + SESSION_S:
                try:
                    self._whose = await run_in_threadpool(self._who)
                except MaracujaError:
                    return OVER
                asked_s = monotonic_s()
            while rows := await self._watch.after(told):
                told = rows[-1].seq
                kinds = _kinds(self._whose)
                seen = [one for one in rows if one.kind in kinds]
                if seen:
                    await self._changed(told, seen)
            beside = await self._beside(beside, rung)
            try:
                await asyncio.wait_for(rung.wait(), BEAT_S)
            except TimeoutError:
                await self._send({"t": "beat"})
        return RESTART

    async def _hear(self, rung: asyncio.Event) -> int:
        """Hear what the page says of who sits before it, until it goes or says something else."""
        paces = Paces(SIGNS_PER_S, SIGNS_MAX)
        while (told := await self._socket.receive())["type"] != "websocket.disconnect":
            try:
                sign = read_sign(told.get("text") or "")
            except BadInput:
                return SPOKEN
            if paces.take(""):
                return TOO_MANY
            if Kind.CONVERSATION in _kinds(self._whose):
                self._watch.presence.say(rung, self._whose.member, sign)
        return 1000

    async def _beside(self, told: Beside | None, rung: asyncio.Event) -> Beside | None:
        """Tell who else is where this page is, where that has changed."""
        found = self._watch.presence.beside(rung)
        if found is not None and found != told:
            members = [one._asdict() for one in found.members]
            await self._send(
                {"t": "beside", "conversation": found.conversation, "members": members}
            )
        return found

    async def _changed(self, seq: int, rows: Sequence[Changed]) -> None:
        things = [{"kind": one.kind, "id": one.id} for one in rows]
        await self._send({"t": "changed", "seq": seq, "things": things})

    async def _send(self, told: dict[str, Any]) -> None:
        await self._socket.send_text(msgspec.json.encode(told).decode())

    def _who(self) -> Who:
        """Whose page it is. Raises Unauthorized, Forbidden.

        An open socket is no sign that anybody sits there: the session grows old beneath it.
        """
        headers = self._socket.headers
        if headers.get("origin", "").partition("://")[2] != headers.get("host", ""):
            raise Forbidden("Another site may not listen.", where="origin")
        token = self._socket.cookies.get(cookie_of(self._app), "")
        who = self._app.team.who(token, self._app.clock.now(), touch=False)
        second_factors.check(who)
        return who


def _kinds(who: Who) -> frozenset[str]:
    """What they may hear of."""
    rights = who.member.rights
    return frozenset(
        kind.value for kind, area in AREAS.items() if rights.get(area, Level.NONE) >= Level.READ
    )


@router.websocket("")
async def live_changes(
    socket: WebSocket, after: Annotated[int | None, Query(ge=0, le=ID_MAX)] = None
) -> None:
    """Which conversations, campaigns and work have changed."""
    desk: Desk = socket.app.state.desk
    await LiveSocket(desk.app, socket.app.state.live, socket).serve(after)


@work_router.get("")
def list_work(here: Here, now: Now, part: Part) -> Listing[WorkShown]:
    """What is under way or has just been done, with its progress, the newest first."""
    with here.store.read() as conn:
        found = work_shown.work(conn, now)
    found += work_shown.imports(here.imports.every(), now)
    found += work_shown.exports(here.exports.every(), now)
    return part.of(work_shown.newest_first(found), lambda one: (one.kind, one.number))
