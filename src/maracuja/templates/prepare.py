"""People before they meet a template: stale traits go, products come, forged links are cleaned."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from maracuja.errors import TemplateError
from maracuja.model import TraitSource, micros, unpack_meta
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
    for path in told_only:
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
    changes: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        column = frame[name]
        kind = kind_of(dtype)
        if kind == "float" and column.is_nan().any():
            changes.append(pl.col(name).fill_nan(None))
        elif kind == "text" and _holds_open(column):
            changes.append(pl.col(name).str.replace_all(_PRIVATE, ""))
        elif kind in ("list", "struct") and _holds_private(column):
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
    return kind == "text" and _holds_open(column)


def _holds_open(column: pl.Series) -> bool:
    # Only the opening character can forge a placeholder; looking for one literal is quick.
    return bool(column.str.contains(OPEN, literal=True).any())


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
        meta = f"meta.{path.removeprefix('person.')}"
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


def _given(path: str, frame: pl.DataFrame, why: pl.Series | None) -> pl.Series:
    """ "not_given" where the trait is only inferred, and `why` or null elsewhere; shape (n,)."""
    meta = f"meta.{path.removeprefix('person.')}"
    before = pl.Series([None] * frame.height, dtype=pl.String) if why is None else why
    if meta not in frame.columns:
        return before
    packed = frame[meta]
    *_, source = unpack_meta(packed.fill_null(0).to_numpy())
    guessed = pl.Series(source == TraitSource.INFERRED.value)
    if not guessed.any():
        return before
    told = packed.fill_null(0) != 0  # of people who are made up nothing was ever told
    state = pl.DataFrame({"known": frame[path].is_not_null() & told & guessed})
    return state.select(
        pl.when(before.is_not_null()).then(before).when("known").then(pl.lit("not_given"))
    ).to_series()


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
