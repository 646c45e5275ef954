"""The claims report over HTTP: JSON, CSV and a page, for who holds an admin key."""

from __future__ import annotations

import pytest

from maracuja.stats.claims.published import CLAIMS, SURVEYS
from tests.unit.api.api_world import World, define


def test_every_claim_comes_with_its_source_and_verdict(world: World) -> None:
    define(world)
    told = world.get("/api/claims")
    assert [one["claim"]["id"] for one in told["tested"]] == [claim.id for claim in CLAIMS]
    assert all(one["claim"]["source"] for one in told["tested"])
    assert {one["judged"]["standing"] for one in told["tested"]} == {"not_testable"}
    assert [one["share"] for one in told["surveys"]] == [survey.share for survey in SURVEYS]


@pytest.mark.parametrize(("form", "kind"), [("csv", "text/csv"), ("html", "text/html")])
def test_it_comes_in_other_forms(world: World, form: str, kind: str) -> None:
    answer = world.ask("GET", f"/api/claims?form={form}&language=uk")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
    assert "personal-web" in answer.text or "Що кажуть у галузі" in answer.text


def test_the_api_describes_it(world: World) -> None:
    described = world.get("/openapi.json")
    assert "/api/claims" in described["paths"]
    assert "ClaimsReport" in described["components"]["schemas"]


def test_the_page_is_there_for_who_sits_at_the_machine(world: World) -> None:
    page = world.ask("GET", "/claims?language=ru")
    assert page.status_code == 200 and "Что говорят в отрасли" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
