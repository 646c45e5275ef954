"""How soon each page of the web app is ready: cold, on this machine and on a slow line.

`python -m bench.pages [--rounds 5] [--people 5000]` plays the demo once into ./bench-data, serves
it by a process of its own and opens every place of tests/ui/places.py in a new browser context
each time, logged in: as it is, and at 10 Mbit/s with 40 ms and a quarter of the processor. A page
is ready when it says so itself, once its data are shown, by the browser's clock since it was asked
for. Layout shift is what the browser reports until a second after that, looked at in the first
round. Every place is printed, the slowest first,
and as the last line one JSON object: the worst, the median, and how many of them meet the goal.
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

from tests.ui.browser import Browser, open_browser
from tests.ui.conftest import OWNER, PASSWORD, own, serving
from tests.ui.places import PLACES

DATA = Path("bench-data/pages")
BITS_PER_S = 10_000_000
LATENCY_MS = 40
SLOWER = 4
GOALS = {"cold_s": 1.0, "slow_s": 2.0, "shift": 0.05}
EDITOR_SLOW_S = 3.0
EDITORS = ("/campaigns/new", "/edit", "/segments/", "/templates/")
_CLOCK = """new MutationObserver((_, watch) => {
  if (document.documentElement?.dataset.ready === undefined) return;
  window.readyMs = performance.now(); watch.disconnect();
}).observe(document, {subtree: true, attributes: true, attributeFilter: ["data-ready"]})"""
_SHIFTS = """new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries())
    if (!one.hadRecentInput) sum += one.value; }).observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 1000); })"""


def logged_in(browser: Browser, url: str) -> Any:
    """The cookies of the owner's session."""
    with browser.tab(url) as tab:
        tab.log_in(OWNER, PASSWORD)
        return tab.page.context.cookies()


def opened(
    browser: Browser, url: str, place: str, cookies: Any, *, slow: bool, shifts: bool
) -> tuple[float, float]:
    """Seconds until a place is ready in a browser that has never been here, and its shift."""
    with browser.tab(url) as tab:
        tab.page.context.add_cookies(cookies)
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
        tab.page.add_init_script(_CLOCK)
        tab.go(place)
        seconds = tab.page.evaluate("readyMs") / 1000
        return seconds, tab.page.evaluate(_SHIFTS) if shifts else 0.0


def goal(place: str, name: str) -> float:
    """What a place is to stay within; editors may take longer on a slow line."""
    editor = any(part in place for part in EDITORS)
    return EDITOR_SLOW_S if name == "slow_s" and editor else GOALS[name]


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
        cookies = logged_in(browser, url)
        for n in range(options.rounds):
            for place in PLACES:
                for kind in ("cold", "slow"):
                    slow, shifts_too = kind == "slow", n == 0 and kind == "cold"
                    seconds, shift = opened(
                        browser, url, place, cookies, slow=slow, shifts=shifts_too
                    )
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
    for place, numbers in sorted(found.items(), key=lambda one: -one[1]["cold_s"]):
        print(f"{place:<58} {numbers}", flush=True)
    told: dict[str, float] = {"places": len(found)}
    for name in GOALS:
        seen = [one[name] for one in found.values()]
        told[name] = max(seen)
        told[f"{name}_median"] = round(median(seen), 3)
        told[f"{name}_met"] = sum(one[name] <= goal(place, name) for place, one in found.items())
    print(json.dumps(told))


if __name__ == "__main__":
    main()
