"""What can be compared beside texts: twins, two factors, orders of channels, hours, how often."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.runtime import campaign_work, experiment_orders
from maracuja.store import audit, definitions, experiments, runs
from maracuja.store.experiments import Stage
from maracuja.ui.report_html import html
from maracuja.ui.report_terminal import terminal
from tests.simulation import cascade_world
from tests.simulation.experiment_world import opened_shop

SQUARE = """
kind: campaign
id: hello
topic: news
audience: all
variants:
  - {id: both, template: both, factors: {name: with, product: theirs}}
  - {id: named, template: named, factors: {name: with, product: popular}}
  - {id: matched, template: matched, factors: {name: without, product: theirs}}
  - {id: neither, template: neither, factors: {name: without, product: popular}}
goals: [order]
holdout: 0
test: {share: 1, rate: 0.2, looks: 1}
"""
TEXT = """
kind: template
id: NAME
variants: [{language: en, subject: "NAME", text: "It is here. {{ links.unsubscribe }}"}]
"""


def test_two_factors_are_told_apart(tmp_path: Path) -> None:
    """A name adds a half, a product of theirs doubles; together they do what each does."""
    chances = {"neither": 0.15, "named": 0.225, "matched": 0.3, "both": 0.45}
    with opened_shop(tmp_path, seed=11) as shop:
        shop.know(2_400)
        shop.launch(
            "", text="---\n".join(TEXT.replace("NAME", n) for n in chances) + "---" + SQUARE
        )
        shop.live(32, lambda n, subject: chances[subject], step=8)
        report = shop.report()
        told = report.experiment
        assert told is not None and told.factors is not None
        name, product = told.factors.effects
        assert (name.factor, name.level, name.other) == ("name", "without", "with")
        assert (product.factor, product.level) == ("product", "theirs")
        for effect, truth in ((name, 1 / 1.5 - 1), (product, 1.0)):
            assert effect.lift.low < truth < effect.lift.high  # type: ignore[operator]
            assert effect.lift.sign == (1 if truth > 0 else -1)
        assert told.factors.interaction.sign == 0
        page = html(report, "uk")
        assert "взаємодія" in page
        assert terminal(report) is not None


TWIN = """
kind: template
id: personal
variants:
  - {language: en, subject: "{{ person.first_name | default: 'Friend' }}, it is here",
     text: "Hello {{ person.first_name | default: 'friend' }}. {{ links.unsubscribe }}"}
---
kind: campaign
id: hello
topic: news
audience: all
variants: [{id: personal, template: personal}, {id: generic, generic_twin_of: personal}]
goals: [order]
holdout: 0.1
test: {share: 0.6, rate: 0.2, looks: 2}
"""


def test_a_personal_text_is_tried_against_its_generic_twin(tmp_path: Path) -> None:
    with opened_shop(tmp_path, seed=12) as shop:
        shop.know(1_000)
        shop.launch("", text=TWIN)
        shop.live(32, lambda n, s: 0.2 if s.startswith("Friend") else 0.5, step=8)
        assert shop.experiment.chosen == "personal"
        report = shop.report()
        [twins] = report.twins
        assert twins.conversions.lift_as_of(final=False).value > 0.5  # type: ignore[operator]
        tested = twins.conversions.treated.n + twins.conversions.control.n
        assert tested < 650, "only those of the test are compared"
        assert not any(ratio.alarm for ratio in report.sample_ratios)
        pairs = {(one.treated, one.control) for one in report.adjusted}
        assert pairs == {("", "campaign"), ("personal", "generic")}


HOURS = """
kind: campaign
id: hello
topic: news
audience: all
variants:
  - {id: morning, template: plain, at: "11:00"}
  - {id: evening, template: plain, at: "19:00"}
