"""QR codes of links are read back by a decoder of others, module by module and in millimetres."""

from __future__ import annotations

import re
import struct
import zlib
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
import segno
import zxingcpp
from numpy.typing import NDArray

from maracuja.errors import BadInput, UnsupportedFeature
from maracuja.links.qr import MODULE_MM_MIN, QUIET, SIDE_PX_MAX, SIZE_MM_MAX, Correction, QrCode

TELEGRAM = "https://t.me/my_shop_bot?start=poster-1"
LINKS = [
    TELEGRAM,
    "viber://pa?chatURI=myshop&context=poster-1",
    "https://wa.me/380441234567?text=Hello%21%20%5Bposter-1%5D",
    "sms:+15005550006?body=START%20poster-1",
    "https://m.me/my.shop?ref=" + "x" * 250,
]


def chunks(png: bytes) -> dict[bytes, bytes]:
    """The chunks of a PNG, each with a check sum that holds."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    found, at = {}, 8
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", png, at + 8 + size) == (zlib.crc32(kind + body),)
        found[kind], at = body, at + 12 + size
    return found


def pixels(png: bytes) -> NDArray[np.uint8]:
    """The picture of a PNG with one bit per pixel: 255 is white."""
    parts = chunks(png)
    wide, high, bits, colour = struct.unpack_from(">IIBB", parts[b"IHDR"])
    assert (bits, colour) == (1, 0), "one bit of grey"
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(high, -1)
    plain = rows[:, 1:].copy()
    for y, written in enumerate(rows[:, 0]):
        assert written in (0, 2), "as it is, or as the difference to the row above"
        if written == 2:
            plain[y] += plain[y - 1]
    return np.unpackbits(plain, axis=1)[:, :wide] * np.uint8(255)


def width_mm(png: bytes) -> float:
    """How wide a print shop makes it."""
    parts = chunks(png)
    per_metre, _, unit = struct.unpack(">IIB", parts[b"pHYs"])
    assert unit == 1
    return float(struct.unpack_from(">I", parts[b"IHDR"])[0] / per_metre * 1000)


@pytest.mark.parametrize("correction", Correction)
@pytest.mark.parametrize("link", LINKS)
def test_a_picture_is_read_back(link: str, correction: Correction) -> None:
    (read,) = zxingcpp.read_barcodes(pixels(QrCode(link, correction).png(60)))
    assert read.text == link
    assert list(Correction).index(Correction(read.ec_level)) >= list(Correction).index(correction)


@pytest.mark.parametrize("link", LINKS)
def test_every_module_is_where_it_belongs_with_a_quiet_rim(link: str) -> None:
    code = QrCode(link)
    shown = pixels(code.png(60))
    scale, rest = divmod(len(shown), code.side)
    assert rest == 0 and scale >= 4
    cells = shown.reshape(code.side, scale, code.side, scale)
    assert (cells == cells[:, :1, :, :1]).all(), "a module is one colour"
    dark = cells[:, 0, :, 0] == 0
    inner = dark[QUIET:-QUIET, QUIET:-QUIET]
    oracle = segno.make_qr(link, error="q").matrix
    assert inner.tolist() == [[bool(cell) for cell in row] for row in oracle]
    assert inner.tolist() == [[bool(cell) for cell in row] for row in code.modules()]
    assert dark.sum() == inner.sum(), "the rim is light"


@pytest.mark.parametrize("size_mm", [20, 40, 99.5, 300, SIZE_MM_MAX])
def test_the_size_is_that_of_the_print(size_mm: float) -> None:
    code = QrCode(TELEGRAM)
    png = code.png(size_mm)
    assert width_mm(png) == pytest.approx(size_mm, rel=0.01)
    side = len(pixels(png))
    assert side / size_mm * 25.4 >= 299 or side > SIDE_PX_MAX - code.side
    svg = ElementTree.fromstring(code.svg(size_mm))
    assert svg.attrib["width"] == svg.attrib["height"]
    assert float(svg.attrib["width"].removesuffix("mm")) == pytest.approx(size_mm)


def test_a_drawing_has_the_same_modules() -> None:
    code = QrCode(TELEGRAM)
    svg = ElementTree.fromstring(code.svg())
    group = svg[0]
    scale = float(re.findall(r"scale\(([\d.]+)\)", group.attrib["transform"])[0])
    assert scale * code.side == pytest.approx(40)
    paper, ink = group
    assert paper.attrib["fill"] == "#fff" and ink.attrib["stroke"] == "#000"
    drawn = np.zeros((code.side, code.side), dtype=bool)
    x = y = 0.0
    for step, values in re.findall(r"([Mmh])([-\d. ]+)", ink.attrib["d"]):
        by = [float(value) for value in values.split()]
        if step == "h":
            drawn[int(y), int(x) : int(x + by[0])] = True
            x += by[0]
        else:
            x, y = (by[0], by[1]) if step == "M" else (x + by[0], y + by[1])
    inner = drawn[QUIET:-QUIET, QUIET:-QUIET]
    assert inner.tolist() == [[bool(cell) for cell in row] for row in code.modules()]
    assert drawn.sum() == inner.sum()


def test_a_code_survives_the_dirt_that_its_correction_promises() -> None:
    shown = pixels(QrCode(TELEGRAM, Correction.HIGH).png(60)).copy()
    side = len(shown)
    shown[side * 5 // 12 : side * 7 // 12, side * 5 // 12 : side * 7 // 12] = 255
    (read,) = zxingcpp.read_barcodes(shown)
    assert read.text == TELEGRAM


def test_more_correction_takes_more_room() -> None:
    sides = [QrCode(LINKS[-1], correction).side for correction in Correction]
    assert all(one <= two for one, two in pairwise(sides)) and sides[0] < sides[-1]


@pytest.mark.parametrize("size_mm", [0, -5, 13, SIZE_MM_MAX + 1, float("nan"), float("inf")])
def test_what_no_phone_could_read_is_refused(size_mm: float) -> None:
    code = QrCode(TELEGRAM)
    least = code.side * MODULE_MM_MIN
    assert 13 < least < 14
    for draw in (code.png, code.svg):
        with pytest.raises(BadInput, match="14 to 2000 mm"):
            draw(size_mm)
    assert code.png(14) and code.svg(14)


def test_what_fits_into_no_code_is_refused() -> None:
    with pytest.raises(UnsupportedFeature, match="too long for a QR code"):
        QrCode("https://wa.me/1?text=" + "x" * 3000)
