"""Whoever works in the shop works in its demo shop too, and stays logged in.

It must never let anybody in whom the shop does not: passwords and second factors are the same.
"""

from __future__ import annotations

from sqlalchemy import Connection

from maracuja.runtime.passwords import cipher
from maracuja.store import team


def bring(own: Connection, demo: Connection, *, own_key: str, demo_key: str) -> None:
    """Write the members of the own shop and their sessions into the demo shop.

    The keys are the `key_secret` of each: second factors are sealed with it.
    """
    for member in team.every(own):
        totp = member.totp
        if totp:
            totp = cipher(demo_key).encrypt(cipher(own_key).decrypt(totp))
        team.add(demo, **member._replace(totp=totp)._asdict())
        for session in team.sessions(own, member.id):
            team.begin(demo, session)
