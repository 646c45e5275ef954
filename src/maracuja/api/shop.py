"""The routes of what the shop knows and offers, below /v1/shop, for its own servers."""

from __future__ import annotations

from typing import Final

from maracuja.api import shop_coupons, shop_feeds

ROUTERS: Final = (shop_coupons.router, shop_feeds.router)
