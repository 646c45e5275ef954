"""A client of the HTTP API for other programs, with nothing but Python's own library.

It never repeats a change that was made: each goes with an idempotency key, also when it is tried
again because the line broke.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final, TypedDict
from urllib.parse import quote, urlencode, urlsplit

from maracuja import errors
from maracuja.clock import rest
from maracuja.errors import MaracujaError

TRIES: Final = 4
WAIT_S: Final = 0.5  # before the second try; twice as long before each further one
WAIT_S_MAX: Final = 60.0
_BUSY: Final = (429, 502, 503, 504)
_KINDS: Final = {
    kind.code: kind
    for kind in (
        errors.ConfigError, errors.DefinitionError, errors.SegmentError, errors.TemplateError,
        errors.CampaignError, errors.BadInput, errors.TooLarge, errors.Unauthorized,
        errors.Forbidden, errors.NotFound, errors.Conflict, errors.UnsupportedMedia,
        errors.TooManyRequests, errors.Overloaded, errors.UnsupportedFeature,
    )
}  # fmt: skip


class Unreachable(MaracujaError):
    """The server did not answer, however often it was asked."""

    code = "unreachable"


class Person(TypedDict):
    """A person in a list."""

    pid: int
    name: str
    email: str
    language: str


class Definition(TypedDict):
    """A segment, a template, a campaign or another definition, as stored; `body` is what it says.

    `version` is the `base` of the next change.
    """

    kind: str
    id: str
    version: int
    body: dict[str, Any]


class Run(TypedDict):
    """A run of a campaign."""

    run: int
    campaign: str
    state: str
    audience: int | None


class Client:
    """One server, asked with a key; for one thread at a time.

    >>> shop = Client("http://127.0.0.1:8080", "mrc_admin_…")
    >>> shop.count([{"trait": "city", "is": "Kyiv"}])

    Whatever is refused is raised as the class of `maracuja.errors` that has its code, with
    `message`, `where` and `fix`; what answers nothing after `tries` as `Unreachable`.
    """

    def __init__(self, url: str, key: str, *, timeout_s: float = 30.0, tries: int = TRIES) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise errors.BadInput(f"`{url}` is no address of a server.", where="url")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._line = kind(parts.hostname, parts.port, timeout=timeout_s)
        self._below = parts.path.rstrip("/")
        self._key = key
        self._tries = tries

    def close(self) -> None:
        """Let go of the line."""
        self._line.close()

    # ------------------------------------------------------------ any route

    def get(self, path: str, **query: object) -> Any:
        """What a route shows, such as `/api/workspace`."""
        return self._ask("GET", path, query, None, "")

    def post(self, path: str, body: object = None, *, key: str = "", **query: object) -> Any:
        """Ask for something; `key` makes it happen once however often it is asked."""
        return self._ask("POST", path, query, body, key)

    def put(self, path: str, body: object = None, *, key: str = "", **query: object) -> Any:
        """Put something in the place of what stands."""
        return self._ask("PUT", path, query, body, key)

    def patch(self, path: str, body: object = None, *, key: str = "", **query: object) -> Any:
        """Change a part of something."""
        return self._ask("PATCH", path, query, body, key)

    def delete(self, path: str, *, key: str = "", **query: object) -> Any:
        """Take something away."""
        return self._ask("DELETE", path, query, None, key)

    def each(self, path: str, **query: object) -> Iterator[Any]:
        """Everything in a list, asked for part by part as it is read."""
        after: str | None = ""
        while after is not None:
            further = {"after": after} if after else {}
            part = self.get(path, **{**query, **further})
            yield from part["items"]
            after = part["next"]

    # ------------------------------------------------------------ what is asked most

    def people(self, who: str = "") -> Iterator[Person]:
        """Who is known by an identity (`maria@example.org`), or everybody."""
        return self.each("/api/people", who=who)

    def person(self, pid: int) -> dict[str, Any]:
        """Everything that is known about a person. Raises NotFound."""
        found: dict[str, Any] = self.get(f"/api/people/{pid}")
        return found

    def count(self, where: list[dict[str, Any]]) -> int:
        """How many people fit these conditions of a segment. Raises SegmentError."""
        return int(self.post("/api/segments/count", {"where": where})["people"])

    def definitions(self, kind: str = "") -> Iterator[Definition]:
        """The definitions in force, of one kind or of all."""
        return self.each("/api/definitions", **({"kind": kind} if kind else {}))

    def definition(self, kind: str, name: str) -> Definition:
        """A definition in force. Raises NotFound."""
        found: Definition = self.get(f"/api/definitions/{quote(kind)}/{quote(name)}")
        return found

    def define(
        self, kind: str, name: str, body: Mapping[str, Any], *, base: int | None = None
    ) -> Definition:
        """Write a definition's next version. Raises DefinitionError, and Conflict past `base`."""
        path = f"/api/definitions/{quote(kind)}/{quote(name)}"
        made: Definition = self.put(path, {"definition": dict(body), "base": base})
        return made

    def rehearse(self, campaign: str) -> dict[str, Any]:
        """Whom a campaign would reach, and why not the others; nothing is sent."""
        found: dict[str, Any] = self.post(f"/api/campaigns/{quote(campaign)}/dry-run")
        return found

    def launch(self, campaign: str) -> list[Run]:
        """Plan a campaign's next run; the worker sends. Raises CampaignError, Conflict."""
        runs: list[Run] = self.post(f"/api/campaigns/{quote(campaign)}/launch")
        return runs

    def report(self, campaign: str) -> dict[str, Any]:
        """What a campaign changed: the lift with its interval, and the verdict."""
        found: dict[str, Any] = self.get(f"/api/campaigns/{quote(campaign)}/report")
        return found

    def send(self, message: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Have a service message sent, once for each `key`; see docs/messages.md."""
        sent: dict[str, Any] = self.post("/v1/messages", dict(message), key=key)
        return sent

    # ------------------------------------------------------------ behind it

    def _ask(
        self, method: str, path: str, query: Mapping[str, object], body: object, key: str
    ) -> Any:
        asked = [(name, _text(one)) for name, given in query.items() for one in _each(given)]
        target = f"{self._below}{path}" + (f"?{urlencode(asked)}" if asked else "")
        headers = {"authorization": f"Bearer {self._key}", "accept": "application/json"}
        if method != "GET":
            headers["idempotency-key"] = key or secrets.token_urlsafe(24)
        sent = None if body is None else json.dumps(body).encode()
        if sent is not None:
            headers["content-type"] = "application/json"
        fault: MaracujaError = Unreachable("The server was not asked.", where=target)
        for number in range(self._tries):
            try:
                self._line.request(method, target, sent, headers)
                answer = self._line.getresponse()
                text = answer.read()
            except (OSError, HTTPException) as broken:
                self._line.close()
                fault = Unreachable(f"The server does not answer: {broken}.", where=target)
                wait_s = WAIT_S * 2**number
            else:
                if answer.status < 300:
                    return json.loads(text) if text and _is_json(answer) else text.decode()
                fault = _refusal(answer, text)
                if answer.status not in _BUSY:
                    raise fault
                told = answer.headers.get("retry-after", "")
                wait_s = float(told) if told.isdigit() else WAIT_S * 2**number
            if number + 1 < self._tries:
                rest(min(wait_s, WAIT_S_MAX))
        raise fault


def _each(given: object) -> list[object]:
    """What a parameter is given once or several times; nothing for None."""
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_json(answer: HTTPResponse) -> bool:
    return answer.headers.get_content_type() == "application/json"


def _refusal(answer: HTTPResponse, text: bytes) -> MaracujaError:
    """What a refusal is raised as; `code`, `where` and `fix` are those that were told."""
    try:
        told = json.loads(text)
        code, message = told["code"], told["detail"]
    except (ValueError, KeyError, TypeError):
        return MaracujaError(f"The server answers {answer.status}.")
    made = _KINDS.get(code, MaracujaError)(message, fix=told["fix"])
    made.code, made.where = code, told["where"]
    if isinstance(made, errors.TooManyRequests):
        after = answer.headers.get("retry-after", "")
        made.retry_after_s = float(after) if after.isdigit() else 1.0
    return made
