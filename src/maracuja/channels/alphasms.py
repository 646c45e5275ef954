"""The JSON gateway of AlphaSMS, for SMS and Viber alike: always 200, errors on two levels.

Source: the vendor's page on its JSON API. Its key stands in the body, so that it is in no log.
"""

from __future__ import annotations

from typing import Any, Final

from maracuja.channels.base import Answer
from maracuja.channels.http import HttpRequest, json_of, json_request, text_at
from maracuja.channels.rulings import Ruling, stop, suppress, whole
from maracuja.model import Message

URL: Final = "https://alphasms.net/api/json.php"
# The vendor's words in lower case; the first that is said.
WORDS: Final[tuple[tuple[str, Ruling], ...]] = (
    ("access denied", stop("unauthorized")),
    ("error in alpha-name", stop("sender")),
    ("not enough money", stop("no_money")),
    ("too many requests", whole("too_many")),
    ("incorrect phone", suppress("invalid")),
)


def item_of(message: Message, **fields: Any) -> dict[str, Any]:
    """One message of a request: our number for it, 48 bits that every reader of JSON keeps."""
    ours = int.from_bytes(message.id[:6])
    return {"id": ours, "phone": int(message.to.value.lstrip("+")), **fields}


def request(url: str, key: str, item: dict[str, Any], message: Message) -> HttpRequest:
    """The request of one message, so that each is answered for itself."""
    body = {"auth": key, "data": [item]}
    return json_request(url or URL, body, message_id=message.id, recipient=message.to.value)


def taken(answer: Answer) -> tuple[str | None, str]:
    """The vendor's id of the message, '' where it names none, None where it was not taken; and
    the words of the error, of the request or of its one message.
    """
    told = json_of(answer)
    if told.get("success") is not True or text_at(told, "data.0.success") != "true":
        return None, text_at(told, "error") or text_at(told, "data.0.error")
    return text_at(told, "data.0.data.msg_id"), ""
