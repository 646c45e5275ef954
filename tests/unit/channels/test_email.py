"""The octets of a mail, read back by Python's own parser and checked by dkimpy."""

from __future__ import annotations

import base64
import email
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from typing import Any, cast

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.base import Inbound, Mail
from maracuja.channels.email import Email
from maracuja.channels.email_settings import EmailSettings
from maracuja.errors import ConfigError, UnsupportedFeature
from maracuja.links.tokens import KeyRing, Purpose
from maracuja.model import Address, Content, Message
from maracuja.rng import make_id

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RING = KeyRing([b"k" * 32])
KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)
SETTINGS = EmailSettings(
    sender="Крамниця «Маракуя» <news@shop.example>",
    reply_to="care@shop.example",
    bounce_domain="bounces.shop.example",
)
SIGNED = EmailSettings(
    sender="Shop <news@shop.example>",
    dkim_domain="shop.example",
    dkim_selector="s1",
    dkim_key_file="key.pem",
)


def message(**changes: Any) -> Message:
    values: dict[str, Any] = {
        "id": make_id("message", "spring", 1),
        "pid": 7,
        "run": 3,
        "channel": "email",
        "to": Address(kind="email", value="maria@mail.example"),
        "content": Content(
            text="Привіт, Маріє!\nМаракуя вже тут.",
            subject="Маріє, маракуя приїде 28 листопада, і перша партія найкраща за весь рік",
            html="<html><body><p>Привіт, Маріє!</p></body></html>",
            preheader="Для вас & родини",
        ),
        "campaign": "spring sale",
        "topic": "news",
        "marketing": True,
        "language": "uk",
        "unsubscribe_url": "https://shop.example/u/token",
    }
    return Message(**{**values, **changes})


def read(mail: Mail) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(mail.data, policy=policy.default))


def lookup(name: bytes, timeout: int = 5) -> bytes:
    assert name == b"s1._domainkey.shop.example."
    der = KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)


def test_a_mail_reads_back_as_it_was_meant() -> None:
    mail = Email(SETTINGS, RING).encode(message(), NOW)
    back = read(mail)
    assert back["From"] == "Крамниця «Маракуя» <news@shop.example>"
    assert back["Subject"] == message().content.subject
    assert back["To"] == mail.recipient == "maria@mail.example"
    assert back["Message-ID"] == f"<{message().id.hex()}@shop.example>"
    assert back["Reply-To"] == "care@shop.example"
    assert back["Date"].datetime == NOW
    assert back.get_content_type() == "multipart/alternative"
    text, html = back.iter_parts()
    assert text.get_content().splitlines() == message().content.text.splitlines()
    assert "Для вас &amp; родини</div><p>Привіт" in html.get_content()
    assert back.defects == []


def test_bulk_mail_offers_the_way_out() -> None:
    back = read(Email(SETTINGS, RING).encode(message(), NOW))
    assert back["List-Unsubscribe"] == "<https://shop.example/u/token>"
    assert back["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert back["Feedback-ID"] == "spring-sale:news:marketing:shop_example"
    assert back["List-Id"] == "<news.shop.example>"
    assert back["Precedence"] == "bulk"
    assert back["Auto-Submitted"] is None


def test_a_mail_is_a_way_out_where_we_listen_for_it() -> None:
    settings = EmailSettings(bounce_domain="bounces.shop.example", reports_port=2526)
    channel = Email(settings, RING)
    back = read(channel.encode(message(), NOW))
    https, mailto = back["List-Unsubscribe"].split(", ")
    assert https == "<https://shop.example/u/token>"
    address = mailto.removeprefix("<mailto:").removesuffix(">")
    assert address.startswith("unsub+") and address.endswith("@bounces.shop.example")
    assert len(address.partition("@")[0]) <= 64
    ticket = channel.parse_leaving(Inbound(body=b"", recipient=address.upper()))
    assert ticket is not None and (ticket.pid, ticket.run) == (7, 3)
    bounce = back["X-Report-Token"]
    assert channel.parse_leaving(Inbound(body=address.encode(), recipient=bounce)) is None


def test_a_marketing_mail_without_a_way_out_is_refused() -> None:
    with pytest.raises(UnsupportedFeature, match="unsubscribing"):
        Email(SETTINGS, RING).encode(message(unsubscribe_url=""), NOW)


def test_a_transactional_mail_is_marked_as_automatic() -> None:
    back = read(Email(SETTINGS, RING).encode(message(marketing=False, unsubscribe_url=""), NOW))
    assert back["Auto-Submitted"] == "auto-generated"
    assert back["List-Unsubscribe"] is back["Precedence"] is None


def test_the_envelope_sender_says_whose_mail_came_back() -> None:
    mail = Email(SETTINGS, RING).encode(message(pid=2**40, run=70_000), NOW)
    local, _, domain = mail.sender.partition("@")
    assert domain == "bounces.shop.example" and len(local) <= 64
    ticket = RING.read(local.removeprefix("bounce+"), Purpose.BOUNCE)
    assert ticket is not None
    assert (ticket.message, ticket.pid, ticket.run) == (message().id, 2**40, 70_000)


@pytest.mark.parametrize("evil", ["Hi\r\nBcc: all@x", "Hi\nX: y", "a\0b", "a\x85b", "a\u2028b"])
def test_no_value_becomes_a_header(evil: str) -> None:
    channel = Email(SETTINGS, RING)
    with pytest.raises(UnsupportedFeature, match="Subject"):
        channel.encode(message(content=Content(text="x", subject=evil)), NOW)
    with pytest.raises(UnsupportedFeature):
        channel.encode(message(headers={"X-Shop": evil}), NOW)
    with pytest.raises(UnsupportedFeature):
        channel.encode(message(headers={evil: "x"}), NOW)


def test_reserved_headers_stay_ours() -> None:
    with pytest.raises(UnsupportedFeature, match="Maracuja alone"):
        Email(SETTINGS, RING).encode(message(headers={"list-UNSUBSCRIBE": "<x>"}), NOW)


def test_an_international_domain_goes_out_in_ascii() -> None:
    to = Address(kind="email", value="info@приклад.укр")
    mail = Email(SETTINGS, RING).encode(message(to=to), NOW)
    assert mail.recipient.isascii() and mail.host.startswith("xn--")


words = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\u2028\u2029"
    ),
    max_size=400,
)


