"""Links as placeholders: found when a template is compiled, filled in when a message is sent.

A placeholder is U+E000, a link number or the name of one of our pages, then for a link that
differs from person to person U+E001 and its address, then U+E002. Neither templates nor data may
hold these characters (templates are refused, data are cleaned), so nobody can forge one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape, unescape
from json import loads
from typing import Final

from liquid.builtin.expressions import tokenize
from liquid.token import TOKEN_COLON, TOKEN_EXPRESSION, TOKEN_PIPE, Token

from maracuja.links.statements import PAGES as STATEMENTS
from maracuja.model import Record

OPEN: Final = "\ue000"
SPLIT: Final = "\ue001"
CLOSE: Final = "\ue002"
PRIVATE: Final = re.compile("[\ue000-\ue00f]")
PAGES: Final = ("unsubscribe", "preferences", "view", "cart", *STATEMENTS)

_PLACEHOLDER: Final = re.compile(f"{OPEN}([0-9]+|[a-z][a-z_.]*)(?:{SPLIT}([^{CLOSE}]*))?{CLOSE}")
_INLINE: Final = re.compile(f"{OPEN}([0-9]+){SPLIT}([^{OPEN}{CLOSE}]*){CLOSE}")
_PIECE: Final = re.compile(
    r"\{%-?\s*(?:raw|comment)\s*-?%\}.*?\{%-?\s*end(?:raw|comment)\s*-?%\}"
    r"|\{%.*?%\}|\{\{.*?\}\}",
    re.DOTALL,
)
_HREF: Final = re.compile(r"\bhref\s*=\s*([\"'])", re.IGNORECASE)
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_TEXT_END: Final = re.compile(r"[\s<>\"']")
_TAG_NAME: Final = re.compile(r"\{%-?\s*(\w+)")
_URL_OUTPUT: Final = re.compile(r"\{\{-?\s*[\w.\[\]]+(?:\.|_)url\s*(?:\|[^|]*)*-?\}\}")
_LINKS_OUTPUT: Final = re.compile(r"\{\{-?\s*links\b")
_BLOCKS: Final = frozenset(("if", "unless", "case", "for", "need", "named", "capture"))
_SCHEMES: Final = ("http://", "https://", "mailto:", "tel:")
# An address within the shop's own app, such as shop://fruit/7: never in a mail.
_APP: Final = re.compile(
    r"(?!(?:file|javascript|vbscript|data|blob|about)\b)[a-z][a-z0-9+.-]{1,30}://", re.IGNORECASE
)


class Link(Record, frozen=True):
    """A link of a message: its number, its part, and its address where all people share it.

    An empty `url` means that the address stands inside the placeholder, person by person.
    """

    n: int
    part: str
    url: str = ""


def page(name: str) -> str:
    """The placeholder of one of our own pages (see PAGES)."""
    return f"{OPEN}{name}{CLOSE}"


def inline(n: int, url: str) -> str:
    """The placeholder of a link whose address differs from person to person.

    One of our own pages stays what it is.
    """
    return url if url[:1] == OPEN else f"{OPEN}{n}{SPLIT}{url}{CLOSE}"


def fill(
    text: str,
    links: Mapping[int, str],
    *,
    html: bool,
    href: Callable[[int, str], str],
    page: Callable[[str], str],
) -> str:
    """The text with its placeholders replaced by addresses (escaped in HTML).

    `links` maps a number to its shared address; `href(n, url)` gives what a web link becomes
    (a signed one, say); `page(name)` gives the address of an unsubscribe page and so on.
    Addresses that are neither web, mail nor telephone links are left out, and outside of HTML
    those of an app stay.
    """

    def one(match: re.Match[str]) -> str:
        name, own = match[1], match[2]
        if not name[0].isdigit():
            url = page(name)
        else:
            raw = links.get(int(name), "") if own is None else own
            url = unescape(raw) if html and own is not None else raw
            url = url.strip()
            in_app = not html and _APP.match(url)
            if not in_app and not url.lower().startswith(_SCHEMES):
                return ""
            if _WEB.match(url):
                url = href(int(name), url)
        return escape(url) if html else url

    return _PLACEHOLDER.sub(one, text) if OPEN in text else text


def lift_shared(text: str, part: str, links: dict[int, Link]) -> str:
    """Static text whose inline addresses move to the table, as everybody shares them."""
    unquoted = {"html": unescape, "rich": _from_json}.get(part, str)

    def one(match: re.Match[str]) -> str:
        n = int(match[1])
        links[n] = Link(n=n, part=part, url=unquoted(match[2]))
        return f"{OPEN}{n}{CLOSE}"

    return _INLINE.sub(one, text) if SPLIT in text else text


def _from_json(text: str) -> str:
    return str(loads(f'"{text}"'))


class Marker:
    """Finds the links of the parts of one variant and numbers them in the order of reading."""

    def __init__(self) -> None:
        self.links: dict[int, Link] = {}

    def mark(self, source: str, part: str) -> str:
        """The Liquid source with each link wrapped in a placeholder."""
        pieces = list(_pieces(source))
        out: list[str] = []
        n = 0
        while n < len(pieces):
            kind, text = pieces[n]
            if kind == "text":
                n, marked = self._content(pieces, n, "".join(out), part)
                out.append(marked)
                continue
            if kind == "output":
                text = self._button(text, part)
                if (
                    part != "html"
                    and _URL_OUTPUT.fullmatch(text)
                    and not _LINKS_OUTPUT.match(text)
                ):
                    text = inline(self._number(part), text)
            out.append(text)
            n += 1
        return "".join(out)

    def whole(self, source: str, part: str) -> str:
        """A Liquid source that is one address and nothing else, as a link."""
        source = source.strip()
        if _LINKS_OUTPUT.search(source):
            return self.mark(source, part)  # one of our own pages, perhaps among others
        return inline(self._number(part), source) if source else ""

    def _number(self, part: str, url: str = "") -> int:
        n = len(self.links)
        self.links[n] = Link(n=n, part=part, url=url)
        return n

    def _shared(self, part: str, raw: str) -> str:
        url = unescape(raw) if part == "html" else raw
        return f"{OPEN}{self._number(part, url)}{CLOSE}"

    def _content(
        self, pieces: list[tuple[str, str]], n: int, before: str, part: str
    ) -> tuple[int, str]:
        """Mark the links that begin in the text piece n: (the next piece, marked source)."""
        text, out, at = pieces[n][1], "", 0
        while True:
            start = _next_link(text, at, before + text[:at], part)
            if start is None:
                return n + 1, out + text[at:]
            begin, ends = start
            out += text[at:begin]
            stop = ends.search(text, begin)
            if stop or not _goes_on(pieces, n, part, text[begin:]):
                end = stop.start() if stop else len(text)
                url = text[begin:end] if part == "html" else text[begin:end].rstrip(".,;:!?)")
                out += self._shared(part, url) if _WEB.match(url) else url
                at = begin + len(url)
                continue
            last = _span(pieces, n, ends, part)
            if last is None:
                at = begin + 1
                out += text[begin:at]
                continue
            m, cut = last
            inner = text[begin:] + "".join(p[1] for p in pieces[n + 1 : m])
            tail = pieces[m][1] if m < len(pieces) else ""
            out += inline(self._number(part), inner + tail[:cut])
            if m == len(pieces):
                return m, out
            before, text, at, n = before + out, tail, cut, m

    def _button(self, output: str, part: str) -> str:
        """Give the filters `button` in an output statement their link numbers."""
        inner = output[2:-2]
        tokens = list(tokenize(inner, Token(TOKEN_EXPRESSION, inner, 0, inner)))
        places = [
            colon.start_index + 1
            for pipe, word, colon in zip(tokens, tokens[1:], tokens[2:], strict=False)
            if pipe.kind == TOKEN_PIPE and word.value == "button" and colon.kind == TOKEN_COLON
        ]
        for place in reversed(places):
            inner = f"{inner[:place]} link: {self._number(part)},{inner[place:]}"
        return "{{" + inner + "}}"


def _pieces(source: str) -> Iterator[tuple[str, str]]:
    """The source cut into ("text" | "output" | "tag", piece)."""
    at = 0
    for match in _PIECE.finditer(source):
        if match.start() > at:
            yield "text", source[at : match.start()]
        yield ("output" if match[0].startswith("{{") else "tag"), match[0]
        at = match.end()
    if at < len(source):
        yield "text", source[at:]


def _next_link(text: str, at: int, before: str, part: str) -> tuple[int, re.Pattern[str]] | None:
    """Where the next link begins in a text piece, and the pattern that ends it."""
    if part != "html":
        web = _WEB.search(text, at)
        return (web.start(), _TEXT_END) if web else None
    for match in _HREF.finditer(text, at):
        opened = (before[: len(before)] + text[at : match.start()]).rpartition("<")[2].lower()
        if re.match(r"(a|area)\b", opened):
            return match.end(), re.compile(match[1])
    return None


def _goes_on(pieces: list[tuple[str, str]], n: int, part: str, rest: str) -> bool:
    """Whether a link that reaches the end of piece n goes on in the next piece."""
    if n + 1 >= len(pieces):
        return False
    kind, text = pieces[n + 1]
    if part != "html":
        return kind == "output"
    if rest:
        return bool(_WEB.match(rest))
    return not _LINKS_OUTPUT.match(text)


def _span(
    pieces: list[tuple[str, str]], n: int, ends: re.Pattern[str], part: str
) -> tuple[int, int] | None:
    """(piece, offset) where a link that began in piece n ends; None where tags cut it."""
    depth = 0
    for m in range(n + 1, len(pieces)):
        kind, text = pieces[m]
        if kind == "text":
            stop = ends.search(text)
            if stop:
                cut = stop.start()
                if part != "html":
                    cut = len(text[:cut].rstrip(".,;:!?)"))
                return (m, cut) if depth == 0 else None
        elif kind == "tag":
            if part != "html":
                return m, 0
            name = _TAG_NAME.match(text)
            word = name[1] if name else ""
            depth += (word in _BLOCKS) - (word.startswith("end") and word[3:] in _BLOCKS)
            if depth < 0:
                return None
    return (len(pieces), 0) if part != "html" and depth == 0 else None
