"""HTTP of the page on which people see, change and delete what is kept about them.

A GET changes nothing; a POST needs what only the page itself brings along.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from maracuja.api import own_data_pages
from maracuja.api.form_requests import first_of, language_of, read_posted
from maracuja.api.link_pages import gone_page
from maracuja.api.page_frame import headers_of
from maracuja.clock import Clock
from maracuja.links.tokens import Purpose, Ticket
from maracuja.runtime.own_data import OwnData, OwnDataDesk, Written
from maracuja.runtime.signup_messages import ERASE

_BOTH: Final = ["GET", "HEAD"]


class OwnDataRoutes:
    """Answers requests about a person's own data, whichever link they came by."""

    def __init__(self, desk: OwnDataDesk, clock: Clock) -> None:
        self._desk, self._clock = desk, clock

    def router(self) -> APIRouter:
        """The page behind the link of every message; `confirming` has the other one."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/p/{token}/data", self.show, methods=_BOTH)
        router.add_api_route("/p/{token}/data", self.take, methods=["POST"])
        return router

    async def show(self, token: str, request: Request) -> Response:
        """What is kept, as far as a link shows it that can be forwarded."""
        ticket = self._desk.ring.read(token, Purpose.PREFERENCES)
        return await self._shown(ticket, request, {}, whole=False)

    async def take(self, token: str, request: Request) -> Response:
        """A change, or a wish for more."""
        ticket = self._desk.ring.read(token, Purpose.PREFERENCES)
        return await self._taken(ticket, request, whole=False)

    async def show_asked(self, ticket: Ticket, request: Request) -> Response:
        """All of it, or the question whether all of it is to go: by a link to their address."""
        if not self._desk.is_open(ticket, self._clock.now()):
            return _page(own_data_pages.over_page(language_of(request, {})), 410)
        if ticket.detail == ERASE:
            return _page(own_data_pages.erase_page(language_of(request, {})))
        return await self._shown(ticket, request, {}, whole=True)

    async def take_asked(self, ticket: Ticket, request: Request) -> Response:
        """The same, pressed."""
        now = self._clock.now()
        if not self._desk.is_open(ticket, now):
            return _page(own_data_pages.over_page(language_of(request, {})), 410)
        if ticket.detail != ERASE:
            return await self._taken(ticket, request, whole=True)
        posted = await read_posted(request)
        done = await run_in_threadpool(self._desk.erase, ticket, now)
        language = language_of(request, posted)
        return _page(own_data_pages.erased_page(language)) if done else _gone(request)

    async def _shown(
        self,
        ticket: Ticket | None,
        request: Request,
        posted: dict[str, list[str]],
        *,
        whole: bool,
        said: str = "",
        at: Written | None = None,
    ) -> Response:
        found: OwnData | None = None
        if ticket is not None:
            found = await run_in_threadpool(lambda: self._desk.see(ticket, whole=whole))
        if ticket is None or found is None:
            return _gone(request)
        own = found.language if not posted and "lang" not in request.query_params else ""
        language = language_of(request, {"lang": [own]} if own else posted)
        key = self._desk.key(ticket, self._clock.now())
        return _page(own_data_pages.own_page(found, language, key, said=said, at=at))

    async def _taken(self, ticket: Ticket | None, request: Request, *, whole: bool) -> Response:
        if ticket is None:
            return _gone(request)
        posted, now = await read_posted(request), self._clock.now()
        desk, name = self._desk, first_of(posted, "name")
        language = language_of(request, posted)
        at: Written | None = None
        if not desk.is_fresh(ticket, first_of(posted, "key"), now):
            said = "stale"
        else:
            match first_of(posted, "do"):
                case "change":
                    value = first_of(posted, "value")
                    done: Any = await run_in_threadpool(
                        lambda: desk.change(ticket, name, value, now, whole=whole)
                    )
                    said = "changed" if done else "refused"
                case "delete":
                    done = await run_in_threadpool(
                        lambda: desk.delete(ticket, name, now, whole=whole)
                    )
                    said = "deleted" if done else "refused"
                case "whole" | "erase" as wish:
                    at = await run_in_threadpool(
                        lambda: desk.write_to_them(ticket, language, now, erase=wish == "erase")
                    )
                    said = "sent" if at is not None else "no_address"
                case _:
                    said = "refused"
        return await self._shown(ticket, request, posted, whole=whole, said=said, at=at)


def _page(page: str, status: int = 200) -> Response:
    # The address is the key: it is told to nobody, not even to our own pages.
    return HTMLResponse(page, status, {**headers_of(), "Referrer-Policy": "no-referrer"})


def _gone(request: Request) -> Response:
    return _page(gone_page(language_of(request, {})), 404)
