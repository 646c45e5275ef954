"""A person is found in bodies as clients have written them."""

from __future__ import annotations

import pytest

from maracuja.store import refused
from maracuja.store.engine import Store
from maracuja.store.refused import Fault
from maracuja.store.scrubbing import Names, scrub
from maracuja.store.traits import Document

MARIA = [
    ("external_id", "Client-7"),
    ("anonymous_id", "b-1"),
    ("email", "maria@shop.example"),
    ("phone", "+380671234567"),
]


@pytest.mark.parametrize(
    "body",
    [
        b'{"userId": "Client-7"}',
        b'{"userId": " client-7 "}',
        b'{"context": {"traits": {"email": "MARIA@Shop.Example"}}}',
        b'{"properties": {"note": "write to Maria@shop.example, please"}}',
        rb'{"userId": "\u0063lient-7"}',
        rb'{"traits": {"email": "maria\u0040shop.example"}}',
        b'[{"traits": {"phone": "067 123 45 67"}}]',
        b'{"traits": {"phone": "+380 (67) 123-45-67"}}',
        b'{"traits": {"phone": 380671234567}}',
        b'{"properties": {"maria@shop.example": 1}}',
        rb'{"cut off": "MARIA\u0040shop.example',
        b'{"userId": "Client-7", "cut',
        b"\xff maria@shop.example",
    ],
)
def test_a_person_is_found_however_they_are_spelled(body: bytes) -> None:
    assert Names(MARIA).are_in(body)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"userId": "client-70"}',
        b'{"userId": "anna", "properties": {"price": 4567, "name": "b-12"}}',
        b'{"traits": {"email": "ann@shop.example", "phone": "+380671234568"}}',
        b'{"traits": {"firstName": "Maria"}}',
        b'"',
    ],
)
def test_others_are_left_alone(body: bytes) -> None:
    assert not Names(MARIA).are_in(body)


def test_a_numeric_id_is_one_where_ids_stand() -> None:
    names = Names([("external_id", "7")])
    assert names.are_in(b'{"userId": 7}') and names.are_in(b'{"userId": "7"}')
    assert not names.are_in(b'{"properties": {"quantity": 7}}')


def test_refused_events_that_name_the_person_go(store: Store) -> None:
    bodies = [b'{"userId": "CLIENT-7"}', b'{"userId": "anna"}']
    with store.write() as conn:
        refused.add(
            conn, [Fault(1, "track", "server", "", "x", "y", "z", body) for body in bodies]
        )
        assert scrub(conn, MARIA, Document())["refused"] == 1
    with store.read() as conn:
        assert [bytes(one.body) for one in refused.newest(conn)] == bodies[1:]
