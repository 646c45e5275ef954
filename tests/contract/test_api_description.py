"""What holds for every route of the API, read from its own description."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from maracuja.api.link_words import NAMES
from maracuja.api.problems import TITLES
from maracuja.errors import MaracujaError
from tests.unit.api.api_world import World, opened_world

VERBS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop of a few people."""
    place: Path = tmp_path_factory.mktemp("described") / "shop"
    with opened_world(place) as made:
        yield made


@pytest.fixture(scope="module")
def described(world: World) -> dict[str, Any]:
    """The description."""
    found: dict[str, Any] = world.get("/openapi.json")
    return found


def _routes(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in described["paths"].items():
        for verb in VERBS:
            if verb in operations:
                yield verb, path, operations[verb]


def _answers(route: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schemas of what a route answers when all is well."""
    for status, answer in route["responses"].items():
        if status.startswith("2"):
            for kind, content in answer.get("content", {}).items():
                if kind == "application/json":
                    yield content["schema"]


def _resolved(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = described["components"]["schemas"][name] if name else schema
    return found


def test_every_list_comes_in_parts_and_in_one_way(described: dict[str, Any]) -> None:
    lists = 0
    for verb, path, route in _routes(described):
        for schema in _answers(route):
            shape = _resolved(described, schema)
            assert verb != "get" or shape.get("type") != "array", f"{path} answers a bare list"
            if set(shape.get("properties", {})) == {"items", "next"}:
                asked = {one["name"] for one in route["parameters"] if one["in"] == "query"}
                assert {"limit", "after"} <= asked, path
                lists += 1
    assert lists > 45


def test_every_refusal_is_a_problem(described: dict[str, Any], world: World) -> None:
    for _, path, route in _routes(described):
        for status, answer in route["responses"].items():
            if status >= "400":
                (kind,) = answer["content"]
                assert kind == "application/problem+json", (path, status)
    for path, key, status, code in (
        ("/api/workspace", None, 401, "unauthorized"),
        ("/api/workspace", "server key", 403, "forbidden"),
        ("/api/people/9999", "admin key", 404, "not_found"),
        ("/api/nothing", "admin key", 404, "not_found"),
        ("/api/people/x", "admin key", 400, "bad_input"),
    ):
        answer = world.ask("GET", path, key=key)
        told = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, told["status"], told["code"]) == (status, status, code)
        assert told["type"] == f"urn:maracuja:problem:{code}" and told["title"] and told["detail"]
    wrong = world.ask("DELETE", "/api/workspace")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method")


def test_every_route_says_in_a_sentence_what_it_does(described: dict[str, Any]) -> None:
    for verb, path, route in _routes(described):
        assert route["summary"] in route["description"].replace("\n", " "), (verb, path)
        assert " " in route["summary"] and route["tags"], (verb, path)


def test_every_tag_is_explained(described: dict[str, Any]) -> None:
    used = {tag for _, _, route in _routes(described) for tag in route["tags"]}
    assert used == {tag["name"] for tag in described["tags"] if tag["description"]}


def test_every_body_has_an_example_that_fits_its_type(described: dict[str, Any]) -> None:
    tried = 0
    for verb, path, route in _routes(described):
        for body in (route.get("requestBody", {}), *route["responses"].values()):
            content = body.get("content", {}).get("application/json")
            if content is None:
                continue
            named = [one["value"] for one in content.get("examples", {}).values()]
            given = [content["example"]] if "example" in content else named
            assert given, (verb, path)
            whole = {**content["schema"], "components": described["components"]}
            fits = jsonschema_rs.Draft202012Validator(whole)
            for example in given:
                assert not [str(fault) for fault in fits.iter_errors(example)], (verb, path)
                tried += 1
    assert tried > 200


def test_every_code_of_an_error_has_a_title() -> None:
    kinds: list[type[MaracujaError]] = [MaracujaError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    ours = {kind.code for kind in kinds if kind.__module__ == "maracuja.errors"}
    assert ours <= set(TITLES)


def test_sentences_of_ours_are_had_in_every_language_of_the_app(
    described: dict[str, Any],
) -> None:
    asked = [
        (path, parameter["schema"])
        for _, path, route in _routes(described)
        for parameter in route.get("parameters", ())
        if parameter["name"] == "language"
    ]
    assert len(asked) > 10
    for path, schema in asked:
        assert all(re.match(schema["pattern"], one) for one in NAMES), path
