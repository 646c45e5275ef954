"""Sign-up forms as a marketer writes them: what is promised, what is asked, who must confirm."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

from maracuja.campaigns.definitions import Id, Language
from maracuja.channels import BY_NAME
from maracuja.model import Record

Texts = dict[Language, Annotated[str, Meta(min_length=1, max_length=2_000)]]
CountryCode = Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
Days = Annotated[int, Meta(ge=1, le=60)]
Trait = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Site = Annotated[str, Meta(pattern=r"^https?://[a-z0-9.-]+(:[0-9]+)?$")]
Secure = Annotated[str, Meta(pattern=r"^https://[^\s\"'<>\\]+$", max_length=1_000)]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$")]

FIELDS_MAX: Final = 12
# What a form asks for, by channel; all others are opened by a link.
ASKED_FOR: Final = {"email": "email", "sms": "phone", "viber_business": "phone"}
ADDRESSES: Final = ("email", "phone")
RESERVED: Final = frozenset({"lang", "topic", "consent", "stamp", "website", "source", "page"})


class FieldType(StrEnum):
    """What may be put into a field."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES = "yes"  # a box to tick


class Option(Record, frozen=True):
    """One answer of a choice."""

    value: Annotated[str, Meta(min_length=1, max_length=100)]
    labels: Texts = msgspec.field(default_factory=dict)


class Field(Record, frozen=True):
    """Something that is asked; the answer becomes the trait of this name."""

    trait: Trait
    labels: Texts
    type: FieldType = FieldType.TEXT
    required: bool = False
    options: tuple[Option, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        if self.trait in RESERVED or self.trait in ADDRESSES:
            raise ValueError(f"a form asks for `{self.trait}` by itself: it is no field")
        if not self.labels:
            raise ValueError(f"field `{self.trait}` has no label")
        if (self.type is FieldType.CHOICE) != bool(self.options):
            raise ValueError(f"field `{self.trait}`: a choice has options, and nothing else has")


class InCountry(Record, frozen=True):
    """What is different for people of a country."""

    consent: Texts = msgspec.field(default_factory=dict)
    consent_version: str = ""
    double_opt_in: bool | None = None


class Bonus(Record, frozen=True):
    """What is promised for answering the `questions`; `says` names it in words.

    `points` are credited to the bonus balance, `coupons` names the pool that a code is taken of.
    """

    says: Texts
    points: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    coupons: str = ""

    def __post_init__(self) -> None:
        """Refuse a promise without words."""
        if not self.says:
            raise ValueError("a bonus says what it is, in `says`")


class Look(Record, frozen=True):
    """The colour of the button, and a logo above the title."""

    colour: Colour = "#7a2e6b"
    logo: Secure | None = None


class Form(Record, frozen=True, tag_field="kind", tag="form"):
    """A sign-up form: hosted at /f/<id>, and to be put into pages of `origins`.

    `sent` says what is sent, `often` how often, `consent` is what people agree to; change
    `consent_version` with it. `questions` come after the sign-up and are worth the `bonus`.
    """

    id: Id
    topics: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=10)]
    titles: Texts
    sent: Texts
    often: Texts
    consent: Texts
    consent_version: str = "1"
    channels: Annotated[tuple[str, ...], Meta(min_length=1, max_length=6)] = ("email",)
    fields: Annotated[tuple[Field, ...], Meta(max_length=FIELDS_MAX)] = ()
    questions: Annotated[tuple[Field, ...], Meta(max_length=FIELDS_MAX)] = ()
    bonus: Bonus | None = None
    double_opt_in: bool = True
    countries: dict[CountryCode, InCountry] = msgspec.field(default_factory=dict)
    confirm_within_days: Days = 7
    remind_after_days: Annotated[int, Meta(ge=0, le=30)] = 2  # 0: never
    thanks: Texts = msgspec.field(default_factory=dict)
    redirect: Secure | None = None
    origins: tuple[Site, ...] = ()
    look: Look = Look()

    def __post_init__(self) -> None:
        """Refuse what contradicts itself without looking at other definitions."""
        for name in ("titles", "sent", "often", "consent"):
            if not getattr(self, name):
                raise ValueError(f"a form says its `{name}` in one language at least")
        for channel in self.channels:
            if channel not in BY_NAME:
                raise ValueError(f"there is no channel `{channel}`")
        if len(set(self.channels)) < len(self.channels) or len(set(self.topics)) < len(
            self.topics
        ):
            raise ValueError("a topic or a channel stands there twice")
        asked = [field.trait for field in (*self.fields, *self.questions)]
        if len(set(asked)) < len(asked):
            raise ValueError("two fields ask for the same trait")
        if self.bonus is not None and not self.questions:
            raise ValueError("a bonus is for answers: there are no `questions`")
        if self.remind_after_days >= self.confirm_within_days:
            raise ValueError(
                "the reminder comes when nothing can be confirmed any more:"
                " lower `remind_after_days`, or raise `confirm_within_days`"
            )
        changed = [c for c, own in self.countries.items() if own.consent]
        for country in changed:
            if not self.countries[country].consent_version:
                raise ValueError(f"the text of {country} needs a `consent_version` of its own")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of address that are asked for: email, phone, or neither."""
        there = {ASKED_FOR.get(channel) for channel in self.channels}
        return tuple(kind for kind in ADDRESSES if kind in there)

    def reached_by(self, kind: str) -> tuple[str, ...]:
        """The channels of the form that reach people at that kind of address."""
        return tuple(one for one in self.channels if ASKED_FOR.get(one) == kind)

    @property
    def opened(self) -> tuple[str, ...]:
        """The channels that people open themselves, by a link."""
        return tuple(one for one in self.channels if one not in ASKED_FOR)

    def confirms(self, *countries: str) -> bool:
        """Whether an address must confirm: where one of these countries asks for it."""
        own = [self.countries.get(country, InCountry()).double_opt_in for country in countries]
        told = [self.double_opt_in if one is None else one for one in own]
        return any(told) if told else self.double_opt_in

    def consent_in(self, language: str, country: str) -> Consent:
        """What people of that country agree to."""
        own = self.countries.get(country, InCountry())
        texts = own.consent or self.consent
        version = own.consent_version or self.consent_version
        spoken = next((one for one in (language, "en", *texts) if one in texts), language)
        return Consent(said(texts, language), version, spoken)


class Consent(NamedTuple):
    """The words that people agree to, their version and their language."""

    text: str
    version: str
    language: str


def said(texts: Mapping[str, str], language: str, otherwise: str = "") -> str:
    """The text in that language, else in English, else in any, else `otherwise`."""
    if not texts:
        return otherwise
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))
