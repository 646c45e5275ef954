"""Known given names of a language: how many bear them, of which gender, and their Latin spellings.

It reads package data once per process and never learns from customers.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import Final

from maracuja.language.alphabets import yo_free
from maracuja.language.latin import latin_spellings

_LATIN_AT_LEAST = 10
"""Names with fewer bearers are too often misspellings to be guessed from Latin letters."""

_DOMINANT = 0.9

_MADE_OF_NAMES: Final = {"ru": {"alexander": "александр", "alexandre": "александр"}}


@dataclass(frozen=True, slots=True)
class Entry:
    """A known given name: as it is written, its bearers in our sources, the share of women."""

    name: str
    count: int
    p_female: float


def rows(file: str) -> list[list[str]]:
    """The rows of a tab-separated, gzipped file of the package's data."""
    packed = (files("maracuja.language") / "data" / file).read_bytes()
    return [line.split("\t") for line in gzip.decompress(packed).decode().splitlines()]


class Known:
    """The given names of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._entries: dict[str, tuple[str, int, float]] = {
            yo_free(name.lower()): (name, int(count), float(p_female))
            for name, count, p_female in rows(f"names.{language}.tsv.gz")
        }

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return (Entry(*found) for found in self._entries.values())

    def find(self, folded: str) -> Entry | None:
        """The entry of a folded name, with ё or without it; None for a name we do not know.

        A hyphenated name is known when it is listed, or when each of its parts is; then its
        gender is the last part's and its count the smallest.
        """
        found = self._entries.get(yo_free(folded))
        if found is not None:
            entry = Entry(*found)
            return _with_yo(entry, folded) if "ё" in folded else entry
        if "-" not in folded:
            return None
        parts = [self.find(part) for part in folded.split("-")]
        if None in parts:
            return None
        known = [part for part in parts if part is not None]
        return Entry(
            "-".join(part.name for part in known),
            min(part.count for part in known),
            known[-1].p_female,
        )

    def from_latin(self, folded: str) -> Entry | None:
        """The one name that is spelt so in Latin letters; None when there is none or several.

        Several means that the most common bears less than 90% of the people so spelt.
        """
        key = self._latin.get(folded)
        return None if key is None else self.find(key)

    @cached_property
    def _latin(self) -> dict[str, str]:
        if self.language == "en":
            return {key: key for key in self._entries}
        owners: dict[str, dict[str, int]] = {}
        for key, (_, count, _) in self._entries.items():
            if count >= _LATIN_AT_LEAST:
                for rank, spelt in enumerate(latin_spellings(key, self.language)):
                    # the passport's own spelling is worth more than a way to type it
                    owners.setdefault(spelt, {})[key] = count if rank == 0 else count // 2
        chosen = dict(_MADE_OF_NAMES.get(self.language, {}))
        for spelt, counts in owners.items():
            best = max(counts, key=counts.__getitem__)
            if counts[best] >= _DOMINANT * sum(counts.values()):
                chosen.setdefault(spelt, best)
        return chosen


def _with_yo(entry: Entry, folded: str) -> Entry:
    """The entry spelt with the ё that the customer wrote."""
    name = "".join(
        ("Ё" if had.isupper() else "ё") if asked == "ё" else had
        for had, asked in zip(entry.name, folded, strict=True)
    )
    return replace(entry, name=name)


@cache
def known(language: str) -> Known:
    """The known given names of a language ("ru", "uk", "en", "mn"); loaded at the first call."""
    return Known(language)
