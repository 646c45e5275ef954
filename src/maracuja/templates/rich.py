"""What a message has beside words: pictures, buttons, cards as JSON whose texts are Liquid.

It knows no channel: what each can carry is asked of the channel, on what came out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from json import dumps
from typing import Any, Final, NamedTuple

import msgspec
import polars as pl
from liquid.builtin.content import ContentNode
from liquid.token import TOKEN_CONTENT, Token

from maracuja.content import Content, MediaKind, Poll
from maracuja.templates.definition import Attachment, Shown, Variant

RICH: Final = "rich"  # the name of the part
# Of a content, not of these parts; files are no words.
WORDS: Final = frozenset({"text", "subject", "html", "preheader", "enclosed"})

_ESCAPED: Final = {char: dumps(char)[1:-1] for char in (*map(chr, range(32)), '"', "\\")}
_TABLE: Final = str.maketrans(_ESCAPED)
_MEDIA: Final = {kind.value for kind in MediaKind}
_PROSE: Final = re.compile(r"cards\[\d+\]\.text|approved\.parameters\[\d+\]")
_READ: Final = re.compile(
    r".*\.(?:text|title|alt)|approved\.parameters\[\d+\]|poll\.(?:question|answers\[\d+\])"
)
_LINES: Final = ("text", "title", "reply", "copy", "sets", "name", "alt")
_ADDRESSES: Final = ("url", "picture", "thumbnail")


class Leaf(NamedTuple):
    """A Liquid source among the rich parts: where it stands in the variant.

    A `link` is one address that is counted, `prose` may hold such addresses among its words.
    """

    where: str
    source: str
    link: bool
    prose: bool

    @property
    def read(self) -> bool:
        """Whether people read it: an address or a code is no wording."""
        return _READ.fullmatch(self.where) is not None


class JsonNode(ContentNode):
    """JSON between two texts: it is no text itself, so nothing in it is escaped."""

    __slots__ = ()

    def __init__(self, text: str) -> None:
        super().__init__(Token(TOKEN_CONTENT, text, 0, text), text)


def json_text(text: str) -> str:
    """The text as it stands between the quotes of a JSON string."""
    return text.translate(_TABLE)


def json_column(text: pl.Expr) -> pl.Expr:
    """`json_text` of a String column; null stays null."""
    return text.str.replace_many(list(_ESCAPED), list(_ESCAPED.values()))


def leaves(variant: Variant) -> list[Leaf]:
    """The sources of a variant's rich parts, in the order of their JSON."""
    return [piece for piece in cut(variant) if isinstance(piece, Leaf)]


def cut(variant: Variant) -> list[str | Leaf]:
    """The JSON of a variant's rich parts, cut at its texts; empty where it has words only."""
    media = [
        {"kind": kind, **_given(one, kind, where)}
        for kind in MediaKind
        for one, where in _attachments(getattr(variant, kind.value), kind.value)
    ]
    found: dict[str, Any] = {"media": media} if media else {}
    names = (
        "formatted", "buttons", "keyboard", "cards", "approved", "link", "place", "silent",
        "background", "poll",
    )  # fmt: skip
    for name in names:
        value = getattr(variant, name)
        if value:
            found[name] = _placed(msgspec.to_builtins(value), name, name)
    return _joined(_dumped(found)) if found else []


def decoded(text: str) -> dict[str, Any]:
    """The rich fields of a content from the JSON of its part; what came out empty is left out."""
    return _converted(msgspec.json.decode(text))


def changed(
    content: Content,
    change: Callable[[str], str],
    seal: Callable[[str], str] | None = None,
) -> dict[str, Any]:
    """The rich fields of a content, every text of them changed; what becomes empty is left out.

    `seal` makes the reply of a button that sets a trait from what it sets.
    """
    if not content.rich:
        return {"formatted": content.formatted, "silent": content.silent}

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, dict) and value.get("sets") and seal is not None:
            value = {**value, "reply": seal(value["sets"])}
        if isinstance(value, dict):
            return {name: walk(inner) for name, inner in value.items()}
        return [walk(inner) for inner in value] if isinstance(value, list | tuple) else value

    parts = msgspec.to_builtins(msgspec.structs.replace(content, enclosed=())).items()
    return _converted({name: walk(value) for name, value in parts if name not in WORDS})


