"""Forms as a marketer sees them: how many people saw, began, sent and confirmed them, and who.

Nothing here changes anything.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.forms import Form
from maracuja.errors import NotFound
from maracuja.model import micros, moment
from maracuja.store import definitions, signups, wishes
from maracuja.store.signups import SignupState, Step

DAYS: Final = 30


@dataclass(frozen=True)
class FormListed:
    """A form in a list, with the counts of the last days."""

    id: str
    topics: tuple[str, ...]
    channels: tuple[str, ...]
    double_opt_in: bool
    path: str
    shown: int
    begun: int
    submitted: int
    confirmed: int


@dataclass(frozen=True)
class SourceCount:
    """How far people of one source came; '' are those without one."""

    source: str
    shown: int
    begun: int
    submitted: int
    confirmed: int


@dataclass(frozen=True)
class FormReport:
    """How far people came on a form since a moment, by source, those who confirmed most first."""

    form: str
    since: datetime
    total: SourceCount
    sources: tuple[SourceCount, ...]


@dataclass(frozen=True)
class SubmissionShown:
    """One sign-up; `state` is asked, confirmed or closed."""

    id: str
    state: str
    pid: int
    channel: str
    address: str
    topics: tuple[str, ...]
    source: str
    country: str
    language: str
    text_version: str
    page: str
    asked: datetime
    until: datetime
    confirmed: datetime | None
    how: str
    messages: int
    reminded: bool


def get(conn: Connection, name: str) -> Form:
    """A form in force. Raises NotFound."""
    try:
        body = definitions.get(conn, "form", name).body
    except NotFound:
        raise NotFound(
            f"There is no form `{name}`.", fix="`maracuja form list` names them."
        ) from None
    return msgspec.json.decode(body, type=Form)


def listed(conn: Connection, now: datetime, days: int = DAYS) -> list[FormListed]:
    """Every form, by id."""
    counted = _counted(signups.counts(conn, since_us=micros(now - timedelta(days=days))))
    found = []
    for stored in definitions.current(conn, "form"):
        form = msgspec.json.decode(stored.body, type=Form)
        mine = [n for (name, _), n in counted.items() if name == form.id]
        sums: Counter[Step] = sum(mine, Counter())
        found.append(
            FormListed(
                form.id,
                form.topics,
                form.channels,
                form.double_opt_in,
                f"/f/{form.id}",
                *(sums[step] for step in Step),
            )
        )
    return found


def report(conn: Connection, name: str, now: datetime, days: int = DAYS) -> FormReport:
    """How far people came on a form. Raises NotFound."""
    form, since = get(conn, name), now - timedelta(days=days)
    counted = _counted(signups.counts(conn, form.id, micros(since)))
    rows = [SourceCount(source, *(n[step] for step in Step)) for (_, source), n in counted.items()]
    rows.sort(key=lambda row: (-row.confirmed, -row.submitted, -row.shown, row.source))
    sums: Counter[Step] = sum(counted.values(), Counter())
    total = SourceCount("", *(sums[step] for step in Step))
    return FormReport(form.id, since, total, tuple(rows))


def submissions(
    conn: Connection, name: str, *, state: str = "", rows_max: int = 100
) -> list[SubmissionShown]:
    """The sign-ups of a form, the latest first. Raises NotFound."""
    form = get(conn, name)
    wanted = SignupState[state.upper()] if state else None
    return [_shown(row) for row in signups.latest(conn, form.id, wanted, rows_max)]


def _shown(row: signups.Signup) -> SubmissionShown:
    return SubmissionShown(
        id=row.id.hex(),
        state=row.state.name.lower(),
        pid=row.pid,
        channel=row.channel,
        address=row.address,
        topics=tuple(row.topics),
        source=row.source,
        country=row.proof.country,
        language=row.proof.language,
        text_version=row.proof.text_version,
        page=row.proof.page,
        asked=moment(row.asked_us),
        until=moment(row.until_us),
        confirmed=moment(row.confirmed_us) if row.confirmed_us else None,
        how=row.proof.how,
        messages=row.messages,
        reminded=row.reminded_us > 0,
    )


def _counted(rows: list[signups.Count]) -> dict[tuple[str, str], Counter[Step]]:
    """The counts by form and source."""
    found: dict[tuple[str, str], Counter[Step]] = {}
    for row in rows:
        found.setdefault((row.form, row.source), Counter())[row.step] += row.n
    return found


def of_person(conn: Connection, pid: int) -> list[dict[str, Any]]:
    """What a canonical person signed up for, with everything that proves it, for them to have."""
    return [
        {
            "form": row.form,
            "sign_up": _shown(row),
            "proof": row.proof,
            "answers_not_confirmed": row.answers,
        }
        for row in signups.of_people(conn, [pid])
    ]


def wishes_of(conn: Connection, pid: int) -> list[dict[str, Any]]:
    """How a canonical person likes to hear, for them to have."""
    return [
        {
            "topic": wish.topic or "(all)",
            "every_days": wish.every_days,
            "from_minute": wish.from_min,
            "until_minute": wish.until_min,
            "pause_until": moment(wish.pause_until_us) if wish.pause_until_us else None,
            "since": moment(wish.at_us),
        }
        for wish in wishes.of(conn, pid).values()
    ]
