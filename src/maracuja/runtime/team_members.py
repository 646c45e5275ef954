"""Members of the team as people and programs see them: without any secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from maracuja.model import moment
from maracuja.runtime.access import Area, Level, Role, rights
from maracuja.store.team import Member


@dataclass(frozen=True)
class MemberShown:
    """Somebody of the team; `state` is invited, active or off."""

    id: int
    email: str
    name: str
    role: Role
    rights: dict[Area, Level]
    state: str
    second_factor: bool
    created: datetime
    seen: datetime | None


@dataclass(frozen=True)
class Who:
    """Who is logged in, what they may, and what proves that a page of ours asks for a change."""

    member: MemberShown
    csrf: str
    digest: bytes
    factor_due: bool = False  # everybody has to have a second factor, and they have none

    @property
    def actor(self) -> str:
        """As whom the audit log names them."""
        return f"team:{self.member.email}"


@dataclass(frozen=True)
class SecondFactor:
    """What an app of codes is set up with: the secret and the same as an address."""

    secret: str
    address: str


def shown(member: Member) -> MemberShown:
    """A member without secrets."""
    role = Role(member.role)
    own = {
        Area(area): Level(level)
        for area, level in msgspec.json.decode(member.rights, type=dict[str, int]).items()
    }
    state = "off" if member.off else "active" if member.password else "invited"
    return MemberShown(
        id=member.id,
        email=member.email,
        name=member.name,
        role=role,
        rights=rights(role, own),
        state=state,
        second_factor=bool(member.totp),
        created=moment(member.created_us),
        seen=moment(member.seen_us) if member.seen_us else None,
    )


def actor_of(member: Member) -> str:
    """As the audit log names them."""
    return f"team:{member.email}"


def packed(own: Mapping[Area, Level]) -> bytes:
    """Rights as they are stored."""
    return msgspec.json.encode({area.value: int(level) for area, level in sorted(own.items())})
