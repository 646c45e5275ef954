"""What the command line prints: tables, numbers, errors; and what it loads to say its help."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from rich.console import Console

from maracuja.cli import output
from maracuja.errors import BadInput, MaracujaError


def printed(what: object, width: int) -> list[str]:
    console = Console(width=width, record=True, file=None)
    with console.capture() as capture:
        console.print(what)
    return [line.rstrip() for line in capture.get().splitlines()]


@pytest.mark.parametrize("width", [80, 120])
def test_a_table_keeps_ids_whole_and_cuts_what_may_be_cut(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    long = "words " * 40
    rows = [("passion-fruit", 12_345, True, long), ("b", 1, None, "[bold]")]
    lines = printed(output.table("", ["id", "people", "held", "text"], rows, cut="text"), width)
    assert len(lines) == 3
    assert lines[1].startswith("passion-fruit  12\u202f345  yes   words")
    assert lines[1].endswith("…") and len(lines[1]) <= width
    assert lines[2].split() == ["b", "1", "–", "[bold]"]


def test_long_values_fold_beside_their_names() -> None:
    lines = printed(output.pairs({"key": "x" * 100}), 80)
    assert "".join(lines).count("x") == 100


def test_moments_are_on_the_shops_clock() -> None:
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert output.when(at, "Europe/Kyiv") == "2026-07-02 01:30"
    assert output.when(at, "Europe/Kyiv", minutes=False) == "2026-07-02"
    assert output.when(None, "UTC") == "–"


def test_shares_of_nothing_are_no_number() -> None:
    assert output.share(1, 8) == "12.5 %"
    assert output.share(0, 0) == "–"


def test_an_error_is_a_sentence_with_its_place_and_remedy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = output.refuse(BadInput("It is [wrong].", where="line 3", fix="Put it right."))
    said = capsys.readouterr()
    assert code == 2 and said.out == ""
    assert said.err == "It is [wrong].\n  where: line 3\n  what to do: Put it right.\n"
    assert output.refuse(MaracujaError("Plain.")) == 1


def test_how_far_a_campaign_is_needs_no_engine() -> None:
    heavy = ("polars", "duckdb", "pyarrow", "scipy")
    load = "import maracuja.app, maracuja.runtime.campaign_status, sys"
    code = f"{load}; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_help_loads_no_engine() -> None:
    heavy = ("polars", "duckdb", "pyarrow", "numpy", "sqlalchemy", "alembic", "fastapi", "yaml")
    code = f"import maracuja.cli, sys; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
