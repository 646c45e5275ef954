"""One file per vendor: our records to and from its wire format, without a socket."""

from __future__ import annotations

from typing import Any, Final

from maracuja.channels.base import Channel
from maracuja.channels.email import Email

# Explicit, so that it can be searched for: a channel is one file, one class and one line here.
CHANNELS: Final[tuple[type[Channel[Any]], ...]] = (Email,)

BY_NAME: Final = {channel.name: channel for channel in CHANNELS}
NAMES_BY_CODE: Final = {channel.code: channel.name for channel in CHANNELS}
CODES_BY_NAME: Final = {channel.name: channel.code for channel in CHANNELS}
