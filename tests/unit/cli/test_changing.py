"""Commands that change something: each says what it did, and is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from maracuja import app
from maracuja.cli import profiles
from maracuja.store import audit
from tests.unit.cli.small_shop import DEFINITIONS, Run, command_line, parsed, work


def test_an_import_counts_and_refuses_with_reasons(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("id;Email;Имя\nn1;n1@mail.example;Ольга\nn2;no address;Іван\n", "cp1251")
    only = parsed(run("import", "people", str(file), "--dry-run", "--json"))
    assert (only["rows"], only["taken"], only["new"]) == (2, 2, 0)
    text = run("import", "people", str(file)).stdout
    assert "2 of 2 rows taken" in text and "no e-mail address" in text
    assert Path(f"{file}.refused.csv").is_file()
    assert "already" in run("import", "people", str(file), code=2).stderr
    assert parsed(run("import", "people", str(file), "--again", "--json"))["new"] == 0


def test_a_mapping_may_not_name_what_the_file_has_not(run: Run, tmp_path: Path) -> None:
    file, mapping = tmp_path / "p.csv", tmp_path / "map.yaml"
    file.write_text("id,email\n1,a@b.example\n", encoding="utf-8")
    mapping.write_text("columns: {Mail: email}\n", encoding="utf-8")
    refused = run("import", "people", str(file), "--map", str(mapping), code=2)
    assert "no column `Mail`" in refused.stderr
    mapping.write_text("colums: {}\n", encoding="utf-8")
    refused = run("import", "people", str(file), "--map", str(mapping), code=2)
    assert "colums" in refused.stderr
    mapping.write_text("- 1\n", encoding="utf-8")
    run("import", "people", str(file), "--map", str(mapping), code=2)
    run("import", "people", str(tmp_path / "none.csv"), code=2)
    run("import", "cats", str(file), code=2)


def test_options_win_over_the_mapping(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text("id,phone,consent.news.email\nz1,(0)20 7946 0958,yes\n", encoding="utf-8")
    told = ["--consent-source", "fair", "--consent-at", "2026-05-01", "--country", "GB"]
    assert parsed(run("import", "people", str(file), *told, "--json"))["unproven"] == 0
    (word,) = parsed(run("consent", "show", "z1", "--json"))
    assert (word["state"], word["source"]) == ("opted_in", "fair")
    shown = parsed(run("profile", "show", "z1", "--json"))["person"]
    assert shown["addresses"]["phone"] == "+442079460958"


def test_products_are_imported(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "goods.csv"
    file.write_text("sku,title,price\np1,Rod,12.50\n", encoding="utf-8")
    assert parsed(run("import", "products", str(file), "--currency", "EUR", "--json"))["new"] == 1


def test_definitions_go_out_and_come_back(run: Run, shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert parsed(run("export", "definitions", str(out), "--json"))["written"] == 5
    changes = parsed(run("apply", str(out), "--json"))
    assert {change["what"] for change in changes} == {"unchanged"}
    goal = out / "goals" / "order.yaml"
    goal.write_text(goal.read_text(encoding="utf-8") + "name: An order\n", encoding="utf-8")
    assert "1 would change, 4 are as before" in run("apply", str(out), "--dry-run").stdout
    assert "changed  goal  order" in run("apply", str(out)).stdout
    stale = shop / "definitions" / "all.yaml"
    stale.write_text(DEFINITIONS.replace("id: order", "id: order\nname: Other"), encoding="utf-8")
    assert "Export the definitions" in run("apply", str(stale.parent), code=5).stderr


def test_prune_deletes_what_no_file_holds(run: Run, shop: Path) -> None:
    (shop / "definitions" / "more.yaml").write_text("kind: topic\nid: extra\n", encoding="utf-8")
    run("apply", str(shop / "definitions"))
    (shop / "definitions" / "more.yaml").unlink()
    changes = parsed(run("apply", str(shop / "definitions"), "--prune", "--json"))
    assert [c["id"] for c in changes if c["what"] == "deleted"] == ["extra"]


def test_a_bad_definition_says_where(run: Run, shop: Path) -> None:
    (shop / "definitions" / "bad.yaml").write_text("kind: segment\nid: x\n", encoding="utf-8")
    refused = run("apply", str(shop / "definitions"), code=2)
    assert "bad.yaml" in refused.stderr


def test_one_campaign_is_launched_paused_resumed_and_cancelled(run: Run, shop: Path) -> None:
    assert "already" in run("campaign", "launch", "hello", code=5).stderr
    text = DEFINITIONS.replace("kind: campaign\nid: hello", "kind: campaign\nid: second")
    (shop / "definitions" / "all.yaml").write_text(text, encoding="utf-8")
    run("apply", str(shop / "definitions"))
    assert "second is launched" in run("campaign", "launch", "second").stdout
    run("campaign", "pause", "second")
    assert "was there to pause" in run("campaign", "pause", "second").stdout
    for what, state in (("resume", "scheduled"), ("cancel", "cancelled")):
        (changed,) = parsed(run("campaign", what, "second", "--json"))
        assert changed["state"] == state
    assert "open" in run("campaign", "pause", "second", code=4).stderr
    run("campaign", "resume", "none", code=4)


def test_one_command_stops_all_sending(run: Run, shop: Path) -> None:
    assert "lunch" in run("stop", "--reason", "lunch").stdout
    assert parsed(run("campaign", "status", "--json"))["sending"]["stopped"]
    text = DEFINITIONS.replace("kind: campaign\nid: hello", "kind: campaign\nid: second")
    (shop / "definitions" / "all.yaml").write_text(text, encoding="utf-8")
    run("apply", str(shop / "definitions"))
    assert "All sending is stopped" in run("campaign", "launch", "second").stdout
    assert not work(shop).received
    assert "Nothing is stopped" in run("go-on").stdout
    assert work(shop).received
    assert "email is stopped: slow" in run("stop", "--channel", "email", "--reason", "slow").stdout
    assert parsed(run("go-on", "--channel", "email", "--json"))["channels"] == {}
    run("stop", "--channel", "pigeon", code=4)


def test_consent_is_said_and_counts(run: Run) -> None:
    refused = run("consent", "set", "c1", "news", "opted_in", code=2)
    assert "without a source" in refused.stderr
    run("consent", "set", "c1", "cats", "opted_out", code=4)
    run("consent", "set", "c1", "news", "opted_out", "--at", "yesterday", code=2)
    run("consent", "set", "c1", "news", "opted_out", "--at", "2026-06-01T10:00+03:00")
    words = parsed(run("consent", "show", "c1", "--json"))
    assert [(w["state"], w["in_force"]) for w in words] == [
        ("opted_in", False),
        ("opted_out", True),
    ]
    assert words[1]["at"].startswith("2026-06-01T07:00")
    assert "●" in run("consent", "show", "c1").stdout


def test_an_address_is_suppressed_and_let_again(run: Run) -> None:
    run("suppress", "add", "c1", "--reason", "asked by phone", "--marketing-only")
    (one,) = parsed(run("suppress", "list", "--json"))
    assert (one["channel"], one["scope"], one["words"]) == ("email", "marketing", "asked by phone")
    assert "asked by phone" in run("profile", "show", "c1").stdout
    run("suppress", "lift", "c1")
    assert "No address is suppressed" in run("suppress", "list").stdout
    run("suppress", "lift", "c1", code=4)


def test_a_person_is_erased_where_no_worker_is(run: Run) -> None:
    assert "Say --yes" in run("profile", "erase", "c2", "--json", code=2).stderr
    assert "Erase person" in run("profile", "erase", "c2", code=1, stdin="n\n").stderr
    certificate = parsed(run("profile", "erase", "c2", "--yes", "--json"))
    assert certificate["tables"]["profiles"] == 1
    run("profile", "show", "c2", code=4)


def test_a_worker_erases_by_itself(run: Run, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "WAIT_S", 1)
    with app.opened(shop) as here:
        worker = app.make_worker(here, holder="test")
        assert "command 1" in run("profile", "erase", "c2", "--yes").stdout
        worker.settle(here.clock.now())
        worker.close()
    run("profile", "show", "c2", code=4)


def test_two_people_become_one(run: Run) -> None:
    run("profile", "merge", "c0", "c1", "--json", code=2)
    kept = parsed(run("profile", "merge", "c0", "c1", "--yes", "--json"))["pid"]
    shown = parsed(run("profile", "show", "c1", "--json"))["person"]
    assert shown["pid"] == kept
    assert {one["value"] for one in shown["identities"]} >= {"c0", "c1"}
    run("profile", "merge", "c0", "c1", "--yes", code=5)


def _audited(shop: Path, lines: int) -> list[tuple[str, str, object]]:
    """The last lines of the audit log, oldest first: action, subject, detail."""
    with app.opened(shop) as here, here.store.read() as conn:
        found = audit.newest(conn, rows_max=lines)
        return [(one.action, one.subject, one.detail) for one in reversed(found)]


def test_keys_are_made_listed_and_revoked(run: Run, shop: Path) -> None:
    made = parsed(run("key", "create", "browser", "--name", "site", "--json"))
    assert made["key"].startswith("mrc_browser_") and made["signing_secret"]
    assert "mrc_admin_" in run("key", "create", "admin").stdout
    run("key", "revoke", made["id"])
    listed = {key["id"]: key for key in parsed(run("key", "list", "--json"))}
    assert listed[made["id"]]["revoked"] and listed[made["id"]]["name"] == "site"
    assert made["key"] not in run("key", "list").stdout
    run("key", "revoke", made["id"], code=4)
    first, *_, last = _audited(shop, 3)  # told as of keys that the API makes
    subject = f"key:{made['id']}"
    assert first == ("create_key", subject, {"kind": "browser", "name": "site"})
    assert last == ("revoke_key", subject, None)


def test_events_put_aside_are_listed_and_played_again(run: Run, shop: Path) -> None:
    from maracuja.model import micros
    from maracuja.store import inbox

    with app.opened(shop) as here, here.store.write_inbox() as conn:
        body = b'{"userId": "c1"}'
        now_us = micros(here.clock.now())
        inbox.append(conn, [inbox.Request(now_us, "track", "server", b"{}", body)])
    assert "No event waits" in run("events", "refused").stdout
    work(shop)
    found = parsed(run("events", "refused", "--json"))
    assert sum(found["waiting"].values()) == 1
    assert found["events"][0]["reason"].startswith("A track call needs")
    assert "A track call needs" in run("events", "refused").stdout
    assert parsed(run("events", "replay", "--json")) == {"replayed": 1}
    assert parsed(run("events", "refused", "--json"))["events"] == []
    assert len(parsed(run("events", "refused", "--all", "--json"))["events"]) == 1
    run("events", "replay", "99", code=4)


def test_a_trait_is_declared_sensitive(run: Run, shop: Path) -> None:
    run("traits", "privacy", "city", "sensitive")
    listed = parsed(run("traits", "--scope", "trait", "--json"))
    assert {one["name"]: one["privacy"] for one in listed}["city"] == "sensitive"
    run("traits", "privacy", "town", "sensitive", code=4)
    run("traits", "privacy", "city", "secret", code=2)
    assert _audited(shop, 1) == [("set_privacy", "trait:city", "sensitive")]


def test_a_backup_is_restored_without_the_erased(run: Run, tmp_path: Path, shop: Path) -> None:
    saved, new = tmp_path / "saved", tmp_path / "new"
    assert parsed(run("backup", str(saved), "--json"))["rows"]["profiles"] > 0
    run("backup", str(saved), code=5)
    run("profile", "erase", "c2", "--yes")
    fresh = command_line(new)
    assert "--no-erasure-log" in fresh("restore", str(saved), code=2).stderr
    log = str(shop / "erasures.jsonl")
    done = parsed(fresh("restore", str(saved), "--erasure-log", log, "--json"))
    assert done["erasures"] == 1
    fresh("profile", "show", "c2", code=4)
    fresh("profile", "show", "c4")
    assert parsed(fresh("campaign", "status", "--json"))["sending"]["stopped"]


def test_a_backup_comes_back_in_words(run: Run, tmp_path: Path) -> None:
    assert "each with its sum" in run("backup", str(tmp_path / "saved")).stdout
    fresh = command_line(tmp_path / "new")
    assert "restored" in fresh("restore", str(tmp_path / "saved"), "--no-erasure-log").stdout
    assert "where" in run("migrate", "sqlite", code=3).stderr


@pytest.mark.postgresql
def test_a_workspace_moves_to_postgresql(run: Run, postgresql_url_or_none: str | None) -> None:
    if postgresql_url_or_none is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    text = run("migrate", postgresql_url_or_none).stdout
    assert "as many as before" in text
    run("profile", "show", "c2")


def test_a_campaign_is_held_to_the_tone_of_the_shop(run: Run, shop: Path) -> None:
    tone = shop / "definitions" / "tone.yaml"
    tone.write_text("kind: tone\nid: house\nforbidden: [hello]\n", encoding="utf-8")
    run("apply", str(shop / "definitions"))
    text = run("campaign", "check", "hello").stdout
    assert "Nothing is wrong with it." in text and "! «Hello» is forbidden" in text
    assert parsed(run("campaign", "check", "hello", "--json"))["advice"][0]["code"] == "forbidden"
    tone.write_text(tone.read_text() + "refuse: [forbidden]\n", encoding="utf-8")
    run("apply", str(shop / "definitions"))
    assert "«Hello» is forbidden" in run("campaign", "check", "hello", code=2).stdout
    assert "«Hello» is forbidden" in run("template", "check", "hello", code=2).stdout
    assert "«Hello» is forbidden" in run("campaign", "launch", "hello", code=2).stderr
