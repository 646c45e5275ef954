"""Commands that stay: serve (HTTP, with the worker beside it) and work (the worker alone)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from maracuja.cli.output import HERE, Workspace, say

if TYPE_CHECKING:
    import threading

    from maracuja.api.here import Pages
    from maracuja.app import App


SWITCH_S: Final = 0.0005  # how long a thread may keep the others from a code that waits


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    cli.command()(serve)
    cli.command()(work)


def serve(
    workspace: Workspace = HERE,
    host: Annotated[
        str | None, typer.Option(help="Where to listen, as in maracuja.toml.", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The port; 0: any free one.", show_default=False),
    ] = None,
    no_work: Annotated[
        bool, typer.Option("--no-work", help="Without the worker beside it.")
    ] = False,
) -> None:
    """Take events, serve the API and the pages, and let the worker send; Ctrl-C stops."""
    import os
    import signal
    import socket
    import sys

    from msgspec.structs import replace

    from maracuja import app
    from maracuja.api.server import Server
    from maracuja.api.serving import free_port, run
    from maracuja.cli.demo_beside import player_of
    from maracuja.config import load_config
    from maracuja.runtime import demo_shop
    from maracuja.runtime.process_beside import ProcessBeside

    home = demo_shop.home(workspace.resolve())
    shown = demo_shop.shown(home)
    config = load_config(shown)
    place = host or config.server.host
    number = free_port(place, config.server.port if port is None else port)
    config = replace(config, server=replace(config.server, host=place, port=number))
    holder = f"the worker of server {os.getpid()} on {socket.gethostname()}"
    where = ["-w", str(shown), "--public-url", config.public_url]
    worker = ProcessBeside("worker", ["work", *where, "--holder", holder, "--with-parent"], say)
    own = ["-w", str(home), "--host", place, "--port", str(number)]
    again: list[str] = []

    def renew() -> None:
        """End as at a signal, and begin again at the same address."""
        again[:] = ["serve", *own, *(["--no-work"] if no_work else [])]
        os.kill(os.getpid(), signal.SIGTERM)

    player = player_of(home, own, renew, lambda: demo_shop.wanted(opened.store) is not None)
    opened = app.open_app(config, wake=worker.wake, renew=renew, play=player.start)

    def ready() -> None:
        if not no_work:
            worker.start()
        if shown == home and demo_shop.wanted(opened.store):
            player.start()
        _say_where(opened)

    server = Server(opened, _load_pages)
    try:
        forced = run(server, place, number, ready=ready, force=worker.kill)
    finally:
        worker.stop()
        player.kill()
        worker.join()
        player.join()
        server.close()
        opened.close()
    if forced:
        raise typer.Exit(130)
    if again:
        os.execv(sys.executable, [sys.executable, "-m", "maracuja", *again])


def _say_where(opened: App) -> None:
    """The address, and the way in where nobody has one yet."""
    from maracuja.runtime.demo_shop import is_beside
    from maracuja.runtime.first_run import make_token

    config = opened.config
    place, number = config.server.host, config.server.port
    if is_beside(config.directory):
        say("The demo shop is shown; your own stands behind it, as you left it.")
    say(f"Ctrl-C stops. Serving [bold]{config.shop.name}[/] at")
    say(f"http://{f'[{place}]' if ':' in place else place}:{number}")
    if token := make_token(opened.store):
        say(f"Nobody owns it yet: {config.public_url}/first-run?token={token}")


def work(
    workspace: Workspace = HERE,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="Stop when nothing is due any more.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Stop after one round.")] = False,
    public_url: Annotated[
        str, typer.Option(help="Where the links of messages lead, as in maracuja.toml.")
    ] = "",
    holder: Annotated[str, typer.Option(hidden=True)] = "",
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Decide, write and send what is due; one worker at a time. Ctrl-C stops."""
    import os
    import socket
    import sys
    import threading

    from msgspec.structs import replace

    from maracuja import app
    from maracuja.config import load_config
    from maracuja.runtime import worker as loop
    from maracuja.runtime.process_beside import stop_with_parent

    config = load_config(workspace)
    if public_url:
        config = replace(config, server=replace(config.server, public_url=public_url))
    stop, told = threading.Event(), list[Callable[[], None]]()
    _stop_at_signals(stop)
    if with_parent:
        stop_with_parent(stop.set, sys.stdin.fileno(), lambda: _call(told))
    opened = app.open_app(config)
    try:
        name = holder or f"worker {os.getpid()} on {socket.gethostname()}"
        worker = app.make_worker(opened, holder=name, stopping=stop.is_set)
        try:
            if once:
                worker.tick(opened.clock.now())
            else:
                if not until_idle:
                    sys.setswitchinterval(SWITCH_S)
                    worker.send_beside(opened.clock, told=with_parent)
                    told.append(worker.wake)
                loop.work(worker, opened.clock, stop, until_idle=until_idle)
        finally:
            worker.close()
        if until_idle or once:
            _say_what_is_left(opened)
    finally:
        opened.close()


def _call(told: Sequence[Callable[[], None]]) -> None:
    for tell in told:
        tell()


def _say_what_is_left(opened: App) -> None:
    """Whether messages are still queued, and when they are tried again."""
    from maracuja.model import moment
    from maracuja.store import health, outbox

    with opened.store.read() as conn:
        left, due_us = outbox.left(conn), outbox.next_due(conn)
        reasons = {one.channel: one.reason for one in health.every(conn).values() if one.reason}
    if not left:
        return
    again = f", tried again at {moment(due_us):%H:%M} UTC" if due_us is not None else ""
    say(f"[yellow]{left} messages are still queued[/]{again}.")
    for channel, reason in reasons.items():
        say(f"  {channel}: {reason}")


def _stop_at_signals(stop: threading.Event) -> None:
    """The first signal ends the work in order, the second one at once."""
    import signal
    from types import FrameType

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)


def _load_pages() -> Pages:
    """The pages that people see."""
    from maracuja.ui import home

    return home
