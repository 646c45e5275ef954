"""SMPP against an SMSC that others wrote: the npm package smpp."""

from __future__ import annotations

import asyncio
import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from maracuja.channels.heard import Heard, HeardKind
from maracuja.channels.sms import Sms
from maracuja.channels.sms_settings import SmsSettings
from maracuja.content import Content
from maracuja.model import Address, Message, Status, Verdict
from maracuja.rng import make_id
from maracuja.runtime.smpp import SmppTransport
from tests.contract.node_peer import npm_install

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HERE = Path(__file__).parent / "smpp_smsc"
PACKAGE = "smpp@0.5.1"
LONG = "Привіт, Маріє! Маракуйя вже тут 😀, приходьте по неї щодня до вечора, ми чекаємо на вас! "

pytestmark = [pytest.mark.slow, pytest.mark.node]


class Smsc:
    """The SMSC in a process of Node.js; `says` has what it said, in order."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self._seen: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(json.loads(line))

    def end(self) -> None:
        """End the process; all that it said has been read then."""
        self._process.terminate()
        self._reader.join(20)

    def wait(self, key: str) -> Any:
        """The next thing said that has this key."""
        while True:
            said = self._lines.get(timeout=20)
            assert "error" not in said, said
            if key in said:
                return said

    def tell(self, **what: Any) -> None:
        """Let it send a deliver_sm, or end the line."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return npm_install(tmp_path_factory.mktemp("smpp"), PACKAGE) / "smpp"


@contextmanager
def opened(
    package: Path, **settings: Any
) -> Iterator[tuple[Smsc, Sms, SmppTransport, list[Heard]]]:
    process = subprocess.Popen(
        ["node", str(HERE / "smsc.cjs"), str(package)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        smsc = Smsc(process)
        values = {
            "driver": "smpp", "host": "127.0.0.1", "port": smsc.wait("port")["port"],
            "system_id": "shop", "password": "secret", "sender": "MARACUJA",
            "ids_in_answers": "hex", **settings,
        }  # fmt: skip
        channel = Sms(msgspec.convert(values, SmsSettings))
        heard: list[Heard] = []
        transport = SmppTransport(channel, lambda: NOW, heard.extend, back_off_s=(0.1,))
        try:
            yield smsc, channel, transport, heard
        finally:
            transport.stop()
            smsc.end()


class Course:
    """Lets everything go."""

    urgent = False

    def halted(self) -> bool:
        return False

    async def begin(self, numbers: Any) -> bool:
        return True

    def answered(self, number: int, answer: Any) -> None:
        """Keeps nothing."""


def wire(channel: Sms, text: str, number: str = "+380501234567") -> Any:
    message = Message(
        id=make_id("m", text),
        pid=7,
        channel="sms",
        to=Address(kind="phone", value=number),
        content=Content(text=text),
        campaign="c",
        topic="t",
        marketing=False,
        language="uk",
        run=3,
    )
    return channel.encode(message, NOW)


def send(transport: SmppTransport, *wires: Any) -> list[Any]:
    return asyncio.run(transport.send(wires, Course()))


def test_short_texts_receipts_and_refusals(package: Path) -> None:
    with opened(package) as (smsc, channel, transport, heard):
        answers = send(
            transport,
            wire(channel, "Hello [€] "),
            wire(channel, "Привіт 😀"),
            wire(channel, "Hello", "+380501234513"),
        )
        assert smsc.wait("bind") == {"bind": "shop", "version": 0x34, "known": True}
        told = {said["text"]: said for said in (smsc.wait("to") for _ in range(3))}
        assert told["Hello [€] "]["coding"] == 0 and told["Привіт 😀"]["coding"] == 8
        assert {(said["from"], said["ton"]) for said in told.values()} == {("MARACUJA", 5)}
        results = [channel.decode(answer) for answer in answers]
        assert [r.verdict for r in results] == [
            Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.PERMANENT,
        ]  # fmt: skip
        assert smsc.wait("answered")["answered"] == 0
        assert smsc.wait("answered")["answered"] == 0
        assert {h.status for h in heard} == {Status.DELIVERED}
        assert {h.vendor_id for h in heard} == {r.vendor_id for r in results[:2]}
        assert {h.reference.partition(".")[2] for h in heard} == {"7.3"}


@pytest.mark.parametrize(
    ("how", "size"), [("udh8", 67), ("udh16", 66), ("sar", 67), ("payload", 10_000)]
)
def test_long_texts_are_read_whole_by_others(package: Path, how: str, size: int) -> None:
    text = LONG * 3
    with opened(package, long_messages=how) as (smsc, channel, transport, _):
        made = wire(channel, text)
        (answer,) = send(transport, made)
        assert channel.decode(answer).verdict is Verdict.ACCEPTED
        said = [smsc.wait("to") for _ in made.parts]
        assert "".join(one["text"] or one["payload"] for one in said) == text
        units = [len((one["text"] or one["payload"]).encode("utf-16-be")) // 2 for one in said]
        assert max(units) <= size
        if how.startswith("udh"):
            assert {one["esm"] for one in said} == {0x40}
            places = [one["udh"][0][-4:] for one in said]
            assert places == [f"{len(said):02x}{n:02x}" for n in range(1, len(said) + 1)]
        if how == "sar":
            assert [one["sar"][1:] for one in said] == [
                [len(said), n] for n in range(1, len(said) + 1)
            ]


def test_small_letters_of_two_octets_are_read_whole_by_others(package: Path) -> None:
    text = "€uro [x] {y} ~ ^ \\ | " * 20
    with opened(package) as (smsc, channel, transport, _):
        made = wire(channel, text)
        (answer,) = send(transport, made)
        assert channel.decode(answer).verdict is Verdict.ACCEPTED
        assert "".join(smsc.wait("to")["text"] for _ in made.parts) == text


def test_what_people_write_comes_in_and_a_broken_line_is_opened_again(package: Path) -> None:
    with opened(package, enquire_link_s=0.2) as (smsc, _, transport, heard):
        transport.start()
        smsc.wait("bind")
        smsc.wait("enquire")
        for text in ("СТОП", "START poster-1", "дякую 😀"):
            smsc.tell(source_addr="380501234567", destination_addr="7070", short_message=text)
            assert smsc.wait("answered")["answered"] == 0
        assert [(h.kind, h.address) for h in heard] == [
            (HeardKind.LEAVE, "+380501234567"),
            (HeardKind.START, "+380501234567"),
            (HeardKind.MESSAGE, "+380501234567"),
        ]
        assert heard[-1].text == "дякую 😀"
        smsc.tell(end=True)
        assert smsc.wait("bind")["known"]
        transport.stop()
        assert smsc.wait("unbind")


def test_a_wrong_password_is_ours(package: Path) -> None:
    with opened(package, password="wrong") as (_, channel, transport, _heard):
        (answer,) = send(transport, wire(channel, "Hello"))
        assert channel.decode(answer).code == "password"
