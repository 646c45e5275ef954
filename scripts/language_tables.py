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
from maracuja.language.endings import features, ruled

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = REPOSITORY / "src" / "maracuja" / "language" / "data"

SHRINKAGE = {"ru": 1.0, "uk": 0.5}
FOLDS = 4
SMALLEST_WEIGHT = 0.02
LETTERS_SAY_AT_MOST = 3.44  # the log odds of .969, what rules alone were measured to be worth
OWN_COMMON = 6.91  # the log odds of .999: a name so common that we cannot be wrong about it
OWN_RARE = 3.48  # of .97: a name that we wrote down, but that rules or other sources may dispute
OWN_COMMON_FROM = 100
OWN_WEIGHS = 3

_WORD = re.compile(r"[а-яёіїєґөү']+(-[а-яёіїєґөү']+)*")
_OF_A_FATHER = re.compile(
    r"(?:(?P<hard>[а-яё]+[бвгджзклмнпрстфхцчшщ])ов|(?P<vowel>[а-яё]+[аеиоуя])ев)(?:ич|на)"
)
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
    least: int = 0

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
    midnames = pl.read_parquet(names / "ru-names" / "midnames.parquet")
    for text, father, count in midnames.select("text", "fname", "count").iter_rows():
        folded = (father or father_of(text)).lower()
        if _WORD.fullmatch(folded) and not _no_given_name(folded):
            found.setdefault(yo_free(folded), Name(folded.capitalize())).fathers += count
    return found


def father_of(patronymic: str) -> str:
    """The father's name where a patronymic leaves no choice: Каирбек of Каирбекович; else ""."""
    match = _OF_A_FATHER.fullmatch(patronymic.lower())
    if match is None:
        return ""
    return match["hard"] or f"{match['vowel']}й"


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
        name.own, name.least = gender, least
        if name.count < max(least, 1):
            name.unknown += max(least, 1) - name.count
    return found


