"""Commands about channels: what there are, whether their accounts work, a message as a trial."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from maracuja.cli.output import HERE, Json, Workspace, say, say_json, table

if TYPE_CHECKING:
    from maracuja.app import App
    from maracuja.channels.http import HttpChannel
    from maracuja.model import SendResult

PANEL = "Messages"
SHOWN = ("address", "text, characters", "media", "buttons", "tells")
Name = Annotated[
    str, typer.Argument(metavar="CHANNEL", help="Its name, such as telegram.", show_default=False)
]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="Channels: where people read, and accounts.")
    group.command("list")(list_)
    group.command()(check)
    group.command()(connect)
    group.command("send-test")(send_test)
    group.command()(post)
    group.command()(link)
    group.command()(parts)
    group.command()(ask)
    group.command()(receivers)
    cli.add_typer(group, name="channel", rich_help_panel=PANEL)


def list_(workspace: Workspace = HERE, json: Json = False) -> None:
    """Show what each channel carries and tells, and which are set up here."""
    from maracuja import app
    from maracuja.channels import BY_NAME
    from maracuja.channels.matrix import matrix
    from maracuja.store import health, notices

    with app.opened(workspace) as here, here.store.read() as conn:
        stopped = health.paused(conn)
        ready = {"email", *here.config.mails, *here.config.channels}
        told = {name: notices.of(conn, name) for name in {*BY_NAME, *ready}}
    (_, *names), *rows = matrix()
    found = [
        {"channel": name, "here": state}
        | {row[0]: row[at] for row in rows}
        | {"notices": [kept.notice.words for kept in told[name]]}
        for at, channel in enumerate(names, 1)
        for name in [channel, *sorted(one for one in ready if one.startswith(f"{channel}/"))]
        for state in ["stopped" if name in stopped else "set up" if name in ready else "-"]
    ]
    if json:
        say_json(found)
        return
    shown = ("channel", "here", *SHOWN)
    say(table("Channels", shown, [[one[name] for name in shown] for one in found]))
    for one in found:
        for words in one["notices"]:
            say(f"[yellow]{one['channel']}[/]: {words}")


def check(name: Name, workspace: Workspace = HERE, json: Json = False) -> None:
    """Ask the vendor who we are there; sends nothing."""
    from maracuja import app
    from maracuja.runtime import channel_trial

    with app.opened(workspace) as here:
        channel = _account(here, name)
        transport = here.vendors.transport_of(channel)
        words = channel_trial.check_account(channel, transport)
        hook = channel.hook
    if json:
        say_json({"channel": name, "account": words, "webhook": hook})
        return
    say(f"[bold]{name}[/] works: {words or 'its settings are in order'}.")
    if hook:
        say(f"Its vendor calls us at {hook}")


def connect(name: Name, workspace: Workspace = HERE, json: Json = False) -> None:
    """Tell the vendor at which address to call us, or show what goes into the shop's pages."""
    from maracuja import app
    from maracuja.runtime import channel_trial

    with app.opened(workspace) as here:
        channel = _account(here, name)
        hook, step = channel.hook, channel.own_step()
        if not step:
            channel_trial.connect(channel, here.vendors.transport_of(channel), hook)
    if json:
        say_json({"channel": name, "webhook": hook, **({"line": step} if step else {})})
        return
    if step:
        say("Put this line into your pages, with your own browser key:")
        typer.echo(step)
        return
    say(f"[bold]{name}[/] calls us at {hook} from now on.")


