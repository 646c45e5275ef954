"""Tokens say what was signed, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.links.tokens import KeyRing, Purpose, Ticket

RING = KeyRing([b"a" * 32])

BY_MAIL = (Purpose.BOUNCE, Purpose.LEAVE, Purpose.REPLY)
tickets = st.builds(
    Ticket,
    purpose=st.sampled_from([p for p in Purpose if p not in BY_MAIL]),
    message=st.binary(min_size=16, max_size=16),
    pid=st.integers(0, 2**63 - 1),
    run=st.integers(0, 2**40),
    channel=st.integers(0, 300),
    sent_s=st.integers(0, 2**33),
    detail=st.text(max_size=300),
)


@given(tickets)
def test_a_token_reads_back_for_its_purpose_alone(ticket: Ticket) -> None:
    token = RING.sign(ticket)
    assert RING.read(token, ticket.purpose) == ticket
    for purpose in Purpose:
        if purpose is not ticket.purpose:
            assert RING.read(token, purpose) is None


@given(tickets, st.data())
def test_a_changed_token_is_nothing(ticket: Ticket, data: st.DataObject) -> None:
    token = RING.sign(ticket)
    at = data.draw(st.integers(0, len(token) - 2))  # the last character has spare bits
    other = data.draw(st.sampled_from("ABab01-_").filter(lambda c: c != token[at]))
    assert RING.read(token[:at] + other + token[at + 1 :], ticket.purpose) is None


@given(st.text(max_size=200), st.sampled_from(list(Purpose)))
def test_noise_is_nothing(token: str, purpose: Purpose) -> None:
    assert RING.read(token, purpose) is None


def test_a_bounce_token_fits_an_address_and_survives_a_change_of_case() -> None:
    ticket = Ticket(purpose=Purpose.BOUNCE, message=b"m" * 16, pid=2**40, run=10**6)
    token = RING.sign(ticket)
    assert token.isalnum() and token == token.lower() and len("bounce+" + token) <= 64
    assert RING.read(token.upper().lower(), Purpose.BOUNCE) == ticket


def test_keys_can_be_rotated() -> None:
    ticket = Ticket(purpose=Purpose.CLICK, message=b"m" * 16, pid=1, detail="https://shop.example")
    old, new = b"o" * 32, b"n" * 32
    token = KeyRing([old]).sign(ticket)
    assert KeyRing([new, old]).read(token, Purpose.CLICK) == ticket
    assert KeyRing([new]).read(token, Purpose.CLICK) is None


def test_weak_keys_are_refused() -> None:
    for keys in ([], [b"short"], [b"k" * 32, b""]):
        with pytest.raises(ValueError, match="16 bytes"):
            KeyRing(keys)
