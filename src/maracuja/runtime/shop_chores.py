"""What the worker does for the shop's offers: feeds are read, coupons come back, bonuses end."""

from __future__ import annotations

from maracuja.runtime.bonus_keeping import BonusKeeping
from maracuja.runtime.coupon_keeping import CouponKeeping
from maracuja.runtime.feed_keeping import FeedKeeping
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.product_news import ProductNews
from maracuja.runtime.sending import Chore


def shop_chores(ground: Ground) -> list[Chore]:
    """The chores, in the order in which they are done."""
    return [
        CouponKeeping(ground.store),
        FeedKeeping(ground),
        ProductNews(ground),
        BonusKeeping(ground.store),
    ]
