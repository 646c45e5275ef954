"""When people were first decided about, by their draw: merged people keep the earlier draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from maracuja.lake.session import open_session
from maracuja.model import FileKind, micros
from maracuja.store import manifest
from maracuja.store.engine import Store
from maracuja.store.merging import Exposures


def first_decided(store: Store, lake: Path, clock: Callable[[], datetime]) -> Exposures:
    """What tells, for draw_pids, the moment (micros) of the first decision; absent: never.

    The lake is asked, as it stands at `clock()`, only when people are merged.
    """

    def ask(draw_pids: Sequence[int]) -> Mapping[int, int]:
        with store.read() as conn:
            files = manifest.live(conn, [FileKind.DECISIONS], micros(clock()))
        if not files or not draw_pids:
            return {}
        con = open_session(lake, files)
        try:
            listed = ", ".join(str(int(pid)) for pid in draw_pids)
            rows = con.execute(
                'SELECT draw_pid, epoch_us(min("at")) FROM decisions'  # noqa: S608
                f" WHERE draw_pid IN ({listed}) GROUP BY draw_pid"
            ).fetchall()
        finally:
            con.close()
        return dict(rows)

    return ask
