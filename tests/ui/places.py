"""Every place of the web app that is looked at: by axe, in all languages, on a telephone."""

from __future__ import annotations

from typing import Final

PLACES: Final = (
    "/",
    "/login",
    "/nowhere",
    "/people",
    "/people?q=nobody+at+all",
    "/people/3",
    "/people/3?tab=traits",
    "/people/3?tab=consents",
    "/people/3?tab=segments",
    "/people/3?tab=decisions",
    "/people/3?tab=rest",
)
