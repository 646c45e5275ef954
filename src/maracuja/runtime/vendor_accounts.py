"""The accounts at vendors that a workspace has: each channel, and what carries its messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from maracuja.clock import Clock
from maracuja.config import EMAIL, Config
from maracuja.errors import ConfigError, NotFound
from maracuja.links.tokens import KeyRing
from maracuja.model import micros
from maracuja.store.engine import Store

# Engines that a web process needs only once it is asked for something are imported where they
# are used: until then it stays small.
if TYPE_CHECKING:
    from maracuja.channels.base import Channel
    from maracuja.channels.email import Email
    from maracuja.channels.heard import Heard
    from maracuja.channels.http import HttpChannel
    from maracuja.runtime.channel_trial import Asking
    from maracuja.runtime.delivery_senders import Sender
    from maracuja.runtime.smpp import SmppTransport
    from maracuja.runtime.transport import Transport


class Vendors(NamedTuple):
    """What is needed to speak to vendors; `ring` signs links and bounce addresses."""

    config: Config
    store: Store
    clock: Clock
    ring: KeyRing

    def over_http(self) -> dict[str, HttpChannel]:
        """The channels over HTTP that are set up in the workspace, each account by its name."""
        from maracuja.channels import BY_NAME
        from maracuja.channels.http import HttpChannel

        return {
            name: kind(settings, self.config.hook(name)).as_account(name)
            for name, settings in self.config.channels.items()
            if issubclass(kind := BY_NAME[name], HttpChannel)
        }

    def email(self, name: str = EMAIL) -> Email:
        """Mail as an account of the workspace sends it."""
        from maracuja.channels.email import Email

        return Email(self.config.mail(name), self.ring, self.config.dkim_key(name))

    def talking(self) -> dict[str, Channel[Any]]:
        """The channels on which people are answered, each account by its name."""
        mails = {name: self.email(name).as_account(name) for name in (EMAIL, *self.config.mails)}
        return {**mails, **self.over_http()}

    def sending(self, name: str) -> tuple[Channel[Any], Transport]:
        """A channel and what carries its messages. Raises NotFound where it is not set up."""
        from maracuja.runtime.smtp import SmtpTransport

        if name == EMAIL or name in self.config.mails:
            return self.email(name), SmtpTransport(self.config.mail(name))
        found = self.over_http().get(name)
        if found is None:
            raise NotFound(
                f"The channel `{name}` is not set up here.",
                fix="Add its section to maracuja.toml; see docs/channels.md.",
            )
        return found, self.transport_of(found)

    def transport_of(self, channel: HttpChannel) -> Asking:
        """What carries the requests of an account, by the channel's `carried_by`."""
        from maracuja.runtime.http import HttpTransport

        match channel.carried_by:
            case "http":
                return HttpTransport(channel, self.clock.now)
            case "smpp":
                return self.smpp(channel)
            case "web_chat":
                from maracuja.runtime.web_chat_transport import WebChatTransport

                return WebChatTransport(self.store, self.clock.now)
            case "http2":
                from maracuja.runtime.http2 import Http2Transport

                return Http2Transport(channel, self.clock.now)
            case other:
                raise ConfigError(f"Nothing here carries `{other}`.", where=channel.name)

    def smpp(self, channel: HttpChannel) -> SmppTransport:
        """A line to an SMSC; what it tells by itself goes to the inbox."""
        from maracuja.channels.sms import Sms
        from maracuja.ingest.heard import CALL, encode_heard
        from maracuja.runtime.smpp import SmppTransport
        from maracuja.store import inbox

        assert isinstance(channel, Sms)

        def keep(heard: Sequence[Heard]) -> None:
            context, body = encode_heard(heard, channel.name, channel.settings.account)
            row = inbox.Request(micros(self.clock.now()), CALL, "internal", context, body)
            with self.store.write_inbox() as conn:
                inbox.append(conn, [row])

        return SmppTransport(channel, self.clock.now, keep)

    def senders(
        self, carried: Mapping[str, Transport | None], numbers: Mapping[str, int]
    ) -> list[Sender]:
        """Mail, then every other account, each with its number, its transport and its limits.

        `carried` are transports that stand in the place of a real one, by the account's name.
        """
        from maracuja.channels.limits import Limits
        from maracuja.runtime.delivery_senders import Sender
        from maracuja.runtime.smtp import SmtpTransport
        from maracuja.runtime.warm_up import WarmUp

        mails = [
            Sender(
                self.email(name).as_account(name, numbers[name]),
                carried.get(name) or SmtpTransport(settings),
                Limits(settings.rate_per_s, settings.host_rate_per_s),
                warm_up=WarmUp(name, numbers[name], settings, self.config.shop.time_zone),
            )
            for name, settings in {EMAIL: self.config.email, **self.config.mails}.items()
        ]
        others = [
            Sender(
                channel.as_account(name, numbers[name]),
                carried.get(name) or self.transport_of(channel),
                Limits(channel.settings.rate_per_s, channel.settings.address_rate_per_s),
            )
            for name, channel in self.over_http().items()
        ]
        return [*mails, *others]
