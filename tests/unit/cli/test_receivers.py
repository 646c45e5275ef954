"""Who is told what becomes of single messages, by command."""

from __future__ import annotations

from pathlib import Path

from maracuja import app as composition
from maracuja.model import Status
from maracuja.store import posted, status_calls
from maracuja.store.posted import Posted
from tests.unit.cli.small_shop import command_line, parsed


def test_who_does_not_listen_to_statuses_is_shown(tmp_path: Path) -> None:
    run = command_line(tmp_path)
    run("init")
    assert parsed(run("channel", "receivers", "--json")) == []
    with composition.opened(tmp_path) as app, app.store.write() as conn:
        row = Posted(b"m" * 16, b"", 1, 1, 2, "email", "a@b", "email", b"{}")
        posted.add(conn, row)
        status_calls.listen(conn, row.message, "https://deaf.example/told")
        status_calls.add(conn, [status_calls.New(row.message, Status.QUEUED, 1)])
        (call,) = status_calls.due(conn, 2)
        status_calls.later(conn, call, 3, "503 not today")
    (told,) = parsed(run("channel", "receivers", "--json", code=1))
    assert (told["host"], told["waiting"], told["failing"]) == ("deaf.example", 1, 1)
    shown = run("channel", "receivers", code=1).stdout
    assert "deaf.example" in shown and "503 not today" in shown
