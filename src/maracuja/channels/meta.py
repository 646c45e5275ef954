"""What WhatsApp, Messenger and Instagram have in common: errors, signed calls, the handshake.

It knows no product: each brings its own table of errors and reads its own events. Calls are
verified over their raw bytes, since Meta writes letters as \\uXXXX and we would not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, NamedTuple

from msgspec import Meta

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Hook
from maracuja.channels.http import (
    HttpSettings,
    check_equal,
    check_hmac,
    hidden,
    json_of,
    read_json,
    reject,
)
from maracuja.channels.rulings import Ruling, over, stop, wait, whole
from maracuja.errors import ConfigError
from maracuja.model import SendResult

GRAPH: Final = "https://graph.facebook.com"
SIGNATURE_HEADER: Final = "x-hub-signature-256"
_SIGNED: Final = "sha256="
CHALLENGE_CHARS_MAX: Final = 500


class MetaSettings(HttpSettings, frozen=True):
    """What an account at Meta has: its token, and what proves that calls are Meta's."""

    base_url: Annotated[str, Meta(description="address of Meta's Graph API")] = GRAPH
    version: Annotated[
        str,
        Meta(
            pattern=r"^v[1-9][0-9]{0,2}\.[0-9]$",
            description="version of the Graph API; Meta ends each after about two years",
        ),
    ] = "v25.0"
    token: Annotated[
        str,
        hidden("the token of a system user, which does not expire"),
    ] = ""
    app_secret: Annotated[
        str,
        hidden("the app's secret, with which Meta signs its calls; empty: no call is taken"),
    ] = ""
    verify_token: Annotated[
        str,
        hidden(
            "a long word of your own that Meta shows when the webhook is entered; "
            "empty: the webhook cannot be entered"
        ),
    ] = ""

    def __post_init__(self) -> None:
        """Refuse what is missing or short enough to guess."""
        super().__post_init__()
        if not self.token or not self.token.isascii() or not self.token.isprintable():
            raise ConfigError(
                "The token for Meta's Graph API is missing or misspelled.",
                where="token",
                fix="Make a system user in the business settings and copy its token.",
            )
        self.check_secrets("app_secret", "verify_token")

    @property
    def graph(self) -> str:
        """The address that every path of the API follows, without a slash at its end."""
        return f"{self.base_url.rstrip('/')}/{self.version}"

    @property
    def bearer(self) -> dict[str, str]:
        """The header that shows the token."""
        return {"authorization": f"Bearer {self.token}"}


# ---------------------------------------------------------------- errors


class GraphError(NamedTuple):
    """Meta's `error` object: the same in answers and in receipts; `words` are its own."""

    code: int
    subcode: int
    words: str


Table = Mapping[int | tuple[int, int], Ruling]

TOKEN: Final = stop("token")
PERMISSION: Final = stop("permission")
BUSY: Final = wait("busy")
RATE: Final = whole("rate", 300.0)
RESTRICTED: Final = stop("restricted")
PARAMETER: Final = over("parameter")

# What every product of Meta means by a code; a product's own table is asked first.
SHARED: Final[Table] = {
    **dict.fromkeys((0, 190), TOKEN),
    **dict.fromkeys((3, 10), PERMISSION),
    **dict.fromkeys((1, 2), BUSY),
    **dict.fromkeys((4, 613, 80007), RATE),
    368: RESTRICTED,
    100: PARAMETER,
}


def graph_error(error: Any) -> GraphError | None:
    """The `error` of an answer, or one of a receipt's `errors`; None where it is none."""
    if not isinstance(error, dict) or not isinstance(error.get("code"), int):
        return None
    data = error.get("error_data")
    details = data.get("details", "") if isinstance(data, dict) else ""
    subcode = error.get("error_subcode")
    words = f"{error.get('message') or error.get('title') or ''} {details}".strip()
    return GraphError(error["code"], subcode if isinstance(subcode, int) else 0, words)


def ruling(error: GraphError, table: Table) -> Ruling | None:
    """What an error means by the product's table, then by Meta's own; None: nobody knows."""
    found = table.get((error.code, error.subcode)) or table.get(error.code)
    if found is not None:
        return found
    return SHARED.get(error.code) or (PERMISSION if 200 <= error.code < 300 else None)


def refused(answer: Answer, table: Table) -> SendResult:
    """The result of an answer that is no success, by the tables; else it suppresses nobody."""
    error = graph_error(json_of(answer).get("error"))
    found = ruling(error, table) if error is not None else None
    if found is None:
        by_status = {429: whole("rate"), 401: TOKEN}
        found = by_status.get(answer.code, over(str(error.code) if error is not None else ""))
    return found.on(answer)


# ---------------------------------------------------------------- calls


def handshake(inbound: Inbound, verify_token: str) -> Hook | None:
    """The answer to a GET by which Meta asks whose webhook this is; None: it is no such call.

    Raises WebhookRejected where it does not show our word.
    """
    if inbound.method != "GET":
        return None
    check_equal(inbound.query.get("hub.verify_token", ""), verify_token)
    challenge = inbound.query.get("hub.challenge", "")
    if inbound.query.get("hub.mode") != "subscribe" or not challenge:
        raise reject("it asks for nothing")
    return Hook(body=challenge[:CHALLENGE_CHARS_MAX].encode(), content_type="text/plain")


def verified(inbound: Inbound, app_secret: str, *objects: str) -> Iterator[dict[str, Any]]:
    """The entries of a signed call about one of these objects, such as `page`.

    Calls about other objects have none. Raises WebhookRejected.
    """
    given = inbound.headers.get(SIGNATURE_HEADER, "")
    if not given.startswith(_SIGNED):
        raise reject("it is not signed")
    check_hmac(given.removeprefix(_SIGNED), app_secret, inbound.body)
    told = read_json(inbound)
    if not isinstance(told, dict) or not isinstance(told.get("entry"), list):
        raise reject("it is no call of Meta's")
    if not all(isinstance(entry, dict) for entry in told["entry"]):
        raise reject("it is no call of Meta's")
    return iter(told["entry"] if told.get("object") in objects else ())
