"""Harm of each kind, heard over the channel that tells of it, stops a roll-out that is under way.

The campaign comes at eleven in each person's own zone. A test has been won; the winner goes to
those who waited in Tokyo, whose people harm the shop or hardly do, seven hours before Kyiv.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from maracuja import app as composition
from maracuja.channels.base import Answer, Inbound, Mail
from maracuja.runtime import campaign_status, campaign_work
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.mail import MailVendor
from maracuja.stats.harm import Harm
from maracuja.store import audit
from tests.nights import some_at_night
from tests.simulation.experiment_world import Shop, by_mail, opened_shop
from tests.simulation.storm_sides import Side, mobile_push_side, telegram_side, web_push_side

COUNT = 600
PUSHES = "Took back the permission to push"
ZONES = ("Europe/Kyiv", "Asia/Tokyo")
ELEVEN = """
kind: template
id: quiet
variants: [{language: en, subject: quiet,
            text: "{{ person.first_name }}, quiet. {{ links.unsubscribe }}"}]
---
kind: template
id: loud
variants: [{language: en, subject: loud,
            text: "{{ person.first_name }}, loud. {{ links.unsubscribe }}"}]
---
kind: campaign
id: hello
topic: news
channel: CHANNEL
audience: all
variants: [{id: quiet, template: quiet}, {id: loud, template: loud}]
schedule: {day: 2026-11-22, at: "11:00", zone: person}
goals: [order]
holdout: 0
expires_after: 4 hours
test: {share: 0.5, rate: 0.2, looks: 2, guardrail: {HARM: 0.03}}
"""
LETTER = """
kind: campaign
id: letter
topic: news
channel: CHANNEL
audience: all
template: quiet
goals: [order]
holdout: 0
"""
ARF = """From: <abuse@mail.example>
To: fbl@shop.example
Subject: FW: Hello
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1

--b--
"""
Does = Callable[[Shop, Sequence[int]], None]
"""What these people do, after they have read the message."""


@dataclass
class Mailboxes(MailVendor):
    """Keeps the envelope senders, to which reports go."""

    senders: dict[str, str] = field(default_factory=dict)

    def _take(self, mail: Mail) -> Answer:
        self.senders[mail.recipient] = mail.sender
        return super()._take(mail)


def complain(shop: Shop, who: Sequence[int]) -> None:
    """Their mail providers report that they have pressed "this is spam"."""
    listening = composition.mail_listening(shop.app)
    for n in who:
        sender = shop.side.vendor.senders[shop.side.address(n)]
        assert listening.taking.take(Inbound(body=ARF.encode(), recipient=sender, sender=""))


def block(shop: Shop, who: Sequence[int]) -> None:
    """They block the bot."""
    [way, *_] = shop.side.leaves
    for n in who:
        way(n, int(shop.clock.now().timestamp()))


def switch_off(shop: Shop, who: Sequence[int]) -> None:
    """They switch messages off in the app, which tells so."""
    shop.track("Device Deleted", [(n, shop.clock.now()) for n in who])


def take_back(shop: Shop, who: Sequence[int]) -> None:
    """Their browsers let nothing through any more: the next campaign's messages find it out."""
    shop.side.vendor.gone |= {f"/wpush/v2/b{n}" for n in who}
    shop.apply(LETTER.replace("CHANNEL", shop.side.name))
    with shop.app.store.write() as conn:
        campaign_work.launch(conn, shop.app.ground, "letter", shop.clock.now())


def mails(seed: int) -> Side:
    return by_mail(Mailboxes(seed=seed, keep=True))


def chats(seed: int) -> Side:
    return _quick(telegram_side(seed, Faults(), COUNT))


def phones(seed: int) -> Side:
    side = mobile_push_side(seed, Faults(), COUNT)
    side.vendor.strict = False
    return _quick(side)


def browsers(seed: int) -> Side:
    return _quick(web_push_side(seed, Faults(), COUNT))


def _quick(side: Side) -> Side:
    side.section |= {"rate_per_s": 100000, "topics": ["news"]}
    return side


@pytest.mark.parametrize(
    ("harm", "says", "made", "does"),
    [
        (Harm.COMPLAINT, "Complained of spam", mails, complain),
        (Harm.BLOCK, "Closed the chat or blocked us", chats, block),
        pytest.param(Harm.PUSH_LOST, PUSHES, phones, switch_off, marks=pytest.mark.slow),
        pytest.param(Harm.PUSH_LOST, PUSHES, browsers, take_back, marks=pytest.mark.slow),
    ],
    ids=["complaints", "blocks", "app", "browser"],
)
@pytest.mark.parametrize("harmed", some_at_night([30, 3]))
def test_harm_stops_a_roll_out_and_a_harmless_truth_does_not(
    tmp_path: Path, harm: Harm, says: str, made: Callable[[int], Side], does: Does, harmed: int
) -> None:
    with opened_shop(tmp_path, seed=21, side=made(21)) as shop:
        shop.know(COUNT, {"timezone": [ZONES[n % 2] for n in range(COUNT)]})
        text = ELEVEN.replace("CHANNEL", shop.side.name).replace("HARM", harm.value)
        shop.launch("", text=text)
        shop.live(20, step=1)  # until it is eleven in Tokyo, and has been in Kyiv
        while not shop.experiment.chosen:
            shop.live(1, lambda n, said: 0.6 if said == "loud" else 0.2, step=1)
        tried = set(shop.read)
        while not (rolled := set(shop.read) - tried):
            shop.live(1, step=1)
        assert {n % 2 for n in rolled} == {1}, "Tokyo's eleven o'clock is the earlier one"
        does(shop, sorted(rolled)[:harmed])
        shop.live(24, step=1)
        got = {n for n, rows in shop.read.items() if "loud" in {said for _, said in rows}}
        waited = set(range(COUNT)) - tried - rolled
        with shop.app.store.read() as conn:
            [shown] = campaign_status.status(conn, "hello")
            pauses = audit.newest(conn, subject="campaign:hello", action="pause")
        told = {guard.harm: guard for guard in shop.report().experiment.guards}[harm]
        if harmed == 3:
            assert waited <= got
            assert (shop.run_state(), pauses) == ("done", [])
            assert (told.count, told.broken) == (3, False), "it is heard of, and borne"
            return
        assert not waited & got
        assert shown.held.startswith("The guardrail has stopped it.")
        assert f" {says}: {harmed} of " in shown.held
        assert [line.detail for line in pauses] == [shown.held]
