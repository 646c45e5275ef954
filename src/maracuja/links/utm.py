"""Campaign marks on links: UTM parameters added to a URL, never over those that it carries.

Only http and https are touched; what cannot be parsed goes back as it came.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

URL_CHARS_MAX = 2000
_ODD = re.compile(r'[\x00-\x20<>"\\\x7f]')


def is_web_url(url: str) -> bool:
    """True where a click may lead there: absolute http or https with a host, no odd characters."""
    if len(url) > URL_CHARS_MAX or _ODD.search(url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def add_utm(url: str, marks: Mapping[str, str]) -> str:
    """`url` with `utm_<name>=<value>` for each mark that it does not carry yet.

    Path, query order, fragment and other parameters stay byte for byte as they were.
    """
    return _marked(url, tuple(marks.items()))


@lru_cache(maxsize=4096)
def _marked(url: str, marks: tuple[tuple[str, str], ...]) -> str:
    """Cached, since most links of a message are the same for everybody."""
    if not is_web_url(url):
        return url
    parts = urlsplit(url)
    present = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    added = [
        f"utm_{name}={quote(value, safe='')}"
        for name, value in marks
        if value and f"utm_{name}" not in present
    ]
    if not added:
        return url
    query = "&".join(filter(None, [parts.query, *added]))
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, parts.fragment))
