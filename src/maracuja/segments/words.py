"""A segment in plain words: English, Russian, Ukrainian, Mongolian, with the right plurals.

It must never leave out a part of a condition: a marketer approves what is said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from maracuja.segments import definition as d
from maracuja.segments.comparing import SCALE, given
from maracuja.segments.computed_words import called
from maracuja.segments.facts import COUNTED, fact
from maracuja.segments.operators import Kind
from maracuja.segments.phrases import LAST, NEXT, PHRASES, TIMES, TIMES_GENITIVE, UNITS
from maracuja.segments.spans import span

LANGUAGES: Final = tuple(PHRASES)
SHOWN_MAX: Final = 8


def say(conditions: Sequence[d.Condition], language: str = "en") -> str:
    """All of a segment's conditions as one sentence; other languages than ours fall to English."""
    speaker = _Speaker(language)
    return speaker.phrases["everybody"].format(speaker.group(conditions, "and_clause"))


def say_condition(condition: d.Condition, language: str = "en") -> str:
    """One condition as a clause."""
    return _Speaker(language).condition(condition)


def say_evidence(condition: d.Condition, value: Any, kind: Kind | None, language: str) -> str:
    """What was found for one person: the trait, fact or state that the condition looked at."""
    speaker = _Speaker(language)
    if isinstance(condition, d.Measure | d.Sequence) and fact(condition).kind in COUNTED:
        value = value or 0
    if kind is Kind.SCALED and value is not None:
        value = value / SCALE
    return speaker.shown(value)


def plural(n: float, forms: Sequence[str], language: str) -> str:
    """The form for a number: one, few or many, after the rules of Unicode's CLDR."""
    if language == "en":
        return forms[0] if n == 1 else forms[1]
    if n != int(n):
        return forms[1]
    tens, ones = int(n) % 100, int(n) % 10
    if ones == 1 and tens != 11:
        return forms[0]
    return forms[1] if 2 <= ones <= 4 and not 12 <= tens <= 14 else forms[2]


