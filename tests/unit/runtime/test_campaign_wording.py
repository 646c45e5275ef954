"""How many would read neutral words is told before a launch, and too many hold it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.errors import CampaignError
from maracuja.lake.files import locate
from maracuja.model import FileKind, micros
from maracuja.runtime import campaign_status, launch_control
from maracuja.runtime.campaign_rehearsal import NEUTRAL_MAX, Wording, check_words, rehearse
from maracuja.runtime.launch import Launch
from maracuja.runtime.launch_ground import Ground
from maracuja.store import definitions, manifest
from maracuja.store.engine import Store
from tests.unit.runtime.small_shop import Shop, build
from tests.unit.runtime.test_name_cards import GREETING, launch


def shop_of(store: Store, root: Path, *names: str) -> Shop:
    """A shop whose customers 1 to 4 have these names; 0 wants no letters."""
    shop = build(store, root, size=5)
    for i, name in enumerate(names, 1):
        shop.call({"type": "identify", "userId": f"customer-{i}", "traits": {"firstName": name}})
    shop.project()
    with store.write() as conn:
        for one in decode_text(GREETING):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="test", now_us=1)
    return shop


def test_a_dry_run_counts_who_reads_neutral_words(store: Store, tmp_path: Path) -> None:
    shop = shop_of(store, tmp_path / "shop", "Олена", "Тарас", "Марія", "test 123")
    ground = Ground(shop.store, shop.lake, shop.config)
    words = rehearse(ground, "greeting", shop.now).words
    assert words == Wording(said=3, neutral=1)
    assert words.share == 0.25 < NEUTRAL_MAX
    check_words(ground, "greeting", shop.now)
    assert rehearse(ground, "hello", shop.now).words is None
    check_words(ground, "hello", shop.now)


def test_who_read_neutral_words_is_kept_with_the_decisions(store: Store, tmp_path: Path) -> None:
    shop = shop_of(store, tmp_path / "shop", "Олена", "Тарас", "Марія", "test 123")
    launch(shop)
    with shop.store.read() as conn:
        files = manifest.live(conn, [FileKind.DECISIONS], micros(shop.now))
    kept = pl.concat([pl.read_parquet(locate(shop.lake, file.path)) for file in files])
    wrote = kept.filter(pl.col("neutral").is_not_null())
    assert set(wrote["campaign"]) == {"greeting"}
    assert sorted(wrote["neutral"].to_list()) == [False, False, False, True]
    assert set(wrote["outcome"]) <= {"send", "ghost"}


def test_later_occurrences_are_held_once_until_somebody_agrees(
    store: Store, tmp_path: Path
) -> None:
    shop = shop_of(store, tmp_path / "shop", "Олена", "Тарас", "Марія", "Ганна")
    with store.write() as conn:
        for one in decode_text(f"{GREETING}schedule: {{every: day, at: '10:00'}}\n"):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="test", now_us=2)
    ground = Ground(shop.store, shop.lake, shop.config)
    with store.write() as conn:
        launch_control.launch(conn, ground, "greeting", shop.now)
    days = [shop.now + timedelta(days=n) for n in (1, 2, 3)]
    assert _occurrence(shop, ground, days[0]).state == "sending"
    for i, name in enumerate(("ТОВ Ромашка", "77", "test", "asdf"), 1):
        shop.call({"type": "identify", "userId": f"customer-{i}", "traits": {"firstName": name}})
    shop.project()
    held = _occurrence(shop, ground, days[1])
    assert held.state == "paused" and "would read neutral words" in held.held
    with store.write() as conn:
        launch_control.resume(conn, "greeting", days[1])
    assert _occurrence(shop, ground, days[1]).held == ""
    assert _occurrence(shop, ground, days[2]).held == "", "who agreed is not asked again"


def _occurrence(shop: Shop, ground: Ground, now: datetime) -> campaign_status.RunShown:
    """Let the worker go on; the last run that was due."""
    work = Launch(ground)
    due: datetime | None = now
    while due is not None and due <= now:
        due = work.tick(now)
    work.close()
    with shop.store.read() as conn:
        found = campaign_status.status(conn, "greeting")
    return next(one for one in found if one.planned <= now)


def test_a_launch_is_held_where_most_would_read_neutral_words(
    store: Store, tmp_path: Path
) -> None:
    shop = shop_of(store, tmp_path / "shop", "Олена", "ТОВ Ромашка", "77", "test 123")
    ground = Ground(shop.store, shop.lake, shop.config)
    with pytest.raises(CampaignError, match="75%") as fault:
        check_words(ground, "greeting", shop.now)
    assert "--neutral-too" in fault.value.fix
