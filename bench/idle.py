"""How much memory a fresh workspace takes while nothing happens: server and worker together."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

DATA = Path("bench-data/idle")
COMMAND = [sys.executable, "-m", "maracuja"]
GOAL_MIB = 350
GOAL_S = 0.3
ROUNDS = 3
WAIT_S = 60


def family(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def resident_mib(pids: list[int]) -> float:
    """The proportional set sizes of the processes, summed: shared pages count once."""
    total_kib = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total_kib += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total_kib / 1024


def serving(settle_s: float) -> tuple[float, int]:
    """MiB of a server with its worker after it has settled, and how many processes they are."""
    shutil.rmtree(DATA, ignore_errors=True)
    DATA.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([*COMMAND, "init", "-w", str(DATA)], check=True, stdout=subprocess.DEVNULL)
    server = subprocess.Popen(
        [*COMMAND, "serve", "-w", str(DATA), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        url = next(line.strip() for line in server.stdout if line.startswith("http://"))
        with urlopen(f"{url}/healthz", timeout=WAIT_S) as answer:
            assert answer.status == 200
        deadline = time.monotonic() + WAIT_S
        while len(family(server.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(settle_s)
        pids = family(server.pid)
        return resident_mib(pids), len(pids)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=WAIT_S)


def help_s() -> float:
    """Seconds that `maracuja --help` takes, as the installed command."""
    command = [str(Path(sys.executable).with_name("maracuja")), "--help"]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print one JSON object last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settle-s", type=float, default=8.0)
    settle_s = parser.parse_args().settle_s
    help_s()
    sizes, times = [], []
    for _ in range(ROUNDS):
        size, processes = serving(settle_s)
        assert processes == 2, f"{processes} processes"
        sizes.append(size)
        times += [help_s() for _ in range(3)]
        print(f"{size:.0f} MiB in {processes} processes; --help {min(times):.2f} s")
    resident, quick = max(sizes), min(times)  # the least disturbed by what else runs here
    print(f"goals: under {GOAL_MIB} MiB, --help under {GOAL_S} s")
    ratios = {"resident_mib": round(resident, 1)}
    print(
        json.dumps({"bench": "idle", "equal": True, "ratios": ratios, "help_s": round(quick, 3)})
    )


if __name__ == "__main__":
    main()
