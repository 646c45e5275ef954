"""Products, discoveries, refused events, runs, waiting people, suppressions."""

from __future__ import annotations

import pytest

from maracuja.errors import Conflict, NotFound
from maracuja.model import Discovery, Privacy, TraitType
from maracuja.store import discovered, products, refused, runs, suppressions, waiting
from maracuja.store.engine import Store
from maracuja.store.products import Product
from maracuja.store.runs import RunState


def product(name: str, price: int = 100, **more: object) -> Product:
    return Product(name, f"Title {name}", "rods", price, "UAH", 5, "u", "p", **more)  # type: ignore[arg-type]


def test_a_client_with_ids_in_event_names_fills_no_table(store: Store) -> None:
    def batch(low: int, high: int) -> list[Discovery]:
        sample, text = ("x",), TraitType.TEXT
        return [
            Discovery("property", f"Order {i}", "sum", text, 1, 1, 1, sample, Privacy.PUBLIC)
            for i in range(low, high)
        ]

    with store.write() as conn:
        discovered.record(conn, batch(0, 1500))
        discovered.record(conn, batch(1000, 2500))
        assert len(discovered.record(conn, batch(1500, 9000))) == 0
        rows = {one.event: one for one in discovered.every(conn)}
    assert len(rows) == discovered.EVENTS_MAX + 1
    assert (rows["Order 1999"].seen, rows["Order 0"].seen) == (2, 1)
    others = rows[discovered.OTHERS]
    assert (others.name, others.seen, others.samples) == ("sum", 500 + 7000, ())


@pytest.mark.parametrize("scope", ["trait", "property", "context"])
def test_a_client_with_ids_in_names_fills_no_table(store: Store, scope: str) -> None:
    def batch(low: int, high: int) -> list[Discovery]:
        number, event = TraitType.NUMBER, "Order" if scope == "property" else ""
        return [
            Discovery(scope, event, f"n{i}", number, 1, 1, 1, ("x",), Privacy.PUBLIC)
            for i in range(low, high)
        ]

    with store.write() as conn:
        discovered.record(conn, batch(0, 1500))
        discovered.record(conn, batch(1000, 2500))
        assert discovered.record(conn, batch(1500, 5000)) == []
        names = discovered.every(conn, scope)
        listed = discovered.every(conn, scope, others=True)
    assert len(names) == discovered.NAMES_MAX
    [line] = set(listed) - set(names)
    assert (line.name, line.type, line.seen) == (discovered.OTHERS, TraitType.TEXT, 500 + 3000)
    assert line.samples == ()


def test_only_what_differs_gets_a_new_revision(store: Store) -> None:
    with store.write() as conn:
        assert products.put(conn, [product("a"), product("b"), product("b", 7)]) == 1
        assert products.put(conn, [product("a")]) == 1
        assert products.put(conn, [product("a", 90), product("b", 7)]) == 2
        assert products.changed_since(conn, 1) == ["a"]
        assert products.get(conn, ["b", "zz", "a"]) == [product("a", 90), product("b", 7)]
        assert products.put(conn, [product("b", 7), product("c")], whole=True) == 3
        assert products.changed_since(conn, 2) == ["a", "c"]
        assert products.get(conn, ["a"]) == [product("a", 90, gone=True)]
        assert products.count(conn) == 2 and len(products.every(conn, after="a")) == 2
        assert products.put(conn, [product("a", 90)]) == 4, "it is back"


def found(
    name: str, seen: int = 1, at: int = 5, sample: object = "x", **more: object
) -> Discovery:
    fields = {"type": TraitType.TEXT, "privacy": Privacy.PERSONAL} | more
    return Discovery("trait", "", name, fields["type"], at, at, seen, (sample,), fields["privacy"])  # type: ignore[arg-type]


