"""Where vendors call us: `/w/<channel>/<account>`, answered with 200 once it is durable.

Nothing is believed that the channel has not verified over the raw bytes, and nothing is decided.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request, Response

from maracuja.api.bodies import read_body
from maracuja.channels import channel_of
from maracuja.channels.base import Inbound
from maracuja.channels.heard import Heard
from maracuja.channels.http import BODY_BYTES_MAX, HttpChannel
from maracuja.clock import Clock
from maracuja.errors import NotFound, Overloaded, WebhookRejected
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.model import micros
from maracuja.store import inbox

Put = Callable[[inbox.Request], Awaitable[None]]
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def webhooks_router(
    channels: Mapping[str, HttpChannel], put: Put, clock: Clock, public_url: str
) -> APIRouter:
    """The route of every account that is set up. `put` makes an inbox row durable."""
    router = APIRouter(include_in_schema=False)
    hooks = _Hooks(channels, put, clock, public_url)
    router.add_api_route("/w/{channel}/{account}", hooks.take, methods=["GET", "POST"])
    return router


class _Hooks:
    """Takes calls of vendors."""

    def __init__(
        self, channels: Mapping[str, HttpChannel], put: Put, clock: Clock, public_url: str
    ) -> None:
        self._channels = {(channel_of(name), one.settings.account): one
                          for name, one in channels.items()}  # fmt: skip
        self._put, self._clock, self._url = put, clock, public_url

    async def take(self, channel: str, account: str, request: Request) -> Response:
        """Verify, keep, and only then say that it was taken."""
        found = self._channels.get((channel, account))
        if found is None:
            raise NotFound("Nobody is called here.")
        query = f"?{request.url.query}" if request.url.query else ""
        inbound = Inbound(
            body=await read_body(request, BODY_BYTES_MAX),
            recipient=f"{self._url}{request.url.path}{query}",
            headers={name.lower(): value for name, value in request.headers.items()},
            method=request.method,
            query=dict(request.query_params),
        )
        now = self._clock.now()
        try:
            hook = found.webhook(inbound, now)
        except WebhookRejected as refusal:
            # A vendor's address is public: whoever knocks learns nothing but that it was no good.
            return Response(refusal.message, status_code=403, headers=HEADERS)
        try:
            for one, heard in [
                (found, hook.heard),
                *self._of_others(channel, found, inbound, now),
            ]:
                if heard:
                    context, body = encode_heard(heard, one.name, one.settings.account)
                    row = inbox.Request(micros(now), CALL, "internal", context, body)
                    await self._put(row)
        except Overloaded:
            return Response(status_code=503, headers={**HEADERS, "Retry-After": "5"})
        return Response(
            hook.body,
            status_code=hook.status,
            media_type=hook.content_type,
            headers={**HEADERS, **hook.headers},
        )

    def _of_others(
        self, channel: str, called: HttpChannel, inbound: Inbound, now: datetime
    ) -> Iterator[tuple[HttpChannel, list[Heard]]]:
        """What the call tells of other accounts of the channel, each with its own secret."""
        if not called.calls_name_account or inbound.method != "POST":
            return
        for (name, _), one in self._channels.items():
            if name == channel and one is not called:
                with suppress(WebhookRejected):
                    yield one, one.webhook(inbound, now).heard