schedule: {day: 2026-11-22, at: "11:00", zone: person}
goals: [order]
holdout: 0
expires_after: 4 hours
test: {share: 0.5, rate: 0.2, looks: 5}
"""


def test_hours_are_drawn_and_the_better_one_is_kept_for_the_rest(tmp_path: Path) -> None:
    zones = ["Europe/Kyiv", "Asia/Tokyo"]
    with opened_shop(tmp_path, seed=13) as shop:
        shop.know(1_000, {"timezone": [zones[n % 2] for n in range(1_000)]})
        shop.launch("", text=HOURS)
        seen: Counter[int] = Counter()
        arms: dict[int, str] = {}

        def chance(n: int, subject: str) -> float:
            local = shop.clock.now() + timedelta(hours=2 if n % 2 == 0 else 9)
            seen[local.hour] += 1
            arms.setdefault(n, "morning" if local.hour == 11 else "evening")
            return 0.5 if local.hour == 19 else 0.2

        shop.live(96, chance, step=1)
        assert set(seen) == {11, 19}
        assert shop.experiment.chosen == "evening"
        assert len(shop.looks) == 1, "hours are compared when everybody's answer is in"
        assert sorted(shop.read) == list(range(1_000))
        assert seen[19] > 700


LETTER = """
kind: segment
id: near
where: [{trait: city, is: Kyiv}]
---
kind: campaign
id: letter
topic: news
audience: near
template: bold
goals: [order]
holdout: 0
"""


def test_where_one_arm_loses_people_the_test_is_not_trusted(tmp_path: Path) -> None:
    """In between a letter goes to a half of all people, and a message a day is the limit.

    Who has heard in the morning does not get it; who is drawn for the evening gets it instead.
    """
    pressure = {"messages": 1, "per_days": 1, "quiet_from": "00:00", "quiet_until": "00:00"}
    with opened_shop(tmp_path, seed=15, pressure=pressure) as shop:
        shop.know(1_000, {"city": ["Lviv", "Kyiv"] * 500})
        shop.launch("", text=HOURS.replace("looks: 5", "looks: 5, undecided: morning"))
        shop.live(29, step=1)  # 14:00 in Kyiv
        morning = len(shop.read)
        shop.apply(LETTER)
        with shop.app.store.write() as conn:
            campaign_work.launch(conn, shop.app.ground, "letter", shop.clock.now())
        shop.live(48, lambda n, subject: 0.6 if subject == "Plain" else 0.2, step=1)
        evening = shop.subjects()["Plain"] - morning
        assert 200 < morning < 300
        assert evening < 0.7 * morning
        assert (shop.experiment.standing, shop.experiment.chosen) == (Stage.NOT_TRUSTED, "")
        assert shop.run_state() == "sending", "nobody is rolled out to by itself: they wait"
        with shop.app.store.read() as conn:
            [line] = audit.newest(conn, subject="campaign:hello", action="experiment")
        assert line.detail["standing"] == "not_trusted"
        assert "not trusted" in html(shop.report(), "en")
        with shop.app.store.write() as conn:
            experiment_orders.roll_out(conn, "hello", "evening", shop.clock.now())
        shop.live(24, step=1)
        assert shop.subjects()["Plain"] > evening + morning + 400


OFTEN = """
kind: campaign
id: hello
topic: news
audience: all
variants: [{id: seldom, template: plain, per_week: 1}, {id: often, template: plain, per_week: 3}]
schedule: {every: day, at: "12:00"}
goals: [order]
holdout: 0
expires_after: 6 hours
test: {share: 0.5, rate: 0.2, looks: 2, decide_after: 2 weeks, guardrail: {opt_out: 0.5}}
"""


@pytest.mark.slow
def test_how_often_people_hear_is_compared_over_weeks(tmp_path: Path) -> None:
    pressure = {"messages": 2, "per_days": 7, "quiet_from": "00:00", "quiet_until": "00:00"}
    with opened_shop(tmp_path, seed=14, pressure=pressure) as shop:
        shop.know(500)
        shop.launch("", text=OFTEN)
        shop.live(1.5, step=1.5)
        shop.live(24 * 6, lambda n, subject: 0.5 if len(shop.read[n]) == 3 else 0.15, step=24)
        first = shop.decisions().unique("pid", keep="first", maintain_order=True)
        arm = {
            shop.pids.index(pid): (variant, tested)
            for pid, variant, tested in first.select("pid", "variant", "tested").iter_rows()
        }
        heard = {n: len(rows) for n, rows in shop.read.items()}
        for variant, tested, times in (("seldom", True, 1), ("often", True, 3)):
            mine = [heard[n] for n, drawn in arm.items() if drawn == (variant, tested)]
            assert len(mine) > 90
            assert set(mine) == {times}
        others = [heard[n] for n, (_, tested) in arm.items() if not tested]
        assert set(others) == {2}, "the shop's own limit holds for all others"
        shop.live(
            24 * 10, lambda n, subject: 0.5 if len(shop.read[n]) in (3, 6) else 0.15, step=24
        )
        with shop.app.store.read() as conn:
            [one] = experiments.of_campaign(conn, "hello")
            assert len(runs.every(conn, campaign="hello")) > 15
        assert one.standing is Stage.WON
        assert one.chosen == "often"
        before = {n: len(rows) for n, rows in shop.read.items()}
        shop.live(24 * 8, step=24)
        later = [len(shop.read[n]) - before[n] for n in range(500)]
        assert min(later) >= 3, "everybody hears as often as was found best"
        report = shop.report()
        assert {arm.variant for arm in report.arms} >= {"seldom", "often"}


ORDERS = """
kind: campaign
id: hello
topic: news
audience: all
template: ""
variants:
  - {id: telegram_first, template: hello, order: [telegram, viber_business, sms]}
  - {id: sms_first, template: hello, order: [sms, viber_business, telegram]}
