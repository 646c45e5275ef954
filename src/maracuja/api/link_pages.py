"""The pages behind our links: plain HTML that works without scripts and loads nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Final

from maracuja.api.link_words import LANGUAGES, NAMES, WORDS
from maracuja.campaigns.definitions import Topic
from maracuja.channels.polls import Question
from maracuja.runtime.link_actions import Choice

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#2b1a2f;--soft:#6d5a73;--page:#fdf6ee;--card:#fff;
--line:#eaddd2;--fruit:#7a2e6b;--seed:#d9480f;--on:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#f6ebf4;--soft:#c3aec4;--page:#1d1220;--card:#2a1b2e;
--line:#46324a;--fruit:#e08fd0;--seed:#ff9d66;--on:#1d1220}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif;
min-height:100vh;display:grid;place-items:center;padding:1.5rem}
main{background:var(--card);border:1px solid var(--line);border-radius:1.25rem;width:100%;
max-width:34rem;padding:2rem;box-shadow:0 1rem 3rem rgb(60 20 50/.08)}
main::before{content:"";display:block;width:3rem;height:3rem;border-radius:50%;margin:0 0 1rem;
background:radial-gradient(circle,#2b1a2f 0 8%,#ffb703 9% 52%,#fff3d6 53% 62%,#7a2e6b 63%)}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;text-wrap:balance}
p{margin:0 0 1.25rem;color:var(--soft)}
fieldset{border:0;border-top:1px solid var(--line);margin:0;padding:1rem 0}
legend{float:left;width:100%;font-weight:650;padding:0}
legend+*{clear:both}
small{display:block;color:var(--soft);font-weight:400;font-size:.9375rem}
label{display:flex;gap:.75rem;align-items:center;min-height:2.75rem;cursor:pointer}
input{width:1.4rem;height:1.4rem;accent-color:var(--fruit);margin:0}
button{font:inherit;font-weight:650;min-height:3rem;width:100%;border-radius:.875rem;
border:2px solid var(--fruit);background:var(--fruit);color:var(--on);cursor:pointer;
margin-top:.75rem}
button.quiet{background:none;color:var(--ink);border-color:var(--line)}
a{color:var(--fruit)}
:focus-visible{outline:3px solid var(--seed);outline-offset:3px}
[role=status]{border-left:.25rem solid var(--seed);padding:.5rem .875rem;color:var(--ink)}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin-top:1.5rem;font-size:.9375rem}
nav a{display:inline-block;padding:.375rem 0}
nav [aria-current]{color:var(--soft);text-decoration:none}
"""


def leave_page(topic: Topic, channel: str, language: str) -> str:
    """The page that asks once: one button takes the person out."""
    words = WORDS[language]
    question = words["leave_question"].format(**_named(topic, channel, language))
    return _page(
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
    return _page(
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
    return _page(
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
    return _page(
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
    return _page(language, title, f"<h1>{escape(title)}</h1>{text}", languages=False)


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


def _page(language: str, title: str, inner: str, *, languages: bool = True) -> str:
    here = {language: ' aria-current="true"'}
    links = "".join(
        f'<a href="?lang={code}" lang="{code}" hreflang="{code}"{here.get(code, "")}>'
        f"{NAMES[code]}</a>"
        for code in LANGUAGES
    )
    label = escape(WORDS[language]["languages"])
    nav = f'<nav aria-label="{label}">{links}</nav>' if languages else ""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{inner}{nav}</main></body></html>"
    )
