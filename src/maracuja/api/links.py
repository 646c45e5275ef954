"""HTTP behind the links of messages: clicks, the pixel, unsubscribing, preferences, the view.

Nothing is decided here. A GET never changes a consent: scanners follow every link.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from maracuja.api.link_pages import (
    gone_page,
    leave_page,
    left_page,
    less_page,
    preferences_page,
    vote_page,
)
from maracuja.api.link_words import pick_language
from maracuja.api.preference_fields import chosen_in
from maracuja.campaigns.definitions import Topic
from maracuja.channels import NAMES_BY_CODE
from maracuja.channels.polls import Question
from maracuja.clock import Clock
from maracuja.errors import Overloaded
from maracuja.links.making import PATHS
from maracuja.links.tokens import SHORT_CHARS, Purpose, Ticket
from maracuja.links.visitors import TELLING, Visit
from maracuja.runtime.link_actions import ONE_CLICK, PREFERENCE_PAGE, Preferences
from maracuja.runtime.preferences import LESS, Chosen
from maracuja.store import inbox

BODY_BYTES_MAX: Final = 65_536
FIELDS_MAX: Final = 1_000
PIXEL: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")

_PRIVATE: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}
_PAGE: Final = {
    **_PRIVATE,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}
# A message is the shop's own text, yet nothing in it may run here or speak for this site.
_VIEW: Final = {
    **_PRIVATE,
    "Content-Security-Policy": "default-src 'none'; img-src * data:; font-src *; "
    "style-src 'unsafe-inline' *; base-uri 'none'; frame-ancestors 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox "
    "allow-top-navigation-by-user-activation",
}


class Actions(Protocol):
    """What the links do; see `runtime.link_actions.LinkActions`. Most block on the database."""

    def read(self, token: str, purpose: Purpose) -> Ticket | None:
        """What a token says."""
        ...

    def expand(self, code: str) -> str | None:
        """The token that a short link stands for."""
        ...

    def visited(self, ticket: Ticket, visit: Visit) -> inbox.Request:
        """The inbox row of a press or an opening."""
        ...

    def unsubscribe(self, ticket: Ticket, now: datetime, *, source: str, language: str) -> Topic:
        """Take the person out of the link's topic."""
        ...

    def preferences(self, ticket: Ticket, now: datetime) -> Preferences:
        """What the person has chosen."""
        ...

    def wish(self, ticket: Ticket, chosen: Chosen, now: datetime) -> None:
        """Keep how they like to hear."""
        ...

    def save(
        self,
        ticket: Ticket,
        wanted: Collection[tuple[str, str]],
        now: datetime,
        *,
        language: str,
    ) -> None:
        """Keep what the person chooses now."""
        ...

    def preferences_address(self, ticket: Ticket, now: datetime) -> str:
        """The address of the person's preference page."""
        ...

    def question(self, ticket: Ticket) -> tuple[Question | None, str]:
        """What the page of a poll asks, and the person's language."""
        ...

    def voted(
        self, ticket: Ticket, asked: Question, numbers: Sequence[int], now: datetime
    ) -> inbox.Request:
        """The inbox row of an answer."""
        ...

    def topic(self, ticket: Ticket) -> tuple[Topic, str]:
        """The link's topic and the person's language, '' where unknown."""
        ...

    def view(self, ticket: Ticket, now: datetime) -> str | None:
        """The message as HTML."""
        ...


Put = Callable[[inbox.Request], Awaitable[None]]


def links_router(actions: Actions, put: Put, clock: Clock) -> APIRouter:
    """Routes /c /o /u /p /w. `put` makes an inbox row durable; its refusal stops no reader."""
    router = APIRouter(include_in_schema=False)
    both = ["GET", "HEAD"]
    visits = _Visits(actions, put, clock)
    consent = _Consent(actions, clock)
    polls = _Polls(actions, put, clock)
    router.add_api_route("/c/{token}", visits.click, methods=both)
    router.add_api_route("/s/{code}", visits.short, methods=both)
    router.add_api_route("/o/{token}.gif", visits.opened, methods=both)
    router.add_api_route("/w/{token}", visits.view, methods=both)
    router.add_api_route("/u/{token}", consent.ask, methods=both)
    router.add_api_route("/u/{token}", consent.leave, methods=["POST"])
    router.add_api_route("/p/{token}", consent.preferences, methods=both)
    router.add_api_route("/p/{token}", consent.save, methods=["POST"])
    router.add_api_route("/v/{token}", polls.ask, methods=both)
    router.add_api_route("/v/{token}", polls.vote, methods=["POST"])
    return router


