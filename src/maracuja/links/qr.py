"""QR codes of links, in the size in which they are printed; never decides where a link leads.

The quiet zone of four modules that ISO/IEC 18004 demands is part of every picture and of its size.
"""

from __future__ import annotations

import math
from enum import StrEnum
from io import BytesIO
from typing import Final

import segno

from maracuja.errors import BadInput, UnsupportedFeature

QUIET: Final = 4  # modules on every side
MODULE_MM_MIN: Final = 0.34  # four dots of a printer of 300 dpi, after Denso Wave's advice
SIZE_MM: Final = 40.0
SIZE_MM_MAX: Final = 2_000.0
DPI_MIN: Final = 300
SIDE_PX_MAX: Final = 4_096  # modules stay sharp: what is larger is enlarged by whole steps

_MM_PER_INCH: Final = 25.4


class Correction(StrEnum):
    """How much of a code may be dirty or torn: 7, 15, 25 or 30 % of it."""

    LOW = "L"
    MEDIUM = "M"
    QUARTILE = "Q"
    HIGH = "H"


class QrCode:
    """The code of one text. Its correction is the one asked for, or better where that is free.

    Raises UnsupportedFeature for a text that no code holds.
    """

    def __init__(self, text: str, correction: Correction = Correction.QUARTILE) -> None:
        try:
            self._code = segno.make_qr(text, error=correction.value)
        except segno.DataOverflowError:
            raise UnsupportedFeature(
                "The link is too long for a QR code.",
                where="link",
                fix="Shorten what stands in it, or take a lower correction.",
            ) from None
        self.correction = Correction(self._code.error)
        self.side = self._code.symbol_size(border=QUIET)[0]  # in modules, with the quiet zone

    def modules(self) -> list[bytes]:
        """Rows of modules without the quiet zone: 1 is dark, 0 is light."""
        return [bytes(row) for row in self._code.matrix]

    def svg(self, size_mm: float = SIZE_MM) -> bytes:
        """A drawing that is `size_mm` wide and high on paper. Raises BadInput by the size."""
        out = BytesIO()
        self._code.save(
            out,
            kind="svg",
            scale=self._module_mm(size_mm),
            unit="mm",
            border=QUIET,
            light="#fff",  # also on coloured paper
            xmldecl=True,
        )
        return out.getvalue()

    def png(self, size_mm: float = SIZE_MM) -> bytes:
        """A picture of whole pixels per module that says its own size, to one part in a hundred.

        It has 300 dots per inch or more, up to 4,096 pixels a side. Raises BadInput by the size.
        """
        wanted = math.ceil(self._module_mm(size_mm) / _MM_PER_INCH * DPI_MIN)
        scale = min(wanted, SIDE_PX_MAX // self.side)
        out = BytesIO()
        self._code.save(
            out,
            kind="png",
            scale=scale,
            border=QUIET,
            dpi=max(1, round(scale * self.side / size_mm * _MM_PER_INCH)),
        )
        return out.getvalue()

    def _module_mm(self, size_mm: float) -> float:
        """The width of one module; a code that phones could not read is refused."""
        least = math.ceil(self.side * MODULE_MM_MIN)
        if not least <= size_mm <= SIZE_MM_MAX:
            raise BadInput(
                f"This code can be {least} to {SIZE_MM_MAX:.0f} mm wide: smaller ones cannot be "
                "read from a print.",
                where="size_mm",
                fix="Print it larger, or take a shorter source or a lower correction.",
            )
        return size_mm / self.side
