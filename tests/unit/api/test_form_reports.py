"""What forms came to, by source, over HTTP and on the command line."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from maracuja.cli import cli
from maracuja.store import signups
from maracuja.store.signups import Step
from tests.unit.api.api_world import World
from tests.unit.api.form_world import letters, link_in, press, put_form, send

NEW = "new@shop.example"


def visit(world: World) -> None:
    """Two see the form, one sends it and confirms."""
    put_form(world, origins=["https://shop.example"])
    now_us = int(world.app.clock.now().timestamp() * 1_000_000)
    with world.app.store.write() as conn:
        signups.count(
            conn, {("news", "poster", Step.SHOWN): 2, ("news", "", Step.SHOWN): 5}, now_us
        )
        signups.count(conn, {("news", "poster", Step.BEGUN): 1}, now_us)
    send(world, {"email": NEW, "source": "Poster"})
    press(world, link_in(letters(world)[0]))
    send(world, {"email": "two@shop.example", "source": "poster"})


def test_the_report_counts_by_source(world: World) -> None:
    visit(world)
    found = world.get("/api/forms/news/report")
    poster = found["sources"][0]
    assert poster["source"] == "poster"
    assert (poster["shown"], poster["submitted"], poster["confirmed"]) == (2, 2, 1)
    assert found["total"]["confirmed"] == 1 and found["total"]["shown"] == 7
    (one,) = world.items("/api/forms")
    assert one["id"] == "news" and one["path"] == "/f/news" and one["confirmed"] == 1
    assert world.ask("GET", "/api/forms/none/report").status_code == 404
    assert world.ask("GET", "/api/forms", key=None).status_code == 401


def test_submissions_come_with_what_proves_them(world: World) -> None:
    visit(world)
    found = world.items("/api/forms/news/submissions")
    assert {(one["address"], one["state"]) for one in found} == {
        (NEW, "confirmed"),
        ("two@shop.example", "asked"),
    }
    (done,) = world.items("/api/forms/news/submissions?state=confirmed")
    assert done["how"] == "button" and done["text_version"] == "2026-11" and done["confirmed"]
    assert world.ask("GET", "/api/forms/news/submissions?state=x").status_code == 400
    tags = world.get("/api/forms/news/tags?language=uk")
    assert tags["script"].endswith('/f/news.js" defer></script>')
    assert 'action="http://127.0.0.1:8080/f/news?lang=uk"' in tags["plain"]


def test_looks_are_counted_once_a_second_and_machines_that_only_ask_are_not(world: World) -> None:
    import asyncio

    import httpx

    put_form(world)

    async def look() -> None:
        transport = httpx.ASGITransport(world.server)  # type: ignore[arg-type]
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8080"
        ) as client:
            await client.head("/f/news")
            for _ in range(3):
                await client.get("/f/news?utm_source=Autumn")
            await asyncio.sleep(1.5)

    asyncio.run(look())
    found = world.get("/api/forms/news/report")
    assert [(s["source"], s["shown"]) for s in found["sources"]] == [("autumn", 3)]


def test_sources_that_somebody_makes_up_do_not_fill_the_table(world: World) -> None:
    put_form(world)
    with world.app.store.write() as conn:
        for n in range(signups.SOURCES_MAX + 20):
            signups.count(conn, {("news", f"s{n}", Step.SHOWN): 1}, 1)
        found = signups.counts(conn)
    assert len(found) == signups.SOURCES_MAX + 1
    assert next(c.n for c in found if c.source == signups.OTHERS) == 20


def test_the_commands_say_the_same(world: World) -> None:
    visit(world)
    place = str(world.app.config.directory)

    def run(*words: str) -> str:
        done = CliRunner().invoke(cli, ["form", *words, "--workspace", place])
        assert done.exit_code == 0, done.output
        return done.output

    assert "news" in run("list", "--days", "3650")
    shown = json.loads(run("show", "news", "--days", "3650", "--json"))
    assert shown["total"]["submitted"] == 2
    assert "poster" in run("show", "news", "--days", "3650")
    out = world.app.config.directory / "form.html"
    told = run("preview", "news", "--language", "uk", "--country", "de", "--out", str(out))
    assert "Fruit & Co може мені писати." in told and "/f/news.js" in told
    assert "<h1>Коли приїде маракуя</h1>" in out.read_text(encoding="utf-8")
