"""Every change over the API leaves a line in the audit log, under the name of who asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maracuja.runtime import coupon_work
from maracuja.runtime.access import QUESTIONS
from maracuja.store import audit
from tests.contract.channel_cases.web_push import ADDRESS
from tests.unit.api.api_world import CITY, NOON, World, agree, define, opened_world

ROOT = Path(__file__).parents[2]
Call = tuple[str, str, Any]
# Put together so that each finds what it needs; `{name}` is filled from what came before.
CALLS: tuple[Call, ...] = (
    ("POST", "/api/sending/stop", {"reason": "a wrong price"}),
    ("POST", "/api/sending/go-on", None),
    ("POST", "/api/channels/email/pause", {"reason": "the bill"}),
    ("POST", "/api/channels/email/resume", None),
    ("POST", "/api/keys", {"kind": "server", "name": "till"}),
    ("DELETE", "/api/keys/{id}", None),
    ("PUT", "/api/definitions/segment/lviv", {"definition": {"where": CITY}}),
    ("DELETE", "/api/definitions/segment/lviv", None),
    ("POST", "/api/campaigns/fruit/launch", None),
    ("POST", "/api/campaigns/fruit/pause", None),
    ("POST", "/api/campaigns/fruit/resume", None),
    ("POST", "/api/campaigns/fruit/cancel", None),
    ("POST", "/api/campaigns/fruit/clone", {"id": "fruit-2"}),
    ("POST", "/api/campaigns/fruit/labels", {"add": ["autumn"]}),
    ("POST", "/api/campaigns/fruit/notes", {"text": "It went well."}),
    ("POST", "/api/campaigns/fruit/archive", None),
    ("DELETE", "/api/campaigns/fruit/archive", None),
    ("PUT", "/api/definitions/segment/kyiv", {"definition": {"where": CITY}}),
    ("POST", "/api/segments/kyiv/labels", {"add": ["near"]}),
    ("POST", "/api/segments/kyiv/archive", None),
    ("DELETE", "/api/segments/kyiv/archive", None),
    ("POST", "/api/suppressions/import", {"addresses": [{"address": "gone@shop.example"}]}),
    ("POST", "/api/people/3/consents", {"topic": "harvest", "channel": "email",
                                        "state": "opted_out", "source": "by phone"}),
    ("POST", "/api/people/3/suppressions", {"channel": "email", "reason": "asked by phone"}),
    ("DELETE", "/api/people/3/suppressions/email", None),
    ("POST", "/api/people/5/merge", {"loser": 6}),
    ("DELETE", "/api/people/7", None),
    ("PUT", "/api/people/3/traits/city", {"value": "Odesa"}),
    ("DELETE", "/api/people/3/traits/city", None),
    ("PUT", "/api/people/3/pause", {"days": 7, "reason": "a holiday"}),
    ("DELETE", "/api/people/3/pause", None),
    ("POST", "/api/people/3/devices", {"channel": "web_push",
                                       "subscription": json.loads(ADDRESS)}),
    ("DELETE", "/api/people/3/devices/{id}", None),
    ("POST", "/api/rights", {"pid": 3, "right": "access"}),
    ("POST", "/api/rights/{id}/answer", {"outcome": "sent"}),
    ("POST", "/api/rights", {"pid": 3, "right": "access"}),
    ("POST", "/api/rights/{id}/refuse", {"reason": "It is not you."}),
    ("POST", "/api/rights", {"pid": 3, "right": "access"}),
    ("POST", "/api/rights/{id}/withdraw", None),
    ("PUT", "/api/rights/objections/3", {"source": "by phone"}),
    ("DELETE", "/api/rights/objections/3", None),
    ("POST", "/api/law/breaches", {"what": "A laptop was lost."}),
    ("POST", "/api/law/breaches/{id}/count", None),
    ("POST", "/api/law/breaches/{id}/told", {"to": "authority"}),
    ("POST", "/api/law/breaches/{id}/close", {"measures": "It was locked."}),
    ("POST", "/api/holds/people/3/silenced", {"category": "fishing"}),
    ("DELETE", "/api/holds/people/3/silenced?category=fishing", None),
    ("PUT", "/api/discovered/privacy", {"scope": "trait", "name": "city",
                                        "privacy": "sensitive"}),
    ("POST", "/api/events/replay", {}),
    ("PUT", "/api/definitions/feed/goods", {"definition": {"source": "goods.csv"}}),
    ("POST", "/api/feeds/goods/look", None),
    ("POST", "/v1/shop/coupons/spring/codes", {"codes": "SPRING-ABCDEF"}),
    ("POST", "/v1/shop/coupons/spring/make", {"count": 2}),
    ("POST", "/v1/shop/coupons/spring/give", {"external_id": "u3"}),
    ("POST", "/v1/shop/coupons/codes/{code}/redeem", {"external_id": "u3"}),
    ("POST", "/v1/shop/outlets", {"outlets": [{"id": "k1", "name": "Centre"}]}),
    ("DELETE", "/v1/shop/outlets/k1", None),
    ("POST", "/v1/shop/bonus/entries", {"entries": [
        {"external_id": "u3", "source": "till", "key": "1", "amount": 500}]}),
    ("POST", "/v1/shop/bonus/spend", {"external_id": "u3", "source": "till", "key": "2",
                                      "amount": 100}),
    ("POST", "/v1/shop/spend", {"days": [{"day": "2026-11-01", "source": "ads", "cost": "9"}]}),
    ("PUT", "/api/definitions/outbound/bi", {"definition": {
        "events": ["Order Completed"], "url": "https://bi.shop.example/told"}}),
    ("POST", "/api/outbound/bi/retry", None),
    ("PUT", "/api/definitions/inbound/crm", {"definition": {
        "calls": [{"type": "track", "event": "Deal Won", "user_id": "$.id"}]}}),
    ("POST", "/api/inbound/crm/replay", None),
    ("PUT", "/api/settings/pressure", {"values": {"messages": 4}}),
    ("PUT", "/api/settings/channels/telegram", {"values": {
        "token": "123456:ABC-DEFGHIJKLMNOPQRSTUVWXYZ0123456"}}),
    ("DELETE", "/api/settings/channels/telegram", None),
    ("POST", "/api/exports", {"what": "people"}),
    ("POST", "/api/team", {"email": "olena@shop.example", "role": "analyst"}),
    ("POST", "/api/team/1/invitation", None),
    ("PATCH", "/api/team/1", {"role": "marketer"}),
    ("PUT", "/api/team/second-factor", {"required": True}),
    ("DELETE", "/api/team/1/second-factor", None),
    ("DELETE", "/api/team/1", None),
)  # fmt: skip
# Shown with all that they need by other tests, which ask for the line by these words.
ELSEWHERE = {
    "/api/campaigns/{name}/roll-out": ("simulation/test_experiments.py", 'action="roll_out"'),
    "/api/rights/{number}/extend": ("unit/runtime/test_rights_work.py", "extend"),
    "/api/holds/people/{pid}/release": ("unit/cli/test_facts.py", "release"),
    "/v1/conversations/{number}": ("unit/api/test_conversations.py", "conversation:"),
    "/v1/conversations/{number}/answers": ("unit/api/test_conversations.py", "conversation:"),
    "/api/imports/{id}/run": ("unit/api/test_imports.py", "audit?action=import"),
    "/api/reports/shares": ("unit/api/test_reports.py", '"share"'),
    "/api/reports/shares/{share}": ("unit/api/test_reports.py", "take_back_share"),
    "/api/demo-shop/load": ("unit/api/test_demo_shop.py", "action=load_demo"),
    "/api/demo-shop/remove": ("unit/api/test_demo_shop.py", '"remove_demo"'),
    "/api/first-run": ("unit/api/test_first_run.py", "claim"),
    "/api/session": ("unit/api/test_team.py", "action=log_out"),
    "/api/session/places/{place}": ("unit/api/test_team.py", "places"),
    "/api/session/enter": ("unit/api/test_team.py", "session/enter"),
    "/api/session/join": ("unit/api/test_team.py", '"join"'),
    "/api/session/password": ("unit/api/test_team.py", "session/password"),
    "/api/session/second-factor": ("unit/api/test_team.py", "session/second-factor"),
}
# What asks another server on the internet, sends to oneself, or is its own record.
APART = {
    "/api/mail/links", "/api/mail/seed-test", "/api/campaigns/{name}/send-to-me",
    "/api/outbound/{name}/test", "/api/feeds/{name}/allow",
    "/v1/messages",  # each message keeps who asked for it, and all that became of it
    "/api/session/second-factor/proposal",  # counts only once it is confirmed
    # a file that waits changes nobody until it is let in; one that was made was told of then
    "/api/imports", "/api/imports/{id}", "/api/imports/{id}/pieces", "/api/imports/{id}/columns",
    "/api/imports/{id}/check", "/api/exports/{id}",
    "/api/templates/send-to-me", "/api/settings/channels/{name}/check",
    "/api/settings/channels/{name}/connect", "/api/settings/channels/{name}/test",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop with a campaign, and coupons to give."""
    with opened_world(tmp_path_factory.mktemp("audited") / "shop") as made:
        define(made)
        agree(made)
        pool = made.put("coupons", "spring", pattern="SPRING-######")
        assert pool.status_code == 200, pool.text
        coupon_work.generate(made.app.ground, "spring", 3, NOON, actor="test")
        yield made


