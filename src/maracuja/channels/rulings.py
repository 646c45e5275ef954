"""What a vendor's answer means, as the rows of one table for each channel.

A row is made by `suppress` (the address will never do), `wait` (later), `over` (this message alone
will never do) or `stop` (our account); `on` an answer it is the result. It reads no answer itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from maracuja.channels.base import RAW_CHARS_MAX, Answer
from maracuja.model import Scope, SendResult, Status, Verdict

_STATUS: Final = {
    Verdict.PERMANENT: Status.BOUNCED,
    Verdict.TEMPORARY: Status.DEFERRED,
    Verdict.CONTENT: Status.REJECTED,
    Verdict.OURS: Status.REJECTED,
    Verdict.UNKNOWN: Status.UNKNOWN,
}


class Ruling(NamedTuple):
    """What an answer means: our code for it ('': the vendor's number), the verdict, for whom."""

    code: str
    verdict: Verdict
    scope: Scope = Scope.MESSAGE
    after_s: float | None = None  # of a temporary one: no sooner
    rest_s: int = 0  # of a permanent one: for so long the address is left alone; 0: for good
    marketing_only: bool = False  # of a permanent one: service messages still go there

    @property
    def status(self) -> Status:
        """What becomes of the message."""
        return Status.FAILED if self.marketing_only else _STATUS[self.verdict]

    def on(self, answer: Answer) -> SendResult:
        """The result of this answer; a Retry-After of its own may only lengthen the wait."""
        waits = self.verdict is Verdict.TEMPORARY
        told = retry_after_s(answer) if waits else None
        return SendResult(
            verdict=self.verdict,
            status=self.status,
            scope=self.scope,
            retry_after_s=max(filter(None, (told, self.after_s)), default=told),
            rest_s=self.rest_s,
            marketing_only=self.marketing_only,
            raw=raw_of(answer),
            code=self.code or str(answer.code),
        )


def suppress(code: str = "", *, rest_s: int = 0, marketing_only: bool = False) -> Ruling:
    """The vendor says that this address will never do, or does not want us."""
    return Ruling(code, Verdict.PERMANENT, rest_s=rest_s, marketing_only=marketing_only)


def wait(code: str = "", *, scope: Scope = Scope.MESSAGE, after_s: float | None = None) -> Ruling:
    """Later: this message, its address (HOST) or the whole account; never before `after_s`."""
    return Ruling(code, Verdict.TEMPORARY, scope, after_s)


def whole(code: str = "", after_s: float | None = None) -> Ruling:
    """Later: the whole account."""
    return wait(code, scope=Scope.ACCOUNT, after_s=after_s)


def over(code: str = "") -> Ruling:
    """This message will never do; the address may."""
    return Ruling(code, Verdict.CONTENT)


def stop(code: str = "", *, scope: Scope = Scope.ACCOUNT) -> Ruling:
    """Our account, our money or our reputation: the channel stops, the operator is told."""
    return Ruling(code, Verdict.OURS, scope)


def unknown(code: str = "") -> Ruling:
    """The vendor itself does not know whether it was sent."""
    return Ruling(code, Verdict.UNKNOWN)


def accepted(vendor_id: str, *, code: str = "") -> SendResult:
    """The vendor has taken it under its id."""
    return SendResult(
        verdict=Verdict.ACCEPTED, status=Status.SENT, vendor_id=vendor_id, code=code, raw=vendor_id
    )


# What a shop may say in its settings of words that a table does not know.
NOT_A_USER_S: Final = 60 * 86_400
ACTIONS: Final[Mapping[str, Ruling]] = {
    "suppress": suppress("error"),
    "rest": suppress("error", rest_s=NOT_A_USER_S),
    "over": over("error"),
    "wait": whole("error"),
    "stop": stop("error"),
}


def own_words(settings: Mapping[str, str]) -> list[tuple[str, Ruling]]:
    """The rows that settings such as `error_words` add, in lower case."""
    return [(part.lower(), ACTIONS[action]) for part, action in settings.items()]


def by_words(said: str, table: Iterable[tuple[str, Ruling]]) -> Ruling | None:
    """The first row whose words are said; None where none is."""
    folded = said.lower()
    return next((ruling for part, ruling in table if folded and part in folded), None)


def raw_of(answer: Answer) -> str:
    """The vendor's own words, as kept."""
    return f"{answer.code} {answer.text}"[:RAW_CHARS_MAX]


def retry_after_s(answer: Answer) -> float | None:
    """Seconds of a Retry-After header; None where it is absent or a date."""
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdigit() else None
