"""Webhooks over HTTP: where CRMs call us, how receivers fare, and what was told, read again."""

from __future__ import annotations

import asyncio
from operator import attrgetter
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from maracuja.api.answers import Listing, Moment, Name, Part
from maracuja.api.bodies import read_body
from maracuja.api.here import Actor, Here, Now, managing
from maracuja.app import App
from maracuja.channels.base import Inbound
from maracuja.channels.http import BODY_BYTES_MAX
from maracuja.errors import NotFound, WebhookRejected
from maracuja.model import micros
from maracuja.runtime import hooks_view, inbound_work, outbound_work
from maracuja.runtime.hooks_view import InboundShown, OutboundShown, ReceiverTried, ToldShown
from maracuja.store import audit, outbound

HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
outbound_router = managing("/outbound", "webhooks")
inbound_router = managing("/inbound", "webhooks")


class Secret(BaseModel):
    """What signs the calls of a webhook; give it to the other program alone."""

    secret: str


class Requeued(BaseModel):
    """How many were put into the queue again."""

    count: int


class TrialAsked(BaseModel):
    """Something that was sent; without it, the definition's own example."""

    payload: dict[str, Any] | list[Any] | None = None


class Trial(BaseModel):
    """What a mapping makes of it: calls of Segment's kind, and what could not be read."""

    calls: list[dict[str, Any]]
    faults: list[str]


class Sample(BaseModel):
    """Something that was sent, and what the webhook is to be called."""

    id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,63}$")]
    payload: dict[str, Any] | list[Any]


def called_router(app: App) -> APIRouter:
    """Where other programs tell us something: `/h/<webhook>`."""
    router = APIRouter(include_in_schema=False)

    async def take(name: str, request: Request) -> Response:
        call = Inbound(
            body=await read_body(request, BODY_BYTES_MAX),
            recipient=str(request.url),
            headers={name.lower(): value for name, value in request.headers.items()},
            method=request.method,
            query=dict(request.query_params),
        )
        try:
            await asyncio.to_thread(
                inbound_work.take,
                app.store,
                name,
                call,
                key_secret=app.secrets.key_secret,
                given=app.config.secrets,
                now=app.clock.now(),
            )
        except WebhookRejected as refusal:
            return Response(refusal.message, status_code=403, headers=HEADERS)
        except NotFound:
            raise NotFound("Nobody is called here.") from None
        app.wake()
        return Response(b"ok", media_type="text/plain", headers=HEADERS)

    router.add_api_route("/h/{name}", take, methods=["POST"])
    return router


@outbound_router.get("")
def outbound_webhooks(here: Here, part: Part) -> Listing[OutboundShown]:
    """The programs that are told of events, and how each fares."""
    with here.store.read() as conn:
        return part.of(hooks_view.outbound_shown(conn), attrgetter("id"))


@outbound_router.get("/{name}/secret")
def outbound_secret(here: Here, actor: Actor, now: Now, name: Name) -> Secret:
    """The secret that its calls are signed with."""
    with here.store.write() as conn:
        hook = hooks_view.outbound_hook(conn, name)
        audit.add(conn, micros(now), actor, "show_secret", f"outbound:{name}")
    return Secret(secret=outbound_work.secrets_of(hook, here.secrets.key_secret)[0])


@outbound_router.post("/{name}/test")
def try_outbound_webhook(here: Here, actor: Actor, now: Now, name: Name) -> ReceiverTried:
    """Send an example to the receiver now; what it answers."""
    with here.store.write() as conn:
        hook = hooks_view.outbound_hook(conn, name)
        audit.add(conn, micros(now), actor, "test", f"outbound:{name}")
    return hooks_view.try_outbound(hook, here.config.messages, here.secrets.key_secret, now)


@outbound_router.post("/{name}/retry")
def retry_outbound_webhook(here: Here, actor: Actor, now: Now, name: Name) -> Requeued:
    """Tell what was given up once more."""
    with here.store.write() as conn:
        hooks_view.outbound_hook(conn, name)
        count = outbound.again(conn, name, micros(now))
        audit.add(conn, micros(now), actor, "retry", f"outbound:{name}", {"events": count})
    return Requeued(count=count)


@inbound_router.get("")
def inbound_webhooks(here: Here, part: Part) -> Listing[InboundShown]:
    """The programs that tell us something, and what became of it."""
    with here.store.read() as conn:
        return part.of(hooks_view.inbound_shown(conn, here.config.public_url), attrgetter("id"))


@inbound_router.post("/suggest")
def suggest_inbound_webhook(sample: Sample) -> dict[str, Any]:
    """A definition to begin with, guessed from something that was sent."""
    return hooks_view.suggest(sample.id, sample.payload)


@inbound_router.get("/{name}/secret")
def inbound_secret(here: Here, actor: Actor, now: Now, name: Name) -> Secret:
    """The secret that proves its calls."""
    with here.store.write() as conn:
        hook = inbound_work.hook_in_force(conn, name)
        audit.add(conn, micros(now), actor, "show_secret", f"inbound:{name}")
    secret = inbound_work.secret_of(hook, here.secrets.key_secret, here.config.secrets)
    return Secret(secret=secret)


@inbound_router.get("/{name}/calls")
def inbound_calls(
    here: Here,
    name: Name,
    part: Part,
    failed: bool = False,
) -> Listing[ToldShown]:
    """What it told, newest first, as it came."""
    with here.store.read() as conn:
        return part.of(
            hooks_view.told(conn, name, failed=failed, rows_max=part.reach), attrgetter("id")
        )


@inbound_router.post("/{name}/test")
def try_inbound_webhook(here: Here, name: Name, asked: TrialAsked) -> Trial:
    """What its mapping makes of an example; nothing is kept."""
    with here.store.read() as conn:
        hook = inbound_work.hook_in_force(conn, name)
    found = inbound_work.tried(hook, asked.payload)
    return Trial(calls=found.calls, faults=found.faults)


@inbound_router.post("/{name}/replay")
def replay_inbound_webhook(
    here: Here,
    actor: Actor,
    now: Now,
    name: Name,
    since: Moment | None = None,
    whole: bool = False,
) -> Requeued:
    """Read once more what could not be read, or all that is kept: nothing becomes two events."""
    count = inbound_work.replay(here.store, name, since=since, whole=whole)
    with here.store.write() as conn:
        audit.add(conn, micros(now), actor, "replay", f"inbound:{name}", {"calls": count})
    return Requeued(count=count)
