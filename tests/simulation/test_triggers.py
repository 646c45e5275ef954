"""A trigger through a whole worker, with a mail server that misbehaves: soon, and once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from maracuja import app as composition
from maracuja.clock import SimClock
from maracuja.model import micros
from maracuja.runtime import campaign_work, definition_files
from maracuja.simulate.vendors.mail import MailVendor
from maracuja.store import inbox

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
PEOPLE = 10
DEFINITIONS = """
kind: topic
id: news
---
kind: goal
id: order
event: Order Completed
---
kind: template
id: hello
variants:
  - {language: en, subject: "Hello {{ event.plan }}", text: "Hi. {{ links.unsubscribe }}"}
---
kind: template
id: later
variants:
  - {language: en, subject: Later, text: "Still there? {{ links.unsubscribe }}"}
---
kind: campaign
id: welcome
topic: news
trigger: {event: Signed Up}
messages: [{template: hello}, {template: later, wait: 2 days}]
expires_after: 2 days
holdout: 0
goals: [order]
"""


def call(i: int, event: str, at: datetime, **properties: Any) -> dict[str, Any]:
    return {
        "type": "track", "userId": f"u{i}", "event": event, "properties": properties,
        "messageId": f"{i} {event}", "timestamp": at.isoformat(),
    }  # fmt: skip


def joining(i: int, at: datetime) -> list[dict[str, Any]]:
    """Somebody signs up and agrees."""
    known = {"type": "identify", "userId": f"u{i}", "messageId": f"{i} known"}
    agreed = {"topic": "news", "channel": "email", "state": "opted_in", "source": "form"}
    return [
        {**known, "timestamp": at.isoformat(), "traits": {"email": f"u{i}@x.example"}},
        call(i, "Subscription Updated", at, **agreed),
        call(i, "Signed Up", at, plan="gold"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("deferred", [0.0, 0.3])
def test_a_welcome_comes_at_once_and_each_message_once(tmp_path: Path, deferred: float) -> None:
    clock = SimClock(START)
    still = {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
    shop = {"postal_address": "Street 1", "time_zone": "Europe/Kyiv"}
    email = {"sender": "Shop <shop@x.example>"}
    server = {"public_url": "https://m.x.example"}
    settings = {
        "pressure": still, "shop": shop, "email": email, "server": server,
        "measurement": {"global_holdout": 0.0},
    }  # fmt: skip
    composition.create(tmp_path / "w", settings, clock=clock, seed=3)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "all.yaml").write_text(DEFINITIONS)
    mail = MailVendor(seed=3, deferred=deferred, keep=True)
    with composition.opened(tmp_path / "w", clock) as app:
        definition_files.apply(app.store, tmp_path / "d", now=START, actor="test")
        worker = composition.make_worker(app, holder="test", transport=mail)
        with app.store.write() as conn:
            campaign_work.launch(conn, app.ground, "welcome", START)
        worker.settle(clock.now())
        for i in range(PEOPLE):
            now = clock.advance(timedelta(minutes=1))
            body = msgspec.json.encode({"batch": joining(i, now)})
            with app.store.write_inbox() as conn:
                row = inbox.Request(micros(now), "batch", "server", b"{}", body)
                inbox.append(conn, [row])
            worker.settle(now)
            if not deferred:
                assert len(mail.received) == i + 1, "in the very tick in which it came in"
        end = START + timedelta(days=4)
        while clock.now() < end:
            worker.settle(clock.advance(timedelta(hours=3)))
        worker.close()
    got = Counter((one.to, one.subject) for one in mail.received)
    assert got == {
        (f"u{i}@x.example", subject): 1
        for i in range(PEOPLE)
        for subject in ("Hello gold", "Later")
    }
