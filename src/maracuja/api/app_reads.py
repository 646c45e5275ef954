"""The routes that pages of the web app read together, beside those of each subject."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from maracuja.api import first_run, overview, people_search, suggestions

ROUTERS: Final[tuple[APIRouter, ...]] = (
    first_run.router,
    overview.router,
    people_search.router,
    suggestions.router,
)
