"""What the e-mail channel must be told: the server, the sender, the signature, the limits."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Annotated, Any, Final

from msgspec import Meta, field

from maracuja.channels.email_mailbox import IMAP, read_mailbox
from maracuja.errors import ConfigError
from maracuja.model import Record

ONE_LINE: Final = r"^[^\r\n\x00]*\Z"

Security = Annotated[
    str,
    Meta(
        pattern="^(none|starttls|tls)$",
        description="none: plain text; starttls: upgraded after the greeting, never without; "
        "tls: encrypted from the first byte",
    ),
]


class Seed(Record, frozen=True):
    """A mailbox of the shop's own at a provider, to see where its mails arrive."""

    address: str
    mailbox: Annotated[str, Meta(description="imaps://user%40domain@host/INBOX")]
    password: Annotated[
        str, Meta(pattern=ONE_LINE, description="its password; better in the environment")
    ] = ""


class EmailSettings(Record, frozen=True):
    """The section [email] of the configuration. Raises ConfigError where the fields disagree."""

    host: Annotated[str, Meta(description="name of the SMTP server that takes our mail")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Meta(ge=0, le=65535, description="its port: 25, 587, 465")] = 25
    security: Security = "none"
    verify_certificate: Annotated[
        bool, Meta(description="refuse a server whose certificate is not trusted")
    ] = True
    user: Annotated[str, Meta(description="name to log in with; empty: no login")] = ""
    password: Annotated[str, Meta(description="its password; better in the environment")] = ""
    greeting: Annotated[
        str, Meta(description="our own name in EHLO; empty: the sender's domain")
    ] = ""
    sender: Annotated[str, Meta(description="the From address, with a name before it")] = (
        "Shop <shop@shop.example>"
    )
    reply_to: Annotated[str, Meta(description="where answers go; empty: to the sender")] = ""
    bounce_domain: Annotated[
        str, Meta(description="domain of the envelope sender; empty: the sender's")
    ] = ""
    bounce_prefix: Annotated[
        str,
        Meta(
            pattern="^[a-z0-9]{1,8}$",
            description="what stands before the + in bounce addresses",
        ),
    ] = "bounce"
    reports_host: Annotated[
        str, Meta(description="where we listen for bounces and complaints, by SMTP")
    ] = "127.0.0.1"
    reports_port: Annotated[
        int, Meta(ge=0, le=65535, description="its port; 0: bounces come in another way")
    ] = 0
    mailbox: Annotated[
        str,
        Meta(
            description="where bounces and complaints lie: imaps://user%40domain@host/INBOX, "
            "pop3s://user%40domain@host or maildir:///var/mail/bounces; empty: nowhere"
        ),
    ] = ""
    mailbox_password: Annotated[
        str, Meta(pattern=ONE_LINE, description="its password; better in the environment")
    ] = ""
    postfix_log: Annotated[
        str,
        Meta(
            pattern="^(/[^\\x00]*)?$",
            description="log of the Postfix that takes our mail, such as /var/log/mail.log: "
            "tells what was delivered, put off and bounced; empty: it is not read",
        ),
    ] = ""
    postfix_relays: Annotated[
        bool,
        Meta(description="that Postfix hands all mail to a relay host: none is delivered by it"),
    ] = False
    spamd: Annotated[
        str,
        Meta(description="host:port of a SpamAssassin daemon that is asked before a launch"),
    ] = ""
    seeds: Annotated[
        dict[str, Seed],
        Meta(description="by the provider's name: mailboxes that a seed test writes to"),
    ] = field(default_factory=dict)
    hear_replies: Annotated[
        bool,
        Meta(description="answers come to an address of the message's own, and are heard"),
    ] = False
    connections: Annotated[
        int, Meta(ge=1, le=200, description="lines held open to the server at once")
    ] = 8
    messages_per_connection: Annotated[
        int, Meta(ge=1, description="messages after which a line is opened anew")
    ] = 100
    timeout_s: Annotated[
        float, Meta(gt=0, le=600, description="seconds for connecting, and for one mail in all")
    ] = 60.0
    rate_per_s: Annotated[
        float, Meta(ge=0, description="messages a second; 0: as fast as the server takes it")
    ] = 0.0
    host_rate_per_s: Annotated[
        float, Meta(ge=0, description="messages a second to one recipient domain; 0: any")
    ] = 0.0
    warm_up_from: Annotated[
        str,
        Meta(
            pattern=r"^(\d{4}-\d\d-\d\d)?$",
            description="the day on which a new domain begins to send little and more each day",
        ),
    ] = ""
    warm_up_first: Annotated[
        int, Meta(ge=1, description="messages to each provider on the first day")
    ] = 50
    warm_up_growth: Annotated[
        float, Meta(ge=1.05, le=3, description="times as many on each day that follows a good one")
    ] = 1.5
    warm_up_full: Annotated[
        int, Meta(ge=1, description="messages a day from which on a provider has no limit")
    ] = 50_000
    dkim_domain: Annotated[
        str, Meta(description="d= of the signature; empty: mail is not signed here")
    ] = ""
    dkim_selector: Annotated[str, Meta(description="s= of the signature: the DNS record")] = ""
    dkim_key_file: Annotated[str, Meta(description="PEM file of the RSA key")] = ""

    def __post_init__(self) -> None:
        """Refuse settings that cannot work together."""
        for name in ("sender", "reply_to"):
            value = getattr(self, name)
            local, _, domain = parseaddr(value)[1].rpartition("@")
            if (value or name == "sender") and not (local.isascii() and local and _ascii(domain)):
                raise ConfigError(
                    f"`{value}` is not a mail address.",
                    where=f"email.{name}",
                    fix="Write it as Name <name@domain>.",
                )
        if any(c in self.sender + self.reply_to for c in "\r\n\0"):
            raise ConfigError("A mail address holds a line break.", where="email.sender")
        if self.mailbox:
            read_mailbox(self.mailbox, where="email.mailbox")
        for name, seed in self.seeds.items():
            read_mailbox(seed.mailbox, where=f"email.seeds.{name}.mailbox", schemes=IMAP)
        if self.hear_replies and (self.reply_to or not self.hears_mail):
            raise ConfigError(
                "Replies can be heard only where mail comes in, and not go to `reply_to` too.",
                where="email.hear_replies",
                fix="Set reports_port and leave reply_to out, or set hear_replies to false.",
            )
        dkim = (self.dkim_domain, self.dkim_selector, self.dkim_key_file)
        if any(dkim) and not all(dkim):
            raise ConfigError(
                "DKIM needs its domain, selector and key file together.",
                where="email.dkim_domain",
                fix="Set dkim_domain, dkim_selector and dkim_key_file, or none of them.",
            )
        if self.password and not self.user:
            raise ConfigError(
                "There is a password but no user to log in.",
                where="email.user",
                fix="Set email.user.",
            )
        if self.dkim_domain and not self._aligned():
            raise ConfigError(
                f"DKIM signs for {self.dkim_domain}, the sender is at {self.sender_domain}: "
                "receivers would count the signature as a stranger's.",
                where="email.dkim_domain",
                fix="Use the sender's domain or one above it.",
            )

    @property
    def sender_domain(self) -> str:
        """The domain of From: also the right side of every Message-ID."""
        return _ascii(parseaddr(self.sender)[1].rpartition("@")[2])

    @property
    def hears_mail(self) -> bool:
        """Whether mail to our own addresses is read: on a port, or out of a mailbox."""
        return bool(self.reports_port or self.mailbox)

    @property
    def envelope_domain(self) -> str:
        """The domain of bounce addresses."""
        return _ascii(self.bounce_domain) or self.sender_domain

    def _aligned(self) -> bool:
        return f".{self.sender_domain}".endswith(f".{self.dkim_domain.lower()}")


def without_secrets(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as plain values, with *** in the place of passwords."""
    hidden = {key: "***" for key in ("password", "mailbox_password") if settings[key]}
    seeds = {name: {**seed, "password": "***"} for name, seed in settings["seeds"].items()}
    return {**settings, **hidden, "seeds": seeds}


def _ascii(domain: str) -> str:
    """A domain as the wire has it (IDNA, lower case); '' where it is none."""
    try:
        return domain.encode("idna").decode().lower()
    except UnicodeError:
        return ""
