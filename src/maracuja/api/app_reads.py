"""The routes that pages of the web app read together, beside those of each subject."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from maracuja.api import overview, people_search

ROUTERS: Final[tuple[APIRouter, ...]] = (overview.router, people_search.router)
