"""How fast the language room is: name cards of a million people, cold and warm, on one core.

`python -m bench.language` makes its own people, plays each round in a process of its own (cold
means that no table is loaded yet), checks the columns against a row-by-row reading of a sample
and prints the figures; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.language_texts import texts_round

ROUNDS = 3
PEOPLE = 1_000_000
DISTINCT = 15_000
SAMPLE = 2_000
SEED = 7
JOINED = ["given", "gender", "p_gender", "p_name", "sure"]
SURNAMES = {
    "ru": "Иванов Смирнова Кузнецов Попова Шевченко Соколов Чайковский Черных Цой".split(),
    "uk": "Мельник Шевченко Бойко Коваленко Ковальська Левицький Романюк Гайдук Кравець".split(),
}
JUNK = ["тест", "ООО «Ромашка»", "+380501234567", "нет", "Анна и Пётр", "👍", "И.И.", "йцукен", ""]
TWINS = dict(zip("АВСЕНКМОРТХаеорсух", "ABCEHKMOPTXaeopcyx", strict=True))


def raw_names(language: str) -> list[str]:
    """`DISTINCT` raw fields, the commoner first: half as they should be, half dirty; seeded."""
    from maracuja import rng
    from maracuja.language.known import rows
    from maracuja.language.latin import latin_spellings

    draw = rng.stream(SEED, "bench", "language", language)
    known = sorted(rows(f"names.{language}.tsv.gz"), key=lambda row: -int(row[1]))
    made = dict.fromkeys(JUNK)
    for _ in range(100):
        for name, *_ in known:
            surname = SURNAMES[language][draw.integers(0, len(SURNAMES[language]))]
            spelt = latin_spellings(name.lower(), language) or [name]
            shapes = (name, name, name, name, f"{name} {surname}", f"{surname} {name}",
                      f"{name} {surname}", name.upper(), name.lower(), f"{name} 🌸",
                      spelt[0].title(), "".join(TWINS.get(c, c) for c in name),
                      f"{surname} {name[0]}.")  # fmt: skip
            made[shapes[draw.integers(0, len(shapes))]] = None
            if len(made) >= DISTINCT:
                return list(made)
    return list(made)


def people(count: int, language: str) -> Any:
    """A frame of `count` people (raw, told): common names often, rare ones once; seeded."""
    import numpy as np
    import polars as pl

    from maracuja import rng

    names = raw_names(language)
    draw = rng.stream(SEED, "bench", "people", language)
    often = 1 / np.arange(1, len(names) + 1)
    chosen = draw.choice(len(names), size=count, p=often / often.sum())
    chosen[: len(names)] = np.arange(len(names))
    return pl.DataFrame({"raw": pl.Series(names).gather(draw.permutation(chosen))}).with_columns(
        told=pl.lit("")
    )


def joined(frame: Any, language: str, kept: Any) -> tuple[Any, Any]:
    """The people with the columns of their cards, and the cards; made where `kept` has none."""
    import polars as pl

    from maracuja.language import cards
    from maracuja.language.alphabets import CASES

    distinct = frame.unique(["raw", "told"])
    keyed = distinct.with_columns(cards.keys(distinct, language))
    if kept is None:
        made = cards.make_cards(distinct, language).with_columns(keyed["key"])
    else:
        made = keyed.join(kept, on="key", how="left")
    columns = [pl.col(name) for name in (*JOINED, *CASES)]
    found = frame.join(
        made.select("raw", "told", *columns),
        on=["raw", "told"],
        how="left",
        maintain_order="left",
    )
    return found, made.drop("raw", "told")


def one_by_one(frame: Any, language: str) -> list[tuple[Any, ...]]:
    """What each person of a small frame comes to, with no columns and no memory."""
    from maracuja.language import cards
    from maracuja.language.alphabets import CASES, fold
    from maracuja.language.cleaning import cleaned
    from maracuja.language.forms import forms
    from maracuja.language.gender import gender
    from maracuja.language.parts import parts

    told = []
    for raw, _ in frame.select("raw", "told").iter_rows():
        name = parts(cleaned(raw), language)
        who = gender(fold(name.given), fold(name.patronymic), fold(name.surname), language)
        if not name.given:
            told.append((None, who.value, who.p, 0.0, False, *(None,) * len(CASES)))
            continue
        said = forms(name.given, who.value, language, who.p)
        inflected = said.sure and name.p_name >= cards.SAY_INFLECTED
        may = {
            case: name.p_name >= cards.SAY_BASE if case in cards.UNCHANGED[language] else inflected
            for case in CASES
        }
        cases = [getattr(said, case) if may[case] else None for case in CASES]
        told.append((name.given, who.value, who.p, name.p_name, said.sure, *cases))
    return told


def cards_round(count: int) -> dict[str, Any]:
    """Cold and warm seconds and distinct names a second, of the slower language.

    Seconds are of the processor: a process of one thread that reads no more than the package's
    tables takes as long on a free core, whoever else uses the machine.
    """
    found: dict[str, Any] = {"equal": True}
    for language in ("ru", "uk"):
        frame = people(count, language)
        _forget()
        cold_s, (cold, kept) = _timed(joined, frame, language, None)
        warm_s, (warm, _) = _timed(joined, frame, language, kept)
        sample = cold.gather_every(max(1, count // SAMPLE))
        told = sample.select(cold.columns[2:]).rows()
        equal = cold.equals(warm) and told == one_by_one(sample, language)
        found["equal"] = found["equal"] and equal
        for figure, value in (("cards_cold_s", cold_s), ("cards_warm_s", warm_s)):
            found[figure] = max(found.get(figure, 0.0), value)
        speeds = {"cards_per_s": kept.height / _making(frame, language)}
        speeds["parts_per_s"] = kept.height / _reading(frame, language)
        for figure, value in speeds.items():
            found[figure] = min(found.get(figure, value), value)
        print(
            f"  {language}: {kept.height:,} distinct, cold {cold_s:.2f} s, warm {warm_s:.2f} s, "
            f"read {speeds['parts_per_s']:,.0f} and made {speeds['cards_per_s']:,.0f} a second"
        )
    return found


def _timed(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    start = time.process_time()
    made = work(*arguments)
    return time.process_time() - start, made


def _making(frame: Any, language: str) -> float:
    """Seconds for the cards of the distinct names, tables being loaded."""
    from maracuja.language import cards

    distinct = frame.unique(["raw", "told"])
    return _timed(cards.make_cards, distinct, language)[0]


def _reading(frame: Any, language: str) -> float:
    """Seconds for cleaning the distinct names and finding their parts."""
    from maracuja.language.cleaning import cleaned
    from maracuja.language.parts import parts

    raws = frame["raw"].unique().to_list()
    return _timed(lambda: [parts(cleaned(raw), language) for raw in raws])[0]


def _forget() -> None:
    """Tables that the making of the people loaded are unloaded: a cold start loads them."""
    from maracuja.language import cards, known

    known.known.cache_clear()
    cards.rules_version.cache_clear()


PARTS: dict[str, Callable[[int], dict[str, Any]]] = {"cards": cards_round, "texts": texts_round}
"""What is measured: each takes the number of people and returns figures and `equal`."""


def part_of(name: str, count: int) -> dict[str, Any]:
    """One round of one part in a process of its own, with one thread and one core."""
    command = [sys.executable, "-m", "bench.language", "--inner", name, "--people", str(count)]
    root = Path(__file__).resolve().parents[1]
    environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
    made = subprocess.run(
        command, env=environment, cwd=root, check=True, stdout=subprocess.PIPE, text=True
    )
    *said, last = made.stdout.splitlines()
    print("\n".join(said), flush=True)
    figures: dict[str, Any] = json.loads(last)
    return figures


def play(count: int, rounds: int) -> dict[str, Any]:
    """Every part in turns: the median of each figure over the rounds."""
    turns: dict[str, list[float]] = {}
    equal = True
    for turn in range(rounds):
        for name in PARTS:
            print(f"round {turn + 1}, {name}:", flush=True)
            found = part_of(name, count)
            equal = equal and bool(found.pop("equal"))
            for figure, value in found.items():
                turns.setdefault(figure, []).append(float(value))
    ratios = {figure: round(statistics.median(values), 3) for figure, values in turns.items()}
    return {"bench": "language", "equal": equal, "people": count, "ratios": ratios}


def main() -> None:
    """Play all rounds, or inside one of their processes one part."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--inner", choices=list(PARTS))
    options = parser.parse_args()
    if options.inner:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        print(json.dumps(PARTS[options.inner](options.people)))
        return
    print(json.dumps(play(options.people, options.rounds)))


if __name__ == "__main__":
    main()
