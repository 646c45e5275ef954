"""The claims report's page and terminal form: complete, self-contained, in three languages."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from maracuja.errors import BadInput
from maracuja.stats.claims.judging import Because, Standing
from maracuja.stats.claims.published import CLAIMS, SURVEYS, Against, Kind
from maracuja.stats.claims.report import BesideKey, Evidence, claims_report
from maracuja.stats.words import LANGUAGES
from maracuja.ui import claims_words as say
from maracuja.ui.claims_html import html
from maracuja.ui.claims_terminal import terminal
from tests.unit.stats.test_claims import NOW, report
from tests.unit.ui.test_report import read


def shown(language: str, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(terminal(report(), language))
    return " ".join(out.getvalue().split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_claim_stands_beside_its_source_and_is_not_the_shops_own(language: str) -> None:
    page, text = read(html(report(), language)), shown(language)
    for claim in CLAIMS:
        for form in (page, text):
            assert " ".join(say.claim_words(claim, language).split()) in form.replace(
                "\u00a0", " "
            )
    marks = len(CLAIMS) + len(SURVEYS)
    own = {
        "en": "not your data",
        "ru": "это не ваши данные",
        "uk": "це не ваші дані",
        "mn": "таны өгөгдөл биш",
    }[language]
    assert page.count(own) == marks and text.count(own) == marks
    assert "broken" in page and "broken" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_needs_nothing_from_outside(language: str) -> None:
    page = html(report(), language)
    read(page)
    assert f'<html lang="{language}">' in page and "prefers-color-scheme: dark" in page
    for outside in ("http:", "https:", "//cdn", "src=", "url(", "@import", "<script", "<link"):
        assert outside not in page
    assert "NaN" not in page and "None" not in page and "nan%" not in page


def test_every_word_exists_in_every_language() -> None:
    assert set(say.CLAIMED) == {claim.id for claim in CLAIMS}
    assert set(say.SOURCES) == {one.source for one in (*CLAIMS, *SURVEYS)}
    assert set(say.STANDINGS) == set(Standing) and set(say.BECAUSE) == set(Because)
    assert set(say.TO_RUN) == set(Against)
    assert set(say.NAMES) == {*Kind, *BesideKey}
    for table in (say.LABELS, say.STANDINGS, say.BECAUSE, say.TO_RUN, say.NAMES, say.ON):
        assert all(len(texts) == len(LANGUAGES) for texts in table.values())


def test_a_shop_without_campaigns_is_told_what_to_run() -> None:
    empty = claims_report(Evidence(), shop="New", now=NOW)
    text = read(html(empty))
    assert text.count("Not testable here") == len(CLAIMS)
    assert text.count("To test it:") == len(CLAIMS)
    assert "Supported" not in text.replace("Supported:", "")


def test_names_of_campaigns_cannot_break_the_page() -> None:
    evil = claims_report(
        Evidence(left_out=("<b>x",), unmeasured=("<i>y",)), shop="<script>", now=NOW
    )
    page = html(evil)
    assert "<script>" not in page and "<b>x" not in page
    assert "&lt;i&gt;y" in page


def test_other_languages_are_refused() -> None:
    with pytest.raises(BadInput):
        html(report(), "de")
    with pytest.raises(BadInput):
        terminal(report(), "de")
