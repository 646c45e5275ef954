"""The first run over HTTP: a workspace is claimed, from its own machine or by a token."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from maracuja.api.guard import check_origin, is_at_home
from maracuja.api.here import Here, Now
from maracuja.api.routers import router_at
from maracuja.errors import Forbidden
from maracuja.runtime import first_run
from maracuja.runtime.first_run import Owner, ShopNamed
from maracuja.runtime.team_members import MemberShown

router = router_at("/api/first-run", "session")
Text = Annotated[
    str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")
]
Tongue = Annotated[str, Field(pattern="^[a-z]{2,3}$")]


class FirstRun(BaseModel):
    """Whether the workspace waits for its owner; `here`: this visitor needs no token.

    `shop` is what its settings say so far, for whoever may claim it; else null.
    """

    needed: bool
    here: bool
    shop: ShopNamed | None


class WorkspaceClaim(BaseModel):
    """The owner, and the shop; `token` is the one that `maracuja serve` has shown."""

    email: Annotated[str, Field(max_length=300)]
    password: Annotated[str, Field(max_length=1000)]
    name: Annotated[str, Field(max_length=100)] = ""
    shop: Text
    time_zone: Annotated[str, Field(max_length=60)]
    language: Tongue
    languages: Annotated[list[Tongue], Field(min_length=1, max_length=20)]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    token: Annotated[str, Field(max_length=200)] = ""


@router.get("")
def see_first_run(request: Request, here: Here, token: str = "") -> FirstRun:
    """Whether somebody has still to claim the workspace."""
    with here.store.read() as conn:
        needed = first_run.needed(conn)
        near = needed and is_at_home(request)
        may = near or (needed and first_run.is_token(conn, token))
    return FirstRun(needed=needed, here=near, shop=first_run.shop_of(here.config) if may else None)


@router.post("", status_code=201)
def claim_workspace(request: Request, here: Here, now: Now, claim: WorkspaceClaim) -> MemberShown:
    """Make the owner and name the shop, once; the server starts anew with its new settings."""
    check_origin(request)
    if not is_at_home(request):
        with here.store.read() as conn:
            if not first_run.is_token(conn, claim.token):
                raise Forbidden(
                    "The first owner is made on the server's own machine, or by its token.",
                    where="token",
                    fix="Open the link that `maracuja serve` has shown.",
                )
    shop = ShopNamed(
        name=claim.shop.strip(),
        time_zone=claim.time_zone,
        language=claim.language,
        languages=tuple(dict.fromkeys(claim.languages)),
        currency=claim.currency,
        country=claim.country,
    )
    owner = Owner(claim.email, claim.password, claim.name)
    made = first_run.claim(here.store, here.config.directory, owner, shop, now)
    here.renew()
    return made