def test_a_discovery_keeps_its_type_and_its_privacy(store: Store) -> None:
    with store.write() as conn:
        assert [d.name for d in discovered.record(conn, [found("city"), found("n")])] == [
            "city",
            "n",
        ]
        discovered.set_privacy(conn, "trait", "", "city", Privacy.SENSITIVE)
        more = [found("city", 3, 9, "y", type=TraitType.NUMBER), found("city", 1, 2, "x")]
        assert discovered.record(conn, more) == []
        city = discovered.every(conn, "trait")[0]
        assert city == Discovery(
            "trait", "", "city", TraitType.TEXT, 2, 9, 5, ("x", "y"), Privacy.SENSITIVE
        )
        assert discovered.every(conn, "property") == []
        with pytest.raises(NotFound):
            discovered.set_privacy(conn, "trait", "", "none", Privacy.PUBLIC)
        assert discovered.record(conn, []) == []


def test_refused_events_wait_until_they_are_replayed(store: Store) -> None:
    faults = [
        refused.Fault(i, "track", "server", "", "bad_input", "no user", f"batch[{i}]", b"{}")
        for i in range(3)
    ]
    with store.write() as conn:
        refused.add(conn, faults)
        refused.add(conn, [])
        third, second, first = refused.newest(conn)
        assert (first.place, third.at_us) == ("batch[0]", 2)
        assert refused.mark_replayed(conn, [second.id, second.id, 999], 9) == 1
        assert refused.mark_replayed(conn, [second.id], 10) == 0
        assert [r.id for r in refused.newest(conn)] == [third.id, first.id]
        assert len(refused.newest(conn, waiting=False)) == 3
        assert refused.get(conn, second.id).replayed_us == 9
        assert refused.counts(conn) == {"bad_input": 2}
        with pytest.raises(NotFound):
            refused.get(conn, 999)


def test_a_run_goes_its_way_once(store: Store) -> None:
    with store.write() as conn:
        run = runs.create(conn, "sale", "once", version=3, planned_us=10)
        assert runs.create(conn, "sale", "once", version=4, planned_us=99) == run
        assert runs.create(conn, "sale", "2026-01-01", version=3, planned_us=5).run == 2
        assert [r.run for r in runs.due(conn, 9)] == [2]
        assert runs.set_state(conn, 1, RunState.LAUNCHING, 11).launched_us == 11
        assert runs.replan(conn, 1, version=5, facts=b"[]").version == 5
        runs.freeze(conn, 1, audience_path="audience/1.parquet", parts=2)
        assert runs.replan(conn, 1, version=6, facts=b"{}").facts == b"[]", "it is frozen"
        runs.advance(conn, 1, 0)
        with pytest.raises(Conflict):
            runs.advance(conn, 1, 0)
        runs.set_state(conn, 1, RunState.PAUSED, 12)
        assert runs.resume(conn, 1, 13).state is RunState.LAUNCHING
        runs.advance(conn, 1, 1)
        runs.set_state(conn, 1, RunState.SENDING, 14)
        runs.set_state(conn, 1, RunState.PAUSED, 15)
        assert runs.resume(conn, 1, 16).state is RunState.SENDING
        done = runs.set_state(conn, 1, RunState.DONE, 17)
        assert (done.finished_us, done.launched_us, done.next_part) == (17, 11, 2)
        assert runs.set_state(conn, 1, RunState.DONE, 18) == done
        for state in (RunState.CANCELLED, RunState.SENDING):
            with pytest.raises(Conflict, match="cannot become"):
                runs.set_state(conn, 1, state, 19)
        with pytest.raises(Conflict, match="resumed"):
            runs.resume(conn, 2, 19)
        assert [r.run for r in runs.every(conn, states=(RunState.SCHEDULED,))] == [2]
        assert [r.run for r in runs.every(conn, campaign="sale")] == [1, 2]
        with pytest.raises(NotFound):
            runs.get(conn, 9)