cascade:
  order: by_variant
  steps: [{channel: viber_business}, {channel: telegram}, {channel: sms}]
goals: [order]
holdout: 0
test: {share: 0.5, rate: 0.2, looks: 1, decide_after: 6 hours}
"""


def test_orders_of_channels_are_compared_on_whom_all_reach(tmp_path: Path) -> None:
    with cascade_world.opened_shop(tmp_path) as shop:
        count = 400
        shop.know(count, chats=range(0, count, 2))
        with shop.app.store.write() as conn:
            [one] = decode_text(ORDERS)
            version = definitions.get(conn, "campaign", "hello").version
            definitions.put(conn, kind_of(one), one.id, one, base=version, actor="test", now_us=1)
            campaign_work.launch(conn, shop.app.ground, "hello", shop.clock.now())
        shop.settle(minutes=30)
        rows = shop.decisions().filter(pl.col("outcome") == "send")
        tested = rows.filter("tested")
        assert set(tested["n"] % 2) == {0}, "only whom all channels reach are compared"
        assert set(tested.filter(variant="telegram_first")["channel"]) == {"telegram"}
        assert set(tested.filter(variant="sms_first")["channel"]) == {"sms"}
        others = rows.filter(~pl.col("tested"))
        assert set(others["n"] % 2) == {1}
        for n in sorted(set(shop.got("telegram")) - {n for n in range(count) if n % 6 == 0}):
            shop.order(n, 10)
        for n in sorted(set(shop.got("sms")))[::5]:
            shop.order(n, 10)
        shop.settle(hours=7)
        with shop.app.store.read() as conn:
            [one] = experiments.of_campaign(conn, "hello")
        assert one.standing is Stage.WON
        assert one.chosen == "telegram_first"
        shop.settle(minutes=5)
        rows = shop.decisions().unique("n", keep="last").filter(pl.col("outcome") == "send")
        late = rows.filter(
            pl.col("reason") == "passed", ~pl.col("tested"), variant="telegram_first"
        )
        assert rows.height == count
        reached = set(late.filter(pl.col("n") % 2 == 0)["channel"])
        assert reached == {"telegram"}
