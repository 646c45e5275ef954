"""What people do to a shop that writes badly, and how much of each is borne."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Harm(StrEnum):
    """What people do to a shop that writes badly: a closed list."""

    OPT_OUT = "opt_out"
    BLOCK = "block"
    COMPLAINT = "complaint"
    PUSH_LOST = "push_lost"


RATES_MAX: Final[Mapping[Harm, float]] = {
    Harm.OPT_OUT: 0.01,
    Harm.BLOCK: 0.01,
    Harm.COMPLAINT: 0.001,  # mailbox providers want it below this
    Harm.PUSH_LOST: 0.01,
}
"""What is borne where the shop says nothing: people of each who were sent a message."""
