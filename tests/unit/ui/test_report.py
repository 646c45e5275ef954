"""The report's page and terminal form: complete, self-contained, readable, in every language."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

import maracuja.ui.report_html as page_module
from maracuja.errors import BadInput
from maracuja.model import micros
from maracuja.stats.breakdown import Breakdown
from maracuja.stats.forms import to_csv
from maracuja.stats.intervals import Interval, NotShown
from maracuja.stats.report import LiftReport, NoteCode, Truth, lift_report
from maracuja.stats.words import LANGUAGES, number
from maracuja.ui import report_svg as svg
from maracuja.ui.report_html import html
from maracuja.ui.report_labels import LABELS, NOTES
from maracuja.ui.report_terminal import terminal
from tests.unit.stats.audience import NOW, plan, units


class Balance(HTMLParser):
    """Reads a page and fails where a tag is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        assert "svg" in self.open, f"<{tag}/> closes itself only within a drawing"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data)


def read(page: str) -> str:
    """The text of a well-formed page."""
    parser = Balance()
    parser.feed(page)
    assert parser.open == []
    return " ".join(" ".join(parser.texts).split())


@pytest.fixture(scope="module")
def report() -> LiftReport:
    return lift_report(units(), plan(truth=Truth(lift=0.5, extra_conversions=400)), now=NOW)


