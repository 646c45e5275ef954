"""docs/subscribing.md is true: its form is one, its commands say what it shows, numbers hold."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from maracuja.api import forms, own_data_words, preference_words
from maracuja.api.form_words import FORM
from maracuja.api.link_words import WORDS
from maracuja.campaigns.decoding import decode_text
from maracuja.campaigns.form_checks import check_form
from maracuja.campaigns.forms import ASKED_FOR, Bonus, Field, FieldType, Form, InCountry, Look
from maracuja.channels import BY_NAME
from maracuja.channels.asking import WORDS as ASKING
from maracuja.channels.asking import Wish
from maracuja.cli import cli
from maracuja.decisions.reasons import Reason
from maracuja.runtime import form_desk, signing_up
from maracuja.runtime.preferences import PAUSES
from maracuja.runtime.signup_words import WORDS as LETTERS
from maracuja.store import signups

PAGE = (Path(__file__).parents[2] / "docs" / "subscribing.md").read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def form() -> Form:
    topic, found = decode_text(fenced("yaml")[0])
    assert isinstance(found, Form)
    assert list(check_form(found, {("topic", "harvest"): topic})) == []
    return found


@pytest.mark.parametrize("kind", [Form, InCountry, Field, Bonus, Look], ids=lambda k: k.__name__)
def test_every_field_is_documented(kind: type[msgspec.Struct]) -> None:
    names = {field.encode_name for field in msgspec.structs.fields(kind)} - {"id"}
    missing = [name for name in names if f"`{name}`" not in PAGE]
    assert not missing


def test_the_preview_says_what_the_page_shows(tmp_path: Path) -> None:
    written = tmp_path / "written"
    written.mkdir()
    (written / "form.yaml").write_text(fenced("yaml")[0], encoding="utf-8")

    def run(*words: str) -> str:
        done = CliRunner().invoke(cli, [*words, "--workspace", str(tmp_path / "shop")])
        assert done.exit_code == 0, done.output
        return done.output

    run("init", "--json")
    run("apply", str(written))
    told = run("form", "preview", "harvest-news", "--country", "DE")
    (shown,) = fenced("text")
    assert re.sub(r"\s+", " ", told).strip() == re.sub(r"\s+", " ", shown).strip()
    assert "harvest-news" in run("form", "list")
    assert "confirmed" in run("form", "show", "harvest-news")


def test_every_type_and_channel_is_named() -> None:
    table = PAGE.partition("| field | meaning |")[2].partition("\n\n")[0]
    for kind in FieldType:
        assert kind.value in table
    opened = [name for name, kind in BY_NAME.items() if kind.can.deep_link_chars_max]
    for channel in {*ASKED_FOR, *opened}:
        assert f"`{channel}`" in table


def test_the_numbers_hold() -> None:
    found = form()
    assert (found.confirm_within_days, found.remind_after_days) == (7, 2)
    assert "(7)" in PAGE and "(2; 0: never)" in PAGE
    assert signing_up.MESSAGES_A_DAY == 3 and "three times a day" in PAGE
    assert signing_up.AGAIN.total_seconds() == 600 and "within ten minutes" in PAGE
    assert signing_up.TRIES_MAX == 5 and "tried five times" in PAGE
    assert form_desk.SECONDS_MIN == 2 and "two seconds" in PAGE
    assert form_desk.SECONDS_MAX == 86_400 and "good for a day" in PAGE
    assert (forms.FORMS_AT_ONCE, 1 / forms.FORMS_PER_S) == (10, 20)
    assert "ten sendings at once" in PAGE and "one in 20 seconds" in PAGE
    assert signups.KEPT_DAYS == 30 and "After 30 days" in PAGE
    assert ", ".join(map(str, PAUSES[:-1])) + f" or {PAUSES[-1]} days" in PAGE
    assert form_desk.cut_ip("203.0.113.77") == "203.0.113.0" and "203.0.113.0" in PAGE
    assert form_desk.cut_ip("2001:db8:1:2::3") == "2001:db8:1::"
    assert form_desk.BONUS_PROMISED in PAGE


def test_the_reasons_are_named() -> None:
    for reason in (Reason.ASKED_FOR_LESS, Reason.ASKED_FOR_HOURS, Reason.ASKED_FOR_PAUSE):
        assert f"`{reason.value}`" in PAGE


@pytest.mark.parametrize(
    "words", [FORM, WORDS, LETTERS, preference_words.PREFER, own_data_words.DATA]
)
def test_every_word_is_there_in_every_language(words: dict[str, dict[str, str]]) -> None:
    assert set(words) == {"en", "ru", "uk", "mn"}
    for language in words:
        assert set(words[language]) == set(words["en"]), language
        for name, text in words["en"].items():
            holes = re.findall(r"{\w+}", text)
            assert sorted(re.findall(r"{\w+}", words[language][name])) == sorted(holes), name


def test_the_words_for_ones_own_data_are_these() -> None:
    for language in ("en", "ru", "uk", "mn"):
        see, erase = (", ".join(ASKING[wish][language]) for wish in (Wish.SEE, Wish.ERASE))
        assert f"| {language} | {see} | {erase} |\n" in PAGE
    for wish in (Wish.SEE, Wish.ERASE):
        assert f"reply: {wish.value}" in PAGE
