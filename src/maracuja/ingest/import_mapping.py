"""Which column of a file becomes what: written by a person, or guessed from the headings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from maracuja.errors import BadInput
from maracuja.ingest.addresses import is_country
from maracuja.model import Record

Kind = Literal["people", "events", "products"]

IDENTITIES: Final = ("external_id", "anonymous_id", "email", "phone")
PRODUCT_FIELDS: Final = (
    "id", "title", "category", "price", "currency", "stock", "url", "picture",
)  # fmt: skip
EVENT_FIELDS: Final = (*IDENTITIES, "event", "timestamp", "message_id")
DECLARED: Final = "declared."
TRAITS: Final = ("traits.", DECLARED)
"""What stands before a trait; the second where the customers have said it themselves."""
CONSENT_PARTS: Final = ("at", "source", "version", "language")
IGNORE: Final = "ignore"

_CONSENT = re.compile(r"consent\.([\w-]+)\.([\w-]+)(?:\.(\w+))?")

# Headings as shops write them, in lower case with everything but letters and digits taken out.
_KNOWN: Final[dict[str, str]] = {
    "id": "external_id", "externalid": "external_id", "userid": "external_id",
    "customerid": "external_id", "clientid": "external_id", "код": "external_id",
    "кодклиента": "external_id", "idклиента": "external_id", "idклієнта": "external_id",
    "idпокупателя": "external_id", "idпокупця": "external_id", "кодклієнта": "external_id",
    "anonymousid": "anonymous_id",
    "email": "email", "mail": "email", "почта": "email", "пошта": "email", "электроннаяпочта":
    "email", "электронныйадрес": "email", "електроннапошта": "email", "имэйл": "email",
    "phone": "phone", "mobile": "phone", "phonenumber": "phone", "телефон": "phone",
    "мобильный": "phone", "мобільний": "phone", "номертелефона": "phone", "утас": "phone",
    "firstname": "traits.first_name", "name": "traits.name", "имя": "traits.first_name",
    "імя": "traits.first_name", "нэр": "traits.first_name", "lastname": "traits.last_name",
    "surname": "traits.last_name", "фамилия": "traits.last_name", "прізвище": "traits.last_name",
    "овог": "traits.last_name", "отчество": "traits.patronymic",
    "побатькові": "traits.patronymic", "gender": "traits.gender", "sex": "traits.gender",
    "пол": "traits.gender", "стать": "traits.gender", "хүйс": "traits.gender",
    "city": "traits.city", "город": "traits.city", "місто": "traits.city", "хот": "traits.city",
    "country": "traits.country", "страна": "traits.country", "країна": "traits.country",
    "language": "traits.language", "lang": "traits.language", "locale": "traits.language",
    "язык": "traits.language", "мова": "traits.language", "хэл": "traits.language",
    "timezone": "traits.timezone", "часовойпояс": "traits.timezone",
    "birthday": "traits.birthday", "birthdate": "traits.birthday",
    "датарождения": "traits.birthday", "деньрождения": "traits.birthday",
    "датанародження": "traits.birthday",
}  # fmt: skip

_PRODUCT_WORDS: Final[dict[str, str]] = {
    "id": "id", "sku": "id", "productid": "id", "артикул": "id", "код": "id",
    "title": "title", "name": "title", "название": "title", "назва": "title",
    "category": "category", "producttype": "category", "категория": "category",
    "категорія": "category", "price": "price", "цена": "price", "ціна": "price",
    "currency": "currency", "валюта": "currency", "stock": "stock", "quantity": "stock",
    "остаток": "stock", "залишок": "stock", "url": "url", "link": "url", "ссылка": "url",
    "посилання": "url", "picture": "picture", "image": "picture", "imagelink": "picture",
    "фото": "picture",
}  # fmt: skip

_EVENT_WORDS: Final[dict[str, str]] = {
    **{word: target for word, target in _KNOWN.items() if target in IDENTITIES},
    "event": "event", "eventname": "event", "событие": "event", "подія": "event",
    "timestamp": "timestamp", "time": "timestamp", "date": "timestamp", "дата": "timestamp",
    "messageid": "message_id", "eventid": "message_id",
}  # fmt: skip


class FileMapping(Record, frozen=True):
    """The columns of a file and what a value that the file does not say is taken to be."""

    columns: dict[str, str]
    country: str = "UA"  # of telephone numbers without a prefix
    consent_source: str = ""
    consent_at: str = ""  # ISO 8601
    event: str = ""  # of every row, where no column names it
    currency: str = ""


class ConsentColumns(Record, frozen=True):
    """The columns of a consent to one topic on one channel; empty where there is none."""

    topic: str
    channel: str
    state: str
    at: str = ""
    source: str = ""
    version: str = ""
    language: str = ""


def guess(kind: Kind, headings: Sequence[str], defaults: FileMapping | None = None) -> FileMapping:
    """A mapping from the headings alone; of people and events the rest become traits, properties.

    A column is named after its own target too, so that an export can be imported as it is.
    """
    base = defaults or FileMapping(columns={})
    words = {"people": _KNOWN, "events": _EVENT_WORDS, "products": _PRODUCT_WORDS}[kind]
    columns: dict[str, str] = {}
    for heading in headings:
        target = base.columns.get(heading) or _target(kind, heading, words)
        columns[heading] = IGNORE if target in columns.values() else target
    return msgspec.structs.replace(base, columns=columns)


def _target(kind: Kind, heading: str, words: Mapping[str, str]) -> str:
    text = heading.strip()
    if text.startswith((*TRAITS, "properties.", "context.", "consent.")):
        return text
    plain = re.sub(r"[\W_]+", "", text.lower())
    if plain in words:
        return words[plain]
    if kind == "products" or not text:
        return IGNORE
    own = re.sub(r"\W+", "_", text).strip("_")
    return f"{'traits' if kind == 'people' else 'properties'}.{own}" if own else IGNORE


def checked(kind: Kind, mapping: FileMapping, headings: Sequence[str]) -> FileMapping:
    """The mapping, or BadInput naming the column that is wrong."""
    missing = [name for name in mapping.columns if name not in headings]
    if missing:
        raise BadInput(
            f"The file has no column `{missing[0]}`.",
            where="columns",
            fix=f"Its columns are: {', '.join(headings)}.",
        )
    if not is_country(mapping.country):
        raise BadInput(f"`{mapping.country}` is no country of telephone numbers.", where="country")
    targets = [_of_traits(t) for t in mapping.columns.values() if t != IGNORE]
    for heading, target in mapping.columns.items():
        if not _is_target(kind, target):
            raise BadInput(
                f"`{target}` is nothing that a column of {kind} can become.",
                where=f"columns.{heading}",
                fix=f"Use one of: {', '.join(_targets(kind))}.",
            )
    twice = {t for t in targets if targets.count(t) > 1}
    if twice:
        raise BadInput(f"Two columns become `{min(twice)}`.", where="columns")
    _check_needs(kind, mapping, targets)
    return mapping


def _check_needs(kind: Kind, mapping: FileMapping, targets: Sequence[str]) -> None:
    if kind == "products":
        if "id" not in targets:
            raise BadInput("Products need a column that becomes `id`.", where="columns")
        return
    if not set(targets) & set(IDENTITIES):
        raise BadInput(
            f"No column says who {'they are' if kind == 'people' else 'did it'}.",
            where="columns",
            fix=f"One column must become {', '.join(IDENTITIES)}.",
        )
    if kind == "events" and "event" not in targets and not mapping.event:
        raise BadInput("No column says what happened.", where="columns", fix="Give `event`.")
    consents(mapping)


def _is_target(kind: Kind, target: str) -> bool:
    if target == IGNORE:
        return True
    if kind == "products":
        return target in PRODUCT_FIELDS
    if kind == "events":
        named = target.startswith(("properties.", "context."))
        return target in EVENT_FIELDS or (named and not target.endswith("."))
    if _CONSENT.fullmatch(target):
        return True
    return target in IDENTITIES or bool(trait_of(target))


def _targets(kind: Kind) -> tuple[str, ...]:
    if kind == "products":
        return (*PRODUCT_FIELDS, IGNORE)
    if kind == "events":
        return (*EVENT_FIELDS, "properties.<name>", "context.<name>", IGNORE)
    parts = "|".join(CONSENT_PARTS)
    consent = ("consent.<topic>.<channel>", f"consent.<topic>.<channel>.{parts}")
    return (*IDENTITIES, *(f"{prefix}<name>" for prefix in TRAITS), *consent, IGNORE)


def declared(mapping: FileMapping) -> frozenset[str]:
    """The names of the traits that the customers have said themselves."""
    targets = mapping.columns.values()
    return frozenset(trait_of(target) for target in targets if target.startswith(DECLARED))


def _of_traits(target: str) -> str:
    """The target, a declared trait as any other of its name."""
    name = trait_of(target)
    return f"{TRAITS[0]}{name}" if name else target


def trait_of(target: str) -> str:
    """The name of the trait that a column becomes; "" where it becomes none."""
    prefix, dot, name = target.partition(".")
    return name if prefix + dot in TRAITS else ""


def consents(mapping: FileMapping) -> list[ConsentColumns]:
    """The consents that the columns tell of, by topic and channel. Raises BadInput."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for heading, target in mapping.columns.items():
        match = _CONSENT.fullmatch(target)
        if match is None:
            continue
        topic, channel, part = match.groups()
        if part is not None and part not in CONSENT_PARTS:
            raise BadInput(
                f"A consent has no `{part}`.",
                where=f"columns.{heading}",
                fix=f"Its parts are: {', '.join(CONSENT_PARTS)}.",
            )
        found.setdefault((topic, channel), {})[part or "state"] = heading
    for (topic, channel), parts in found.items():
        if "state" not in parts:
            raise BadInput(
                f"No column says the consent to {topic} on {channel} itself.",
                where="columns",
                fix=f"One must become consent.{topic}.{channel}.",
            )
    return [ConsentColumns(topic=t, channel=c, **parts) for (t, c), parts in sorted(found.items())]
