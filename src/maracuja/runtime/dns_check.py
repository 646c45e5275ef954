"""Looks up what DNS says of an account of mail, and has it judged; it changes nothing there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from ipaddress import ip_address
from typing import Any, Protocol

from maracuja.channels import email_dns as judged
from maracuja.channels.email_dns import UNKNOWN, Check
from maracuja.channels.email_settings import EmailSettings
from maracuja.errors import BadInput

TIMEOUT_S = 5.0


class Unanswered(Exception):
    """DNS did not answer."""


class Names(Protocol):
    """What looks names up; empty where there is nothing. Each raises Unanswered."""

    def texts(self, name: str) -> list[str]:
        """TXT records, each with its parts joined."""
        ...

    def exchangers(self, name: str) -> list[str]:
        """The hosts of MX records, the first one first."""
        ...

    def addresses(self, name: str) -> list[str]:
        """A and AAAA records."""
        ...

    def names(self, ip: str) -> list[str]:
        """PTR records."""
        ...


class Dns:
    """The names of the internet, by the resolver of this machine."""

    def texts(self, name: str) -> list[str]:
        """See Names."""
        return [b"".join(one.strings).decode("utf-8", "replace") for one in _ask(name, "TXT")]

    def exchangers(self, name: str) -> list[str]:
        """See Names."""
        found = sorted((one.preference, str(one.exchange).rstrip(".")) for one in _ask(name, "MX"))
        return [host for _, host in found if host]

    def addresses(self, name: str) -> list[str]:
        """See Names."""
        return [str(one) for kind in ("A", "AAAA") for one in _ask(name, kind)]

    def names(self, ip: str) -> list[str]:
        """See Names."""
        from dns.reversename import from_address

        return [str(one).rstrip(".") for one in _ask(str(from_address(ip)), "PTR")]


def _ask(name: str, kind: str) -> list[Any]:
    import dns.exception
    import dns.resolver

    try:
        return list(dns.resolver.resolve(name, kind, lifetime=TIMEOUT_S))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as fault:
        raise Unanswered(str(fault)) from fault


def public_key(pem: bytes) -> str:
    """The public half of a private key in PEM, as DNS has it; '' where there is none."""
    if not pem:
        return ""
    import base64

    from cryptography.hazmat.primitives import serialization as forms

    key = forms.load_pem_private_key(pem, None).public_key()
    der = key.public_bytes(forms.Encoding.DER, forms.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def check_dns(
    settings: EmailSettings, dkim_pem: bytes, dns: Names, servers: Sequence[str] = ()
) -> list[Check]:
    """Everything that providers look up of this account's mail.

    `servers` are the addresses that send, as the world sees them; without them those of
    `settings.host` where it is no address of this network. Raises BadInput for what is no address.
    """
    for one in servers:
        if not _is_ip(one):
            raise BadInput(f"`{one[:60]}` is no IP address.", where="server")
    senders = list(servers) or _senders(settings.host, dns)
    sender, envelope = settings.sender_domain, settings.envelope_domain
    selector = f"{settings.dkim_selector}._domainkey.{settings.dkim_domain}"
    found = [
        _one("SPF", envelope, lambda: judged.spf(envelope, dns.texts(envelope), senders)),
        _one(
            "DKIM",
            selector,
            lambda: judged.dkim(
                settings,
                dns.texts(selector) if settings.dkim_domain else [],
                public_key(dkim_pem),
            ),
        ),
        _one("DMARC", f"_dmarc.{sender}", lambda: judged.dmarc(sender, _policy(sender, dns))),
        _one("MX", envelope, lambda: judged.bounces(envelope, dns.exchangers(envelope), settings)),
    ]
    return found + [_one("reverse DNS", ip, partial(_reverse, ip, dns)) for ip in senders]


def _one(what: str, name: str, ask: Callable[[], Check]) -> Check:
    try:
        found = ask()
    except Unanswered as fault:
        return Check(what, name, UNKNOWN, f"DNS does not answer: {fault}"[:200])
    return found


def _policy(domain: str, dns: Names) -> list[str]:
    """The policy of a domain, or of the one above it (RFC 7489, 6.6.3)."""
    own = [one for one in dns.texts(f"_dmarc.{domain}") if one.lower().startswith("v=dmarc1")]
    above = domain.partition(".")[2]
    return own or (dns.texts(f"_dmarc.{above}") if "." in above else [])


def _reverse(ip: str, dns: Names) -> Check:
    names = dns.names(ip)
    return judged.reverse(ip, names, dns.addresses(names[0]) if names else [])


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _senders(host: str, dns: Names) -> list[str]:
    """The public addresses of our SMTP server."""
    try:
        found = [str(ip_address(host))]
    except ValueError:
        try:
            found = dns.addresses(host)
        except Unanswered:
            found = []
    return [ip for ip in found if ip_address(ip).is_global]
