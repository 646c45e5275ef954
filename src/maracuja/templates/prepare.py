"""People before they meet a template: stale traits go, products come, forged links are cleaned."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import polars as pl

from maracuja.errors import TemplateError
from maracuja.model import META_SOURCE, TraitSource, micros, unpack_meta
from maracuja.templates.definition import SoldOut, Template, seconds
from maracuja.templates.placeholders import OPEN
from maracuja.templates.scope import PRODUCT_TYPES, Names
from maracuja.templates.values import kind_of

Words = Callable[[pl.DataFrame], pl.DataFrame]
_PRIVATE = "[\ue000-\ue00f]"


def is_personal(path: str) -> bool:
    """Whether a column or path says something about one person."""
    return path.startswith(("person.", "facts.", "outlet.", "bonus."))


@dataclass
class Prepared:
    """The frame that is rendered, with what was found out on the way.

    `refused` (n,) holds a reason or null; `withheld` maps a path to (n,) stale, unsure,
    not_given or null;
    `told` maps a path whose words are looked up to the columns that they are made from.
    """

    frame: pl.DataFrame
    products: pl.DataFrame
    refused: pl.Series
    withheld: dict[str, pl.Series] = field(default_factory=dict)
    told: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _catalogue: dict[str, dict[str, Any]] | None = None

    def catalogue(self) -> dict[str, dict[str, Any]]:
        """The products as rows by id."""
        if self._catalogue is None:
            rows = self.products.iter_rows(named=True)
            self._catalogue = {row["id"]: row for row in rows}
        return self._catalogue

    def reason(self, reason: str, at: int) -> str:
        """The reason of the person in row `at`, with what was withheld or sold out named so."""
        word, _, path = reason.partition(":")
        if word != "missing":
            return reason
        for withheld, why in self.withheld.items():
            path = self.told.get(path, (path,))[0] if path == "person" else path
            if (path == withheld or path.startswith(f"{withheld}.")) and why[at] is not None:
                return f"{why[at]}:{withheld}"
        if path in self.told:
            known = [one for one in self.told[path] if one in self.frame.columns]
            there = any(self.frame[one][at] not in (None, "") for one in known)
            return f"{'unsure' if there else 'missing'}:{self.told[path][0]}"
        if path.startswith("products["):
            label = path[: path.rindex("]") + 1]
            key = f"{label}#"
            if key in self.frame.columns and self.frame[key][at] is None:
                return f"missing:{label[len('products[') : -1]}"
            return f"product_gone:{label}"
        return reason


def people(
    template: Template,
    names: Names,
    frame: pl.DataFrame,
    products: pl.DataFrame | None,
    *,
    now: datetime | None,
    words: Words = lambda frame: frame,
    told: dict[str, tuple[str, ...]] | None = None,
    told_only: Collection[str] = (),
) -> Prepared:
    """The frame as the compiled expressions expect it; `words` adds those that are looked up.

    Of `told_only`, what the text shows of a person, a value that we only concluded is withheld.
    """
    reads = sorted(names.asked)
    absent = [name for name in reads if name not in frame.columns]
    if absent:
        raise TemplateError(
            f"the people have no column {absent[0]!r}", where=template.id, fix="Compile again."
        )
    withheld = _withheld(template, names, frame, now)
    for path in _guessed(told_only, frame):
        withheld[path] = _given(path, frame, withheld.get(path))
    chosen = frame.select(reads) if reads else frame.select(pl.lit(0).alias("__row"))
    if not reads:
        chosen = pl.DataFrame({"__row": pl.repeat(0, frame.height, eager=True)})
    chosen = cleaned(chosen).with_columns(
        pl.when(why.is_null()).then(pl.col(path)).alias(path)
        for path, why in withheld.items()
        if why.null_count() < len(why)
    )
    chosen = words(chosen)
    catalogue = _catalogue(template, products if names.uses_products else None)
    refused = pl.Series("refused", [None] * frame.height, dtype=pl.String)
    if names.lookups:
        chosen, refused = _join(template, names, chosen, catalogue, refused)
    return Prepared(chosen, catalogue, refused, withheld, told or {})


def cleaned(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame without NaN and without characters of ours; both are rare, so found first."""
    kinds = {name: kind_of(dtype) for name, dtype in frame.schema.items()}
    looks = [_ODD[kind](pl.col(name)).any() for name, kind in kinds.items() if kind in _ODD]
    odd = {one.name for one in frame.select(looks) if one[0]} if looks else set()
    changes: list[pl.Expr] = []
    for name, kind in kinds.items():
        if name in odd:
            changes.append(_MENDED[kind](pl.col(name)))
        elif kind in ("list", "struct") and _holds_private(frame[name]):
            dtype = frame.schema[name]
            changes.append(
                pl.col(name).map_elements(_scrubbed, return_dtype=dtype, skip_nulls=True)
            )
    return frame.with_columns(changes) if changes else frame


def _holds_private(column: pl.Series) -> bool:
    kind = kind_of(column.dtype)
    if kind == "list":
        return _holds_private(column.explode())
    if kind == "struct":
        return any(_holds_private(column.struct.field(name)) for name in column.struct.fields)
    return kind == "text" and bool(column.str.contains(OPEN, literal=True).any())


