"""What comes with a sign-up form, and what the page is told in return; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import phonenumbers

from maracuja.campaigns.forms import Form
from maracuja.model import micros
from maracuja.store import signups
from maracuja.store.signups import Proof, Signup, SignupState


class Given(NamedTuple):
    """What came with the form: addresses by kind (email, phone), answers by trait.

    `country` and `proof` are as the page was shown; `stamp` is of that page.
    """

    form: Form
    version: int
    topics: list[str]
    addresses: Mapping[str, str]
    answers: dict[str, Any]
    country: str
    proof: Proof
    source: str
    stamp: str


class Taken(NamedTuple):
    """What the page says next, whoever the person is.

    `codes` says whether a code is asked for, `starts` are the links into channels, `done` whether
    nothing is left to confirm.
    """

    visit: bytes
    codes: bool
    starts: dict[str, str]
    done: bool


def phone_countries(number: str) -> list[str]:
    """The country of a number in E.164; none where it is not known."""
    if not number:
        return []
    region = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    return [region] if region else []


def new_signup(given: Given, channel: str, address: str, visit: bytes, now: datetime) -> Signup:
    """A row that asks for its confirmation, of nobody yet."""
    until = now + timedelta(days=given.form.confirm_within_days)
    return Signup(
        id=signups.new_id(given.form.id, channel, address, visit),
        form=given.form.id,
        version=given.version,
        visit=visit,
        pid=0,
        channel=channel,
        address=address,
        state=SignupState.ASKED,
        topics=given.topics,
        asked_us=micros(now),
        until_us=micros(until),
        confirmed_us=0,
        messages=0,
        messaged_us=0,
        reminded_us=0,
        tries=0,
        source=given.source,
        proof=given.proof,
        answers=dict(given.answers),
        bonus_us=0,
    )
