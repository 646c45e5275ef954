"""The moments of a shop's life over every channel: rendered, sent to its vendor, and told of.

To take over a wanted change: `python -m tests.simulation.test_moments` writes the golden files.
"""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from examples.moments_shown import LANGUAGES, MOMENTS, content, drawn, person, template
from maracuja.channels import BY_NAME
from maracuja.channels.http import HttpChannel
from maracuja.model import Address, Message, Verdict
from maracuja.rng import make_id
from maracuja.simulate.sink import Received
from maracuja.simulate.vendors.http import Faults
from maracuja.templates.check import check
from maracuja.ui.message_terminal import message
from tests.contract.channel_case import NOW
from tests.contract.test_channels import case_of
from tests.simulation.storm_sides import EVERY, Side, phone

GOLDEN = Path(__file__).parents[1] / "golden" / "moments"
WIDTH = 84
SIDES = {made(1, Faults(), 1).name: made for made in EVERY}
AT_S = int(NOW.timestamp())

every_channel = pytest.mark.parametrize("channel", sorted(BY_NAME))


def told(channel: str) -> str:
    """All moments in all languages as a terminal shows them on a channel."""
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None)
    for language in LANGUAGES:
        for moment in MOMENTS:
            console.print(f"{moment}, {language}")
            console.print(message(content(moment, language, channel), channel))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


@every_channel
def test_they_look_as_they_did(channel: str) -> None:
    assert told(channel) == (GOLDEN / f"{channel}.txt").read_text(encoding="utf-8")


@every_channel
@pytest.mark.parametrize("language", LANGUAGES)
def test_they_are_drawn_with_every_letter(channel: str, language: str) -> None:
    page = drawn(channel, language)
    assert page.count('<div class="phone">') == len(MOMENTS)
    assert "4071" in page and "Nothing:" not in page


def written(channel: str, moment: str, language: str, address: str) -> Message:
    """A moment as a message to somebody."""
    marketing = moment == "cart"
    return Message(
        id=make_id("message", moment, language, channel),
        pid=7,
        channel=channel,
        to=Address(kind=BY_NAME[channel].can.address_kind, value=address),
        content=content(moment, language, channel),
        campaign=moment,
        topic="news" if marketing else "orders",
        marketing=marketing,
        language=language,
        run=3,
        unsubscribe_url="https://shop.example/u/token",
    )


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", sorted(SIDES))
def test_each_goes_out_and_its_receipt_comes_back(
    channel: str, language: str, moment: str
) -> None:
    side = SIDES[channel](1, Faults(), 1)
    adapter = case_of(BY_NAME[channel]).make()
    if side.comes is not None:
        side.comes(0, AT_S)
        side.vendor.calls()
    address = address_of(side, moment)
    sent = written(channel, moment, language, address)
    wire = adapter.encode(sent, NOW)
    if channel == "email":
        answer = side.vendor._take(wire)
        (mail,) = (Received.parse(wire.recipient, wire.data),)
        assert mail.subject == sent.content.subject and mail.html
    else:
        if sent.content.approved is not None:
            side.vendor.approved.add(sent.content.approved.name)
        assert isinstance(adapter, HttpChannel)
        side.vendor.now = lambda: NOW
        answer = asyncio.run(side.vendor.ask(wire))
    assert adapter.decode(answer).verdict is Verdict.ACCEPTED, side.vendor.violations
    if address != side.address(0):
        side.vendor._last[side.address(0)] = side.vendor._last[address]
    receipts(side, adapter)


def address_of(side: Side, moment: str) -> str:
    """WhatsApp takes codes to numbers only."""
    return phone(0) if (side.name, moment) == ("whatsapp", "code") else side.address(0)


def receipts(side: Side, adapter: object) -> None:
    """Whatever the vendor and its people tell of it is understood."""
    for event, act in side.acts.items():
        act(0, AT_S)
        calls = side.vendor.calls()
        assert calls, event
        assert isinstance(adapter, HttpChannel)
        heard = [one for call in calls for one in adapter.webhook(call, NOW).heard]
        assert heard, event
        assert all(one.reference or one.vendor_id or one.until or one.address for one in heard)


@pytest.mark.parametrize("moment", MOMENTS)
def test_their_templates_may_be_used(moment: str) -> None:
    columns = dict(person(moment, "en").schema.items())
    columns |= {"data.day": pl.Date()} if "data.day" in columns else {}
    report = check(template(moment), schema=columns, marketing=moment == "cart")
    faults = [one for one in report.findings if one.level == "error"]
    assert faults == []


# Those of the others are about one message of the suite; their vendors have looked at these.
DESCRIBED = ("messenger", "instagram", "sms", "telegram", "viber", "viber_business", "whatsapp")


@pytest.mark.parametrize("channel", DESCRIBED)
def test_they_fit_the_vendors_description(channel: str) -> None:
    case = case_of(BY_NAME[channel])
    assert case.fits is not None
    for moment in MOMENTS:
        for language in LANGUAGES:
            code = (channel, moment) == ("whatsapp", "code")
            sent = written(channel, moment, language, phone(0) if code else case.address)
            case.fits(case.make().encode(sent, NOW))


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name in BY_NAME:
        (GOLDEN / f"{name}.txt").write_text(told(name), encoding="utf-8")
