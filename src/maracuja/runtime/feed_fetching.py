"""Product feeds fetched over HTTPS: only from the internet, only so much, only what has changed.

An address that leads into a private network is refused at every step: as it is written, as its
name resolves, and wherever it redirects to.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import zlib
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

import aiohttp

from maracuja.channels.telling import is_public
from maracuja.errors import BadInput, VendorDown
from maracuja.ingest.feed_rows import BYTES_MAX
from maracuja.runtime.http import USER_AGENT
from maracuja.runtime.public_hosts import PublicResolver

REDIRECTS_MAX: Final = 5
TIMEOUT_S: Final = 120.0
CONNECT_S: Final = 10.0
_MOVED: Final = (301, 302, 303, 307, 308)
_SAME: Final = 304
_GZIP: Final = b"\x1f\x8b"


class Fetched(NamedTuple):
    """A feed as its server gave it; `body` None: it is the same as last time."""

    body: bytes | None
    etag: str = ""
    modified: str = ""


def fetch(url: str, etag: str, modified: str, *, private: bool = False) -> Fetched:
    """The feed at an address, unless it is as `etag` and `modified` say.

    `private`: addresses of this network will do, and without encryption. Raises BadInput for an
    address that may not be asked and an answer too long, VendorDown where it does not answer.
    """
    return asyncio.run(_fetched(url, etag, modified, private=private))


async def _fetched(url: str, etag: str, modified: str, *, private: bool) -> Fetched:
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": modified} if modified else {}
    resolver = None if private else PublicResolver()
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S, sock_connect=CONNECT_S)
    try:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, limit=1),
            timeout=timeout,
            headers=headers,
            trust_env=False,
            auto_decompress=False,
        ) as session:
            for _ in range(REDIRECTS_MAX + 1):
                check_address(url, private=private)
                async with session.get(url, allow_redirects=False) as answer:
                    if answer.status in _MOVED and "location" in answer.headers:
                        url = urljoin(url, answer.headers["location"])
                        continue
                    return await _read(answer)
    except TimeoutError:
        words = f"its server gave no answer in {TIMEOUT_S:g} seconds"
        raise VendorDown(f"The feed cannot be fetched: {words}.", vendor=_shown(url)) from None
    except (aiohttp.ClientError, OSError, ValueError) as fault:
        words = str(fault) or type(fault).__name__
        raise VendorDown(f"The feed cannot be fetched: {words}.", vendor=_shown(url)) from None
    raise BadInput(f"The feed redirects more than {REDIRECTS_MAX} times.", where=_shown(url))


def check_address(url: str, *, private: bool) -> None:
    """Refuse an address that may not be asked for a feed. Raises BadInput."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise BadInput("This is no address of a feed.", where=_shown(url))
    if private:
        return
    if parts.scheme != "https":
        raise BadInput("The address of a feed begins with https.", where=_shown(url))
    if not is_public(host):
        raise BadInput(
            "The address leads into a private network.",
            where=_shown(url),
            fix="Where that is meant, set `private_receivers` in [messages] of maracuja.toml.",
        )


async def _read(answer: aiohttp.ClientResponse) -> Fetched:
    """The body of an answer, as it is when nothing packs it."""
    if answer.status == _SAME:
        return Fetched(None)
    if answer.status != 200:
        raise VendorDown(
            f"The server of the feed answers {answer.status}.",
            vendor=answer.host,
            status=answer.status,
        )
    body = bytearray()
    async for piece in answer.content.iter_chunked(1 << 16):
        body += piece
        _check_length(body)
    return Fetched(
        _unpacked(bytes(body)),
        answer.headers.get("ETag", ""),
        answer.headers.get("Last-Modified", ""),
    )


def _unpacked(body: bytes) -> bytes:
    """The feed itself, however its server packed it: whole, or not at all."""
    if not body.startswith(_GZIP):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as packed:
            found = packed.read(BYTES_MAX + 1)
    except (EOFError, OSError, zlib.error) as fault:
        raise BadInput(f"The feed cannot be unpacked: {fault}.") from None
    _check_length(found)
    return found


def _check_length(body: bytes | bytearray) -> None:
    if len(body) > BYTES_MAX:
        raise BadInput(f"The feed is longer than {BYTES_MAX:,} bytes.")


def _shown(url: str) -> str:
    """An address without what may be a secret."""
    return url.partition("?")[0][:200]
