"""Commands that only look at people, segments, templates, campaigns and data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maracuja.campaigns.decoding import KINDS
from tests.unit.cli.small_shop import COUNT, Run, command_line, parsed

EXAMPLES = Path(__file__).parents[3] / "examples" / "definitions"


@pytest.fixture(scope="module")
def look(spoken: Path) -> Run:
    """Runs commands that change nothing."""
    return command_line(spoken)


@pytest.mark.parametrize("who", ["c2", "c2@mail.example", "external_id:c2"])
def test_a_person_is_shown_by_any_of_their_names(look: Run, who: str) -> None:
    shown = parsed(look("profile", "show", who, "--json"))
    traits = {trait["name"]: trait["value"] for trait in shown["person"]["traits"]}
    assert traits["city"] == "Lviv"
    assert "Order Completed" in {event["event"] for event in shown["events"]}
    text = look("profile", "show", who).stdout
    assert "Name2" in text and "opted_in" in text and "Order Completed" in text


def test_nobody_is_a_sentence_and_a_code(look: Run) -> None:
    result = look("profile", "show", "nobody", code=4)
    assert "Nobody is known as `nobody`." in result.stderr
    assert "what to do:" in result.stderr
    assert result.stdout == ""
    error = json.loads(look("profile", "show", "nobody", "--json", code=4).stderr)["error"]
    assert error["code"] == "not_found" and error["message"] == "Nobody is known as `nobody`."


def test_why_tells_of_every_decision(look: Run) -> None:
    decided = parsed(look("profile", "why", "c2", "--json"))["decisions"]
    assert [one["campaign"] for one in decided] == ["hello"]
    assert decided[0]["outcome"] in ("send", "ghost")
    assert "hello" in look("profile", "why", "c2").stdout


def test_why_not_has_its_evidence(look: Run) -> None:
    text = look("profile", "why", "c1", "--campaign", "hello").stdout
    assert "not in the audience" in text
    assert "✗ they are in the segment “lviv”" in text
    nothing = look("profile", "why", "c1").stdout
    assert "Nothing was ever decided" in nothing


def test_reasons_are_said_in_three_languages(look: Run) -> None:
    said = {
        language: parsed(look("profile", "why", "c2", "--language", language, "--json"))
        for language in ("en", "ru", "uk")
    }
    assert len({one["decisions"][0]["says"] for one in said.values()}) == 3
    look("profile", "why", "c2", "--language", "xx", code=2)


def test_everything_about_a_person_is_exported(look: Run, tmp_path: Path) -> None:
    whole = parsed(look("profile", "export", "c2"))
    assert whole["person"]["addresses"]["email"] == "c2@mail.example"
    file = tmp_path / "c2.json"
    look("profile", "export", "c2", str(file))
    assert file.stat().st_mode & 0o077 == 0


def test_a_segment_is_checked_counted_sampled_and_explained(look: Run) -> None:
    assert "Lviv" in look("segment", "check", "lviv").stdout
    counted = parsed(look("segment", "count", "lviv", "--json"))
    assert (counted["people"], counted["of"], counted["exact"]) == (COUNT // 2, COUNT, True)
    assert f"{COUNT // 2} of {COUNT} people (50.0 %)" in look("segment", "count", "lviv").stdout
    assert "±" in look("segment", "count", "lviv", "--estimate").stdout
    sample = parsed(look("segment", "sample", "lviv", "--size", "3", "--json"))
    assert len(sample) == 3
    assert look("segment", "sample", "lviv").stdout == look("segment", "sample", "lviv").stdout
    explained = look("segment", "explain", "lviv", "c1").stdout
    assert "is not in lviv" in explained and "Kyiv" in explained
    assert parsed(look("segment", "explain", "lviv", "c2", "--json"))["held"] is True


def test_a_file_is_checked_before_it_is_applied(look: Run, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    file.write_text("kind: segment\nid: new\nwhere: [{trait: town, is: Lviv}]\n")
    checked = look("segment", "check", str(file), "--json", code=2)
    assert "town" in parsed(checked)["faults"][0]["message"]
    assert "town" in look("segment", "check", str(file), code=2).stdout
    file.write_text("kind: segment\nid: new\nwhere: [{trait: city, is: Kyiv}]\n")
    assert parsed(look("segment", "count", str(file), "--json"))["people"] == COUNT // 2


def test_of_several_in_a_file_one_is_named(look: Run, spoken: Path) -> None:
    file = spoken / "definitions" / "all.yaml"
    look("segment", "check", f"{file}#lviv")
    assert "no segment `kyiv`" in look("segment", "check", f"{file}#kyiv", code=2).stderr
    look("segment", "check", str(file.with_name("none.yaml")), code=2)


def test_a_preview_shows_what_a_program_sends(look: Run, tmp_path: Path) -> None:
    moments = Path(__file__).parents[3] / "examples" / "moments"
    asked = ("template", "preview", str(moments / "booking.yaml"), "--language", "uk", "--json")
    data = str(moments / "booking.data.yaml")
    told = parsed(look(*asked, "--data", data, "--channel", "telegram"))["people"][0]["preview"]
    assert "Київ → Львів" in told["text"] and "субота, 28 листопада, 18:40" in told["text"]
    mine = parsed(look(*asked, "--data", data, "--for", "c2"))
    assert mine["subject"] == "Бронювання K-1042: Київ → Львів, 28 листопада"
    four = parsed(look(*asked, code=2))["people"]
    assert {one["preview"]["error"] for one in four} == {"missing:data.number"}
    wrong = tmp_path / "data.yaml"
    wrong.write_text("- 1\n", encoding="utf-8")
    assert "names with texts" in look(*asked, "--data", str(wrong), code=2).stderr


def test_a_template_is_checked_and_previewed(look: Run, tmp_path: Path) -> None:
    checked = look("template", "check", "hello", "--json")
    assert "person.first_name" in {need["path"] for need in parsed(checked)["needs"]}
    text = look("template", "check", "hello", "--texts").stdout
    assert "person.first_name" in text and "no name" in text
    preview = parsed(look("template", "preview", "hello", "--for", "c2", "--json"))
    assert preview["subject"] == "Name2, it is here"
    assert "Hello Name2 of Lviv" in look("template", "preview", "hello", "--for", "c2").stdout
    four = parsed(look("template", "preview", "hello", "--json"))["people"]
    whos = ["a woman", "a man", "somebody unknown", "a dirty name"]
    assert [one["who"] for one in four] == whos
    assert [one["preview"]["error"] for one in four] == ["", "", "missing:person.first_name", ""]
    assert four[0]["preview"]["subject"].startswith(four[0]["name"])
    told = " ".join(look("template", "preview", "hello").stdout.split())
    assert all(who in told for who in whos[:2])


def test_a_message_is_shown_as_its_messenger_would(look: Run, tmp_path: Path) -> None:
    file, page = tmp_path / "rods.yaml", tmp_path / "rods.html"
    file.write_text(
        """
