"""The team by command."""

from __future__ import annotations

from tests.unit.cli.small_shop import Run, parsed


def test_people_are_invited_changed_and_removed(run: Run) -> None:
    assert "Nobody works here yet" in run("team", "list").stdout
    first = parsed(run("team", "invite", "Olena@shop.example", "--role", "owner", "--json"))
    again = run("team", "invite", "olena@shop.example").stdout
    assert "within a week" in again and first["token"] not in again
    run("team", "invite", "ivan@shop.example", "--role", "operator", "--right", "sending=write")
    shown = run("team", "list").stdout
    assert "ivan@shop.example" in shown and "sending=write" in shown
    changed = parsed(
        run("team", "change", "ivan@shop.example", "--role", "analyst", "--off", "--json")
    )
    assert (changed["role"], changed["state"], changed["rights"]["sending"]) == (
        "analyst",
        "off",
        2,
    )
    run("team", "reset-factor", "ivan@shop.example")
    assert "works here no more" in run("team", "remove", "ivan@shop.example").stdout
    run("team", "remove", "ivan@shop.example", code=4)
    assert (
        "is no right" in run("team", "invite", "x@shop.example", "--right", "all", code=2).output
    )
    assert len(parsed(run("team", "list", "--json"))) == 1
