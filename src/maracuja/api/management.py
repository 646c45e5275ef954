"""The FastAPI application: management, pages and the links of messages; never the events."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import FastAPI

from maracuja import __doc__ as about
from maracuja.api import (
    after_click,
    app_reads,
    campaigns,
    channel_links,
    claims,
    conversations,
    definitions,
    devices,
    experiments,
    facts,
    form_reports,
    holds,
    home,
    hooks,
    law,
    mail,
    messages,
    people,
    records,
    rights,
    segments,
    session,
    shelf,
    shop,
    team,
    templates,
    wear_out,
    web_app,
    web_chat,
    workspace,
)
from maracuja.api.answers import add_errors_to
from maracuja.api.cart_links import cart_links, cart_router
from maracuja.api.description import described
from maracuja.api.etags import ETags
from maracuja.api.form_wiring import form_routers
from maracuja.api.guard import key_guard
from maracuja.api.here import Desk, Pages
from maracuja.api.links import links_router
from maracuja.api.rates import Rates
from maracuja.api.repeats import Repeated, Repeats, answer_again
from maracuja.api.routers import take_in
from maracuja.api.snippet import snippet_router
from maracuja.api.statements import statements_router
from maracuja.api.webhooks import webhooks_router
from maracuja.app import App, key_ring, make_links
from maracuja.runtime.link_actions import LinkActions
from maracuja.runtime.preferences import Home
from maracuja.runtime.statements import Statements
from maracuja.store import inbox
from maracuja.store.keys import KeyKind

ROUTERS: Final = (
    workspace.router,
    channel_links.router,
    definitions.router,
    segments.router,
    templates.router,
    form_reports.router,
    campaigns.router,
    experiments.router,
    mail.router,
    claims.router,
    wear_out.router,
    after_click.router,
    people.router,
    rights.router,
    law.router,
    facts.router,
    holds.router,
    devices.router,
    records.router,
    *shop.ROUTERS,
    messages.router,
    conversations.router,
    hooks.inbound_router,
    hooks.outbound_router,
    session.router,
    team.router,
    shelf.campaigns_router,
    shelf.shelf_router,
    shelf.calendar_router,
    shelf.growth_router,
    *app_reads.ROUTERS,
)


def make_management(
    app: App, pages: Pages, put: Callable[[inbox.Request], Awaitable[None]]
) -> FastAPI:
    """The application of an open workspace; `put` makes an inbox row durable."""
    api = FastAPI(
        title="Maracuja",
        version="1",
        description=about or "",
        docs_url=None,
        redoc_url=None,
    )
    admin = key_guard(app.store, KeyKind.ADMIN)
    sends = key_guard(app.store, KeyKind.SERVER, KeyKind.ADMIN)
    api.state.desk = Desk(app, admin, pages, sends, Rates(app.config.server.calls_per_s))
    add_errors_to(api)
    api.add_exception_handler(Repeated, answer_again)  # type: ignore[arg-type]  # of its kind
    api.add_middleware(Repeats, here=app)
    api.add_middleware(ETags)
    home_of = Home(app.config.shop.time_zone, app.config.shop.country)
    actions = LinkActions(app.store, app.lake_root, key_ring(app), make_links(app), home_of)
    says = Statements(app.store, app.lake_root, key_ring(app))
    vendors = app.vendors.over_http()
    room = web_chat.open_room(app, put)
    api.state.web_chat = room
    api.state.live = app_reads.Watch(app.store)
    take_in(
        api,
        *ROUTERS,
        home.router,
        links_router(actions, put, app.clock),
        statements_router(says, app.clock),
        cart_router(cart_links(app), actions, put, app.clock),
        snippet_router(vendors, app.clock),
        *([web_chat.web_chat_router(room)] if room is not None else []),
        webhooks_router(vendors, put, app.clock, app.config.public_url),
        hooks.called_router(app),
        *form_routers(app),
        web_app.router,  # last: it takes every address that nobody else does
    )
    api.openapi = lambda: described(api)  # type: ignore[method-assign]  # FastAPI's own way
    return api
