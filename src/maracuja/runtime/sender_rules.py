"""Whether an advertising message says who sends it: by its channel, or in its own words.

Every law that is known here asks for it. It changes nothing, and looks at no person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from email.utils import parseaddr

from maracuja.channels import BY_NAME, channel_of
from maracuja.config import EMAIL, Config
from maracuja.decisions.law import Kind, kind_of
from maracuja.decisions.law_sets import RUSSIA, law_of
from maracuja.templates.definition import Template
from maracuja.templates.lints import Finding

NAMES = ("shop.name",)
MARKED = ("реклама", "erid")


def named_by(config: Config, channel: str, sender: str = "") -> str:
    """What names the sender on a channel beside the text; '' where nothing does.

    `sender` is the campaign's own, where it has one.
    """
    kind = kind_of(channel)
    if channel_of(channel) == EMAIL:
        known = channel == EMAIL or channel in config.mails
        return parseaddr(sender or (config.mail(channel).sender if known else ""))[0]
    if kind in (Kind.MESSENGER, Kind.PUSH, Kind.SITE):
        return f"the account of {channel}"
    told = sender or str(getattr(config.channels.get(channel), "sender", ""))
    return told if any(letter.isalpha() for letter in told) else ""


def unnamed(
    config: Config, template: Template, channels: Iterable[str], sender: str = ""
) -> list[Finding]:
    """A warning for each text that goes out where nothing says who sends it."""
    found = []
    for channel in channels:
        if channel not in BY_NAME or named_by(config, channel, sender):
            continue
        for n, variant in enumerate(template.variants):
            if variant.channel not in ("", channel, channel_of(channel)):
                continue
            if not _says(config, " ".join((variant.subject, variant.text, variant.html))):
                found.append(
                    Finding(
                        "warning",
                        "no_sender",
                        f"nothing in the text for {channel} says who sends it",
                        f"variants[{n}]",
                        "Add {{ shop.name }}, or give the channel a sender with a name.",
                        f"The law asks for it: {law_of(config.shop.country).sender.source}.",
                    )
                )
    return found


def unmarked(config: Config, template: Template, channels: Sequence[str]) -> list[Finding]:
    """A note where advertising of a Russian shop bears no mark as such."""
    if config.shop.country.upper() not in RUSSIA.countries:
        return []
    found = []
    for n, variant in enumerate(template.variants):
        said = " ".join((variant.subject, variant.text, variant.html)).casefold()
        if not any(mark in said for mark in MARKED):
            found.append(
                Finding(
                    "note",
                    "ad_marking",
                    "the text bears no mark as advertising",
                    f"variants[{n}]",
                    "Ask your lawyer whether this mailing needs «Реклама», the advertiser and an"
                    " identifier (erid).",
                    "Federal Law 38-FZ art. 18.1 asks for it of advertising on the internet.",
                )
            )
    return found if channels else []


def _says(config: Config, source: str) -> bool:
    """Whether a source names the shop, by its placeholder or by its name."""
    return any(name in source for name in NAMES) or (
        config.shop.name.casefold() in source.casefold()
    )
