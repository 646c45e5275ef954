"""A text made from the HTML of a template: Liquid stays, tags become lines and links."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

import msgspec

from maracuja.templates.definition import Template, Variant

_LIQUID: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
# Liquid travels through the HTML parser as one private-use character each, in this range.
_FIRST: Final = 0xF0000
_MARK: Final = re.compile("[\U000f0000-\U000ffffd]")
_BLOCKS: Final = frozenset(
    "p div tr table ul ol h1 h2 h3 h4 h5 h6 section header footer blockquote center".split()
)
_SILENT: Final = frozenset(("style", "script", "head", "title"))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.silent = 0
        self.hrefs: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What a tag that opens puts into the text."""
        given = dict(attrs)
        if tag in _SILENT:
            self.silent += 1
        elif tag == "br":
            self.out.append("\n")
        elif tag == "li":
            self.out.append("\n- ")
        elif tag == "hr":
            self.out.append("\n---\n")
        elif tag == "img":
            self.out.append(given.get("alt") or "")
        elif tag == "a":
            self.hrefs.append((given.get("href") or "", len(self.out)))
        elif tag in _BLOCKS:
            self.out.append("\n\n" if tag != "tr" else "\n")
        elif tag == "td":
            self.out.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """What a tag that closes puts into the text."""
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "a" and self.hrefs:
            href, start = self.hrefs.pop()
            label = "".join(self.out[start:]).strip()
            if href and not href.startswith("#") and href != label:
                self.out.append(f": {href} " if label else f"{href} ")
        elif tag in _BLOCKS:
            self.out.append("\n\n" if tag != "tr" else "\n")

    def handle_data(self, data: str) -> None:
        """Words, their white space made one space."""
        if not self.silent:
            self.out.append(re.sub(r"[ \t\r\n]+", " ", data))


def text_of(html: str) -> str:
    """The Liquid source of a plain text that says what the HTML source says.

    Links follow their words, pictures give their alt texts, list items get a dash.
    """
    pieces: list[str] = []

    def hide(match: re.Match[str]) -> str:
        pieces.append(match[0])
        return chr(_FIRST + len(pieces) - 1)

    reader = _Reader()
    reader.feed(_LIQUID.sub(hide, html))
    reader.close()
    text = "".join(reader.out)
    text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text))
    text = re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
    return _MARK.sub(lambda match: pieces[ord(match[0]) - _FIRST], text)


def as_read(template: Template, *, html: bool, subject: bool) -> Template:
    """The template as a channel reads it that shows no HTML, or no subject.

    What nobody reads then asks nothing of anybody: a value that only the HTML shows may be
    missing.
    """
    if html and subject:
        return template

    def one(variant: Variant) -> Variant:
        if not subject:
            variant = msgspec.structs.replace(variant, subject="")
        if html or not (variant.html or variant.preheader):
            return variant
        text = variant.text or (text_of(variant.html) if variant.html else "")
        return msgspec.structs.replace(variant, text=text, html="", mjml="", preheader="")

    variants = tuple(one(variant) for variant in template.variants)
    return msgspec.structs.replace(template, variants=variants)
