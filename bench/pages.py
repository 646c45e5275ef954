"""How soon each page of the web app is ready: cold, on this machine and on a slow line.

`python -m bench.pages [--rounds 5] [--people 5000]` plays the demo once into ./bench-data, serves
it by a process of its own and opens every place of tests/ui/places.py in a new browser context
each time: as it is, and at 10 Mbit/s with 40 ms and a quarter of the processor. A page is ready
when it says so itself, once its data are shown. Layout shift is what the browser reports until a
second after that, looked at in the first round. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from maracuja.clock import monotonic_s
from tests.ui.browser import Browser, open_browser
from tests.ui.conftest import OWNER, PASSWORD, own, serving
from tests.ui.places import PLACES

DATA = Path("bench-data/pages")
BITS_PER_S = 10_000_000
LATENCY_MS = 40
SLOWER = 4
_SHIFTS = """new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries())
    if (!one.hadRecentInput) sum += one.value; }).observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 1000); })"""


def opened(
    browser: Browser, url: str, place: str, *, slow: bool, shifts: bool
) -> tuple[float, float]:
    """Seconds until a place is ready in a browser that has never been here, and its shift."""
    with browser.tab(url) as tab:
        tab.log_in(OWNER, PASSWORD)
        if slow:
            devtools = tab.page.context.new_cdp_session(tab.page)
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            line: dict[str, Any] = {
                "offline": False,
                "latency": LATENCY_MS,
                "downloadThroughput": BITS_PER_S / 8,
                "uploadThroughput": BITS_PER_S / 8,
            }
            devtools.send("Network.emulateNetworkConditions", line)
        began = monotonic_s()
        tab.go(place)
        seconds = monotonic_s() - began
        return seconds, tab.page.evaluate(_SHIFTS) if shifts else 0.0


def main() -> None:
    """Play the shop, open every page in turns, print the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--people", type=int, default=5_000)
    options = parser.parse_args()
    home = DATA / f"shop-{options.people}"
    if not home.is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        told = ["demo", "--once", "--people", str(options.people), "-w", str(home)]
        subprocess.run([sys.executable, "-m", "maracuja", *told], check=True, capture_output=True)
        own(home)
    program = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    ready: dict[str, dict[str, list[float]]] = {}
    shifts: dict[str, float] = {}
    with serving(home) as url, open_browser(program) as browser:
        for n in range(options.rounds):
            for place in PLACES:
                for kind in ("cold", "slow"):
                    slow, first = kind == "slow", n == 0
                    seconds, shift = opened(browser, url, place, slow=slow, shifts=first)
                    ready.setdefault(place, {}).setdefault(kind, []).append(seconds)
                    shifts[place] = max(shifts.get(place, 0.0), shift)
    found = {
        place: {
            "cold_s": round(median(ready[place]["cold"]), 2),
            "slow_s": round(median(ready[place]["slow"]), 2),
            "shift": round(shifts[place], 3),
        }
        for place in PLACES
    }
    for place, numbers in found.items():
        print(f"{place:<40} {numbers}", flush=True)
    worst = {
        name: max(one[name] for one in found.values()) for name in ("cold_s", "slow_s", "shift")
    }
    print(json.dumps(worst))


if __name__ == "__main__":
    main()
