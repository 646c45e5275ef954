"""What a request to a public form tells: its fields, its language, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from maracuja.api import form_pages
from maracuja.api.callers import caller_ip
from maracuja.api.link_words import pick_language
from maracuja.api.page_frame import headers_of
from maracuja.campaigns.forms import Form
from maracuja.runtime.form_desk import Caller, cut_ip

BODY_BYTES_MAX: Final = 32_768
FIELDS_MAX: Final = 100

Posted = Mapping[str, Sequence[str]]


def may_send(form: Form, request: Request) -> bool:
    """Whether a form may be sent from there: our own page, or a page of its origins.

    What is no browser names no origin: nothing is entrusted to it that it could misuse.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "none") != "cross-site"
    ours = urlsplit(origin).netloc == request.headers.get("host", "")
    return ours or origin in form.origins


def caller_of(request: Request, posted: Posted) -> Caller:
    """Who sends, as far as their request tells."""
    return Caller(
        ip=cut_ip(caller_ip(request)),
        agent=request.headers.get("user-agent", "")[:300],
        page=page_of(request, posted),
        source=source_of(request, posted),
    )


def source_of(request: Request, posted: Posted) -> str:
    """Where people came from: as the link says, else the site that led here."""
    query = request.query_params
    told = first_of(posted, "source") or query.get("source", "") or query.get("utm_source", "")
    if not told:
        told = urlsplit(request.headers.get("referer", "")).hostname or ""
        told = "" if told == request.headers.get("host", "").partition(":")[0] else told
    return "".join(c for c in told.lower() if c.isprintable() and c != "|")[:80].strip()


def page_of(request: Request, posted: Posted) -> str:
    """The address of the page that the form stands on, without its query."""
    told = first_of(posted, "page") or request.headers.get("referer", "")
    parts = urlsplit(told[:1_000])
    if parts.scheme not in ("http", "https"):
        parts = urlsplit(str(request.url))
    return f"{parts.scheme}://{parts.netloc}{parts.path}"[:300]


def language_of(request: Request, posted: Posted) -> str:
    """The language to answer in."""
    asked = request.query_params.get("lang", "")
    return pick_language(
        first_of(posted, "lang"), asked, request.headers.get("accept-language", "")
    )


def first_of(posted: Posted, name: str) -> str:
    """The first value of a field, '' where it was not sent."""
    return next(iter(posted.get(name, ())), "")


def no_form(request: Request) -> Response:
    """The page of a form that is none."""
    page = form_pages.refused_page(language_of(request, {}), "no_form")
    return HTMLResponse(page, 404, headers_of())


async def read_posted(request: Request) -> dict[str, list[str]]:
    """The fields of a form; none where it is no sensible one."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            return {}
    try:
        found = parse_qs(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS_MAX
        )
    except ValueError:
        return {}
    return {name: [v.replace("\x00", "") for v in values] for name, values in found.items()}
