"""Answers that all routes share: lists in parts, errors, turns for long work, small values."""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Generic, TypeVar

import msgspec
from fastapi import Depends, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field
from starlette.exceptions import HTTPException

from maracuja.api import problems
from maracuja.api.problems import MEDIA_TYPE
from maracuja.api.said import told_in
from maracuja.errors import BadInput, Forbidden, MaracujaError, Overloaded

LONG_WAIT_S: Final = 30.0
LONG_WAITING_MAX: Final = 8  # far fewer than threads, so that links are never kept waiting
ID_MAX: Final = 2**63 - 1
PLACE_MAX: Final = 1_000_000  # nobody turns that many pages

T = TypeVar("T")
P = TypeVar("P")

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
SPOKEN: Final = "^(en|ru|uk|mn)$"  # in which we say sentences of our own
Language = Annotated[str, Query(pattern=SPOKEN, description="en, ru, uk or mn.")]


class Problem(BaseModel):
    """What every refusal looks like (RFC 9457); `code` is stable, `detail` says what is wrong.

    `where` is the place in the request or definition, `fix` what to do. `says` and `says_fix` are
    `detail` and `fix` in the language of Accept-Language, where they are known in it.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    where: str = ""
    fix: str = ""
    says: str = ""
    says_fix: str = ""


# What any managing route may answer beside its own.
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": text,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, text in {
        400: "The request is wrong.",
        401: "There is no admin key, or a wrong one.",
        403: "The key may not do this.",
        404: "Nothing has this name.",
        409: "What is stored is newer, or the state does not allow it.",
        422: "The definition is wrong.",
        429: "This key or session calls too often: wait as long as Retry-After says.",
        503: "Too much is asked for at once.",
    }.items()
}

_log = logging.getLogger("maracuja.api")
_CODES: Final = {404: "not_found", 405: "method", 413: "too_large", 415: "unsupported_media"}


class Listing(BaseModel, Generic[T]):
    """A part of a list. `next` goes as `after` to have what follows; null: this is the end."""

    items: list[T]
    next: str | None = None

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """The name in the API's description: `PersonShownListing`."""
        return f"{params[0].__name__.capitalize()}Listing"


def listing_schema(item: dict[str, Any]) -> dict[str, Any]:
    """A `Listing` of what a schema describes, for answers that are encoded by hand."""
    described: dict[str, Any] = Listing[Any].model_json_schema()
    described["properties"]["items"]["items"] = item
    return described


@dataclass(frozen=True)
class Window:
    """The part of a list that is asked for: at most `limit`, after the one where a part ended.

    Every list takes it, and answers with a `Listing`.
    """

    limit: int
    after: str = ""

    @property
    def reach(self) -> int:
        """How many from the top of a list have to be read for `of`."""
        return (self._last()[0] if self.after else 0) + self.limit + 1

    def of(self, rows: Sequence[T], key: Callable[[T], object]) -> Listing[T]:
        """The part of a list that has been read from its top; `key` tells its things apart.

        It goes on behind the last thing that was shown, wherever that stands by now.
        """
        begin = 0
        if self.after:
            place, last = self._last()
            marks = (n for n, row in enumerate(rows) if _mark(key(row)) == last)
            # Where the thing is gone, what followed it has moved up by one.
            begin = next(marks, place - 2) + 1
        end = begin + self.limit
        shown = list(rows[begin:end])
        more = end < len(rows) and bool(shown)
        return Listing(items=shown, next=_cursor([end, _mark(key(shown[-1]))]) if more else None)

    def behind(self, kind: type[P]) -> P | None:
        """The place that `page` was given for the part before; None at the top."""
        return _read_cursor(self.after, kind) if self.after else None

    def page(self, rows: Sequence[T], place: Callable[[T], object]) -> Listing[T]:
        """The part of a list whose database goes on at a place: `rows` are one more than it."""
        shown = list(rows[: self.limit])
        more = len(rows) > self.limit
        return Listing(items=shown, next=_cursor(place(shown[-1])) if more else None)

    def _last(self) -> tuple[int, str]:
        place, mark = _read_cursor(self.after, tuple[int, str])
        if not 0 < place <= PLACE_MAX:
            raise _no_cursor()
        return place, mark


def _mark(key: object) -> str:
    """What a thing is known by in a cursor, without naming it."""
    return hashlib.sha256(str(key).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _cursor(place: object) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


def _read_cursor(text: str, kind: type[P]) -> P:
    try:
        coded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.json.decode(coded, type=kind)
    except (ValueError, msgspec.DecodeError) as fault:
        raise _no_cursor() from fault


def _no_cursor() -> BadInput:
    return BadInput(
        "The cursor is none of ours.", where="after", fix="Give `next` of the part before."
    )


def _window(
    limit: Limit = 100,
    after: Annotated[
        str, Query(max_length=500, description="`next` of the part before; without it, the top.")
    ] = "",
) -> Window:
    return Window(limit, after)


Part = Annotated[Window, Depends(_window)]


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


def problem(error: MaracujaError, request: Request) -> JSONResponse:
    """The error as an answer with its status, in the words of whoever has asked too."""
    by_script = request.headers.get("sec-fetch-mode", "navigate") != "navigate"
    headers = problems.headers_of(error, by_script=by_script)
    return _answered(told_in(problems.told_of(error), accepted(request)), headers)


def accepted(request: Request) -> str:
    """The languages that the caller reads, as its header has them."""
    return request.headers.get("accept-language", "")


def _answered(body: dict[str, Any], headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body, body["status"], headers, media_type=MEDIA_TYPE)


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


async def _ours(request: Request, error: MaracujaError) -> JSONResponse:
    if isinstance(error, Forbidden):
        # The template of the path: what stands in its place may be a secret.
        path = getattr(request.scope.get("route"), "path", "")
        _log.warning("%s %s was refused: %s", request.method, path, error.message)
    return problem(error, request)


async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return problem(BadInput(f"{first['msg']}.", where=where), request)


async def _http(_: Request, error: HTTPException) -> JSONResponse:
    code = _CODES.get(error.status_code, "bad_input")
    return _answered(problems.told(code, error.status_code, str(error.detail)), error.headers)


async def _fault(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answered(
        problems.told("error", 500, "Something went wrong here.", fix="See the server's log.")
    )
