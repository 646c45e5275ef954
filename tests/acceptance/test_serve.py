"""`maracuja serve` and `maracuja work` as real processes on this machine."""

from __future__ import annotations

import os
import signal
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.acceptance.served_shop import Shop, run, until

pytestmark = pytest.mark.slow


def test_events_come_in_the_worker_takes_them_and_ctrl_c_leaves_nobody_behind(shop: Shop) -> None:
    shop.serve()
    until(shop.workers, "the worker")
    who = {"type": "identify", "userId": "u1", "traits": {"email": "maria@shop.example"}}
    assert shop.ask("/v1/batch", {"batch": [who]}, key="server key") == {"success": True}
    (person,) = until(lambda: shop.ask("/api/people?who=u1")["items"], "the person")
    assert person["email"] == "maria@shop.example"

    second = run("work", "-w", str(shop.place), "--once")
    assert second.returncode == 5 and "is at work on this workspace" in second.stderr
    taken = run("serve", "-w", str(shop.place), "--port", shop.url.rpartition(":")[2])
    assert taken.returncode == 3 and "is taken" in taken.stderr

    (worker,) = shop.workers()
    os.kill(worker, signal.SIGKILL)
    (again,) = until(lambda: [pid for pid in shop.workers() if pid != worker], "a new worker")
    until(lambda: shop.ask("/api/workspace")["worker"], "its lease")
    assert "starting it again" in shop.log.read_text()

    assert shop.stop(signal.SIGINT) == 0
    assert shop.workers() == [] and again
    idle = run("work", "-w", str(shop.place), "--until-idle")  # the lease was given back
    assert idle.returncode == 0, idle.stderr


def test_sigterm_stops_it_likewise(shop: Shop) -> None:
    shop.serve()
    until(shop.workers, "the worker")
    assert shop.stop(signal.SIGTERM) == 0
    assert shop.workers() == []


def test_a_worker_does_not_outlive_its_server(shop: Shop) -> None:
    shop.serve()
    until(shop.workers, "the worker")
    shop.stop(signal.SIGKILL)
    until(lambda: not shop.workers(), "the worker's end")


def test_without_a_worker_events_are_kept_until_one_comes(shop: Shop) -> None:
    shop.serve("--no-work")
    event = {"userId": "u1", "event": "Tasted"}
    assert shop.ask("/v1/track", event, key="server key") == {"success": True}
    assert shop.workers() == []
    assert shop.ask("/api/workspace")["requests_waiting"] == 1
    assert run("work", "-w", str(shop.place), "--until-idle").returncode == 0
    assert shop.ask("/api/workspace")["requests_waiting"] == 0
    assert shop.stop(signal.SIGINT) == 0
    with pytest.raises(URLError):
        urlopen(shop.url, timeout=5)
