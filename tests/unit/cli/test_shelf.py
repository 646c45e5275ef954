"""The working day by command: the shelf, a trial on oneself, the calendar, growth, webhooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from maracuja.cli import cli
from maracuja.model import SendResult, Status, Verdict
from maracuja.runtime import channel_trial
from tests.unit.cli.small_shop import Run, parsed, work

INBOUND = """
kind: inbound
id: crm
calls:
- {type: track, event: Deal Won, user_id: $.who}
example: {who: c3}
---
kind: outbound
id: bi
url: https://bi.shop.example/told
events: [Deal Won]
"""


def test_campaigns_are_copied_labelled_noted_and_put_away(run: Run) -> None:
    made = run("campaign", "clone", "hello", "hello-2", "--with-texts", "--name", "Again").stdout
    assert "kind: template" in made and "id: hello-2" in made and "name: Again" in made
    assert "b & c" in run("campaign", "label", "hello-2", "a", "b & c").stdout
    assert parsed(run("campaign", "label", "hello-2", "--remove", "a", "--json"))["labels"] == [
        "b & c"
    ]
    run("campaign", "note", "hello-2", "Write on [Fridays]")
    assert "Write on [Fridays]" in run("campaign", "note", "hello-2").stdout
    assert "Nothing was noted" in run("campaign", "note", "hello").stdout
    listed = parsed(run("campaign", "list", "--json"))
    assert {one["id"]: one["labels"] for one in listed} == {"hello": [], "hello-2": ["b & c"]}
    assert "hello-2" in run("campaign", "list", "--label", "b & c").stdout
    run("campaign", "archive", "hello-2")
    assert "hello-2" not in run("campaign", "list").stdout
    assert "hello-2" in run("campaign", "list", "--archived").stdout
    assert "archive" in run("campaign", "launch", "hello-2", code=5).output
    assert "back on the list" in run("campaign", "archive", "hello-2", "--undo").stdout


def test_a_campaign_is_sent_to_oneself(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, str]] = []

    def take(
        channel: object, transport: object, address: str, content: object, now: object
    ) -> object:
        sent.append((address, content.subject))  # type: ignore[attr-defined]  # Content
        verdict = Verdict.TEMPORARY if "full" in address else Verdict.ACCEPTED
        return SendResult(verdict=verdict, status=Status.SENT, raw="250 taken")

    monkeypatch.setattr(channel_trial, "send_now", take)
    shown = run(
        "campaign", "send-to-me", "hello", "--to", "me@shop.example", "--to", "c1@mail.example"
    )
    assert "somebody invented" in shown.stdout and "250 taken" in shown.stdout
    assert [address for address, _ in sent] == ["me@shop.example", "c1@mail.example"]
    assert all(subject.startswith("[Test] ") for _, subject in sent)
    assert "Name1" in sent[1][1] or "Name1" not in sent[0][1]
    run("campaign", "send-to-me", "hello", "--to", "full@shop.example", code=1)
    run("campaign", "send-to-me", "hello", "--to", "a@b.example", "--variant", "none", code=4)
    before = parsed(run("profile", "show", "c1", "--json"))
    run("campaign", "send-to-me", "hello", "--to", "x@shop.example", "--for", "c1")
    assert parsed(run("profile", "show", "c1", "--json")) == before


def test_the_calendar_and_growth_are_shown(run: Run, tmp_path: Path) -> None:
    ics = tmp_path / "all.ics"
    shown = run("calendar", "--ics", str(ics)).stdout
    assert "hello" in shown and "Written" in shown
    assert ics.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert parsed(run("calendar", "--quick", "--json"))["overlaps"] is None
    grown = parsed(run("growth", "news", "--days", "300", "--step", "month", "--json"))
    assert grown["periods"][-1]["reachable"] == 39
    assert grown["sources"] == [
        {
            "source": "shop",
            "gained": 39,
            "lost_later": 0,
            "stays": 39,
            "cost": None,
            "cost_each": None,
        }
    ]
    assert "reachable at its end" in run("growth", "news", "--days", "300").stdout


def test_webhooks_are_tried_listed_and_told_again(run: Run, shop: Path, tmp_path: Path) -> None:
    (shop / "definitions" / "hooks.yaml").write_text(INBOUND, encoding="utf-8")
    run("apply", str(shop / "definitions"))
    assert "userId: c3" in run("inbound", "try", "crm").stdout
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"nobody": 1}), encoding="utf-8")
    assert "nobody is named" in run("inbound", "try", "crm", str(other), code=2).stdout
    assert "http" in run("inbound", "secret", "crm").stdout
    (listed,) = parsed(run("inbound", "list", "--json"))
    assert listed["url"].endswith("/h/crm")
    assert "crm" in run("inbound", "list").stdout
    assert "Nothing was told" in run("inbound", "calls").stdout
    assert "0 will be read again" in run("inbound", "replay", "crm", "--all").stdout
    other.write_text(json.dumps({"email": "a@b.example"}), encoding="utf-8")
    suggested = tmp_path / "suggested.yaml"
    suggested.write_text(suggested_for(other), encoding="utf-8")
    assert "a@b.example" in run("inbound", "try", str(suggested)).stdout
    assert "bi" in run("outbound", "list").stdout
    assert len(parsed(run("outbound", "secret", "bi", "--json"))["secrets"][0]) == 64
    assert parsed(run("outbound", "retry", "bi", "--json")) == {"count": 0}
    run("outbound", "secret", "nothing", code=4)
    work(shop)


def suggested_for(file: Path) -> str:
    """What `inbound suggest` prints: it needs no workspace."""
    found = CliRunner().invoke(cli, ["inbound", "suggest", str(file), "--id", "other"])
    assert found.exit_code == 0, found.output
    return found.stdout
