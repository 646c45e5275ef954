"""How fast texts are told apart by language and numbers get their plural forms, on one core.

`bench.language` plays it as its part "texts"; the texts are sentences of some 100 letters.
"""

from __future__ import annotations

import time
from typing import Any

TEXTS_MAX = 200_000
WORDS = 14  # a text: about as long as the sentences of the evaluation data
SAMPLE = 500
FORMS = ("бонус", "бонуса", "бонусов")


def texts(count: int) -> Any:
    """A column of `count` texts in the four languages, cut from the package's own."""
    from importlib.resources import files

    import polars as pl

    shelf = files("maracuja.language") / "data" / "texts"
    made: list[str] = []
    for language in ("ru", "uk", "en", "mn"):
        words = (shelf / f"{language}.txt").read_text(encoding="utf-8").split()
        made += [" ".join(words[n : n + WORDS]) for n in range(0, len(words) - WORDS, 3)]
    return pl.Series((made * (count // len(made) + 1))[:count])


def texts_round(people: int) -> dict[str, Any]:
    """Texts and numbers a second: as columns, and one by one for counts, money and days."""
    import polars as pl

    from maracuja.language.detect import detect
    from maracuja.language.numbers import count, money, plural, plural_expr

    column = texts(min(people, TEXTS_MAX))
    detect(column.head(1))
    start = time.process_time()
    found = detect(column)
    language_s = time.process_time() - start

    numbers = pl.DataFrame({"n": pl.int_range(-people // 10, people - people // 10, eager=True)})
    start = time.process_time()
    said = numbers.select(plural_expr(pl.col("n"), FORMS, "ru")).to_series()
    plural_s = time.process_time() - start

    few = [n * 37 for n in range(5_000)]
    start = time.process_time()
    for n in few:
        count(n, FORMS, "ru")
        money(n, "RUB", "ru")
    single_s = time.process_time() - start

    step = max(1, len(column) // SAMPLE)
    alone = [detect(column[n : n + 1])["language"][0] for n in range(0, len(column), step)]
    equal = found["language"].gather_every(step).to_list() == alone
    equal = equal and said.gather_every(997).to_list() == [
        plural(n, FORMS, "ru") for n in numbers["n"].gather_every(997).to_list()
    ]
    figures = {
        "language_per_s": len(column) / language_s,
        "plural_per_s": people / plural_s,
        "count_and_money_per_s": len(few) / single_s,
    }
    print("  " + ", ".join(f"{name} {value:,.0f}" for name, value in figures.items()))
    return {"equal": equal, **figures}
