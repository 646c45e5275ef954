"""Prints the skipped tests of a JUnit report and fails on any that the list does not allow."""

import sys
import xml.etree.ElementTree as ElementTree
from fnmatch import fnmatch
from pathlib import Path


def skipped(report: Path) -> list[tuple[str, str]]:
    """(test, reason) of each skipped test."""
    found = []
    for case in ElementTree.parse(report).iter("testcase"):
        skip = case.find("skipped")
        if skip is not None and skip.get("type") != "pytest.xfail":
            name = f"{case.get('classname', '')}::{case.get('name', '')}"
            found.append((name, skip.get("message", "")))
    return found


def main(report: str, allowed: str) -> int:
    """0 when every skip is allowed."""
    patterns = [
        line.split("#")[0].strip()
        for line in Path(allowed).read_text(encoding="utf-8").splitlines()
        if line.split("#")[0].strip()
    ]
    refused = 0
    for name, reason in skipped(Path(report)):
        fine = any(fnmatch(name, pattern) for pattern in patterns)
        refused += not fine
        sys.stdout.write(f"{'skipped' if fine else 'NOT ALLOWED TO SKIP'}: {name}: {reason}\n")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
