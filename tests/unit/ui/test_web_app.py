"""The files of the web app: never one outside, packed where the browser reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from maracuja.ui import web_app


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A build of three files, with a secret beside it."""
    built = tmp_path / "app"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text('<meta name="csp-nonce" content="%NONCE%">')
    (built / "assets" / "main-1.js").write_bytes(b"plain")
    (built / "assets" / "main-1.js.br").write_bytes(b"packed")
    (built / "logo.svg").write_bytes(b"<svg/>")
    (tmp_path / "secret.json").write_text("{}")
    return built


def test_the_page_carries_the_nonce_of_its_policy(static: Path) -> None:
    content, headers = web_app.page("n0nce", static)
    assert content == b'<meta name="csp-nonce" content="n0nce">'
    policy = headers["content-security-policy"]
    assert "style-src 'self' 'nonce-n0nce'" in policy and "script-src 'self';" in policy
    assert "unsafe" not in policy and headers["cache-control"] == "no-cache"


def test_files_are_packed_for_those_who_read_it_and_kept_for_ever(static: Path) -> None:
    packed = web_app.file("assets/main-1.js", "gzip, br;q=1", static)
    plain = web_app.file("assets/main-1.js", "gzip", static)
    assert packed is not None and plain is not None
    assert packed[0] == b"packed" and packed[1]["content-encoding"] == "br"
    assert plain[0] == b"plain" and "content-encoding" not in plain[1]
    assert "immutable" in plain[1]["cache-control"] and plain[1]["vary"] == "accept-encoding"
    logo = web_app.file("logo.svg", "br", static)
    assert logo is not None and logo[1]["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["../secret.json", "assets/../../secret.json", "assets", "index.html", "none.js", "", "\0.js"],
)
def test_nothing_else_is_ever_sent(static: Path, path: str) -> None:
    assert web_app.file(path, "br", static) is None


def test_who_has_not_built_it_is_told_how(tmp_path: Path) -> None:
    content, headers = web_app.page("n", tmp_path)
    assert b"MARACUJA_SKIP_UI=1" in content and b"/report" in content
    assert headers["content-type"].startswith("text/html")
