"""Mongolian names: the name stays as it is and the polite pronoun takes the case.

It never adds a suffix to a name: vowel harmony and hidden letters make that a speaker's work.
"""

from __future__ import annotations

from typing import Final

PRONOUNS: Final = {
    "gen": "таны",
    "dat": "танд",
    "acc": "таныг",
    "ins": "тантай",
    "prep": "танаас",
}
"""Of you, to you, you, with you; Mongolian has no prepositional, in its place is "from you"."""


def cases(name: str) -> tuple[str, str, str, str, str, str]:
    """gen, dat, acc, ins, prep of a name with its pronoun ("Болд танд"), and voc, the name."""
    gen, dat, acc, ins, prep = (f"{name} {pronoun}" for pronoun in PRONOUNS.values())
    return gen, dat, acc, ins, prep, name
