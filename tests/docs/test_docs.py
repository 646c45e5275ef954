"""The documentation is true: examples are definitions, commands exist, lists are whole."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from typer.main import get_command

from bench.__main__ import GOALS
from maracuja import errors
from maracuja.campaigns.checks import check_campaign, known
from maracuja.campaigns.decoding import decode_text
from maracuja.campaigns.definitions import Campaign
from maracuja.cli import cli
from maracuja.config import make_config
from maracuja.decisions.reasons import Reason
from maracuja.segments import check as segment_check
from maracuja.segments.definition import WORDS, Segment, Trait
from maracuja.templates.check import check as check_template
from maracuja.templates.definition import Template
from maracuja.templates.filters import BY_NAME, LOOKUPS

ROOT = Path(__file__).parents[2]
PAGES = {path.name: path for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in PAGES.items()}


class Block(NamedTuple):
    """A fenced block: the page, the line it begins on, its language and its text."""

    page: str
    line: int
    language: str
    text: str


def blocks(*languages: str) -> list[Block]:
    found = []
    for page, text in TEXTS.items():
        for match in re.finditer(r"^```(\w+)[^\n]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            if match[1] in languages:
                line = text.count("\n", 0, match.start()) + 1
                found.append(Block(page, line, match[1], match[2]))
    return found


def place(block: Any) -> str:
    return f"{block.page}:{block.line}"


# ---------------------------------------------------------------- examples

SOMEBODY = Segment(id="somebody", where=[Trait(trait="email")])
DEFINITIONS = [block for block in blocks("yaml", "json") if re.search(r"\bkind\"?:", block.text)]


def test_there_are_examples() -> None:
    assert {block.page for block in DEFINITIONS} >= {
        "README.md", "campaigns.md", "segments.md", "templates.md",
    }  # fmt: skip


@pytest.mark.parametrize("block", blocks("yaml", "json"), ids=place)
def test_a_block_can_be_read(block: Block) -> None:
    for part in yaml.safe_load_all(block.text):
        assert part is not None
    if block.language == "json":
        json.loads(block.text)


@pytest.mark.parametrize("block", DEFINITIONS, ids=place)
def test_an_example_is_a_definition_without_faults(block: Block) -> None:
    own = decode_text(block.text, file=place(block))
    assert len(own) == len(re.findall(r"^kind:", block.text, re.MULTILINE)), "`---` is missing"
    segments = {one.id: one for one in own if isinstance(one, Segment)}
    for one in own:
        if isinstance(one, Segment):
            around = segments | dict.fromkeys(named_segments(one), SOMEBODY)
            assert segment_check.check(one, segment_check.Known(segments=around)) == []
        if isinstance(one, Template):
            checked = check_template(one)
            assert [f for f in checked.findings if f.level in ("error", "warning")] == []


def named_segments(segment: Segment) -> set[str]:
    """The segments that this one's text names; the page does not show them all."""
    return set(re.findall(r"segment='([^']*)'", repr(segment.where)))


def test_the_first_campaign_could_be_launched() -> None:
    (block,) = [one for one in DEFINITIONS if one.page == "README.md"]
    around = decode_text(block.text)
    (campaign,) = [one for one in around if isinstance(one, Campaign)]
    assert check_campaign(campaign, known(around)) == []


@pytest.mark.parametrize("block", blocks("toml"), ids=place)
def test_settings_are_settings(block: Block) -> None:
    make_config(tomllib.loads(block.text), where=place(block))


@pytest.mark.parametrize("block", blocks("python"), ids=place)
def test_python_compiles(block: Block) -> None:
    compile(block.text, place(block), "exec")


# ---------------------------------------------------------------- commands


class Said(NamedTuple):
    """A command line that a page shows or mentions."""

    page: str
    line: int
    words: tuple[str, ...]


def said() -> Iterator[Said]:
    for page, text in TEXTS.items():
        joined = text.replace("\\\n", "  ")  # as long as before, so that places stay
        shown = r"^(?:    )?(?:\$ )?(maracuja(?: [^\n]*)?)$"
        mentioned = r"`(maracuja [^`]*)`"
        for pattern in (shown, mentioned):
            for match in re.finditer(pattern, joined, re.MULTILINE):
                line = text.count("\n", 0, match.start(1)) + 1
                words = shlex.split(match[1].rstrip("& "), comments=True)
                yield Said(page, line, tuple(words[1:]))


