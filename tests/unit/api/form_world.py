"""A form on the world of the API's tests, and somebody who fills it in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx

from maracuja.clock import SimClock
from tests.unit.api.api_world import World

FORM: dict[str, Any] = {
    "topics": ["harvest"],
    "titles": {"en": "When the passion fruit comes", "uk": "Коли приїде маракуя"},
    "sent": {"en": "One mail when a batch arrives.", "uk": "Один лист, коли приїде партія."},
    "often": {"en": "About once a month.", "uk": "Десь раз на місяць."},
    "consent": {"en": "Fruit & Co may write to me.", "uk": "Fruit & Co може мені писати."},
    "consent_version": "2026-11",
    "fields": [{"trait": "first_name", "labels": {"en": "First name", "uk": "Ім'я"}}],
}
BROWSER = {"user-agent": "Mozilla/5.0 Firefox/140.0", "accept-language": "en"}


def put_form(world: World, name: str = "news", **more: Any) -> None:
    """The topic and the form."""
    assert world.put("topic", "harvest", channels=["email", "sms", "telegram"]).status_code == 200
    answer = world.put("form", name, **{**FORM, **more})
    assert answer.status_code == 200, answer.text


def wait(world: World, seconds: float) -> None:
    """Time goes by."""
    clock = world.app.clock
    assert isinstance(clock, SimClock)
    clock.advance(timedelta(seconds=seconds))


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return dict(found)


def open_form(world: World, name: str = "news", query: str = "") -> dict[str, str]:
    """The hidden fields of the form, as a browser has them."""
    shown = world.ask("GET", f"/f/{name}{query}", key=None, headers=BROWSER)
    assert shown.status_code == 200, shown.text
    return hidden(shown.text)


def send(
    world: World, fields: dict[str, str], name: str = "news", *, after_s: float = 5, **options: Any
) -> httpx.Response:
    """The form is sent some seconds after it was opened."""
    given = open_form(world, name) if "stamp" not in fields else {}
    wait(world, after_s)
    headers = {**BROWSER, "origin": "http://127.0.0.1:8080", **options.pop("headers", {})}
    body = {"consent": "yes", **given, **fields}
    body = {k: v for k, v in body.items() if v}
    return world.ask("POST", f"/f/{name}", key=None, headers=headers, data=body, **options)


def letters(world: World) -> list[dict[str, Any]]:
    """The service messages that were asked for, in order."""
    import msgspec
    from sqlalchemy import select

    from maracuja.store.schema import posted as table

    with world.app.store.read() as conn:
        rows = conn.execute(select(table.c.body, table.c.value).order_by(table.c.at_us)).all()
    return [{**msgspec.json.decode(body), "to": value} for body, value in rows if body]


def link_in(letter: dict[str, Any]) -> str:
    """The path of the link that a letter asks to press."""
    found = re.search(r"http://127.0.0.1:8080(/y/\S+)", letter["text"])
    assert found, letter["text"]
    return found[1]


def press(world: World, path: str, **fields: str) -> httpx.Response:
    """The button of a page."""
    return world.ask("POST", path, key=None, headers=BROWSER, data=fields)


def said(world: World, who: str) -> list[tuple[str, str, str, str]]:
    """(topic, channel, state, source) of every word that a person said."""
    found = world.items(f"/api/people?who={who}")
    if not found:
        return []
    ledger = world.items(f"/api/people/{found[0]['pid']}/consents")
    return [(w["topic"], w["channel"], w["state"], w["source"]) for w in ledger]
