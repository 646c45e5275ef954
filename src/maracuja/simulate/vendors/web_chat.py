"""An inbox of the web chat with its visitors' browsers: takes lines, shows them, answers.

It stands where our own inbox does, and keeps the same contract.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.web_chat import Row
from maracuja.channels.web_chat_token import make_token
from maracuja.simulate.vendors.http import HttpVendor, json_answer

DAY_S: Final = 86_400
_WORDS: Final = {
    401: (423, "the disk is full"),
    429: (429, "too many at once"),
    500: (500, "something broke"),
    503: (503, "the database is busy"),
}


@dataclass(kw_only=True)
class WebChatVendor(HttpVendor):
    """The inbox at `at_s` o'clock. Guests in `gone` have not come for too long.

    `shown` has each message that it took, once for each id, with its address and place.
    """

    secret: str
    at_s: int = 0
    gone: set[str] = field(default_factory=set)
    lines: dict[str, int] = field(default_factory=dict)  # the last place, by address
    _places: dict[str, int] = field(default_factory=dict)
    _said: int = 0

    def refusal(self, status: int) -> Answer:
        """What our inbox says in such a case."""
        code, words = _WORDS[status]
        headers = {"retry-after": "3"} if status == 429 else {}
        return Answer(stage=Stage.GIVEN, code=code, text=words, headers=headers)

    def take(self, request: HttpRequest) -> Answer:
        """One line; the same message again is the same line."""
        try:
            row = msgspec.json.decode(request.body, type=Row)
        except msgspec.DecodeError as fault:
            self.violations.append(str(fault))
            return json_answer(422, {"error": "content"})
        if row.message != request.message_id.hex() or row.address != request.recipient:
            self.violations.append(f"{row.message}: it is not the one that was asked for")
        if row.address in self.gone:
            return Answer(stage=Stage.GIVEN, code=410, text="nobody is there any more")
        if row.message not in self._places:
            self.lines[row.address] = self.lines.get(row.address, 0) + 1
            self._places[row.message] = self.lines[row.address]
            self.taken[row.message] += 1
            self.shown.append(row)
        return json_answer(200, {"seq": self._places[row.message]})

    # ------------------------------------------------------------ what visitors do

    def say(self, address: str, *frames: dict[str, Any]) -> None:
        """A visitor's browser posts frames, with its token."""
        now = self.now() if self.now else datetime.fromtimestamp(self.at_s, UTC)
        token = make_token(self.secret, address, int(now.timestamp()) + DAY_S)
        body = msgspec.json.encode({"frames": list(frames)})
        self.call(Inbound(body=body, headers={"authorization": f"Bearer {token}"}))

    def own_id(self) -> str:
        """A new id of a visitor's own."""
        self._said += 1
        return f"visitor-{self.seed}-{self._said:08}"
