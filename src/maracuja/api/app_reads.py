"""The routes that pages of the web app read together, beside those of each subject."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from maracuja.api import (
    campaign_choices,
    definition_changes,
    demo_shop,
    first_run,
    imports,
    live,
    overview,
    people_profile,
    people_search,
    previewing,
    reports,
    segment_sizes,
    settings,
    site,
    suggestions,
)
from maracuja.api.live import Watch as Watch

ROUTERS: Final[tuple[APIRouter, ...]] = (
    campaign_choices.reach_router,
    campaign_choices.people_router,
    definition_changes.router,
    demo_shop.router,
    first_run.router,
    imports.router,
    imports.export_router,
    live.router,
    live.work_router,
    overview.router,
    people_profile.router,
    people_search.router,
    people_search.of_campaigns,
    previewing.router,
    reports.router,
    reports.shared_router,
    segment_sizes.router,
    settings.router,
    site.router,
    suggestions.router,
)
