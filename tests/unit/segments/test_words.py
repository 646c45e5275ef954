from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest
import yaml

from maracuja.segments.check import decode_conditions
from maracuja.segments.computed import COMPUTED
from maracuja.segments.computed_words import NAMES
from maracuja.segments.definition import WORDS, word
from maracuja.segments.phrases import PHRASES
from maracuja.segments.phrases_mn import FACTS
from maracuja.segments.predicate import leaves
from maracuja.segments.words import LANGUAGES, plural, say

GOLDEN = Path(__file__).parents[2] / "golden" / "segments" / "words.yaml"
CASES = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["where"])[:60])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_segment_says_itself(case: dict[str, object], language: str) -> None:
    assert say(decode_conditions(case["where"]), language) == case[language]


def test_every_condition_has_a_golden_sentence() -> None:
    said = {word(c) for case in CASES for c in leaves(decode_conditions(case["where"]))}
    assert said | {"all", "any", "none"} == set(WORDS)


def test_the_languages_have_the_same_phrases_with_the_same_slots() -> None:
    def slots(phrase: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(phrase) if name is not None}

    english = PHRASES["en"]
    for phrases in PHRASES.values():
        assert phrases.keys() == english.keys()
        for key, phrase in phrases.items():
            assert slots(phrase) - {"t", "g"} == slots(english[key]) - {"t", "g"}, key


@pytest.mark.parametrize(
    ("n", "form"), [(1, 0), (2, 1), (4, 1), (5, 2), (11, 2), (12, 2), (21, 0), (22, 1), (111, 2)]
)
def test_slavic_plurals(n: int, form: int) -> None:
    forms = ("one", "few", "many")
    assert plural(n, forms, "ru") == plural(n, forms, "uk") == forms[form]


def test_an_unknown_language_falls_to_english() -> None:
    conditions = decode_conditions([{"trait": "city"}])
    assert say(conditions, "de") == say(conditions, "en") == say(conditions, "en-GB")


def test_every_computed_fact_has_its_words() -> None:
    assert NAMES.keys() == COMPUTED.keys()
    assert FACTS.keys() == COMPUTED.keys()
    for name, one in COMPUTED.items():
        for said in (*NAMES[name], FACTS[name]):
            assert ("{of}" in said) == bool(one.of)
