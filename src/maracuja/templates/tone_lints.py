"""Whether a template speaks as the shop does, and no longer than it must.

It reads constant texts and fallbacks in every branch, never a person's data.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from maracuja.language import manners
from maracuja.language.manners import FORMS
from maracuja.templates.definition import Template, Variant, choose
from maracuja.templates.lints import Finding
from maracuja.templates.slips import VALUE, readings
from maracuja.templates.tone import ANY, Rule, Tone
from maracuja.templates.wording import speech

VALUE_CHARS: Final = 10  # that a value counts for, whatever it will be
SENTENCE_WORDS: Final = 25
# What is read at one glance or one swipe of a thumb; a tone's own `length` stands in its place.
HOUSE_CHARS: Final[Mapping[str, int]] = {
    "email": 2_000,
    "sms": 140,
    "mobile_push": 150,
    "web_push": 120,
    ANY: 700,
}
_ADDRESS: Final = re.compile(r":? ?https?://\S+")
_SHOWN_CHARS: Final = 60


class _Message(NamedTuple):
    """One way to read a variant: its body is the text or the HTML, the rest stands around it."""

    where: str  # variants[n].
    body: str  # text or html
    parts: Mapping[str, str]


def of_template(
    template: Template, tones: Sequence[Tone], channels: Sequence[str] = ()
) -> list[Finding]:
    """What breaks a rule of the tones, and what is longer than it need be; each is told once.

    `channels` are those that the template goes out on; without them each variant is read on its
    own. Raises TemplateError where a text cannot be parsed.
    """
    found: dict[tuple[str, str, str], Finding] = {}
    for n, variant in enumerate(template.variants):
        read_on = shown_on(template, n, channels)
        if channels and not read_on:
            continue
        language = speech(variant.language) or variant.language.partition("-")[0]
        for message in _messages(template, n):
            for tone in tones:
                for finding in _of_tone(message, tone, language):
                    found.setdefault((finding.code, finding.message, finding.where), finding)
            for finding in (
                *_lengths(message, variant, tones, read_on),
                *_sentences(message, tones),
                *_phrases(message, language),
            ):
                found.setdefault((finding.code, finding.level, finding.where), finding)
    return list(found.values())


def shown_on(template: Template, n: int, channels: Sequence[str]) -> list[str]:
    """The channels among these that show variant `n`; its own where none are named."""
    variant = template.variants[n]
    if not channels:
        mail = variant.html or variant.subject
        return [variant.channel or ("email" if mail else ANY)]
    languages = {one.language for one in template.variants} | {""}
    return [one for one in channels if any(choose(template, lg, one) == n for lg in languages)]


def _messages(template: Template, n: int) -> Iterator[_Message]:
    """Every reading of a variant; one with text and HTML is read as either."""
    for parts in readings(template, n):
        bodies: list[str] = [part for part in ("text", "html") if part in parts] or [""]
        for body in bodies:
            kept = {p: t for p, t in parts.items() if p not in bodies or p == body}
            yield _Message(f"variants[{n}].", body, kept)


# ---------------------------------------------------------------- the rules of a tone


def _of_tone(message: _Message, tone: Tone, language: str) -> Iterator[Finding]:
    """What breaks the rules that count or know words; lengths and sentences are told apart."""
    place = message.where + (message.body or next(iter(message.parts), ""))
    whole = "\n".join(message.parts.values())
    counted = (
        (Rule.EMOJI, tone.emoji, len(manners.emoji(whole)), "emoji"),
        (Rule.EXCLAMATIONS, tone.exclamations, whole.count("!"), "exclamation marks"),
    )
    for rule, most, there, what in counted:
        if most is not None and there > most:
            told = f"the message has {there} {what}, the tone `{tone.id}` allows {most or 'none'}"
            fix = f"Keep {most}." if most else "Leave them out."
            yield _finding(tone, rule, told, place, fix)
    for part, text in message.parts.items():
        where = message.where + part
        for asked, word in manners.find_words(text, tone.forbidden):
            told = f"«{word}» is forbidden by the tone `{tone.id}`"
            told += f" (as `{asked}`)" if asked.lower() != word.lower() else ""
            yield _finding(tone, Rule.FORBIDDEN, told, where, "Say it without that word.")
        for asked, word in manners.find_words(text, list(tone.preferred)):
            told = f"the tone `{tone.id}` prefers another word to «{word}»"
            fix = f"Write «{tone.preferred[asked]}»."
            yield _finding(tone, Rule.PREFERRED, told, where, fix)
        wanted = tone.address.get(language)
        if wanted is None:
            continue
        other = FORMS[1 - FORMS.index(wanted)]
        if spoken := manners.address_words(text, language, other):
            listed = ", ".join(f"«{word}»" for word in spoken[:5])
            told = f"the reader is spoken to in the {other} way: {listed}"
            fix = f"The tone `{tone.id}` speaks {language} in the {wanted} way."
            yield _finding(tone, Rule.ADDRESS, told, where, fix)


_WHY: Final[Mapping[Rule, str]] = {
    Rule.EMOJI: "Emoji speak louder than the words beside them.",
    Rule.EXCLAMATIONS: "Who shouts all the time is not heard.",
    Rule.FORBIDDEN: "The shop has decided not to speak so.",
    Rule.PREFERRED: "One thing has one name, in every message.",
    Rule.ADDRESS: "Whoever is spoken to in two ways hears two strangers.",
    Rule.LENGTH: "What does not fit one glance is not read.",
    Rule.SENTENCE: "A long sentence is read twice, or not at all.",
}


def _finding(tone: Tone | None, rule: Rule, told: str, where: str, fix: str) -> Finding:
    """What breaks a rule: an error where the tone refuses it."""
    level = "error" if tone is not None and rule in tone.refuse else "warning"
    return Finding(level, rule.value, told, where, fix, _WHY[rule])


# ---------------------------------------------------------------- brevity


def _lengths(
    message: _Message, variant: Variant, tones: Iterable[Tone], channels: Iterable[str]
) -> Iterator[Finding]:
    """The body against the most characters of each channel: the shop's own, else the house's."""
    text = _ADDRESS.sub("", message.parts.get(message.body, "")).strip()
    chars = len(text) + (VALUE_CHARS - 1) * text.count(VALUE)
    for channel in channels:
        kind = channel.partition("/")[0]
        if message.body == "html" and kind != "email" and variant.text:
            continue  # the text is read there
        own = [
            (most, tone)
            for tone in tones
            if (most := tone.length.get(kind, tone.length.get(ANY))) is not None
        ]
        limits: list[tuple[int, Tone | None]] = [*own] or [
            (HOUSE_CHARS.get(kind, HOUSE_CHARS[ANY]), None)
        ]
        for most, tone in limits:
            if chars > most:
                name = "a message" if kind == ANY else kind
                limit = f"the tone `{tone.id}` allows {most}" if tone else f"{most} are plenty"
                told = f"the text has {chars} characters; of {name} {limit}"
                fix = "Say one thing, and leave the rest to the page behind the link."
                yield _finding(tone, Rule.LENGTH, told, message.where + message.body, fix)


def _sentences(message: _Message, tones: Iterable[Tone]) -> Iterator[Finding]:
    """The longest sentence of each part against the tone's most words, else the house's."""
    own = [(tone.sentence, tone) for tone in tones if tone.sentence is not None]
    limits: list[tuple[int, Tone | None]] = [*own] or [(SENTENCE_WORDS, None)]
    for part, text in message.parts.items():
        plain = _ADDRESS.sub("", text)
        longest = max(manners.sentences(plain), key=_words, default="")
        for most, tone in limits:
            if _words(longest) > most:
                begin = longest[:_SHOWN_CHARS].replace(VALUE, "…")
                told = f"a sentence of {_words(longest)} words, {most} are plenty: «{begin}…»"
                fix = "Make two of it, or leave out what the reader knows."
                yield _finding(tone, Rule.SENTENCE, told, message.where + part, fix)


def _words(sentence: str) -> int:
    return len(manners.words(sentence)) + sentence.count(VALUE)


def _phrases(message: _Message, language: str) -> Iterator[Finding]:
    """Phrases that may go without loss."""
    for part, text in message.parts.items():
        found = list(manners.empty_phrases(text, language))
        if found:
            listed = ", ".join(f"«{said}»" for said, _ in found)
            swaps = [f"«{better}» for «{said}»" for said, better in found if better]
            fix = f"Write {', '.join(swaps)}." if swaps else "Begin with what follows."
            why = "The first words are the ones that are read."
            where = message.where + part
            yield Finding("warning", "empty_phrase", f"empty words: {listed}", where, fix, why)
