"""Whether a campaign fits the definitions around it: what it names exists and agrees with it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias, TypeVar

import msgspec

from maracuja.campaigns.coupons import CODE, CouponPool
from maracuja.campaigns.decoding import Definition, kind_of
from maracuja.campaigns.definitions import Arm, Campaign, Goal, Topic
from maracuja.campaigns.experiment_checks import check_experiment
from maracuja.campaigns.promotion import signs_of_promotion
from maracuja.campaigns.trigger_checks import check_trigger
from maracuja.channels import BY_NAME, channel_of
from maracuja.errors import CampaignError, DefinitionError, SegmentError
from maracuja.model import Status, TopicKind
from maracuja.segments import check
from maracuja.segments.definition import Segment
from maracuja.templates.definition import Template
from maracuja.templates.needs import shows
from maracuja.templates.twin import neutralise

# What all people of a campaign share in its templates.
SHARED_PATHS: Final = (
    *(f"shop.{n}" for n in ("name", "url", "language", "currency", "country", "postal_address")),
    *(f"campaign.{n}" for n in ("id", "name", "topic")),
)

Known: TypeAlias = Mapping[tuple[str, str], Definition]  # by (kind, id)
D = TypeVar("D", bound=Definition)


def known(definitions: list[Definition]) -> dict[tuple[str, str], Definition]:
    """The definitions by kind and id; of two with the same, the later."""
    return {(kind_of(d), d.id): d for d in definitions}


def find(around: Known, kind: str, name: str, type_: type[D], *, where: str) -> D:
    """The definition that a campaign names. CampaignError with the near names where it is none."""
    found = around.get((kind, name))
    if isinstance(found, type_):
        return found
    names = sorted(id_ for kind_, id_ in around if kind_ == kind)
    near = difflib.get_close_matches(name, names, n=1)
    raise CampaignError(
        f"There is no {kind} `{name}`.",
        where=where,
        fix=f"Did you mean `{near[0]}`?"
        if near
        else f"Write it, and `apply` it with the {kind}s.",
    )


def check_campaign(
    campaign: Campaign, around: Known, names: check.Known | None = None
) -> list[DefinitionError]:
    """Everything that keeps the campaign from being launched; empty where nothing does.

    `names` are the traits, events and properties that inline conditions may mention; without
    them those are not checked.
    """
    return list(_faults(campaign, around, names or check.Known()))


def _faults(campaign: Campaign, around: Known, names: check.Known) -> Iterator[DefinitionError]:
    """The faults, one by one."""
    topic = None
    try:
        topic = find(around, "topic", campaign.topic, Topic, where="topic")
    except CampaignError as lacking:
        yield lacking
    named = [("audience", campaign.audience)] if isinstance(campaign.audience, str) else []
    named = [one for one in named if one[1]]  # a trigger asks for none
    named += [(f"exclude[{i}]", name) for i, name in enumerate(campaign.exclude)]
    for where, name in named:
        yield from _absent(around, "segment", name, Segment, where)
    if not isinstance(campaign.audience, str):
        segments = {id_: d for (_, id_), d in around.items() if isinstance(d, Segment)}
        inline = Segment(id=f"audience of {campaign.id}", where=campaign.audience)
        for fault in check.check(inline, msgspec.structs.replace(names, segments=segments)):
            place = fault.where.replace("where", "audience", 1)
            yield SegmentError(fault.message, where=place, fix=fault.fix)
    for i, name in enumerate(campaign.goals):
        yield from _absent(around, "goal", name, Goal, f"goals[{i}]")
    for arm in campaign.arms():
        yield from _against_template(arm, around)
    yield from _against_coupons(campaign, around)
    yield from _against_category(campaign, around)
    yield from _against_channels(campaign)
    yield from check_trigger(campaign, around, names)
    yield from check_experiment(campaign)
    if topic is not None:
        yield from _against_topic(campaign, topic, around)


def _absent(
    around: Known, kind: str, name: str, type_: type[Definition], where: str
) -> Iterator[CampaignError]:
    """The fault of a name that names nothing."""
    try:
        find(around, kind, name, type_, where=where)
    except CampaignError as fault:
        yield fault


def _against_template(arm: Arm, around: Known) -> Iterator[DefinitionError]:
    """What is wrong with the text of an arm: it is not there, its facts, its twin."""
    where = f"variants.{arm.variant}"
    try:
        template = find(around, "template", arm.template, Template, where=where)
        for name, raw in template.facts.items():
            check.decode_measure(raw, f"{template.id}: facts.{name}")
        if arm.twin_of:
            neutralise(template, dict.fromkeys(SHARED_PATHS, "-"))
    except DefinitionError as fault:
        yield fault


def _against_category(campaign: Campaign, around: Known) -> Iterator[DefinitionError]:
    """A text asks "not about this any more?" where it is not said what it is about."""
    for name in _templates(campaign):
        template = around.get(("template", name))
        asks = template is not None and b"links.not_about_this" in msgspec.json.encode(template)
        if asks and not campaign.category:
            yield CampaignError(
                f"The template `{name}` offers to hear no more about this, but it is not said what"
                " the campaign is about.",
                where="category",
                fix="Name its category, such as `category: fishing > rods`.",
            )
            return


def _against_coupons(campaign: Campaign, around: Known) -> Iterator[DefinitionError]:
    """A text shows codes where the campaign names no pool, or none does where it names one."""
    if campaign.coupons:
        yield from _absent(around, "coupons", campaign.coupons, CouponPool, "coupons")
    showing = [name for name in _templates(campaign) if _shows_code(around, name)]
    if showing and not campaign.coupons:
        yield CampaignError(
            f"The template `{showing[0]}` shows a coupon, but the campaign names no pool.",
            where="coupons",
            fix="Name the pool of its codes: `coupons: <pool>`.",
        )
    if campaign.coupons and not showing:
        yield CampaignError(
            f"No text of the campaign shows a code of `{campaign.coupons}`.",
            where="coupons",
            fix="Write {{ coupon.code }} where the code belongs, or leave `coupons` out.",
        )


def _templates(campaign: Campaign) -> list[str]:
    """The templates of the campaign, each once."""
    return list(dict.fromkeys(arm.template for arm in campaign.arms()))


def _shows_code(around: Known, name: str) -> bool:
    """Whether the template prints the code; what cannot be parsed is told by its own check."""
    template = around.get(("template", name))
    try:
        return isinstance(template, Template) and shows(template, CODE)
    except DefinitionError:
        return False


def _against_channels(campaign: Campaign) -> Iterator[CampaignError]:
    """What the channels of a cascade cannot do: they are none, or tell no receipts to wait for."""
    for i, step in enumerate(campaign.cascade.steps if campaign.cascade else ()):
        where = f"cascade.steps[{i}]"
        if step.channel not in BY_NAME:
            yield CampaignError(
                f"There is no channel `{step.channel}`.",
                where=f"{where}.channel",
                fix=f"It is one of {', '.join(BY_NAME)}.",
            )
        elif step.wait and Status.DELIVERED not in BY_NAME[step.channel].can.receipts:
            yield CampaignError(
                f"{step.channel} does not tell whether a message was delivered: to wait for that"
                " would send the next one to everybody.",
                where=f"{where}.wait",
                fix="Leave out `wait`: the next step then follows where this one fails for good.",
            )


def _against_topic(campaign: Campaign, topic: Topic, around: Known) -> Iterator[CampaignError]:
    """What the kind and the channels of the topic do not allow."""
    for i, channel in enumerate(campaign.channels):
        if channel_of(channel) in topic.channels:
            continue
        yield CampaignError(
            f"Nobody is asked for consent to `{topic.id}` on {channel}.",
            where=f"cascade.steps[{i}].channel" if campaign.cascade else "channel",
            fix=f"Use one of {', '.join(topic.channels)}, or add it to the topic.",
        )
    if topic.type is TopicKind.MARKETING:
        if campaign.holdout and not campaign.goals:
            yield CampaignError(
                "People are held out, but there is no goal to measure what that costs.",
                where="goals",
                fix="Name a goal, or set `holdout: 0`.",
            )
        return
    if len(campaign.variants) > 1:
        yield CampaignError(
            "A service message is the same for everybody: it is no experiment.",
            where="variants",
            fix="Use one template, or a marketing topic.",
        )
    for arm in campaign.arms():
        template = around.get(("template", arm.template))
        if not isinstance(template, Template):
            continue
        for text in template.variants:
            source = " ".join((text.subject, text.preheader, text.text, text.html))
            if signs := signs_of_promotion(source):
                yield CampaignError(
                    f"`{topic.id}` is a service topic, but the template `{template.id}`"
                    f" ({text.language}) advertises: {', '.join(signs)}.",
                    where="topic",
                    fix="Take the promotion out, or send it on a marketing topic.",
                )
