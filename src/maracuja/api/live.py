"""What goes on, over HTTP: work with its progress, and a stream of what has changed.

Nothing lives in a stream alone: who comes back says how far they had heard, and hears the rest.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from maracuja.api.answers import ID_MAX, PROBLEMS, Listing, Part
from maracuja.api.guard import check_origin, has_session, present
from maracuja.api.here import Desk, Here, Now, managing
from maracuja.errors import Overloaded
from maracuja.runtime import work_shown
from maracuja.runtime.access import Area, Level
from maracuja.runtime.work_shown import WorkShown
from maracuja.store import live
from maracuja.store.engine import Store
from maracuja.store.live import Changed, Kind

LOOK_S: Final = 1.0
BEAT_S: Final = 15.0  # so often a silent stream says that it is there
STREAMS_MAX: Final = 500
AREAS: Final = {
    Kind.CONVERSATION: Area.CONVERSATIONS,
    Kind.CAMPAIGN: Area.CONTENT,
    Kind.WORK: Area.SETTINGS,
}

router = APIRouter(prefix="/api/live", tags=["live"], responses=PROBLEMS)
work_router = managing("/work", "live")
_log = logging.getLogger("maracuja.api")


class Watch:
    """Looks once a second for all open streams together, and only while there are some."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rung: set[asyncio.Event] = set()
        self._last = 0
        self._looking: asyncio.Task[None] | None = None
        self.closed = False

    def close(self) -> None:
        """End every stream: the server stops, and pages come back to the next one."""
        self.closed = True
        for one in self._rung:
            one.set()

    async def stream(self, after: int | None, kinds: Sequence[Kind]) -> AsyncIterator[bytes]:
        """Frames of what changed after that number, or from now on, until either side ends it."""
        rung = asyncio.Event()
        self._rung.add(rung)
        try:
            told = await run_in_threadpool(self._newest) if after is None else after
            yield _frame("hello", told, {"seq": told})
            self._look()
            while True:
                rung.clear()
                for one in await run_in_threadpool(self._after, told, kinds):
                    told = one.seq
                    yield _frame("changed", told, one._asdict())
                if self.closed:
                    return
                try:
                    await asyncio.wait_for(rung.wait(), BEAT_S)
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            self._rung.discard(rung)

    @property
    def full(self) -> bool:
        """Whether no more streams are opened."""
        return len(self._rung) >= STREAMS_MAX

    def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while self._rung and not self.closed:
            try:
                newest = await run_in_threadpool(self._newest)
            except Exception:  # the database rests: streams go on when it is back
                _log.warning("What has changed cannot be read.", exc_info=True)
                newest = self._last
            if newest != self._last:
                self._last = newest
                for one in self._rung:
                    one.set()
            await asyncio.sleep(LOOK_S)

    def _newest(self) -> int:
        with self._store.read() as conn:
            return live.last(conn)

    def _after(self, seq: int, kinds: Sequence[Kind]) -> list[Changed]:
        with self._store.read() as conn:
            return live.after(conn, seq, kinds)


async def _kinds(request: Request) -> list[Kind]:
    """What whoever asks may hear of: a key everything, people of the team by their rights."""
    desk: Desk = request.app.state.desk
    if not has_session(request, desk.app):
        await desk.guard(request)
        return list(Kind)
    check_origin(request)
    who = await run_in_threadpool(present, request, desk.app)
    rights = who.member.rights
    return [kind for kind, area in AREAS.items() if rights.get(area, Level.NONE) >= Level.READ]


@router.get(
    "",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def live_changes(
    request: Request,
    kinds: Annotated[list[Kind], Depends(_kinds)],
    after: Annotated[
        int | None, Query(ge=0, le=ID_MAX, description="Up to where one has heard.")
    ] = None,
    last_event_id: Annotated[str, Header(max_length=20, pattern="^[0-9]*$")] = "",
) -> StreamingResponse:
    """Which conversations, campaigns and work have changed, as server-sent events."""
    watch: Watch = request.app.state.live
    if watch.full:
        raise Overloaded("Too many pages are open.", retry_after_s=60)
    begin = int(last_event_id) if last_event_id else after
    headers = {"x-accel-buffering": "no"}
    return StreamingResponse(
        watch.stream(begin, kinds), media_type="text/event-stream", headers=headers
    )


@work_router.get("")
def list_work(here: Here, now: Now, part: Part) -> Listing[WorkShown]:
    """What is under way or has just been done, with its progress, the newest first."""
    with here.store.read() as conn:
        found = work_shown.work(conn, now)
    return part.of(found, lambda one: (one.kind, one.number))


def _frame(event: str, number: int, data: object) -> bytes:
    """One server-sent event."""
    said = msgspec.json.encode(data)
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, event.encode(), said)
