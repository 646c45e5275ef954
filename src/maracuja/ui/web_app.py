"""The web app as files: what the build has put into `static/`, and how it is to be sent."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).with_name("static") / "app"
TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NONCE: Final = "%NONCE%"

# Everything comes from here; product pictures alone come from the shop's own addresses.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob: https:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def page(nonce: str, static: Path = STATIC) -> tuple[bytes, dict[str, str]]:
    """The one page of the app and its headers; before the app is built, how to build it.

    `nonce` is new for each answer: 16 random bytes or more, in base64 or hex.
    """
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": _POLICY.format(nonce=nonce),
        "cache-control": "no-cache",
    }
    index = static / "index.html"
    if not index.is_file():
        return _not_built().encode(), headers | {"x-web-app": "not built"}
    text = index.read_text(encoding="utf-8").replace(_NONCE, escape(nonce))
    return text.encode(), headers


def file(path: str, encodings: str, static: Path = STATIC) -> tuple[bytes, dict[str, str]] | None:
    """A file of the app and its headers, packed by brotli where the browser reads it.

    Answers None for what is none of its files, and never leaves `static`.
    """
    known = TYPES.get(Path(path).suffix)
    if known is None or "\0" in path:
        return None
    found = (static / path).resolve()
    if not found.is_relative_to(static.resolve()) or not found.is_file():
        return None
    headers = {
        "content-type": known,
        "cache-control": _FOR_EVER if path.startswith("assets/") else "no-cache",
        "vary": "accept-encoding",
    }
    packed = found.with_name(found.name + ".br")
    reads = {part.partition(";")[0].strip() for part in encodings.split(",")}
    if "br" in reads and packed.is_file():
        return packed.read_bytes(), headers | {"content-encoding": "br"}
    return found.read_bytes(), headers


def _not_built() -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Maracuja</title>'
        "<h1>The web app is not built</h1>"
        "<p>Maracuja was installed with <code>MARACUJA_SKIP_UI=1</code>. Events, links and the"
        " API work. To build the app, run <code>pip install .</code> in the source tree again"
        " without that setting.</p>"
        '<p><a href="/report">The newest report</a> · <a href="/docs">The API</a></p></html>'
    )
