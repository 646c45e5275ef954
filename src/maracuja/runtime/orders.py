"""What people ask of the worker because only the holder of the lease may do it: erasures.

The wish is a row of `commands`; its result stands there once it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from maracuja.commit_points import passed
from maracuja.errors import MaracujaError, NotFound
from maracuja.model import micros
from maracuja.runtime.erasing import Place, certificate_of, erase_person, finish_erasures
from maracuja.runtime.launch import Launch
from maracuja.runtime.projection import Projection
from maracuja.store import audit, commands, people
from maracuja.store.commands import Command

ERASE: Final = "erase"


def ask_erasure(conn: Connection, pid: int, now: datetime, *, actor: str) -> int:
    """Ask for a person to be erased for good; the command's number. Raises NotFound."""
    own = people.get(conn, pid).pid
    number = commands.append(conn, micros(now), actor, ERASE, {"pid": own})
    audit.add(conn, micros(now), actor, "ask_erasure", f"command:{number}")
    return number


class Orders:
    """A chore of the worker: obeys what was asked, in order; first ends what a crash cut short.

    While it obeys it is `alone`: nothing is sent to somebody who is being forgotten.
    """

    def __init__(
        self,
        place: Place,
        projection: Projection,
        launch: Launch,
        alone: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._alone = alone
        self._place = place
        self._projection = projection
        self._launch = launch
        self._begun = False

    def __call__(self, now: datetime) -> datetime | None:
        """Obey everything that waits; None: when told again."""
        if not self._begun:
            with self._alone():
                if finish_erasures(self._place, self._projection, now):
                    self._launch.close()
            self._begun = True
        with self._place.store.read() as conn:
            asked = commands.waiting(conn)
        for command in asked:
            with self._alone():
                result = self._obey(command, now)
            with self._place.store.write() as conn:
                commands.finish(conn, command.id, micros(now), result)
            passed("orders.finished")
        return None

    def _obey(self, command: Command, now: datetime) -> dict[str, Any]:
        """What came of it; a wish that cannot be granted is answered with the reason."""
        wish = WISHES.get(command.name)
        if wish is None:
            return {"code": "unknown", "message": f"There is no command {command.name}."}
        try:
            return wish(self._place, self._projection, command.args, now)
        except MaracujaError as error:
            return {"code": error.code, "message": str(error)}
        finally:
            self._launch.close()  # it may have read about people who are others now


Wish = Callable[[Place, Projection, Any, datetime], dict[str, Any]]


def _erase(place: Place, projection: Projection, args: Any, now: datetime) -> dict[str, Any]:
    """The certificate: also of an erasure that a crash has kept from being answered."""
    try:
        done = erase_person(place, projection, args["pid"], now)
    except NotFound:
        earlier = certificate_of(place, args["pid"])
        if earlier is None:
            raise
        done = earlier
    return {"certificate": msgspec.to_builtins(done)}


WISHES: Final[dict[str, Wish]] = {ERASE: _erase}