def test_who_waits_comes_again_when_due(store: Store) -> None:
    with store.write() as conn:
        waiting.put(conn, 1, pid=[1, 2, 3], until_us=[10, 20, 30], reason=4)
        waiting.put(conn, 2, pid=[1], until_us=5, reason=4)
        waiting.put(conn, 1, pid=[1], until_us=15, reason=5)
        assert waiting.next_due(conn) == 5 and waiting.next_due(conn, paused_runs=[2]) == 15
        due = waiting.due(conn, 20)
        assert {run: people.pid.tolist() for run, people in due.items()} == {1: [1, 2], 2: [1]}
        assert list(waiting.due(conn, 20, paused_runs=[1])) == [2]
        assert waiting.remove(conn, 1, [1, 99]) == 1 and waiting.counts(conn) == {1: 2, 2: 1}
        waiting.put(conn, 2, pid=[3], until_us=1, reason=0)
        waiting.move(conn, {3: 1})
        assert waiting.counts(conn) == {1: 2, 2: 1}
        assert waiting.due(conn, 99)[2].pid.tolist() == [1], "who waits already stays"
        assert waiting.remove(conn, 1) == 2 and waiting.next_due(conn, paused_runs=[2]) is None


def test_a_suppressed_address_is_not_written_to(store: Store) -> None:
    salt = "salt"
    maria, ivan, zoya = suppressions.digests(salt, "email", ["Maria@B", "ivan@b", "zoya@b"])
    assert maria == suppressions.digest(salt, "email", " maria@b ")
    assert maria != suppressions.digest(salt, "sms", "maria@b")
    with store.write() as conn:
        suppressions.add(
            conn,
            channel="email",
            digest=[maria, ivan],
            reason=["complained", "bounced"],
            scope=[suppressions.MARKETING, suppressions.ALL],
            pid=[1, None],
            at_us=5,
            until_us=[None, 20],
        )

        def blocked(now_us: int, *, marketing: bool) -> list[bool]:
            asked = [zoya, ivan, maria, ivan]
            return suppressions.blocked(conn, "email", asked, now_us, marketing=marketing).tolist()

        assert blocked(9, marketing=True) == [False, True, True, True]
        assert blocked(9, marketing=False) == [False, True, False, True]
        assert blocked(20, marketing=True) == [False, False, True, False]
        assert suppressions.attach(conn, "email", [ivan, maria], [7, 8]) == 1
        assert suppressions.suppressed(conn, "email", 9, marketing=True).tolist() == [1, 7]
        assert suppressions.suppressed(conn, "email", 9, marketing=False).tolist() == [7]
        in_force = {s.reason for s in suppressions.current(conn, 9)}
        assert in_force == {"bounced", "complained"}
        assert suppressions.lift(conn, "email", [maria]) == 1
        assert blocked(9, marketing=True) == [False, True, False, True]


def test_products_are_found_by_words_in_any_case(store: Store) -> None:
    def named(name: str, title: str, category: str, **more: object) -> Product:
        return product(name)._replace(title=title, category=category, **more)  # type: ignore[arg-type]

    feed = [
        named("K-1", "Спиннинг Щука 100%", "rods > spinning"),
        named("K-2", "Rod for Pike", "rods"),
        named("K-3", "Rodeo hat", "rods_and_hats", gone=True),
    ]
    with store.write() as conn:
        products.put(conn, feed)

        def ids(*words: str, **more: object) -> list[str]:
            return [one.id for one in products.found(conn, words=words, **more)]  # type: ignore[arg-type]

        assert ids("щука") == ids("СПИННИНГ", "щука") == ids("100%") == ["K-1"]
        assert ids("rod") == ["K-2", "K-3"] and ids("k-", "PIKE") == ["K-2"]
        assert ids("%") == ["K-1"] and ids("rod", "щука") == []
        assert ids(category="rods") == ["K-1", "K-2"] and ids(gone=True) == ["K-3"]
        assert ids(after="K-1", gone=False, rows_max=1) == ["K-2"]
        assert products.categories(conn) == [("rods", 1), ("rods > spinning", 1)]
