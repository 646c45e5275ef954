"""A campaign or a text sent to oneself at once, as a person would read it; nothing is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from maracuja.campaigns.definitions import Arm, Campaign
from maracuja.channels import channel_of
from maracuja.channels.base import Channel
from maracuja.errors import BadInput, NotFound
from maracuja.model import Content, Verdict
from maracuja.runtime import campaign_work, channel_trial, people_view, template_work
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.template_work import Preview
from maracuja.runtime.vendor_accounts import Vendors
from maracuja.templates.definition import Template

MARK: Final = "[Test] "
MESSAGES_MAX: Final = 30


@dataclass(frozen=True)
class SentToMe:
    """One message: what the vendor said, or why there was none to send."""

    variant: str
    channel: str
    language: str
    reader: str  # the person as whom it was written
    sent: bool
    says: str


def send(
    ground: Ground,
    vendors: Vendors,
    name: str,
    addresses: Sequence[str],
    now: datetime,
    *,
    reader: str = "",
    variant: str = "",
    language: str = "",
) -> list[SentToMe]:
    """Send every text of the campaign, or one variant's, to these addresses at once.

    An address is `channel:address` where the campaign has several channels. It is written as for
    the person `reader` (as people_view.find knows them); without, for whoever the address belongs
    to, else for an invented person. No consent is asked, nothing is recorded, and links lead where
    they lead. Raises NotFound, BadInput, and what rendering raises.
    """
    with ground.store.read() as conn:
        campaign = campaign_work.get(conn, name)
        country = ground.config.shop.country
        pid = people_view.find(conn, reader, country) if reader else None
        arms = [arm for arm in campaign.arms() if variant in ("", arm.variant)]
        templates = {arm.template: template_work.get(conn, arm.template) for arm in arms}
        places = [
            (
                channel,
                address,
                pid or next(iter(people_view.matches(conn, address, country)), None),
            )
            for channel, address in _places(campaign, addresses)
        ]
    if not arms:
        raise NotFound(f"`{name}` has no variant `{variant}`.")
    if len(arms) * len(places) > MESSAGES_MAX:
        raise BadInput(f"That would be more than {MESSAGES_MAX} messages: name one variant.")
    found = []
    for channel, address, person in places:
        # A connection of its own for each: what carries it is closed after one message.
        for arm in arms:
            template = _template(templates[arm.template], arm)
            seen = _written(ground, template, channel, person, language, now)
            found.append(_sent(vendors, channel, address, arm.variant, seen, now))
    return found


def send_text(
    ground: Ground,
    vendors: Vendors,
    template: Template,
    channel: str,
    address: str,
    now: datetime,
    *,
    reader: str = "",
    language: str = "",
) -> SentToMe:
    """Send one text on a channel, or an account of it, to an address at once; as `send`."""
    country = ground.config.shop.country
    with ground.store.read() as conn:
        named = [people_view.find(conn, reader, country)] if reader else []
        pid = next(iter(named or people_view.matches(conn, address, country)), None)
    seen = _written(ground, template, channel, pid, language, now)
    return _sent(vendors, channel, address, "", seen, now)


def _places(campaign: Campaign, addresses: Sequence[str]) -> list[tuple[str, str]]:
    """Channel and address of each; a bare address is of the campaign's only channel."""
    found = []
    for given in addresses:
        named = [one for one in campaign.channels if given.startswith(f"{one}:")]
        if named:
            found.append((named[0], given.removeprefix(f"{named[0]}:")))
        elif len(campaign.channels) == 1:
            found.append((campaign.channels[0], given))
        else:
            raise BadInput(
                f"`{given}` may be on any of {', '.join(campaign.channels)}.",
                fix=f"Say which: {campaign.channels[0]}:{given}",
            )
    return found


def _template(template: Template, arm: Arm) -> Template:
    return msgspec.structs.replace(template, neutral=True) if arm.twin_of else template


def _written(
    ground: Ground,
    template: Template,
    channel: str,
    pid: int | None,
    language: str,
    now: datetime,
) -> Preview:
    """What that person would read; for nobody in particular, somebody of whom all is known."""
    on = channel_of(channel)
    if pid is not None:
        return template_work.preview(ground, template, now, pid=pid, language=language, channel=on)
    several = template_work.side_by_side(ground, template, now, language=language, channel=on)
    return several.people[0].preview


def _sent(
    vendors: Vendors, name: str, address: str, variant: str, seen: Preview, now: datetime
) -> SentToMe:
    reader = f"pid:{seen.pid}" if seen.pid is not None else "somebody invented"
    shown = (variant, name, seen.language, reader)
    content = seen.content
    if content is None:
        return SentToMe(*shown, sent=False, says=f"nothing to send: {seen.error}")
    channel, transport = vendors.sending(name)
    marked = _marked(channel, content)
    result = channel_trial.send_now(channel, transport, address, marked, now)
    return SentToMe(*shown, sent=result.verdict is Verdict.ACCEPTED, says=result.raw)


def _marked(channel: Channel[object], content: Content) -> Content:
    """The subject says that it is a test, where there is one."""
    if not channel.can.subject_chars_max or not content.subject:
        return content
    subject = f"{MARK}{content.subject}"[: channel.can.subject_chars_max]
    return msgspec.structs.replace(content, subject=subject)
