"""Logging in by browser: sessions with a cookie, the second factor, joining by an invitation."""

from __future__ import annotations

from base64 import b64encode
from operator import attrgetter
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from maracuja.api.answers import Listing, Part
from maracuja.api.callers import caller_ip
from maracuja.api.guard import check_origin, cookie_of, is_at_home, is_locked, present
from maracuja.api.here import Here, Now
from maracuja.api.letters import Letters
from maracuja.api.routers import router_at
from maracuja.app import App
from maracuja.errors import Forbidden
from maracuja.links.qr import Correction, QrCode
from maracuja.runtime import second_factors, team_letters
from maracuja.runtime.session_places import PlaceShown, end_place
from maracuja.runtime.session_places import places as session_places_of
from maracuja.runtime.session_starts import SESSION_FOR
from maracuja.runtime.team_letter_words import Changed
from maracuja.runtime.team_members import MemberShown, Who

router = router_at("/api/session", "session")
Secret = Annotated[str, Field(max_length=200)]


class LogIn(BaseModel):
    """Address, password and, where it is asked for, a code of the app."""

    email: Annotated[str, Field(max_length=300)]
    password: Annotated[str, Field(max_length=1000)]
    code: Annotated[str, Field(max_length=40)] = ""


class Entering(BaseModel):
    """A token that logs in once."""

    token: Secret


class Joining(BaseModel):
    """An invitation's token, and the password that is chosen."""

    token: Secret
    password: Annotated[str, Field(max_length=1000)]
    name: Annotated[str, Field(max_length=100)] = ""


class NewPassword(BaseModel):
    """The password that was, and the one that is to be."""

    old: Annotated[str, Field(max_length=1000)]
    new: Annotated[str, Field(max_length=1000)]


class Factor(BaseModel):
    """The secret that the app was given, and a code of it."""

    secret: Secret
    code: Annotated[str, Field(max_length=40)]


class FactorProposed(BaseModel):
    """The secret, the same as an address, and that as a QR code: a picture as a data URL."""

    secret: str
    address: str
    picture: str


class ShopShown(BaseModel):
    """What every page says of the shop: its name, and in what it counts money and time."""

    name: str
    currency: str
    time_zone: str
    languages: list[str]


class LoggedIn(BaseModel):
    """Who is logged in; `csrf` goes with every change, in the header `x-csrf-token`.

    `factor_due`: before anything else they have to set up a second factor. `letters`: the shop
    has an e-mail from which members hear of changes to their log-in.
    """

    member: MemberShown
    csrf: str
    shop: ShopShown
    factor_due: bool
    letters: bool


async def _who(request: Request, here: Here) -> Who:
    check_origin(request)
    return await run_in_threadpool(present, request, here)


LoggedInHere = Annotated[Who, Depends(_who)]


async def _ready(who: LoggedInHere) -> Who:
    second_factors.check(who)
    return who


# All but what leads to a second factor, where everybody has to have one.
ReadyHere = Annotated[Who, Depends(_ready)]


@router.post("")
def log_in(request: Request, response: Response, here: Here, now: Now, asked: LogIn) -> LoggedIn:
    """Log in; the session's token is set as a cookie that no script can read.

    Whoever was logged in there before is not any more.
    """
    check_origin(request)
    place = caller_ip(request)
    agent = request.headers.get("user-agent", "")
    before = request.cookies.get(cookie_of(here), "")
    token, who = here.team.log_in(
        asked.email,
        asked.password,
        now,
        place=place,
        agent=agent,
        code=asked.code,
        before=before,
    )
    return _kept(response, here, token, who)


@router.post("/enter")
def enter(request: Request, response: Response, here: Here, now: Now, asked: Entering) -> LoggedIn:
    """Log in once by a token that a command has shown, on the server's own machine."""
    check_origin(request)
    if not is_at_home(request):
        raise Forbidden("Such a link is good on the server's own machine alone.", fix="Log in.")
    agent = request.headers.get("user-agent", "")
    before = request.cookies.get(cookie_of(here), "")
    token, who = here.team.enter(asked.token, now, agent=agent, before=before)
    return _kept(response, here, token, who)


