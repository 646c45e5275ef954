"""What people ask about themselves where they write: obeyed at once, and answered there.

It works inside the projection's transaction and commits nothing itself; whoever writes gets a
link at the address from which they wrote, and at no other.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from maracuja.channels.asking import Wish, Wished
from maracuja.language.alphabets import LANGUAGES
from maracuja.model import Profile, micros, moment
from maracuja.runtime.conversation_hearing import Said, wish_of
from maracuja.runtime.disowning import PERSON, Place, wrong_person
from maracuja.runtime.signup_messages import Desk
from maracuja.store import audit, people


def obey(conn: Connection, rev: int, said: Sequence[Said], desk: Desk, now_us: int) -> None:
    """Do what these words ask: void what is not theirs, send the link to see or delete all."""
    for one in said:
        wished = wish_of(one)
        if wished is not None:
            _obey(conn, rev, one, wished, desk, now_us)


def _obey(conn: Connection, rev: int, said: Said, wished: Wished, desk: Desk, now_us: int) -> None:
    heard, now = said.told.heard, moment(now_us)
    place = Place(said.told.channel, heard.address, said.message, said.run)
    person = people.get(conn, said.pid)
    language = _language(wished, person)
    if wished.wish is Wish.WRONG_PERSON:
        at_us = min(heard.at_us, said.told.received_us)
        wrong_person(conn, rev, person, place, at_us, now_us)
        desk.excuse(conn, place, said.told.event_id.hex(), language, now)
        return
    erase = wished.wish is Wish.ERASE
    desk.own(conn, person.pid, place, language, now, erase=erase)
    what = "ask_to_erase" if erase else "ask_to_see"
    audit.add(conn, micros(now), PERSON, what, f"person:{person.pid}", {"channel": place.channel})


def _language(wished: Wished, person: Profile) -> str:
    """That of the words; of a button the person's own, as far as we speak it."""
    own = person.traits.get("language")
    told = wished.language or (str(own.value) if own is not None else "")
    return told if told in LANGUAGES else "en"
