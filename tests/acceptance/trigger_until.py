"""A process in which an event sets a campaign off; it may die at a named point.

Arguments: the directory, and the point ('' for none). The second run goes on where the first one
died, some hours later.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from maracuja import commit_points
from maracuja.runtime import campaign_work
from maracuja.runtime.launch import Launch
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.projection import Projection
from maracuja.store import migrating
from maracuja.store.engine import open_store
from tests.unit.runtime.trigger_shop import CART, NOON, TriggerShop, build, config

ENTER = range(1, 6)
BUYER = 6


def main(directory: Path, point: str) -> None:
    standing = (directory / "state.db").exists()
    store = open_store(f"sqlite:///{directory}/state.db")
    root = directory / "shop"
    if standing:
        settings = config(root)
        ground = Ground(store, root / "lake", settings)
        projection = Projection(store, root / "lake", country="UA")
        shop = TriggerShop(store, root, settings, projection, ground, Launch(ground))
        shop.now = NOON + timedelta(hours=5)
    else:
        migrating.migrate(store)
        shop = build(store, root)
        shop.apply(CART.replace("holdout: 0", "holdout: 0.3"))
        with store.write() as conn:
            campaign_work.launch(conn, shop.ground, "cart", shop.now)
        shop.now += timedelta(minutes=1)
        for i in (*ENTER, BUYER):
            shop.track(i, "Product Added", product_id="p1")
        shop.now += timedelta(minutes=1)
        shop.track(BUYER, "Order Completed", revenue=1.0)
    commit_points.arm(point)
    shop.pass_(hours=4)
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
