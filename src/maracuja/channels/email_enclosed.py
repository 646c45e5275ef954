"""Files in a mail: parts of multipart/mixed with names after RFC 2231.

It never trusts a name or a type as it was given: what could be run is refused (see `enclosing`).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

from maracuja.channels.enclosing import check
from maracuja.content import Enclosed
from maracuja.errors import UnsupportedFeature

PIECE_CHARS: Final = 54  # of a name in one line
_PLAIN: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !#$&+-.=@_()[]{},'"
)


def with_enclosed(
    first: tuple[bytes, bytes], files: Sequence[Enclosed], message: str
) -> tuple[bytes, bytes]:
    """(headers, body) of the whole: the text part alone, or it and the files after it.

    `message` is the id in hexadecimal. Raises UnsupportedFeature for a file that may not go.
    """
    if not files:
        return first
    mark = f"=_m{message}".encode()  # base64 and quoted-printable never write =_
    pieces = []
    for headers, body in (first, *map(_part, files)):
        pieces += [b"--", mark, b"\r\n", headers, b"\r\n", body, b"\r\n"]
    pieces += [b"--", mark, b"--\r\n"]
    kind = b'Content-Type: multipart/mixed;\r\n boundary="' + mark + b'"\r\n'
    return kind, b"".join(pieces)


def _part(one: Enclosed) -> tuple[bytes, bytes]:
    file = check(one)
    if len(file.data) != file.size:
        raise UnsupportedFeature(f"The file `{file.name}` is gone.", where="attachments")
    charset = "; charset=utf-8" if file.type.startswith("text/") and _is_utf8(file.data) else ""
    headers = (
        f"Content-Type: {file.type}{charset}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {filename(file.name)}\r\n"
    )
    lines = base64.encodebytes(file.data).replace(b"\n", b"\r\n")
    return headers.encode(), lines.removesuffix(b"\r\n")


def filename(name: str) -> str:
    """The parameter that names a file: quoted where it is plain, else encoded and in pieces."""
    if len(name) <= PIECE_CHARS and _PLAIN.issuperset(name):
        return f'filename="{name}"'
    pieces = list(_pieces(name))
    if len(pieces) == 1:
        return f"filename*=UTF-8''{pieces[0]}"
    lines = [f"filename*{n}*={piece}" for n, piece in enumerate(pieces)]
    lines[0] = lines[0].replace("=", "=UTF-8''", 1)
    return ";\r\n ".join(lines)


def _pieces(name: str) -> Iterable[str]:
    """The name percent-encoded, cut between characters."""
    piece = ""
    for char in name:
        coded = quote(char, safe="-._")
        if len(piece) + len(coded) > PIECE_CHARS:
            yield piece
            piece = ""
        piece += coded
    yield piece


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
