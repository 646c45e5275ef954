"""What the words of mail servers mean: by enhanced code (RFC 3463), then SMTP code, then text.

Order and classes follow the rule that an address is suppressed only when the server said that the
address itself will never do: policy and reputation are ours, size and form are the message's.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from maracuja.channels.base import RAW_CHARS_MAX, Stage
from maracuja.model import Scope, SendResult, Status, Verdict

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_WAIT = re.compile(r"(?:in|for|after)\s+(\d{1,5})\s*(s|sec|seconds?|m|min|minutes?)\b", re.I)

P, T, C, O = Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS  # noqa: E741

# A full mailbox: neither the address's end nor the message's fault; the verdict CONTENT says that
# this message is over and the address stays, `full` that it is counted.
_FULL: Final = (C, Status.FAILED)

# Class 5, by subject and detail; None as detail: all others of the subject.
_BY_ENHANCED: Final[dict[tuple[int, int | None], tuple[Verdict, Status]]] = {
    (1, 7): (O, Status.REJECTED),  # bad sender's address
    (1, 8): (O, Status.REJECTED),  # bad sender's domain
    (1, 9): (C, Status.REJECTED),
    (1, None): (P, Status.BOUNCED),
    (2, 1): (P, Status.BOUNCED),  # disabled
    (2, 2): _FULL,
    (2, 3): (C, Status.REJECTED),  # too long for this mailbox
    (3, 4): (C, Status.REJECTED),  # too big
    (3, 2): (T, Status.DEFERRED),  # "not accepting messages": some say 5.3.2 and mean now
    (6, None): (C, Status.REJECTED),
    (7, None): (O, Status.REJECTED),
}

# The host's way is gone (5.4.4 no route, 5.4.6 loop, 5.4.1 no answer): believed the second time.
_SECOND_CHECK: Final = frozenset({(4, 1), (4, 4), (4, 6)})

_BY_CODE: Final[dict[int, tuple[Verdict, Status]]] = {
    521: (P, Status.BOUNCED),  # takes no mail at all (RFC 7504)
    530: (O, Status.REJECTED),
    534: (O, Status.REJECTED),
    535: (O, Status.REJECTED),
    538: (O, Status.REJECTED),
    556: (P, Status.BOUNCED),
}
_LOGIN_CODES: Final = frozenset({530, 534, 535, 538})

_FULL_TEXT: Final = re.compile(
    r"quota|mailbox (is )?full|over ?storage|insufficient (system )?storage", re.I
)

_BY_TEXT: Final[tuple[tuple[re.Pattern[str], tuple[Verdict, Status]], ...]] = (
    (_FULL_TEXT, _FULL),
    (
        re.compile(r"too (large|big)|exceeds? .{0,30}(size|limit)|size limit", re.I),
        (C, Status.REJECTED),
    ),
    (
        re.compile(
            r"(user|recipient|mailbox|address|account).{0,40}(unknown|not (found|exist)|"
            r"does(n't| not) exist|invalid|unavailable|disabled|inactive|suspended|deactivated)"
            r"|(unknown|no such|invalid|bad|nonexistent) .{0,20}"
            r"(user|recipient|mailbox|address|person|domain)|no mailbox here|not our customer"
            r"|unrouteable address|пользовател\w+ не|ящик не",
            re.I,
        ),
        (P, Status.BOUNCED),
    ),
    (
        re.compile(
            r"spam|blocked|black ?list|block ?list|reputation|policy|spf|dkim|dmarc|denied"
            r"|relay|not authori[sz]ed|unsolicited|abuse",
            re.I,
        ),
        (O, Status.REJECTED),
    ),
)


def enhanced_code(text: str) -> str:
    """The enhanced code at the head of a server's words, or ''."""
    found = _ENHANCED.search(text[:200])
    return found.group(0) if found else ""


def classify(stage: Stage, code: int, text: str, *, attempt: int = 1) -> SendResult:
    """The meaning of a server's answer to the n-th attempt; `code` 0 for a report without one."""
    enhanced = enhanced_code(text)
    kind = code // 100 or int(enhanced[:1] or 0)
    if kind == 2:
        return _result(Verdict.ACCEPTED, Status.SENT, Scope.MESSAGE, code, enhanced, text)
    if kind == 4 or kind not in (2, 5):
        return _temporary(stage, code, enhanced, text)
    verdict, status = _refusal(stage, code, enhanced, text, attempt)
    scope = Scope.MESSAGE
    if verdict is Verdict.OURS:
        early = stage in (Stage.CONNECT, Stage.LOGIN, Stage.SENDER) or code in _LOGIN_CODES
        scope = Scope.ACCOUNT if early else Scope.HOST
    result = _result(verdict, status, scope, code, enhanced, text)
    full = status is Status.FAILED and bool(enhanced == "5.2.2" or _FULL_TEXT.search(text))
    return msgspec.structs.replace(result, full=full) if full else result


def _refusal(
    stage: Stage, code: int, enhanced: str, text: str, attempt: int
) -> tuple[Verdict, Status]:
    """What a 5yz answer means."""
    if code in _BY_CODE:
        return _BY_CODE[code]
    if enhanced:
        _, subject, detail = map(int, enhanced.split("."))
        known = _BY_ENHANCED.get((subject, detail)) or _BY_ENHANCED.get((subject, None))
        if known:
            return known
        if (subject, detail) in _SECOND_CHECK:
            return (P, Status.BOUNCED) if attempt > 1 else (T, Status.DEFERRED)
    if stage in (Stage.CONNECT, Stage.LOGIN, Stage.SENDER):
        return O, Status.REJECTED
    for pattern, meaning in _BY_TEXT:
        if pattern.search(text):
            return meaning
    return C, Status.FAILED  # an error that nobody knows suppresses nobody


def _temporary(stage: Stage, code: int, enhanced: str, text: str) -> SendResult:
    """What a 4yz answer means: for whom, and until when."""
    scope = Scope.MESSAGE
    if stage in (Stage.CONNECT, Stage.LOGIN) or (code == 421 and stage is Stage.SENDER):
        scope = Scope.ACCOUNT
    elif code == 421 or (enhanced.startswith("4.7.") and "greylist" not in text.lower()):
        scope = Scope.HOST
    wait = _WAIT.search(text)
    retry_after_s = None
    if wait:
        retry_after_s = float(wait.group(1)) * (60 if wait.group(2).lower()[0] == "m" else 1)
    result = _result(Verdict.TEMPORARY, Status.DEFERRED, scope, code, enhanced, text)
    return msgspec.structs.replace(result, retry_after_s=retry_after_s, full=enhanced == "4.2.2")


def _result(
    verdict: Verdict, status: Status, scope: Scope, code: int, enhanced: str, text: str
) -> SendResult:
    raw = f"{code} {text}" if code else text
    return SendResult(
        verdict=verdict,
        status=status,
        scope=scope,
        raw=raw[:RAW_CHARS_MAX],
        code=enhanced or str(code or ""),
    )