@given(subject=words, text=words.filter(str.strip), html=words)
def test_every_text_survives_the_wire(subject: str, text: str, html: str) -> None:
    content = Content(text=text, subject=subject, html=html)
    mail = Email(SETTINGS, RING).encode(message(content=content), NOW)
    assert mail.data.isascii()
    assert max(map(len, mail.data.split(b"\r\n"))) <= 998
    assert b"\n" not in mail.data.replace(b"\r\n", b"")
    back = read(mail)
    parts = [p for p in back.walk() if not p.is_multipart()]
    raw = cast(bytes, parts[0].get_payload(decode=True))
    assert raw.decode().rstrip("\r\n") == text.rstrip("\r\n")
    decoded = str(
        email.header.make_header(
            email.header.decode_header(
                dict(email.message_from_bytes(mail.data).items())["Subject"]
            )
        )
    )
    assert " ".join(decoded.split()) == " ".join(subject.split())


def test_dkimpy_accepts_the_signature() -> None:
    mail = Email(SIGNED, RING, PEM).encode(message(), NOW)
    assert dkim.verify(mail.data, dnsfunc=lookup)
    signature = read(mail)["DKIM-Signature"]
    covered = signature.replace(" ", "").partition("h=")[2].partition(";")[0].split(":")
    assert {"list-unsubscribe", "list-unsubscribe-post", "from", "message-id"} <= set(covered)
    assert covered.count("from") == 2


def test_a_changed_mail_breaks_the_signature() -> None:
    data = Email(SIGNED, RING, PEM).encode(message(), NOW).data
    for changed in (
        data.replace(b"List-Unsubscribe: <https://shop", b"List-Unsubscribe: <https://evil"),
        data.replace(b"From: ", b"From: x@evil.example\r\nFrom: ", 1),
        data[:-20] + b"AAAA" + data[-16:],
    ):
        assert changed != data
        assert not dkim.verify(changed, dnsfunc=lookup)


@given(subject=words, text=words.filter(str.strip))
def test_every_signature_verifies(subject: str, text: str) -> None:
    content = Content(text=text, subject=subject)
    assert dkim.verify(
        Email(SIGNED, RING, PEM).encode(message(content=content), NOW).data, dnsfunc=lookup
    )


def test_signed_octets_depend_on_the_moment_given_alone() -> None:
    channel = Email(SIGNED, RING, PEM)
    assert channel.encode(message(), NOW) == channel.encode(message(), NOW)
    later = channel.encode(message(), NOW + timedelta(hours=1))
    assert read(later)["Message-ID"] == read(channel.encode(message(), NOW))["Message-ID"]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"sender": "no address"}, "email.sender"),
        ({"sender": "Shop <a@b.example>\r\nBcc: x@y"}, "email.sender"),
        ({"dkim_domain": "shop.example"}, "email.dkim_domain"),
        ({"password": "secret"}, "email.user"),
        (
            {"dkim_domain": "other.example", "dkim_selector": "s", "dkim_key_file": "k"},
            "email.dkim_domain",
        ),
    ],
)
def test_settings_that_disagree_are_refused(fields: dict[str, str], where: str) -> None:
    with pytest.raises(ConfigError) as fault:
        EmailSettings(**fields)
    assert fault.value.where == where


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="DKIM key"):
        Email(SIGNED, RING, b"not a key")
