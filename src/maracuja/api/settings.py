"""Settings over HTTP: the workspace's own, and the accounts of its channels; never a secret."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, Field

from maracuja.api.answers import Listing, Part
from maracuja.api.here import Actor, Here, Long, Now, Reader, managing
from maracuja.api.said import said
from maracuja.app import App
from maracuja.channels import BY_NAME
from maracuja.channels.http import HttpChannel
from maracuja.config import Config, load_config
from maracuja.errors import NotFound, UnsupportedFeature
from maracuja.model import Verdict, micros
from maracuja.runtime import channel_trial, settings_view, settings_work
from maracuja.runtime.settings_view import AccountShown, SectionShown
from maracuja.runtime.vendor_accounts import Vendors
from maracuja.store import audit

router = managing("/settings", "settings")
Account = Annotated[
    str,
    Path(max_length=60, pattern=r"^[a-z_]{1,20}(/[a-z0-9-]{1,40})?$", description="As telegram."),
]
Section = Annotated[str, Path(pattern="^[a-z]{1,20}$", description="Such as shop.")]
Text = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]


class SettingsGiven(BaseModel):
    """Settings by name: what is not named stays, null is the default again."""

    values: Annotated[
        dict[str, Any], Field(max_length=60, examples=[{"sender": "Shop <shop@shop.example>"}])
    ]


class AccountChecked(BaseModel):
    """What the vendor says of our account, in its words; '' where it says nothing."""

    words: str


class AccountConnected(BaseModel):
    """Where the vendor calls us from now on, or the `line` that goes into the shop's pages."""

    webhook: str
    line: str


class TrialSent(BaseModel):
    """One's own address on the channel, and what the message says."""

    address: Text
    text: Text = "It works."


class TrialAnswered(BaseModel):
    """What the vendor said to the message."""

    verdict: Verdict
    code: str
    raw: str


@router.get("")
def list_settings(here: Here, part: Part) -> Listing[SectionShown]:
    """The workspace's own settings, part by part, and where each is given."""
    return part.of(settings_view.sections(_config(here)), attrgetter("name"))


@router.put("/{section}")
def put_settings(
    here: Here, actor: Actor, now: Now, section: Section, given: SettingsGiven
) -> SectionShown:
    """Change settings; the server starts anew with them, and its worker too."""
    made = settings_work.put_section(
        here.store, here.config.directory, section, given.values, now, actor=actor
    )
    here.renew()
    return next(one for one in settings_view.sections(made) if one.name == section)


@router.get("/channels")
def list_channel_accounts(here: Here, part: Part) -> Listing[AccountShown]:
    """The accounts of channels that are set up."""
    return part.of(settings_view.channel_accounts(_config(here)), attrgetter("name"))


@router.get("/channels/{name:path}")
def show_channel_account(here: Here, reader: Reader, name: Account) -> AccountShown:
    """An account with its settings; of one that is not set up, what there is to set."""
    return _account(_config(here), name, reader)


@router.put("/channels/{name:path}")
def put_channel_account(
    here: Here, reader: Reader, actor: Actor, now: Now, name: Account, given: SettingsGiven
) -> AccountShown:
    """Set an account up, or change it; the server starts anew with it."""
    made = settings_work.put_account(
        here.store, here.config.directory, name, given.values, now, actor=actor
    )
    here.renew()
    return _account(made, name, reader)


@router.delete("/channels/{name:path}", status_code=204)
def drop_channel_account(here: Here, actor: Actor, now: Now, name: Account) -> None:
    """Take an account away; what waits for it waits until it is back."""
    settings_work.drop_account(here.store, here.config.directory, name, now, actor=actor)
    here.renew()


@router.post("/channels/{name:path}/check")
def check_channel_account(
    here: Here, long: Long, name: Account, given: SettingsGiven
) -> AccountChecked:
    """Ask the vendor who we are with these settings; nothing is sent, nothing is kept."""
    vendors, channel = _tried(here, name, given)
    with long.long():
        words = channel_trial.check_account(channel, vendors.transport_of(channel))
    return AccountChecked(words=words)


@router.post("/channels/{name:path}/connect")
def connect_channel_account(
    here: Here, actor: Actor, now: Now, long: Long, name: Account
) -> AccountConnected:
    """Tell the vendor where to call us, as the account is set up."""
    vendors, channel = _tried(here, name, SettingsGiven(values={}))
    line = channel.own_step()
    if not line:
        with long.long():
            channel_trial.connect(channel, vendors.transport_of(channel), channel.hook)
        with here.store.write() as conn:
            audit.add(conn, micros(now), actor, "connect", f"channel:{name}")
    return AccountConnected(webhook=channel.hook, line=line)


@router.post("/channels/{name:path}/test")
def send_test_message(
    here: Here, actor: Actor, now: Now, long: Long, name: Account, asked: TrialSent
) -> TrialAnswered:
    """Send one message to one's own address at once, asking nobody; nothing else is recorded."""
    channel, transport = _vendors(here, _config(here)).sending(name)
    with long.long():
        result = channel_trial.send_test(channel, transport, asked.address, asked.text, now)
    with here.store.write() as conn:
        about = {"verdict": result.verdict.value}
        audit.add(conn, micros(now), actor, "send_test", f"channel:{name}", about)
    return TrialAnswered(verdict=result.verdict, code=result.code, raw=result.raw)


def _config(here: App) -> Config:
    """The settings of now: a server that starts anew is a moment behind its file."""
    return load_config(here.config.directory)


def _account(config: Config, name: str, reader: str) -> AccountShown:
    """An account, what its settings mean in the language of who asks. Raises NotFound."""
    if name not in BY_NAME:
        raise NotFound(f"There is no channel `{name}`.", where="channel")
    found = settings_view.account(config, name)
    settings = [replace(one, help=said(one.help, reader)) for one in found.settings]
    return replace(found, settings=settings)


def _vendors(here: App, config: Config) -> Vendors:
    return here.vendors._replace(config=config)


def _tried(here: App, name: str, given: SettingsGiven) -> tuple[Vendors, HttpChannel]:
    config = settings_work.tried(here.config.directory, name, given.values)
    vendors = _vendors(here, config)
    found, _ = vendors.sending(name)
    if isinstance(found, HttpChannel):
        return vendors, found
    raise UnsupportedFeature(
        "A mail server cannot be asked who we are.",
        where="channel",
        fix="Send yourself a message, and look at what DNS says of the sender.",
    )
