"""Tells other programs what became of single messages: each status once, in order, until taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from maracuja.channels.http import HttpRequest
from maracuja.channels.telling import News, check_receiver, request
from maracuja.config import Messages
from maracuja.model import moment
from maracuja.runtime.calling import CallThread, CallWork
from maracuja.store import status_calls
from maracuja.store.engine import Store
from maracuja.store.status_calls import Call


def make_status_work(store: Store, settings: Messages) -> CallWork[Call]:
    """What tells of single messages, signed as the settings say."""

    def wire(call: Call, now: datetime) -> HttpRequest:
        # Settings may have changed since it was accepted.
        check_receiver(call.url, settings.status_secret, private=settings.private_receivers)
        news = News(
            message=call.message,
            status=call.status,
            n=call.n,
            channel=call.channel,
            at=moment(call.at_us),
            code=call.code,
            raw=call.raw,
        )
        return request(news, call.url, settings.status_secret, now)

    return CallWork(store, status_calls, wire, private=settings.private_receivers)


def status_threads(
    store: Store, settings: Messages, now: Callable[[], datetime]
) -> list[CallThread]:
    """What tells of messages beside the worker: nothing where there is no secret to sign with."""
    if not settings.status_secret:
        return []
    return [CallThread(make_status_work(store, settings), now, "statuses")]
