"""What is unwise in a campaign's mails before they go: signs of spam, a score, dead links.

It asks a SpamAssassin that is set up, and other people's servers only where it was told to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.definitions import Campaign, Topic
from maracuja.channels.email import Email
from maracuja.errors import DefinitionError, UnsupportedFeature, VendorError
from maracuja.links.making import LinkMaker
from maracuja.links.tokens import KeyRing
from maracuja.model import Message, TopicKind
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.link_check import check_links, findings
from maracuja.runtime.mail_trial import TrialMail, on_mail, trial_mails
from maracuja.runtime.spamd import SpamScore, ask
from maracuja.templates import mail_lints
from maracuja.templates.lints import Finding

NEAR: Final = 0.6  # of the score from which on a mail is put away
RULES_SHOWN: Final = 4
POINTS_MIN: Final = 0.3
_RING: Final = KeyRing([bytes(32)])  # signs addresses of the right length, which lead nowhere

# What to do about the rules that shops meet; the others say it themselves.
_HELP: Final = {
    "MIME_HTML_ONLY": "give it a text beside the HTML",
    "HTML_IMAGE_ONLY": "write the offer as text",
    "HTML_IMAGE_RATIO": "write more, show fewer pictures",
    "SUBJ_ALL_CAPS": "write the subject as you would say it",
    "URI_HEX": "shorten the addresses of your links",
    "URIBL": "a domain in a link is on a blocklist: leave it out",
    "DKIM": "sign with DKIM (`maracuja email dns`)",
    "SPF": "publish SPF (`maracuja email dns`)",
    "RDNS": "give the sending server a name (`maracuja email dns`)",
}


def advice(conn: Connection, ground: Ground, campaign: Campaign, now: datetime) -> list[Finding]:
    """The signs of spam in each text that goes out by mail, and what SpamAssassin gives it.

    Empty where no mail is sent, or the campaign has faults of its own, which its check tells.
    """
    mails = _mails(conn, ground, campaign, now)
    topic = definitions_in_force(conn).get(("topic", campaign.topic))
    marketing = not (isinstance(topic, Topic) and topic.type is TopicKind.SERVICE)
    found: list[Finding] = []
    for mail in mails:
        found += mail_lints.of_mail(
            mail.content,
            mail.where,
            marketing=marketing,
            postal_address=ground.config.shop.postal_address,
        )
    return found + list(_scores(ground, on_mail(campaign), mails, now))


def link_advice(
    conn: Connection,
    ground: Ground,
    campaign: Campaign,
    now: datetime,
    *,
    private: bool = False,
) -> list[Finding]:
    """What is wrong with the addresses that the mails lead to, each asked once.

    `private`: also those of this network, for tests.
    """
    mails = _mails(conn, ground, campaign, now)
    where: dict[str, str] = {}
    for mail in mails:
        for url in mail.links:
            where.setdefault(url, mail.where)
    seen = check_links([url for url in where if mail_lints.host_of(url)], private=private)
    return [found for one in seen for found in findings([one], where[one.url])]


def _mails(conn: Connection, ground: Ground, campaign: Campaign, now: datetime) -> list[TrialMail]:
    try:
        maker = LinkMaker(ground.config.public_url, _RING)
        return trial_mails(conn, ground, campaign, now, maker)
    except DefinitionError:
        return []


def _scores(
    ground: Ground, account: str, mails: Sequence[TrialMail], now: datetime
) -> Iterator[Finding]:
    """One finding a text with its score; one alone where the server does not answer."""
    if not mails:
        return
    # A signature made here would be checked against DNS: the score is of the text.
    settings = msgspec.structs.replace(
        ground.config.mail(account), dkim_domain="", dkim_selector="", dkim_key_file=""
    )
    if not settings.spamd:
        return
    channel = Email(settings, _RING)
    for mail in mails:
        wire = _wire(channel, mail.message, now)
        try:
            score = ask(settings.spamd, wire) if wire else None
        except VendorError as fault:
            fix = "Start it, or take `spamd` out of [email] in maracuja.toml."
            yield Finding("note", "no_score", fault.message, mail.where, fix)
            return
        if score is not None:
            yield _told(score, mail.where)


def _wire(channel: Email, message: Message, now: datetime) -> bytes:
    """The mail as it goes out; b'' where the channel refuses it, which its check tells."""
    try:
        return channel.encode(message, now).data
    except UnsupportedFeature:
        return b""


def _told(score: SpamScore, where: str) -> Finding:
    """A score with the rules that count most, and what to do about them."""
    worst = [rule for rule in score.rules if rule.points >= POINTS_MIN][:RULES_SHOWN]
    listed = "; ".join(f"{r.points:g} {r.name} ({r.says.rstrip('.')})" for r in worst)
    helps = [words for start, words in _HELP.items() for r in worst if r.name.startswith(start)]
    near = score.score >= NEAR * score.threshold
    what = f"SpamAssassin gives it {score.score:g}; from {score.threshold:g} on it is spam"
    return Finding(
        "warning" if near else "note",
        "spam_score",
        f"{what}: {listed}" if listed else what,
        where,
        f"{'. '.join(h[0].upper() + h[1:] for h in dict.fromkeys(helps))}." if helps else "",
        "Many mail servers ask the same program." if near else "",
    )
