"""The wheel works alone: everything that the program reads at run time is in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "maracuja"
URL = re.compile(r"http://[\d.]+:\d+")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "-w",
            str(place),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
    )
    (wheel,) = place.glob("maracuja-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place / "unpacked")
    return place / "unpacked"


def run(unpacked: Path, *arguments: str, cwd: Path) -> str:
    """Run the program from the wheel's files alone, away from the repository."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "maracuja", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(unpacked)},  # noqa: TID251 - of a child
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(unpacked: Path) -> None:
    wanted = {
        path.relative_to(SOURCE)
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    held = {p.relative_to(unpacked / "maracuja") for p in (unpacked / "maracuja").rglob("*")}
    assert wanted <= held
    (info,) = unpacked.glob("*.dist-info")
    assert "License-Expression: Apache-2.0" in (info / "METADATA").read_text(encoding="utf-8")
    assert (info / "licenses" / "LICENSE").is_file()


@pytest.mark.slow
def test_the_wheel_makes_and_checks_a_workspace(unpacked: Path, tmp_path: Path) -> None:
    assert "server key" in run(unpacked, "init", "-w", "shop", "--json", cwd=tmp_path)
    assert '"people": 0' in run(unpacked, "check", "-w", "shop", "--json", cwd=tmp_path)
    found = run(
        unpacked, "demo", "-w", "demo", "--people", "300", "--once", "--json", cwd=tmp_path
    )
    assert '"campaign": "passion-fruit"' in found


@pytest.mark.slow
def test_the_wheel_serves_the_web_app_without_node(unpacked: Path, tmp_path: Path) -> None:
    run(unpacked, "init", "-w", "shop", cwd=tmp_path)
    told = [sys.executable, "-P", "-m", "maracuja", "serve", "-w", "shop", "--port", "0"]
    bare = {**os.environ, "PYTHONPATH": str(unpacked), "PATH": ""}  # noqa: TID251 - of a child
    with subprocess.Popen(
        [*told, "--no-work"], cwd=tmp_path, env=bare, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            url = next(found[0] for line in server.stdout if (found := URL.search(line)))
            with urllib.request.urlopen(f"{url}/people", timeout=30) as answer:
                page = answer.read().decode()
            assert "x-web-app" not in answer.headers
            script = re.search(r'src="(/assets/[^"]+[.]js)"', page)
            assert script
            with urllib.request.urlopen(url + script[1], timeout=30) as answer:
                assert "immutable" in answer.headers["cache-control"] and answer.read()
        finally:
            server.terminate()
