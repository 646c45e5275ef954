"""Routers of the API, and how an application takes their routes in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute

from maracuja.api.answers import PROBLEMS


def router_at(path: str, tag: str, *needs: Callable[..., Any]) -> APIRouter:
    """A router below `path` whose every route needs these; operations are named as functions."""
    return APIRouter(
        prefix=path,
        tags=[tag],
        dependencies=[Depends(need) for need in needs],
        responses=PROBLEMS,
        generate_unique_id_function=_name,
    )


def take_in(api: FastAPI, *routers: APIRouter) -> None:
    """Let the application answer what these routers answer.

    `include_router` would work every route out once more for each application, at its first
    request; ours are whole as they are.
    """
    for router in routers:
        api.router.routes.extend(router.routes)


def _name(route: APIRoute) -> str:
    return route.name
