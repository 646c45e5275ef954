"""Mails to members about their own log-in and the shop's keys, over the shop's own e-mail.

What came of each stands in the audit log. They never hold a password, a code or a key.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from maracuja.channels.email import Email
from maracuja.channels.email_settings import EmailSettings
from maracuja.config import Config
from maracuja.errors import MaracujaError
from maracuja.model import Content, Verdict, micros
from maracuja.runtime import channel_trial
from maracuja.runtime.team_letter_words import Changed, letter
from maracuja.runtime.vendor_accounts import Vendors
from maracuja.store import audit, team
from maracuja.store.engine import Store
from maracuja.store.team import Member

SERVER: Final = "server"


def can_write(config: Config) -> bool:
    """Whether the shop has an e-mail of its own to write from."""
    return config.email.sender != EmailSettings().sender


def tell(
    store: Store, vendors: Vendors, changed: Changed, to: Iterable[Member], now: datetime, by: str
) -> None:
    """Write to each of these members what `by` has changed; what came of it is on record."""
    for member in to:
        fault = _write(vendors, changed, member, now, by)
        action = "not_told" if fault else "told"
        said = {"change": changed.value} | ({"why": fault} if fault else {})
        with store.write() as conn:
            audit.add(conn, micros(now), SERVER, action, f"team:{member.id}", said)


def owners_and(store: Store, actor: str) -> list[Member]:
    """The owners who may come in, and who acts: those whom a key of the shop concerns."""
    with store.read() as conn:
        return [
            one
            for one in team.every(conn)
            if one.password and not one.off and (one.role == "owner" or actor.endswith(one.email))
        ]


def _write(vendors: Vendors, changed: Changed, member: Member, now: datetime, by: str) -> str:
    """Send one; why it could not be, or ''."""
    shop = vendors.config.shop
    if not can_write(vendors.config):
        return "The shop has no e-mail of its own yet."
    subject, text = letter(changed, shop.language, shop=shop.name, by=by, at=now)
    content = Content(subject=subject, text=text)
    try:
        channel, transport = vendors.sending(Email.name)
        result = channel_trial.send_now(channel, transport, member.email, content, now)
    except MaracujaError as fault:
        return fault.message
    return "" if result.verdict is Verdict.ACCEPTED else result.raw[:300] or result.verdict.value
