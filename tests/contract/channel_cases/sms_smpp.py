"""SMS in the contract suite, by the driver of SMPP: what has no HTTP about it."""

from __future__ import annotations

from maracuja.channels.base import Answer, Stage
from maracuja.channels.smpp_pdu import CommandStatus, decode, encode
from maracuja.channels.sms import Sms
from maracuja.channels.sms_settings import SmsSettings
from maracuja.channels.sms_smpp import PARTIAL, Submission
from maracuja.content import Content
from maracuja.model import Verdict
from maracuja.simulate.vendors.smsc import _fault
from tests.contract.channel_case import Case, Known

SETTINGS = SmsSettings(
    driver="smpp", host="127.0.0.1", system_id="shop", password="secret", sender="+380671234567"
)
P, T, C, O = Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS  # noqa: E741
S = CommandStatus


def said(status: int, text: str = "") -> Answer:
    """The answer to a submit_sm."""
    return Answer(stage=Stage.GIVEN, code=status, text=text or f"0x{status:02x}")


def fits(wire: Submission) -> None:
    """Assert that each part is a submit_sm that an SMSC takes, in its octets too."""
    for part in wire.parts:
        octets = encode(part)
        assert encode(decode(octets)) == octets
        assert not _fault(decode(octets))
    asked = [part.numbers.get("registered_delivery", 0) for part in wire.parts]
    assert set(asked) == {1}, "a receipt is asked for each part"


CASE = Case(
    make=lambda: Sms(SETTINGS),
    address="+380501234567",
    answers={
        Verdict.ACCEPTED: said(0, "A1"),
        T: said(S.RTHROTTLED),
        P: said(S.RINVDSTADR),
        C: said(S.RINVMSGLEN),
        O: said(S.RINVSRCADR),
    },
    bad_addresses=["", "380501234567", "maria", "+380441234567"],
    contents={
        "text": Content(text="Hello [€]"),
        "cyrillic": Content(text="Привіт, Маріє!"),
        "long": Content(text="маракуйя 😀 " * 50),
        "long in small letters": Content(text="€uro [x] " * 100),
    },
    refused={"parts": Content(text="я" * 671)},
    fits=fits,
    table=[
        Known(said(S.RINVMSGLEN), C, "too_long"),
        Known(said(S.RINVBNDSTS), T, "not_bound", "account"),
        Known(said(S.RALYBND), T, "already_bound", "account"),
        Known(said(S.RSYSERR), T, "system"),
        Known(said(S.RINVSRCADR), O, "sender", "account"),
        Known(said(S.RINVDSTADR), P, "invalid"),
        Known(said(S.RBINDFAIL), O, "bind", "account"),
        Known(said(S.RINVPASWD), O, "password", "account"),
        Known(said(S.RINVSYSID), O, "system_id", "account"),
        Known(said(S.RMSGQFUL), T, "queue_full", "account"),
        Known(said(S.RSUBMITFAIL), T, "submit"),
        Known(said(S.RTHROTTLED), T, "throttled", "account", 2.0),
        Known(said(S.RX_T_APPN), T, "temporary"),
        Known(said(S.RX_P_APPN), C, "permanent"),
        Known(said(S.RX_R_APPN), C, "rejected"),
        Known(said(S.RDELIVERYFAILURE), T, "delivery"),
        Known(said(S.RUNKNOWNERR), T, "unknown"),
        Known(said(0x4FF), C, "0x4ff"),
        Known(said(503), C, "0x1f7"),
        Known(said(PARTIAL), C, "partial"),
        Known(Answer(stage=Stage.GIVEN, code=0), C, "no_id"),
    ],
)
