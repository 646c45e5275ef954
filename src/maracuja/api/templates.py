"""Templates over HTTP: looked over beforehand, and shown as one person would read them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, Field

from maracuja.api.definitions import plain
from maracuja.api.here import Here, Long, Now, Reader, managing
from maracuja.api.messages import DataName, DataNumber, DataText
from maracuja.api.said import in_words
from maracuja.app import App
from maracuja.campaigns.decoding import decode
from maracuja.errors import BadInput
from maracuja.runtime import people_view, template_work
from maracuja.runtime.template_work import Preview, SideBySide, TemplateChecked
from maracuja.templates.definition import Template

router = managing("/templates", "templates")
Language = Annotated[str, Field(pattern=r"^([a-z]{2}(-[A-Za-z]{2,8})?)?$")]
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]


class Given(BaseModel):
    """A template by its id, or as it stands in a file: one of the two."""

    template: Text = ""
    definition: dict[str, Any] = Field(default_factory=dict)

    def read(self, here: App) -> Template:
        """The template. Raises BadInput, NotFound, TemplateError."""
        if bool(self.template) == bool(self.definition):
            raise BadInput("Give either `template` or `definition`.", where="template")
        if self.template:
            with here.store.read() as conn:
                return template_work.get(conn, self.template)
        found = decode({"kind": "template", **plain(self.definition)})
        if not isinstance(found, Template):
            raise BadInput("The definition is no template.", where="definition.kind")
        return found


class CheckAsked(Given):
    """`marketing`: whether there must be a way to unsubscribe; `channel`: what that one shows."""

    marketing: bool = True
    channel: Annotated[str, Field(pattern="^[a-z_]{0,30}$")] = ""


class PreviewAsked(Given):
    """`person` as an identity or pid:<number>; without one, four invented people.

    `data` is what a program would send with a single message.
    """

    person: Text = ""
    language: Language = ""
    channel: Annotated[str, Field(pattern="^[a-z_]{1,30}$")] = "email"
    data: Annotated[
        dict[DataName, bool | DataNumber | DataText], Field(default_factory=dict, max_length=100)
    ]


@router.post("/check")
def check_template(
    here: Here, now: Now, reader: Reader, long: Long, asked: CheckAsked
) -> TemplateChecked:
    """What it needs, what the worst profiles would read, what is wrong or unwise in it."""
    template = asked.read(here)
    with long.long():
        found = template_work.check(
            here.ground, template, now, marketing=asked.marketing, channel=asked.channel
        )
    return replace(found, findings=tuple(in_words(one, reader) for one in found.findings))


@router.post("/preview")
def preview_template(
    here: Here, now: Now, long: Long, asked: PreviewAsked
) -> Preview | SideBySide:
    """What a person would read now.

    Without a person: what a woman, a man, somebody unknown and one with a dirty name would read,
    all of them invented.
    """
    template = asked.read(here)
    told: dict[str, Any] = {"language": asked.language, "channel": asked.channel}
    told["data"] = asked.data
    if not asked.person:
        with long.long():
            return template_work.side_by_side(here.ground, template, now, **told)
    with here.store.read() as conn:
        pid = people_view.find(conn, asked.person, here.config.shop.country)
    with long.long():
        return template_work.preview(here.ground, template, now, pid=pid, **told)
