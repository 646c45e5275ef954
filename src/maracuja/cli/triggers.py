"""What a dry run tells of a campaign that events set off, and who is under way in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maracuja.cli.output import number, say, share, table

if TYPE_CHECKING:
    from maracuja.runtime.campaign_rehearsal import Replay


def say_replay(found: Replay) -> None:
    """Who would have entered in the days before, and what of each message."""
    say(
        f"In the last {found.days} days [bold]{number(found.events)}[/] such events came in,"
        f" and [bold]{number(found.entered)}[/] of them would have let somebody in."
    )
    outs = [
        (found.again, "came too soon after the person had entered before"),
        (found.restarted, "began the wait anew for a newer event"),
        (found.not_due, "are not due yet"),
    ]
    for many, why in outs:
        if many:
            say(f"[dim]{number(many)} {why}.[/]")
    for message in found.messages:
        say()
        rows = [(g.people, share(g.people, message.due), g.says) for g in message.gates]
        title = f"{message.message}: due {number(message.due)} times"
        say(table(title, ["times", "share", "why"], rows))
    say(
        "[dim]Consent, addresses and texts are those of now; quiet hours and caps are left out.[/]"
    )