class _Visits:
    """What is only looked at: each leaves an event."""

    def __init__(self, actions: Actions, put: Put, clock: Clock) -> None:
        self._actions, self._put, self._clock = actions, put, clock

    async def click(self, token: str, request: Request) -> Response:
        """Note the press and lead on to the address that was signed."""
        ticket = self._actions.read(token, Purpose.CLICK)
        if ticket is None:
            return _gone(request)
        await self._note(ticket, request)
        return RedirectResponse(ticket.detail, status_code=302, headers=_PRIVATE)

    async def short(self, code: str, request: Request) -> Response:
        """What the long address would do: a press is noted here, a page is led on to."""
        fits = len(code) == SHORT_CHARS and code.isascii()
        token = await run_in_threadpool(self._actions.expand, code) if fits else None
        if token is None:
            return _gone(request)
        for purpose, path in PATHS.items():
            if self._actions.read(token, purpose) is not None:
                if purpose is Purpose.CLICK:
                    return await self.click(token, request)
                return RedirectResponse(f"/{path}/{token}", status_code=302, headers=_PRIVATE)
        return _gone(request)

    async def opened(self, token: str, request: Request) -> Response:
        """Note the opening; the picture is shown whatever the token says."""
        ticket = self._actions.read(token, Purpose.OPEN)
        if ticket is not None:
            await self._note(ticket, request)
        return Response(PIXEL, media_type="image/gif", headers=_PRIVATE)

    async def view(self, token: str, request: Request) -> Response:
        """The message as a page."""
        ticket = self._actions.read(token, Purpose.VIEW)
        if ticket is None:
            return _gone(request)
        page = await run_in_threadpool(self._actions.view, ticket, self._clock.now())
        if page is None:
            return _gone(request, word="kept_no_longer")
        return HTMLResponse(page, headers=_VIEW)

    async def _note(self, ticket: Ticket, request: Request) -> None:
        visit = Visit(
            at=self._clock.now(),
            method=request.method,
            user_agent=request.headers.get("user-agent", ""),
            headers={name: request.headers[name] for name in TELLING if name in request.headers},
        )
        try:
            await self._put(self._actions.visited(ticket, visit))
        except Overloaded:
            return  # a reader is led on even where nothing more can be counted