@router.post("/join")
def join(request: Request, here: Here, now: Now, letters: Letters, asked: Joining) -> MemberShown:
    """Choose a password by an invitation."""
    check_origin(request)
    member = here.team.join(asked.token, asked.password, now, name=asked.name)
    letters.tell(Changed.PASSWORD, member.id, f"team:{member.email}")
    return member


@router.get("")
def session(here: Here, who: LoggedInHere) -> LoggedIn:
    """Who is logged in here."""
    return _told(here, who)


@router.delete("", status_code=204)
def log_out(
    response: Response, here: Here, now: Now, who: LoggedInHere, everywhere: bool = False
) -> None:
    """End this session, or every one of the same person."""
    here.team.log_out(who, now, everywhere=everywhere)
    response.delete_cookie(cookie_of(here), **_how(here))


@router.get("/places")
def session_places(here: Here, now: Now, who: ReadyHere, part: Part) -> Listing[PlaceShown]:
    """Where you are logged in, the place used last in front."""
    return part.of(session_places_of(here.store, who, now), attrgetter("id"))


@router.delete("/places/{place}", status_code=204)
def end_session_place(
    here: Here,
    now: Now,
    who: ReadyHere,
    place: Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="Its id.")],
) -> None:
    """Log out at another place, such as a computer that was left behind."""
    end_place(here.store, who, place, now)


@router.post("/password", status_code=204)
def change_password(
    here: Here, now: Now, who: ReadyHere, letters: Letters, asked: NewPassword
) -> None:
    """Another password; every other session ends."""
    here.team.change_password(who, asked.old, asked.new, now)
    letters.tell(Changed.PASSWORD, who.member.id, who.actor)


@router.post("/second-factor/proposal")
def propose_factor(here: Here, who: LoggedInHere) -> FactorProposed:
    """A secret for an app of codes; it counts once a code of it was given."""
    found = here.team.propose_factor(who)
    drawn = b64encode(QrCode(found.address, Correction.MEDIUM).svg()).decode()
    picture = f"data:image/svg+xml;base64,{drawn}"
    return FactorProposed(secret=found.secret, address=found.address, picture=picture)


@router.post("/second-factor")
def set_factor(
    here: Here, now: Now, who: LoggedInHere, letters: Letters, asked: Factor
) -> list[str]:
    """Ask for codes from now on; ten codes for the day on which the telephone is lost."""
    codes = here.team.set_factor(who, asked.secret, asked.code, now)
    letters.tell(Changed.FACTOR, who.member.id, who.actor)
    return codes


@router.delete("/second-factor", status_code=204)
def drop_factor(here: Here, now: Now, who: ReadyHere, letters: Letters) -> None:
    """Ask no codes any more, unless everybody has to have a second factor."""
    with here.store.read() as conn:
        second_factors.check_own_end(conn)
    here.team.drop_factor(who.member.id, now, who.actor)
    letters.tell(Changed.NO_FACTOR, who.member.id, who.actor)


def _kept(response: Response, here: App, token: str, who: Who) -> LoggedIn:
    """Who is logged in; their browser keeps the token."""
    kept_s = int(SESSION_FOR.total_seconds())
    response.set_cookie(cookie_of(here), token, max_age=kept_s, **_how(here))
    return _told(here, who)


def _told(here: App, who: Who) -> LoggedIn:
    shop = here.config.shop
    shown = ShopShown(
        name=shop.name,
        currency=shop.currency,
        time_zone=shop.time_zone,
        languages=[shop.language, *(one for one in shop.languages if one != shop.language)],
    )
    return LoggedIn(
        member=who.member,
        csrf=who.csrf,
        shop=shown,
        factor_due=who.factor_due,
        letters=team_letters.can_write(here.config),
    )


def _how(here: App) -> dict[str, Any]:
    """How the cookie is set: for this site alone, and over https where the server is there."""
    return {"httponly": True, "samesite": "lax", "secure": is_locked(here), "path": "/"}
