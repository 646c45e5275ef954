"""What a workspace keeps about itself: numbers, secrets, leases, commands, keys, health."""

from __future__ import annotations

import threading

import pytest

from maracuja.errors import ConfigError, Conflict, NotFound, Unauthorized
from maracuja.rng import make_id
from maracuja.store import audit, commands, counters, health, keys, leases, meta, watermarks
from maracuja.store.engine import Store, open_store
from maracuja.store.keys import KeyKind

S = 1_000_000


def test_no_number_is_given_twice(store: Store) -> None:
    firsts: list[int] = []

    def take() -> None:
        for _ in range(10):
            with store.write() as conn:
                firsts.append(counters.take(conn, "pid", 3))

    takers = [threading.Thread(target=take) for _ in range(4)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert sorted(firsts) == list(range(1, 121, 3))
    with store.write() as conn:
        assert counters.last(conn, "pid") == 120 and counters.last(conn, "none") == 0
        counters.raise_to(conn, "pid", 200)
        counters.raise_to(conn, "pid", 10)
        assert counters.take(conn, "pid") == 201


def test_what_fails_is_undone(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as conn:
        counters.take(conn, "pid", 3)
        raise ZeroDivisionError
    with store.read() as conn:
        assert counters.last(conn, "pid") == 0


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.read() as reading:
        assert counters.last(reading, "pid") == 0
        with store.write() as conn:
            counters.take(conn, "pid")
        assert counters.last(reading, "pid") == 0
    with store.read() as reading:
        assert counters.last(reading, "pid") == 1


def test_secrets_are_made_once(store: Store) -> None:
    with store.write() as conn:
        with pytest.raises(ConfigError, match="no secrets"):
            meta.load(conn)
        made = meta.create(conn)
        assert meta.create(conn, seed=5) == meta.load(conn) == made
        assert len({*made}) == len(made) and len(made.link_key) == 64
        assert meta.get(conn, "last_backup") is None
        meta.put(conn, "last_backup", "now")
        meta.put(conn, "last_backup", "later")
        assert meta.get(conn, "last_backup") == "later" and meta.load(conn) == made


def test_a_simulated_workspace_has_the_same_secrets_every_time(store: Store) -> None:
    with store.write() as conn:
        made = meta.create(conn, seed=7, reproducible=True)
        assert made.seed == 7 and made.link_key != made.suppression_salt
        assert made.link_key == make_id("secret", "link_key", 7).hex()


def test_one_holder_at_a_time(store: Store) -> None:
    with store.write() as conn:
        leases.hold(conn, leases.WORKER, "first", 0, seconds=10)
        with pytest.raises(Conflict, match="first is at work"):
            leases.hold(conn, leases.WORKER, "second", 9 * S)
        assert leases.hold(conn, leases.WORKER, "first", 9 * S, seconds=10).until_us == 19 * S
        leases.hold(conn, "other", "second", 9 * S)
        assert not leases.release(conn, leases.WORKER, "second")
        leases.hold(conn, leases.WORKER, "second", 19 * S)
        with pytest.raises(Conflict):
            leases.hold(conn, leases.WORKER, "first", 20 * S)
        assert leases.release(conn, leases.WORKER, "second")
        leases.hold(conn, leases.WORKER, "first", 20 * S)


def test_commands_are_obeyed_once_in_order(store: Store) -> None:
    with store.write() as conn:
        first = commands.append(conn, 1, "ann", "pause", {"run": 3})
        second = commands.append(conn, 2, "ann", "resume")
        assert [(c.id, c.args) for c in commands.waiting(conn)] == [
            (first, {"run": 3}),
            (second, None),
        ]
        commands.finish(conn, first, 5, {"paused": True})
        with pytest.raises(Conflict):
            commands.finish(conn, first, 6)
        assert [c.id for c in commands.waiting(conn)] == [second]
        assert commands.get(conn, first).result == {"paused": True}
        with pytest.raises(NotFound):
            commands.get(conn, 99)


def test_a_key_opens_until_it_is_revoked(store: Store) -> None:
    with store.write() as conn:
        server = keys.create(conn, KeyKind.SERVER, "shop", 1, key_secret="s")
        browser = keys.create(conn, KeyKind.BROWSER, "page", 2, key_secret="s")
        assert server.secret.startswith("mrc_server_") and server.signing_secret == ""
        assert keys.authenticate(conn, server.secret) == server.key
        assert keys.authenticate(conn, browser.secret).kind is KeyKind.BROWSER
        tampered = server.secret[:-1] + ("0" if server.secret[-1] != "0" else "1")
        for wrong in ("", "x", "mrc_server_none_secret", tampered):
            with pytest.raises(Unauthorized):
                keys.authenticate(conn, wrong)
        keys.revoke(conn, server.key.id, 9)
        with pytest.raises(Unauthorized):
            keys.authenticate(conn, server.secret)
        with pytest.raises(NotFound):
            keys.revoke(conn, server.key.id, 9)
        assert [k.revoked_us for k in keys.every(conn)] == [9, None]
    proof = keys.sign_id(browser.signing_secret, "42")
    assert browser.signing_secret == keys.signing_secret("s", browser.key.id)
    assert keys.proves_id(browser.signing_secret, "42", proof)
    assert not keys.proves_id(browser.signing_secret, "43", proof)
    assert not keys.proves_id(keys.signing_secret("other", browser.key.id), "42", proof)


def test_channels_are_paused_and_go_on(store: Store) -> None:
    with store.write() as conn:
        assert health.every(conn) == {}
        health.set_rate(conn, "email", 1, 2.5)
        health.set_paused(conn, "email", 2, paused=True, reason="the vendor refuses us")
        health.set_paused(conn, health.EVERY_CHANNEL, 3, paused=True)
        assert health.paused(conn) == {"email", "*"}
        health.set_paused(conn, "*", 4, paused=False)
        assert health.paused(conn) == {"email"}
        email = health.every(conn)["email"]
        assert email == health.Health("email", True, "the vendor refuses us", 2, 2.5)


def test_watermarks_and_audit(store: Store) -> None:
    with store.write() as conn:
        assert watermarks.get(conn, "inbox") == 0
        watermarks.put(conn, "inbox", 5)
        watermarks.put(conn, "inbox", 7)
        assert watermarks.get(conn, "inbox") == 7
        audit.add(conn, 1, "ann", "erased", "person:1", {"rows": 3})
        audit.add_many(conn, 2, "ben", "merged", ["person:1", "person:2"], [1, None])
        assert [(e.actor, e.detail) for e in audit.newest(conn, subject="person:1")] == [
            ("ben", 1),
            ("ann", {"rows": 3}),
        ]
        assert len(audit.newest(conn, rows_max=2)) == 2


@pytest.mark.parametrize(
    "url",
    [
        "no url",
        "mysql://host/db",
        "sqlite://",
        "sqlite:////nowhere/at/all/state.db",
        "postgresql://nobody@127.0.0.1:1/none",
    ],
)
def test_a_wrong_url_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        open_store(url)
    assert refusal.value.fix
