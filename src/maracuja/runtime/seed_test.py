"""A seed test: a campaign's mails go to mailboxes of the shop's own, and are looked for there.

It says where each arrived and what the provider thinks of our signature; nobody else is written
to, and nothing of it counts.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from email.parser import BytesHeaderParser
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from maracuja.campaigns.definitions import Campaign
from maracuja.channels.base import Channel
from maracuja.channels.email import Email
from maracuja.channels.email_mailbox import read_mailbox
from maracuja.channels.email_settings import Seed
from maracuja.clock import Clock
from maracuja.errors import BadInput, VendorError
from maracuja.links.making import LinkMaker
from maracuja.model import Message, Verdict, micros
from maracuja.runtime.channel_trial import send_messages
from maracuja.runtime.imap import ImapBox, junk_folders, opened
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.mail_trial import trial_mails
from maracuja.runtime.transport import Transport

LOOK: Final = timedelta(seconds=5)  # between looks into the mailboxes
TEXTS_MAX: Final = 10

INBOX: Final = "inbox"
SPAM: Final = "spam"
MISSING: Final = "missing"
REFUSED: Final = "refused"
UNREAD: Final = "unread"  # its mailbox cannot be looked into

_RESULT: Final = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Placed:
    """Where one text arrived at one seed; `spf`, `dkim`, `dmarc` are '' where nothing is said."""

    seed: str
    text: str
    place: str
    folder: str = ""
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    words: str = ""


class _Sent(NamedTuple):
    seed: str
    text: str
    message_id: str


def run(
    ground: Ground,
    campaign: Campaign,
    channel: Channel[Any],
    transport: Transport,
    links: LinkMaker,
    clock: Clock,
    *,
    wait_s: float,
    only: Sequence[str] = (),
) -> list[Placed]:
    """Send every text of the campaign to every seed, wait for them, and say where they are.

    Raises BadInput where there are no seeds or no mails, CampaignError, TemplateError.
    """
    assert isinstance(channel, Email)
    seeds = _chosen(channel.settings.seeds, only)
    now = clock.now()
    with ground.store.read() as conn:
        wanted = _messages(conn, ground, campaign, links, seeds, now)
    results = send_messages(channel, transport, [message for _, _, message in wanted], now)
    found: list[Placed] = []
    open_: list[_Sent] = []
    for (seed, text, message), result in zip(wanted, results, strict=True):
        if result.verdict is Verdict.ACCEPTED:
            open_.append(_Sent(seed, text, channel.message_id(message)))
        else:
            found.append(Placed(seed, text, REFUSED, words=result.raw))
    end, stop = now + timedelta(seconds=wait_s), threading.Event()
    told: dict[str, str] = {}
    verify = channel.settings.verify_certificate
    while True:
        for name in sorted({one.seed for one in open_}):
            mine = [one for one in open_ if one.seed == name]
            try:
                seen = _look(seeds[name], mine, verify=verify)
                told.pop(name, None)
            except VendorError as fault:
                seen, told[name] = [], fault.message
            found += seen
            arrived = {(one.seed, one.text) for one in seen}
            open_ = [one for one in open_ if (one.seed, one.text) not in arrived]
        at = clock.now()
        if not open_ or at >= end:
            break
        clock.wait_until(min(at + LOOK, end), stop)
    found += [
        Placed(
            one.seed,
            one.text,
            UNREAD if one.seed in told else MISSING,
            words=told.get(one.seed, ""),
        )
        for one in open_
    ]
    return sorted(found, key=lambda one: (one.text, one.seed))


def _chosen(seeds: Mapping[str, Seed], only: Sequence[str]) -> dict[str, Seed]:
    unknown = sorted(set(only) - seeds.keys())
    if not seeds or unknown:
        raise BadInput(
            f"There is no seed `{unknown[0]}`." if unknown else "There are no seed mailboxes.",
            where="email.seeds",
            fix="Set up [email.seeds.gmail] and others in maracuja.toml; see docs/email.md.",
        )
    return {name: seed for name, seed in seeds.items() if not only or name in only}


def _messages(
    conn: Connection,
    ground: Ground,
    campaign: Campaign,
    links: LinkMaker,
    seeds: Mapping[str, Seed],
    now: datetime,
) -> list[tuple[str, str, Message]]:
    found = []
    for name, seed in sorted(seeds.items()):
        key = f"{name}:{micros(now)}:"
        mails = trial_mails(conn, ground, campaign, now, links, address=seed.address, key=key)
        found += [(name, mail.where, mail.message) for mail in mails[:TEXTS_MAX]]
    if not found:
        raise BadInput(f"`{campaign.id}` sends no mail.", where=campaign.id)
    return found


def _look(seed: Seed, wanted: Sequence[_Sent], *, verify: bool) -> list[Placed]:
    """Those that are there, in the inbox or among the spam. Raises VendorError."""
    parts = read_mailbox(seed.mailbox, where="mailbox")
    found: list[Placed] = []
    with opened(parts, seed.password, verify=verify) as box:
        folders = [(INBOX, parts.folder), *((SPAM, name) for name in junk_folders(box.folders()))]
        for place, folder in folders:
            box.enter(folder)
            got = {(one.seed, one.text) for one in found}
            for one in wanted:
                numbers = (
                    box.with_message_id(one.message_id) if (one.seed, one.text) not in got else []
                )
                if numbers:
                    found.append(_placed(one, place, folder, box, numbers[-1]))
    return found


def _placed(one: _Sent, place: str, folder: str, box: ImapBox, number: int) -> Placed:
    said = authentication(box.fetch(number, headers=True) or b"")
    return Placed(one.seed, one.text, place, folder, **said)


def authentication(headers: bytes) -> dict[str, str]:
    """What the receiving server says of SPF, DKIM and DMARC (RFC 8601); its own header is first.

    Of several DKIM signatures one that passes counts.
    """
    head = BytesHeaderParser(policy=policy.compat32).parsebytes(headers)
    told = {"spf": "", "dkim": "", "dmarc": ""}
    for line in head.get_all("Authentication-Results", [])[:1]:
        plain = re.sub(r"\([^()]*\)", " ", str(line))
        for kind, result in _RESULT.findall(plain):
            name, value = kind.lower(), result.lower()
            if not told[name] or value == "pass":
                told[name] = value
    return told
