"""Names that lead to the internet alone, where a person gave the address of a call."""

from __future__ import annotations

import errno
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from maracuja.channels.telling import is_public


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses: what leads into a private network is refused."""

    def __init__(self) -> None:
        self._names = aiohttp.ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        """The public addresses of a name. Raises OSError where there are none."""
        found = await self._names.resolve(host, port, family)
        public = [one for one in found if is_public(one["host"])]
        if not public:
            raise OSError(errno.EACCES, f"{host} leads into a private network")
        return public

    async def close(self) -> None:
        """Nothing is kept open."""
