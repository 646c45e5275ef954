"""The service messages that ask an address whether it was them: a mail, or a code."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.definitions import Topic
from maracuja.campaigns.forms import ASKED_FOR
from maracuja.campaigns.promotion import signs_of_promotion
from maracuja.channels import CODES_BY_NAME, channel_of
from maracuja.config import Config
from maracuja.language.numbers import day
from maracuja.links.making import SHORT
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import micros, moment
from maracuja.runtime import posting
from maracuja.runtime.disowning import Place
from maracuja.runtime.signup_words import (
    Letter,
    code_text,
    confirm_letter,
    excuse_letter,
    own_letter,
    own_text,
)
from maracuja.store import definitions, short_links, signups
from maracuja.store.short_links import ShortLink
from maracuja.store.signups import Signup

WHOLE: Final = "you"  # what a link of this purpose leads to, beside a sign-up ('')
ERASE: Final = "erase"
CODE_DIGITS: Final = 6


@dataclass(frozen=True)
class Desk:
    """Who asks: the shop's name and country, the address of our pages, the keys of links."""

    shop: str
    country: str
    public_url: str
    ring: KeyRing

    def link(self, row: Signup, now: datetime) -> str:
        """The address of the page on which a sign-up is confirmed."""
        return f"{self.public_url}/y/{self.ring.sign(_ticket(row, now))}"

    def code(self, row: Signup) -> str:
        """The six digits that prove that somebody has read the message of a sign-up."""
        seal = self.ring.seal(f"code:{row.id.hex()}").rpartition("~")[2]
        number = int.from_bytes(hashlib.sha256(seal.encode()).digest()[:8], "big")
        return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"

    def message(
        self, conn: Connection, row: Signup, now: datetime, *, again: bool = False
    ) -> None:
        """Ask the address to confirm, by a service message of its own, and note that it was."""
        self._ask(conn, row, now, again=again)
        now_us = micros(now)
        values = {"messages": row.messages + 1, "messaged_us": now_us}
        signups.change(conn, row.id, **values, **({"reminded_us": now_us} if again else {}))

    def _ask(self, conn: Connection, row: Signup, now: datetime, *, again: bool) -> None:
        language, key = row.proof.language, f"signup:{row.id.hex()}:{row.messages}"
        if ASKED_FOR[row.channel] == "phone":
            at = self._short(conn, _ticket(row, now), now)
            text = code_text(language, self.shop, self.code(row), at)
            self._post(conn, key, row.channel, row.address, Letter("", text, ""), language, now)
            return
        until = day(moment(row.until_us).date(), language)
        link = self.link(row, now)
        names = ", ".join(topic_names(conn, row.topics, language))
        letter = confirm_letter(language, self.shop, names, link, until, again=again)
        if signs_of_promotion(f"{letter.subject} {letter.text} {letter.html}"):
            letter = confirm_letter(language, self.shop, "", link, until, again=again)
        self._post(conn, key, row.channel, row.address, letter, language, now)

    def own(
        self,
        conn: Connection,
        pid: int,
        place: Place,
        language: str,
        now: datetime,
        *,
        erase: bool,
    ) -> None:
        """Write to a person's own address where they may see, or delete, all about them.

        Once an hour at most, however often it is asked for.
        """
        hour = now.replace(minute=0, second=0, microsecond=0)
        what = ERASE if erase else WHOLE
        told = (what, pid, place.channel, place.address, language, hour.isoformat())
        key = ":".join(("own", *map(str, told)))
        ticket = Ticket(
            purpose=Purpose.CONFIRM,
            message=posting.message_id(key),
            pid=pid,
            channel=CODES_BY_NAME[place.channel],
            sent_s=int(hour.timestamp()),
            detail=what,
        )
        if ASKED_FOR.get(channel_of(place.channel)) == "phone":
            letter = own_text(language, self.shop, self._short(conn, ticket, now), erase=erase)
        else:
            link = f"{self.public_url}/y/{self.ring.sign(ticket)}"
            letter = own_letter(language, self.shop, link, erase=erase)
        self._post(conn, key, place.channel, place.address, letter, language, now)

    def excuse(
        self, conn: Connection, place: Place, key: str, language: str, now: datetime
    ) -> None:
        """Tell whoever said that they are somebody else that it holds."""
        letter = excuse_letter(language, self.shop)
        self._post(conn, f"excuse:{key}", place.channel, place.address, letter, language, now)

    def _short(self, conn: Connection, ticket: Ticket, now: datetime) -> str:
        """The address of a link that a short message has room for."""
        short = ShortLink(self.ring.short(ticket), ticket.pid, self.ring.sign(ticket))
        short_links.add(conn, [short], micros(now))
        return f"{self.public_url}/{SHORT}/{short.code}"

    def _post(
        self,
        conn: Connection,
        key: str,
        channel: str,
        address: str,
        letter: Letter,
        language: str,
        now: datetime,
    ) -> None:
        asked = posting.Asked(
            address=address,
            channel=channel,
            language=language,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
        )
        posting.take(conn, key, asked, now, country=self.country)


def desk_of(config: Config, ring: KeyRing) -> Desk:
    """The desk of a workspace."""
    return Desk(config.shop.name, config.shop.country, config.public_url, ring)


def topic_names(conn: Connection, topics: list[str], language: str) -> list[str]:
    """The names of topics in that language; the id of one that is gone."""
    known = {
        row.id: msgspec.json.decode(row.body, type=Topic)
        for row in definitions.current(conn, "topic")
    }
    return [(known.get(one) or Topic(id=one)).name_in(language) for one in topics]


def _ticket(row: Signup, now: datetime) -> Ticket:
    return Ticket(
        purpose=Purpose.CONFIRM, message=row.id, pid=row.pid, sent_s=int(now.timestamp())
    )
