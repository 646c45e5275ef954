"""The pages behind our links: plain HTML that works without scripts and loads nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape

from maracuja.api.form_words import CHANNELS
from maracuja.api.link_words import NAMES, WORDS
from maracuja.api.page_frame import framed
from maracuja.api.preference_words import PREFER
from maracuja.campaigns.definitions import Topic
from maracuja.channels.polls import Question
from maracuja.language.numbers import day
from maracuja.runtime.link_actions import Choice, Preferences
from maracuja.runtime.preferences import EVERY_DAYS, PAUSES


def leave_page(topic: Topic, channel: str, language: str) -> str:
    """The page that asks once: one button takes the person out."""
    words = WORDS[language]
    question = words["leave_question"].format(**_named(topic, channel, language))
    return framed(
        language,
        words["leave_title"],
        f"<h1>{escape(words['leave_title'])}</h1><p>{escape(question)}</p>"
        f'<form method="post"><input type="hidden" name="lang" value="{language}">'
        f"<button>{escape(words['leave_button'])}</button>"
        '<button name="do" value="less" class="quiet">'
        f"{escape(PREFER[language]['less_button'])}</button></form>",
    )


def less_page(topic: Topic, language: str, preferences: str) -> str:
    """The page that says that they hear less often from now on."""
    words = WORDS[language]
    text = PREFER[language]["less_done"].format(topic=topic.name_in(language))
    return framed(
        language,
        words["title"],
        f'<h1>{escape(words["saved"])}</h1><p role="status">{escape(text)}</p>'
        f'<a href="{escape(preferences)}">{escape(words["choose_link"])}</a>',
        languages=False,
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


def preferences_page(found: Preferences, language: str, *, data: str = "", said: str = "") -> str:
    """Every topic with its channels and how often, then hours, pause and language.

    `data` is the address of the page about their data, `said` the word to confirm.
    """
    words = WORDS[language]
    status = f'<p role="status">{escape(words[said])}</p>' if said else ""
    if found.choices:
        topics: dict[str, list[Choice]] = {}
        for choice in found.choices:
            topics.setdefault(choice.topic.id, []).append(choice)
        boxes = "".join(
            _fieldset(several, words, language, found.wishes.every_days.get(name, 0))
            for name, several in topics.items()
        )
        form = (
            f'<form method="post"><input type="hidden" name="lang" value="{language}">{boxes}'
            f"{_when(found, language)}"
            f'<button name="do" value="save">{escape(words["save"])}</button>'
            f'<button name="do" value="none" class="quiet">{escape(words["none"])}</button></form>'
        )
        intro = words["intro"]
    else:
        form, intro = "", words["empty"]
    link = f'<p><a href="{escape(data)}">{escape(PREFER[language]["data_link"])}</a></p>'
    return framed(
        language,
        words["title"],
        f"<h1>{escape(words['title'])}</h1>{status}<p>{escape(intro)}</p>{form}"
        f"{link if data else ''}",
    )


def _when(found: Preferences, language: str) -> str:
    """Hours, a pause, the language, and whether what they do may choose."""
    words, wishes = PREFER[language], found.wishes
    start, end = wishes.hours
    timed = start != end
    hours = (
        '<input type="hidden" name="asked" value="hours">'
        f"<fieldset><legend>{escape(words['hours'])}"
        f'<small>{escape(words["own_time"])}</small></legend><div class="pair">'
        f"{_hours('from', words, start if timed else None)}"
        f"{_hours('until', words, end if timed else None)}</div></fieldset>"
    )
    pauses = {"0": words["pause_none"]} | {
        str(days): words["pause_days"].format(days=days) for days in PAUSES
    }
    note = ""
    if wishes.pause_until is not None:
        pauses = {"": words["pause_kept"], **pauses}
        until = words["pause_until"].format(day=day(wishes.pause_until, language, "year"))
        note = f"<small>{escape(until)}</small>"
    pause = (
        f"<fieldset><legend>{escape(words['pause'])}{note}</legend>"
        f"{_select('pause', words['pause'], pauses, next(iter(pauses)))}</fieldset>"
    )
    tongues = {"": words["as_is"], **NAMES}
    own = found.language if found.language in NAMES else ""
    tongue = (
        f"<fieldset><legend>{escape(words['write_in'])}</legend>"
        f"{_select('write_in', words['write_in'], tongues, own)}</fieldset>"
    )
    ticked = " checked" if wishes.objects else ""
    objects = (
        '<input type="hidden" name="asked" value="objects">'
        f'<label><input type="checkbox" name="objects" value="yes"{ticked}>'
        f"<span>{escape(words['objects'])}</span></label>"
    )
    return f"{hours}{pause}{tongue}{objects}"


def _hours(name: str, words: Mapping[str, str], chosen: int | None) -> str:
    every = {"": words["any"]} | {str(h * 60): f"{h:02}:00" for h in range(24)}
    if chosen is not None:
        every.setdefault(str(chosen), f"{chosen // 60:02}:{chosen % 60:02}")
    return (
        f'<label class="of">{escape(words[name])}'
        f"{_options(name, every, '' if chosen is None else str(chosen))}</label>"
    )


def _select(name: str, label: str, every: Mapping[str, str], chosen: str) -> str:
    return (
        f'<label class="of"><span class="off">{escape(label)}</span>'
        f"{_options(name, every, chosen)}</label>"
    )


def _options(name: str, every: Mapping[str, str], chosen: str) -> str:
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>'
        f"{escape(text)}</option>"
        for value, text in every.items()
    )
    return f'<select name="{escape(name)}">{options}</select>'


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


def _fieldset(
    choices: Sequence[Choice], words: Mapping[str, str], language: str, every_days: int
) -> str:
    topic = choices[0].topic
    about = topic.texts.get(language, "")
    boxes = "".join(
        '<label><input type="checkbox" name="on" value="'
        f'{escape(topic.id)}/{escape(choice.channel)}"{" checked" if choice.on else ""}>'
        f"{escape(_channel(choice.channel, words))}</label>"
        for choice in choices
    )
    shown = f"<small>{escape(about)}</small>" if about else ""
    often = {str(days): PREFER[language][f"every_{days}"] for days in EVERY_DAYS}
    if str(every_days) not in often:
        often[str(every_days)] = f"≤ 1 / {every_days} d"
    label = f"{PREFER[language]['often']}: {topic.name_in(language)}"
    return (
        f"<fieldset><legend>{escape(topic.name_in(language))}{shown}</legend>{boxes}"
        f"{_select(f'often.{topic.id}', label, often, str(every_days))}</fieldset>"
    )


def _channel(name: str, words: Mapping[str, str]) -> str:
    return words.get(name) or CHANNELS.get(name, name)


def _named(topic: Topic, channel: str, language: str) -> dict[str, str]:
    return {
        "topic": topic.name_in(language),
        "channel": _channel(channel, WORDS[language]),
    }
