"""Mail over HTTP."""

from __future__ import annotations

import pytest

from tests.unit.api.api_world import World, define


def test_a_list_is_taken_and_given(world: World) -> None:
    asked = {"addresses": [{"address": "p1@shop.example", "reason": "left us"}, {"address": "x"}]}
    answer = world.ask("POST", "/api/suppressions/import", json=asked)
    assert answer.status_code == 200
    assert answer.json() == {
        "added": 1,
        "known": 0,
        "refused": ["line 2: `x` is no address on email"],
    }
    text = world.ask("GET", "/api/suppressions/export").text
    assert "p1@shop.example,email,all,imported,,left us," in text
    [listed] = world.items("/api/suppressions")
    assert listed["reason"] == "imported"
    why = world.get(f"/api/people/{listed['pid']}/why")
    assert "it stood on an imported list (left us)" in why["suppressed"][0]


@pytest.mark.parametrize(
    "asked",
    [{"addresses": []}, {"addresses": [{"address": "a\0b"}]}, {"addresses": "x"},
     {"addresses": [{"address": "a@b.example"}], "channel": "owl"}],
)  # fmt: skip
def test_what_is_no_list_is_refused(world: World, asked: dict[str, object]) -> None:
    assert world.ask("POST", "/api/suppressions/import", json=asked).status_code in (400, 422)


def test_only_an_admin_key_opens_it(world: World) -> None:
    for method, path in (
        ("POST", "/api/suppressions/import"),
        ("GET", "/api/suppressions/export"),
        ("GET", "/api/mail/warm-up"),
        ("GET", "/api/mail/dns"),
        ("POST", "/api/mail/links?campaign=x"),
    ):
        assert world.ask(method, path, key="server key", json={}).status_code in (401, 403)


def test_a_domain_that_warms_up_is_shown(world: World) -> None:
    assert world.ask("GET", "/api/mail/warm-up").status_code == 400
    assert world.ask("GET", "/api/mail/warm-up?account=email/none").status_code == 404


def test_dns_is_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.unit.runtime.test_dns_check import Zone

    monkeypatch.setattr("maracuja.api.mail.Dns", Zone)
    told = world.items("/api/mail/dns?server=8.8.4.4")
    assert [one["what"] for one in told][:3] == ["SPF", "DKIM", "DMARC"]
    assert world.ask("GET", "/api/mail/dns?server=nonsense").status_code == 400
    assert world.ask("GET", "/api/mail/dns?account=email/none").status_code == 404


def test_links_are_followed_on_request(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    define(world)
    monkeypatch.setattr("maracuja.runtime.mail_advice.check_links", lambda urls, private: [])
    names = [one["id"] for one in world.items("/api/definitions?kind=campaign")] or ["none"]
    answer = world.ask("POST", f"/api/mail/links?campaign={names[0]}")
    assert answer.status_code in (200, 404)
    assert world.ask("POST", "/api/mail/links?campaign=none").status_code == 404


def test_seeds_are_tested_on_request(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from maracuja.runtime import seed_test
    from maracuja.runtime.seed_test import Placed

    define(world)
    name = "tea"
    monkeypatch.setattr("maracuja.api.mail.campaign_work.get", lambda conn, one: _Mailed(one))
    asked: list[dict[str, object]] = []

    def run(*given: object, **more: object) -> list[Placed]:
        asked.append(more)
        return [Placed("gmail", "tea: variants[0]", "inbox", spf="pass")]

    monkeypatch.setattr(seed_test, "run", run)
    answer = world.ask("POST", f"/api/mail/seed-test?campaign={name}&wait_s=0&seed=gmail")
    assert answer.json()[0]["place"] == "inbox"
    assert asked == [{"wait_s": 0.0, "only": ["gmail"]}]
    assert world.ask("POST", "/api/mail/seed-test?campaign=a&wait_s=9999").status_code in (
        400,
        422,
    )


class _Mailed:
    """A campaign that goes out by mail."""

    def __init__(self, name: str) -> None:
        self.id, self.channels = name, ("email",)
