"""The pipe between server and worker: a word through it wakes, its end stops."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from maracuja.errors import Conflict
from maracuja.runtime.process_beside import ProcessBeside, stop_with_parent

PATIENCE_S = 60.0


def test_what_comes_through_the_pipe_wakes_and_its_end_stops() -> None:
    ours, theirs = os.pipe()
    stop, woken = threading.Event(), threading.Event()
    stop_with_parent(stop.set, ours, woken.set)
    os.write(theirs, b"\n")
    assert woken.wait(PATIENCE_S) and not stop.is_set()
    os.close(theirs)
    assert stop.wait(PATIENCE_S)
    os.close(ours)


def test_to_wake_a_worker_that_is_not_there_does_nothing() -> None:
    said: list[str] = []
    process = ProcessBeside("worker", ["work"], said.append)
    process.wake()
    process.stop()
    process.wake()
    assert said == [] and not process.started


@pytest.mark.parametrize("called", ["worker", "player of the demo"])
def test_a_process_that_finds_its_place_taken_is_told_of_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, called: str
) -> None:
    taken = tmp_path / "taken"
    taken.write_text(f"#!/bin/sh\nexit {Conflict.exit_code}\n")
    taken.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(taken))
    said: list[str] = []
    told = threading.Event()

    def say(words: str) -> None:
        said.append(words)
        told.set()

    process = ProcessBeside(called, [], say)
    process.start()
    assert told.wait(PATIENCE_S)
    process.stop()
    process.join()
    assert said == [f"Another {called} holds this workspace; starting it again in 1 s."]
