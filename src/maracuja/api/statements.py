"""The pages on which people say something of themselves: a button says it, opening one does not.

Nothing is decided here; see `runtime.statements`.
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Final, Protocol
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from maracuja.api.link_pages import gone_page
from maracuja.api.link_words import pick_language
from maracuja.api.page_frame import framed, headers_of
from maracuja.api.statement_words import STATEMENT_WORDS
from maracuja.clock import Clock
from maracuja.links.statements import Kind
from maracuja.links.tokens import Ticket
from maracuja.runtime.statements import Asked

BODY_BYTES_MAX: Final = 4_096
HEADERS: Final = {**headers_of(), "Referrer-Policy": "no-referrer"}
ANSWERS: Final = {
    Kind.WRONG: ("yes",),
    Kind.NOT_ABOUT: ("yes", "undo"),
    Kind.STILL: ("yes", "no"),
}


class Says(Protocol):
    """What the pages do; see `runtime.statements.Statements`. All block on the database."""

    def read(self, token: str) -> Ticket | None:
        """What a token says."""
        ...

    def asked(self, ticket: Ticket) -> Asked | None:
        """What is asked."""
        ...

    def say(self, ticket: Ticket, answer: str, now: datetime) -> bool:
        """Keep an answer."""
        ...


def statements_router(says: Says, clock: Clock) -> APIRouter:
    """The route /t of statements."""
    router = APIRouter(include_in_schema=False)
    pages = _Pages(says, clock)
    router.add_api_route("/t/{token}", pages.ask, methods=["GET", "HEAD"])
    router.add_api_route("/t/{token}", pages.say, methods=["POST"])
    return router


class _Pages:
    def __init__(self, says: Says, clock: Clock) -> None:
        self._says, self._clock = says, clock

    async def ask(self, token: str, request: Request) -> Response:
        """The page with its buttons; nothing has happened yet."""
        ticket = self._says.read(token)
        asked = await run_in_threadpool(self._says.asked, ticket) if ticket else None
        if asked is None:
            return _gone(request)
        return HTMLResponse(statement_page(asked, _language(request, asked, {})), headers=HEADERS)

    async def say(self, token: str, request: Request) -> Response:
        """Keep what was pressed; whatever posts without a button's own word has said nothing."""
        ticket = self._says.read(token)
        asked = await run_in_threadpool(self._says.asked, ticket) if ticket else None
        if ticket is None or asked is None:
            return _gone(request)
        fields = _fields(await _body(request))
        answer = fields.get("do", [""])[0]
        language = _language(request, asked, fields)
        kind = asked.statement.kind
        said = answer in ANSWERS[kind] and await run_in_threadpool(
            self._says.say, ticket, answer, self._clock.now()
        )
        return HTMLResponse(
            said_page(asked, answer, language) if said else statement_page(asked, language),
            headers=HEADERS,
        )


def statement_page(asked: Asked, language: str) -> str:
    """The page that asks."""
    words, kind = STATEMENT_WORDS[language], asked.statement.kind
    question = words[f"{kind}_question"].format(**_about(asked, language))
    buttons = _button(words[f"{kind}_yes"], "yes")
    if kind is Kind.STILL:
        buttons += _button(words["still_no"], "no", quiet=True)
    title = words[f"{kind}_title"]
    return framed(
        language,
        title,
        f"<h1>{escape(title)}</h1><p>{escape(question)}</p>{_form(buttons, language)}",
    )


def said_page(asked: Asked, answer: str, language: str) -> str:
    """The page that says what was done; "not about this" can be taken back there."""
    words, kind = STATEMENT_WORDS[language], asked.statement.kind
    key = f"still_{answer}_done" if kind is Kind.STILL else f"{kind}_done"
    title = words[f"{kind}_title"]
    text = words["undone" if answer == "undo" else key].format(**_about(asked, language))
    again = ""
    if kind is Kind.NOT_ABOUT:
        back = ("not_yes", "yes") if answer == "undo" else ("undo", "undo")
        again = _form(_button(words[back[0]], back[1], quiet=True), language)
    return framed(
        language,
        title,
        f'<h1>{escape(title)}</h1><p role="status">{escape(text)}</p>{again}',
        languages=False,
    )


def _about(asked: Asked, language: str) -> dict[str, str]:
    about = asked.statement.about
    if asked.statement.kind is Kind.STILL:
        about = STATEMENT_WORDS[language][about]
    return {"about": about, "shown": asked.shown}


def _form(buttons: str, language: str) -> str:
    hidden = f'<input type="hidden" name="lang" value="{language}">'
    return f'<form method="post">{hidden}{buttons}</form>'


def _button(text: str, answer: str, *, quiet: bool = False) -> str:
    look = ' class="quiet"' if quiet else ""
    return f'<button name="do" value="{answer}"{look}>{escape(text)}</button>'


def _gone(request: Request) -> Response:
    wanted = pick_language(
        request.query_params.get("lang", ""), request.headers.get("accept-language", "")
    )
    return HTMLResponse(gone_page(wanted), status_code=404, headers=HEADERS)


def _language(request: Request, asked: Asked, fields: dict[str, list[str]]) -> str:
    """What was asked for, else the person's own language, else the browser's."""
    return pick_language(
        request.query_params.get("lang", ""),
        fields.get("lang", [""])[0],
        asked.language,
        request.headers.get("accept-language", ""),
    )


def _fields(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        return {}


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            break
    return body[:BODY_BYTES_MAX]
