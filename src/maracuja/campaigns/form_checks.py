"""Whether a sign-up form fits the definitions around it: its topics and their channels exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from maracuja.campaigns.definitions import Topic
from maracuja.campaigns.forms import Form
from maracuja.channels import BY_NAME, channel_of
from maracuja.errors import CampaignError
from maracuja.model import TopicKind

if TYPE_CHECKING:
    from maracuja.campaigns.checks import Known


def check_form(form: Form, around: Known) -> Iterator[CampaignError]:
    """The faults of a form among the other definitions, one by one."""
    for i, name in enumerate(form.topics):
        topic = around.get(("topic", name))
        where = f"topics[{i}]"
        if not isinstance(topic, Topic):
            yield CampaignError(
                f"There is no topic `{name}`.", where=where, fix="Write it, and apply it with it."
            )
        elif topic.type is not TopicKind.MARKETING:
            yield CampaignError(
                f"`{name}` is a service topic: nobody signs up for it.",
                where=where,
                fix="Name a marketing topic.",
            )
        else:
            yield from _channels(form, topic)
    pool = form.bonus.coupons if form.bonus is not None else ""
    if pool and ("coupons", pool) not in around:
        yield CampaignError(
            f"There is no coupon pool `{pool}`.",
            where="bonus.coupons",
            fix="Write it, and apply it with the form.",
        )
    for i, channel in enumerate(form.channels):
        if channel in form.opened and not BY_NAME[channel].can.deep_link_chars_max:
            yield CampaignError(
                f"Nobody can sign up on {channel}: it has neither an address that a form can ask"
                " for, nor a link that opens it.",
                where=f"channels[{i}]",
                fix="Leave it out.",
            )


def _channels(form: Form, topic: Topic) -> Iterator[CampaignError]:
    """The channels on which nobody is asked about the topic."""
    for i, channel in enumerate(form.channels):
        if channel_of(channel) not in topic.channels:
            yield CampaignError(
                f"`{topic.id}` is not sent on {channel}.",
                where=f"channels[{i}]",
                fix=f"Use one of {', '.join(topic.channels)}, or add it to the topic.",
            )
