"""Servers' words and what they mean."""

from __future__ import annotations

import pytest

from maracuja.channels.base import Stage
from maracuja.channels.email_results import classify
from maracuja.model import Scope, Status, Verdict

RCPT, GIVEN, FROM = Stage.RECIPIENT, Stage.GIVEN, Stage.SENDER
M, H, A = Scope.MESSAGE, Scope.HOST, Scope.ACCOUNT


@pytest.mark.parametrize(
    ("stage", "code", "text", "verdict", "scope"),
    [
        (GIVEN, 250, "2.0.0 Ok: queued as 4F", Verdict.ACCEPTED, M),
        (GIVEN, 250, "OK", Verdict.ACCEPTED, M),
        # the address
        (RCPT, 550, "5.1.1 <a@b>: Recipient address rejected", Verdict.PERMANENT, M),
        (RCPT, 550, "5.1.10 RESOLVER.ADR.RecipientNotFound", Verdict.PERMANENT, M),
        (RCPT, 550, "5.2.1 The email account is inactive", Verdict.PERMANENT, M),
        (RCPT, 550, "No such user here", Verdict.PERMANENT, M),
        (RCPT, 553, "sorry, user unknown", Verdict.PERMANENT, M),
        (RCPT, 550, "Unrouteable address", Verdict.PERMANENT, M),
        (RCPT, 556, "nullMX", Verdict.PERMANENT, M),
        (RCPT, 521, "host takes no mail", Verdict.PERMANENT, M),
        # full, large, malformed
        (RCPT, 552, "5.2.2 Over quota", Verdict.CONTENT, M),
        (RCPT, 550, "Mailbox full", Verdict.CONTENT, M),
        (GIVEN, 552, "5.3.4 Message size exceeds fixed limit", Verdict.CONTENT, M),
        (GIVEN, 554, "message too large", Verdict.CONTENT, M),
        (GIVEN, 550, "5.6.0 malformed", Verdict.CONTENT, M),
        # reputation and policy: ours, never the person's
        (GIVEN, 550, "5.7.515 Access denied, sending domain", Verdict.OURS, H),
        (GIVEN, 550, "5.7.26 Unauthenticated email from shop.example", Verdict.OURS, H),
        (RCPT, 554, "5.7.1 Relay access denied", Verdict.OURS, H),
        (GIVEN, 554, "Message refused: looks like spam", Verdict.OURS, H),
        (RCPT, 550, "5.1.8 sender domain not found", Verdict.OURS, H),
        (FROM, 550, "5.7.1 you may not send as this", Verdict.OURS, A),
        (FROM, 530, "5.7.0 Authentication required", Verdict.OURS, A),
        (Stage.LOGIN, 535, "5.7.8 Error: authentication failed", Verdict.OURS, A),
        (Stage.CONNECT, 554, "your address is listed", Verdict.OURS, A),
        # later
        (RCPT, 450, "4.2.0 Greylisted, try in 300 seconds", Verdict.TEMPORARY, M),
        (RCPT, 452, "4.2.2 mailbox full", Verdict.TEMPORARY, M),
        (RCPT, 421, "4.7.0 too many connections", Verdict.TEMPORARY, H),
        (GIVEN, 451, "4.7.28 unusual rate", Verdict.TEMPORARY, H),
        (FROM, 421, "4.3.2 shutting down", Verdict.TEMPORARY, A),
        (Stage.CONNECT, 421, "busy", Verdict.TEMPORARY, A),
        (Stage.LOGIN, 454, "4.7.0 temporary authentication failure", Verdict.TEMPORARY, A),
    ],
)
def test_meanings(stage: Stage, code: int, text: str, verdict: Verdict, scope: Scope) -> None:
    result = classify(stage, code, text)
    assert (result.verdict, result.scope) == (verdict, scope)
    assert (result.status is Status.BOUNCED) == (verdict is Verdict.PERMANENT)


def test_a_way_that_is_gone_is_believed_the_second_time() -> None:
    words = "5.4.4 Host or domain name not found"
    assert classify(RCPT, 550, words).verdict is Verdict.TEMPORARY
    assert classify(RCPT, 550, words, attempt=2).verdict is Verdict.PERMANENT


def test_a_wait_that_is_named_is_kept() -> None:
    assert classify(RCPT, 450, "Greylisted, try again in 5 minutes").retry_after_s == 300
    assert classify(RCPT, 450, "4.2.0 wait for 90 seconds please").retry_after_s == 90
    assert classify(RCPT, 450, "later").retry_after_s is None


def test_the_enhanced_code_is_kept_before_the_plain_one() -> None:
    assert classify(RCPT, 550, "5.1.1 unknown").code == "5.1.1"
    assert classify(RCPT, 550, "unknown user at 10.5.1.1").code == "550"


@pytest.mark.parametrize(
    ("code", "text", "full"),
    [
        (552, "5.2.2 Over quota", True),
        (550, "Mailbox full", True),
        (552, "5.0.0 mailbox is full", True),
        (452, "4.2.2 mailbox full", True),
        (450, "4.2.0 Greylisted, try in 300 seconds", False),
        (552, "5.3.4 exceeds the quota of sizes", False),
        (550, "5.1.1 no such user", False),
        (250, "2.0.0 Ok", False),
    ],
)
def test_a_full_mailbox_is_marked(code: int, text: str, full: bool) -> None:
    assert classify(RCPT, code, text).full == full
