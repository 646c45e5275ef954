"""What generated Python calls: python-liquid's own meaning of tests, paths and output, with None
for a missing value.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape as html_escape
from typing import Any, NoReturn

from liquid.builtin.expressions.logical import _contains, _eq, _le, _lt
from liquid.builtin.expressions.primitive import Blank, Empty
from liquid.exceptions import LiquidError, OutputStreamLimitError, ResourceLimitError
from liquid.token import Token
from markupsafe import Markup, escape

from maracuja.templates.filters import BY_NAME, TEXT_MAX
from maracuja.templates.rich import json_text
from maracuja.templates.values import plain, show

_NOWHERE = Token("", "", -1, "")
EMPTY = Empty(_NOWHERE)
BLANK = Blank(_NOWHERE)


class Refused(Exception):
    """This person gets no message; the reason is one of the closed list, such as missing:path."""


def miss(path: str) -> NoReturn:
    """Refuse, because the value at this path is missing."""
    raise Refused(f"missing:{path}")


def reason_of(fault: Exception) -> str:
    """The reason in the closed list for whatever a rung raised."""
    if isinstance(fault, Refused):
        return str(fault)
    if isinstance(fault, ResourceLimitError | RecursionError | MemoryError):
        return "too_long:"
    message = fault.message if isinstance(fault, LiquidError) else fault
    return f"invalid:{message}"


def output(value: Any, html: bool) -> str:
    """What is printed for any value."""
    if value is None:
        return ""
    text = show(value)
    return str(escape(text)) if html else str(text)


def truthy(value: Any) -> bool:
    """Whether a value counts as true in a test."""
    return value is not None and value is not False


def equals(left: Any, right: Any) -> bool:
    """`==`."""
    return bool(_eq(left, right))


def less(left: Any, right: Any) -> bool:
    """`<`; raises LiquidTypeError for what has no order."""
    return bool(_lt(_NOWHERE, left, right))


def less_or_equal(left: Any, right: Any) -> bool:
    """`<=`."""
    return bool(_le(left, right))


def contains(left: Any, right: Any) -> bool:
    """`contains`."""
    return bool(_contains(_NOWHERE, left, right))


def there(value: Any) -> bool:
    """Whether `need` finds a value: neither missing nor an empty text."""
    return value is not None and value != ""


def step(value: Any, key: Any) -> Any:
    """A field, item or size of a value; None where there is none."""
    if value is None or key is None:
        return None
    try:
        found = value[key]
    except (KeyError, IndexError, TypeError):
        found = None
    else:
        if not (isinstance(value, str) and isinstance(key, int)):
            return found
    if key == "size" and isinstance(value, str | list | Mapping):
        return len(value)
    if isinstance(value, list) and value and key in ("first", "last"):
        return value[0 if key == "first" else -1]
    return None


def product(products: Mapping[str, dict[str, Any]], key: Any) -> dict[str, Any] | None:
    """The catalogue's row for an id, or None."""
    return None if key is None else products.get(str(key))


def items(value: Any, offset: int, turns: int, backwards: bool) -> list[Any]:
    """The items that a loop turns over."""
    if isinstance(value, Mapping):
        value = list(value.items())
    elif isinstance(value, str):
        value = [value] if value else []
    elif not isinstance(value, list | tuple | range):
        return []
    chosen = list(value[offset : offset + turns])
    return chosen[::-1] if backwards else chosen


def kept(value: Any) -> Any:
    """A value on its way into a variable; OutputStreamLimitError where a text grew too long."""
    if isinstance(value, str) and len(value) > TEXT_MAX:
        raise OutputStreamLimitError("the text grows beyond its limit", token=None)
    return value


GLOBALS: dict[str, Any] = {
    "BLANK": BLANK,
    "EMPTY": EMPTY,
    "Markup": Markup,
    "contains": contains,
    "equals": equals,
    "escape": escape,
    "items": items,
    "json_text": json_text,
    "kept": kept,
    "less": less,
    "less_or_equal": less_or_equal,
    "miss": miss,
    "output": output,
    "plain": plain,
    "plain_escape": html_escape,
    "product": product,
    "step": step,
    "there": there,
    "truthy": truthy,
    **{f"F_{name}": spec.call for name, spec in BY_NAME.items()},
}
