"""What a marketer writes: a template with its variants per language and channel."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from enum import StrEnum
from typing import Any, Final

import msgspec

from maracuja.content import Approved, Button, Card, Place, Poll
from maracuja.errors import TemplateError
from maracuja.model import Record
from maracuja.templates import mjml

SOURCE_CHARS_MAX: Final = 200_000  # of one part, before rendering
VARIANTS_MAX: Final = 200
PARTS: Final = ("subject", "preheader", "text", "html")

_UNIT_S: Final = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_557_600}


class SoldOut(StrEnum):
    """What to do for a person whose product is out of stock or no longer in the catalogue."""

    REFUSE = "refuse"  # they get no message
    FALLBACK = "fallback"  # its fields count as missing, so `default` and `or_else` speak
    SHOW = "show"  # stock does not matter; only a product without a row is gone


class Attachment(Record, frozen=True):
    """A picture, video or file at an address; size and length only where a vendor asks."""

    url: str
    alt: str = ""  # what is to be seen, for those who do not see it
    name: str = ""  # of a file, with its ending
    thumbnail: str = ""  # https address of a small picture
    size: int = 0  # bytes
    duration_s: int = 0


Shown = str | Attachment | tuple[str | Attachment, ...]  # an address, more about it, or several


class Variant(Record, frozen=True):
    """The message in one language and channel; an empty channel serves every channel.

    At least one of text and html is given, or a picture, video, file, cards or an approved
    template; a missing text is made from the html. Every text is Liquid, those of buttons and
    cards too; what comes out empty is left out. The rest is as in content.Content. With `mjml`
    the html is made from it, and kept as it was made.
    """

    language: str
    channel: str = ""
    subject: str = ""
    preheader: str = ""
    text: str = ""
    html: str = ""
    mjml: str = ""
    formatted: bool = False  # the text has marks such as *bold*
    picture: Shown = ""
    video: Shown = ""
    file: Shown = ""
    buttons: tuple[Button, ...] = ()
    keyboard: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    approved: Approved | None = None
    link: str = ""  # where a press on the message leads
    place: Place | None = None
    silent: bool = False  # arrives without a sound
    background: bool = False  # shows nothing: only the app reads it
    poll: Poll | None = None

    def __post_init__(self) -> None:
        """Make the HTML of MJML. Raises ValueError where it cannot be, or there are both."""
        if not self.mjml or mjml.frozen(self.mjml, self.html):
            return
        if self.html and not mjml.made_here(self.html):
            raise ValueError("a variant has either html or mjml: the html is made from the mjml")
        if len(self.mjml) > SOURCE_CHARS_MAX:
            raise ValueError(f"mjml is longer than {SOURCE_CHARS_MAX} characters")
        msgspec.structs.force_setattr(self, "html", mjml.compiled(self.mjml))


class Require(Record, frozen=True):
    """How fresh ("90d", "12h") and how sure (0..1) a trait must be to be used at all."""

    max_age: str = ""
    min_confidence: float = 0.0


class LinkPolicy(Record, frozen=True):
    """Whether links are counted, and whether they carry UTM parameters."""

    track: bool = True
    utm: bool = True


class Template(Record, frozen=True, tag_field="kind", tag="template"):
    """A message to be: `language` is the one to fall back to, `facts` are kept as written.

    `facts` maps a name to a fact in the language of segments; `requires` maps a path such as
    person.first_name to what is asked of it. With `neutral` nothing personal is used. `dates` says
    which day words of the text mean, such as Friday; `ends` the last day, by the shop's clock, on
    which a code or an address in it works. `known_to_person` names what they have seen with us,
    so that it may be said although they never told it.
    """

    id: str
    variants: tuple[Variant, ...]
    name: str = ""
    language: str = "en"
    facts: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    requires: dict[str, Require] = msgspec.field(default_factory=dict)
    sold_out: SoldOut = SoldOut.REFUSE
    links: LinkPolicy = LinkPolicy()
    neutral: bool = False
    dates: dict[str, date] = msgspec.field(default_factory=dict)
    ends: dict[str, date] = msgspec.field(default_factory=dict)
    known_to_person: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < len(self.variants) <= VARIANTS_MAX:
            raise ValueError(f"a template has between 1 and {VARIANTS_MAX} variants")
        keys = [(variant.language, variant.channel) for variant in self.variants]
        if len(set(keys)) < len(keys):
            raise ValueError("two variants serve the same language and channel")
        for variant in self.variants:
            _check_variant(variant)
        if not all(word.strip() for word in (*self.dates, *self.ends)):
            raise ValueError("dates and ends name words, a code or an address")
        if not all(one.startswith(("person.", "facts.")) for one in self.known_to_person):
            raise ValueError("known_to_person names person.<trait> or facts.<name>")
        for path, require in self.requires.items():
            if not path.startswith("person."):
                raise ValueError(f"requires: `{path}` is no trait; write person.<trait>")
            seconds(require.max_age)
            if not 0.0 <= require.min_confidence <= 1.0:
                raise ValueError(f"requires: min_confidence of `{path}` is between 0 and 1")


def _check_variant(variant: Variant) -> None:
    media = variant.picture or variant.video or variant.file or variant.place or variant.poll
    shown = variant.text or variant.html or media or variant.cards or variant.approved
    if not (shown or variant.background):
        raise ValueError(f"the variant {variant.language!r} has neither text nor html")
    for part in PARTS:
        if len(getattr(variant, part)) > SOURCE_CHARS_MAX:
            raise ValueError(f"{part} is longer than {SOURCE_CHARS_MAX} characters")


def seconds(duration: str) -> int:
    """Seconds of a duration such as 30m, 12h, 90d, 2w or 1y; 0 for an empty one.

    Raises ValueError where it is none of these.
    """
    if not duration:
        return 0
    match = re.fullmatch(r"(\d{1,6})([mhdwy])", duration)
    if match is None:
        raise ValueError(f"`{duration}` is no duration; write 30m, 12h, 90d, 2w or 1y")
    return int(match[1]) * _UNIT_S[match[2]]


def decode(source: str | bytes) -> Template:
    """A template from YAML or JSON; raises TemplateError with the path of the fault."""
    try:
        return msgspec.yaml.decode(source, type=Template)
    except msgspec.DecodeError as fault:
        message, _, where = str(fault).partition(" - at ")
        raise TemplateError(message, where=where.strip("`")) from fault


def encode(template: Template) -> bytes:
    """The template as YAML, such that `decode` gives it back."""
    return msgspec.yaml.encode(template)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a template file, for editors."""
    return msgspec.json.schema(Template)


def version(template: Template) -> str:
    """SHA-256 (hex) of everything that the template says: the key of what is compiled."""
    return hashlib.sha256(msgspec.json.encode(template, order="deterministic")).hexdigest()


def choose(template: Template, language: str, channel: str) -> int:
    """The index of the variant for a person's language (ru or ru-RU) on a channel.

    The order: this language on this channel; this language on any channel (empty); the default
    language on this channel; the default language on any channel; anything for this channel;
    the first variant for any channel; the first of all. `ru-RU` counts as `ru` where there is
    no variant of its own.
    """
    short = language.partition("-")[0]
    found = {(v.language, v.channel): n for n, v in reversed(list(enumerate(template.variants)))}
    channels = dict.fromkeys((channel, channel.partition("/")[0], ""))  # the account's, if any
    wanted = [(lang, ch) for lang in (language, short, template.language) for ch in channels]
    for key in wanted:
        if key in found:
            return found[key]
    for wanted_channel in channels:
        for n, variant in enumerate(template.variants):
            if variant.channel == wanted_channel:
                return n
    return 0
