"""What people write to an SMS number: words for leaving and for coming back, and everything else.

Only a whole message is a word for leaving; what merely sounds like one is marked for a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

from maracuja.channels.heard import TEXT_CHARS_MAX, Heard, HeardKind
from maracuja.channels.leaving import leaves, returns

MAY_LEAVE: Final = "may_leave"  # the code of a message that a person should look at
PAYLOAD_CHARS_MAX: Final = 64
_START: Final = re.compile(r"\s*start[ +]([\w.~-]{1,64})\s*", re.IGNORECASE | re.ASCII)
_SOUNDS: Final = re.compile(
    r"\b(?:stop|unsubscribe|don'?t (?:text|write|message)|opt ?out|remove me|leave me alone"
    r"|не (?:пиши|пишите|пишіть|присыл\w*|надсилай\w*|шлит\w*)|отпис\w*|відпис\w*|отстан\w*"
    r"|відчеп\w*|бүү (?:илгээ|бич)\w*)",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"\+?([1-9][0-9]{6,14})")


def number_of(text: str) -> str:
    """A number as vendors write it, with its +; '' for words and short numbers."""
    found = _DIGITS.fullmatch(text)
    return f"+{found[1]}" if found else ""


def heard_text(
    text: str, *, stop_words: Collection[str] = (), vendor_says: str = "", **told: Any
) -> Heard:
    """What a message of a person means. `vendor_says` is STOP or START where it has acted on it.

    After its own STOP the vendor lets nothing through. `told` are key, at_us, address.
    """
    text = text[:TEXT_CHARS_MAX]
    folded = text.strip().casefold()
    own = folded in {word.strip().casefold() for word in stop_words if word.strip()}
    if vendor_says == "STOP" or own or leaves(text):
        blocked = vendor_says == "STOP"
        code = "blocked" if blocked else ""
        return Heard(kind=HeardKind.LEAVE, text=text, reachable=not blocked, code=code, **told)
    start = _START.fullmatch(text)
    if start or vendor_says == "START" or returns(text):
        payload = start[1] if start else ""
        return Heard(kind=HeardKind.START, text=text, payload=payload, **told)
    code = MAY_LEAVE if _SOUNDS.search(text) else ""
    return Heard(kind=HeardKind.MESSAGE, text=text, code=code, **told)
