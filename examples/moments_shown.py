"""The moments of a shop's life as their readers have them, on each channel and in each language.

python -m examples.moments_shown docs/moments draws them: a picture of telephones for each channel.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from maracuja.channels import BY_NAME
from maracuja.content import Content
from maracuja.model import Trait, TraitSource, pack_meta
from maracuja.templates.check import shown
from maracuja.templates.compiled import compiled, splice
from maracuja.templates.definition import Template, choose, decode
from maracuja.templates.plaintext import as_read
from maracuja.templates.scope import PRODUCT_TYPES

HERE = Path(__file__).parent / "moments"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MOMENTS = ("booking", "purchase", "code", "cart")
LANGUAGES = ("ru", "uk", "en", "mn")


@cache
def template(moment: str) -> Template:
    """The template of a moment."""
    return decode((HERE / f"{moment}.yaml").read_text(encoding="utf-8"))


@cache
def told() -> dict[str, Any]:
    """What the shop's program knows, by language."""
    found: dict[str, Any] = yaml.safe_load((HERE / "data.yaml").read_text(encoding="utf-8"))
    return found


def products(language: str) -> pl.DataFrame:
    """The catalogue: what is in the basket, and what was looked at."""
    rows = [
        {
            "id": f"p{n}",
            "category": "fruit",
            "stock": 5,
            "url": f"https://shop.example/p/{n}",
            "picture": f"https://shop.example/img/{n}.jpg",
            **one,
        }
        for n, one in enumerate(told()[language]["basket"])
    ]
    return pl.DataFrame(rows, schema=dict(PRODUCT_TYPES))


def person(moment: str, language: str) -> pl.DataFrame:
    """The one row that the moment's template reads."""
    known = told()[language]
    data = told()["code"] if moment == "code" else known.get(moment, {})
    row = {f"person.{name}": value for name, value in known["person"].items()}
    row |= {f"data.{name}": value for name, value in data.items()}
    if moment == "cart":
        row |= {"facts.left": "p0", "facts.seen": "p1"}
    declared = pack_meta(Trait(None, TraitSource.DECLARED, 1.0, int(NOW.timestamp() * 1e6)))
    return pl.DataFrame([row]).with_columns(
        pl.lit(declared, pl.Int64).alias(f"meta.{name}") for name in known["person"]
    )


def content(moment: str, language: str, channel: str) -> Content:
    """What the reader of a moment is shown on a channel, its links as they lead."""
    can = BY_NAME[channel].can
    read = as_read(template(moment), html=can.html, subject=bool(can.subject_chars_max))
    frame = person(moment, language)
    constants = {"shop.name": told()[language]["shop"], "shop.url": "https://shop.example"}
    number = choose(read, language, channel)
    text = compiled(read, frame.schema, variant=number, constants=constants)
    made = text.render(frame, products(language), now=NOW)
    if made.errors[0]:
        raise ValueError(f"{moment}, {language}, {channel}: {made.errors[0]}")
    row = made.slots.row(0, named=True) if made.slots.width else {}
    found = shown(splice(made.skeleton, {k: v or "" for k, v in row.items()}), made.links)
    assert read.variants[number].language == language
    return found


def drawn(channel: str, language: str) -> str:
    """A page of telephones, one for each moment; of mails, what their text is."""
    from maracuja.ui.message_html import Phone, page

    phones = [Phone(template(one).name, content(one, language, channel)) for one in MOMENTS]
    return page("Moments", channel, told()[language]["shop"], phones, language)


def picture(page: str, path: Path, *, dark: bool = False, scale: float = 1.0) -> None:
    """The page as a PNG, by Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(page, encoding="utf-8")
        flags = ["--blink-settings=preferredColorScheme=0"] if dark else []
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu",
             f"--user-data-dir={folder}/profile", "--window-size=1500,900", *flags,
             f"--force-device-scale-factor={scale}", f"--screenshot={path}", file.as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for place, name in enumerate(BY_NAME):
        language = LANGUAGES[place % len(LANGUAGES)]
        picture(drawn(name, language), target / f"{name}.png", dark=place % 3 == 2, scale=0.6)
