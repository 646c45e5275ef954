"""What whoever writes a template may put into it: names, filters, and what these say of somebody.

Nothing of it decides what a template may do: that is said by its check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from maracuja.channels import CHANNELS
from maracuja.model import Capabilities
from maracuja.runtime import template_work
from maracuja.runtime.launch_ground import Ground, trait_types
from maracuja.segments.computed import COMPUTED
from maracuja.templates.definition import Template, Variant
from maracuja.templates.filters import FILTERS, LOOKUPS
from maracuja.templates.grammar import TAGS
from maracuja.templates.offered import OFFERED
from maracuja.templates.scope import PRODUCT_TYPES

_LINKS: Final = ("unsubscribe", "preferences", "view", "wrong_person", "not_about_this")
_PLAIN: Final = "webhook"  # a channel that changes no text
_MARK: Final = "· "  # so that no line is empty

# Each as a marketer would write it, with what is said where the person gives too little.
EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "uk": (
        '{{ person.first_name | vocative | or_else: "Друже" }}',
        '{{ person | salutation: "formal" | or_else: "Вітаємо" }}',
        '{{ person.first_name | genitive | or_else: "вас" }}',
        '{{ person.first_name | dative | or_else: "вам" }}',
        '{{ person.first_name | accusative | or_else: "вас" }}',
        '{{ person.first_name | instrumental | or_else: "вами" }}',
        '{{ "дорогий" | agree: person.gender | or_else: "вітаємо" }}',
        '{{ person.gender | choose: "зайшов", "зайшла", "зайшли" }}',
        '{{ person.city | in_city | or_else: "у вашому місті" }}',
        '{{ person.city | to_city | or_else: "до вас" }}',
        '{{ 1503 | count: "бонус", "бонуси", "бонусів" }}',
    ),
    "ru": (
        '{{ person.first_name | nominative | or_else: "друзья" }}',
        '{{ person.first_name | genitive | or_else: "вас" }}',
        '{{ person.first_name | dative | or_else: "вам" }}',
        '{{ person.first_name | accusative | or_else: "вас" }}',
        '{{ person.first_name | instrumental | or_else: "вами" }}',
        '{{ "дорогой" | agree: person.gender | or_else: "здравствуйте" }}',
        '{{ person.gender | choose: "зашёл", "зашла", "зашли" }}',
        '{{ person.city | in_city | or_else: "в вашем городе" }}',
        '{{ person.city | to_city | or_else: "к вам" }}',
        '{{ 1503 | count: "бонус", "бонуса", "бонусов" }}',
    ),
    "mn": (
        '{{ person.first_name | nominative | or_else: "Эрхэм" }}',
        '{{ person | salutation: "formal" | or_else: "Сайн байна уу" }}',
        '{{ person.first_name | dative | or_else: "Танд" }}',
        '{{ person.city | in_city | or_else: "танай хотод" }}',
        '{{ 1503 | count: "бонус", "бонус" }}',
    ),
    "en": (
        '{{ person.first_name | nominative | or_else: "Friend" }}',
        '{{ person.gender | choose: "he", "she", "they" }}',
        '{{ person.city | in_city | or_else: "where you are" }}',
        '{{ 1503 | count: "point", "points" }}',
    ),
}


@dataclass(frozen=True)
class Room:
    """What a channel has room for: lengths in characters, numbers of things; 0 where none."""

    channel: str
    subject: int
    text: int
    caption: int  # of a text beside a picture
    html: bool
    formatted: bool
    media: int
    buttons: int
    button: int
    keyboard: int
    cards: int
    card_title: int
    card_text: int
    approved: bool
    place: bool


@dataclass(frozen=True)
class Vocabulary:
    """Names (`person.city`), filters and tags that a text may use; the room of every channel."""

    names: tuple[str, ...]
    product: tuple[str, ...]
    computed: tuple[str, ...]
    filters: tuple[str, ...]
    tags: tuple[str, ...]
    rooms: tuple[Room, ...]


@dataclass(frozen=True)
class Said:
    """A piece of a text, and what it says of somebody."""

    source: str
    says: str


def vocabulary(conn: Connection) -> Vocabulary:
    """Everything that the data of this workspace let a text say."""
    return Vocabulary(
        names=(
            *(f"person.{name}" for name in sorted(trait_types(conn))),
            *OFFERED,
            *(f"shop.{name}" for name in ("name", "url", "currency", "postal_address")),
            "campaign.id",
            "campaign.name",
            *(f"links.{name}" for name in _LINKS),
        ),
        product=tuple(PRODUCT_TYPES),
        computed=tuple(COMPUTED),
        filters=(*(one.name for one in FILTERS), *LOOKUPS),
        tags=tuple(sorted(one.name for one in TAGS if one.name.isalpha())),
        rooms=tuple(_room(one.name, one.can) for one in CHANNELS),
    )


def _room(name: str, can: Capabilities) -> Room:
    return Room(
        channel=name,
        subject=can.subject_chars_max,
        text=can.text_chars_max,
        caption=can.caption_chars_max,
        html=can.html,
        formatted=can.formatted,
        media=can.media_max or (1 if can.media else 0),
        buttons=can.buttons,
        button=can.button_chars_max,
        keyboard=can.keyboard,
        cards=can.cards,
        card_title=can.card_title_chars_max,
        card_text=can.card_text_chars_max,
        approved=can.approved,
        place=can.place,
    )


def examples(
    ground: Ground, language: str, now: datetime, *, pid: int | None, invented: int = 0
) -> list[Said]:
    """What the filters of a language say of a person, or of an invented one.

    `invented` counts those of template_work.side_by_side. A language that we do not speak has
    none. Raises NotFound.
    """
    sources = EXAMPLES.get(language, ())
    if not sources:
        return []
    text = "\n".join(f"{_MARK}{one}" for one in sources)
    template = Template(
        id="examples", language=language, variants=(Variant(language=language, text=text),)
    )
    if pid is None:
        several = template_work.side_by_side(ground, template, now, channel=_PLAIN)
        seen = several.people[invented].preview
    else:
        seen = template_work.preview(ground, template, now, pid=pid, channel=_PLAIN)
    says = [line.removeprefix(_MARK).strip() for line in seen.text.split("\n")]
    return [Said(*one) for one in zip(sources, says, strict=bool(seen.text))]
