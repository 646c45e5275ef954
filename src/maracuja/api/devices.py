"""A person's browsers and phones over HTTP: shown, registered, turned off."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, Field

from maracuja.api.answers import Listing, Part, Pid
from maracuja.api.here import Actor, Here, Now, managing
from maracuja.runtime import device_work
from maracuja.runtime.device_work import DeviceShown
from maracuja.store import people

router = managing("/people", "people")
Text = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")]
DeviceId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="The device's id.")]


class DeviceGiven(BaseModel):
    """A device that takes notifications: a browser's subscription, or an app's token."""

    channel: Literal["web_push", "mobile_push"]
    subscription: dict[str, Any] | None = None
    token: Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")] = ""
    platform: Text = ""
    app: Text = ""


@router.get("/{pid}/devices")
def devices_of_person(here: Here, pid: Pid, part: Part) -> Listing[DeviceShown]:
    """The browsers and phones of a person, those seen last first."""
    with here.store.read() as conn:
        return part.of(device_work.shown(conn, people.get(conn, pid).pid), attrgetter("id"))


@router.post("/{pid}/devices")
def register_device(
    here: Here, actor: Actor, now: Now, pid: Pid, given: DeviceGiven
) -> DeviceShown:
    """Let notifications go to a device of the person; whoever had it has it no more."""
    with here.store.write() as conn:
        return device_work.register(
            conn,
            pid,
            given.channel,
            subscription=given.subscription,
            token=given.token,
            platform=given.platform,
            app=given.app,
            actor=actor,
            salt=here.secrets.suppression_salt,
            now=now,
        )


@router.delete("/{pid}/devices/{device}")
def turn_device_off(here: Here, actor: Actor, now: Now, pid: Pid, device: DeviceId) -> DeviceShown:
    """Send nothing to a device until it is registered again; the person's others stay."""
    with here.store.write() as conn:
        return device_work.turn_off(conn, pid, device, actor=actor, now=now)