# Only the opening character can forge a placeholder; looking for one literal is quick.
_ODD: Final[Mapping[str, Callable[[pl.Expr], pl.Expr]]] = {
    "float": lambda column: column.is_nan(),
    "text": lambda column: column.str.contains(OPEN, literal=True),
}
_MENDED: Final[Mapping[str, Callable[[pl.Expr], pl.Expr]]] = {
    "float": lambda column: column.fill_nan(None),
    "text": lambda column: column.str.replace_all(_PRIVATE, ""),
}


def _scrubbed(value: Any) -> Any:
    if isinstance(value, pl.Series):
        value = value.to_list()
    if isinstance(value, str):
        return "".join(char for char in value if not "\ue000" <= char <= "\ue00f")
    if isinstance(value, list):
        return [_scrubbed(item) for item in value]
    if isinstance(value, dict):
        return {key: _scrubbed(item) for key, item in value.items()}
    return value


def _withheld(
    template: Template, names: Names, frame: pl.DataFrame, now: datetime | None
) -> dict[str, pl.Series]:
    """path -> "stale", "unsure" or null, for the required traits that the template reads."""
    found: dict[str, pl.Series] = {}
    for path, require in template.requires.items():
        if path not in names.reads:
            continue
        meta = _meta(path)
        if meta not in frame.columns or now is None:
            raise TemplateError(
                f"`{path}` is asked for with {require}, so rendering needs `{meta}` and the time",
                where=f"requires.{path}",
            )
        packed = frame[meta]
        at_s, ttl_s, confidence, _ = unpack_meta(packed.fill_null(0).to_numpy())
        age_s = micros(now) // 1_000_000 - at_s
        most_s = seconds(require.max_age)
        stale = (ttl_s > 0) & (age_s > ttl_s)
        if most_s:
            stale |= age_s > most_s
        state = pl.DataFrame(
            {
                "unknown": frame[path].is_null(),
                "stale": packed.is_null() | pl.Series(stale),
                "unsure": confidence < require.min_confidence,
            }
        )
        found[path] = state.select(
            pl.when(pl.col("unknown"))
            .then(None)
            .when(pl.col("stale"))
            .then(pl.lit("stale"))
            .when(pl.col("unsure"))
            .then(pl.lit("unsure"))
            .alias("why")
        )["why"]
    return found


def _guessed(paths: Collection[str], frame: pl.DataFrame) -> list[str]:
    """Those of the traits that somebody did not tell, but we concluded: mostly none."""
    metas = {_meta(path): path for path in paths if _meta(path) in frame.columns}
    if not metas:
        return []
    found = frame.select(
        (_is_guessed(meta) & pl.col(path).is_not_null()).any().alias(path)
        for meta, path in metas.items()
    )
    return [one.name for one in found if one[0]]


def _given(path: str, frame: pl.DataFrame, why: pl.Series | None) -> pl.Series:
    """ "not_given" where the trait is only inferred, and `why` or null elsewhere; shape (n,)."""
    before = pl.lit(why, dtype=pl.String)
    known = pl.col(path).is_not_null() & _is_guessed(_meta(path))
    return frame.select(
        pl.when(before.is_not_null()).then(before).when(known).then(pl.lit("not_given"))
    ).to_series()


def _is_guessed(meta: str) -> pl.Expr:
    """Where a trait was concluded; of people who are made up nothing was ever told."""
    packed = pl.col(meta).fill_null(0)
    return (packed != 0) & (packed & META_SOURCE == TraitSource.INFERRED.value)


def _meta(path: str) -> str:
    """The column of what is known of a trait's value."""
    return f"meta.{path.removeprefix('person.')}"


def _catalogue(template: Template, products: pl.DataFrame | None) -> pl.DataFrame:
    """The products that may be shown, one row per id, with all known fields."""
    if products is None:
        return pl.DataFrame(schema=dict(PRODUCT_TYPES))
    known = cleaned(products).select(
        (pl.col(name) if name in products.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in PRODUCT_TYPES.items()
    )
    if template.sold_out is not SoldOut.SHOW:
        known = known.filter(pl.col("stock").is_null() | (pl.col("stock") > 0))
    return known.unique("id", keep="first", maintain_order=True)


def _join(
    template: Template,
    names: Names,
    frame: pl.DataFrame,
    catalogue: pl.DataFrame,
    refused: pl.Series,
) -> tuple[pl.DataFrame, pl.Series]:
    """The frame with the columns `<label>.<field>` of each product looked up."""
    frame = frame.with_columns(expr.alias(f"{label}#") for label, expr in names.lookups.items())
    for label, used in names.fields.items():
        fields = sorted(used)
        rows = catalogue.select(pl.col("id").alias("__key"), *fields)
        found = frame.select(pl.col(f"{label}#").alias("__key")).join(
            rows, on="__key", how="left", maintain_order="left"
        )
        frame = frame.hstack([found[name].alias(f"{label}.{name}") for name in fields])
        if template.sold_out is SoldOut.REFUSE:
            gone = frame[f"{label}#"].is_not_null() & frame[f"{label}.id"].is_null()
            if gone.any():
                why = pl.when(gone).then(pl.lit(f"product_gone:{label}"))
                refused = pl.select(pl.coalesce(refused, why).alias("refused"))["refused"]
    return frame, refused
