"""A poll in a message: shown by each channel in its own way, and the answer that comes back.

Nothing here is believed: what a button brings back is sealed, what a page brings is signed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Final, NamedTuple

import msgspec

from maracuja.content import Button, Content, Poll, PollAnswer, Tap
from maracuja.errors import UnsupportedFeature
from maracuja.model import Capabilities

TEXT_CHARS_MAX: Final = 60  # of an answer in an address
QUESTION_CHARS_MAX: Final = 200
_REPLY: Final = re.compile(r"(?:\?([0-9a-f]{1,8})\.)?([a-z][a-z0-9_]{0,63})(\+?)=(.+)", re.DOTALL)
_BODY_END: Final = re.compile(r"</body\s*>(?!.*</body)", re.IGNORECASE | re.DOTALL)
_CELL: Final = "padding:12px 20px;border:1px solid currentColor;border-radius:8px"


class Answered(NamedTuple):
    """An answer: the trait and what it holds then, or with `adds` has too.

    `run` is that of the message whose poll it answers; None: a button that sets something.
    """

    trait: str
    value: str
    adds: bool
    run: int | None

    @property
    def words(self) -> str:
        """As a button says it: size=M, tags+=tea."""
        return f"{self.trait}{'+' if self.adds else ''}={self.value}"


class Question(msgspec.Struct, frozen=True, array_like=True):
    """A poll as an address carries it; `chosen` is the number of an answer, -1: none."""

    question: str
    trait: str
    multiple: bool
    answers: list[tuple[str, str]]  # text and what is kept
    chosen: int = -1


def as_question(poll: Poll, chosen: int = -1) -> str:
    """The poll for an address, its texts cut to what an address bears."""
    answers = [(one.text[:TEXT_CHARS_MAX], one.kept) for one in poll.choices]
    made = Question(poll.question[:QUESTION_CHARS_MAX], poll.trait, poll.multiple, answers, chosen)
    return msgspec.json.encode(made).decode()


def read_question(text: str) -> Question | None:
    """What an address carries; None where it is no poll."""
    try:
        return msgspec.json.decode(text, type=Question)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None


def reply_of(answer: Answered) -> str:
    """What a button brings back, before it is sealed."""
    return f"?{answer.run or 0:x}.{answer.words}"


def read_reply(text: str) -> Answered | None:
    """What a sealed button says; None where it sets nothing."""
    found = _REPLY.fullmatch(text)
    if found is None or not found[4].strip():
        return None
    run = int(found[1], 16) if found[1] else None
    return Answered(found[2], found[4], adds=bool(found[3]), run=run)


def by_number(poll: Poll, text: str, run: int) -> list[Answered]:
    """What somebody who writes "2" or "1 3" has answered; nothing where it is no answer."""
    words = [word for word in re.split(r"[\s,.;)]+", text) if word]
    numbers = [int(word) for word in words if re.fullmatch(r"[0-9]{1,2}", word)]
    most = len(poll.choices)
    if not 0 < len(numbers) == len(words) <= (most if poll.multiple else 1):
        return []
    if not all(1 <= n <= most for n in numbers):
        return []
    return [
        Answered(poll.trait, poll.choices[n - 1].kept, adds=poll.multiple, run=run)
        for n in dict.fromkeys(numbers)
    ]


def shown(
    content: Content,
    can: Capabilities,
    refuse: Callable[[Content], None],
    *,
    run: int,
    seal: Callable[[str], str],
    page: Callable[[str], str],
) -> Content:
    """The content with its poll as the channel shows it: the first way that it can carry.

    `refuse` raises UnsupportedFeature for what the channel cannot carry, `seal` proves a reply to
    be ours, `page` makes the address of the page that asks. `poll` stays where the answer will be
    a number, since that alone does not say what it answers.
    """
    poll = content.poll
    if poll is None:
        return content
    bare = msgspec.structs.replace(content, poll=None)
    ways = list(_ways(bare, poll, can, run=run, seal=seal, page=page))
    for made in ways[:-1]:
        try:
            refuse(made)
        except UnsupportedFeature:
            continue
        return made
    return ways[-1]


def as_seen(content: Content, can: Capabilities, refuse: Callable[[Content], None]) -> Content:
    """The content as a person will see it, its replies and addresses unsigned: for previews."""
    page = "https://shop.example/v/"
    return shown(content, can, refuse, run=0, seal=str, page=lambda _: page)


def _ways(
    content: Content,
    poll: Poll,
    can: Capabilities,
    *,
    run: int,
    seal: Callable[[str], str],
    page: Callable[[str], str],
) -> Iterator[Content]:
    """The content in every way that the channel knows, the best first."""
    asked = _beside(content, poll.question)
    if can.html:
        yield _as_links(content, poll, page)
        return
    buttons = tuple(_button(one, poll, run, seal) for one in poll.choices)
    if Tap.REPLY in can.button_taps:
        yield msgspec.structs.replace(asked, buttons=(*content.buttons, *buttons))
    if can.keyboard_brings and Tap.REPLY in can.keyboard_taps:
        yield msgspec.structs.replace(asked, keyboard=(*content.keyboard, *buttons))
    if can.answers_by_number:
        lines = (f"{n} - {one.text}" for n, one in enumerate(poll.choices, 1))
        numbered = _beside(content, "\n".join([poll.question, *lines]))
        yield msgspec.structs.replace(numbered, poll=poll)
        return
    address = page(as_question(poll))
    if can.link and not content.link:
        yield msgspec.structs.replace(asked, link=address)
    if Tap.URL in can.button_taps:
        label = poll.question[: can.button_chars_max or None].strip()
        opens = Button(text=label, url=address)
        yield msgspec.structs.replace(asked, buttons=(*content.buttons, opens))
    yield _beside(asked, address, gap="\n")


def _button(one: PollAnswer, poll: Poll, run: int, seal: Callable[[str], str]) -> Button:
    answer = Answered(poll.trait, one.kept, adds=poll.multiple, run=run)
    return Button(text=one.text, reply=seal(reply_of(answer)), sets=answer.words)


def _beside(content: Content, words: str, gap: str = "\n\n") -> Content:
    text = f"{content.text}{gap}{words}" if content.text else words
    return msgspec.structs.replace(content, text=text)


def _as_links(content: Content, poll: Poll, page: Callable[[str], str]) -> Content:
    """Mail: a link for each answer, which opens the page with that one chosen."""
    links = [(one.text, page(as_question(poll, n))) for n, one in enumerate(poll.choices)]
    lines = "\n".join([poll.question, *(f"{text}: {address}" for text, address in links)])
    made = _beside(content, lines)
    if not content.html:
        return made
    cells = "".join(
        f'<p style="margin:12px 0"><a href="{escape(address)}" style="display:inline-block;'
        f'{_CELL};text-decoration:none">{escape(text)}</a></p>'
        for text, address in links
    )
    block = f'<div style="margin:24px 0"><p><b>{escape(poll.question)}</b></p>{cells}</div>'
    end = _BODY_END.search(content.html)
    at = end.start() if end else len(content.html)
    html = content.html[:at] + block + content.html[at:]
    return msgspec.structs.replace(made, html=html)