def send_test(
    name: Name,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Your own there.")],
    text: Annotated[str, typer.Option(help="What it says.")] = "It works.",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Send one message to your own address at once, asking nobody; code 1 where it failed."""
    from maracuja import app
    from maracuja.runtime import channel_trial

    with app.opened(workspace) as here:
        channel, transport = here.vendors.sending(name)
        result = channel_trial.send_test(channel, transport, address, text, here.clock.now())
    _say_result(result, json)


def post(
    name: Name,
    address: Annotated[str, typer.Argument(metavar="CHANNEL", help="Such as @my_channel.")],
    template: Annotated[str, typer.Option(help="The template whose text it is.")],
    language: Annotated[str, typer.Option(help="Of its variants; its own unless said.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Post a template's text to a channel or group of your own at once; code 1 where it failed."""
    from maracuja import app
    from maracuja.model import micros
    from maracuja.runtime import channel_posts, channel_trial, template_work
    from maracuja.store import audit

    with app.opened(workspace) as here:
        channel, transport = here.vendors.sending(name)
        channel_posts.check_address(channel, address)
        now = here.clock.now()
        with here.store.read() as conn:
            chosen = template_work.get(conn, template)
            content = channel_posts.written(conn, here.ground, chosen, channel, language)
        result = channel_trial.send_now(channel, transport, address, content, now)
        with here.store.write() as conn:
            about = {"to": address, "template": template, "verdict": result.verdict.value}
            audit.add(conn, micros(now), "cli", "channel.post", f"channel:{name}", about)
    _say_result(result, json)


def _say_result(result: SendResult, json: bool) -> None:
    """What the vendor said to one message; code 1 where it has not taken it."""
    from maracuja.model import Verdict

    if json:
        say_json({"verdict": result.verdict, "code": result.code, "raw": result.raw})
    else:
        say(f"[bold]{result.verdict.value}[/] {result.raw}")
    if result.verdict is not Verdict.ACCEPTED:
        raise typer.Exit(1)


def link(
    name: Name,
    source: Annotated[str, typer.Option(help="Where it will hang, such as poster-1.")] = "",
    who: Annotated[str, typer.Option("--for", help="Whose the chat becomes: a receipt's.")] = "",
    svg: Annotated[Path | None, typer.Option(help="Draw its QR code here.")] = None,
    png: Annotated[Path | None, typer.Option(help="Or as a picture of pixels.")] = None,
    size_mm: Annotated[float, typer.Option(min=1, help="Of the code with its rim.")] = 40,
    correction: Annotated[
        Literal["L", "M", "Q", "H"], typer.Option(help="For 7, 15, 25 or 30 % of dirt.")
    ] = "Q",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Make the link that opens the channel and tells its source, and a QR code for print."""
    from maracuja import app
    from maracuja.links import qr
    from maracuja.runtime.channel_links import link_into, own_payload

    with app.opened(workspace) as here:
        payload = source
        if who:
            keys, now, country = app.make_links(here), here.clock.now(), here.config.shop.country
            with here.store.read() as conn:
                payload = own_payload(conn, keys, who, source, now, country=country)
        made = link_into(here.vendors.over_http(), name, payload)
    if svg is not None or png is not None:
        code = qr.QrCode(made, qr.Correction(correction))
        if svg is not None:
            svg.write_bytes(code.svg(size_mm))
        if png is not None:
            png.write_bytes(code.png(size_mm))
    if json:
        say_json({"channel": name, "source": source, "link": made})
        return
    typer.echo(made)


def ask(
    name: Name,
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS...", help="Of people there.")],
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Ask the vendor about people, such as their device; kept as observed traits."""
    from maracuja import app
    from maracuja.runtime import channel_trial
    from maracuja.runtime.http import HttpTransport

    with app.opened(workspace) as here:
        channel = _account(here, name)
        transport = HttpTransport(channel, here.clock.now)
        found = channel_trial.learn(here.store, channel, transport, addresses, here.clock.now())
    if json:
        say_json(found)
        return
    for address, facts in found.items():
        told = ", ".join(f"{trait} {value}" for trait, value in facts.items())
        say(f"[bold]{address}[/] {told or 'nothing was told'}")


def receivers(workspace: Workspace = HERE, json: Json = False) -> None:
    """Show who is told what becomes of single messages; code 1 where somebody does not listen."""
    from maracuja import app
    from maracuja.model import moment
    from maracuja.store import status_calls

    with app.opened(workspace) as here, here.store.read() as conn:
        found = status_calls.receivers(conn)
    if json:
        say_json([one._asdict() for one in found])
    else:
        names = ("receiver", "waiting", "tried", "given up", "since", "its last answer")
        rows = [
            [
                one.host,
                one.waiting,
                one.failing,
                one.given_up,
                f"{moment(one.oldest_us):%Y-%m-%d %H:%M}" if one.oldest_us else "-",
                one.answer or "-",
            ]
            for one in found
        ]
        say(table("Receivers of statuses", names, rows))
    if any(one.failing or one.given_up for one in found):
        raise typer.Exit(1)


def parts(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the SMS says.")],
    language: Annotated[str, typer.Option(help="Of the text: ru, uk, en or mn.")] = "en",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Count the parts of an SMS and what they cost, in each way of writing its letters."""
    from maracuja import app
    from maracuja.channels.sms import Sms

    with app.opened(workspace) as here:
        channel, currency = _account(here, Sms.name), here.config.shop.currency
        assert isinstance(channel, Sms)
        each = channel.settings.price_per_part
        found = [
            {
                "letters": one.letters.value,
                "alphabet": one.alphabet.value,
                "parts": one.parts,
                "saved": one.saved,
                "price": round(one.parts * each, 6),
                "text": one.text,
            }
            for one in channel.choices(text, language)
        ]
    if json:
        say_json({"currency": currency, "choices": found})
        return
    say(table(f"Parts and price ({currency})", [*found[0]], [[*one.values()] for one in found]))


def _account(here: App, name: str) -> HttpChannel:
    """The channel, set up here. Raises NotFound."""
    from maracuja.channels.http import HttpChannel
    from maracuja.errors import UnsupportedFeature

    found, _ = here.vendors.sending(name)
    if isinstance(found, HttpChannel):
        return found
    raise UnsupportedFeature(
        "A mail server cannot be asked who we are.",
        fix="Send yourself something: `maracuja channel send-test email ADDRESS`.",
    )
