"""Makes the tables of src/maracuja/language/data from the sources that may ship, and our lists.

    python scripts/language_tables.py [--names ../shared/data/names] [--to DIRECTORY]

It never reads a source marked for evaluation only (petrovich-eval, uk-name-freq).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from maracuja.language.alphabets import yo_free
from maracuja.language.endings import features

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = REPOSITORY / "src" / "maracuja" / "language" / "data"

SHRINKAGE = {"ru": 0.3, "uk": 0.3}
FOLDS = 4
SMALLEST_WEIGHT = 0.02
LETTERS_SAY_AT_MOST = 3.44  # the log odds of .969, what rules alone were measured to be worth
OWN = {"f": 0.999, "m": 0.001, "u": 0.5}

_WORD = re.compile(r"[а-яёіїєґөү']+(-[а-яёіїєґөү']+)*")
_NO_GIVEN_NAME = re.compile(r"(ов|ев|ёв|ова|ева|ский|ская|вич|вна|ична|енко)$")
_GIVEN_NAMES_ALL_THE_SAME = frozenset(
    "яков лев ева збигнев параскева пераскева лева иов хосров ярославна калев сева паргев".split()
)


@dataclass
class Name:
    """What the sources say of one name."""

    spelt: str
    women: int = 0
    men: int = 0
    unknown: int = 0
    fathers: int = 0
    own: str = ""

    @property
    def count(self) -> int:
        return self.women + self.men + self.unknown


def own_names() -> dict[str, dict[str, tuple[str, str, int]]]:
    """Our hand-written lists: language -> folded name -> (spelling, gender, least count)."""
    found: dict[str, dict[str, tuple[str, str, int]]] = {"ru": {}, "uk": {}, "en": {}, "mn": {}}
    for line in (DATA / "own_names.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        language, gender, least, *names = line.split(" ")
        for name in names:
            key = yo_free(name.lower())
            earlier = found[language].get(key)
            if earlier is None:
                found[language][key] = (name, gender, int(least))
            else:
                decided = earlier[1] if earlier[1] == gender else "u"
                found[language][key] = (earlier[0], decided, max(earlier[2], int(least)))
    return found


def russian_sources(names: Path) -> dict[str, Name]:
    """Every Russian given name of ru-names, by folded spelling without ё."""
    table = pl.read_parquet(names / "ru-names" / "names.parquet")
    found: dict[str, Name] = {}
    best: dict[str, int] = {}
    for text, count, gender in table.select("text", "count", "gender").iter_rows():
        folded = text.lower()
        if not _WORD.fullmatch(folded) or _no_given_name(folded):
            continue
        key = yo_free(folded)
        name = found.setdefault(key, Name(""))
        if count > best.get(key, 0):
            best[key] = count
            name.spelt = "-".join(part.capitalize() for part in folded.split("-"))
        if gender == "f":
            name.women += count
        elif gender == "m":
            name.men += count
        else:
            name.unknown += count
    fathers = pl.read_parquet(names / "ru-names" / "midnames.parquet").drop_nulls("fname")
    for father, count in fathers.group_by("fname").agg(pl.col("count").sum()).iter_rows():
        folded = father.lower()
        key = yo_free(folded)
        if _WORD.fullmatch(folded) and not _no_given_name(folded):
            found.setdefault(key, Name(father.capitalize())).fathers += count
    return found


def _no_given_name(folded: str) -> bool:
    return bool(_NO_GIVEN_NAME.search(folded)) and folded not in _GIVEN_NAMES_ALL_THE_SAME


def ukrainian_sources(names: Path) -> dict[str, Name]:
    """Every Ukrainian given name of shevchenko's list (it counts no bearers)."""
    listed = json.loads((names / "shevchenko-js" / "given-names-genders.json").read_text("utf-8"))
    found: dict[str, Name] = {}
    for spelt, gender in listed.items():
        folded = re.sub("[’ʼ]", "'", spelt.lower())
        name = found.setdefault(folded, Name("-".join(map(str.capitalize, folded.split("-")))))
        if gender == "feminine":
            name.women = 20
        else:
            name.men = 20
    return found


def with_own(found: dict[str, Name], own: Mapping[str, tuple[str, str, int]]) -> dict[str, Name]:
    """The sources with our lists laid over them."""
    for key, (spelt, gender, least) in own.items():
        name = found.setdefault(key, Name(spelt))
        name.own = gender
        if name.count < max(least, 1):
            name.unknown += max(least, 1) - name.count
    return found