def lossy() -> LiftReport:
    """A report whose arms have impossible sizes."""
    people = units()
    kept = people.filter((people["held"] != "campaign") | (people["pid"] % 5 > 0))
    return lift_report(kept, plan(), now=NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_well_formed_and_needs_nothing_from_outside(
    report: LiftReport, language: str
) -> None:
    page = html(report, language)
    text = read(page)
    assert f'<html lang="{language}">' in page
    assert LABELS["proven"][LANGUAGES.index(language)] in text
    for outside in ("http:", "https:", "//cdn", "src=", "url(", "@import", "<script", "<link"):
        assert outside not in page
    assert not re.search(r"\bnan\b|[{}]", text, re.IGNORECASE)


def test_the_page_says_what_the_record_says(report: LiftReport) -> None:
    text = read(html(report))
    lift = report.primary.conversions.lift
    assert f"+{lift.value:.1%}" in text  # type: ignore[str-format]
    assert f"{report.audience.people:,}" in text
    assert "unknown" in text  # replies: the channel does not tell
    assert "descriptive only" in text
    assert "The simulator's true effect" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_terminal_and_table_say_who_read_neutral_words(language: str) -> None:
    people = units(4_000)
    people = people.with_columns(neutral=people["pid"] % 4 == 0)
    told = lift_report(people, plan(), now=NOW)
    named, neutral = (LABELS[key][LANGUAGES.index(language)] for key in ("named", "neutral"))
    count = number(told.audience.neutral, language)
    console = Console(file=io.StringIO(), width=100)
    console.print(terminal(told, language))
    for text in (read(html(told, language)), console.file.getvalue()):
        assert named in text and neutral in text and count in text
        assert NOTES["neutral_words"][LANGUAGES.index(language)].partition(":")[0][:20] in text
    assert f"audience,,,neutral,count,{told.audience.neutral}," in to_csv(told)


def test_the_page_follows_the_readers_light_and_has_a_print_form(report: LiftReport) -> None:
    page = html(report)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_what_people_wrote_is_escaped() -> None:
    evil = "<script>alert('1')</script>&"
    people = units(2_000)
    people = people.with_columns(
        people["city"].replace("Kyiv", evil), people["variant"].replace("personal", evil)
    )
    page = html(
        lift_report(people, plan(name=evil, goal=evil, variants={}), now=NOW),
        leads={evil: '/docs?a=1&b="2"'},
    )
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert evil in read(page)


def test_an_impossible_draw_takes_all_colour_away() -> None:
    page = html(lossy()).partition("</style>")[2]
    assert "verdict calm" in page
    for coloured in ('dot good"', 'kpi good"', 'dot bad"', 'kpi bad"', '<b class="good"'):
        assert coloured not in page
    assert "do not act on these numbers" in page


def test_an_interval_across_zero_is_never_shown_as_a_win() -> None:
    report = lift_report(units(4_000, lift=0.0), plan(), now=NOW)
    assert report.primary.conversions.lift.sign == 0
    page = html(report)
    first = page.index('class="plot"')
    assert 'class="dot calm"' in page[first : first + 1500]
    assert "Not yet" in read(page)


def test_open_windows_and_empty_audiences_have_pages_too() -> None:
    early = plan(closes_us=micros(NOW + timedelta(days=1)))
    for people in (units(3_000), units(30), units(30).clear()):
        for language in LANGUAGES:
            read(html(lift_report(people, early, now=NOW), language))
    assert "Still open" in read(html(lift_report(units(3_000), early, now=NOW)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terminal_says_the_same(report: LiftReport, language: str) -> None:
    console = Console(width=120, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    with console.file:
        console.print(terminal(report, language))
        text = console.export_text()
    place = LANGUAGES.index(language)
    for key in ("lift", "arms", "truth", "ratio_good"):
        assert LABELS[key][place] in text
    assert "personal / generic" in text


def test_another_language_is_refused(report: LiftReport) -> None:
    with pytest.raises(BadInput):
        html(report, "de")
    with pytest.raises(BadInput):
        terminal(report, "de")


def test_every_word_exists_in_every_language() -> None:
    for key, texts in (LABELS | NOTES).items():
        assert all(texts), key
        fields = {tuple(sorted(re.findall(r"{\w+}", text))) for text in texts}
        assert len(fields) == 1, key
    assert set(NOTES) == {code.value for code in NoteCode}
    assert set(LABELS) >= {reason.value for reason in NotShown}


def test_cyrillic_texts_hold_no_latin_look_alikes() -> None:
    for key, texts in (LABELS | NOTES).items():
        for text in texts[1:]:
            bare = re.sub(r"{\w+}", "", text)
            assert not re.search(r"[а-яіїєґё][a-z]|[a-z][а-яіїєґё]", bare, re.IGNORECASE), key


def test_axes_hold_zero_and_the_intervals() -> None:
    scale = svg.axis([Interval(value=0.2, low=0.05, high=0.31, p=0.01)])
    assert scale.low <= 0 < 0.31 <= scale.high
    assert 3 <= len(scale.ticks) <= 8
    assert (scale.at(scale.low), scale.at(scale.high), scale.at(99)) == (0, 100, 100)


def test_an_interval_beyond_the_axis_ends_in_an_arrow() -> None:
    wide = Interval(value=1.5, low=0.2, high=9.0, p=0.01)
    assert "beyond" in svg.strip(wide, svg.axis([wide]), "good")
    narrow = Interval(value=0.1, low=0.0, high=0.2, p=0.05)
    assert "beyond" not in svg.strip(narrow, svg.axis([narrow]), "calm")


def test_an_axis_without_any_interval_still_stands() -> None:
    assert len(svg.axis([Interval(reason=NotShown.NO_PEOPLE)]).ticks) >= 2


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "surface"),
        ("ink", "page"),
        ("muted", "surface"),
        ("muted", "page"),
        ("accent", "page"),
        ("accent", "accent-soft"),
        ("good", "surface"),
        ("good", "good-soft"),
        ("bad", "surface"),
        ("bad", "bad-soft"),
        ("warn", "warn-soft"),
        ("calm", "surface"),
        ("calm", "calm-soft"),
    ],
)
@pytest.mark.parametrize("theme", [0, 1])
def test_texts_can_be_read_on_their_ground(ink: str, ground: str, theme: int) -> None:
    style = Path(page_module.__file__).with_name("report.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", style.split(":root {")[1 + theme]))
    bright, dark = sorted((_luminance(colours[c]) for c in (ink, ground)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    """Relative luminance by WCAG of #rgb or #rrggbb."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_breakdowns_of_the_record_are_all_on_the_page(report: LiftReport) -> None:
    page = read(html(report))
    table: Breakdown
    for table in report.breakdowns:
        for row in table.rows:
            assert row.value in page
