"""MJML, the language of e-mails that look right everywhere, made into HTML once for each text.

It never reads a file, and what it makes never asks another's server for letters: an `mj-include`
is refused, and fonts come from the reader's device unless `mj-font` names an address.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from html.parser import HTMLParser
from typing import Final
from xml.parsers import expat

_LIQUID: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(?:u\{([0-9a-f]{1,6})\}|(.))")
_ATTRIBUTE: Final = re.compile(r'(?<=\s)[\w:-]+="(?:[^"\\]|\\.)*"')
_FROZEN: Final = re.compile(r"<!--mjml:([0-9a-f]{16})-->\s*\Z")
_PLACE: Final = re.compile(r" in root template(?: at position (\d+):\d+)?")

_NAMES: Final = frozenset(
    "mjml mj-head mj-body mj-attributes mj-wrapper mj-section mj-group mj-column mj-hero "
    "mj-navbar mj-social mj-accordion mj-accordion-element mj-carousel mj-html-attributes "
    "mj-selector mj-title mj-preview mj-style mj-font mj-breakpoint mj-all mj-class "
    "mj-text mj-button mj-image mj-divider mj-spacer mj-table mj-raw mj-navbar-link "
    "mj-social-element mj-accordion-title mj-accordion-text mj-carousel-image "
    "mj-html-attribute".split()
)


class MjmlFault(ValueError):
    """The source is no MJML that can be used; the message says why, and on which line."""


def frozen(source: str, html: str) -> bool:
    """Whether the HTML is what `compiled` once made of the source, unchanged since."""
    found = _FROZEN.search(html)
    return found is not None and found[1] == _seal(source, html[: found.start()])


def made_here(html: str) -> bool:
    """Whether the HTML comes from `compiled`, of whatever source."""
    return _FROZEN.search(html) is not None


@lru_cache(maxsize=64)
def compiled(source: str) -> str:
    """The HTML of an MJML source; its Liquid stays as it is. Raises MjmlFault.

    It ends with a seal over both, by which `frozen` knows it again: a definition keeps what was
    made when it was applied, whatever a newer compiler would make.
    """
    from mjml import mjml2html

    _check(source)
    # Liquid travels through the compiler as a word each that the source does not hold.
    word = f"liquid{hashlib.sha256(source.encode()).hexdigest()[:12]}x"
    pieces = _LIQUID.findall(source)
    numbers = iter(range(len(pieces)))
    hidden = _LIQUID.sub(lambda one: f"{word}{next(numbers)}q" + "\n" * one[0].count("\n"), source)
    mark = re.compile(rf"{word}(\d+)q")
    try:
        made = mjml2html(hidden, fonts={})
    except ValueError as fault:
        raise MjmlFault(_told(str(fault), hidden)) from fault
    shown = {int(n) for n in mark.findall(made)}
    for n, found in enumerate(_LIQUID.finditer(source)):
        if n not in shown:
            raise MjmlFault(
                f"mjml, line {_line(source, found.start())}: {pieces[n][:60]} stands where MJML"
                " shows nothing; move it into a text, a button or an mj-raw"
            )
    made = _ATTRIBUTE.sub(lambda found: _plain(found[0]), made)
    html = mark.sub(lambda found: pieces[int(found[1])], made)
    return f"{html}<!--mjml:{_seal(source, html)}-->"


def _seal(source: str, html: str) -> str:
    return hashlib.sha256(f"{source}\0{html}".encode()).hexdigest()[:16]


def _line(source: str, at: int) -> int:
    return source.count("\n", 0, at) + 1


def _plain(attribute: str) -> str:
    """An attribute without the escapes of another language that the compiler leaves in it."""

    def one(found: re.Match[str]) -> str:
        if found[1]:
            return chr(int(found[1], 16))
        return {'"': "&quot;", "n": "\n", "t": "\t", "r": "", "0": ""}.get(found[2], found[2])

    return _ESCAPED.sub(one, attribute)


def _told(words: str, hidden: str) -> str:
    """The compiler's words with the line in the place of an offset into what it was given."""
    found = _PLACE.search(words)
    plain = _PLACE.sub("", words)
    if found is None or found[1] is None:
        line = _not_xml(hidden)
        return f"mjml, line {line}: {plain}" if line else f"mjml: {plain}"
    line = hidden.encode().count(b"\n", 0, int(found[1])) + 1
    return f"mjml, line {line}: {plain}"


def _not_xml(hidden: str) -> int:
    """The line on which the source is no longer XML; 0 where it is. Liquid keeps its lines."""
    parser = expat.ParserCreate()
    parser.UseForeignDTD(True)  # names such as &nbsp; are for the reader
    try:
        parser.Parse(hidden, True)
    except expat.ExpatError as fault:
        return fault.lineno
    return 0


class _Elements(HTMLParser):
    """Follows the elements of MJML alone: the compiler passes over names that it does not know."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, int]] = []
        self.fault = ""
        self.any = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        if not self._ours(tag):
            return
        line = self.getpos()[0]
        if not self.any and tag != "mjml":
            self._tell(line, f"it begins with <{tag}>; begin with <mjml>")
        self.any = True
        if tag == "mj-include":
            self._tell(line, "mj-include reads another file; put its text in its place")
        elif tag not in _NAMES:
            self._tell(line, f"there is no <{tag}> in MJML")
        self.open.append((tag, line))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that closes itself."""
        self.handle_starttag(tag, attrs)
        if self._ours(tag):
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """An element ends: it must be the last that was opened."""
        if not self._ours(tag):
            return
        line = self.getpos()[0]
        if not self.open:
            self._tell(line, f"</{tag}> closes nothing")
            return
        name, since = self.open.pop()
        if name != tag:
            self._tell(line, f"</{tag}> closes the <{name}> of line {since}")

    def _ours(self, tag: str) -> bool:
        return tag.startswith("mj-") or tag == "mjml"

    def _tell(self, line: int, words: str) -> None:
        self.fault = self.fault or f"mjml, line {line}: {words}"


def _check(source: str) -> None:
    """Raises MjmlFault where elements are unknown, misplaced or left open."""

    def blank(match: re.Match[str]) -> str:
        return "x" + "\n" * match[0].count("\n")

    reader = _Elements()
    reader.feed(_LIQUID.sub(blank, source))
    reader.close()
    if not reader.any:
        raise MjmlFault("mjml: there is no MJML in it; begin with <mjml><mj-body>")
    if not reader.fault and reader.open:
        name, line = reader.open[-1]
        reader.fault = f"mjml, line {line}: <{name}> is never closed"
    if reader.fault:
        raise MjmlFault(reader.fault)