def labelled(found: Mapping[str, Name]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The names of known gender, whether women bear them, and what each weighs."""
    keys, woman, weight = [], [], []
    for key, name in sorted(found.items()):
        if name.own != "u" and (name.own or name.women + name.men + name.fathers):
            keys.append(key)
            woman.append(name.own == "f" if name.own else name.women > name.men + name.fathers)
            bearers = max(name.count, name.fathers, OWN_WEIGHS if name.own else 0)
            weight.append(float(np.log1p(bearers)))
    return keys, np.array(woman), np.array(weight)


def logistic(
    seen: csr_matrix, woman: np.ndarray, weight: np.ndarray, shrinkage: float
) -> np.ndarray:
    """The coefficients of a logistic regression; the last is its constant, not shrunk."""
    sign = np.where(woman, 1.0, -1.0)

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (seen @ b[:-1] + b[-1])
        pull = -sign * weight * np.exp(-np.logaddexp(0.0, margin))
        value = weight @ np.logaddexp(0.0, -margin) + 0.5 * shrinkage * (b[:-1] @ b[:-1])
        return float(value), np.append(seen.T @ pull + shrinkage * b[:-1], pull.sum())

    start = np.zeros(seen.shape[1] + 1)
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-8}).x


def letter_weights(
    language: str, keys: list[str], woman: np.ndarray, weight: np.ndarray
) -> dict[str, float]:
    """The weight of each feature that two names share; "" is the constant."""
    said = [features(key) for key in keys]
    often = Counter(feature for each in said for feature in each)
    at = {feature: i for i, feature in enumerate(sorted(f for f, n in often.items() if n > 1))}
    row, column = np.array([(i, at[f]) for i, each in enumerate(said) for f in each if f in at]).T
    seen = csr_matrix((np.ones(len(row)), (row, column)), shape=(len(keys), len(at)))
    best = logistic(seen, woman, weight, SHRINKAGE[language])
    weights = {f: round(float(best[i]), 2) for f, i in at.items()}
    return {"": round(float(best[-1]), 2)} | {
        f: w for f, w in weights.items() if abs(w) >= SMALLEST_WEIGHT
    }


def letters_say(weights: Mapping[str, float], key: str) -> float:
    """The sum of these weights over a name."""
    return weights[""] + sum(weights.get(feature, 0.0) for feature in features(key))


def fold_of(key: str, folds: int = FOLDS) -> int:
    """Which share of the names a name belongs to, by hash."""
    return hashlib.sha256(key.encode()).digest()[0] % folds


@dataclass
class Endings:
    """What was learned from the letters: the shipped weights, and odds for each name unseen."""

    weights: dict[str, float]
    unseen: dict[str, float]


def learned(language: str, found: Mapping[str, Name]) -> Endings:
    """The weights of letters, and by how much to trust their sum under each verdict of the rules.

    `unseen` gives each name the log odds that a table without its share of the names would give
    it: nothing of the name's own label comes back through the letters.
    """
    keys, woman, weight = labelled(found)
    share = np.array([fold_of(key) for key in keys])
    apart: dict[str, float] = {}
    for out in range(FOLDS):
        kept = share != out
        weights = letter_weights(
            language, [k for k, keep in zip(keys, kept, strict=True) if keep],
            woman[kept], weight[kept],
        )  # fmt: skip
        apart |= {key: letters_say(weights, key) for key in found if fold_of(key) == out}
    verdicts = {key: ruled(key, language) for key in found}
    whole = letter_weights(language, keys, woman, weight)
    for verdict in sorted(set(verdicts.values()) | {""}):
        here = np.array([verdicts[key] == verdict for key in keys])
        sums = np.array([[apart[key]] for key, take in zip(keys, here, strict=True) if take])
        slope, start = logistic(csr_matrix(sums), woman[here], weight[here], 0.0)
        whole[f"={verdict}"], whole[f"*{verdict}"] = round(start, 2), round(slope, 2)
    unseen = {
        key: whole[f"={verdicts[key]}"] + whole[f"*{verdicts[key]}"] * said
        for key, said in apart.items()
    }
    return Endings(whole, unseen)


def share_of_women(name: Name, letters: float) -> float:
    """The probability that a bearer is a woman: odds of our lists, the sources and the letters.

    A source that our lists contradict is not asked; where letters dispute a rare name of ours, it
    comes out unknown.
    """
    if name.own == "u":
        return 0.5
    ours = {"f": 1.0, "m": -1.0, "": 0.0}[name.own]
    if name.least >= OWN_COMMON_FROM:
        return _probability(ours * OWN_COMMON)
    women = name.women
    men = name.men + name.fathers
    label = (women + 1) / (women + men + 2)
    label = 0.5 + (label - 0.5) * 0.998
    listed = float(np.log(label / (1 - label)))
    if listed * ours < 0:
        listed = 0.0
    said = float(np.clip(letters, -LETTERS_SAY_AT_MOST, LETTERS_SAY_AT_MOST))
    return _probability(ours * OWN_RARE + listed + said)


def _probability(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))


def names_table(found: Mapping[str, Name], unseen: Mapping[str, float]) -> list[str]:
    """The rows of a table of names: name, bearers, probability of a woman."""
    kept = sorted(
        (key for key, name in found.items() if name.own or name.count > 1 or name.fathers > 1),
        key=lambda key: (-found[key].count, key),
    )
    return [
        f"{found[key].spelt}\t{max(found[key].count, 1)}\t"
        f"{share_of_women(found[key], unseen.get(key, 0.0)):.4f}"
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
        unseen: Mapping[str, float] = {}
        if language in SHRINKAGE:
            endings = learned(language, found)
            unseen = endings.unseen
            pairs = sorted(endings.weights.items())
            write(to / f"endings.{language}.tsv.gz", (f"{f}\t{w}" for f, w in pairs))
        write(to / f"names.{language}.tsv.gz", names_table(found, unseen))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=Path, default=REPOSITORY.parent / "shared/data/names")
    parser.add_argument("--to", type=Path, default=DATA)
    given = parser.parse_args()
    make(given.names, given.to)


if __name__ == "__main__":
    main()