def _lines(world: World) -> list[audit.Entry]:
    with world.app.store.read() as conn:
        return audit.newest(conn)


def test_every_change_leaves_a_line(world: World) -> None:
    last: dict[str, Any] = {}
    silent = []
    for verb, path, body in CALLS:
        before = _lines(world)[0].id
        asked = path.format(**last) if "{" in path else path
        answer = world.ask(verb, asked, json=body) if body is not None else world.ask(verb, asked)
        assert answer.status_code < 300, (verb, asked, answer.text)
        told = answer.json() if answer.content else {}
        last |= told if isinstance(told, dict) else {}
        new = [line for line in _lines(world) if line.id > before]
        # Whether the members were written to afterwards is the server's own line.
        if {line.actor for line in new} - {"server"} != {"key:first admin key"}:
            silent.append((verb, asked, new))
    assert not silent


def test_no_changing_route_is_left_out(world: World) -> None:
    """A route that is added has to stand in one of the lists above."""
    tried = {(verb, path.partition("?")[0]) for verb, path, _ in CALLS}
    for path, operations in world.get("/openapi.json")["paths"].items():
        first, last = path.split("/")[2], path.split("/")[-1]
        for verb in operations:
            asks = verb == "get" or (first, last) in QUESTIONS
            if not asks and path not in ELSEWHERE and path not in APART:
                fits = [p for v, p in tried if v == verb.upper() and _fits(path, p)]
                assert fits, (verb, path)


def test_the_lines_shown_elsewhere_are_asked_for_there() -> None:
    for name, words in ELSEWHERE.values():
        assert words in (ROOT / "tests" / name).read_text(encoding="utf-8"), (name, words)


def _fits(template: str, path: str) -> bool:
    parts, given = template.split("/"), path.split("/")
    return len(parts) == len(given) and all(
        one.startswith("{") or one == other for one, other in zip(parts, given, strict=True)
    )
