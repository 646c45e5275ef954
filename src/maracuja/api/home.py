"""The pages for print and for those without the web app: reports, claims, the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from maracuja.api.answers import Language
from maracuja.api.guard import is_at_home
from maracuja.api.here import Desk
from maracuja.runtime import campaign_work, claims_work
from maracuja.runtime.overview import overview

router = APIRouter(include_in_schema=False)
_BOTH = ["GET", "HEAD"]


@router.api_route("/report", methods=_BOTH)
async def report(
    request: Request,
    campaign: Annotated[str, Query(pattern="^[a-z0-9_-]{0,64}$")] = "",
    language: Language = "en",
) -> HTMLResponse:
    """The report; from elsewhere than this machine it needs an admin key."""
    desk: Desk = request.app.state.desk
    if not is_at_home(request):
        await desk.guard(request)
    return HTMLResponse(await run_in_threadpool(_home, desk, campaign, language))


@router.api_route("/claims", methods=_BOTH)
async def claims(request: Request, language: Language = "en") -> HTMLResponse:
    """The claims of the trade beside the shop's own data; guarded as the report."""
    desk: Desk = request.app.state.desk
    if not is_at_home(request):
        await desk.guard(request)
    return HTMLResponse(await run_in_threadpool(_claims, desk, language))


def _claims(desk: Desk, language: str) -> str:
    app = desk.app
    with desk.turns.long():
        found = claims_work.report(app.ground, app.clock.now())
    return desk.pages.claims(found, language)


def _home(desk: Desk, campaign: str, language: str) -> str:
    app, now = desk.app, desk.app.clock.now()
    with app.store.read() as conn:
        chosen = campaign or campaign_work.newest_launched(conn)
    if chosen is None:
        return desk.pages.welcome(overview(app.store, app.config, now))
    with desk.turns.long():
        report = campaign_work.report(app.ground, chosen, now)
    return desk.pages.report(report, language)


@router.api_route("/docs", methods=_BOTH)
def reference(request: Request) -> HTMLResponse:
    """The documentation; it loads nothing from elsewhere."""
    desk: Desk = request.app.state.desk
    return HTMLResponse(desk.pages.reference(request.app.openapi()))
