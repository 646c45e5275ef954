"""What a shop declares for the law's sake: who it is, how strict it is, what each trait is for.

A declaration can only make the rules of `decisions.law` stricter, never laxer.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from maracuja.campaigns.cascade import fixed_span
from maracuja.decisions.law import Own
from maracuja.decisions.law_sets import BY_ID
from maracuja.decisions.lawful import Rulebook
from maracuja.model import Record

Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Days = Annotated[int, Meta(ge=1, le=36_500)]

LAW: Final = "law"  # the one definition of its kind
KEPT: Final = ("events", "bodies", "decisions", "conversations", "refused")
"""The kinds of data whose time can be limited."""

_COUNTRY: Final = re.compile(r"[A-Z]{2}")


class LegalBasis(StrEnum):
    """Why the shop may hold a value (GDPR art. 6(1); the others know the same)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


class TraitClass(StrEnum):
    """How the law looks at a trait."""

    ORDINARY = "ordinary"
    SPECIAL = "special"  # health, faith, politics, origin, unions, sexuality, genes, crimes
    MINOR = "minor"  # says that somebody is a child


class Controller(Record, frozen=True):
    """Who answers for the data, as the record of processing names them."""

    name: str = ""
    address: str = ""
    contact: str = ""
    officer: str = ""  # for data protection, where there is one


class Recipient(Record, frozen=True):
    """Who gets data through a channel; `country` is an ISO code."""

    channel: str
    name: str = ""
    country: str = ""
    safeguards: str = ""  # of a transfer: standard clauses, an adequacy decision
    keep: str = ""  # how long they keep it


class LawDeclaration(Record, frozen=True, tag_field="kind", tag="law"):
    """How the shop holds the law; there is one, and its id is `law`.

    `advice`: recommended hours hold too. `laws` puts countries under another
    rule set. `keep` limits the days of each kind of data (KEPT); 0 days is not a limit.
    """

    id: Id = LAW
    controller: Controller = Controller()
    purposes: tuple[str, ...] = ()
    minimum_age: Annotated[int, Meta(ge=0, le=120)] = 0
    double_opt_in: bool = False
    soft_opt_in: bool = True
    advice: bool = True
    laws: dict[str, str] = msgspec.field(default_factory=dict)
    recipients: tuple[Recipient, ...] = ()
    keep: dict[str, Days] = msgspec.field(default_factory=dict)
    security: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse names of laws, countries and kinds of data that are none."""
        if self.id != LAW:
            raise ValueError(f"there is one declaration of the law: its id is `{LAW}`")
        for country, law in self.laws.items():
            if not _COUNTRY.fullmatch(country):
                raise ValueError(f"`{country}` is no country: write two capital letters, as UA")
            if law not in BY_ID:
                raise ValueError(f"there is no law `{law}`: it is one of {', '.join(BY_ID)}")
        for kind in self.keep:
            if kind not in KEPT:
                raise ValueError(f"`{kind}` cannot be limited: it is one of {', '.join(KEPT)}")

    def rulebook(self, country: str) -> Rulebook:
        """The laws as a shop of that country holds them by this declaration."""
        own = Own(
            minimum_age=self.minimum_age,
            double_opt_in=self.double_opt_in,
            soft_opt_in=self.soft_opt_in,
            advice=self.advice,
        )
        return Rulebook(country=country.upper(), own=own, laws=self.laws)


class TraitDeclaration(Record, frozen=True, tag_field="kind", tag="trait"):
    """What a trait is for: purpose, legal basis, class, and how long it is kept.

    A trait of a special class stays out of segments and texts except of those that are named, and
    then its basis is the person's own consent. `trait` is its name where that is no id.
    """

    id: Id
    purpose: Name
    basis: LegalBasis
    trait: str = ""
    class_: TraitClass = msgspec.field(name="class", default=TraitClass.ORDINARY)
    keep: str = ""
    segments: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a time that cannot be read, and leave for special data without consent."""
        if self.keep:
            fixed_span(self.keep)
        used = self.segments or self.templates
        if self.class_ is TraitClass.SPECIAL and used and self.basis is not LegalBasis.CONSENT:
            raise ValueError(
                "a special category is used by the person's explicit consent alone:"
                " set `basis: consent`, or name no segments and templates"
            )
        if self.class_ is TraitClass.MINOR and self.templates:
            raise ValueError("that somebody is a child is put into no text")

    @property
    def name(self) -> str:
        """The trait that it is about."""
        return self.trait or self.id

    @property
    def kept(self) -> timedelta | None:
        """How long a value is kept after it was last told; None: as long as the person."""
        return fixed_span(self.keep) if self.keep else None
