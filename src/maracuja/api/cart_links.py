"""HTTP behind the links that restore a cart: the shop's own page, or what is in the cart.

It works without a login and on any device. It changes nothing here, so scanners may follow it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from maracuja.api.link_pages import gone_page
from maracuja.api.link_words import pick_language
from maracuja.app import App, key_ring
from maracuja.clock import Clock
from maracuja.errors import Overloaded
from maracuja.links.tokens import Purpose, Ticket
from maracuja.links.visitors import TELLING, Visit
from maracuja.runtime.cart_links import CartLinks, Restored
from maracuja.runtime.link_actions import LinkActions
from maracuja.store import inbox

Put = Callable[[inbox.Request], Awaitable[None]]

_PRIVATE: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}
_GONE: Final = {
    **_PRIVATE,
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; frame-ancestors 'none'",
}
# The shop's own page may ask from its own address: nothing in the answer is about a person.
_ANYWHERE: Final = {**_PRIVATE, "Access-Control-Allow-Origin": "*"}


def cart_links(app: App) -> CartLinks:
    """What reads the links of a workspace."""
    shop = app.config.shop
    return CartLinks(app.store, key_ring(app), cart_url=shop.cart_url, shop_url=shop.url)


def cart_router(carts: CartLinks, actions: LinkActions, put: Put, clock: Clock) -> APIRouter:
    """Route /b. `put` makes an inbox row durable; its refusal stops nobody."""
    router = APIRouter(include_in_schema=False)
    pages = _Carts(carts, actions, put, clock)
    router.add_api_route("/b/{token}.json", pages.told, methods=["GET", "HEAD"])
    router.add_api_route("/b/{token}", pages.opened, methods=["GET", "HEAD"])
    return router


class _Carts:
    def __init__(self, carts: CartLinks, actions: LinkActions, put: Put, clock: Clock) -> None:
        self._carts, self._actions, self._put, self._clock = carts, actions, put, clock

    async def opened(self, token: str, request: Request) -> Response:
        """Note the press, and lead to the shop's cart."""
        ticket, found = await self._find(token)
        if ticket is None or found is None:
            asked = request.query_params.get("lang", "")
            accepted = request.headers.get("accept-language", "")
            page = gone_page(pick_language(asked, "", "", accepted))
            return HTMLResponse(page, status_code=404, headers=_GONE)
        await self._note(ticket, found, request)
        return RedirectResponse(found.leads_to, status_code=302, headers=_PRIVATE)

    async def told(self, token: str) -> Response:
        """What is in the cart, as JSON, for a shop's page or app; no press."""
        _, found = await self._find(token)
        if found is None:
            body = b'{"items": []}'
            return Response(body, 404, _ANYWHERE, media_type="application/json")
        body = msgspec.json.encode({"items": found.items, "expires": found.expires})
        return Response(body, headers=_ANYWHERE, media_type="application/json")

    async def _find(self, token: str) -> tuple[Ticket | None, Restored | None]:
        ticket = self._carts.read(token)
        if ticket is None:
            return None, None
        now = self._clock.now()
        return ticket, await run_in_threadpool(self._carts.restored, ticket, now)

    async def _note(self, ticket: Ticket, found: Restored, request: Request) -> None:
        visit = Visit(
            at=self._clock.now(),
            method=request.method,
            user_agent=request.headers.get("user-agent", ""),
            headers={name: request.headers[name] for name in TELLING if name in request.headers},
        )
        pressed = msgspec.structs.replace(
            ticket, purpose=Purpose.CLICK, detail=found.leads_to.partition("?")[0]
        )
        try:
            await self._put(self._actions.visited(pressed, visit))
        except Overloaded:
            return  # a reader is led on even where nothing more can be counted