class _Speaker:
    """The phrases of one language."""

    def __init__(self, language: str) -> None:
        short = language.lower().split("-")[0].split("_")[0]
        self.language = short if short in PHRASES else "en"
        self.phrases = PHRASES[self.language]

    def group(self, conditions: Iterable[d.Condition], how: str, *, inner: bool = False) -> str:
        """Clauses joined by a phrase, in brackets where they stand inside others."""
        clauses = [self.condition(c, inner=True) for c in conditions]
        joined = self.phrases[how].join(clauses)
        return f"({joined})" if inner and len(clauses) > 1 else joined

    def condition(self, condition: d.Condition, *, inner: bool = False) -> str:
        """One clause."""
        say = self.phrases
        match condition:
            case d.AllOf(all=parts):
                return self.group(parts, "and_clause", inner=inner)
            case d.AnyOf(any=parts):
                return self.group(parts, "or_clause", inner=inner)
            case d.NoneOf(none=parts):
                return say["none"].format(self.group(parts, "or_clause"))
            case d.Trait(trait=name):
                return self.compared(condition, self.quoted(name))
            case d.Sequence():
                return self.sequence(condition)
            case d.Known(fact=name, of=of):
                said = self.quoted(of) if of else ""
                return self.compared(condition, called(name, said, self.language))
            case d.Measure():
                return self.measure(condition)
            case d.Consents():
                return self.consent(condition)
            case d.Reachable(reachable=channel):
                return say["reachable"].format(self.quoted(channel))
            case d.Member(segment=other):
                return say["segment"].format(self.quoted(other))
            case d.Share():
                return say["share_from" if condition.start else "share"].format(
                    share=_number(condition.share),
                    start=_number(condition.start),
                    salt=self.quoted(condition.salt),
                )

    def measure(self, condition: d.Measure) -> str:
        """A clause about events or messages."""
        word = d.word(condition)
        values = {
            "events": self.names(d.names(d.subject(condition))),
            "window": self.window(condition),
        }
        if isinstance(condition, d.Received | d.Read | d.Clicked):
            values["campaign"] = self.campaign(condition)
        if isinstance(condition, d.Did | d.Received | d.Read | d.Clicked):
            return self.phrases[word].format(times=self.times(condition), **values)
        if isinstance(condition, d.DidNot):
            return self.phrases[word].format(**values)
        of = getattr(condition, "of", None)
        if of is not None and word in ("first", "last"):
            word += "_of"
        name = self.phrases[word].format(of=self.quoted(of or ""), **values)
        return self.compared(condition, name)

    def campaign(self, condition: d.Received | d.Read | d.Clicked) -> str:
        """Whose messages, and by which channel."""
        campaigns = d.names(d.subject(condition))
        said = self.phrases["any_campaign"]
        if campaigns != ("any",):
            said = self.phrases["campaign"].format(self.names(campaigns))
        if condition.channel is not None:
            said += self.phrases["channel"].format(self.quoted(condition.channel))
        return said

    def consent(self, condition: d.Consents) -> str:
        """A clause about consent."""
        states = [condition.state] if isinstance(condition.state, str) else condition.state
        words = [self.phrases["unknown_state" if s == "unknown" else s] for s in states]
        return self.phrases["consent"].format(
            topic=self.quoted(condition.consent),
            channel=self.quoted(condition.channel),
            state=self.phrases["or"].join(words),
        )

    def sequence(self, condition: d.Sequence) -> str:
        """Steps one after the other, with what must be absent."""
        steps, say = condition.sequence, self.phrases
        text = ""
        for i, step in enumerate(steps):
            events = self.names(d.names(step.did or step.did_not or []))
            events += self.filters(step.where)
            length = self.span(step.within) if step.within else ""
            if i == 0:
                text = say["began"].format(events=events)
            elif step.did is not None:
                key = "then_within" if length else "then"
                text += say[key].format(events=events, span=length)
                before = steps[i - 1]
                if before.did_not is not None:
                    absent = self.names(d.names(before.did_not)) + self.filters(before.where)
                    text += say["between_not"].format(events=absent)
            elif i == len(steps) - 1:
                text += say["then_not"].format(events=events, span=length)
        if condition.in_total:
            text += say["in_total"].format(span=self.span(condition.in_total))
        if condition.within:
            text += say["in_window"].format(last=self.near(condition.within, LAST))
        return text

    def times(self, condition: d.Measure) -> str:
        """How often; nothing where once is enough."""
        parts = []
        plain = True
        for name, value in given(condition).items():
            key = f"times_{name}"
            if key not in self.phrases or not isinstance(value, int | float):
                plain = False
                continue
            parts.append(
                self.phrases[key].format(
                    n=_number(value),
                    t=plural(value, TIMES[self.language], self.language),
                    g=plural(value, TIMES_GENITIVE[self.language], self.language),
                )
            )
        if plain:
            return self.phrases["and_clause"].rstrip().join(parts)
        return " (" + self.compared(condition, "n") + ")"

    def window(self, condition: d.Measure) -> str:
        """When, and which events."""
        text = ""
        if condition.within:
            text += self.phrases["within"].format(last=self.near(condition.within, LAST))
        if condition.older_than:
            text += self.phrases["older_than"].format(span=self.span(condition.older_than))
        for name in ("since", "until"):
            if value := getattr(condition, name):
                text += self.phrases[name].format(v=value)
        return text + self.filters(condition.where)

    def filters(self, where: Sequence[d.Property]) -> str:
        """The property filters in brackets."""
        if not where:
            return ""
        clauses = [self.compared(item, self.quoted(item.property)) for item in where]
        return self.phrases["where"].format(self.phrases["and_clause"].join(clauses))

    def compared(self, comparison: d.Comparison, name: str) -> str:
        """A name with all that it has to be."""
        clauses = []
        for key, value in given(comparison).items():
            if key == "known":
                key = "known" if value else "unknown"
            values: dict[str, str] = {"name": name}
            if key in ("in_last", "longer_ago", "in_next", "anniversary_in"):
                length = str(value)
                values["span"] = self.span(length)
                values["last"] = self.near(length, LAST)
                values["next"] = self.near(length, NEXT)
                if key == "anniversary_in" and span(length).number == 0:
                    key = "anniversary_today"
            else:
                values["v"] = self.shown(value)
            clauses.append(self.phrases[key].format(**values))
        return self.phrases["and_clause"].join(
            clauses or [self.phrases["known"].format(name=name)]
        )

    def span(self, text: str) -> str:
        """ "2 hours" in this language."""
        found = span(text)
        forms = UNITS[self.language][found.unit][:3]
        return f"{found.number} {plural(found.number, forms, self.language)}"

    def near(self, text: str, which: dict[str, tuple[str, str, str]]) -> str:
        """ "last 30 days" or "next 7 days"; a single unit goes without its number."""
        found = span(text)
        forms = UNITS[self.language][found.unit]
        one = plural(found.number, ("1", "", ""), self.language) == "1"
        adjective = which[self.language][(1 if forms[3] == "f" else 0) if one else 2]
        return f"{adjective} {forms[0] if found.number == 1 else self.span(text)}"

    def names(self, names: Sequence[str]) -> str:
        """Quoted names joined by "or"; of many, the first ones."""
        return self.alternatives([self.quoted(name) for name in names])

    def alternatives(self, said: Sequence[str]) -> str:
        """ "a, b or c"; of many, the first ones and how many more."""
        if len(said) > SHOWN_MAX:
            said = [*said[:SHOWN_MAX], f"+{len(said) - SHOWN_MAX}"]
        return self.phrases["or"].join([p for p in (", ".join(said[:-1]), said[-1]) if p])

    def quoted(self, text: str) -> str:
        """A name or text in this language's quotation marks."""
        return self.phrases["quote"].format(text)

    def shown(self, value: Any) -> str:
        """A value as text."""
        if value is None:
            return self.phrases["nothing"]
        if isinstance(value, bool):
            return self.phrases["true" if value else "false"]
        if isinstance(value, int | float):
            return _number(value)
        if isinstance(value, datetime):
            return value.strftime("%Y-%m-%d %H:%M UTC")
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, list | tuple):
            return self.alternatives([self.shown(v) for v in value]) if value else self.shown(None)
        return self.quoted(str(value))


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
