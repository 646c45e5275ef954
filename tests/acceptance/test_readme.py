"""The README's first campaign, walked as a new user would: its own lines, real processes and mail.

Only what the README leaves to its reader is the test's: the file of customers, the mail server
(one on loopback), and a clock without quiet hours, since nobody knows when the test runs.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from maracuja.clock import SystemClock
from maracuja.simulate.sink import MailSink, Received

pytestmark = pytest.mark.slow
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
PAGE = README.partition("## Your first campaign")[2].partition("\n## ")[0]
SETTINGS = """
[email]
host = "127.0.0.1"
port = {smtp}
sender = "My shop <hello@myshop.example>"

[server]
port = {http}

[pressure]
quiet_from = "00:00"
quiet_until = "00:00"

[measurement]
global_holdout = 0.0
"""
CUSTOMERS = """\
E-mail;Имя;Місто;мова;Телефон;bonus;consent.news.email;consent.news.email.source;consent.news.email.at
anna@example.org;Анна;Київ;uk;067 123 45 67;120;in;checkout;2026-05-01
bohdan@example.org;Богдан;Kyiv;uk;;15;in;checkout;2026-05-02
olena@example.org;;Київ;uk;;0;in;checkout;2026-05-03
taras@example.org;Тарас;Львів;uk;;0;in;checkout;2026-05-03
ivan@example.org;Иван;Киев;ru;;0;in;checkout;2026-05-04
yulia@example.org;Юлія;Київ;uk;;0;out;letter;2026-06-01
petro@example.org;Петро;Київ;uk;;0;;;
sofia@example.org;Софія;Київ;uk;;0;in;;
broken-at-example;Хтось;Київ;uk;;0;in;checkout;2026-05-01
maria@example.org;Марія;Київ;uk;;300;in;checkout;2026-05-05
"""
WRITABLE = {f"{name}@example.org" for name in ("anna", "bohdan", "olena", "ivan", "maria")}
ROUNDS_MAX = 120  # of a second each


def commands() -> list[str]:
    """The lines of the page's shell blocks, in their order."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    return [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]


def definitions() -> str:
    (block,) = [b for b in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "kind:" in b]
    return block


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Reader:
    """Somebody at a shell who types what the page says."""

    def __init__(self, home: Path, sink: MailSink) -> None:
        self.place = home
        self.sink = sink
        self.said: dict[str, str] = {}
        self.server: subprocess.Popen[bytes] | None = None
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # noqa: TID251
        self._environment = {**os.environ, "PATH": path, "COLUMNS": "120"}  # noqa: TID251

    def type(self, line: str) -> str:
        """Run a line, as it stands, where the reader is; returns what it prints."""
        if line == "cd shop":
            self.place = self.place / "shop"
            self._settle_in()
            return ""
        if line.endswith("&"):
            words = shlex.split(line.rstrip("& "))
            self.server = subprocess.Popen(words, cwd=self.place, env=self._environment)
            return ""
        done = subprocess.run(
            shlex.split(line),
            cwd=self.place,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        self.said[line] = done.stdout
        return done.stdout

    def _settle_in(self) -> None:
        """What the reader adds to a new workspace."""
        with (self.place / "maracuja.toml").open("a", encoding="utf-8") as file:
            file.write(SETTINGS.format(smtp=self.sink.port, http=free_port()))
        (self.place / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
        (self.place / "definitions").mkdir()
        (self.place / "definitions" / "first.yaml").write_text(definitions(), encoding="utf-8")

    def wait_for(self, command: str, wanted: str) -> str:
        """Repeat a command until it says what is wanted."""
        for _ in range(ROUNDS_MAX):
            told = self.type(command)
            if wanted in told:
                return told
            SystemClock().wait_until(None)
        raise AssertionError(f"{command} never said {wanted}:\n{told}")

    def leave(self) -> int | None:
        """Ctrl-C to the server."""
        if self.server is None:
            return None
        self.server.send_signal(signal.SIGINT)
        try:
            return self.server.wait(60)
        except subprocess.TimeoutExpired:
            self.server.kill()
            raise


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Reader, list[Received]]]:
    """The whole page, up to the orders; then the server is stopped."""
    with MailSink() as sink:
        reader = Reader(tmp_path_factory.mktemp("reader"), sink)
        try:
            install, path, *lines = commands()
            assert "pip install ." in install and path.startswith("export PATH=")
            for line in lines:
                reader.type(line)
                if line.startswith("maracuja campaign launch"):
                    reader.wait_for("maracuja campaign status first --json", '"done"')
            letters = sink.take()
            _order(reader, letters)
        finally:
            code = reader.leave()
        assert code == 0, "Ctrl-C ends the server well"
        yield reader, letters


def _order(reader: Reader, letters: list[Received]) -> None:
    """One reader of the letter orders; the page says how orders come in."""
    (line,) = re.findall(r"`(maracuja import events [^`]*)`", PAGE)
    moment = SystemClock().now().isoformat()
    text = f"email,timestamp,revenue\n{letters[0].to},{moment},1200\n"
    (reader.place / "orders.csv").write_text(text, encoding="utf-8")
    reader.type(" ".join(line.split()))
    reader.wait_for(f"maracuja profile show {letters[0].to}", "Order Completed")
    reader.said["report"] = reader.type("maracuja campaign report first --json")


Walk = tuple[Reader, list[Received]]


def test_the_file_is_understood_and_its_faults_are_told(walked: Walk) -> None:
    reader, _ = walked
    told = reader.said["maracuja import people customers.csv"]
    assert "9 of 10 rows taken" in told
    assert "this is no e-mail address" in told
    assert (reader.place / "customers.csv.refused.csv").is_file()


def test_the_segment_counts_the_people_of_the_city(walked: Walk) -> None:
    assert "8 of 9 people" in walked[0].said["maracuja segment count kyiv"]


def test_the_dry_run_says_why_the_others_are_left_out(walked: Walk) -> None:
    told = walked[0].said["maracuja campaign dry-run first"]
    for reason in ("never agreed", "opted out", "without its source or date"):
        assert reason in told


def test_who_may_be_written_to_is_written_to_or_held_out(walked: Walk) -> None:
    reader, letters = walked
    heard = {letter.to for letter in letters}
    assert heard and heard <= WRITABLE
    assert len(letters) == len(heard)
    for person in sorted(WRITABLE - heard):
        assert "held out" in reader.type(f"maracuja profile why {person} --language en")


def test_each_is_called_by_name_or_by_none(walked: Walk) -> None:
    names = {"anna": "Анна, ", "bohdan": "Богдан, ", "ivan": "Иван, ", "maria": "Марія, "}
    for letter in walked[1]:
        name = names.get(letter.to.partition("@")[0])
        assert letter.subject == (f"{name}п" if name else "П") + "'ятниця буде смачною"
        assert letter.unsubscribe and letter.links


def test_the_report_is_there_and_counts_the_order(walked: Walk) -> None:
    reader, _ = walked
    page = (reader.place / "report.html").read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    report = json.loads(reader.said["report"])
    sent = [arm["orders"] for arm in report["arms"] if not arm["held"]]
    assert [(one["buyers"], one["revenue"]) for one in sent] == [(1, 1200_00)]


def test_profile_why_speaks(walked: Walk) -> None:
    told = walked[0].said["maracuja profile why anna@example.org"]
    assert "first" in told
