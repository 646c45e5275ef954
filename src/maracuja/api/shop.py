"""The routes of what the shop knows and offers, below /v1/shop, for its own servers."""

from __future__ import annotations

from typing import Final

from maracuja.api import shop_coupons, shop_feeds, shop_offers, shop_spend

ROUTERS: Final = (
    shop_coupons.router,
    shop_feeds.router,
    shop_offers.outlets_router,
    shop_offers.bonus_router,
    shop_spend.router,
)
