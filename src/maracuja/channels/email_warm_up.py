"""How much mail a new domain sends on each day, provider by provider, until it is known.

Numbers alone: nothing here counts, sends or waits.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from maracuja.channels.email_settings import EmailSettings

OTHER: Final = "other"
DAYS_MAX: Final = 90
BOUNCES_MIN: Final = 5
BOUNCE_SHARE: Final = 0.05
COMPLAINTS_MIN: Final = 2
COMPLAINT_SHARE: Final = 0.003  # above which Gmail and Yahoo refuse (docs/email.md)
USED: Final = 0.5  # of a day's volume, before the next day grows

_DOMAINS: Final[dict[str, tuple[str, ...]]] = {
    "gmail": ("gmail.com", "googlemail.com"),
    "outlook": ("outlook.com", "hotmail.com", "live.com", "msn.com", "hotmail.co.uk"),
    "yahoo": ("yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "yahoo.co.uk"),
    "icloud": ("icloud.com", "me.com", "mac.com"),
    "mail_ru": ("mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru"),
    "yandex": ("yandex.ru", "ya.ru", "yandex.com", "yandex.ua", "yandex.kz", "yandex.by"),
    "ukr_net": ("ukr.net",),
}
_BY_DOMAIN: Final = {domain: name for name, domains in _DOMAINS.items() for domain in domains}
PROVIDERS: Final = (*_DOMAINS, OTHER)


def provider_of(address: str) -> str:
    """The mailbox provider of an address, as far as its domain tells; `other` for the rest."""
    return _BY_DOMAIN.get(address.rpartition("@")[2].lower(), OTHER)


def volume(settings: EmailSettings, level: int) -> int | None:
    """How many messages a day go to one provider at a level (0 is the first); None: any number."""
    n = round(settings.warm_up_first * settings.warm_up_growth ** min(level, DAYS_MAX))
    return None if n >= settings.warm_up_full else n


def plan(settings: EmailSettings) -> list[int]:
    """The volumes of the days until the domain is warm, where every day goes well."""
    volumes = []
    for level in range(DAYS_MAX):
        n = volume(settings, level)
        if n is None:
            break
        volumes.append(n)
    return volumes


class Day(NamedTuple):
    """What one day was like for one provider: `allowed` None where any number might go."""

    day: str
    level: int
    allowed: int | None
    given: int
    held: str = ""  # why it stopped


def next_level(last: Day | None) -> int:
    """The level after the last day on which there was something to send.

    It grows only after a day that was used and went well; after one that stopped it falls by two.
    """
    if last is None:
        return 0
    if last.held:
        return max(last.level - 2, 0)
    used = last.allowed is None or last.given >= USED * last.allowed
    return last.level + used


def trouble(sent: int, bounced: int, complained: int) -> str:
    """Why a provider must be left alone for the rest of the day; '' where all is well."""
    if bounced >= BOUNCES_MIN and bounced > BOUNCE_SHARE * sent:
        return f"{bounced} of {sent} messages bounced: more than {BOUNCE_SHARE:.0%}"
    if complained >= COMPLAINTS_MIN and complained > COMPLAINT_SHARE * sent:
        return f"{complained} complaints about {sent} messages: more than {COMPLAINT_SHARE:.1%}"
    return ""
