"""Commands about mail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from maracuja import app
from maracuja.channels.email_warm_up import Day
from maracuja.cli import cli
from maracuja.cli.email import NOT_OURS, TRY_LATER
from maracuja.links.tokens import Purpose, Ticket
from maracuja.store import health, warm_ups
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


def test_the_log_of_postfix_is_read_at_once(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    shop = _workspace(tmp_path, f'\n[email]\npostfix_log = "{log}"\n')
    head = "Nov 21 11:59:58 mx postfix/"
    log.write_text(
        f"{head}qmgr[9]: 4ABCD1: from=<{_verp(shop)}>, size=900, nrcpt=1 (queue active)\n"
        f"{head}smtp[12]: 4ABCD1: to=<maria@mail.example>, relay=mx[192.0.2.7]:25, delay=1, "
        "dsn=2.0.0, status=sent (250 2.0.0 Ok)\n"
    )
    command = ["email", "read-reports", "--workspace", str(shop)]
    told = RUNNER.invoke(cli, command)
    assert told.output.strip() == "2 lines of the log looked at, 1 of them told something."
    again = json.loads(RUNNER.invoke(cli, [*command, "--json"]).output)
    assert again == {"lines": 0, "told": 0}


def test_without_a_mailbox_it_says_how_to_set_one_up(tmp_path: Path) -> None:
    shop = _workspace(tmp_path)
    told = RUNNER.invoke(cli, ["email", "read-reports", "--workspace", str(shop)])
    assert told.exit_code == 3


def test_dns_is_looked_up_and_told_with_what_to_put(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.unit.runtime.test_dns_check import Zone

    shop = _workspace(tmp_path)
    monkeypatch.setattr("maracuja.runtime.dns_check.Dns", Zone)
    command = ["email", "dns", "--server", "8.8.4.4", "--workspace", str(shop)]
    told = RUNNER.invoke(cli, command)
    assert told.exit_code == 1
    assert '  shop.example. TXT "v=spf1 ip4:8.8.4.4 ~all"' in told.output
    shown = json.loads(RUNNER.invoke(cli, [*command, "--json"]).output)
    assert [one["what"] for one in shown] == ["SPF", "DKIM", "DMARC", "MX", "reverse DNS"]


def test_the_warm_up_is_shown(tmp_path: Path) -> None:
    shop = _workspace(tmp_path)
    command = ["email", "warm-up", "--workspace", str(shop)]
    assert RUNNER.invoke(cli, command).exit_code != 0
    settings = shop / "maracuja.toml"
    settings.write_text(settings.read_text() + '\n[email]\nwarm_up_from = "2020-05-04"\n')
    told = RUNNER.invoke(cli, command)
    assert "2020-05-05" in told.output and "Nothing has gone out yet." in told.output
    with app.opened(shop) as here, here.store.write() as conn:
        warm_ups.begin(conn, "email", "gmail", Day("2020-05-04", 0, 50, 50))
    shown = json.loads(RUNNER.invoke(cli, [*command, "--json"]).output)
    assert shown["plan"][0] == {"n": 1, "day": "2020-05-04", "messages": 50}
    [gmail] = shown["standing"]
    assert (gmail["provider"], gmail["given"], gmail["next"]) == ("gmail", 50, 75)
    assert "gmail" in RUNNER.invoke(cli, command).output


def test_a_mailbox_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    shop = _workspace(tmp_path)
    with app.opened(shop) as here, here.store.write() as conn:
        health.set_paused(conn, "mailbox", 1, paused=False, reason="mail.example: no way in")
    told = json.loads(RUNNER.invoke(cli, ["check", "--json", "--workspace", str(shop)]).output)
    assert told["mailbox"] == "mail.example: no way in" and told["stopped"] == "nothing"