# ---------------------------------------------------------------- the JSON of a definition


def _attachments(value: Shown, where: str) -> Iterator[tuple[str | Attachment, str]]:
    if isinstance(value, tuple):
        yield from ((one, f"{where}[{n}]") for n, one in enumerate(value))
    elif value:
        yield value, where


def _given(one: str | Attachment, kind: str, where: str) -> dict[str, Any]:
    if isinstance(one, str):
        return {"url": Leaf(where, one, link=False, prose=False)}
    placed: dict[str, Any] = _placed(msgspec.to_builtins(one), where, kind)
    return placed


def _placed(value: Any, where: str, key: str) -> Any:
    """The value with its texts as leaves, and without what is empty."""
    if isinstance(value, str):
        link = key in ("url", "link") and where.partition("[")[0].partition(".")[0] not in _MEDIA
        return Leaf(where, value, link, prose=bool(_PROSE.fullmatch(where)))
    if isinstance(value, dict):
        return {
            name: _placed(inner, f"{where}.{name}", name) for name, inner in value.items() if inner
        }
    if isinstance(value, list | tuple):
        return [_placed(inner, f"{where}[{n}]", key) for n, inner in enumerate(value)]
    return value


def _dumped(value: Any) -> Iterator[str | Leaf]:
    if isinstance(value, Leaf):
        yield from ('"', value, '"')
    elif isinstance(value, dict):
        for n, (name, inner) in enumerate(value.items()):
            yield f"{',' if n else '{'}{dumps(name)}:"
            yield from _dumped(inner)
        yield "}" if value else "{}"
    elif isinstance(value, list):
        yield "["
        for n, inner in enumerate(value):
            yield "," if n else ""
            yield from _dumped(inner)
        yield "]"
    else:
        yield dumps(value)


def _joined(found: Iterator[str | Leaf]) -> list[str | Leaf]:
    out: list[str | Leaf] = []
    for piece in found:
        if isinstance(piece, str) and out and isinstance(out[-1], str):
            out[-1] += piece
        elif piece:
            out.append(piece)
    return out


# ---------------------------------------------------------------- what came out


def _converted(parts: dict[str, Any]) -> dict[str, Any]:
    """The fields as a content has them: lines tidy, nothing in them that is empty."""
    kept = dict(parts)
    if "media" in kept:
        kept["media"] = [one for one in map(_tidied, kept["media"]) if one["url"]]
    for name in ("buttons", "keyboard"):
        if name in kept:
            kept[name] = _pressable(kept[name])
    if "cards" in kept:
        cards = [
            {"title": "", **_tidied(card), "buttons": _pressable(card.get("buttons", ()))}
            for card in kept["cards"]
        ]
        words = ("title", "text", "picture")
        kept["cards"] = [card for card in cards if any(map(card.get, words))]
    if kept.get("poll"):
        kept["poll"] = _asked(kept["poll"])
    if "link" in kept:
        kept["link"] = kept["link"].strip()
    made = msgspec.convert({"text": "", **kept}, Content)
    return {name: getattr(made, name) for name in kept}


def _tidied(one: dict[str, Any]) -> dict[str, Any]:
    out = dict(one)
    for name in _LINES:
        if name in out:
            out[name] = " ".join(out[name].split())
    for name in _ADDRESSES:
        if name in out:
            out[name] = out[name].strip()
    return out


def _asked(poll: dict[str, Any]) -> dict[str, Any] | None:
    """The poll without answers that came out empty; None where nothing is left to ask."""
    said = [one if isinstance(one, str) else one["text"] for one in poll["answers"]]
    kept = [one for one, words in zip(poll["answers"], said, strict=True) if words.strip()]
    try:
        return msgspec.to_builtins(msgspec.convert({**poll, "answers": kept}, Poll))  # type: ignore[no-any-return]  # a Struct becomes a dict
    except msgspec.ValidationError:
        return None


def _pressable(buttons: Any) -> list[dict[str, Any]]:
    """The buttons that have words and an aim, and set a value where they set something."""
    found = []
    for button in map(_tidied, buttons):
        aim = any(button.get(name) for name in ("url", "reply", "copy", "ask"))
        sets = button.get("sets", "")
        if button["text"] and aim and (not sets or sets.partition("=")[2].strip()):
            found.append(button)
    return found
