"""A process that makes a small shop and erases its customer 3, and may die at a named point.

Arguments: the directory, and the point ('' for none). The second run finishes what the first
began; the last line tells how many erasures it found unfinished.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from maracuja import commit_points
from maracuja.runtime.erasing import erase_person, finish_erasures
from maracuja.runtime.projection import Projection
from maracuja.store import meta, migrating
from maracuja.store.engine import open_store
from tests.unit.runtime.small_shop import NOW, Shop, build

LATER = NOW + timedelta(minutes=30)


def main(directory: Path, point: str) -> None:
    standing = (directory / "state.db").exists()
    store = open_store(f"sqlite:///{directory}/state.db")
    if standing:
        with store.read() as conn:
            secrets = meta.load(conn)
        projection = Projection(store, directory / "shop/lake", country="UA")
        shop = Shop(store, directory / "shop", None, projection, secrets, LATER)  # type: ignore[arg-type]
    else:
        migrating.migrate(store)
        shop = build(store, directory / "shop", size=12)
    shop.now = LATER
    commit_points.arm(point)
    finished = finish_erasures(shop.place, shop.projection, LATER)
    if not standing:
        erase_person(shop.place, shop.projection, shop.find("customer-3"), LATER)
    shop.keep_up()
    shop.now += timedelta(hours=2)
    shop.keep_up()
    store.close()
    print(len(finished))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
