"""Reports over everything, and reports that people outside the team read by a signed link."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from maracuja.api.answers import SPOKEN, Listing, Part
from maracuja.api.here import Actor, Desk, Here, Long, Now, managing
from maracuja.app import App, key_ring
from maracuja.runtime import campaign_work, channel_results, claims_work, worth
from maracuja.runtime.channel_results import ChannelResults
from maracuja.runtime.report_sharing import PATH, ShareShown, Sharing, campaign_of
from maracuja.runtime.worth import Worth

router = managing("/reports", "workspace")
shared_router = APIRouter(include_in_schema=False)
Days = Annotated[int, Query(ge=1, le=366)]
Campaign = Annotated[str, Query(max_length=64, pattern="^[a-z0-9_-]*$")]


class ShareAsked(BaseModel):
    """A link to a campaign's report, or to the claims where no campaign is named."""

    campaign: Annotated[str, Field(max_length=64, pattern="^[a-z0-9_-]*$")] = ""
    goal: Annotated[str, Field(max_length=64, pattern="^[a-z0-9_-]*$")] = ""
    language: Annotated[str, Field(pattern=SPOKEN)] = "en"
    days: Annotated[int, Field(ge=1, le=366)] = 30


@router.get("")
def worth_of_campaigns(here: Here, now: Now, long: Long, days: Days = 90) -> Worth:
    """What each campaign of the last days has changed, and what they add up to."""
    with long.long():
        return worth.worth(here.ground, now, days=days)


@router.get("/channels")
def results_of_channels(
    here: Here, now: Now, long: Long, part: Part, days: Days = 30
) -> Listing[ChannelResults]:
    """What became of the messages of each channel, day by day."""
    with long.long():
        return part.of(channel_results.results(here.ground, now, days=days), attrgetter("channel"))


@router.get("/shares")
def list_shares(here: Here, now: Now, part: Part, campaign: Campaign = "") -> Listing[ShareShown]:
    """The links to a campaign's report that hold, or those to the claims."""
    with here.store.read() as conn:
        return part.of(_sharing(here).shares(conn, campaign, now), attrgetter("id"))


@router.post("/shares", status_code=201)
def share_report(here: Here, actor: Actor, now: Now, asked: ShareAsked) -> ShareShown:
    """A link by which anybody may read one report until it ends or is taken back."""
    with here.store.write() as conn:
        return _sharing(here).share(
            conn, asked.campaign, now, actor,
            days=asked.days, goal=asked.goal, language=asked.language,
        )  # fmt: skip


@router.delete("/shares/{share}", status_code=204)
def take_share_back(
    here: Here,
    actor: Actor,
    now: Now,
    share: Annotated[str, Path(pattern="^[A-Za-z0-9_-]{22}$", description="Its id.")],
) -> None:
    """End a link at once."""
    with here.store.write() as conn:
        _sharing(here).take_back(conn, share, now, actor)


@shared_router.api_route(f"{PATH}{{token}}", methods=["GET", "HEAD"])
async def shared_report(
    request: Request,
    token: str,
    language: Annotated[str, Query(pattern="^(en|ru|uk|mn)?$")] = "",
) -> HTMLResponse:
    """The report behind a link: figures alone, for whoever was given it."""
    desk: Desk = request.app.state.desk
    return HTMLResponse(await run_in_threadpool(_shared, desk, token[:100], language))


def _shared(desk: Desk, token: str, language: str) -> str:
    app = desk.app
    now = app.clock.now()
    with app.store.read() as conn:
        share = _sharing(app).read(conn, token, now)
    speaks, campaign = language or share.language, campaign_of(share)
    with desk.turns.long():
        if campaign:
            report = campaign_work.report(app.ground, campaign, now, goal=share.goal)
            return desk.pages.report(report, speaks, shared=True)
        return desk.pages.claims(claims_work.report(app.ground, now), speaks, shared=True)


def _sharing(app: App) -> Sharing:
    return Sharing(app.config.public_url, key_ring(app))
