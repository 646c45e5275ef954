"""Who calls our public pages: their network address, what they say of themselves, how fast."""

from __future__ import annotations

from ipaddress import ip_address

from fastapi import Request


def caller_ip(request: Request) -> str:
    """The address of whoever asks; past a proxy of this machine or network, the one it names.

    Only the last entry of x-forwarded-for is believed: the proxy has written it itself.
    """
    peer = request.client.host if request.client else ""
    try:
        near = ip_address(peer).is_loopback or ip_address(peer).is_private
    except ValueError:
        return peer
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(told)) if near and told else peer
    except ValueError:
        return peer


def region_of(accepted: str) -> str:
    """The country of an Accept-Language header: UA of uk-UA; '' where it names none."""
    for part in accepted.split(","):
        region = part.split(";")[0].strip().replace("_", "-").partition("-")[2]
        if len(region) == 2 and region.isascii() and region.isalpha():
            return region.upper()
    return ""
