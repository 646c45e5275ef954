"""What managing routes ask for: the open workspace, who acts, the present moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Request

from maracuja.api.answers import Turns, accepted
from maracuja.api.drawn import Drawn
from maracuja.api.guard import Guard, cookie_of, has_session, member
from maracuja.api.link_words import pick_language
from maracuja.api.rates import Rates
from maracuja.api.repeats import once
from maracuja.api.routers import router_at
from maracuja.app import App
from maracuja.content import Content
from maracuja.errors import TooManyRequests
from maracuja.runtime.message_proof import Proof
from maracuja.runtime.overview import Overview
from maracuja.runtime.passwords import hash_token
from maracuja.runtime.processing_record import ProcessingRecord
from maracuja.stats.claims.report import ClaimsReport
from maracuja.stats.report import LiftReport


class Pages(Protocol):
    """The pages that people see; see `maracuja.ui.home`."""

    def report(self, report: LiftReport, language: str, *, shared: bool = False) -> str:
        """A campaign's lift; `shared`: nothing leads on to what only the team may see."""
        ...

    def claims(self, report: ClaimsReport, language: str, *, shared: bool = False) -> str:
        """The claims of the trade beside the shop's own data."""
        ...

    def record(self, record: ProcessingRecord, language: str) -> str:
        """The record of processing."""
        ...

    def proof(self, proof: Proof, language: str) -> str:
        """The proof of a message."""
        ...

    def screen(
        self, channel: str, shop: str, content: Content, *, language: str, wide: bool, dark: bool
    ) -> str:
        """A message on a telephone that speaks the message's language, or on a desk."""
        ...

    def welcome(self, seen: Overview) -> str:
        """What there is, and the next steps."""
        ...

    def app_page(self, nonce: str) -> tuple[bytes, dict[str, str]]:
        """The one page of the web app, and its headers."""
        ...

    def app_file(self, path: str, encodings: str) -> tuple[bytes, dict[str, str]] | None:
        """A file of the web app, and its headers."""
        ...

    def reference(self, openapi: Mapping[str, Any]) -> str:
        """The documentation of the API."""
        ...


@dataclass(frozen=True)
class Desk:
    """Set as `state.desk` of the application that includes the routes."""

    app: App
    guard: Guard
    pages: Pages
    sends: Guard  # lets those pass who may have single messages sent
    rates: Rates
    turns: Turns = field(default_factory=Turns)
    drawn: Drawn = field(default_factory=Drawn)


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


# What takes no time is no `def` alone: FastAPI would ask a thread for each of them.
async def _app(request: Request) -> App:
    return _desk(request).app


async def _pages(request: Request) -> Pages:
    return _desk(request).pages


async def _turns(request: Request) -> Turns:
    return _desk(request).turns


async def _drawn(request: Request) -> Drawn:
    return _desk(request).drawn


async def _now(request: Request) -> datetime:
    return _desk(request).app.clock.now()


async def _reader(request: Request) -> str:
    """The language of who asks, of those that we speak."""
    return pick_language(accepted(request))


async def _actor(request: Request) -> str:
    desk = _desk(request)
    return await _let_in(request, desk, desk.guard)


async def _sender(request: Request) -> str:
    desk = _desk(request)
    return await _let_in(request, desk, desk.sends)


async def _let_in(request: Request, desk: Desk, guard: Guard) -> str:
    """Who acts, by key or by session. Raises Unauthorized, Forbidden, TooManyRequests."""
    by_cookie = has_session(request, desk.app)
    actor = await member(request, desk.app) if by_cookie else await guard(request)
    shown = request.cookies[cookie_of(desk.app)] if by_cookie else request.headers["authorization"]
    wait_s = desk.rates.take(hash_token(shown).hex())
    if wait_s:
        raise TooManyRequests("You call too often.", retry_after_s=wait_s)
    return actor


async def _managed_once(request: Request, actor: Annotated[str, Depends(_actor)]) -> None:
    await once(request, _desk(request).app, actor)


async def _sent_once(request: Request, actor: Annotated[str, Depends(_sender)]) -> None:
    await once(request, _desk(request).app, actor)


Here = Annotated[App, Depends(_app)]
Shown = Annotated[Pages, Depends(_pages)]
Screens = Annotated[Drawn, Depends(_drawn)]
Long = Annotated[Turns, Depends(_turns)]
Now = Annotated[datetime, Depends(_now)]
Actor = Annotated[str, Depends(_actor)]
Reader = Annotated[str, Depends(_reader)]
Sender = Annotated[str, Depends(_sender)]


def messaging(path: str, tag: str) -> APIRouter:
    """A router whose every route needs a server or an admin key."""
    return router_at(path, tag, _sent_once)


def managing(path: str, tag: str) -> APIRouter:
    """A router below /api whose every route needs an admin key."""
    return router_at(f"/api{path}", tag, _managed_once)
