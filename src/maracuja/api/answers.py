"""Answers that all routes share: errors as JSON, turns for long work, shapes of small values."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from math import ceil
from typing import Annotated, Any, Final

from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field
from starlette.exceptions import HTTPException

from maracuja.errors import BadInput, MaracujaError, Overloaded, TooManyRequests, Unauthorized

LONG_WAIT_S: Final = 30.0
LONG_WAITING_MAX: Final = 8  # far fewer than threads, so that links are never kept waiting
ID_MAX: Final = 2**63 - 1

_NO_NUL: Final = r"^[^\x00]*$"
Pid = Annotated[int, Path(ge=1, le=ID_MAX, description="The person's number.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many.")]
Word = Annotated[str, Query(max_length=300, pattern=_NO_NUL)]
Name = Annotated[str, Path(min_length=1, max_length=300, pattern=_NO_NUL)]
# No shop remembers more, and no plan reaches further; with room for what is added to it.
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(1990, 1, 1, tzinfo=UTC), le=datetime(2999, 12, 31, tzinfo=UTC)),
]
Language = Annotated[str, Query(pattern="^(en|ru|uk)$", description="en, ru or uk.")]


class Problem(BaseModel):
    """What every refusal looks like; `code` is stable."""

    code: str
    message: str
    where: str = ""
    fix: str = ""


# What any managing route may answer beside its own.
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem, "description": text}
    for status, text in {
        400: "The request is wrong.",
        401: "There is no admin key, or a wrong one.",
        403: "The key may not do this.",
        404: "Nothing has this name.",
        409: "What is stored is newer, or the state does not allow it.",
        422: "The definition is wrong.",
        503: "Too much is asked for at once.",
    }.items()
}

_log = logging.getLogger("maracuja.api")
_CODES: Final = {404: "not_found", 405: "method", 413: "too_large", 415: "unsupported_media"}


class Turns:
    """Lets long work go on one piece at a time, so that ingest and links keep their share."""

    def __init__(self, wait_s: float = LONG_WAIT_S) -> None:
        self._turn = threading.Lock()
        self._room = threading.BoundedSemaphore(LONG_WAITING_MAX)
        self._wait_s = wait_s

    @contextmanager
    def long(self) -> Iterator[None]:
        """Wait for one's turn; raises Overloaded when it does not come, or too many wait."""
        if not self._room.acquire(blocking=False):
            raise _too_much()
        try:
            if not self._turn.acquire(timeout=self._wait_s):
                raise _too_much()
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._room.release()


def _too_much() -> Overloaded:
    return Overloaded(
        "Too much is being counted.", retry_after_s=LONG_WAIT_S, fix="Ask again in a minute."
    )


def problem(error: MaracujaError) -> JSONResponse:
    """The error as an answer with its status."""
    headers = {}
    if isinstance(error, Unauthorized):
        headers["www-authenticate"] = 'Basic realm="maracuja"'
    if isinstance(error, TooManyRequests):
        headers["retry-after"] = str(ceil(error.retry_after_s))
    body = Problem(code=error.code, message=error.message, where=error.where, fix=error.fix)
    return JSONResponse(body.model_dump(), error.http_status, headers)


def add_errors_to(api: FastAPI) -> None:
    """Make every refusal a Problem, and every fault of ours a 500 that tells nothing."""
    answers: dict[type[Exception], Callable[[Request, Any], Awaitable[JSONResponse]]] = {
        MaracujaError: _ours,
        RequestValidationError: _invalid,
        HTTPException: _http,
        Exception: _fault,
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, answer)


async def _ours(_: Request, error: MaracujaError) -> JSONResponse:
    return problem(error)


async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return problem(BadInput(f"{first['msg']}.", where=where))


async def _http(_: Request, error: HTTPException) -> JSONResponse:
    code = _CODES.get(error.status_code, "bad_input")
    body = Problem(code=code, message=str(error.detail))
    return JSONResponse(body.model_dump(), error.status_code, dict(error.headers or {}))


async def _fault(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    body = Problem(code="error", message="Something went wrong here.", fix="See the server's log.")
    return JSONResponse(body.model_dump(), 500)
