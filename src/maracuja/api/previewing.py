"""What the template editor asks beside a preview, over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Path
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from maracuja.api.answers import Listing, Part
from maracuja.api.here import Actor, Here, Long, Now, Screens, Shown, managing
from maracuja.api.templates import Given, Language, PreviewAsked, Text
from maracuja.app import App
from maracuja.channels import channel_of
from maracuja.model import micros
from maracuja.runtime import (
    people_view,
    previewing,
    send_to_me,
    template_words,
    template_work,
)
from maracuja.runtime.people_list import PersonListed
from maracuja.runtime.previewing import PartsShown
from maracuja.runtime.send_to_me import SentToMe
from maracuja.runtime.template_words import Said, Vocabulary
from maracuja.runtime.template_work import Preview
from maracuja.store import audit

router = managing("/templates", "templates")
Invented = Annotated[int, Field(ge=0, le=3)]

# The page of a preview: its styles stand in it, pictures come from the shop, nothing runs.
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "img-src https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
}


class SmsText(BaseModel):
    """A text and the language that it is in."""

    text: Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]
    language: Annotated[str, Field(pattern="^([a-z]{2})?$")] = ""


class ScreenAsked(PreviewAsked):
    """A preview as it is seen: `invented` (0..3) says as whom where no person is named.

    They are a woman, a man, somebody unknown, and one with a dirty name.
    """

    invented: Invented = 0
    wide: bool = False
    dark: bool = False


class ScreenShown(BaseModel):
    """The message, and the id of the page that shows it: '' where there is no message."""

    preview: Preview
    name: str
    screen: str


class ExamplesAsked(BaseModel):
    """A language, and of whom its filters are to speak: as for a screen."""

    language: Language = ""
    person: Text = ""
    invented: Invented = 0


class TextToMe(Given):
    """One's own address on a channel or one of its accounts; `person`: as whom it is written."""

    channel: Annotated[str, Field(pattern="^[a-z_]{1,30}(/[a-z0-9_-]{1,30})?$")]
    to: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
    person: Text = ""
    language: Language = ""


@router.post("/parts")
def parts_of_sms(here: Here, asked: SmsText) -> PartsShown:
    """In how many parts a text goes out by SMS, what that costs, and what would save some."""
    return previewing.parts_of(here.config, asked.text, asked.language)


@router.get("/readers")
def people_to_preview_as(here: Here, now: Now, part: Part) -> Listing[PersonListed]:
    """Some real people of each language of the shop, with and without a name."""
    return part.of(previewing.sample_people(here.ground, now), lambda one: one.pid)


@router.get("/vocabulary")
def words_of_templates(here: Here) -> Vocabulary:
    """The names and filters that a text may use, and what each channel has room for."""
    with here.store.read() as conn:
        return template_words.vocabulary(conn)


@router.post("/examples")
def examples_of_filters(here: Here, now: Now, long: Long, asked: ExamplesAsked) -> list[Said]:
    """What the filters of a language say of somebody."""
    pid = _pid(here, asked.person)
    with long.long():
        return template_words.examples(
            here.ground, asked.language, now, pid=pid, invented=asked.invented
        )


@router.post("/screen")
def draw_screen(
    here: Here, now: Now, long: Long, pages: Shown, screens: Screens, asked: ScreenAsked
) -> ScreenShown:
    """What somebody would read now, and a page that shows it as their device does, for minutes."""
    template, pid = asked.read(here), _pid(here, asked.person)
    told: dict[str, Any] = {"language": asked.language, "channel": asked.channel}
    told["data"] = asked.data
    with long.long():
        if pid is not None:
            name = ""
            found = template_work.preview(here.ground, template, now, pid=pid, **told)
        else:
            several = template_work.side_by_side(here.ground, template, now, **told)
            name = several.people[asked.invented].name
            found = several.people[asked.invented].preview
    screen = ""
    if found.content is not None:
        kind, shop = channel_of(asked.channel), here.config.shop.name
        page = pages.screen(
            kind, shop, found.content,
            language=found.language, wide=asked.wide, dark=asked.dark,
        )  # fmt: skip
        screen = screens.keep(page, now)
    return ScreenShown(preview=found, name=name, screen=screen)


@router.get("/screen/{drawn}", response_class=HTMLResponse)
def show_screen(
    now: Now, screens: Screens, drawn: Annotated[str, Path(pattern="^[A-Za-z0-9_-]{10,40}$")]
) -> HTMLResponse:
    """The page of a preview, for a frame of ours."""
    return HTMLResponse(screens.get(drawn, now), headers=_HEADERS)


@router.post("/send-to-me")
def send_template_to_me(
    here: Here, actor: Actor, now: Now, long: Long, asked: TextToMe
) -> SentToMe:
    """Send a text to an address of one's own at once; nothing is recorded but that it was."""
    template = asked.read(here)
    with long.long():
        sent = send_to_me.send_text(
            here.ground, here.vendors, template, asked.channel, asked.to, now,
            reader=asked.person, language=asked.language,
        )  # fmt: skip
    with here.store.write() as conn:
        audit.add(conn, micros(now), actor, "send_to_me", f"template:{template.id}")
    return sent


def _pid(here: App, person: str) -> int | None:
    """Who is named; None where nobody is. Raises NotFound."""
    if not person:
        return None
    with here.store.read() as conn:
        return people_view.find(conn, person, here.config.shop.country)