@pytest.mark.parametrize("one", sorted(set(said())), ids=lambda one: f"{one.page}:{one.line}")
def test_a_command_exists_with_its_options(one: Said) -> None:
    command: Any = get_command(cli)
    words = [word for word in one.words if not re.fullmatch(r"[A-Z.…]+", word)]  # COMMAND, DIR
    while words and not words[0].startswith("-") and getattr(command, "commands", None):
        assert words[0] in command.commands, f"there is no `maracuja {' '.join(one.words)}`"
        command = command.commands[words.pop(0)]
    known_options = {opt for p in command.params for opt in [*p.opts, *p.secondary_opts]}
    given = {word.partition("=")[0] for word in words if word.startswith("-")}
    assert given <= known_options | {"--help"}


# ---------------------------------------------------------------- lists


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_condition_of_segments_is_documented(word: str) -> None:
    assert re.search(rf"`[^`]*\b{word}\b[^`]*`", TEXTS["segments.md"])


@pytest.mark.parametrize("name", sorted([*BY_NAME, *LOOKUPS]))
def test_every_filter_is_documented(name: str) -> None:
    filters = TEXTS["templates.md"].partition("## Filters")[2].partition("\n## ")[0]
    assert re.search(rf"`[^`]*\b{name}\b[^`]*`", filters)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_of_a_decision_is_documented(reason: Reason) -> None:
    assert f"| `{reason.value}` |" in TEXTS["campaigns.md"]


ERRORS = [
    one
    for one in vars(errors).values()
    if isinstance(one, type)
    and issubclass(one, errors.MaracujaError)
    and one is not errors.MaracujaError
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_every_error_is_documented_with_its_exit_code_and_status(error: Any) -> None:
    row = rf"^\| `{error.code}` \| .+ \| {error.exit_code} \| {error.http_status} \|$"
    assert re.search(row, TEXTS["errors.md"], re.MULTILINE)


# ---------------------------------------------------------------- places

OF_THE_READER = "definitions/"  # files that a page tells its reader to write
LINKS = [
    (page, target)
    for page, text in TEXTS.items()
    for target in re.findall(r"\]\(([^)\s]+)\)", text)
    if not re.match(r"https?://|mailto:", target)
]
FILES = sorted(
    {
        (page, name)
        for page, text in TEXTS.items()
        for name in re.findall(r"`([\w./-]+/[\w.-]+\.(?:py|md|yaml|css|toml))`", text)
        if not name.startswith(OF_THE_READER)
    }
)


def heading(line: str) -> str:
    """A heading as an anchor."""
    return re.sub(r"[^\w -]", "", line.strip("# ").lower()).replace(" ", "-")


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_a_link_leads_somewhere(page: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    leads_to = PAGES[page].parent / path if path else PAGES[page]
    assert leads_to.exists(), f"{page} links to {target}"
    if anchor:
        headings = re.findall(r"^#+ .*$", leads_to.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in map(heading, headings)


@pytest.mark.parametrize(("page", "name"), FILES)
def test_a_file_that_is_named_exists(page: str, name: str) -> None:
    assert (ROOT / name).exists() or (ROOT / "src" / "maracuja" / name).exists()


def test_how_it_works_names_the_files_of_every_step() -> None:
    assert sum(page == "how-it-works.md" for page, _ in FILES) > 30


@pytest.mark.parametrize(
    ("bench", "figure"), [(b, f) for b, figures in GOALS.items() for f in figures]
)
def test_every_figure_of_the_benches_is_documented_with_its_goal(bench: str, figure: str) -> None:
    sign, goal = GOALS[bench][figure]
    words = f"{'at least' if sign == '>=' else 'at most'} {goal:,.2f}".replace(".00", "")
    number = words.rstrip("0") if "." in words else words
    assert f"| `{bench}` |" in TEXTS["benchmarks.md"]
    row = rf"^\|[^|]*\| `{figure}` \| [^|]+ \| {re.escape(number)} \|$"
    assert re.search(row, TEXTS["benchmarks.md"], re.MULTILINE)
