"""What DNS says of our mail, and what to put where it says nothing."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from maracuja.channels.email_dns import Check, spf
from maracuja.channels.email_settings import EmailSettings
from maracuja.runtime.dns_check import Unanswered, check_dns, public_key

IP = "8.8.4.4"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)
SETTINGS = EmailSettings(
    host="mail.shop.example",
    sender="Shop <news@shop.example>",
    bounce_domain="b.shop.example",
    dkim_domain="shop.example",
    dkim_selector="s1",
    dkim_key_file="k.pem",
    reports_port=2526,
)
SPF = f"v=spf1 ip4:{IP} ~all"


@dataclass
class Zone:
    """Names as a test says."""

    txt: dict[str, list[str]] = field(default_factory=dict)
    mx: dict[str, list[str]] = field(default_factory=dict)
    a: dict[str, list[str]] = field(default_factory=dict)
    ptr: dict[str, list[str]] = field(default_factory=dict)
    silent: bool = False

    def texts(self, name: str) -> list[str]:
        if self.silent:
            raise Unanswered("timeout")
        return self.txt.get(name, [])

    def exchangers(self, name: str) -> list[str]:
        return self.mx.get(name, [])

    def addresses(self, name: str) -> list[str]:
        return self.a.get(name, [])

    def names(self, ip: str) -> list[str]:
        return self.ptr.get(ip, [])


def whole() -> Zone:
    return Zone(
        txt={
            "b.shop.example": ["google-site-verification=x", SPF],
            "s1._domainkey.shop.example": [f"v=DKIM1; k=rsa; p={public_key(PEM)}"],
            "_dmarc.shop.example": ["v=DMARC1; p=quarantine"],
        },
        mx={"b.shop.example": ["mail.shop.example"]},
        a={"mail.shop.example": [IP]},
        ptr={IP: ["mail.shop.example"]},
    )


def found(zone: Zone, settings: EmailSettings = SETTINGS) -> dict[str, Check]:
    return {one.what: one for one in check_dns(settings, PEM, zone)}


def test_a_domain_that_is_set_up_is_well() -> None:
    assert {one.state for one in found(whole()).values()} == {"well"}
    assert set(found(whole())) == {"SPF", "DKIM", "DMARC", "MX", "reverse DNS"}


def test_where_nothing_stands_it_says_what_to_put() -> None:
    seen = found(Zone(a={"mail.shop.example": [IP]}))
    assert {one.state for one in seen.values()} == {"lacking"}
    assert seen["SPF"].put == f'b.shop.example. TXT "v=spf1 ip4:{IP} ~all"'
    put = f's1._domainkey.shop.example. TXT "v=DKIM1; k=rsa; p={public_key(PEM)}"'
    assert seen["DKIM"].put == put
    assert seen["DMARC"].put.startswith('_dmarc.shop.example. TXT "v=DMARC1; p=none; rua=')
    assert seen["MX"].put.startswith("b.shop.example. MX 10")
    assert "Ask whom the address belongs to" in seen["reverse DNS"].put


@pytest.mark.parametrize(
    ("record", "state"),
    [
        ([SPF], "well"),
        (["v=spf1 include:_spf.relay.example -all"], "well"),
        (["V=SPF1 ip4:8.8.0.0/16 -all"], "well"),
        (["v=spf1 ip4:9.9.9.9 -all"], "wrong"),
        (["v=spf1 +all"], "weak"),
        ([SPF, SPF], "wrong"),
        (["v=spf1 " + " ".join(f"include:{n}.example" for n in range(11)) + " ~all"], "wrong"),
        (["v=spf1 ip4:nonsense ~all"], "wrong"),
        (["v=spf10 nothing"], "lacking"),
    ],
)
def test_spf(record: list[str], state: str) -> None:
    assert spf("b.shop.example", record, [IP]).state == state


@pytest.mark.parametrize(
    ("record", "state"),
    [
        ("v=DKIM1; p=", "wrong"),
        (f"v=DKIM1; p={base64.b64encode(b'another key').decode()}", "wrong"),
        ("v=DKIM1; k=rsa", "lacking"),
        (f"v=DKIM1; k=rsa; p={public_key(PEM)[:40]} {public_key(PEM)[40:]}", "well"),
    ],
)
def test_dkim(record: str, state: str) -> None:
    zone = whole()
    zone.txt["s1._domainkey.shop.example"] = [record]
    assert found(zone)["DKIM"].state == state


def test_unsigned_mail_is_told() -> None:
    bare = EmailSettings(sender="news@shop.example")
    seen = {one.what: one for one in check_dns(bare, b"", Zone())}
    assert seen["DKIM"].state == "lacking" and "dkim_key_file" in seen["DKIM"].put
    assert "reverse DNS" not in seen, "this machine is no address that others see"
    assert seen["MX"].state == "weak", "nobody listens for bounces here"


@pytest.mark.parametrize(
    ("records", "state"),
    [
        ({"_dmarc.shop.example": ["v=DMARC1; p=none"]}, "weak"),
        ({"_dmarc.shop.example": ["v=DMARC1; p=maybe"]}, "wrong"),
        ({"_dmarc.shop.example": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "wrong"),
        ({}, "lacking"),
    ],
)
def test_dmarc(records: dict[str, list[str]], state: str) -> None:
    zone = whole()
    del zone.txt["_dmarc.shop.example"]
    zone.txt |= records
    assert found(zone)["DMARC"].state == state


def test_the_policy_of_the_domain_above_counts() -> None:
    below = EmailSettings(sender="a@mail.shop.example")
    zone = Zone(txt={"_dmarc.shop.example": ["v=DMARC1; p=reject"]})
    assert found(zone, below)["DMARC"].state == "well"


def test_a_name_must_lead_back() -> None:
    zone = whole()
    zone.ptr[IP] = ["host-4-4.provider.example"]
    seen = found(zone)["reverse DNS"]
    assert seen.state == "wrong" and seen.put == f"host-4-4.provider.example. A {IP}"


def test_silence_is_no_lack() -> None:
    zone = whole()
    zone.silent = True
    seen = found(zone)
    assert {seen[what].state for what in ("SPF", "DKIM", "DMARC")} == {"unknown"}
