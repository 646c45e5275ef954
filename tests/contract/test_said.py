"""Every lint, and what keeps people from going on, is said in every language of the web app."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

import maracuja
from maracuja.api.problems import TITLES
from maracuja.api.said import GAP, tables, translated
from maracuja.channels import BY_NAME
from maracuja.model import micros
from maracuja.runtime import experiment_guard, launch_entries
from maracuja.stats.guardrail import Harm, watch
from maracuja.store import audit
from tests.unit.api.api_world import NOON, World, agree, define, opened_world

SOURCE = Path(maracuja.__file__).parent
WEB = Path(__file__).parents[2] / "web/src/i18n"
OTHERS = ("ru", "uk", "mn")
CYRILLIC = re.compile("[а-яёіїєґөү]", re.IGNORECASE)

# Rooms whose every sentence a marketer meets on the page where they write.
ROOMS = (
    "templates/lints.py", "templates/mail_lints.py", "templates/tone_lints.py",
    "templates/slips.py", "templates/grammar.py", "templates/wording.py",
    "language/text_lints.py", "channels/refusals.py",
    "segments/check.py", "segments/reading.py", "segments/comparing.py", "segments/spans.py",
    "campaigns/checks.py", "campaigns/trigger_checks.py", "campaigns/experiment_checks.py",
    "campaigns/timeliness.py", "campaigns/provenance.py",
    "runtime/launch_checks.py", "runtime/launch_control.py", "runtime/marking.py",
    "runtime/import_desk.py", "runtime/people_traits.py", "runtime/rights_work.py",
)  # fmt: skip
# Patterns, lists of words and of addresses.
NO_PROSE = re.compile(r"^['а-яі]|\(\?|\\S|\.com ")
# What is no sentence, or is a part of one that is known whole.
PIECES = {
    "script form iframe object embed video audio input", "«x1» for «x2»", " beside x1",
    "The word looks x1: translate it, or", "Translate it, or", "x1 mend the variant's language.",
    ": it looks right, but search and spell checks do not know it", "does not suit",
    "The message has x1 x2; x3 x4.", "as true or false", "audience of x1",
    "Channels whose vendor tells that somebody has closed the chat or blocked us.",
    " (as `x1`)", "at most x1", "as a x1", "at x1 UTC", "stopped by hand",
    "; did you mean `x1`?", "; for a city there are in_city, from_city, to_city",
    "`x1` inflects a name of the person, and `x2` is nonex3", "x1 of x2",
    "`x1` takes x2 in quotation marks", "x1\n  x2\n  x3\n",
}  # fmt: skip


def text(node: ast.AST) -> str:
    """A literal as a sentence with its gaps filled; '' for all else."""
    if isinstance(node, ast.JoinedStr):
        numbers = count(1)
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"x{next(numbers)}"
            for part in node.values
        )
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def sentences(path: Path) -> Iterator[str]:
    """What a module says in English: literals of three words that are no docstring and no code."""
    tree = ast.parse(path.read_text("utf-8"))
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        said = text(node)
        if len(said.split()) < 3 or id(node) in inner | alone or said in PIECES:
            continue
        if not NO_PROSE.search(said):
            yield said


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_understood_in_every_language(room: str) -> None:
    found = [*sentences(SOURCE / room)]
    assert found
    for language in OTHERS:
        assert [one for one in found if not translated(one, language)] == []


def test_tables_have_every_language_and_leave_no_gap_unfilled() -> None:
    for english, texts in tables().items():
        assert set(texts) == set(OTHERS), english
        gaps = len(GAP.findall(english))
        for language, said in texts.items():
            named = GAP.findall(said)
            assert not named or len(named) == gaps or all(named), (language, said)
            assert all(int(one) < gaps for one in named if one), (language, said)
            assert CYRILLIC.search(said) or not re.search("[a-z]{4} [a-z]{4}", said), said


def test_each_sentence_is_said_once() -> None:
    files = [*(SOURCE / "api/words").glob("*.toml")]
    assert len(files) > 5
    keys = [
        line for file in files for line in file.read_text("utf-8").splitlines() if line[:2] == '["'
    ]
    assert len(keys) == len(set(keys)) == len(tables())


def test_what_people_wrote_stays_and_our_words_in_a_gap_are_translated() -> None:
    assert translated("There is no topic `date`.", "ru") == "Темы `date` нет."
    assert translated("There is no 'x' here at all", "ru") == ""
    said = translated("the message has 7 exclamation marks, the tone `none` allows 2", "uk")
    assert said == "у повідомленні 7 знаків оклику, тон `none` допускає 2"
    assert translated("Look at the dry run. If that is meant, resume it.", "ru") == (
        "Посмотрите на проверку. Если так и задумано, продолжите отправку."
    )
    assert translated("Look at the dry run. Nobody knows this.", "ru") == ""
    shown = "there is no filter `x`\n  {{ a | x }}\n"
    assert translated(shown, "mn") == "`x` шүүлтүүр алга\n  {{ a | x }}\n"


def test_every_code_has_a_headline_in_the_web_app() -> None:
    for language in ("en", *OTHERS):
        words = json.loads((WEB / language / "kit.json").read_text("utf-8"))
        assert set(words["refused"]) == set(TITLES), language


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop of a few people."""
    with opened_world(tmp_path_factory.mktemp("said") / "shop") as made:
        yield made


