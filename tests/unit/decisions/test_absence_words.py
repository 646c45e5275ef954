"""Why nothing was decided about somebody, in each language."""

from __future__ import annotations

import pytest

from maracuja.decisions.absence_words import Absence, one_of, say
from maracuja.decisions.reason_words import LANGUAGES


@pytest.mark.parametrize("absence", Absence)
def test_every_language_has_words_of_its_own(absence: Absence) -> None:
    said = {say(absence, language, "`spring`") for language in LANGUAGES}
    assert len(said) == len(LANGUAGES)
    named = {"`spring`" in one for one in said}
    assert len(named) == 1  # a campaign is named in all of them, or in none


def test_other_languages_get_english() -> None:
    assert say(Absence.OUT, "fr") == say(Absence.OUT, "en")
    assert one_of(["Signed Up", "Order Completed"], "uk") == "`Signed Up` або `Order Completed`"
