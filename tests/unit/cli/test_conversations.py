"""Conversations by command: what people wrote is listed, shown and answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from maracuja import app
from maracuja.channels.heard import Attachment, Heard, HeardKind
from maracuja.content import MediaKind
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.model import micros
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.telegram import TelegramVendor
from maracuja.store import audit, inbox
from tests.contract.channel_cases.telegram import CASE
from tests.unit.cli.small_shop import Run, command_line, parsed

SECTION = "\n".join(f"{name} = {value!r}" for name, value in CASE.section.items())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A shop with a Telegram bot, to which nobody has written yet."""
    made = tmp_path / "shop"
    command_line(made)("init", "--name", "Passion fruit")
    settings = made / "maracuja.toml"
    settings.write_text(f"[telegram]\n{SECTION}\n".replace("'", '"'), encoding="utf-8")
    return made


@pytest.fixture
def run(place: Path) -> Run:
    return command_line(place)


def write(place: Path, *heard: Heard) -> TelegramVendor:
    """People write, and the worker does all that is due; the vendor that was sent to."""
    with app.opened(place) as here:
        now = here.clock.now()
        context, body = encode_heard(heard, "telegram", "main")
        with here.store.write_inbox() as conn:
            inbox.append(conn, [inbox.Request(micros(now), CALL, "internal", context, body)])
        assert CASE.vendor is not None
        vendor = CASE.vendor(0, Faults())
        assert isinstance(vendor, TelegramVendor)
        worker = app.make_worker(here, holder="test", transports={"telegram": vendor})
        try:
            worker.settle(here.clock.now())
        finally:
            worker.close()
    return vendor


def word(text: str, key: str = "1", chat: str = "1000", **more: object) -> Heard:
    return Heard(
        kind=HeardKind.MESSAGE,
        key=key,
        at_us=1_795_000_000_000_000,
        address=chat,
        text=text,
        **more,  # type: ignore[arg-type]
    )


def test_what_people_wrote_is_listed_and_shown(run: Run, place: Path) -> None:
    assert "Nobody has written" in run("conversation", "list").stdout
    picture = Attachment(kind=MediaKind.PICTURE, reference="AgAC")
    write(
        place,
        word("Where is\nmy order?", observed={"first_name": "Maria"}),
        word("", "2", attachments=(picture,)),
        word("Hi", "3", "2000"),
    )
    text = run("conversation", "list").stdout
    assert "Maria" in text and "open" in text and "[picture]" in text
    first = run("conversation", "list", "--limit", "1").stdout
    assert "There are more" in first
    page = parsed(run("conversation", "list", "--limit", "1", "--json"))
    rest = parsed(run("conversation", "list", "--cursor", page["next"], "--json"))
    found = {one["address"]: one for one in page["conversations"] + rest["conversations"]}
    maria = found["1000"]
    assert (maria["unread"], maria["state"]) == (2, "open")
    shown = run("conversation", "show", maria["id"][:8]).stdout
    assert "Maria (pid" in shown and "[picture] AgAC" in shown
    assert run("conversation", "show", maria["id"], "--limit", "1").stdout.count("--after 1") == 1
    thread = parsed(run("conversation", "show", maria["id"], "--after", "1", "--alone", "--json"))
    assert [turn["seq"] for turn in thread["thread"]["turns"]] == [2]
    assert thread["messages"] == []


def test_filters(run: Run, place: Path) -> None:
    write(place, word("one"), word("two", "2", "2000"))
    (talk, other) = parsed(run("conversation", "list", "--json"))["conversations"]
    assert "with Anna" in run("conversation", "assign", talk["id"], "Anna").stdout
    mine = parsed(run("conversation", "list", "--assignee", "Anna", "--json"))
    assert [one["id"] for one in mine["conversations"]] == [talk["id"]]
    free = parsed(run("conversation", "list", "--assignee", "", "--json"))
    assert [one["id"] for one in free["conversations"]] == [other["id"]]
    words = ("conversation", "list", "--person", f"pid:{talk['pid']}", "--channel", "telegram")
    assert len(parsed(run(*words, "--json"))["conversations"]) == 1
    run("conversation", "list", "--person", "nobody", code=4)


def test_an_answer_goes_out_and_the_conversation_is_closed(run: Run, place: Path) -> None:
    write(place, word("Hello?"))
    (talk,) = parsed(run("conversation", "list", "--json"))["conversations"]
    number = talk["id"][:8]
    said = ("conversation", "answer", number, "Hello, Maria.", "--as", "Anna", "--key", "k")
    assert "Turn 2, to telegram" in run(*said).stdout
    assert parsed(run(*said, "--json"))["seq"] == 2
    refused = run("conversation", "answer", number, "Hi", "--as", "Boris", "--after", "1", code=5)
    assert "Anna has answered since" in refused.stderr
    vendor = write(place)
    assert [body["text"] for _, _, body in vendor.shown] == ["Hello, Maria."]
    shown = run("conversation", "show", number).stdout
    assert "Anna" in shown and "sent" in shown and "waiting" in shown
    assert "closed, with nobody" in run("conversation", "close", number).stdout
    assert parsed(run("conversation", "close", number, "--json"))["state"] == "closed"
    with app.opened(place) as here, here.store.read() as conn:
        lines = audit.newest(conn, subject=f"conversation:{talk['id']}")
    assert [line.action for line in lines] == ["conversation.state", "conversation.answer"]


def test_an_id_is_told_by_its_beginning(run: Run, place: Path) -> None:
    run("conversation", "show", "abcd", code=4)
    run("conversation", "show", "abc", code=2)
    run("conversation", "close", "not an id", code=2)
    write(place, *(word(f"{n}", f"{n}", f"{n}") for n in range(1, 60)))
    found = parsed(run("conversation", "list", "--limit", "200", "--json"))["conversations"]
    beginnings = [one["id"][:4] for one in found]
    shared = [one for one in beginnings if beginnings.count(one) > 1]
    assert shared, "ids come from what was said: the same ones in every run"
    assert "Several" in run("conversation", "show", shared[0], code=2).stderr
    run("conversation", "show", found[0]["id"][:12], "--alone")
