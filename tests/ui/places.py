"""Every place of the web app that is looked at: by axe, in all languages, on a telephone."""

from __future__ import annotations

from typing import Final

STEPS: Final = ("who", "what", "where", "when", "amount", "test", "goal", "review", "file")
PLACES: Final = (
    "/",
    "/login",
    "/nowhere",
    "/calendar",
    "/calendar?day=2026-11-14&view=week",
    "/campaigns",
    "/campaigns?archived=yes",
    "/campaigns/new",
    "/campaigns/new?step=review",
    "/campaigns/passion-fruit",
    "/campaigns/passion-fruit/dry-run?outcome=never&reason=no_consent",
    *(f"/campaigns/passion-fruit/edit?step={step}" for step in STEPS),
    "/campaigns/abandoned-cart/edit?step=when",
    "/campaigns/abandoned-cart/edit?step=review",
    "/campaigns/welcome/edit?step=what",
    "/people",
    "/people?q=nobody+at+all",
    "/people/3",
    "/people/3?tab=traits",
    "/people/3?tab=consents",
    "/people/3?tab=segments",
    "/people/3?tab=decisions",
    "/people/3?tab=rest",
    "/segments",
    "/segments/new",
    "/segments/left-a-cart",
    "/segments/fruit-lovers?view=yaml",
    "/segments/reachable?view=explain&person=3",
    "/segments/visitors?view=sizes",
    "/segments/visitors?view=history",
    "/templates",
    "/templates?words=nothing+at+all",
    "/templates/new",
    "/templates/passion-fruit?who=1&dark=1",
    "/templates/passion-fruit?language=uk&channel=sms",
    "/templates/passion-fruit?language=ru&channel=&wide=1",
)
