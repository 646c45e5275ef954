"""Labels, notes, the archive, and copies of definitions: a marketer's order on the shelf."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.decoding import Definition, decode_stored, kind_of, plain
from maracuja.campaigns.definitions import Campaign
from maracuja.errors import BadInput, Conflict
from maracuja.model import micros, moment
from maracuja.runtime import definition_work, work_shown
from maracuja.runtime.launch_ground import definitions_in_force
from maracuja.runtime.work_shown import WorkShown
from maracuja.store import audit, definitions, marks, runs
from maracuja.store.runs import RunState
from maracuja.templates.definition import Template

CAMPAIGN: Final = "campaign"
NOTE_CHARS_MAX: Final = 4_000
LABELS_MAX: Final = 20
_LABEL: Final = re.compile(r"[\w][\w &./+-]{0,39}")
_LIVE: Final = (RunState.SCHEDULED, RunState.LAUNCHING, RunState.SENDING, RunState.PAUSED)


@dataclass(frozen=True)
class CampaignListed:
    """A campaign on the shelf: `state` is draft, that of its latest run, or archived.

    `last` is when it was last launched and `next` when its run that waits is to be; either is null
    where there is none. `progress` says how far its open run is, and since or from when.
    """

    id: str
    name: str
    state: str
    topic: str
    channels: list[str]
    labels: list[str]
    changed: datetime
    last: datetime | None
    next: datetime | None
    runs: int
    notes: int
    progress: WorkShown | None = None


@dataclass(frozen=True)
class NoteShown:
    """What somebody wrote about a definition."""

    number: int
    at: datetime
    actor: str
    text: str


def campaigns(
    conn: Connection, *, label: str = "", archived: bool = False, words: str = ""
) -> list[CampaignListed]:
    """The campaigns, the latest changed first: of a label, holding these words in id or name.

    `archived`: those in the archive, in the place of the others.
    """
    put_away = marks.archived_of(conn, CAMPAIGN)
    tagged = marks.labels_of(conn, CAMPAIGN)
    live = {one.subject: one for one in work_shown.campaigns(conn)}
    of: dict[str, list[runs.Run]] = defaultdict(list)
    for run in runs.every(conn):
        of[run.campaign].append(run)
    found = []
    for stored in definitions.current(conn, CAMPAIGN):
        one = decode_stored(stored.body)
        assert isinstance(one, Campaign)
        about = f"{one.id} {one.name}".casefold()
        if (one.id in put_away) is not archived or words.casefold() not in about:
            continue
        if label and label not in tagged.get(one.id, []):
            continue
        own = of[one.id]
        state = "archived" if archived else own[-1].state.value if own else "draft"
        found.append(
            CampaignListed(
                one.id, one.name or one.id, state, one.topic, list(one.channels),
                tagged.get(one.id, []), moment(stored.created_us), _last(own), _next(own),
                len(own), len(marks.notes_of(conn, CAMPAIGN, one.id)), live.get(one.id),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.changed, one.id), reverse=True)


def _last(own: list[runs.Run]) -> datetime | None:
    """When one of these was launched last."""
    launched = [run.launched_us for run in own if run.launched_us is not None]
    return moment(max(launched)) if launched else None


def _next(own: list[runs.Run]) -> datetime | None:
    """When the first of these is to be launched that wait for their time."""
    planned = [run.planned_us for run in own if run.state is RunState.SCHEDULED]
    return moment(min(planned)) if planned else None


def archive(
    conn: Connection, name: str, actor: str, now: datetime, *, kind: str = CAMPAIGN
) -> None:
    """Put a definition away: it is listed no more, and a campaign cannot be launched.

    Raises NotFound, and Conflict while a run of it is open.
    """
    definitions.get(conn, kind, name)
    live = runs.every(conn, campaign=name, states=_LIVE) if kind == CAMPAIGN else []
    if live:
        raise Conflict(
            f"`{name}` is still at work: its run {live[0].run} is {live[0].state.value}.",
            fix=f"Cancel it first: `maracuja campaign cancel {name}`.",
        )
    marks.archive(conn, kind, name, actor, micros(now))
    audit.add(conn, micros(now), actor, "archive", f"{kind}:{name}")


def fetch_back(
    conn: Connection, name: str, actor: str, now: datetime, *, kind: str = CAMPAIGN
) -> None:
    """Take a definition out of the archive. Raises NotFound."""
    definitions.get(conn, kind, name)
    if marks.fetch_back(conn, kind, name):
        audit.add(conn, micros(now), actor, "fetch_back", f"{kind}:{name}")


def check_not_archived(conn: Connection, name: str) -> None:
    """Raise Conflict for a campaign that was put away."""
    if name in marks.archived_of(conn, CAMPAIGN):
        raise Conflict(
            f"`{name}` is in the archive.",
            fix=f"Take it out first: `maracuja campaign archive {name} --undo`.",
        )


def label(
    conn: Connection,
    name: str,
    add: Collection[str],
    remove: Collection[str],
    now: datetime,
    actor: str,
    *,
    kind: str = CAMPAIGN,
) -> list[str]:
    """Put labels on a definition and take others off; those it has now.

    Raises NotFound, and BadInput for a label that is too long, or more than 20 of them.
    """
    definitions.get(conn, kind, name)
    for one in add:
        if not _LABEL.fullmatch(one):
            raise BadInput(
                f"`{one[:60]}` is no label.", fix="Use up to 40 letters, digits, spaces and -./&+."
            )
    marks.label(conn, kind, name, add)
    marks.unlabel(conn, kind, name, remove)
    found = marks.labels_of(conn, kind).get(name, [])
    if len(found) > LABELS_MAX:
        raise BadInput(f"More than {LABELS_MAX} labels say nothing any more.")
    said = {"add": sorted(add), "remove": sorted(remove)}
    audit.add(conn, micros(now), actor, "label", f"{kind}:{name}", said)
    return found


def note(conn: Connection, name: str, text: str, actor: str, now: datetime) -> NoteShown:
    """Write something about a campaign, for the others. Raises NotFound, BadInput."""
    definitions.get(conn, CAMPAIGN, name)
    said = text.strip()
    if not said or len(said) > NOTE_CHARS_MAX or "\0" in said:
        raise BadInput(f"A note has 1 to {NOTE_CHARS_MAX} letters.", where="text")
    number = marks.write_note(conn, CAMPAIGN, name, said, actor, micros(now))
    audit.add(conn, micros(now), actor, "note", f"{CAMPAIGN}:{name}", {"number": number})
    return NoteShown(number, now, actor, said)


def notes(conn: Connection, name: str) -> list[NoteShown]:
    """What was written about a campaign, newest first. Raises NotFound."""
    definitions.get(conn, CAMPAIGN, name)
    found = marks.notes_of(conn, CAMPAIGN, name)
    return [NoteShown(one.number, moment(one.at_us), one.actor, one.text) for one in found]


def clone(
    conn: Connection,
    name: str,
    new: str,
    now: datetime,
    actor: str,
    *,
    title: str = "",
    texts: bool = False,
) -> list[Definition]:
    """Copy a campaign under a new id, in force at once and launched by nobody; what was written.

    `texts` copies its templates too, so that what is changed in them changes the copy alone.
    Raises NotFound, Conflict where the id is taken, DefinitionError for an id that is none.
    """
    around = dict(definitions_in_force(conn))
    definitions.get(conn, CAMPAIGN, name)
    original = around[CAMPAIGN, name]
    assert isinstance(original, Campaign)
    copied: dict[str, str] = {}
    made: list[Definition] = []
    if texts:
        wanted = sorted({arm.template for arm in original.arms()})
        for template in wanted:
            stands = around.get(("template", template))
            if isinstance(stands, Template):
                copied[template] = new if len(wanted) == 1 else f"{new}-{template}"[:64]
                made.append(msgspec.structs.replace(stands, id=copied[template]))
    variants = tuple(
        msgspec.structs.replace(one, template=copied.get(one.template, one.template))
        for one in original.variants
    )
    made.append(
        msgspec.structs.replace(
            original,
            id=new,
            name=title or f"{original.name or original.id} (copy)",
            template=copied.get(original.template, original.template),
            variants=variants,
        )
    )
    for one in made:
        kind = kind_of(one)
        if (kind, one.id) in around:
            raise Conflict(f"There is a {kind} `{one.id}` already.", fix="Choose another id.")
        raw = plain(one)
        definition_work.put(
            conn, kind, one.id, {k: v for k, v in raw.items() if k not in ("kind", "id")},
            base=0, now=now, actor=actor,
        )  # fmt: skip
    return made
