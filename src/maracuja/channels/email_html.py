"""The words of a mail that was written as HTML, without what its program marked as quoted.

Nothing of it is ever shown as HTML again, and nothing that it points to is fetched.
"""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Final

CHARS_MAX: Final = 1_000_000
DEPTH_MAX: Final = 500

_VOID: Final = frozenset("area base br col embed hr img input link meta source wbr".split(" "))
_SILENT: Final = frozenset("head style script title template noscript".split(" "))
_BLOCKS: Final = frozenset(
    "p div tr table ul ol li h1 h2 h3 h4 h5 h6 pre center section article".split(" ")
)
# Gmail, Yahoo, Thunderbird, Proton, ukr.net, Outlook on the web and on telephones, Mail.ru.
_QUOTED: Final = re.compile(
    r"(?:^|\s)(?:gmail_quote|gmail_attr|gmail_signature|yahoo_quoted|moz-cite-prefix"
    r"|moz-signature|protonmail_quote|protonmail_signature_block|xfm_quote"
    r"|ms-outlook-mobile-signature|mail-quote-collapse|mail-app-auto-quote)(?:\s|$|_)",
    re.IGNORECASE,
)
_QUOTED_ID: Final = re.compile(
    r"^(x_)?(signature|ms-outlook-mobile-signature|mail-app-auto-quote"
    r"|mail-app-auto-default-signature)$",
    re.IGNORECASE,
)
# From here on all of it is the original.
_OVER_ID: Final = re.compile(
    r"^(x_)?(appendonsend|divrplyfwdmsg|mail-editor-reference-message-container)$", re.IGNORECASE
)
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_EDGES: Final = re.compile(r" *\n *")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.over = False
        self._open: list[tuple[str, bool]] = []  # each with whether it hides what is in it
        self._names: Counter[str] = Counter()
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A line ends, or something quoted begins."""
        given = {name: value or "" for name, value in attrs}
        if _OVER_ID.match(given.get("id", "")):
            self.over = True
        if tag == "br" or tag in _BLOCKS:
            self._say("\n")
        if tag in _VOID or len(self._open) >= DEPTH_MAX:
            return
        hides = tag in _SILENT or tag == "blockquote" or _quotes(given)
        self._open.append((tag, hides))
        self._names[tag] += 1
        self._hidden += hides

    def handle_endtag(self, tag: str) -> None:
        """The element ends, and with it whatever was left open in it."""
        while self._names[tag]:
            name, hides = self._open.pop()
            self._names[name] -= 1
            self._hidden -= hides
            if name == tag:
                break
        if tag in _BLOCKS:
            self._say("\n")

    def handle_data(self, data: str) -> None:
        """Words."""
        self._say(_SPACE.sub(" ", data))

    def _say(self, words: str) -> None:
        if not (self._hidden or self.over):
            self.out.append(words)


def _quotes(given: dict[str, str]) -> bool:
    return bool(_QUOTED.search(given.get("class", "")) or _QUOTED_ID.match(given.get("id", "")))


def words_of(html: str) -> str:
    """The text of an HTML mail in lines; at most CHARS_MAX characters of it are read."""
    reader = _Reader()
    reader.feed(html[:CHARS_MAX])
    reader.close()
    return _EDGES.sub("\n", "".join(reader.out).replace("\u200b", "")).strip()
