"""Light marks in a text, *bold* _italic_ ~struck~ `code`, as other notations; or taken out.

Marks that do not close, and marks inside of words, stay as they are: people write 2*3*4.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Final

_MARKED: Final = re.compile(
    r"(?<!\w)(?:"
    r"```(?P<block>.+?)```|`(?P<code>[^`\n]+)`"
    r"|\*(?P<bold>[^*\n\s](?:[^*\n]*[^*\n\s])?)\*"
    r"|_(?P<italic>[^_\n\s](?:[^_\n]*[^_\n\s])?)_"
    r"|~(?P<struck>[^~\n\s](?:[^~\n]*[^~\n\s])?)~"
    r")(?!\w)",
    re.DOTALL,
)
_HTML: Final = {"block": "pre", "code": "code", "bold": "b", "italic": "i", "struck": "s"}
_VERBATIM: Final = ("block", "code")


def to_html(text: str) -> str:
    """The text with HTML tags b, i, s, code and pre; everything else escaped."""
    return _with_tags(text, _HTML)


def to_plain(text: str) -> str:
    """The text without its marks."""

    def bare(match: re.Match[str]) -> str:
        name = match.lastgroup or ""
        return match[name] if name in _VERBATIM else to_plain(match[name])

    return _MARKED.sub(bare, text)


def titled(text: str) -> tuple[str, str]:
    """The first line, and what is below it."""
    title, _, below = text.strip().partition("\n")
    return title.strip(), below.strip()


def _with_tags(text: str, tags: Mapping[str, str]) -> str:
    parts: list[str] = []
    at = 0
    for match in _MARKED.finditer(text):
        name = match.lastgroup or ""
        inner = match[name]
        shown = html.escape(inner, quote=False) if name in _VERBATIM else _with_tags(inner, tags)
        parts += [html.escape(text[at : match.start()], quote=False)]
        parts += [f"<{tags[name]}>{shown}</{tags[name]}>"]
        at = match.end()
    parts.append(html.escape(text[at:], quote=False))
    return "".join(parts)
