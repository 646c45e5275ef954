"""Who of the team may do what: areas, roles, and what each role may there.

It decides from its arguments alone; who somebody is, `team_work.py` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Final

from maracuja.errors import Forbidden


class Level(IntEnum):
    """What somebody may do in an area."""

    NONE = 0
    READ = 1
    WRITE = 2


class Area(StrEnum):
    """A part of the work that is granted as a whole."""

    REPORTS = "reports"  # what campaigns were worth, growth, the claims
    PEOPLE = "people"  # profiles, consents, what somebody got
    CONTENT = "content"  # segments, templates, campaigns and their like, as they are written
    SENDING = "sending"  # launching, pausing, stopping
    CONVERSATIONS = "conversations"  # reading and answering what people write
    SHOP = "shop"  # products, coupons, outlets, bonuses, advertising
    DATA = "data"  # imports, exports, refused events
    PRIVACY = "privacy"  # erasure, rights, breaches, the law that holds
    SETTINGS = "settings"  # channels, keys, webhooks, the workspace
    TEAM = "team"  # who works here


class Role(StrEnum):
    """What somebody is here; rights per area may differ from it."""

    OWNER = "owner"
    ENGINEER = "engineer"
    MARKETER = "marketer"
    OPERATOR = "operator"
    ANALYST = "analyst"


_READ, _WRITE = Level.READ, Level.WRITE
GRANTS: Final[Mapping[Role, Mapping[Area, Level]]] = {
    Role.OWNER: dict.fromkeys(Area, _WRITE),
    Role.ENGINEER: {**dict.fromkeys(Area, _WRITE), Area.TEAM: _READ},
    Role.MARKETER: {
        Area.REPORTS: _WRITE,
        Area.PEOPLE: _READ,
        Area.CONTENT: _WRITE,
        Area.SENDING: _WRITE,
        Area.CONVERSATIONS: _WRITE,
        Area.SHOP: _WRITE,
        Area.DATA: _READ,
        Area.SETTINGS: _READ,
    },
    Role.OPERATOR: {Area.PEOPLE: _READ, Area.CONVERSATIONS: _WRITE, Area.SHOP: _READ},
    Role.ANALYST: {Area.REPORTS: _READ, Area.CONTENT: _READ, Area.SHOP: _READ},
}

# The first part of a path below /api or /v1, and the area it belongs to. A test walks all routes.
AREAS: Final[Mapping[str, Area]] = {
    "after-click": Area.REPORTS,
    "audit": Area.SETTINGS,
    "calendar": Area.CONTENT,
    "campaigns": Area.CONTENT,
    "channels": Area.SETTINGS,
    "claims": Area.REPORTS,
    "commands": Area.SETTINGS,
    "conversations": Area.CONVERSATIONS,
    "definitions": Area.CONTENT,
    "demo-shop": Area.REPORTS,
    "discovered": Area.DATA,
    "events": Area.DATA,
    "exports": Area.DATA,
    "facts": Area.REPORTS,
    "feeds": Area.SHOP,
    "forms": Area.CONTENT,
    "growth": Area.REPORTS,
    "holds": Area.PEOPLE,
    "imports": Area.DATA,
    "inbound": Area.SETTINGS,
    "keys": Area.SETTINGS,
    "law": Area.PRIVACY,
    "mail": Area.SETTINGS,
    "messages": Area.SENDING,
    "outbound": Area.SETTINGS,
    "overview": Area.REPORTS,
    "people": Area.PEOPLE,
    "products": Area.SHOP,
    "reach": Area.CONTENT,
    "reports": Area.REPORTS,
    "rights": Area.PRIVACY,
    "segments": Area.CONTENT,
    "sending": Area.SENDING,
    "settings": Area.SETTINGS,
    "shelf": Area.CONTENT,
    "shop": Area.SHOP,
    "suggestions": Area.CONTENT,
    "suppressions": Area.PEOPLE,
    "team": Area.TEAM,
    "templates": Area.CONTENT,
    "wear-out": Area.REPORTS,
    "work": Area.CONTENT,
    "workspace": Area.REPORTS,
}
# What a path ends with where it belongs elsewhere than its beginning.
ENDINGS: Final[Mapping[tuple[str, str], Area]] = {
    ("campaigns", "cancel"): Area.SENDING,
    ("campaigns", "launch"): Area.SENDING,
    ("campaigns", "pause"): Area.SENDING,
    ("campaigns", "people"): Area.PEOPLE,
    ("campaigns", "report"): Area.REPORTS,
    ("campaigns", "resume"): Area.SENDING,
    ("campaigns", "roll-out"): Area.SENDING,
    ("campaigns", "send-to-me"): Area.SENDING,
    ("templates", "send-to-me"): Area.SENDING,
    ("demo-shop", "load"): Area.TEAM,  # it is the owner who decides what everybody sees
    ("demo-shop", "remove"): Area.TEAM,
    ("facts", "{pid}"): Area.PEOPLE,  # those of one person are their profile
    ("people", "export"): Area.PRIVACY,
    ("people", "pause"): Area.CONVERSATIONS,  # whoever talks with somebody may give them rest
}
# Questions that are asked by POST because they are long.
QUESTIONS: Final = frozenset(
    {
        ("campaigns", "dry-run"),
        ("inbound", "suggest"),
        ("inbound", "test"),
        ("people", "list"),
        ("reach", "reach"),
        ("segments", "check"),
        ("segments", "count"),
        ("segments", "explain"),
        ("segments", "explain-people"),
        ("segments", "sample"),
        ("templates", "check"),
        ("templates", "examples"),
        ("templates", "parts"),
        ("templates", "preview"),
        ("templates", "screen"),
    }
)
_SAFE: Final = ("GET", "HEAD", "OPTIONS")


def rights(role: Role, own: Mapping[Area, Level]) -> dict[Area, Level]:
    """What somebody may in each area: the role's, unless it was said otherwise of them."""
    return {area: own.get(area, GRANTS[role].get(area, Level.NONE)) for area in Area}


def asked(method: str, path: str) -> tuple[Area, Level]:
    """The area that a route (its template, `/api/people/{pid}`) belongs to, and what it takes.

    Raises KeyError for a path of no area.
    """
    parts = [part for part in path.split("/") if part]
    first, last = parts[1], parts[-1]
    if method == "DELETE" and path == "/api/people/{pid}":
        return Area.PRIVACY, Level.WRITE
    area = ENDINGS.get((first, last), AREAS[first])
    reads = method in _SAFE or (first, last) in QUESTIONS
    # A secret is for those who may set it, and an exported file for those who may make one.
    return area, Level.READ if reads and last not in ("secret", "file") else Level.WRITE


def check(granted: Mapping[Area, Level], method: str, path: str) -> None:
    """Raise Forbidden where somebody with these rights may not use the route."""
    try:
        area, level = asked(method, path)
    except (KeyError, IndexError):
        raise Forbidden("This is not open to people of the team.") from None
    if granted.get(area, Level.NONE) < level:
        what = "see" if level is Level.READ else "change"
        raise Forbidden(
            f"You may not {what} this: it belongs to `{area}`.",
            where=area,
            fix="Ask an owner of the workspace for the right.",
        )
