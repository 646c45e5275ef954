"""Every place of the web app that is looked at: by axe, in all languages, on a telephone."""

from __future__ import annotations

from typing import Final

PLACES: Final = ("/", "/login", "/nowhere")