def learned(
    language: str, found: Mapping[str, Name], held_out: Iterable[str] = ()
) -> dict[str, float]:
    """The weight of each feature: a logistic regression over the names, shrunk to 0."""
    skip = set(held_out)
    keys, woman, weight = [], [], []
    for key, name in sorted(found.items()):
        if key in skip or name.own == "u":
            continue
        if name.own or name.women + name.men + name.fathers:
            keys.append(key)
            woman.append(name.own == "f" if name.own else name.women > name.men + name.fathers)
            weight.append(float(np.log1p(max(name.count, name.fathers))))
    said = [features(key, language) for key in keys]
    often = Counter(feature for each in said for feature in each)
    at = {feature: i for i, feature in enumerate(sorted(f for f, n in often.items() if n > 1))}
    pairs = [(row, at[f]) for row, each in enumerate(said) for f in each if f in at]
    row, column = np.array(pairs).T
    seen = csr_matrix((np.ones(len(pairs)), (row, column)), shape=(len(keys), len(at)))
    sign, mass = np.where(woman, 1.0, -1.0), np.array(weight)

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (seen @ b[:-1] + b[-1])
        pull = -sign * mass * np.exp(-np.logaddexp(0.0, margin))
        shrunk = SHRINKAGE[language] * b[:-1]
        value = mass @ np.logaddexp(0.0, -margin) + 0.5 * (b[:-1] @ shrunk)
        return float(value), np.append(seen.T @ pull + shrunk, pull.sum())

    best = minimize(loss, np.zeros(len(at) + 1), jac=True, method="L-BFGS-B").x
    weights = {f: round(float(best[i]), 2) for f, i in at.items()}
    return {"": round(float(best[-1]), 2)} | {
        f: w for f, w in weights.items() if abs(w) >= SMALLEST_WEIGHT
    }


def letters_say(weights: Mapping[str, float], key: str, language: str) -> float:
    """The log odds of a woman by these weights."""
    return weights.get("", 0.0) + sum(weights.get(f, 0.0) for f in features(key, language))


def fold_of(key: str, folds: int = FOLDS) -> int:
    """Which share of the names a name belongs to, by hash."""
    return hashlib.sha256(key.encode()).digest()[0] % folds


def share_of_women(name: Name, letters: float) -> float:
    """The probability that a bearer is a woman: ours, or the sources' label and the letters."""
    if name.own:
        return OWN[name.own]
    women = name.women
    men = name.men + name.fathers
    label = (women + 1) / (women + men + 2)
    label = 0.5 + (label - 0.5) * 0.998
    odds = np.log(label / (1 - label)) + np.clip(
        letters, -LETTERS_SAY_AT_MOST, LETTERS_SAY_AT_MOST
    )
    return float(1 / (1 + np.exp(-odds)))


def names_table(language: str, found: dict[str, Name]) -> list[str]:
    """The rows of names.<language>.tsv: name, bearers, probability of a woman."""
    letters: dict[str, float] = {}
    if language in SHRINKAGE:
        for share in range(FOLDS):
            # a name's own label must not come back through the letters
            apart = [key for key in found if fold_of(key) == share]
            weights = learned(language, found, apart)
            letters |= {key: letters_say(weights, key, language) for key in apart}
    kept = sorted(
        (key for key, name in found.items() if name.own or name.count > 1 or name.fathers > 1),
        key=lambda key: (-found[key].count, key),
    )
    return [
        f"{found[key].spelt}\t{max(found[key].count, 1)}\t"
        f"{share_of_women(found[key], letters.get(key, 0.0)):.4f}"
        for key in kept
    ]


def write(path: Path, lines: Iterable[str]) -> None:
    """Gzipped lines, with no date inside: the same lines give the same bytes."""
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))


def sources(names: Path) -> dict[str, dict[str, Name]]:
    """What all sources say, by language and folded name."""
    own = own_names()
    return {
        "ru": with_own(russian_sources(names), own["ru"]),
        "uk": with_own(ukrainian_sources(names), own["uk"]),
        "en": with_own({}, own["en"]),
        "mn": with_own({}, own["mn"]),
    }


def make(names: Path, to: Path) -> None:
    """Write every table into a directory."""
    for language, found in sources(names).items():
        if language in SHRINKAGE:
            weights = learned(language, found)
            write(to / f"endings.{language}.tsv.gz", (f"{f}\t{w}" for f, w in weights.items()))
        write(to / f"names.{language}.tsv.gz", names_table(language, found))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=Path, default=REPOSITORY.parent / "shared/data/names")
    parser.add_argument("--to", type=Path, default=DATA)
    given = parser.parse_args()
    make(given.names, given.to)


if __name__ == "__main__":
    main()
