"""What a campaign's mails are told before a launch, on the command line."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from maracuja.runtime import spamd
from maracuja.runtime.spamd import Rule, SpamScore
from tests.unit.cli.small_shop import Run, parsed


def _loud(shop: Path, run: Run) -> None:
    (shop / "loud").mkdir()
    (shop / "loud" / "hello.yaml").write_text(
        "kind: template\nid: loud\nlanguage: en\nvariants:\n  - language: en\n"
        '    subject: "LAST CHANCE TO BUY"\n'
        '    text: "Look: https://bit.ly/x {{ links.unsubscribe }}"\n'
        "---\nkind: campaign\nid: loud\ntopic: news\naudience: lviv\ntemplate: loud\n"
        "goals: [order]\n"
    )
    run("apply", str(shop / "loud"))


def test_a_check_tells_the_signs_of_spam(shop: Path, run: Run) -> None:
    _loud(shop, run)
    told = parsed(run("campaign", "check", "loud", "--json"))["advice"]
    assert {one["code"] for one in told} >= {"subject_capitals", "shortener", "no_address"}
    assert "the subject shouts" in run("campaign", "dry-run", "loud").stdout


def test_a_score_is_shown_with_what_to_do(
    shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / "maracuja.toml").write_text(
        (shop / "maracuja.toml").read_text().replace("[email]", '[email]\nspamd = "127.0.0.1:1"')
    )
    assert "SpamAssassin at 127.0.0.1:1" in run("campaign", "check", "hello").stdout
    given: list[bytes] = []

    def scored(server: str, mail: bytes) -> SpamScore:
        given.append(mail)
        return SpamScore(4.2, 5.0, (Rule(1.5, "SUBJ_ALL_CAPS", "Subject is all capitals"),))

    monkeypatch.setattr("maracuja.runtime.mail_advice.ask", scored)
    told = parsed(run("campaign", "check", "hello", "--json"))["advice"]
    [score] = [one for one in told if one["code"] == "spam_score"]
    assert score["level"] == "warning"
    assert "SpamAssassin gives it 4.2; from 5 on it is spam: 1.5 SUBJ_ALL_CAPS" in score["message"]
    assert score["fix"] == "Write the subject as you would say it."
    assert b"List-Unsubscribe: <" in given[0] and b"\r\nSubject: " in given[0]
    assert "SpamAssassin gives it 4.2" in run("campaign", "dry-run", "hello").stdout


@pytest.mark.slow
def test_a_real_spamassassin_is_asked(shop: Path, run: Run, tmp_path: Path) -> None:
    program = shutil.which("spamd", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("SpamAssassin is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    at = f"127.0.0.1:{port}"
    command = [program, "-L", "-x", "-m", "1", "--listen", at, "--syslog=null"]
    command += ["--pidfile", str(tmp_path / "pid")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(400):
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)  # noqa: TID251
        (shop / "maracuja.toml").write_text(
            (shop / "maracuja.toml").read_text().replace("[email]", f'[email]\nspamd = "{at}"')
        )
        _loud(shop, run)
        told = parsed(run("campaign", "check", "loud", "--json"))["advice"]
        [score] = [one for one in told if one["code"] == "spam_score"]
        assert "SUBJ_ALL_CAPS" in score["message"]
        assert spamd.ask(at, b"Subject: hi\r\n\r\nhello\r\n").threshold == 5.0
    finally:
        server.terminate()
        server.wait(20)


def test_links_are_followed_where_that_is_asked(
    shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Every link leads where it says." in run("campaign", "check-links", "hello").stdout
    _loud(shop, run)
    asked: list[str] = []

    def checked(urls: list[str], *, private: bool) -> list[object]:
        from maracuja.runtime.link_check import LinkSeen

        asked.extend(urls)
        return [LinkSeen(url, 404, url, 0, "answers 404") for url in urls]

    monkeypatch.setattr("maracuja.runtime.mail_advice.check_links", checked)
    told = parsed(run("campaign", "check-links", "loud", "--json"))["findings"]
    assert asked == ["https://bit.ly/x"]
    assert [one["code"] for one in told] == ["broken_link"]
    assert "answers 404" in run("campaign", "check-links", "loud").stdout
