"""The demo shop over HTTP: loaded into an empty workspace, and removed again."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from maracuja.api.guard import cookie_of
from maracuja.api.here import Actor, Here, Now, managing
from maracuja.runtime import demo_shop
from maracuja.runtime.demo_shop import PEOPLE_MAX, PEOPLE_MIN, DemoShop
from maracuja.runtime.passwords import hash_token

router = managing("/demo-shop", "workspace")


class DemoShopWish(BaseModel):
    """How many people the demo shop has: fewer are there sooner, and prove less."""

    people: Annotated[int, Field(ge=PEOPLE_MIN, le=PEOPLE_MAX)] = PEOPLE_MAX


@router.get("")
def see_demo_shop(here: Here) -> DemoShop:
    """Whether the demo shop can be loaded, how far it is, or that this is it."""
    return demo_shop.see(here.store, here.config, playable=here.play is not None)


@router.post("/load", status_code=202)
def load_demo_shop(here: Here, actor: Actor, now: Now, asked: DemoShopWish) -> DemoShop:
    """Make a shop of invented people beside an empty workspace, and show it once it is whole."""
    seen = demo_shop.wish(
        here.store, here.config, asked.people, now, actor=actor, playable=here.play is not None
    )
    if here.play is not None:
        here.play()
    return seen


@router.post("/remove", status_code=202)
def remove_demo_shop(request: Request, here: Here, actor: Actor, now: Now) -> DemoShop:
    """Delete the demo shop; the server starts anew with the shop's own workspace."""
    session = hash_token(request.cookies.get(cookie_of(here), ""))
    demo_shop.leave(here.config, now, actor=actor, session=session)
    here.renew()
    return demo_shop.see(here.store, here.config, playable=False)
