"""Reports shared by a signed link: good for some days, taken back at any time.

Behind it stands the report alone, which counts people and names none.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from maracuja.errors import NotFound
from maracuja.links.tokens import KeyRing
from maracuja.model import micros, moment
from maracuja.runtime import campaign_work
from maracuja.store import audit, report_shares
from maracuja.store.report_shares import Share

PATH: Final = "/r/"
CLAIMS: Final = "claims"
_CAMPAIGN: Final = "campaign:"


@dataclass(frozen=True)
class ShareShown:
    """A link to a report; `token` stands at the end of its address."""

    id: str
    token: str
    url: str
    language: str
    made_by: str
    made: datetime
    until: datetime


class Sharing:
    """Makes, lists, reads and takes back the links of a workspace."""

    def __init__(self, public_url: str, ring: KeyRing) -> None:
        self._url, self._ring = public_url, ring

    def share(
        self,
        conn: Connection,
        campaign: str,
        now: datetime,
        actor: str,
        *,
        days: int,
        goal: str = "",
        language: str = "en",
    ) -> ShareShown:
        """A new link to a campaign's report, or to the claims where `campaign` is ''.

        Raises NotFound for a campaign that there is not.
        """
        if campaign:
            campaign_work.get(conn, campaign)
        report_shares.drop_over(conn, micros(now))
        made = Share(
            id=secrets.token_urlsafe(16),
            report=_report(campaign),
            goal=goal,
            language=language,
            made_by=actor,
            made_us=micros(now),
            until_us=micros(now + timedelta(days=days)),
        )
        report_shares.add(conn, made)
        audit.add(conn, made.made_us, actor, "share", made.report, {"days": str(days)})
        return self._shown(made)

    def shares(self, conn: Connection, campaign: str, now: datetime) -> list[ShareShown]:
        """The links to a report that still hold, the newest first."""
        return [self._shown(one) for one in report_shares.of(conn, _report(campaign), micros(now))]

    def take_back(self, conn: Connection, share: str, now: datetime, actor: str) -> None:
        """End a link at once. Raises NotFound."""
        one = report_shares.get(conn, share)
        if one is None or not report_shares.drop(conn, share):
            raise NotFound("There is no such link.")
        audit.add(conn, micros(now), actor, "take_back_share", one.report)

    def read(self, conn: Connection, token: str, now: datetime) -> Share:
        """What the link of this token shows.

        Raises NotFound for one that is not ours, was taken back, or whose time is over.
        """
        known = self._ring.unseal(token)
        one = report_shares.get(conn, known) if known else None
        if one is None or one.until_us <= micros(now):
            raise NotFound(
                "This link shows no report any more.",
                fix="Ask whoever gave it to you for a new one.",
            )
        return one

    def _shown(self, one: Share) -> ShareShown:
        token = self._ring.seal(one.id)
        return ShareShown(
            id=one.id,
            token=token,
            url=f"{self._url}{PATH}{token}",
            language=one.language,
            made_by=one.made_by,
            made=moment(one.made_us),
            until=moment(one.until_us),
        )


def campaign_of(one: Share) -> str:
    """The campaign whose report it is; '' of the claims."""
    return "" if one.report == CLAIMS else one.report.removeprefix(_CAMPAIGN)


def _report(campaign: str) -> str:
    return f"{_CAMPAIGN}{campaign}" if campaign else CLAIMS
