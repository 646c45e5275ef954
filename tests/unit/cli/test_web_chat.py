"""Commands about the web chat: the account, the line for the pages, a message as a trial."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.small_shop import command_line, parsed

SECTION = """
[web_chat]
secret = "0123456789abcdef0123456789abcdef"
origins = ["https://shop.example"]
"""


def test_it_is_checked_connected_and_tried(tmp_path: Path) -> None:
    run = command_line(tmp_path)
    run("init")
    file = tmp_path / "maracuja.toml"
    file.write_text(file.read_text(encoding="utf-8") + SECTION, encoding="utf-8")
    listed = {one["channel"]: one for one in parsed(run("channel", "list", "--json"))}
    assert listed["web_chat"]["here"] == "set up"
    assert "in order" in run("channel", "check", "web_chat").stdout
    line = run("channel", "connect", "web_chat").stdout
    assert '<script src="http://127.0.0.1:8080/w/web_chat/main.js" data-key="' in line

    sent = parsed(run("channel", "send-test", "web_chat", "user:u17", "--text", "Hi", "--json"))
    assert sent["verdict"] == "accepted" and sent["raw"] == "line 1"
    nobody = f"guest:{'0' * 32}"
    failed = run("channel", "send-test", "web_chat", nobody, code=1)
    assert "nobody is there any more" in failed.stdout
    wrong = run("channel", "send-test", "web_chat", "u17", code=2)
    assert "guest: and 32 digits, or user: and your id" in wrong.stderr


def test_a_secret_that_can_be_guessed_and_a_site_that_is_none_are_refused(tmp_path: Path) -> None:
    run = command_line(tmp_path)
    run("init")
    file = tmp_path / "maracuja.toml"
    plain = file.read_text(encoding="utf-8")
    for section, words in (
        ('[web_chat]\nsecret = "short"\n', "short enough to guess"),
        (SECTION.replace("shop.example", "shop.example/"), "is no site"),
        (SECTION.replace("https://shop.example", "shop.example"), "is no site"),
        (SECTION.replace("[web_chat]", "[web_chat.blog]"), "web_chat has one account"),
    ):
        file.write_text(f"{plain}\n{section}", encoding="utf-8")
        assert words in run("channel", "list", code=3).stderr
