"""Reading what a caller sends, as it is: never more of it than is taken."""

from __future__ import annotations

from fastapi import Request

from maracuja.errors import TooLarge


async def read_body(request: Request, bytes_max: int) -> bytes:
    """The raw bytes of the call. Raises TooLarge beyond `bytes_max`."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > bytes_max:
            raise TooLarge(f"A call of more than {bytes_max} bytes is not taken.")
    return bytes(body)
