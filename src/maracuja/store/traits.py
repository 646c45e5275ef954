"""A person's document: traits with their source and time, and the address in use of each kind.

Which of two values of a trait holds is decided here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from maracuja.model import Trait, TraitSource

if TYPE_CHECKING:
    import polars as pl


class Document(msgspec.Struct):
    """What `profiles.doc` holds, as JSON."""

    traits: dict[str, Trait] = {}
    addresses: dict[str, str] = {}


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Document)
EMPTY: Final = _encoder.encode(Document())


def encode(document: Document) -> bytes:
    """The document as it is stored."""
    return _encoder.encode(document)


def decode(doc: bytes) -> Document:
    """The document of a stored row."""
    return _decoder.decode(doc)


def expired(trait: Trait, now_us: int) -> bool:
    """Whether the trait's time to live has passed."""
    return trait.ttl_s > 0 and trait.at_us + trait.ttl_s * 1_000_000 <= now_us


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same: letters' case and spaces around texts do not count."""
    if isinstance(one, str) and isinstance(other, str):
        return one.strip().casefold() == other.strip().casefold()
    return bool(one == other)


def prevails(new: Trait, old: Trait, now_us: int) -> bool:
    """Whether `new` replaces `old`.

    A stronger source always does and a weaker one never (declared > observed > imported >
    inferred); of the same source the later holds, and of the same time the one that came last.
    What has outlived its time to live gives way to anything.
    """
    if expired(old, now_us):
        return True
    if new.source != old.source:
        return new.source > old.source
    return new.at_us >= old.at_us


def apply(
    document: Document, traits: Mapping[str, Trait], addresses: Mapping[str, str], now_us: int
) -> bool:
    """Put new traits and addresses into `document`; returns whether anything changed.

    A trait whose value is None is taken away, and an address that is '' likewise.
    """
    changed = False
    for name, new in traits.items():
        old = document.traits.get(name)
        if old is None:
            if new.value is not None:
                document.traits[name] = new
                changed = True
        elif new != old and prevails(new, old, now_us):
            if new.value is None:
                del document.traits[name]
            else:
                document.traits[name] = new
            changed = True
    for kind, address in addresses.items():
        if address and document.addresses.get(kind) != address:
            document.addresses[kind] = address
            changed = True
        elif not address and document.addresses.pop(kind, None) is not None:
            changed = True
    return changed


def unite(winner: Document, loser: Document, now_us: int) -> Document:
    """The document of two people who turned out to be one; in doubt the winner's value holds."""
    united = Document(traits=dict(loser.traits), addresses=loser.addresses | winner.addresses)
    apply(united, winner.traits, {}, now_us)
    return united


def assemble(
    traits: Mapping[str, Any],
    addresses: Mapping[str, Any],
    *,
    source: TraitSource,
    at_us: int | Sequence[int],
    confidence: float = 1.0,
    ttl_s: int = 0,
    declared: Collection[str] = (),
) -> list[bytes]:
    """Stored documents of n new people from columns, without a Python object per value.

    `traits` and `addresses` map a name to n values (text, number or boolean; null: none); those
    named in `declared` are the people's own words, whatever the `source` of the others.
    """
    import polars as pl

    names = {f"t{i}": name for i, name in enumerate(traits)}
    kinds = {f"a{i}": kind for i, kind in enumerate(addresses)}
    columns = {
        **{alias: traits[name] for alias, name in names.items()},
        **{alias: addresses[kind] for alias, kind in kinds.items()},
    }
    frame = pl.DataFrame(columns)
    at = pl.lit(at_us) if isinstance(at_us, int) else pl.Series("at", at_us, dtype=pl.Int64)
    frame = frame.with_columns(at.alias("at"))
    told = {
        kind: pl.format(f",{int(kind)},{float(confidence)},{{}},{ttl_s}]", pl.col("at"))
        for kind in (source, TraitSource.DECLARED)
    }
    trait_texts = [
        pl.lit(f"{_text(name)}:[")
        + _json(alias)
        + told[TraitSource.DECLARED if name in declared else source]
        for alias, name in names.items()
    ]
    address_texts = [(pl.lit(f"{_text(kind)}:") + _json(alias)) for alias, kind in kinds.items()]
    docs = frame.select(
        pl.concat_str(
            pl.lit('{"traits":{'),
            _joined(trait_texts),
            pl.lit('},"addresses":{'),
            _joined(address_texts),
            pl.lit("}}"),
        ).cast(pl.Binary)
    )
    return docs.to_series().to_list()


def _text(value: str) -> str:
    return msgspec.json.encode(value).decode()


def _json(alias: str) -> pl.Expr:
    """A column as JSON values; null stays null."""
    import polars as pl

    wrapped = pl.struct(pl.col(alias).alias("v")).struct.json_encode()
    return (
        pl.when(pl.col(alias).is_not_null())
        .then(wrapped.str.strip_prefix('{"v":').str.strip_suffix("}"))
        .otherwise(None)
    )


def _joined(texts: Sequence[pl.Expr]) -> pl.Expr:
    import polars as pl

    return pl.concat_str(list(texts), separator=",", ignore_nulls=True) if texts else pl.lit("")
