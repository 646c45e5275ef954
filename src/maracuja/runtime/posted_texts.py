"""What messages asked for one by one say, and what stands for a campaign where they are sent.

Every channel has one frozen pseudo-run of the service lane: no run of the table stands behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import polars as pl

from maracuja.campaigns.definitions import Campaign, Topic, Tracking
from maracuja.campaigns.facts import RunFacts
from maracuja.campaigns.schedule import Occurrence
from maracuja.channels import CODES_BY_NAME, NAMES_BY_CODE
from maracuja.decisions.assignment import Arms
from maracuja.model import EPOCH, Content, Record, TopicKind
from maracuja.runtime.delivery_texts import LINKS, PARTS, Body
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.launch_work import Round, open_round, read_people
from maracuja.runtime.posting import Asked
from maracuja.store import posted
from maracuja.store.posted import Posted
from maracuja.templates.compiled import splice
from maracuja.templates.definition import LinkPolicy, Template, Variant, version

ID: Final = "_messages"  # no campaign may have such an id
FRESH: Final = timedelta(minutes=1)
ROUNDS_MAX: Final = 16
_VARIANT: Final = "only"
_NO_LINKS: Final = LinkPolicy(track=False, utm=False)
_ANY: Final = Template(id=ID, variants=(Variant(language="en", text="-"),), links=_NO_LINKS)


class Written(Record, frozen=True):
    """What somebody will read, its links still placeholders."""

    content: Content
    links: dict[int, str] = msgspec.field(default_factory=dict)
    language: str = ""
    human: bool = False
    last_word_us: int = 0
    thread: tuple[str, ...] = ()


class Turn(NamedTuple):
    """A message in its turn: for whom, where to, and what was asked."""

    row: Posted
    asked: Asked
    pid: int
    channel: str
    address: str


def run_of(channel: str) -> int:
    """The number of the channel's pseudo-run."""
    return posted.RUN + CODES_BY_NAME[channel]


def facts_of(run: int) -> RunFacts:
    """What stands for the facts of a launch, of a pseudo-run."""
    return facts_on(NAMES_BY_CODE[run - posted.RUN])


@cache
def facts_on(channel: str) -> RunFacts:
    """The same for a channel or an account of it."""
    return _facts(channel, _ANY)


def _facts(channel: str, template: Template) -> RunFacts:
    """Service, untracked, without an end of its own: each message brings its own."""
    return RunFacts(
        campaign=Campaign(
            id=ID,
            topic=ID,
            audience=[],
            channel=channel,
            template=template.id,
            expires_after="70000 days",
            tracking=Tracking(clicks=False, opens=False),
        ),
        topic=Topic(id=ID, type=TopicKind.SERVICE),
        goals=(),
        templates={template.id: template},
        occurrence=Occurrence(key="once", planned=EPOCH),
        lottery=Arms(salt="", campaign=ID, variants=(_VARIANT,), shares=(1.0,)),
    )


def body_of(row: Posted) -> Body:
    """A queued message as delivery takes it, but for the bytes of its files."""
    written = msgspec.json.decode(row.written, type=Written)
    return Body(
        n=row.n,
        pid=row.pid,
        message=row.message,
        variant="",
        language=written.language,
        address=row.address,
        template=ID,
        content=written.content,
        links=written.links,
        expires_us=row.expires_us,
        human=written.human,
        last_word_us=written.last_word_us,
        thread=written.thread,
    )


