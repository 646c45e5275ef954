"""Runs the benches one after the other and prints what each found beside its goal."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

BENCHES = (
    "render", "language", "segments", "people", "launch", "ingest", "imports", "delivery", "idle",
    "pages",
)  # fmt: skip

# What each figure should be: at least, or at most.
GOALS: dict[str, dict[str, tuple[str, float]]] = {
    "render": {
        "python-liquid": (">=", 60),
        "minijinja": (">=", 6),
        "fallback_vs_python-liquid": (">=", 10),
    },
    "language": {
        "cards_cold_s": ("<=", 3),
        "cards_warm_s": ("<=", 0.6),
        "parts_per_s": (">=", 30_000),
        "language_per_s": (">=", 50_000),
    },
    "segments": {"postgresql": (">=", 10), "hand_written_duckdb": (">=", 1 / 1.3)},
    "people": {
        "list_ms": ("<=", 300),
        "estimate_ms": ("<=", 500),
        "exact_ms": ("<=", 3_000),
    },
    "pages": {"cold_s": ("<=", 1.0), "slow_s": ("<=", 2.0), "shift": ("<=", 0.05)},
    "launch": {
        "messages_per_s": (">=", 100_000),
        "peak_mib": ("<=", 3072),
        "row_by_row": (">=", 20),
    },
    "ingest": {
        "fastapi_batch": (">=", 6),
        "fastapi_track": (">=", 4),
        "events_per_s": (">=", 50_000),
    },
    "imports": {"rows_per_s": (">=", 40_000)},
    "delivery": {"messages_per_s": (">=", 3_000), "transactional_p99_ms": ("<=", 100)},
    "idle": {"resident_mib": ("<=", 350), "help_s": ("<=", 0.3)},
}


def run(name: str) -> dict[str, Any]:
    """The last line of one bench, as it printed it."""
    print(f"== {name}", flush=True)
    with subprocess.Popen(
        [sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        last = ""
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    try:
        found: dict[str, Any] = json.loads(last)
    except ValueError:
        found = {"bench": name, "equal": False}
    return found


def figures(found: dict[str, Any]) -> dict[str, float]:
    """Every number of a bench's last line, ratios among them."""
    flat = {**found, **found.get("ratios", {})}
    return {k: float(v) for k, v in flat.items() if isinstance(v, int | float) and v is not True}


def main() -> int:
    """Run those named on the command line, or all; 1 when outputs were not equal."""
    names = [n for n in sys.argv[1:] if n in BENCHES] or list(BENCHES)
    results = {name: run(name) for name in names}
    print(f"\n{'bench':10} {'figure':28} {'found':>12} {'goal':>12}")
    for name, found in results.items():
        numbers = figures(found)
        for figure, (sign, goal) in GOALS[name].items():
            value = numbers.get(figure)
            met = value is not None and (value >= goal if sign == ">=" else value <= goal)
            shown = "–" if value is None else f"{value:,.2f}"
            mark = "" if met else "   not met"
            print(f"{name:10} {figure:28} {shown:>12} {sign} {goal:>9,.2f}{mark}")
    equal = all(found.get("equal") for found in results.values())
    print("outputs are equal" if equal else "OUTPUTS DIFFER, or a bench did not finish")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
