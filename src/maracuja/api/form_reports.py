"""Forms over HTTP for the shop: what they came to, who signed up, how they are put into pages."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel

from maracuja.api.answers import Language, Listing, Part
from maracuja.api.form_embed import plain_tag, script_tag
from maracuja.api.here import Here, Now, managing
from maracuja.runtime import form_view
from maracuja.runtime.form_view import FormListed, FormReport, SubmissionShown

router = managing("/forms", "forms")
Form = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9_-]{0,63}$", description="The form's id.")]
Days = Annotated[int, Query(ge=1, le=3_650, description="Of the last days.")]


class FormTags(BaseModel):
    """How a form is reached: its own page, a script for pages of `origins`, plain HTML."""

    page: str
    script: str
    plain: str


@router.get("")
def list_forms(
    here: Here, now: Now, part: Part, days: Days = form_view.DAYS
) -> Listing[FormListed]:
    """Every form with how far people came on it."""
    with here.store.read() as conn:
        return part.of(form_view.listed(conn, now, days), attrgetter("id"))


@router.get("/{name}/report")
def report_form(here: Here, now: Now, name: Form, days: Days = form_view.DAYS) -> FormReport:
    """Shown, begun, submitted and confirmed, by source."""
    with here.store.read() as conn:
        return form_view.report(conn, name, now, days)


@router.get("/{name}/submissions")
def submissions_of_form(
    here: Here,
    name: Form,
    part: Part,
    state: Annotated[
        Literal["asked", "confirmed", "closed"] | None, Query(description="How far they came.")
    ] = None,
) -> Listing[SubmissionShown]:
    """Who signed up, the latest first, with what proves it."""
    with here.store.read() as conn:
        return part.of(
            form_view.submissions(conn, name, state=state or "", rows_max=part.reach),
            attrgetter("id"),
        )


@router.get("/{name}/tags")
def tags_of_form(here: Here, name: Form, language: Language = "en") -> FormTags:
    """What to put into a page."""
    with here.store.read() as conn:
        form = form_view.get(conn, name)
    url = here.config.public_url
    return FormTags(
        page=f"{url}/f/{form.id}",
        script=script_tag(form, url),
        plain=plain_tag(form, url, language),
    )
