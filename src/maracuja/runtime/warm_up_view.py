"""The plan of a new domain's warm-up and where it stands, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from maracuja.channels.email_warm_up import next_level, plan, volume
from maracuja.config import Config
from maracuja.errors import BadInput, NotFound
from maracuja.runtime.warm_up import WarmUp
from maracuja.store import warm_ups


@dataclass(frozen=True)
class DayPlanned:
    """So many messages to each provider on the n-th day (from 1), where all goes well."""

    n: int
    day: str
    messages: int


@dataclass(frozen=True)
class ProviderStanding:
    """One provider on the last day on which there was something to send; `next` is what follows.

    `allowed` and `next` are None where any number may go; `held` says why it stopped.
    """

    provider: str
    day: str
    allowed: int | None
    given: int
    held: str
    next: int | None


@dataclass(frozen=True)
class WarmUpShown:
    """The warm-up of an account; `begun` whether its first day has come."""

    account: str
    begins: str
    begun: bool
    plan: tuple[DayPlanned, ...]
    standing: tuple[ProviderStanding, ...]


def show(conn: Connection, config: Config, account: str, now: datetime) -> WarmUpShown:
    """The plan and standing of an account. Raises NotFound, BadInput where there is no plan."""
    if account not in {"email", *config.mails}:
        raise NotFound(f"There is no account of mail `{account}`.", where="account")
    settings = config.mail(account)
    if not settings.warm_up_from:
        raise BadInput(
            f"`{account}` is not warming up.",
            where="email.warm_up_from",
            fix="Set the first day in maracuja.toml: warm_up_from = "
            f'"{now.date().isoformat()}"; see docs/email.md.',
        )
    first = date.fromisoformat(settings.warm_up_from)
    days = [
        DayPlanned(n + 1, (first + timedelta(days=n)).isoformat(), messages)
        for n, messages in enumerate(plan(settings))
    ]
    standing = [
        ProviderStanding(
            provider,
            known[-1].day,
            known[-1].allowed,
            known[-1].given,
            known[-1].held,
            volume(settings, next_level(known[-1])),
        )
        for provider, known in sorted(warm_ups.days(conn, account).items())
    ]
    zone = config.shop.time_zone
    begun = WarmUp(account, 0, settings, zone).begun(now)
    return WarmUpShown(account, settings.warm_up_from, begun, tuple(days), tuple(standing))
