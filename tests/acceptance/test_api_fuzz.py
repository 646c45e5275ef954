"""Whatever a client sends, the API never answers with a fault of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.api.api_world import PEOPLE, World, agree, define, opened_world

VERBS = ("get", "put", "post", "patch", "delete")
# Names that are there, so that half of the calls come further than "not found".
KNOWN: dict[str, list[Any]] = {
    "name": ["fruit", "kyiv", "harvest", "order"],
    "pid": [1, 2, PEOPLE],
    "number": [1],
    "channel": ["email"],
    "segment": ["kyiv"],
    "template": ["fruit"],
    "person": ["u1", "pid:1"],
    "topic": ["harvest"],
    "who": ["u1"],
    "campaign": ["fruit"],
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop with a campaign that has been launched."""
    with opened_world(tmp_path_factory.mktemp("fuzzed") / "shop") as made:
        define(made)
        agree(made)
        assert made.ask("POST", "/api/campaigns/fruit/launch").status_code == 200
        made.worker.tick(made.app.clock.now())
        yield made


def fuzz(world: World, examples: int) -> None:
    """Ask every route of the description so many times; no answer may be a 5xx."""
    described = world.get("/openapi.json")
    schema = schemathesis.openapi.from_dict(described)
    asked = 0
    for path, operations in described["paths"].items():
        for verb in set(VERBS) & set(operations):
            _ask_often(world, schema[path][verb.upper()], examples)
            asked += 1
    assert asked > 40


def _ask_often(world: World, operation: Any, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        known = data.draw(st.booleans())
        for place in (case.path_parameters, case.query, case.body) if known else ():
            if isinstance(place, dict):
                for name in sorted(set(place) & set(KNOWN)):
                    place[name] = data.draw(st.sampled_from(KNOWN[name]))
        sent = case.as_transport_kwargs(base_url="http://127.0.0.1:8080")
        kept = {"params", "json", "content", "data", "cookies"}
        options = {name: value for name, value in sent.items() if name in kept and value}
        if isinstance(options.get("data"), bytes | str):
            options["content"] = options.pop("data")
        answer = world.ask(sent["method"], sent["url"], **options)
        assert answer.status_code < 500, f"{sent['method']} {sent['url']} {options}: {answer.text}"

    ask()


def test_no_route_fails_on_a_few_tries(world: World) -> None:
    fuzz(world, 2)


@pytest.mark.slow
@pytest.mark.parametrize("tries", [10, pytest.param(60, marks=pytest.mark.nightly)])
def test_no_route_fails_on_many_tries(world: World, tries: int) -> None:
    fuzz(world, tries)


BODIES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["kind", "where", "definition", "segment", "variants", "any", "did"]
                )
                | st.text(max_size=8),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/definitions/segment/x"),
        ("PUT", "/api/definitions/template/x"),
        ("PUT", "/api/definitions/campaign/x"),
        ("POST", "/api/segments/count"),
        ("POST", "/api/templates/preview"),
        ("POST", "/api/people/1/consents"),
        ("POST", "/v1/messages"),
    ],
)
def test_no_body_makes_a_route_fail(world: World, method: str, path: str) -> None:
    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(body=BODIES)
    def send(body: bytes) -> None:
        headers = {"content-type": "application/json"}
        answer = world.ask(method, path, content=body, headers=headers)
        assert answer.status_code < 500, (body, answer.text)

    send()
