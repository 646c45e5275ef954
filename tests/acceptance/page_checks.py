"""What others' tools say of our pages and scripts: axe, TypeScript's checker, brotli."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.acceptance.web_chat_shop import Tab
from tests.contract.node_peer import npm_install

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_BROTLI = """
const {brotliCompressSync} = require("zlib");
const given = require("fs").readFileSync(process.argv[1]);
console.log(brotliCompressSync(given).length);
"""
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = """axe.run(%s, {runOnly: %s}).then((found) =>
  found.violations.map((one) => `${one.id}: ${one.nodes.map((n) => n.target + " " +
  n.failureSummary).join("; ")}`))"""


def brotli_bytes(script: bytes, source: Path, place: Path) -> int:
    """How long a script is when it is packed; it and its source are read by Node first."""
    served = place / "served.js"
    served.write_bytes(script)
    for file in (served, source):
        subprocess.run(["node", "--check", str(file)], check=True)
    told = subprocess.run(
        ["node", "-e", _BROTLI, str(served)], capture_output=True, text=True, check=True
    )
    return int(told.stdout)


def check_types(source: Path, place: Path) -> None:
    """See that TypeScript's strict checker has nothing to say of a script."""
    modules = npm_install(place, "typescript@5.9.3")
    flags = ["--noEmit", "--checkJs", "--allowJs", "--strict", "--target", "es2022",
             "--lib", "es2022,dom,dom.iterable"]  # fmt: skip
    checked = subprocess.run(
        ["node", str(modules / "typescript" / "lib" / "tsc.js"), *flags, str(source)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


def axe_script(place: Path) -> str:
    """Axe, to be run in a page."""
    modules = npm_install(place, "axe-core@4.11.0")
    return (modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


async def violations(tab: Tab, within: str = "document") -> Any:
    """What axe, which the page has run, finds in it or in a part of it."""
    return await tab.run(_AXE % (within, json.dumps(_RULES)))