kind: template
id: rods
language: en
variants:
  - language: en
    channel: telegram
    text: "{{ person.first_name | default: 'Hello' }}, which?"
    picture: https://shop.example/rods.jpg
    buttons: [{text: Short, reply: s, sets: rod=short}, {text: Long, reply: l, sets: rod=long}]
""",
        encoding="utf-8",
    )
    shown = look(
        "template",
        "preview",
        str(file),
        "--for",
        "c2",
        "--channel",
        "telegram",
        "--html",
        str(page),
    ).stdout
    assert "Name2, which?" in shown and "sets rod=short" in shown and "rods.jpg" in shown
    drawn = page.read_text(encoding="utf-8")
    assert "Name2, which?" in drawn and ">Short</span>" in drawn and "pid:" in drawn
    four = look("template", "preview", str(file), "--channel", "telegram").stdout
    assert four.count("sets rod=long") == 4
    content = parsed(
        look("template", "preview", str(file), "--for", "c2", "--channel", "telegram", "--json")
    )["rich"]
    assert [button["sets"] for button in content["buttons"]] == ["rod=short", "rod=long"]
    look("template", "preview", str(file), "--channel", "telegrm", code=4)
    refused = look("template", "check", str(file), "--channel", "email", "--json", code=2)
    assert "uncarried" in {one["code"] for one in parsed(refused)["findings"]}


@pytest.mark.parametrize(
    ("language", "greetings"),
    [
        ("ru", ["Дорогая Елена, здравствуйте!", "Дорогой Андрей, здравствуйте!",
                "Здравствуйте!", "Дорогая Елена, здравствуйте!"]),
        ("uk", ["Дорога Олено, вітаємо!", "Дорогий Андрію, вітаємо!",
                "Вітаємо!", "Дорога Олено, вітаємо!"]),
    ],
)  # fmt: skip
def test_a_text_is_shown_to_four_people_side_by_side(
    look: Run, language: str, greetings: list[str]
) -> None:
    name = str(EXAMPLES / "templates" / "spring-collection.yaml")
    found = parsed(look("template", "preview", name, "--language", language, "--json"))
    assert [one["preview"]["text"].splitlines()[0] for one in found["people"]] == greetings
    assert look("template", "preview", name, "--language", language).stdout.count("┃") >= 10


def test_a_campaign_is_checked_rehearsed_and_reported(look: Run, tmp_path: Path) -> None:
    assert parsed(look("campaign", "check", "hello", "--json"))["faults"] == []
    rehearsed = parsed(look("campaign", "dry-run", "hello", "--json"))
    assert rehearsed["audience"] == COUNT // 2
    assert sum(gate["people"] for gate in rehearsed["gates"]) == COUNT // 2
    text = look("campaign", "dry-run", "hello", "--samples", "1").stdout
    assert "What would become of them" in text
    status = parsed(look("campaign", "status", "--json"))
    (run,) = status["runs"]
    assert run["audience"] == COUNT // 2 and run["messages"]["sent"] > 0
    assert not status["sending"]["stopped"]
    assert "hello" in look("campaign", "status", "hello").stdout


def test_a_report_is_words_page_figures_and_json(look: Run, tmp_path: Path) -> None:
    page, figures = tmp_path / "r.html", tmp_path / "r.csv"
    words = look("campaign", "report", "hello", "--html", str(page), "--csv", str(figures))
    assert str(COUNT // 2) in words.stdout
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert figures.read_text(encoding="utf-8").count("\n") > 5
    report = parsed(look("campaign", "report", "hello", "--json"))
    assert report["audience"]["people"] == COUNT // 2
    look("campaign", "report", "hello", "--goal", "none", code=2)
    look("campaign", "report", "nothing", code=4)


def test_traits_and_properties_are_listed(look: Run) -> None:
    listed = {(one["scope"], one["name"]): one for one in parsed(look("traits", "--json"))}
    assert listed["trait", "city"]["type"] == "text"
    assert ("property", "revenue") in listed
    text = look("traits", "--scope", "trait").stdout
    assert "city" in text and "revenue" not in text


@pytest.mark.parametrize("name", ["people.csv", "people.jsonl", "people.parquet"])
def test_rows_are_exported_in_three_forms(look: Run, tmp_path: Path, name: str) -> None:
    written = parsed(look("export", "people", str(tmp_path / name), "--json"))
    assert written["written"] == COUNT
    assert (tmp_path / name).stat().st_size > 0
    look("export", "people", str(tmp_path / "people.xls"), code=2)


def test_schemas_are_written(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from maracuja.cli import cli

    result = CliRunner().invoke(cli, ["schemas", str(tmp_path), "--json"])
    assert len(parsed(result)) == len(KINDS)
    assert (tmp_path / "campaign.schema.json").is_file()


def test_where_there_is_no_workspace(tmp_path: Path) -> None:
    result = command_line(tmp_path)("campaign", "status", code=3)
    assert "There is no workspace" in result.stderr


def test_a_place_that_cannot_be_written_is_a_sentence(look: Run, tmp_path: Path) -> None:
    page = tmp_path / "none" / "report.html"
    refused = look("campaign", "report", "hello", "--html", str(page), code=2)
    assert str(page) in refused.stderr and "Traceback" not in refused.stderr
