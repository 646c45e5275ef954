"""Reports as servers write them, after their real forms; `{verp}` is our bounce address."""

from __future__ import annotations

from typing import Final

REPORTS: Final[dict[str, str]] = {
    "postfix": """From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {verp}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; maria@mail.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such person

--b
Content-Type: text/rfc822-headers

X-Report-Token: {verp}

--b--
""",
    # No report-type, the report within a multipart/mixed of a gateway.
    "wrapped": """From: postmaster@gate.example
To: {verp}
Subject: Delivery Status Notification (Failure)
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="o"

--o
Content-Type: multipart/report; boundary="b"

--b
Content-Type: text/plain

Delivery has failed.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns;gate.example

Final-Recipient: rfc822;maria@mail.example
Action: failed (permanent)
Status: 5.1.10 (bad address)

--b--
--o
Content-Type: text/plain

Scanned by the gate.
--o--
""",
    # RFC 6533, with an encoding: some parsers see no blocks in it.
    "global": """From: postmaster@mx.example
To: {verp}
Subject: Undeliverable: Hello
MIME-Version: 1.0
Content-Type: multipart/report; report-type=global-delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/global-delivery-status
Content-Transfer-Encoding: base64

UmVwb3J0aW5nLU1UQTogZG5zOyBteC5leGFtcGxlCgpGaW5hbC1SZWNpcGllbnQ6IHV0Zi04OyDQ
vNCw0YDQuNGPQG1haWwuZXhhbXBsZQpBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMS4xCkRpYWdu
b3N0aWMtQ29kZTogc210cDsgNTUwIDUuMS4xIFVzZXIgdW5rbm93bgo=
--b--
""",
    # Without Action: the status speaks.
    "no_action": """From: postmaster@old.example
To: {verp}
Subject: Returned mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; maria@mail.example
Status: 5.2.1

--b--
""",
    "qmail": """From: MAILER-DAEMON@q.example
To: {verp}
Subject: failure notice

Hi. This is the qmail-send program at q.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<maria@mail.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <{verp}>
Subject: 552 5.2.2 reasons to drink tea
""",
    "exim": """X-Failed-Recipients: maria@mail.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@exim.example>
To: {verp}
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  maria@mail.example
    host mx.mail.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<maria@mail.example>:
    550 5.1.1 unrouteable address

------ This is a copy of your message, including all the headers. ------
""",
    "exchange": """From: Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@s.example>
To: {verp}
Subject: Undeliverable: Hello
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Delivery has failed to these recipients or groups:

maria@mail.example
The email address you entered couldn't be found.

Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found'
""",
    "mail_ru": """From: mailer-daemon@corp.example
To: {verp}
Subject: =?utf-8?B?0J3QtdC00L7RgdGC0LDQstC70LXQvdC90L7QtSDRgdC+0L7QsdGJ0LXQvdC40LU=?=
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Это письмо создано автоматически сервером. Следующее сообщение не доставлено:
maria@mail.example
550 Message was not accepted -- invalid mailbox. Local mailbox maria is unavailable: user not found
""",
    "full": """From: MAILER-DAEMON@q.example
To: {verp}
Subject: Returned mail: see transcript for details

   ----- Transcript of session follows -----
552 5.2.2 <maria@mail.example>... Mailbox full
""",
    "arf": """From: <abuse@mail.example>
To: fbl@shop.example
Subject: FW: Hello
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: redacted@mail.example

--b
Content-Type: message/rfc822

From: Shop <news@shop.example>
X-Report-Token: {verp}
Subject: Hello

Hello.
--b--
""",
    # Without report-type, as small providers send it.
    "arf_mixed": """From: fbl@mail.example
To: fbl@shop.example
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: Abuse
Version: 0.1

--b
Content-Type: text/rfc822-headers

X-Report-Token: {verp}
--b--
""",
    "jmrp": """From: staff@hotmail.com
To: fbl@shop.example
Subject: complaint about message from 192.0.2.9
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: message/rfc822

X-HmXmrOriginalRecipient: maria@outlook.example
From: Shop <news@shop.example>
X-Report-Token: {verp}
Subject: Hello

Hello.
--b--
""",
}
