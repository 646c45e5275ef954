"""Rendered bodies made into messages: skeleton and slots joined, links signed for the person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import polars as pl

from maracuja.campaigns.facts import RunFacts
from maracuja.channels import BY_NAME, polls
from maracuja.lake.bodies import read_bodies
from maracuja.links.making import LinkMaker, Recipient
from maracuja.model import Address, Capabilities, Content, Message
from maracuja.rng import make_id
from maracuja.store.outbox import Chunk
from maracuja.templates.compiled import Rendered, splice
from maracuja.templates.placeholders import fill
from maracuja.templates.rich import changed

# In the skeletons of a bodies file, under the template's key.
PARTS: Final = "parts"
LINKS: Final = "links"


class Body(NamedTuple):
    """One rendered message as it lies in the chunk's file, its links still placeholders."""

    n: int
    pid: int
    message: bytes
    variant: str
    language: str
    address: str
    template: str
    content: Content
    links: Mapping[int, str]
    expires_us: int = 0  # where it has an end of its own
    human: bool = False  # an operator's answer
    last_word_us: int = 0  # of whom an operator answers
    thread: tuple[str, ...] = ()  # the mails that an operator answers
    later: bool = False  # the batch holds as many bytes as it may


def as_stored(rendered: Rendered) -> dict[str, Any]:
    """What a launch puts under the template's key in the skeletons of a bodies file."""
    links = {str(n): link.url for n, link in rendered.links.items()}
    return {PARTS: rendered.skeleton, LINKS: links}


def read(root: Path, chunk: Chunk, n: Sequence[int]) -> dict[int, Body]:
    """The bodies with these numbers, by number; those that the file lacks are left out.

    A file that is gone (retention) holds none.
    """
    try:
        skeletons, frame = read_bodies(root, chunk.path, n)
    except FileNotFoundError:
        return {}
    links = {
        key: {int(number): url for number, url in stored[LINKS].items()}
        for key, stored in skeletons.items()
    }
    slots = [name for name in frame.columns if name[:1] == "s" and name[1:].isdigit()]
    texts = frame.select(pl.col(slots).fill_null("")).rows(named=True) if slots else None
    bodies = {}
    for at, row in enumerate(frame.drop(slots).iter_rows(named=True)):
        key = row["template"]
        bodies[row["n"]] = Body(
            content=splice(skeletons[key][PARTS], texts[at] if texts else {}),
            links=links[key],
            **{name: row[name] for name in Body._fields if name in row},
        )
    return bodies


def natural_id(facts: RunFacts, pid: int) -> bytes:
    """The id that a person's message has by its natural key, where its text is gone."""
    return make_id(*facts.message_key, pid)


def make_message(
    body: Body,
    facts: RunFacts,
    links: LinkMaker,
    *,
    pid: int,
    run: int,
    now: datetime,
    expires_us: int = 0,
) -> Message:
    """The message that goes out: `pid` is the canonical one at this moment.

    A reply that sets a trait brings back the trait itself, sealed: nobody can make one up.
    """
    campaign = facts.campaign
    channel = BY_NAME[campaign.channel]
    to = Recipient(
        message=body.message,
        pid=pid,
        run=run,
        channel=channel.code,
        topic=facts.topic.id,
        category=campaign.category,
    )
    policy = facts.templates[campaign_template(body, facts)].links
    marks = campaign.marks() if policy.utm else {}
    track = policy.track and campaign.tracking.clicks
    short = links.shortening() if channel.can.short_links else None
    leave = links.page(to, "unsubscribe", now) if facts.marketing else ""
    links = short or links
    content = carried(
        body.content,
        body.links,
        channel.can,
        href=lambda _, url: links.href(to, url, now, marks=marks, track=track),
        page=lambda name: links.page(to, name, now),
        seal=links.seal,
    )
    content = polls.shown(
        content,
        channel.can,
        channel.refuse,
        run=run,
        seal=links.seal,
        page=lambda question: links.vote(to, question, now),
    )
    if content.html and campaign.tracking.opens:
        html = links.with_pixel(content.html, to, now)
        content = msgspec.structs.replace(content, html=html)
    return Message(
        id=body.message,
        pid=pid,
        channel=campaign.channel,
        to=Address(kind=channel.can.address_kind, value=body.address),
        content=content,
        campaign=campaign.id,
        topic=facts.topic.id,
        marketing=facts.marketing,
        language=body.language,
        run=run,
        variant=body.variant,
        sender=campaign.sender,
        reply_to=campaign.reply_to,
        unsubscribe_url=leave,
        expires_us=expires_us,
        human=body.human,
        last_word_us=body.last_word_us,
        thread=body.thread,
        short_links=tuple(dict.fromkeys(short.made)) if short else (),
    )


def carried(
    content: Content,
    links: Mapping[int, str],
    can: Capabilities,
    *,
    href: Callable[[int, str], str],
    page: Callable[[str], str],
    seal: Callable[[str], str],
) -> Content:
    """The content as it is given to a channel, addresses in the place of placeholders.

    Subject and HTML are of mail: a channel that carries only words gets the text. `links`, `href`
    and `page` are as for placeholders.fill, `seal` as for rich.changed.
    """
    words = partial(fill, links=links, html=False, href=href, page=page)
    return Content(
        text=words(content.text),
        subject=words(content.subject) if can.subject_chars_max else "",
        html=fill(content.html, links, html=True, href=href, page=page) if can.html else "",
        preheader=words(content.preheader) if can.html else "",
        enclosed=content.enclosed,
        **changed(content, words, seal),
    )


def campaign_template(body: Body, facts: RunFacts) -> str:
    """The id of the template behind a body: that of the variant which the person drew."""
    for arm in facts.arms:
        if arm.variant == body.variant:
            return arm.template
    return next(iter(facts.templates))
