"""The pages behind our links: plain HTML that works without scripts and loads nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape

from maracuja.api.link_words import WORDS
from maracuja.api.page_frame import framed
from maracuja.campaigns.definitions import Topic
from maracuja.channels.polls import Question
from maracuja.runtime.link_actions import Choice


def leave_page(topic: Topic, channel: str, language: str) -> str:
    """The page that asks once: one button takes the person out."""
    words = WORDS[language]
    question = words["leave_question"].format(**_named(topic, channel, language))
    return framed(
        language,
        words["leave_title"],
        f"<h1>{escape(words['leave_title'])}</h1><p>{escape(question)}</p>"
        f'<form method="post"><input type="hidden" name="lang" value="{language}">'
        f"<button>{escape(words['leave_button'])}</button></form>",
    )


def left_page(topic: Topic, channel: str, language: str, preferences: str) -> str:
    """The page that says that it is done; `preferences` is the address of the preference page."""
    words = WORDS[language]
    text = words["left_text"].format(**_named(topic, channel, language))
    return framed(
        language,
        words["left_title"],
        f'<h1>{escape(words["left_title"])}</h1><p role="status">{escape(text)}</p>'
        f'<a href="{escape(preferences)}">{escape(words["choose_link"])}</a>',
        languages=False,
    )


def preferences_page(choices: Sequence[Choice], language: str, *, said: str = "") -> str:
    """Every topic with a box per channel; `said` names the word to confirm (saved, stopped)."""
    words = WORDS[language]
    status = f'<p role="status">{escape(words[said])}</p>' if said else ""
    if choices:
        topics: dict[str, list[Choice]] = {}
        for choice in choices:
            topics.setdefault(choice.topic.id, []).append(choice)
        boxes = "".join(_fieldset(several, words, language) for several in topics.values())
        form = (
            f'<form method="post"><input type="hidden" name="lang" value="{language}">{boxes}'
            f'<button name="do" value="save">{escape(words["save"])}</button>'
            f'<button name="do" value="none" class="quiet">{escape(words["none"])}</button></form>'
        )
        intro = words["intro"]
    else:
        form, intro = "", words["empty"]
    return framed(
        language,
        words["title"],
        f"<h1>{escape(words['title'])}</h1>{status}<p>{escape(intro)}</p>{form}",
    )


def vote_page(asked: Question, chosen: Collection[int], language: str, *, said: str = "") -> str:
    """The question with its answers, `chosen` marked; `said` names the word to say above."""
    words = WORDS[language]
    status = f'<p role="status">{escape(words[said])}</p>' if said else ""
    kind = "checkbox" if asked.multiple else "radio"
    boxes = "".join(
        f'<label><input type="{kind}" name="answer" value="{n}"'
        f"{' checked' if n in chosen else ''}>{escape(text)}</label>"
        for n, (text, _) in enumerate(asked.answers)
    )
    return framed(
        language,
        asked.question,
        f"<h1>{escape(asked.question)}</h1>{status}"
        f'<form method="post"><input type="hidden" name="lang" value="{language}">'
        f"<fieldset><legend>{escape(words['vote_choose'])}</legend>{boxes}</fieldset>"
        f"<button>{escape(words['vote'])}</button></form>",
    )


def gone_page(language: str, *, word: str = "gone_text") -> str:
    """The page of a link that is none of ours, or of a message that is kept no longer."""
    words = WORDS[language]
    title = words["gone_title"] if word == "gone_text" else words[word]
    text = f"<p>{escape(words[word])}</p>" if word == "gone_text" else ""
    return framed(language, title, f"<h1>{escape(title)}</h1>{text}", languages=False)


def _fieldset(choices: Sequence[Choice], words: Mapping[str, str], language: str) -> str:
    topic = choices[0].topic
    about = topic.texts.get(language, "")
    boxes = "".join(
        '<label><input type="checkbox" name="on" value="'
        f'{escape(topic.id)}/{escape(choice.channel)}"{" checked" if choice.on else ""}>'
        f"{escape(words.get(choice.channel, choice.channel))}</label>"
        for choice in choices
    )
    shown = f"<small>{escape(about)}</small>" if about else ""
    return f"<fieldset><legend>{escape(topic.name_in(language))}{shown}</legend>{boxes}</fieldset>"


def _named(topic: Topic, channel: str, language: str) -> dict[str, str]:
    return {
        "topic": topic.name_in(language),
        "channel": WORDS[language].get(channel, channel),
    }
