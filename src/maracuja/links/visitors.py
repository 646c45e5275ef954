"""People and machines told apart: who opened a message, who pressed a link, and on what evidence.

A guess is never counted as a person: what looks like a scanner, a proxy or a pre-fetch is marked
as a machine and kept, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from maracuja.model import Record

SCAN_S_MAX = 10.0  # what is opened or pressed sooner after the sending is fetched by gateways
BURST_S_MAX = 5.0  # all links of one message within this time
BURST_LINKS_MIN = 3

# What fetches pictures in place of the reader: Apple's proxy calls itself just "Mozilla/5.0" and
# asks for every picture as soon as the mail arrives, Gmail's fetches once and keeps them. Whether
# and when a person looked cannot be told, so neither is counted as one.
IMAGE_PROXIES = re.compile(
    r"^Mozilla/5\.0$|GoogleImageProxy|ggpht\.com|YahooMailProxy|AppleMailProxy"
    r"|Edge/12\.246 Mozilla/5\.0$",
    re.IGNORECASE,
)
# Who looks at a link so that a preview can be shown, or so that a gateway can judge it. WhatsApp
# and Viber fetch previews under their own names; their browsers put these behind a phone's.
ROBOTS = re.compile(
    r"bot\b|crawler|spider|preview|scanner|urlscan|safelinks|barracuda|mimecast|proofpoint"
    r"|symantec|trendmicro|trend micro|cisco|ironport|fireeye|forcepoint|fortiguard|sophos"
    r"|zscaler|websense|cloudmark|hornetsecurity|checkpoint|netcraft|virustotal|google-safety"
    r"|curl/|wget/|python-|aiohttp|httpx|okhttp|axios|node-fetch|go-http-client|java/|libwww"
    r"|apache-httpclient|headlesschrome|phantomjs|microsoft office|ms-office|msoffice"
    r"|skypeuripreview|facebookexternalhit|facebot|facebookcatalog|telegrambot|^viber|^whatsapp"
    r"|slack-imgproxy|slackbot|vkshare|embedly|iframely|mattermost|zulip|metainspector",
    re.IGNORECASE,
)


PURPOSES = ("sec-purpose", "purpose", "x-purpose", "x-moz")
TELLING = (*PURPOSES, "sec-fetch-dest")  # the headers that a judgement looks at


class Visit(Record, frozen=True):
    """A request for a link or a pixel, as the server saw it."""

    at: datetime
    method: str = "GET"
    user_agent: str = ""
    headers: dict[str, str] = msgspec.field(default_factory=dict)  # names in lower case


class Judgement(Record, frozen=True):
    """Machine or person, and the evidence: an empty one says that nothing spoke for a machine."""

    machine: bool
    evidence: str = ""


def judge(
    visit: Visit,
    *,
    pixel: bool,
    handed_over: datetime | None = None,
    earlier: Sequence[tuple[datetime, str]] = (),
    url: str = "",
) -> Judgement:
    """Tell a person from a machine.

    `pixel` says that a picture was fetched, not a link pressed; `handed_over` is when the message
    was sent (None: not known); `earlier` are presses of the same message's links before this one,
    as (moment, url); `url` is this one's target.
    """
    evidence = _from_request(visit, pixel=pixel)
    if not evidence and handed_over is not None:
        after = (visit.at - handed_over).total_seconds()
        if after < SCAN_S_MAX:
            evidence = f"{max(after, 0.0):.1f} s after it was sent"
    if not evidence and not pixel:
        since = visit.at - timedelta(seconds=BURST_S_MAX)
        recent = {target for at, target in earlier if since <= at <= visit.at} | {url}
        if len(recent) >= BURST_LINKS_MIN:
            evidence = f"{len(recent)} different links within {BURST_S_MAX:.0f} s"
    return Judgement(machine=bool(evidence), evidence=evidence)


def _from_request(visit: Visit, *, pixel: bool) -> str:
    """What the request alone says."""
    agent = visit.user_agent.strip()
    if visit.method != "GET":
        return f"method {visit.method}"
    purposes = " ".join(visit.headers.get(name, "") for name in PURPOSES).lower()
    if any(word in purposes for word in ("prefetch", "prerender", "preview")):
        return "pre-fetched"
    # A browser says that a page is for somebody to read; what fetches for itself says otherwise.
    wanted = visit.headers.get("sec-fetch-dest", "")
    if not pixel and wanted not in ("", "document"):
        return f"fetched as {wanted[:20]}"
    if not agent:
        return "no user agent"
    if IMAGE_PROXIES.search(agent):
        return f"image proxy: {agent[:60]}"
    if found := ROBOTS.search(agent):
        return f"robot: {found.group(0)}"
    return ""
