"""Campaigns over HTTP: checked, rehearsed, launched, held, ended, and what they were worth."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Query, Response

from maracuja.api.answers import Language, Listing, Name, Part
from maracuja.api.here import Actor, Here, Long, Now, Reader, Shown, managing
from maracuja.api.said import in_words
from maracuja.runtime import campaign_rehearsal, campaign_work, experiment_orders
from maracuja.runtime.campaign_rehearsal import Rehearsal
from maracuja.runtime.campaign_status import RunShown, status
from maracuja.runtime.entry_replay import DAYS, DAYS_MAX, rehearse
from maracuja.runtime.segment_work import Fault
from maracuja.runtime.template_work import FindingShown
from maracuja.stats import forms
from maracuja.stats.report import LiftReport

router = managing("/campaigns", "campaigns")
REPORT_SCHEMA, REPORT_PARTS = msgspec.json.schema_components(
    [LiftReport], ref_template="#/components/schemas/{name}"
)
_REPORT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report in the form that was asked for.",
        "content": {
            "application/json": {"schema": REPORT_SCHEMA[0]},
            "text/csv": {"schema": {"type": "string"}},
            "text/html": {"schema": {"type": "string"}},
        },
    }
}


@router.get("")
def list_runs(here: Here, reader: Reader, part: Part) -> Listing[RunShown]:
    """Every run of every campaign, newest first."""
    with here.store.read() as conn:
        return part.of([in_words(run, reader) for run in status(conn)], attrgetter("run"))


@router.get("/{name}")
def campaign_status(here: Here, reader: Reader, name: Name, part: Part) -> Listing[RunShown]:
    """The runs of a campaign, newest first."""
    with here.store.read() as conn:
        return part.of([in_words(run, reader) for run in status(conn, name)], attrgetter("run"))


@router.get("/{name}/check")
def check_campaign(here: Here, now: Now, reader: Reader, name: Name, part: Part) -> Listing[Fault]:
    """What keeps it from being launched; empty where nothing does."""
    with here.store.read() as conn:
        found = campaign_work.check(conn, here.ground, campaign_work.get(conn, name), now)
    return part.of([in_words(one, reader) for one in found], str)


@router.get("/{name}/advice")
def campaign_advice(
    here: Here, now: Now, reader: Reader, name: Name, part: Part
) -> Listing[FindingShown]:
    """What is unwise in the words of its texts; none of it keeps it from being launched."""
    with here.store.read() as conn:
        found = campaign_work.advice(conn, here.ground, campaign_work.get(conn, name), now)
    return part.of([in_words(one, reader) for one in found], str)


@router.post("/{name}/dry-run")
def rehearse_campaign(
    here: Here,
    now: Now,
    long: Long,
    name: Name,
    samples: Annotated[int, Query(ge=0, le=20)] = 3,
    days: Annotated[int, Query(ge=1, le=DAYS_MAX)] = DAYS,
    language: Language = "en",
) -> Rehearsal:
    """Whom it would reach, when, why not the others, and some of the texts; nothing is sent.

    Of a campaign with a trigger: who would have got it in the last `days`.
    """
    with long.long():
        return rehearse(here.ground, name, now, days=days, samples=samples, language=language)


@router.post("/{name}/launch")
def launch_campaign(
    here: Here, actor: Actor, now: Now, long: Long, name: Name, neutral_too: bool = False
) -> list[RunShown]:
    """Plan its next occurrence; the worker sends.

    Refused where most would read neutral words instead of names, unless with `neutral_too`.
    """
    if not neutral_too:
        with long.long():
            campaign_rehearsal.check_words(here.ground, name, now)
    with long.long():
        experiment_orders.check_size(here.ground, name, now)
    with here.store.write() as conn:
        return campaign_work.launch(
            conn, here.ground, name, now, actor=actor, neutral_too=neutral_too
        )


@router.post("/{name}/pause")
def pause_campaign(here: Here, actor: Actor, now: Now, name: Name) -> list[RunShown]:
    """Hold it: within a second nothing more is decided or sent."""
    with here.store.write() as conn:
        return campaign_work.pause(conn, name, now, actor=actor)


@router.post("/{name}/resume")
def resume_campaign(here: Here, actor: Actor, now: Now, name: Name) -> list[RunShown]:
    """Let it go on where it was."""
    with here.store.write() as conn:
        return campaign_work.resume(conn, name, now, actor=actor)


@router.post("/{name}/cancel")
def cancel_campaign(here: Here, actor: Actor, now: Now, name: Name) -> list[RunShown]:
    """End it for good: what is queued is withdrawn."""
    with here.store.write() as conn:
        return campaign_work.cancel(conn, name, now, actor=actor)


@router.get("/{name}/report", response_class=Response, responses=_REPORT)
def campaign_report(
    here: Here,
    now: Now,
    long: Long,
    pages: Shown,
    name: Name,
    goal: Annotated[str, Query(max_length=64, pattern="^[a-z0-9_-]*$")] = "",
    form: Literal["json", "csv", "html"] = "json",
    language: Language = "en",
) -> Response:
    """What it changed: the lift with its interval, the verdict, the rates."""
    with long.long():
        report = campaign_work.report(here.ground, name, now, goal=goal)
    match form:
        case "csv":
            return Response(forms.to_csv(report), media_type="text/csv")
        case "html":
            return Response(pages.report(report, language), media_type="text/html")
        case _:
            return Response(forms.to_json(report), media_type="application/json")
