"""What the template editor asks beside a preview, over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from maracuja.api.answers import Listing, Part
from maracuja.api.here import Here, Now, managing
from maracuja.runtime import previewing
from maracuja.runtime.people_list import PersonListed
from maracuja.runtime.previewing import PartsShown

router = managing("/templates", "templates")


class SmsText(BaseModel):
    """A text and the language that it is in."""

    text: Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]
    language: Annotated[str, Field(pattern="^([a-z]{2})?$")] = ""


@router.post("/parts")
def parts_of_sms(here: Here, asked: SmsText) -> PartsShown:
    """In how many parts a text goes out by SMS, what that costs, and what would save some."""
    return previewing.parts_of(here.config, asked.text, asked.language)


@router.get("/readers")
def people_to_preview_as(here: Here, now: Now, part: Part) -> Listing[PersonListed]:
    """Some real people of each language of the shop, with and without a name."""
    return part.of(previewing.sample_people(here.ground, now), lambda one: one.pid)
