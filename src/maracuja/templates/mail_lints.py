"""What makes a mail look like spam, or arrive broken: read off one mail as somebody gets it.

Every finding says why and what to do; none keeps a campaign from going out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from maracuja.model import Content
from maracuja.templates.lints import CLIP_BYTES, Finding

WORDS_MIN: Final = 20  # beside pictures
LINKS_MAX: Final = 40
TEXT_SHARE_MIN: Final = 0.02  # of an HTML of more than HTML_BYTES
HTML_BYTES: Final = 20_000
_PLAIN_SHARE: Final = 0.1

# Services that hide where a link leads; filters distrust them all, since spammers share them.
SHORTENERS: Final = frozenset(
    "bit.ly bitly.com tinyurl.com t.co goo.gl ow.ly is.gd buff.ly cutt.ly rebrand.ly rb.gy t.ly"
    " tiny.cc shorturl.at s.id clck.ru vk.cc u.to goo.su bit.do lnkd.in v.gd surl.li".split()
)
_SILENT: Final = frozenset(("style", "script", "head", "title"))
_ACTIVE: Final = frozenset("script form iframe object embed video audio input".split())
_HOST: Final = re.compile(r"^(?:https?://)?((?:[\w-]+\.)+[a-zа-яіїє]{2,})(?:[/?#:]\S*)?$", re.I)
_FAKE_REPLY: Final = re.compile(r"^\s*(re|fwd?|відп|отв)\s*:", re.IGNORECASE)
_LOUD: Final = re.compile(r"[!?]{2,}|[$€₴₽₮]{2,}|!.*!.*!")


class _Seen(HTMLParser):
    """Words, pictures and links of an HTML mail."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.pictures = 0
        self.without_alt = 0
        self.embedded = 0
        self.active: set[str] = set()
        self.links: list[tuple[str, str]] = []  # href, words
        self._open: tuple[str, int] | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        given = dict(attrs)
        if tag in _SILENT:
            self._silent += 1
        if tag in _ACTIVE:
            self.active.add(tag)
        if tag == "img" and given.get("width") != "1":
            self.pictures += 1
            self.without_alt += "alt" not in given
            self.embedded += (given.get("src") or "").startswith("data:")
        if tag == "a" and given.get("href"):
            self._open = (given["href"] or "", len(self.words))

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag == "a" and self._open:
            href, start = self._open
            self.links.append((href, " ".join("".join(self.words[start:]).split())))
            self._open = None

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._silent:
            self.words.append(data)


def of_mail(
    content: Content, where: str, *, marketing: bool, postal_address: str
) -> list[Finding]:
    """What is unwise in one mail; `where` names its variant, `postal_address` is the shop's."""
    seen = _Seen()
    seen.feed(content.html)
    seen.close()
    found = [*_subject(content.subject, f"{where}.subject")]
    if content.html:
        found += _body(content, seen, f"{where}.html")
    links = seen.links or [(url, "") for url in re.findall(r"https?://\S+", content.text)]
    found += _links(links, f"{where}.{'html' if content.html else 'text'}")
    if marketing:
        found += _sender(content, where, postal_address)
    return found


def _warn(code: str, message: str, where: str, fix: str, why: str) -> Finding:
    return Finding("warning", code, message, where, fix, why)


def _subject(subject: str, where: str) -> Iterator[Finding]:
    letters = [c for c in subject if c.isalpha() and c.lower() != c.upper()]
    if not subject.strip():
        fix, why = "Say in a few words what is in it.", "Filters distrust a mail without one."
        yield _warn("no_subject", "the subject is empty", where, fix, why)
    if len(letters) >= 8 and sum(c.isupper() for c in letters) > 0.6 * len(letters):
        yield _warn(
            "subject_capitals",
            f"the subject shouts: {subject[:80]}",
            where,
            "Write it as you would say it.",
            "Subjects in capitals are a rule of every spam filter, and read as shouting.",
        )
    if _LOUD.search(subject):
        yield _warn(
            "subject_marks",
            f"the subject has heaps of marks: {subject[:80]}",
            where,
            "One mark is enough.",
            "Rows of exclamation marks and money signs are what spam looks like.",
        )
    if _FAKE_REPLY.match(subject):
        yield _warn(
            "fake_reply",
            f"the subject pretends to be an answer: {subject[:80]}",
            where,
            "Begin with what it is about.",
            "It deceives the reader, and in many countries that is forbidden.",
        )