class Texts:
    """Writes messages; what templates share is read once a minute."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._rounds: dict[tuple[str, ...], Round] = {}

    def write(
        self, turns: Sequence[Turn], templates: Mapping[str, Template], now: datetime
    ) -> list[Written | str]:
        """What each reads, or the reason why it cannot be written; in their order.

        Raises TemplateError where a template does not compile, and SegmentError for its facts.
        """
        found: list[Written | str] = [_own(turn.asked) for turn in turns]
        groups: dict[tuple[str, ...], list[int]] = {}
        for place, turn in enumerate(turns):
            if turn.asked.template:
                groups.setdefault(_key(turn, templates), []).append(place)
        for key, places in groups.items():
            work = self._round(key, turns[places[0]], templates, now)
            for several in _apart(places, turns):
                texts = _written(work, [turns[place] for place in several], now)
                for place, text in zip(several, texts, strict=True):
                    found[place] = text
        return found

    def _round(
        self, key: tuple[str, ...], turn: Turn, templates: Mapping[str, Template], now: datetime
    ) -> Round:
        kept = self._rounds.get(key)
        if kept is None or now - kept.since >= FRESH:
            template = msgspec.structs.replace(templates[turn.asked.template], links=_NO_LINKS)
            facts = _facts(turn.channel, template)
            types = {f"data.{name}": _type(value) for name, value in turn.asked.data.items()}
            if len(self._rounds) >= ROUNDS_MAX:
                self._rounds.clear()
            kept = open_round(self._ground, run_of(turn.channel), facts, now, types)
            self._rounds[key] = kept
        return kept


def _own(asked: Asked) -> Written:
    """Words that were asked for as they are."""
    return Written(
        content=asked.content,
        human=asked.human,
        last_word_us=asked.last_word_us,
        thread=asked.thread,
    )


def _key(turn: Turn, templates: Mapping[str, Template]) -> tuple[str, ...]:
    """What messages that are written together have in common."""
    shape = sorted(f"{name}:{_type(value)}" for name, value in turn.asked.data.items())
    return (turn.channel, version(templates[turn.asked.template]), *shape)


def _apart(places: Sequence[int], turns: Sequence[Turn]) -> list[list[int]]:
    """The places in groups in which nobody comes twice."""
    groups: list[dict[int, int]] = []
    for place in places:
        pid = turns[place].pid
        group = next((one for one in groups if pid not in one), None)
        if group is None:
            groups.append(group := {})
        group[pid] = place
    return [list(group.values()) for group in groups]


def _written(work: Round, turns: Sequence[Turn], now: datetime) -> list[Written | str]:
    """The texts of different people, in their order."""
    names = list(turns[0].asked.data)
    given = pl.DataFrame(
        {
            "pid": pl.Series([turn.pid for turn in turns], dtype=pl.Int64),
            "said": pl.Series([turn.asked.language or None for turn in turns], dtype=pl.String),
        }
        | {
            f"data.{name}": pl.Series(
                [turn.asked.data[name] for turn in turns], dtype=_type(turns[0].asked.data[name])
            )
            for name in names
        }
    )
    people = read_people(work, np.unique(given["pid"].to_numpy()), now)
    people = people.join(given, on="pid", how="left", maintain_order="left").with_columns(
        variant=pl.lit(_VARIANT), language=pl.coalesce("said", "language")
    )
    written = work.texts.write(people)
    faults = dict(zip(people["pid"], written.faults, strict=True))
    rows = {row["pid"]: row for row in written.slots.iter_rows(named=True)}
    return [
        _text(rows[turn.pid], written.skeletons)
        if turn.pid in rows
        else str(faults.get(turn.pid) or "not_rendered")
        for turn in turns
    ]


def _text(row: Mapping[str, Any], skeletons: Mapping[str, Any]) -> Written:
    """A rendered row as it is kept."""
    skeleton = skeletons[row["template"]]
    slots = {name: text or "" for name, text in row.items() if name[:1] == "s"}
    links = {int(n): url for n, url in skeleton[LINKS].items()}
    content = splice(skeleton[PARTS], slots)
    return Written(content=content, links=links, language=row["language"])


def _type(value: object) -> Any:
    """The Polars type of a value of `data`."""
    match value:
        case bool():
            return pl.Boolean()
        case int() | float():
            return pl.Float64()
        case _:
            return pl.String()
