"""Bodies of the inbox made small: a batch of JSON takes a seventh of the disk, almost for free.

The disk is what ingest waits for; a body that does not shrink is kept as it is.
"""

from __future__ import annotations

from typing import Final

SMALL: Final = 1024  # not worth the work
_MARK: Final = b"\0lz4"  # no JSON begins so
_HEAD: Final = len(_MARK) + 4  # and the size of the plain body, little-endian


def pack(body: bytes) -> bytes:
    """The body as the inbox keeps it: LZ4 after a header, or the body itself."""
    if len(body) < SMALL and not body.startswith(_MARK):
        return body
    import pyarrow as pa

    packed: bytes = pa.compress(body, codec="lz4_raw", asbytes=True)
    head = _MARK + len(body).to_bytes(4, "little")
    return head + packed if len(packed) < len(body) or body.startswith(_MARK) else body


def plain_size(body: bytes) -> int:
    """How many bytes `unpack` will give."""
    return int.from_bytes(body[len(_MARK) : _HEAD], "little") if _is_packed(body) else len(body)


def unpack(body: bytes) -> bytes:
    """The body as it was received, of a packed one or a plain one."""
    if not _is_packed(body):
        return body
    import pyarrow as pa

    plain: bytes = pa.decompress(
        body[_HEAD:], decompressed_size=plain_size(body), codec="lz4_raw", asbytes=True
    )
    return plain


def _is_packed(body: bytes) -> bool:
    return body.startswith(_MARK)
