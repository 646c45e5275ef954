"""The pipe between server and worker: a word through it wakes, its end stops."""

from __future__ import annotations

import os
import threading

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
