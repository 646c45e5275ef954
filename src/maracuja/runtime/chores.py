"""What the worker does after each round beside sending and keeping: conversations, experiments."""

from __future__ import annotations

from maracuja.runtime.conversation_keeping import ConversationKeeping
from maracuja.runtime.experiment_work import ExperimentWork
from maracuja.runtime.holding import HoldKeeping
from maracuja.runtime.inbound_work import InboundWork
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.law_clock import LawClock
from maracuja.runtime.segment_sizes import SegmentSizes
from maracuja.runtime.sending import Chore
from maracuja.runtime.shop_chores import shop_chores
from maracuja.runtime.signup_keeping import SignupKeeping


def chores_of(ground: Ground) -> list[Chore]:
    """The chores that need no more than the workspace."""
    return [
        ConversationKeeping(ground.store, ground.config.conversations),
        ExperimentWork(ground),
        HoldKeeping(ground.store),
        InboundWork(ground.store),
        SignupKeeping(ground.store, ground.config),
        LawClock(ground.store),
        SegmentSizes(ground),
        *shop_chores(ground),
    ]
