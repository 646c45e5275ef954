"""What managing routes ask for: the open workspace, who acts, the present moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Request

from maracuja.api.answers import PROBLEMS, Turns
from maracuja.api.guard import Guard, has_session, member
from maracuja.app import App
from maracuja.runtime.overview import Overview
from maracuja.stats.claims.report import ClaimsReport
from maracuja.stats.report import LiftReport


class Pages(Protocol):
    """The pages that people see; see `maracuja.ui.home`."""

    def report(self, report: LiftReport, language: str) -> str:
        """A campaign's lift."""
        ...

    def claims(self, report: ClaimsReport, language: str) -> str:
        """The claims of the trade beside the shop's own data."""
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
    turns: Turns = field(default_factory=Turns)


def _app(request: Request) -> App:
    desk: Desk = request.app.state.desk
    return desk.app


def _pages(request: Request) -> Pages:
    desk: Desk = request.app.state.desk
    return desk.pages


def _turns(request: Request) -> Turns:
    desk: Desk = request.app.state.desk
    return desk.turns


def _now(request: Request) -> datetime:
    return _app(request).clock.now()


async def _actor(request: Request) -> str:
    desk: Desk = request.app.state.desk
    if has_session(request):
        return await member(request, desk.app)
    return await desk.guard(request)


async def _sender(request: Request) -> str:
    desk: Desk = request.app.state.desk
    if has_session(request):
        return await member(request, desk.app)
    return await desk.sends(request)


Here = Annotated[App, Depends(_app)]
Shown = Annotated[Pages, Depends(_pages)]
Long = Annotated[Turns, Depends(_turns)]
Now = Annotated[datetime, Depends(_now)]
Actor = Annotated[str, Depends(_actor)]


def messaging(path: str, tag: str) -> APIRouter:
    """A router whose every route needs a server or an admin key."""
    return APIRouter(prefix=path, tags=[tag], dependencies=[Depends(_sender)], responses=PROBLEMS)


def managing(path: str, tag: str) -> APIRouter:
    """A router below /api whose every route needs an admin key."""
    return APIRouter(
        prefix=f"/api{path}", tags=[tag], dependencies=[Depends(_actor)], responses=PROBLEMS
    )
