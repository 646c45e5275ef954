"""Puts the parts behind sign-up pages together for an open workspace."""

from __future__ import annotations

from fastapi import APIRouter

from maracuja.api.confirming import confirming_router
from maracuja.api.forms import FormRoutes, forms_router
from maracuja.api.own_data import OwnDataRoutes
from maracuja.app import App, key_ring
from maracuja.runtime import coupon_work
from maracuja.runtime.channel_links import link_into
from maracuja.runtime.exposures import first_decided
from maracuja.runtime.form_desk import FormDesk
from maracuja.runtime.own_data import OwnDataDesk
from maracuja.runtime.signing_up import SigningUp
from maracuja.runtime.signup_messages import desk_of


def form_desk(app: App) -> FormDesk:
    """Everything behind sign-up pages."""
    ring, channels = key_ring(app), app.vendors.over_http()
    signing = SigningUp(
        desk_of(app.config, ring),
        app.secrets.suppression_salt,
        lambda channel, payload: link_into(channels, channel, payload),
        first_decided(app.store, app.lake_root, app.clock.now),
    )
    shop = app.config.shop
    return FormDesk(
        app.store,
        signing,
        ring,
        shop.name,
        shop.country,
        lambda pool, pid, now: coupon_work.give(app.ground, pool, pid, now).code,
    )


def form_routers(app: App) -> list[APIRouter]:
    """The routes below /f and /y, and of the page of a person's own data."""
    desk = form_desk(app)
    routes = FormRoutes(desk, app.clock)
    asked = OwnDataDesk(app.store, desk.ring, desk.signing.desk, [*app.vendors.talking()])
    own = OwnDataRoutes(asked, app.clock)
    return [
        forms_router(routes),
        own.router(),
        confirming_router(desk, routes, own, app.clock),
    ]