def test_refusals_are_said_in_the_language_that_is_read(world: World) -> None:
    plain = world.ask("GET", "/api/campaigns/nothing/check").json()
    assert plain["detail"] == "There is no campaign `nothing`."
    assert "says" not in plain
    asked = {"headers": {"accept-language": "mn-MN,en;q=0.5"}}
    told = world.ask("GET", "/api/campaigns/nothing/check", **asked).json()
    assert told["detail"] == plain["detail"] and told["code"] == "not_found"
    assert told["says"] == "`nothing` кампанит ажил алга."
    assert told["says_fix"] == "Эхлээд хадгалаарай."
    unknown = world.ask("GET", "/api/people?limit=0", **asked).json()
    assert unknown["says"] == "1-аас багагүй."


def test_lints_and_faults_are_said_in_the_language_that_is_read(world: World) -> None:
    shouting = {
        "id": "x", "language": "en",
        "variants": [{"language": "en", "subject": "BUY IT NOW FRIENDS", "text": "Tea is here."}],
    }  # fmt: skip
    where = {"id": "x", "where": [{"trait": "no_such_trait", "is": "y"}]}
    for path, given, part in (
        ("/api/templates/check", shouting, "findings"),
        ("/api/segments/check", where, "faults"),
    ):
        told = {
            language: world.ask(
                "POST",
                path,
                json={"definition": given},
                headers={"accept-language": language} if language else {},
            ).json()[part]
            for language in ("", *OTHERS)
        }
        assert told[""]
        for language in OTHERS:
            assert [one["code"] for one in told[language]] == [one["code"] for one in told[""]]
            assert all(CYRILLIC.search(one["message"]) for one in told[language])
            assert all(CYRILLIC.search(one["fix"]) for one in told[language] if one["fix"])


def test_why_the_worker_holds_a_campaign_is_said_in_every_language(world: World) -> None:
    define(world)
    agree(world)
    assert world.ask("POST", "/api/campaigns/fruit/launch").status_code == 200
    assert world.ask("POST", "/api/campaigns/fruit/pause").status_code == 200
    stopped = experiment_guard.said(watch(dict.fromkeys(Harm, 60), 200))
    with world.app.store.write() as conn:
        at, about = micros(NOON), "campaign:fruit"
        audit.add(conn, at, "ann", "pause", about, "The guardrail has stopped it.")
        audit.add(conn, at, audit.WORKER, "pause", about, stopped)
    for language in ("", *OTHERS):
        asked = {"headers": {"accept-language": language} if language else {}}
        (run,) = world.ask("GET", "/api/campaigns/fruit", **asked).json()["items"]
        (same,) = world.ask("GET", "/api/campaigns", **asked).json()["items"]
        page = world.ask("GET", "/api/overview", **asked).json()
        (matter,) = [one for one in page["attention"] if one["matter"] == "campaign_held"]
        line, theirs, *_ = world.ask("GET", f"/api/audit?subject={about}", **asked).json()["items"]
        whole = world.ask("GET", f"/api/audit/{line['id']}", **asked).json()
        told = {run["held"], same["held"], matter["detail"], line["detail"], whole["detail"]}
        assert told == {translated(stopped, language) if language else stopped}
        assert theirs["detail"] == "The guardrail has stopped it.", "a person wrote it"
        (said,) = told
        assert said.count("60") == len(Harm) and said.count("1.00%") == len(Harm) - 1
        assert not language or not re.search("[a-z]{3} ", said.replace("push", "")), said
        assert not language or translated(launch_entries.FORSAKEN, language)


def test_settings_of_channels_are_explained_in_every_language(world: World) -> None:
    for channel in BY_NAME:
        for language in OTHERS:
            told = world.ask(
                "GET", f"/api/settings/channels/{channel}", headers={"accept-language": language}
            ).json()
            named = json.loads((WEB / language / "settings_channels.json").read_text("utf-8"))
            known = named["field"]["any"] | named["field"].get(channel, {})
            for one in told["settings"]:
                if one["help"] and "help" not in known.get(one["name"], {}):
                    assert CYRILLIC.search(one["help"]), (channel, one["name"], one["help"])
