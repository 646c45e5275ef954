"""The commands `wear-out` and `after-click` in a shop that has sent one campaign."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.small_shop import command_line, parsed


def test_one_message_wears_nothing_out(spoken: Path) -> None:
    look = command_line(spoken)
    assert parsed(look("wear-out", "--json")) == []
    assert "Nobody has got a text or a tactic twice yet" in look("wear-out").stdout
    (named,) = parsed(look("wear-out", "--template", "hello", "--json"))
    assert (named["name"], named["tactic"], named["wear"]) == ("hello", False, "not_enough")
    missing = look("wear-out", "--tactic", "none", code=4)
    assert "with the tactic `none`" in missing.stderr


def test_where_nobody_clicked_nothing_followed(spoken: Path) -> None:
    look = command_line(spoken)
    assert parsed(look("after-click", "--json")) == []
    assert "Nobody has clicked" in look("after-click", "--campaign", "hello").stdout
    assert "No campaign `none`" in look("after-click", "--campaign", "none", code=4).stderr
