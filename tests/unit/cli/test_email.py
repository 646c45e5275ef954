"""Commands about mail."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from maracuja import app
from maracuja.cli import cli
from maracuja.cli.email import NOT_OURS, TRY_LATER
from maracuja.links.tokens import Purpose, Ticket
from tests.unit.channels.odd_reports import REPORTS

RUNNER = CliRunner()


def _workspace(tmp_path: Path, more: str = "") -> Path:
    assert RUNNER.invoke(cli, ["init", "--workspace", str(tmp_path / "shop")]).exit_code == 0
    settings = tmp_path / "shop" / "maracuja.toml"
    settings.write_text(settings.read_text() + more)
    return tmp_path / "shop"


def _verp(workspace: Path) -> str:
    ticket = Ticket(purpose=Purpose.BOUNCE, message=b"m" * 16, pid=7, run=3)
    with app.opened(workspace) as here:
        return f"bounce+{app.key_ring(here).sign(ticket)}@shop.example"


def test_a_pipe_takes_reports_and_says_what_became_of_them(tmp_path: Path) -> None:
    shop = _workspace(tmp_path)
    report = REPORTS["qmail"].replace("{verp}", _verp(shop))
    command = ["email", "take-report", "--workspace", str(shop)]
    assert RUNNER.invoke(cli, command, input=report).exit_code == 0
    bare = REPORTS["qmail"].replace("{verp}", "bounces@shop.example")
    assert RUNNER.invoke(cli, command, input=bare).exit_code == NOT_OURS
    named = [*command, "--recipient", _verp(shop), "--sender", ""]
    assert RUNNER.invoke(cli, named, input=bare).exit_code == 0
    gone = ["email", "take-report", "--workspace", str(tmp_path / "elsewhere")]
    assert RUNNER.invoke(cli, gone, input=report).exit_code == TRY_LATER


def test_a_maildir_is_read_at_once(tmp_path: Path) -> None:
    box = tmp_path / "box"
    (box / "new").mkdir(parents=True)
    shop = _workspace(tmp_path, f'\n[email]\nmailbox = "maildir://{box}"\n')
    (box / "new" / "1").write_text(REPORTS["exim"].replace("{verp}", _verp(shop)))
    (box / "new" / "2").write_text("Subject: hello\n\nhello\n")
    told = RUNNER.invoke(cli, ["email", "read-reports", "--workspace", str(shop)])
    assert told.output.strip() == "2 mails looked at, 1 of them told something."


def test_without_a_mailbox_it_says_how_to_set_one_up(tmp_path: Path) -> None:
    shop = _workspace(tmp_path)
    told = RUNNER.invoke(cli, ["email", "read-reports", "--workspace", str(shop)])
    assert told.exit_code == 3
