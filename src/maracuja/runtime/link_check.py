"""Follows the links of a mail before it goes out: what is broken, or leads on and on.

It asks only public addresses of the internet, at every hop, reads no page, and stops in time.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

import aiohttp

from maracuja.channels.telling import is_public
from maracuja.runtime.public_hosts import PublicResolver
from maracuja.templates.lints import Finding

LINKS_MAX: Final = 60
AT_ONCE: Final = 6
TIMEOUT_S: Final = 8.0
ALL_S: Final = 60.0
HOPS_MAX: Final = 5
AGENT: Final = "Mozilla/5.0 (compatible; Maracuja link check)"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NO_HEAD: Final = frozenset({400, 403, 404, 405, 500, 501, 503})  # ask again as a reader would
_NOT_FOR_US: Final = frozenset({401, 403, 429, 503, 999})  # sites that let no program in
_PORTS: Final = frozenset({None, 80, 443, 8080, 8443})


class LinkSeen(NamedTuple):
    """Where an address led: the last status (0: none), the last address, and what is wrong.

    `fault` is '' where it is well; `hops` are the redirects on the way.
    """

    url: str
    status: int = 0
    final: str = ""
    hops: int = 0
    fault: str = ""


def check_links(urls: Sequence[str], *, private: bool = False) -> list[LinkSeen]:
    """What became of each distinct web address, LINKS_MAX of them at most, in their order.

    `private`: addresses of this network are asked too, for tests.
    """
    wanted = list(dict.fromkeys(urls))[:LINKS_MAX]
    return asyncio.run(_check_all(wanted, private=private))


async def _check_all(urls: Sequence[str], *, private: bool) -> list[LinkSeen]:
    resolver = None if private else PublicResolver()
    connector = aiohttp.TCPConnector(limit=AT_ONCE, resolver=resolver)
    limit = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
        headers={"User-Agent": AGENT, "Accept": "text/html,*/*"},
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:

        async def one(url: str) -> LinkSeen:
            async with limit:
                return await _follow(session, url, private=private)

        tasks = [asyncio.ensure_future(one(url)) for url in urls]
        if tasks:
            await asyncio.wait(tasks, timeout=ALL_S)
        seen = []
        for url, task in zip(urls, tasks, strict=True):
            if task.done():
                seen.append(task.result())
            else:
                task.cancel()
                seen.append(LinkSeen(url, fault="there was no time left for it"))
        await asyncio.gather(*tasks, return_exceptions=True)
        return seen


async def _follow(session: aiohttp.ClientSession, url: str, *, private: bool) -> LinkSeen:
    """One address and what it redirects to."""
    at, status = url, 0
    for hops in range(HOPS_MAX + 1):
        refused = _refused(at, private=private)
        if refused:
            return LinkSeen(url, status, at, hops, refused)
        try:
            status, to = await _asked(session, at)
        except TimeoutError:
            return LinkSeen(url, 0, at, hops, f"no answer within {TIMEOUT_S:.0f} seconds")
        except (aiohttp.ClientError, OSError, ValueError, ssl.SSLError) as fault:
            return LinkSeen(url, 0, at, hops, _why(fault))
        if status not in _REDIRECTS or not to:
            fault_told = f"answers {status}" if status >= 400 and status not in _NOT_FOR_US else ""
            return LinkSeen(url, status, at, hops, fault_told)
        at = urljoin(at, to)
    return LinkSeen(url, status, at, HOPS_MAX + 1, f"leads on more than {HOPS_MAX} times")


async def _asked(session: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    """The status of an address and where it leads on; its page is not read."""
    async with session.head(url, allow_redirects=False) as answer:
        if answer.status not in _NO_HEAD:
            return answer.status, answer.headers.get("Location", "")
    async with session.get(url, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


def _refused(url: str, *, private: bool) -> str:
    """Why an address is not asked; '' where it may be."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is no address"
    if parts.scheme not in ("http", "https") or not host:
        return "is no web address"
    if private:
        return ""
    if port not in _PORTS or "@" in parts.netloc:
        return "is not asked: its port or its name is unusual"
    return "" if is_public(host) else "leads into a private network"


def _why(fault: Exception) -> str:
    if "private network" in str(fault):
        return "leads into a private network"
    if isinstance(fault, aiohttp.ClientConnectorDNSError):
        return "its name is not known"
    if isinstance(fault, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError)):
        return "its certificate is not trusted"
    return f"cannot be reached: {fault}"[:200]


def findings(seen: Sequence[LinkSeen], where: str) -> list[Finding]:
    """What is told of the links that were followed."""
    found = []
    for one in seen:
        if one.fault:
            fix, why = "Correct it, or take it out.", "Whoever presses it lands nowhere."
            words = f"the link {one.url[:120]} {one.fault}"
            found.append(Finding("warning", "broken_link", words, where, fix, why))
        elif urlsplit(one.final).scheme == "http":
            fix, why = "Lead to https.", "Browsers warn of pages that are not encrypted."
            words = f"the link {one.url[:120]} ends at a page that is not encrypted"
            found.append(Finding("warning", "plain_http", words, where, fix, why))
        elif one.hops > 1 or _moved(one):
            fix = "Write the address at which it ends."
            why = "Every hop takes time, and some readers do not wait."
            words = f"the link {one.url[:120]} leads on to {one.final[:120]}"
            found.append(Finding("note", "redirected", words, where, fix, why))
    return found


def _moved(one: LinkSeen) -> bool:
    before, after = urlsplit(one.url).hostname, urlsplit(one.final).hostname
    return bool(one.hops) and before != after
