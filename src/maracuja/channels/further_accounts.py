"""What several accounts of one channel may not be: too many, or in the way of each other.

It looks at settings alone and never at a vendor.
"""

from __future__ import annotations

from collections.abc import Mapping

from maracuja.channels import BY_NAME, channel_of, section_of
from maracuja.channels.devices import DeviceSettings
from maracuja.channels.http import HttpSettings
from maracuja.errors import ConfigError


def check_apart(accounts: Mapping[str, HttpSettings], where: str) -> None:
    """Refuse accounts that would write to each other's devices: a vendor ends what is not its own.

    Raises ConfigError with the path of the first one that does not say which are its own.
    """
    several: dict[str, dict[str, DeviceSettings]] = {}
    for name, account in accounts.items():
        if isinstance(account, DeviceSettings):
            several.setdefault(channel_of(name), {})[name] = account
    for channel, found in several.items():
        taken: set[str] = set()
        for name, account in found.items() if len(found) > 1 else ():
            if not account.apps or taken & set(account.apps):
                raise ConfigError(
                    f"{where}: {channel} has several accounts, and {section_of(name)} does not "
                    "say which devices are its own.",
                    where=f"{section_of(name)}.apps",
                    fix="Name the apps, or the hosts of the sites, of each: none in two.",
                )
            taken |= set(account.apps)


def check_single(accounts: Mapping[str, HttpSettings], where: str) -> None:
    """Refuse a further account of a channel that has one at most. Raises ConfigError."""
    for name in accounts:
        channel = channel_of(name)
        if name != channel and BY_NAME[channel].one_account:
            raise ConfigError(
                f"{where}: {channel} has one account.",
                where=section_of(name),
                fix=f"Leave out [{section_of(name)}]; [{channel}] takes several sites.",
            )
