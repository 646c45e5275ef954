"""Words by which people leave a channel or come back, in the languages of the shop's customers.

Only a whole message counts: "stop sending me the blue ones" is for a person to read.
"""

from __future__ import annotations

import re
from typing import Final

_LEAVE: Final = frozenset(
    "stop stopall unsubscribe cancel end quit стоп отписаться отписка отмена відписатись "
    "відписатися відписка відміна зогсоо зогс цуцлах болих".split(" ")
)
_RETURN: Final = frozenset(
    "start unstop старт підписатись підписатися подписаться эхлэх".split(" ")
)
# On a button: it may say Cancel of an order, or End of a list, which leaves nobody.
_LEAVE_PRESSED: Final = _LEAVE - frozenset(
    "cancel end quit отмена відміна цуцлах болих".split(" ")
)
_AROUND: Final = re.compile(r"^[\s/.!\"'«»]+|[\s.!\"'«»]+$")


def whole_word(text: str) -> str:
    """A message that is nothing but a few words, without what stands around them; '' of others."""
    return _AROUND.sub("", text[:40]).casefold() if len(text) <= 40 else ""


def leaves(text: str) -> bool:
    """Whether the whole message is a word for leaving, such as STOP or /stop."""
    return whole_word(text) in _LEAVE


def leaves_by_button(text: str) -> bool:
    """Whether what a pressed button says can only be a word for leaving."""
    return whole_word(text) in _LEAVE_PRESSED


def returns(text: str) -> bool:
    """Whether the whole message is a word for coming back, such as START."""
    return whole_word(text) in _RETURN
