"""Whether a later occurrence may go out though most of its people would read neutral words.

The first one is asked about when it is launched; nobody is there for those that follow, so they
are held, once, until somebody resumes them.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from maracuja.campaigns.facts import encode_facts
from maracuja.runtime.campaign_rehearsal import NEUTRAL_MAX, too_neutral, words_of
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.launch_work import Pids, facts_of
from maracuja.store import runs
from maracuja.store.runs import Run


def check_again(ground: Ground, run: Run, pids: Pids, now: datetime) -> None:
    """Raise CampaignError where too many of these people would read neutral words.

    Of a chunk of them, and once: who resumes the run then has agreed, for what follows it too.
    """
    facts = facts_of(run)
    if facts.neutral_too:
        return
    with ground.store.read() as conn:
        first = all(one.run >= run.run for one in runs.every(conn, campaign=run.campaign))
    words = None if first else words_of(ground, facts, pids, now)
    if words is None or words.share <= NEUTRAL_MAX:
        return
    agreed = msgspec.structs.replace(facts, neutral_too=True)
    with ground.store.write() as conn:
        runs.replan(conn, run.run, version=run.version, facts=encode_facts(agreed))
    raise too_neutral(words, run.campaign, "If that is meant, resume it.")
