"""E-mail in the contract suite."""

from __future__ import annotations

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.email import Email
from maracuja.channels.email_settings import EmailSettings
from maracuja.content import Content
from maracuja.links.tokens import KeyRing
from maracuja.model import Verdict
from tests.contract.channel_case import Case

REPORTS = "bounce+zzz@shop.example"

CASE = Case(
    make=lambda: Email(EmailSettings(), KeyRing([b"k" * 32])),
    address="maria@mail.example",
    answers={
        Verdict.ACCEPTED: Answer(stage=Stage.GIVEN, code=250, text="2.0.0 Ok: queued as 1"),
        Verdict.TEMPORARY: Answer(stage=Stage.RECIPIENT, code=451, text="4.3.0 try later"),
        Verdict.PERMANENT: Answer(stage=Stage.RECIPIENT, code=550, text="5.1.1 no such user"),
        Verdict.CONTENT: Answer(stage=Stage.GIVEN, code=552, text="5.3.4 too big"),
        Verdict.OURS: Answer(stage=Stage.LOGIN, code=535, text="5.7.8 bad credentials"),
    },
    bad_addresses=[
        "",
        "maria",
        "a b@c.example",
        "a@b\r\nRCPT TO:<x@y>",
        "<a@b>",
        "a@-b.example",
    ],
    contents={
        "text": Content(text="Hello", subject="Hello"),
        "text and html": Content(text="Hello", subject="Hello", html="<p>Hello</p>"),
    },
    strange=[
        Inbound(body=b"From: x@y\r\n\r\nhello\r\n", recipient="bounce+aaaa@shop.example"),
        *(
            Inbound(body=body, recipient=REPORTS)
            for body in (
                b"",
                b"\0\xff" * 500,
                b"Content-Type: multipart/report\r\n\r\n--\r\n",
                b"{}",
            )
        ),
    ],
)
