"""Links into channels for posters, receipts and adverts; never opens one or asks a vendor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from maracuja.channels import BY_NAME, section_of
from maracuja.channels.http import HttpChannel
from maracuja.errors import NotFound, UnsupportedFeature
from maracuja.links.making import LinkMaker
from maracuja.runtime import people_view


def link_into(channels: Mapping[str, HttpChannel], name: str, payload: str = "") -> str:
    """The address that opens a channel and brings the payload along; without one, it only opens.

    `channels` are those set up. Raises NotFound for another name, UnsupportedFeature where there
    is no way in or the payload is too long for the vendor.
    """
    channel = channels.get(name)
    if channel is None:
        if name in BY_NAME and not issubclass(BY_NAME[name], HttpChannel):
            raise UnsupportedFeature(f"There is no link into {name}.", where="channel")
        raise NotFound(
            f"The channel `{name}` is not set up here.",
            where="channel",
            fix=f"Add a section [{section_of(name)}] to maracuja.toml; see docs/channels.md.",
        )
    try:
        made = channel.deep_link(payload)
    except UnsupportedFeature as fault:
        raise UnsupportedFeature(
            fault.message,
            where="source",
            fix=f"Take a shorter source of plain letters: with it come {len(payload)} characters.",
        ) from None
    if made:
        return made
    if channel.can.deep_link_chars_max:
        raise UnsupportedFeature(
            f"The settings of {name} do not say where a link into it leads.",
            where="channel",
            fix="Name the bot, page or number there; see docs/channels.md.",
        )
    raise UnsupportedFeature(f"There is no link into {name}.", where="channel")


def own_payload(
    conn: Connection, links: LinkMaker, who: str, source: str, now: datetime, *, country: str
) -> str:
    """What makes the chat this person's, as for a receipt; it says so for 30 days.

    Some 50 characters, and a third more than the source has. Raises NotFound where nobody is
    known as `who`.
    """
    return links.start(people_view.find(conn, who, country), source, now)
