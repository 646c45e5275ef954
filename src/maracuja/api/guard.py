"""Who may manage: whoever has an admin key, or is logged in and has the right.

A page elsewhere must never act in the name of a browser that has logged in here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from maracuja.app import App
from maracuja.errors import Forbidden, Unauthorized
from maracuja.runtime import access, second_factors
from maracuja.runtime.team_members import Who
from maracuja.store import keys
from maracuja.store.engine import Store
from maracuja.store.keys import KeyKind

COOKIE: Final = "maracuja_session"
LOCKED: Final = f"__Host-{COOKIE}"  # over https: no other site of the domain can set it
SAFE: Final = ("GET", "HEAD", "OPTIONS")
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

Guard = Callable[[Request], Awaitable[str]]


def key_guard(store: Store, *kinds: KeyKind) -> Guard:
    """A dependency that lets keys of these kinds pass and tells who acts, as `key:<name>`.

    Raises Unauthorized without a key in force, Forbidden for another kind of key or a request
    that another site has made a browser send.
    """
    best = kinds[0].value
    article = "an" if best[0] in "aeiou" else "a"

    async def guard(request: Request) -> str:
        check_origin(request)
        presented = _presented(request)

        def find() -> keys.Key:
            with store.read() as conn:
                return keys.authenticate(conn, presented)

        key = await run_in_threadpool(find)
        if key.kind not in kinds:
            may = "manage" if kinds == (KeyKind.ADMIN,) else "do this"
            raise Forbidden(
                f"A {key.kind.value} key may not {may}.",
                fix=f"Use {article} {best} key: `maracuja key create --kind {best}`.",
            )
        return f"key:{key.name or key.id}"

    return guard


def present(request: Request, app: App) -> Who:
    """Who of the team is logged in; a change has to be asked for by a page of ours.

    Blocks on the database. Raises Unauthorized, Forbidden.
    """
    token = request.cookies.get(cookie_of(app), "")
    if not token:
        raise Unauthorized("You are not logged in.")
    who = app.team.who(token, app.clock.now())
    if request.method not in SAFE:
        app.team.check_csrf(who, request.headers.get("x-csrf-token", ""))
    return who


def is_locked(app: App) -> bool:
    """Whether the world reaches this server over https alone."""
    return app.config.public_url.startswith("https://")


def cookie_of(app: App) -> str:
    """The name of the cookie that holds a session."""
    return LOCKED if is_locked(app) else COOKIE


def has_session(request: Request, app: App) -> bool:
    """Whether somebody of the team asks, by cookie and without a key."""
    return cookie_of(app) in request.cookies and "authorization" not in request.headers


async def member(request: Request, app: App) -> str:
    """Who of the team acts, as `team:<address>`, where their rights allow the route.

    Raises Unauthorized, Forbidden.
    """
    check_origin(request)
    who = await run_in_threadpool(present, request, app)
    second_factors.check(who)
    access.check(who.member.rights, request.method, request.scope["route"].path)
    return f"team:{who.member.email}"


def _presented(request: Request) -> str:
    """The key of the authorization header."""
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and coded.strip():
        return coded.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(coded, validate=True).partition(b":")[0].decode()
        except (binascii.Error, UnicodeDecodeError, ValueError) as fault:
            raise Unauthorized("The authorization header cannot be read.") from fault
    raise Unauthorized(
        "There is no admin key.",
        fix="Send it as a bearer token, or as the user of basic authentication.",
    )


def check_origin(request: Request) -> None:
    """Refuse changes that another site has made a browser ask for. Raises Forbidden."""
    if request.method in SAFE:
        return
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    foreign = origin is not None and origin.partition("://")[2] != request.headers.get("host", "")
    if site not in ("same-origin", "none") or foreign:
        raise Forbidden("Another site may not ask for changes.", where="origin")


def is_at_home(request: Request) -> bool:
    """Whether the request comes from this machine, to a name of this machine, past no proxy.

    Anything else must show a key: a name that leads to 127.0.0.1 is not enough.
    """
    client = request.client.host if request.client else ""
    name = request.headers.get("host", "").rsplit(":", 1)[0].strip("[]")
    forwarded = any(header in request.headers for header in _FORWARDED)
    return client in LOOPBACK and name in LOOPBACK and not forwarded
