"""The pages of links that confirm an address: the button is shown by GET, pressed by POST."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from maracuja.api import form_pages
from maracuja.api.form_requests import caller_of, language_of, read_posted
from maracuja.api.forms import FormRoutes
from maracuja.api.link_pages import gone_page
from maracuja.api.own_data import OwnDataRoutes
from maracuja.api.page_frame import headers_of
from maracuja.clock import Clock
from maracuja.links.tokens import Purpose
from maracuja.model import micros
from maracuja.runtime.form_desk import FormDesk, masked
from maracuja.store.signups import SignupState


def confirming_router(
    desk: FormDesk, forms: FormRoutes, own: OwnDataRoutes, clock: Clock
) -> APIRouter:
    """Routes /y: of sign-ups, and of a person's own data."""
    router = APIRouter(include_in_schema=False)
    routes = _Confirming(desk, forms, own, clock)
    router.add_api_route("/y/{token}", routes.ask, methods=["GET", "HEAD"])
    router.add_api_route("/y/{token}", routes.confirm, methods=["POST"])
    return router


class _Confirming:
    """Whether it was them who signed up, or who want to see what is kept about them."""

    def __init__(
        self, desk: FormDesk, forms: FormRoutes, own: OwnDataRoutes, clock: Clock
    ) -> None:
        self._desk, self._forms, self._own, self._clock = desk, forms, own, clock

    async def ask(self, token: str, request: Request) -> Response:
        """The page with the button; nothing has happened yet."""
        ticket = self._desk.ring.read(token, Purpose.CONFIRM)
        now = self._clock.now()
        if ticket is None:
            return _gone(request)
        if ticket.detail:
            return await self._own.show_asked(ticket, request)
        held = await run_in_threadpool(self._desk.look, ticket, now)
        if held is None:
            return _gone(request)
        language = language_of(request, {})
        if "lang" not in request.query_params:
            language = held.row.proof.language
        if held.row.state is SignupState.CONFIRMED:
            return self._forms.confirmed(held, language)
        if held.row.state is SignupState.CLOSED or micros(now) >= held.row.until_us:
            return HTMLResponse(form_pages.late_page(held.form, language), 410, headers_of())
        page = form_pages.confirm_page(
            held.form, language, self._desk.shop, masked(held.row.address)
        )
        return HTMLResponse(page, headers=headers_of(held.form))

    async def confirm(self, token: str, request: Request) -> Response:
        """The button was pressed; pressing it again changes nothing."""
        ticket = self._desk.ring.read(token, Purpose.CONFIRM)
        if ticket is None:
            return _gone(request)
        if ticket.detail:
            return await self._own.take_asked(ticket, request)
        posted, now = await read_posted(request), self._clock.now()
        language = language_of(request, posted)
        held = await run_in_threadpool(self._desk.confirm, ticket, caller_of(request, posted), now)
        if held is not None:
            return self._forms.confirmed(held, language)
        known = await run_in_threadpool(self._desk.look, ticket, now)
        if known is None:
            return _gone(request)
        return HTMLResponse(form_pages.late_page(known.form, language), 410, headers_of())


def _gone(request: Request) -> Response:
    return HTMLResponse(gone_page(language_of(request, {})), 404, headers_of())
