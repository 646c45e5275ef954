"""What a run was launched with, frozen: later edits of the definitions do not change it."""

from __future__ import annotations

import msgspec

from maracuja.campaigns.cascade import Step
from maracuja.campaigns.checks import Known, check_campaign, find
from maracuja.campaigns.coupons import CouponPool
from maracuja.campaigns.definitions import Arm, Campaign, Goal, Topic
from maracuja.campaigns.schedule import Occurrence, last_due
from maracuja.campaigns.triggers import Then
from maracuja.decisions.assignment import Arms
from maracuja.model import Lane, Record, TopicKind, micros
from maracuja.segments.definition import Condition
from maracuja.templates.definition import Template


class RunFacts(Record, frozen=True):
    """The campaign and all that it names, the occurrence, and the lottery of its arms.

    `neutral_too`: somebody has agreed that many may read neutral words instead of their names.
    `step`: of a cascade of so many `steps`, the one that these facts were narrowed to (see `on`).
    Of a trigger: the run that `listens` for this one, the number of the `message` in the series,
    what this message is left out for, and when the one after it is due (see series.of_message).
    """

    campaign: Campaign
    topic: Topic
    goals: tuple[Goal, ...]
    templates: dict[str, Template]
    occurrence: Occurrence
    lottery: Arms
    neutral_too: bool = False
    step: Step | None = None
    steps: int = 0
    listens: int = 0
    message: int = 0
    skip_if: list[Condition] = msgspec.field(default_factory=list)
    then: Then | None = None
    coupons: CouponPool | None = None

    def on(self, channel: str) -> RunFacts:
        """The facts of the one step of a cascade, as of a campaign of that channel alone.

        Where there is no cascade, these facts themselves.
        """
        cascade = self.campaign.cascade
        if cascade is None:
            return self
        step = cascade.steps[cascade.channels.index(channel)]
        campaign = msgspec.structs.replace(self.campaign, channel=channel, cascade=None)
        steps = len(cascade.steps)
        return msgspec.structs.replace(self, campaign=campaign, step=step, steps=steps)

    @property
    def listening(self) -> bool:
        """Whether the run only lets people in, whom other runs write to."""
        return self.campaign.trigger is not None and not self.listens

    @property
    def message_key(self) -> tuple[str, ...]:
        """The natural key of its messages, before the pid; those of each step have their own."""
        key = ("message", self.campaign.id, self.occurrence.key)
        return key if self.step is None else (*key, self.step.channel)

    @property
    def marketing(self) -> bool:
        """Whether holdouts, caps, quiet hours and opt-in apply."""
        return self.topic.type is TopicKind.MARKETING

    @property
    def tests(self) -> bool:
        """Whether its variants are tried on a part of the audience first."""
        return self.campaign.test is not None

    @property
    def weekly(self) -> bool:
        """Whether its variants differ in how often people hear, from occurrence to occurrence."""
        return any(arm.per_week is not None for arm in self.arms)

    @property
    def lane(self) -> Lane:
        """Service messages overtake marketing: the lower lane goes first."""
        return Lane.MARKETING if self.marketing else Lane.SERVICE

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The variants with their templates."""
        return self.campaign.arms()

    @property
    def expires_us(self) -> int:
        """After this nobody is sent to any more, whatever the zone."""
        return micros(last_due(self.occurrence) + self.campaign.expiry)


def freeze(
    campaign: Campaign, around: Known, occurrence: Occurrence, *, salt: str, global_holdout: float
) -> RunFacts:
    """The facts of a run; the first fault of `check_campaign` is raised (CampaignError).

    `salt` is the workspace's; on service topics nobody is held out.
    """
    for fault in check_campaign(campaign, around):
        raise fault
    topic = find(around, "topic", campaign.topic, Topic, where="topic")
    arms = campaign.arms()
    names = dict.fromkeys(arm.template for arm in arms)
    marketing = topic.type is TopicKind.MARKETING
    pool = campaign.coupons
    return RunFacts(
        campaign=campaign,
        topic=topic,
        goals=tuple(find(around, "goal", g, Goal, where="goals") for g in campaign.goals),
        templates={n: find(around, "template", n, Template, where="template") for n in names},
        occurrence=occurrence,
        lottery=Arms(
            salt=salt,
            campaign=campaign.id,
            variants=tuple(arm.variant for arm in arms),
            shares=tuple(arm.share for arm in arms),
            global_holdout=global_holdout if marketing else 0.0,
            holdout=campaign.holdout if marketing else 0.0,
        ),
        coupons=find(around, "coupons", pool, CouponPool, where="coupons") if pool else None,
    )


def encode_facts(facts: RunFacts) -> bytes:
    """The facts as JSON, for `runs.facts`."""
    return msgspec.json.encode(facts)


def decode_facts(body: bytes) -> RunFacts:
    """The facts of a stored run."""
    return _decoder.decode(body)


_decoder = msgspec.json.Decoder(RunFacts)
