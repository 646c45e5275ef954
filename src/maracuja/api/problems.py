"""Refusals as RFC 9457 has them: what kind it is, what is wrong here, where, and what to do.

It loads no web framework: the server answers so before the first one is needed.
"""

from __future__ import annotations

from math import ceil
from typing import Any, Final

from maracuja.errors import MaracujaError, TooManyRequests, Unauthorized

MEDIA_TYPE: Final = "application/problem+json"

# What every refusal of a code has in common; `docs/errors.md` says what to do about each.
TITLES: Final = {
    "error": "Something went wrong here",
    "config": "The installation is wrong",
    "definition": "The definition is wrong",
    "segment": "The segment is wrong",
    "template": "The template is wrong",
    "campaign": "The campaign is wrong",
    "bad_input": "The request is wrong",
    "too_large": "The request is too long",
    "unauthorized": "Nobody is known to ask",
    "forbidden": "Not allowed",
    "not_found": "Nothing is here",
    "method": "Not a thing to do here",
    "conflict": "The state does not allow it",
    "unsupported_media": "The content type is not read",
    "too_many_requests": "Too many requests",
    "overloaded": "Too much at once",
    "unsupported": "The channel cannot carry it",
    "vendor": "The vendor's answer is of no use",
    "vendor_down": "The vendor does not answer",
    "rate_limited": "The vendor wants fewer calls",
    "vendor_refused_us": "The vendor refuses us",
    "webhook_rejected": "The call cannot be trusted",
    "damaged_file": "A file is gone or damaged",
}


def told(code: str, status: int, detail: str, *, where: str = "", fix: str = "") -> dict[str, Any]:
    """The body of a refusal. `code` is one of `TITLES` and never changes its meaning."""
    return {
        "type": f"urn:maracuja:problem:{code}",
        "title": TITLES[code],
        "status": status,
        "detail": detail,
        "code": code,
        "where": where,
        "fix": fix,
    }


def told_of(error: MaracujaError) -> dict[str, Any]:
    """The body that an error of ours is answered with."""
    return told(error.code, error.http_status, error.message, where=error.where, fix=error.fix)


def headers_of(error: MaracujaError, *, by_script: bool = False) -> dict[str, str]:
    """What is said beside the body: how to show a key, when to come again.

    A browser asks for a name and a password at once: never where a script of the app has called.
    """
    headers = {}
    if isinstance(error, Unauthorized) and not by_script:
        headers["www-authenticate"] = 'Basic realm="maracuja"'
    if isinstance(error, TooManyRequests):
        headers["retry-after"] = str(ceil(error.retry_after_s))
    return headers
