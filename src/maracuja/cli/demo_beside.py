"""The demo shop beside a workspace, played by a process of its own that the server starts.

It must never write to the shop's own workspace but how far it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from maracuja.cli.output import Workspace, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from maracuja.app import App
    from maracuja.runtime.demo_shop import Card
    from maracuja.runtime.process_beside import ProcessBeside

SEED: Final = 1
TRIES: Final = 5
TOLD_EVERY_S: Final = 0.5


def add_to(cli: typer.Typer) -> None:
    """Register the command of this module."""
    cli.command("play-demo", hidden=True)(play_demo)


def player_of(
    home: Path, arguments: Sequence[str], renew: Callable[[], None], wanted: Callable[[], bool]
) -> ProcessBeside:
    """What makes the demo shop of the workspace `home`; once it stands the server is renewed.

    `wanted`: whether somebody wishes for it, so that it goes on.
    """
    from maracuja.runtime import demo_shop
    from maracuja.runtime.process_beside import ProcessBeside

    def ended() -> bool:
        if demo_shop.stands(home):
            renew()
            return True
        return not wanted()

    return ProcessBeside("player of the demo", ["play-demo", *arguments], say, ended=ended)


def play_demo(
    workspace: Workspace,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8080,
) -> None:
    """Make the demo shop that somebody wished for in the app; it ends with the server."""
    import os
    import sys

    from maracuja.app import opened
    from maracuja.errors import MaracujaError
    from maracuja.runtime import demo_shop
    from maracuja.runtime.process_beside import stop_with_parent

    # What is half made is thrown away at the next start: there is nothing to bring in order.
    stop_with_parent(lambda: os._exit(1), sys.stdin.fileno())
    with opened(workspace) as own:
        wished = demo_shop.begin(own.store)
        if wished is None:
            return
        if wished.tries > TRIES:
            demo_shop.give_up(own.store, f"It was interrupted {TRIES} times.")
            return
        try:
            _play(own, wished, host, port)
        except MaracujaError as fault:
            demo_shop.give_up(own.store, f"{fault.message} {fault.fix}".strip())


def _play(own: App, wished: Card, host: str, port: int) -> None:
    """The story from its beginning, in a folder that becomes the demo shop once it is whole."""
    import shutil

    from msgspec import to_builtins

    from maracuja.app import opened
    from maracuja.cli.demo import story_pages
    from maracuja.clock import monotonic_s
    from maracuja.runtime import demo_shop, demo_team
    from maracuja.simulate.course import Course
    from maracuja.simulate.demo import run_demo

    told, told_s = "", 0.0

    def advance(step: str, share: float) -> None:
        nonlocal told, told_s
        if step != told or monotonic_s() - told_s >= TOLD_EVERY_S:
            demo_shop.tell(own.store, step, share)
            told, told_s = step, monotonic_s()

    making = own.config.directory / demo_shop.MAKING
    shutil.rmtree(making, ignore_errors=True)
    run_demo(
        making,
        now=own.clock.now(),
        port=port,
        pages=story_pages,
        count=wished.people,
        seed=SEED,
        course=Course(advance=advance),
        server={**to_builtins(own.config.server), "host": host, "port": port},
        open_secrets=False,
    )
    own_key = own.secrets.key_secret
    with opened(making) as demo, own.store.read() as before, demo.store.write() as conn:
        demo_team.bring(before, conn, own_key=own_key, demo_key=demo.secrets.key_secret)
        demo_shop.done(conn, wished, demo.clock.now())
    making.rename(own.config.directory / demo_shop.FOLDER)
    demo_shop.forget(own.store)
