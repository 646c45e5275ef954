"""What the declarations of traits, and their privacy classes, forbid: as the workspace knows them.

It reads the store and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection

from maracuja.campaigns.checks import Known
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.law import TraitClass, TraitDeclaration
from maracuja.campaigns.trait_law import Sensitive, kept_out
from maracuja.errors import SegmentError
from maracuja.ingest.discover import guess_privacy
from maracuja.model import Discovery, Privacy
from maracuja.segments.definition import Member, Segment
from maracuja.segments.predicate import leaves
from maracuja.store import discovered


def declarations(around: Known) -> dict[str, TraitDeclaration]:
    """The declarations of traits among the definitions, by the trait's name."""
    return {one.name: one for one in around.values() if isinstance(one, TraitDeclaration)}


def guessed(name: str) -> bool:
    """Whether a name alone says that it is sensitive."""
    return guess_privacy(name) is Privacy.SENSITIVE


def sensitive_names(found: Iterable[Discovery]) -> Sensitive:
    """The same by the classes of what was discovered, which people edit; else by the name."""
    known: dict[str, bool] = {}
    for one in found:
        if one.scope != "context":
            known[one.name] = known.get(one.name, False) or one.privacy is Privacy.SENSITIVE
    return lambda name: known[name] if name in known else guessed(name)


def of_segment(
    segment: Segment, around: Known, sensitive: Sensitive = guessed
) -> list[SegmentError]:
    """What a segment may not ask for."""
    return list(kept_out(segment.where, segment.id, declarations(around), sensitive))


def of_campaign(
    campaign: Campaign, around: Known, sensitive: Sensitive = guessed
) -> Iterator[SegmentError]:
    """What a campaign's own conditions may not ask for; allowed under the campaign's id."""
    if not isinstance(campaign.audience, str):
        known = declarations(around)
        yield from kept_out(campaign.audience, campaign.id, known, sensitive, "audience")


def of_audience(conn: Connection, campaign: Campaign, around: Known) -> list[SegmentError]:
    """What the audience of a campaign, with all segments that it mentions, may not ask for."""
    sensitive = sensitive_names(discovered.every(conn))
    faults = list(of_campaign(campaign, around, sensitive))
    for name in _mentioned(campaign, around):
        segment = around.get(("segment", name))
        if isinstance(segment, Segment):
            faults += [
                SegmentError(one.message, where=f"segment {name}: {one.where}", fix=one.fix)
                for one in of_segment(segment, around, sensitive)
            ]
    return faults


def in_texts(declared: Mapping[str, TraitDeclaration], template: str) -> dict[str, Privacy]:
    """The classes that declarations give to `person.<trait>` in a template's text."""
    return {
        f"person.{name}": Privacy.PERSONAL if template in one.templates else Privacy.SENSITIVE
        for name, one in declared.items()
        if one.class_ is not TraitClass.ORDINARY
    }


def _mentioned(campaign: Campaign, around: Known) -> list[str]:
    """The segments of a campaign and those that they mention, each once."""
    audience = campaign.audience
    asked = [audience] if isinstance(audience, str) else _members(audience)
    todo, seen = [*asked, *campaign.exclude], dict[str, None]()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen[name] = None
        segment = around.get(("segment", name))
        if isinstance(segment, Segment):
            todo += _members(segment.where)
    return list(seen)


def _members(conditions: Iterable[object]) -> list[str]:
    return [c.segment for c in leaves(conditions) if isinstance(c, Member)]  # type: ignore[arg-type]  # conditions of any list
