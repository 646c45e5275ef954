"""Members hear by mail what has changed about their log-in, once the answer is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import BackgroundTasks, Depends

from maracuja.api.here import Here, Now
from maracuja.runtime import team_letters
from maracuja.runtime.team_letter_words import Changed
from maracuja.store import team


@dataclass(frozen=True)
class Post:
    """What writes to members after the answer, so that nobody waits for a mail server."""

    here: Here
    now: Now
    later: BackgroundTasks

    def tell(self, changed: Changed, number: int, by: str) -> None:
        """Tell a member what was changed about them. Raises NotFound."""
        with self.here.store.read() as conn:
            self._write(changed, [team.get(conn, number)], by)

    def tell_of_key(self, changed: Changed, by: str) -> None:
        """Tell the owners, and who did it, of a key of the shop."""
        self._write(changed, team_letters.owners_and(self.here.store, by), by)

    def _write(self, changed: Changed, to: list[team.Member], by: str) -> None:
        here = self.here
        args = (here.store, here.vendors, changed, to, self.now, by)
        self.later.add_task(team_letters.tell, *args)


def _post(here: Here, now: Now, later: BackgroundTasks) -> Post:
    return Post(here, now, later)


Letters = Annotated[Post, Depends(_post)]