def _body(content: Content, seen: _Seen, where: str) -> Iterator[Finding]:
    text = " ".join("".join(seen.words).split())
    size = len(content.html.encode())
    if seen.pictures and len(text.split()) < WORDS_MIN:
        yield _warn(
            "picture_only",
            f"nearly all of it is pictures: {len(text.split())} words beside {seen.pictures}",
            where,
            "Write the offer as text; let pictures show the thing.",
            "Half of the readers see no pictures at first, and filters cannot read them.",
        )
    elif size > HTML_BYTES and len(text.encode()) < TEXT_SHARE_MIN * size:
        yield _warn(
            "little_text",
            f"{len(text.encode()) / size:.1%} of the HTML are words",
            where,
            "Take out what the mail does not need: styles, empty tables, comments.",
            "Much code around few words is how text is hidden from filters.",
        )
    if seen.without_alt:
        yield _warn(
            "no_alt",
            f"{seen.without_alt} of {seen.pictures} pictures have no alt text",
            where,
            'Say what is to be seen, or write alt="" for decoration.',
            "Who sees no pictures, or does not see, reads the alt text in their place.",
        )
    if seen.embedded:
        yield _warn(
            "embedded_picture",
            f"{seen.embedded} pictures stand in the HTML itself",
            where,
            "Put them on your site and link to them.",
            "Gmail and Outlook do not show them, and they make the mail large.",
        )
    if seen.active:
        yield _warn(
            "active",
            f"it holds {', '.join(f'<{tag}>' for tag in sorted(seen.active))}",
            where,
            "Lead to a page that has it.",
            "Mail programs take such parts out, and filters count them.",
        )
    if size > CLIP_BYTES:
        yield _warn(
            "gmail_clip",
            f"the HTML has {size // 1024} KB as it goes out, more than {CLIP_BYTES // 1024}",
            where,
            "Shorten it.",
            "Gmail cuts such a message, and the unsubscribe link goes with the end.",
        )
    words = len(content.text.split())
    if words < _PLAIN_SHARE * len(text.split()):
        yield _warn(
            "thin_text",
            f"the text has {words} words, the HTML {len(text.split())}",
            where.replace(".html", ".text"),
            "Leave the text out: it is then made from the HTML.",
            "Filters compare the two, and some people read only the text.",
        )


def _links(links: list[tuple[str, str]], where: str) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for href, words in links:
        for code, message, fix, why in _link(href, words):
            if (code, message) not in told:
                told.add((code, message))
                yield _warn(code, message, where, fix, why)
    if len(links) > LINKS_MAX:
        yield _warn(
            "many_links",
            f"there are {len(links)} links",
            where,
            "Keep those that this mail is about.",
            "Each further link takes presses from the one that counts.",
        )


def _link(href: str, words: str) -> Iterator[tuple[str, str, str, str]]:
    """What is wrong with one link: code, message, fix, why."""
    host = host_of(href)
    if not host:
        return
    if host.removeprefix("www.") in SHORTENERS:
        yield (
            "shortener",
            f"a link of {host} hides where it leads",
            "Write the real address; Maracuja counts its presses anyway.",
            "Spammers share these services, and blocklists name them as a whole.",
        )
    if is_ip(host):
        yield (
            "ip_link",
            f"a link leads to the bare address {host}",
            "Use a name of your own domain.",
            "No shop links to a number; those who steal passwords do.",
        )
    shown = _HOST.match(words)
    if shown and not related(shown[1].lower(), host):
        yield (
            "other_target",
            f"a link says {shown[1]} and leads to {host}",
            "Let the words say where it leads, or what is there.",
            "That is how passwords are stolen: Outlook and Gmail warn the reader.",
        )


def _sender(content: Content, where: str, postal_address: str) -> Iterator[Finding]:
    """Who writes, and the way out."""
    if not postal_address.strip():
        yield _warn(
            "no_address",
            "the shop has no postal address that a mail could show",
            where,
            "Set `postal_address` in the section [shop] of maracuja.toml.",
            "Many countries ask for it, and its lack is a sign of spam.",
        )
        return
    first = " ".join(postal_address.split()).partition(",")[0]
    if first.lower() not in " ".join(f"{content.text} {content.html}".split()).lower():
        yield _warn(
            "no_address",
            "the shop's postal address does not stand in it",
            where,
            "Add {{ shop.postal_address }} at the end.",
            "Many countries ask for it, and its lack is a sign of spam.",
        )


def host_of(url: str) -> str:
    """The host of a web address, in lower case; '' where it is none."""
    try:
        parts = urlsplit(url.strip())
        return (parts.hostname or "").lower() if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def is_ip(host: str) -> bool:
    """Whether a host is a bare address."""
    try:
        ip_address(host)
    except ValueError:
        return host.replace(".", "").isdigit()
    return True


def related(shown: str, host: str) -> bool:
    """Whether two hosts are one's own: the same, or below one another, `www.` aside."""
    one, two = shown.removeprefix("www."), host.removeprefix("www.")
    try:
        one = one.encode("idna").decode()
    except UnicodeError:
        return False
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")
