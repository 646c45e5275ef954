"""Sign-ups that are confirmed by opening a channel: the chat itself says yes.

Where a vendor only tells that somebody looked (Viber), the yes is their first word after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from maracuja.links.tokens import KeyRing
from maracuja.runtime.signing_up import SigningUp
from maracuja.runtime.signup_messages import Desk
from maracuja.store import signups
from maracuja.store.merging import Exposures
from maracuja.store.signups import SignupState


class Opened(NamedTuple):
    """Somebody came into a channel: by the link of a sign-up, or by themselves (b'').

    `agrees`: the vendor lets them be written to; else they have only looked.
    """

    signup: bytes
    pid: int
    channel: str
    address: str
    at_us: int
    agrees: bool


def hold(
    conn: Connection,
    rev: int,
    opened: Sequence[Opened],
    ring: KeyRing,
    salt: str,
    exposures: Exposures,
) -> None:
    """Confirm the sign-ups of these people, inside the projection's transaction."""
    if not any(one.signup for one in opened) and not signups.any_there(conn):
        return
    signing = SigningUp(Desk("", "", "", ring), salt, _no_link, exposures)
    for one in opened:
        if one.signup and not one.agrees:
            row = signups.get(conn, one.signup)
            if row is not None and row.state is SignupState.ASKED and row.channel == one.channel:
                signups.change(conn, row.id, pid=one.pid, address=one.address)
        elif one.signup:
            _started(conn, rev, signing, one.signup, one)
        elif one.agrees:
            waiting = (
                row
                for row in signups.of_people(conn, [one.pid])
                if row.state is SignupState.ASKED and row.address == one.address
            )
            for row in waiting:
                _started(conn, rev, signing, row.id, one)


def _started(conn: Connection, rev: int, signing: SigningUp, number: bytes, one: Opened) -> None:
    signing.started(conn, rev, number, one.pid, one.channel, one.address, one.at_us)


def _no_link(_channel: str, _payload: str) -> str:
    raise AssertionError("nobody is led anywhere from here")