class _Consent:
    """What changes a consent, by POST alone."""

    def __init__(self, actions: Actions, clock: Clock) -> None:
        self._actions, self._clock = actions, clock

    async def ask(self, token: str, request: Request) -> Response:
        """The page with the button; nothing has happened yet."""
        ticket = self._actions.read(token, Purpose.UNSUBSCRIBE)
        if ticket is None:
            return _gone(request)
        topic, own = await run_in_threadpool(self._actions.topic, ticket)
        return HTMLResponse(
            leave_page(topic, _channel(ticket), _language(request, own)), headers=_PAGE
        )

    async def leave(self, token: str, request: Request) -> Response:
        """RFC 8058 from a mail program, or the button: out, without any more questions."""
        ticket = self._actions.read(token, Purpose.UNSUBSCRIBE)
        if ticket is None:
            return _gone(request)
        body = await _body(request)
        by_program = b"List-Unsubscribe" in body and b"One-Click" in body
        named, own = await run_in_threadpool(self._actions.topic, ticket)
        language = _language(request, own, body)
        if not by_program and _fields(body).get("do") == ["less"]:
            return await self._less(ticket, named, language)
        topic = await run_in_threadpool(
            self._actions.unsubscribe,
            ticket,
            self._clock.now(),
            source=ONE_CLICK if by_program else PREFERENCE_PAGE,
            language=language,
        )
        if by_program:
            return PlainTextResponse("unsubscribed\n", headers=_PRIVATE)
        leads_to = self._actions.preferences_address(ticket, self._clock.now())
        return HTMLResponse(left_page(topic, _channel(ticket), language, leads_to), headers=_PAGE)

    async def _less(self, ticket: Ticket, topic: Topic, language: str) -> Response:
        """Less often, in the place of out."""
        now, chosen = self._clock.now(), Chosen(every_days={topic.id: LESS})
        await run_in_threadpool(self._actions.wish, ticket, chosen, now)
        leads_to = self._actions.preferences_address(ticket, now)
        return HTMLResponse(less_page(topic, language, leads_to), headers=_PAGE)

    async def preferences(self, token: str, request: Request) -> Response:
        """The preference page as things stand."""
        ticket = self._actions.read(token, Purpose.PREFERENCES)
        if ticket is None:
            return _gone(request)
        return await self._shown(ticket, request, b"")

    async def save(self, token: str, request: Request) -> Response:
        """Keep what was ticked, or stop everything."""
        ticket = self._actions.read(token, Purpose.PREFERENCES)
        if ticket is None:
            return _gone(request)
        body = await _body(request)
        fields = _fields(body)
        stop = fields.get("do") == ["none"]
        ticked = [] if stop else fields.get("on", [])
        wanted = {(topic, channel) for topic, _, channel in (v.partition("/") for v in ticked)}
        now = self._clock.now()
        own = (await run_in_threadpool(self._actions.preferences, ticket, now)).language
        language = _language(request, own, body)
        await run_in_threadpool(self._actions.save, ticket, wanted, now, language=language)
        if not stop:
            await run_in_threadpool(self._actions.wish, ticket, chosen_in(fields), now)
        return await self._shown(ticket, request, body, said="stopped" if stop else "saved")

    async def _shown(
        self, ticket: Ticket, request: Request, body: bytes, *, said: str = ""
    ) -> Response:
        found = await run_in_threadpool(self._actions.preferences, ticket, self._clock.now())
        language = _language(request, found.language, body)
        at = f"{request.url.path}/data?lang={language}"
        return HTMLResponse(preferences_page(found, language, data=at, said=said), headers=_PAGE)


class _Polls:
    """The page of a poll: opening it says nothing, pressing its button answers."""

    def __init__(self, actions: Actions, put: Put, clock: Clock) -> None:
        self._actions, self._put, self._clock = actions, put, clock

    async def ask(self, token: str, request: Request) -> Response:
        """The question, with the answer that was pressed chosen; nothing has happened yet."""
        ticket, asked, own = await self._read(token)
        if ticket is None or asked is None:
            return _gone(request)
        page = vote_page(asked, [asked.chosen], _language(request, own))
        return HTMLResponse(page, headers=_PAGE)

    async def vote(self, token: str, request: Request) -> Response:
        """Keep the answer; another one later takes its place."""
        ticket, asked, own = await self._read(token)
        if ticket is None or asked is None:
            return _gone(request)
        body = await _body(request)
        given = [int(n) for n in _fields(body).get("answer", []) if re.fullmatch(r"\d{1,2}", n)]
        chosen = [n for n in given if n < len(asked.answers)]
        if chosen:
            await self._put(self._actions.voted(ticket, asked, chosen, self._clock.now()))
        language = _language(request, own, body)
        page = vote_page(asked, chosen, language, said="voted" if chosen else "vote_none")
        return HTMLResponse(page, headers=_PAGE)

    async def _read(self, token: str) -> tuple[Ticket | None, Question | None, str]:
        ticket = self._actions.read(token, Purpose.VOTE)
        if ticket is None:
            return None, None, ""
        asked, own = await run_in_threadpool(self._actions.question, ticket)
        return ticket, asked, own


def _gone(request: Request, *, word: str = "gone_text") -> Response:
    page = gone_page(_language(request, ""), word=word)
    return HTMLResponse(page, status_code=404, headers=_PAGE)


def _language(request: Request, own: str, body: bytes = b"") -> str:
    """What was asked for, else the person's own language, else the browser's."""
    posted = _fields(body).get("lang", [""])[0]
    asked = request.query_params.get("lang", "")
    return pick_language(asked, posted, own, request.headers.get("accept-language", ""))


def _fields(body: bytes) -> dict[str, list[str]]:
    """The fields of a form; none where it is no sensible one."""
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=FIELDS_MAX)
    except ValueError:
        return {}


def _channel(ticket: Ticket) -> str:
    return NAMES_BY_CODE.get(ticket.channel, "email")


async def _body(request: Request) -> bytes:
    """The body up to its limit; what goes beyond is not read."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            break
    return body[:BODY_BYTES_MAX]
