"""What DNS must say so that providers believe our mail: SPF, DKIM, DMARC, the names of servers.

It judges records that somebody else has looked up, and says what to put where one is lacking.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Final, NamedTuple

from maracuja.channels.email_settings import EmailSettings

WELL: Final = "well"
WEAK: Final = "weak"  # works, and could be better
LACKING: Final = "lacking"
WRONG: Final = "wrong"
UNKNOWN: Final = "unknown"  # DNS did not answer

SPF_LOOKUPS_MAX: Final = 10  # RFC 7208, 4.6.4
KEY_BITS_MIN: Final = 1024
_LOOKS_UP: Final = re.compile(r"^[+?~-]?(include:|a\b|mx\b|ptr\b|exists:)|^redirect=", re.I)


class Check(NamedTuple):
    """One thing in DNS: where it stands, how it is, what was found, what to put there."""

    what: str
    name: str
    state: str
    found: str = ""
    put: str = ""


def spf(domain: str, records: Sequence[str], servers: Sequence[str]) -> Check:
    """The record of the bounce domain; `servers` are the addresses that send, '' unknown."""
    mine = [one for one in records if re.match(r"v=spf1( |$)", one, re.IGNORECASE)]
    senders = " ".join(f"ip{'6' if ':' in ip else '4'}:{ip}" for ip in servers) or "a mx"
    put = f'{domain}. TXT "v=spf1 {senders} ~all"'
    if not mine:
        return Check("SPF", domain, LACKING, "", put)
    if len(mine) > 1:
        told = " | ".join(mine)
        return Check("SPF", domain, WRONG, told, "Keep one record: with two, SPF fails for all.")
    words = mine[0].split()[1:]
    if any(word.lower() in ("+all", "all", "?all") for word in words):
        return Check("SPF", domain, WEAK, mine[0], "End it with ~all or -all: it allows anybody.")
    if sum(bool(_LOOKS_UP.match(word)) for word in words) > SPF_LOOKUPS_MAX:
        fix = f"More than {SPF_LOOKUPS_MAX} look-ups: take some `include` out."
        return Check("SPF", domain, WRONG, mine[0], fix)
    outside = [ip for ip in servers if not _covers(words, ip)]
    if outside:
        fix = f"Add {senders} before the word that ends in `all`."
        return Check("SPF", domain, WRONG, mine[0], fix)
    return Check("SPF", domain, WELL, mine[0])


def _covers(words: Sequence[str], ip: str) -> bool:
    """Whether a record may let an address send: by its networks, or by names not looked up."""
    for word in words:
        if _LOOKS_UP.match(word):
            return True
        kind, _, net = word.lstrip("+").partition(":")
        if kind in ("ip4", "ip6"):
            try:
                if ip_address(ip) in ip_network(net, strict=False):
                    return True
            except ValueError:
                continue
    return False


def dkim(settings: EmailSettings, records: Sequence[str], own_key: str) -> Check:
    """The record of the selector; `own_key` is the public key of the settings' file in base64."""
    if not settings.dkim_domain:
        fix = "Set dkim_domain, dkim_selector and dkim_key_file in maracuja.toml (docs/email.md)."
        return Check("DKIM", settings.sender_domain, LACKING, "not signed here", fix)
    name = f"{settings.dkim_selector}._domainkey.{settings.dkim_domain}"
    put = f'{name}. TXT "v=DKIM1; k=rsa; p={own_key}"'
    keys = [found for one in records if (found := _tag(one, "p")) is not None]
    if not keys:
        return Check("DKIM", name, LACKING, "", put)
    if "" in keys:
        return Check("DKIM", name, WRONG, "the key was taken back (p=)", put)
    if own_key and own_key not in keys:
        return Check("DKIM", name, WRONG, "another key than that of dkim_key_file", put)
    try:
        short = len(base64.b64decode(keys[0], validate=True)) * 8 < KEY_BITS_MIN
    except (binascii.Error, ValueError):
        return Check("DKIM", name, WRONG, "its key is no base64", put)
    if short:
        return Check("DKIM", name, WRONG, "its key is too short", "Make one of 2048 bits.")
    return Check("DKIM", name, WELL, "the key of dkim_key_file")


def dmarc(domain: str, records: Sequence[str]) -> Check:
    """The policy of the sender's domain."""
    name = f"_dmarc.{domain}"
    mine = [one for one in records if re.match(r"v=DMARC1\b", one, re.IGNORECASE)]
    put = f'{name}. TXT "v=DMARC1; p=none; rua=mailto:dmarc@{domain}"'
    if not mine:
        return Check("DMARC", name, LACKING, "", put)
    if len(mine) > 1:
        return Check("DMARC", name, WRONG, " | ".join(mine), "Keep one record: two count as none.")
    policy = (_tag(mine[0], "p") or "").lower()
    if policy not in ("none", "quarantine", "reject"):
        return Check("DMARC", name, WRONG, mine[0], put)
    if policy == "none":
        fix = "When reports show that all your mail passes, set p=quarantine."
        return Check("DMARC", name, WEAK, mine[0], fix)
    return Check("DMARC", name, WELL, mine[0])


def bounces(domain: str, servers: Sequence[str], settings: EmailSettings) -> Check:
    """Where mail to the bounce domain goes."""
    if servers:
        return Check("MX", domain, WELL, ", ".join(servers))
    heard = settings.hears_mail
    fix = f"{domain}. MX 10 <the server that brings bounces to Maracuja>."
    return Check("MX", domain, LACKING if heard else WEAK, "", fix)


def reverse(ip: str, names: Sequence[str], back: Sequence[str]) -> Check:
    """The name of a sending address, and whether that name leads back (`back`: its addresses)."""
    if not names:
        fix = "Ask whom the address belongs to for a name of yours, such as mail.<your domain>."
        return Check("reverse DNS", ip, LACKING, "", fix)
    if ip not in back:
        fix = f"{names[0]}. {'AAAA' if ':' in ip else 'A'} {ip}"
        return Check("reverse DNS", ip, WRONG, f"{names[0]} does not lead back", fix)
    return Check("reverse DNS", ip, WELL, names[0])


def _tag(record: str, name: str) -> str | None:
    """The value of a tag such as p= in a record of tags; None where it is not there."""
    for part in record.split(";"):
        key, mark, value = part.partition("=")
        if mark and key.strip().lower() == name:
            return "".join(value.split())
    return None
